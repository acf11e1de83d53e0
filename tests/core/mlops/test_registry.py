import shutil

import pytest

from core.classification import find_model
from core.config import PROJECT_ROOT
from core.errors import NotFoundError
from core.mlops.registry import list_models, show_model, verify_deployed

SHIPPED = find_model(PROJECT_ROOT / "models" / "deployment", "optimized_cnn_model")
MODEL = f"optimized_cnn_model@{SHIPPED.name}"


@pytest.fixture
def models_dir(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "optimized_cnn_model" / SHIPPED.name)
    return tmp_path


def test_the_list_gives_figures_with_intervals_and_the_licence_mark(models_dir):
    (row,) = list_models(models_dir)
    assert row["model"] == MODEL
    low, high = row["accuracy_interval"]
    assert low < row["accuracy"] < high
    assert row["research_use"] is True
    assert row["problem"] is None


def test_a_model_with_a_broken_manifest_is_listed_with_the_problem(models_dir):
    broken = models_dir / "optimized_cnn_model" / "99"
    broken.mkdir()
    (broken / "manifest.json").write_text("{}")
    rows = list_models(models_dir)
    assert [row["model"] for row in rows] == [
        MODEL,
        "optimized_cnn_model@99",
    ]
    assert "malformed" in rows[1]["problem"]


def test_the_manifest_is_shown_with_its_folder(models_dir):
    shown = show_model(models_dir, "optimized_cnn_model")
    assert shown["model"] == MODEL
    assert shown["folder"] == str(models_dir / "optimized_cnn_model" / SHIPPED.name)
    assert shown["training"]["sources"]


def test_verification_names_the_changed_file(models_dir):
    assert verify_deployed(models_dir) == [{"model": MODEL, "problem": None}]
    card = models_dir / "optimized_cnn_model" / SHIPPED.name / "model_card.md"
    card.write_text(card.read_text() + "better than it is\n")
    (row,) = verify_deployed(models_dir, MODEL)
    assert "model_card.md" in str(row["problem"])


def test_no_model_is_no_error_but_an_unknown_one_is(tmp_path):
    assert list_models(tmp_path / "nowhere") == []
    assert verify_deployed(tmp_path) == []
    with pytest.raises(NotFoundError):
        verify_deployed(tmp_path, "optimized_cnn_model")
