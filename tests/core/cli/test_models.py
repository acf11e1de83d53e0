import json
import shutil

import pytest
from typer.testing import CliRunner

from core.cli._app import app
from core.config import PROJECT_ROOT
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError

DEPLOYED = PROJECT_ROOT / "models" / "deployment"


@pytest.fixture
def models_dir(tmp_path, monkeypatch):
    folder = tmp_path / "deployment"
    shutil.copytree(DEPLOYED / "optimized_cnn_model", folder / "optimized_cnn_model")
    monkeypatch.setenv("GYRE_MODELS_DIR", str(folder))
    return folder


def run(*args):
    return CliRunner().invoke(app, ["models", *map(str, args)])


def test_the_list_names_model_figures_and_research_use(models_dir):
    result = run("list")
    assert result.exit_code == 0
    assert result.stdout.startswith("optimized_cnn_model@1, made ")
    assert "macro-F1" in result.stdout
    assert "research use" in result.stdout
    (row,) = json.loads(run("list", "--json").stdout)
    assert row["model"] == "optimized_cnn_model@1"


def test_show_prints_the_card_or_the_whole_manifest(models_dir):
    assert "## Limits" in run("show", "optimized_cnn_model").stdout
    shown = json.loads(run("show", "optimized_cnn_model@1", "--json").stdout)
    assert shown["files"]["model_float16.tflite"]["sha256"]
    assert isinstance(run("show", "unknown").exception, NotFoundError)
    assert isinstance(run("show", "../x").exception, InputError)


def test_verify_fails_when_a_file_was_changed(models_dir):
    assert run("verify").exit_code == 0
    with (models_dir / "optimized_cnn_model/1/model_float16.tflite").open("ab") as file:
        file.write(b"\0")
    result = run("verify", "optimized_cnn_model")
    assert isinstance(result.exception, ModelIntegrityError)
    assert "model_float16.tflite" in result.stdout


def test_a_deployed_version_is_never_trained_over(models_dir, tmp_path):
    result = run("train", "optimized_cnn_model", "--photos", tmp_path, "--version", 1)
    assert isinstance(result.exception, ModelError)


def test_training_without_photos_is_refused(models_dir, tmp_path):
    result = run("train", "optimized_cnn_model", "--photos", tmp_path, "--version", 2)
    assert isinstance(result.exception, NotFoundError)
