"""The card says what the figures say, also where they speak against the forest."""

import copy

import pytest

from core.distribution import read_forest_manifest
from core.distribution.card import model_card


@pytest.fixture
def content(trained_dir):
    manifest = read_forest_manifest(trained_dir / "debris_forest" / "1")
    return copy.deepcopy(dict(manifest.content))


def test_every_target_has_its_table_and_its_sources(content):
    card = model_card(content)
    for code, one in content["targets"].items():
        assert f"### {one['label']} (`{code}`" in card
    assert card.count("| held out | method |") == len(content["targets"])
    assert "Trained on tables with an open licence only." in card


def test_a_lost_comparison_is_on_the_card(content):
    region = content["targets"]["pieces_net"]["metrics"]["region"]
    region["verdict"]["mean"] = "no better beyond chance"
    region["scores"]["forest"]["auroc_presence"]["value"] = 0.41
    card = model_card(content)
    assert "unseen waters: no better beyond chance than the training mean" in card
    assert "ranked worse than by chance (AUROC 0.41)" in card


def test_a_table_without_a_licence_is_named(content):
    content.update(research_use=True, tables_without_licence=["t.csv.gz"])
    assert "**Research use.** `t.csv.gz` came without a licence file" in model_card(
        content
    )
