import json

import pytest
from typer.testing import CliRunner

from core.cli._app import app
from core.errors import InputError, NotFoundError
from tests.detector_models import deploy, encoded, picture


def run(*args):
    return CliRunner().invoke(app, ["evaluate", "boxes", *map(str, args)])


@pytest.fixture(autouse=True)
def models(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("models")
    deploy(folder)
    monkeypatch.setenv("GYRE_MODELS_DIR", str(folder))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "boxes"
    folder.mkdir()
    (folder / "boat_1.png").write_bytes(
        encoded(picture(64, 48, ("plastic", 8, 8, 8, 8)))
    )
    (folder / "boat_2.png").write_bytes(encoded(picture(64, 48)))
    (folder / "boxes.csv").write_text(
        "file,xmin,ymin,xmax,ymax,label,source\n"
        "boat_1.png,7,7,17,17,plastic,boat\n"
        "boat_2.png,30,30,40,40,debris_other,boat\n"
        "gone\x1b.png,1,1,2,2,plastic,boat\n"
    )
    return folder


def test_the_scores_have_the_form_of_the_contract(folder, tmp_path):
    out = tmp_path / "m.json"
    result = run(folder, "--out", out, "--resamples", 100, "--json")
    assert result.exit_code == 0, result.output
    scores = json.loads(out.read_text())
    assert json.loads(result.stdout) == scores
    assert scores["ap50_any"] == pytest.approx(51 / 101, abs=1e-4)
    assert scores["map50"] == 0.5
    assert scores["map50_named"] == 1.0
    for name in ("ap50", "map50", "map50_95", "ap50_any"):
        low, high = scores["intervals"][name]
        assert low <= scores[name] <= high
    assert scores["per_category"]["plastic"]["ap50"] == 1.0
    assert {"ap50", "ap50_95", "n_boxes", "n_pictures"} <= set(
        scores["per_category"]["debris_other"]
    )
    assert scores["per_source"]["boat"]["n"] == scores["n"] == 2
    assert scores["model"] == "debris_detector@1"
    assert len(scores["skipped"]) == 1


def test_people_read_the_scores_and_what_was_left_out(folder, tmp_path):
    result = run(folder, "--out", tmp_path / "m.json", "--resamples", 100)
    assert "AP50, any category: 0.505 (" in result.stdout
    assert "the detector cannot name debris_other" in result.stdout
    assert r"skipped gone\x1b.png: line 4" in result.stdout
    assert "objects counted at a score of 0.3: 1 of 2" in result.stdout


def test_folders_that_hold_nothing_to_score_are_refused(folder, tmp_path):
    out = tmp_path / "m.json"
    assert isinstance(run(tmp_path / "gone", "--out", out).exception, NotFoundError)
    (tmp_path / "empty").mkdir()
    assert isinstance(run(tmp_path / "empty", "--out", out).exception, NotFoundError)
    no_split = run(folder, "--out", out, "--split", "val")
    assert isinstance(no_split.exception, InputError)
    nowhere = run(folder, "--out", tmp_path / "no" / "m.json")
    assert isinstance(nowhere.exception, InputError)
    assert run(folder, "--out", tmp_path).exit_code == 2
    assert not out.exists()
