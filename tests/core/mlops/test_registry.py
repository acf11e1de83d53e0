import shutil

import pytest

from core.config import PROJECT_ROOT
from core.errors import NotFoundError
from core.mlops.registry import list_models, show_model, verify_deployed

DEPLOYED = PROJECT_ROOT / "models" / "deployment"


@pytest.fixture
def models_dir(tmp_path):
    shutil.copytree(DEPLOYED / "optimized_cnn_model", tmp_path / "optimized_cnn_model")
    return tmp_path


def test_the_list_gives_figures_with_intervals_and_the_licence_mark(models_dir):
    (row,) = list_models(models_dir)
    assert row["model"] == "optimized_cnn_model@1"
    low, high = row["accuracy_interval"]
    assert low < row["accuracy"] < high
    assert row["research_use"] is True
    assert row["problem"] is None


def test_a_model_with_a_broken_manifest_is_listed_with_the_problem(models_dir):
    broken = models_dir / "optimized_cnn_model" / "2"
    broken.mkdir()
    (broken / "manifest.json").write_text("{}")
    rows = list_models(models_dir)
    assert [row["model"] for row in rows] == [
        "optimized_cnn_model@1",
        "optimized_cnn_model@2",
    ]
    assert "malformed" in rows[1]["problem"]


def test_the_manifest_is_shown_with_its_folder(models_dir):
    shown = show_model(models_dir, "optimized_cnn_model")
    assert shown["model"] == "optimized_cnn_model@1"
    assert shown["folder"] == str(models_dir / "optimized_cnn_model" / "1")
    assert shown["training"]["sources"]


def test_verification_names_the_changed_file(models_dir):
    assert verify_deployed(models_dir) == [
        {"model": "optimized_cnn_model@1", "problem": None}
    ]
    card = models_dir / "optimized_cnn_model" / "1" / "model_card.md"
    card.write_text(card.read_text() + "better than it is\n")
    (row,) = verify_deployed(models_dir, "optimized_cnn_model@1")
    assert "model_card.md" in str(row["problem"])


def test_no_model_is_no_error_but_an_unknown_one_is(tmp_path):
    assert list_models(tmp_path / "nowhere") == []
    assert verify_deployed(tmp_path) == []
    with pytest.raises(NotFoundError):
        verify_deployed(tmp_path, "optimized_cnn_model")
