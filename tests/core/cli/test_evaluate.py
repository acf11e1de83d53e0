import io
import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from core.cli._app import app
from core.errors import InputError, NotFoundError
from core.observations import CATEGORY_CODES


def run(*args):
    return CliRunner().invoke(app, ["evaluate", "photos", *map(str, args)])


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("plastic/boat_1.jpg", "clean/boat_2.jpg", "clean/beach_1.jpg"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
        small.resize((120, 90)).save(out, "JPEG")
        path.write_bytes(out.getvalue())
    (tmp_path / "photos" / "wood").mkdir()
    (tmp_path / "photos" / "wood" / "boat_3.jpg").write_bytes(b"no photo")
    return tmp_path / "photos"


def test_the_scores_have_the_form_of_the_contract(folder, tmp_path):
    out = tmp_path / "m.json"
    result = run(folder, "--out", out, "--resamples", 100, "--json")
    assert result.exit_code == 0, result.output
    scores = json.loads(out.read_text())
    assert json.loads(result.stdout) == scores
    for name in ("accuracy", "macro_f1", "ece", "auroc_debris"):
        assert 0 <= scores[name] <= 1
        low, high = scores["intervals"][name]
        assert low <= high
    assert set(scores["per_category"]) == set(CATEGORY_CODES)
    for entry in scores["per_category"].values():
        assert {"precision", "recall", "f1", "support"} <= set(entry)
    assert scores["per_source"]["boat"]["n"] == 2
    assert scores["n"] == 3
    assert [entry["file"] for entry in scores["skipped"]] == ["wood/boat_3.jpg"]
    assert len(scores["confusion"]["counts"]) == len(CATEGORY_CODES)


def test_people_read_the_scores_with_intervals_and_what_was_skipped(folder, tmp_path):
    result = run(folder, "--out", tmp_path / "m.json", "--resamples", 100)
    assert "accuracy: " in result.stdout
    assert " to " in result.stdout
    assert "skipped wood/boat_3.jpg: " in result.stdout


def test_folders_that_hold_nothing_to_score_are_refused(tmp_path):
    out = tmp_path / "m.json"
    assert isinstance(run(tmp_path / "gone", "--out", out).exception, NotFoundError)
    (tmp_path / "empty").mkdir()
    assert isinstance(run(tmp_path / "empty", "--out", out).exception, InputError)
    assert not out.exists()
