import json
import shutil

import pytest
from PIL import Image
from typer.testing import CliRunner

from core.classification import find_model, read_manifest
from core.cli._app import app
from core.config import PROJECT_ROOT
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError

SHIPPED = find_model(PROJECT_ROOT / "models" / "deployment", "optimized_cnn_model")
MODEL = f"optimized_cnn_model@{SHIPPED.name}"
NETWORK = next(
    name for name in read_manifest(SHIPPED).content["files"] if name.endswith(".tflite")
)


@pytest.fixture
def models_dir(tmp_path, monkeypatch):
    folder = tmp_path / "deployment"
    shutil.copytree(SHIPPED, folder / "optimized_cnn_model" / SHIPPED.name)
    monkeypatch.setenv("GYRE_MODELS_DIR", str(folder))
    return folder


def run(*args):
    return CliRunner().invoke(app, ["models", *map(str, args)])


def test_the_list_names_model_figures_and_research_use(models_dir):
    result = run("list")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{MODEL}, made ")
    assert "macro-F1" in result.stdout
    assert "research use" in result.stdout
    (row,) = json.loads(run("list", "--json").stdout)
    assert row["model"] == MODEL


def test_show_prints_the_card_or_the_whole_manifest(models_dir):
    assert "## Limits" in run("show", "optimized_cnn_model").stdout
    shown = json.loads(run("show", MODEL, "--json").stdout)
    assert shown["files"][NETWORK]["sha256"]
    assert isinstance(run("show", "unknown").exception, NotFoundError)
    assert isinstance(run("show", "../x").exception, InputError)


def test_verify_fails_when_a_file_was_changed(models_dir):
    assert run("verify").exit_code == 0
    shipped = models_dir / "optimized_cnn_model" / SHIPPED.name
    with (shipped / NETWORK).open("ab") as file:
        file.write(b"\0")
    result = run("verify", "optimized_cnn_model")
    assert isinstance(result.exception, ModelIntegrityError)
    assert NETWORK in result.stdout


def test_a_deployed_version_is_never_trained_over(models_dir, tmp_path):
    result = run(
        "train", "optimized_cnn_model", "--photos", tmp_path, "--version", SHIPPED.name
    )
    assert isinstance(result.exception, ModelError)


def test_training_without_photos_is_refused(models_dir, tmp_path):
    result = run("train", "optimized_cnn_model", "--photos", tmp_path, "--version", 99)
    assert isinstance(result.exception, NotFoundError)


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("GYRE_DATABASE_URL", raising=False)
    monkeypatch.setenv("GYRE_ACTOR", "Ada")


@pytest.fixture
def second_version(models_dir):
    newest = max(models_dir.glob("optimized_cnn_model/*"), key=lambda p: int(p.name))
    version = int(newest.name) + 1
    shutil.copytree(newest, newest.with_name(str(version)))
    manifest = newest.with_name(str(version)) / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"version": version}), encoding="utf-8")
    return version


def test_a_promotion_and_its_rollback_are_told_and_audited(
    models_dir, second_version, data_dir
):
    before = f"optimized_cnn_model@{second_version - 1}"
    after = f"optimized_cnn_model@{second_version}"
    assert run("promote", before).exit_code == 0
    done = run("promote", after)
    assert done.exit_code == 0
    assert "passed files: as the manifest says" in done.stdout
    assert f"{after} is the champion classifier, before it {before}" in done.stdout
    assert run("list").stdout.splitlines()[-1].endswith("champion")
    told = json.loads(run("rollback", "--json").stdout)
    assert (told["model"], told["before"]) == (before, after)
    assert isinstance(run("rollback", "mascot").exception, InputError)
    assert CliRunner().invoke(app, ["audit", "verify"]).exit_code == 0


def test_a_model_is_deployed_from_another_folder(models_dir, data_dir, tmp_path):
    there = tmp_path / "there" / "optimized_cnn_model" / SHIPPED.name
    shutil.move(models_dir / "optimized_cnn_model" / SHIPPED.name, there)
    done = run("deploy", there, "--json")
    assert json.loads(done.stdout)["model"] == MODEL
    assert isinstance(run("deploy", there).exception, ModelError)


def test_models_are_compared_as_text_json_and_markdown(
    models_dir, second_version, tmp_path
):
    out = tmp_path / "models.md"
    done = run("compare", "--rounds", "2", "--markdown", out)
    assert done.exit_code == 0
    assert "ms a prediction" in done.stdout
    assert out.read_text(encoding="utf-8").startswith("### Photo classifiers")
    told = json.loads(run("compare", "--rounds", "0", "--json").stdout)
    assert len(told["models"]) == 2
    missing = run("compare", "--markdown", tmp_path / "no" / "models.md")
    assert isinstance(missing.exception, InputError)
    alone = run("compare", "optimized_cnn_model", "--photos", tmp_path)
    assert isinstance(alone.exception, InputError)


def test_a_model_is_evaluated_on_photos(models_dir, tmp_path):
    photos = tmp_path / "photos" / "glass"
    photos.mkdir(parents=True)
    for k in range(3):
        Image.new("RGB", (60, 40), (k * 60, 90, 90)).save(photos / f"boat_{k}.jpg")
    out = tmp_path / "scores.json"
    done = run(
        "evaluate", "optimized_cnn_model", "--photos", photos.parent, "--out", out
    )
    assert done.exit_code == 0
    assert "3 pictures, model optimized_cnn_model@" in done.stdout
    assert json.loads(out.read_text(encoding="utf-8"))["n"] == 3
    nothing = run("evaluate", "optimized_cnn_model", "--photos", tmp_path / "none")
    assert isinstance(nothing.exception, NotFoundError)


def test_a_detector_knows_no_licence_filter(models_dir, tmp_path):
    result = run("train", "debris_detector", "--photos", tmp_path, "--licence", "open")
    assert isinstance(result.exception, InputError)


def test_an_open_model_is_never_trained_on_any_source(models_dir, tmp_path):
    result = run("train", "open_cnn_model", "--photos", tmp_path, "--licence", "any")
    assert isinstance(result.exception, InputError)
    assert "open" in str(result.exception)
