"""``ingest photos``: a folder into a survey, failures named, the same command again."""

import csv
import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from core.cli._app import app
from core.config import PROJECT_ROOT
from core.errors import InputError, ModelError, NotFoundError
from core.storage import open_store
from tests.core.surveys.fakes import RED, ColourClassifier, photo_file
from tests.core.surveys.test_batches import many
from tests.core.surveys.test_counting import FakeDetector


@pytest.fixture
def store_url(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'data' / 'gyre.db'}"
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GYRE_DATABASE_URL", url)
    monkeypatch.setenv("GYRE_ACTOR", "tester")
    monkeypatch.setattr(
        "core.classification.load_classifier", lambda **_: ColourClassifier()
    )
    return url


@pytest.fixture
def folder(tmp_path):
    made = many(tmp_path / "flight", 4)
    (made / "bad\nname.txt").write_text("words")
    return made


def run(*args):
    return CliRunner().invoke(app, ["ingest", "photos", *map(str, args)])


def test_a_folder_is_taken_in_and_failures_are_named(store_url, folder, tmp_path):
    errors = tmp_path / "failed.csv"
    done = run(folder, "--survey", "Leg", "--errors", errors, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["n_new"], told["n_errors"], told["state"]) == (4, 1, "done")
    (row,) = csv.DictReader(errors.read_text(encoding="utf-8").splitlines())
    assert "\n" not in row["file"]
    assert "export it as JPEG" in row["remedy"]
    again = run(folder, "--survey", "Leg")
    assert again.exit_code == 0
    assert "0 photos taken in, 4 known already, 1 failed" in again.stdout
    with open_store(store_url) as store:
        assert len(store.observations.frame(survey="Leg")) == 4
        assert store.photos.count() == 4


def test_only_failed_files_are_tried_again(store_url, folder):
    (folder / "cut.jpg").write_bytes(photo_file(RED, number=50)[:-200])
    run(folder, "--survey", "Leg")
    (folder / "cut.jpg").write_bytes(photo_file(RED, number=50))
    done = run(folder, "--survey", "Leg", "--retry-failed", "--json")
    told = json.loads(done.stdout)
    assert (told["n_new"], told["n_known"], told["n_errors"]) == (1, 0, 0)
    done = run(folder, "--survey", "Other", "--retry-failed")
    assert isinstance(done.exception, NotFoundError)


def test_objects_are_counted(store_url, folder, monkeypatch):
    monkeypatch.setattr("core.detection.load_detector", lambda **_: FakeDetector())
    run(folder, "--survey", "Leg", "--count-objects")
    with open_store(store_url) as store:
        # Two red photos of three objects each; two blue ones are zeros.
        assert store.observations.frame(survey="Leg")["count"].sum() == 6


def test_without_a_detector_objects_cannot_be_counted(store_url, folder, monkeypatch):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(folder))
    done = run(folder, "--survey", "Leg", "--count-objects")
    assert isinstance(done.exception, ModelError)
    assert "debris_detector" in str(done.exception)
    assert run(folder, "--survey", "Photos").exit_code == 0


def test_a_batch_without_a_photo_is_refused(store_url, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.txt").write_text("words")
    done = run(tmp_path / "none", "--survey", "Leg")
    assert isinstance(done.exception, InputError)
    assert "a.txt" in done.stdout
    done = run(tmp_path / "nowhere", "--survey", "Leg")
    assert isinstance(done.exception, NotFoundError)


SCRIPT = """
import sys, time
import core.classification
from tests.core.surveys.fakes import ColourClassifier

class Slow(ColourClassifier):
    def examine(self, photo):
        time.sleep(0.05)
        return super().examine(photo)

core.classification.load_classifier = lambda **_: Slow()
from core.cli import _ingest_photos
_ingest_photos._LOG_EVERY_S = 0.5
sys.argv = ["core", "ingest", "photos", *sys.argv[1:]]
from core.cli._app import main
main()
"""


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(store_url, tmp_path):
    folder = many(tmp_path / "many", 100)
    command = [sys.executable, "-c", SCRIPT, folder, "--survey", "Leg", "--json"]
    options: dict[str, Any] = {
        "cwd": PROJECT_ROOT,
        "env": {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    with subprocess.Popen(command, **options) as process:
        assert process.stderr is not None
        while b" of 100 photos" not in (line := process.stderr.readline()):
            assert line, "ended too soon"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    told = json.loads(out)
    assert told["state"] == "cancelled"
    kept = told["n_new"]
    assert 0 <= kept < 100
    done = run(folder, "--survey", "Leg", "--json")
    told = json.loads(done.stdout)
    assert (told["state"], told["n_new"] + told["n_known"]) == ("done", 100)
    assert told["n_known"] == kept
