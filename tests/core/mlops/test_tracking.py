"""Training runs in MLflow: one run across kills, no training lost to the tracker."""

import json
import os
import subprocess
import sys

import pytest

from core.config import PROJECT_ROOT, Settings
from core.errors import SourceError
from core.mlops.provenance import code_commit, data_hash
from core.mlops.tracking import RunLog, flat, learning_curve, read_runs

LINES = [{"epoch": 1, "loss": 1.5, "note": "x"}, {"epoch": 2, "loss": float("nan")}]


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/runs/mlflow.db"


def open_log(uri, folder, **more):
    return RunLog(
        uri,
        folder,
        name="cnn_model@1",
        parameters={"seed": "1"},
        tags={"licence": "open"},
        **more,
    )


def test_nothing_is_made_by_looking(tmp_path):
    assert read_runs(f"sqlite:///{tmp_path}/none.db") == []
    assert learning_curve(f"sqlite:///{tmp_path}/none.db", "x", ["loss"]) == []
    assert list(tmp_path.iterdir()) == []


def test_a_resumed_training_goes_on_with_its_run_and_logs_an_epoch_once(uri, tmp_path):
    first = open_log(uri, tmp_path)
    first.epochs(LINES)
    again = open_log(uri, tmp_path)
    assert again.run_id == first.run_id
    again.epochs([*LINES, {"epoch": 3, "loss": 0.5}])
    again.finish({"accuracy": 0.7}, {"model": "cnn_model@1"})
    (run,) = [run for run in read_runs(uri) if run["run_id"] == first.run_id]
    assert run["status"] == "FINISHED"
    assert run["parameters"] == {"seed": "1"}
    assert run["tags"] == {"licence": "open", "model": "cnn_model@1"}
    assert run["metrics"]["accuracy"] == 0.7
    curve = learning_curve(uri, first.run_id, ["loss"])
    assert [(row["epoch"], row["value"]) for row in curve] == [(1, 1.5), (3, 0.5)]


def test_a_failed_training_says_why(uri, tmp_path):
    log = open_log(uri, tmp_path)
    log.fail("no photos")
    (run,) = [run for run in read_runs(uri) if run["run_id"] == log.run_id]
    assert (run["status"], run["tags"]["failure"]) == ("FAILED", "no photos")


@pytest.mark.parametrize("state", ["{", "[]", '{"run_id": "gone", "logged": {}}'])
def test_a_damaged_memory_starts_another_run(uri, tmp_path, state):
    (tmp_path / "mlflow_run.json").write_text(state, encoding="utf-8")
    log = open_log(uri, tmp_path)
    assert log.run_id not in ("", "gone")
    kept = json.loads((tmp_path / "mlflow_run.json").read_text(encoding="utf-8"))
    assert kept["run_id"] == log.run_id


def test_a_tracker_that_fails_is_told_once_and_costs_nothing(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    told: list[str] = []
    log = open_log(
        f"sqlite:///{tmp_path}/file/mlflow.db", tmp_path / "run", tell=told.append
    )
    log.epochs(LINES)
    log.finish({"accuracy": 1.0})
    assert log.run_id == ""
    assert len(told) == 1
    assert "training goes on" in told[0]


def test_a_log_that_cannot_be_read_is_one_kind_of_error(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"no database at all, not even an empty one")
    with pytest.raises(SourceError, match="cannot be read"):
        read_runs(f"sqlite:///{tmp_path}/mlflow.db")


@pytest.mark.slow
def test_trainings_that_start_together_make_the_store_once(tmp_path):
    code = (
        "import sys; from pathlib import Path; from core.mlops.tracking import RunLog\n"
        "log = RunLog(sys.argv[1], Path(sys.argv[2]), name='a@1', parameters={},"
        " tags={}, tell=print)\n"
        "assert log.run_id"
    )
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, uri, str(tmp_path / name)],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
        )
        for name in "abc"
    ]
    told = [process.communicate()[0] for process in running]
    assert told == [b"", b"", b""]
    assert len(read_runs(uri)) == 3


def test_telemetry_is_off_and_mlflow_is_not_imported_before_it_is_needed(uri, tmp_path):
    open_log(uri, tmp_path)
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["DO_NOT_TRACK"] == "true"
    code = "import sys, core.mlops.tracking; print('mlflow' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_nested_settings_become_dotted_names():
    values = {"runs": [{"stages": [{"epochs": 2}], "size": [1, 2]}], "a": {"b": None}}
    assert flat(values) == {
        "runs.1.stages.1.epochs": "2",
        "runs.1.size": "[1, 2]",
        "a.b": "None",
    }


def test_the_address_is_printed_without_its_password(tmp_path):
    default = Settings(data_dir=tmp_path).public()["mlflow_uri"]
    assert default == f"sqlite:///{tmp_path.resolve()}/mlflow.db"
    shown = Settings(mlflow_uri="http://me:secret@host:5000").public()["mlflow_uri"]
    assert "secret" not in shown


def test_the_data_hash_sees_names_and_content_and_not_the_place(tmp_path):
    for place in ("one", "two"):
        (tmp_path / place / "train" / "glass").mkdir(parents=True)
        (tmp_path / place / "train" / "glass" / "a.jpg").write_bytes(b"photo")
    one, two = (data_hash([tmp_path / place / "train"]) for place in ("one", "two"))
    assert one == two
    (tmp_path / "two" / "train" / "glass" / "a.jpg").write_bytes(b"other")
    assert data_hash([tmp_path / "two" / "train"]) != one
    (tmp_path / "one" / "train" / "glass" / "a.jpg").rename(
        tmp_path / "one" / "train" / "glass" / "b.jpg"
    )
    assert data_hash([tmp_path / "one" / "train"]) != one


def test_the_commit_is_read_from_a_loose_or_a_packed_branch(tmp_path):
    assert code_commit(tmp_path) == "unknown"
    git = tmp_path / ".git"
    git.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    assert code_commit(tmp_path) == "unknown"
    (git / "packed-refs").write_text("# pack\nabc refs/heads/main\n", encoding="utf-8")
    assert code_commit(tmp_path) == "abc"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "refs" / "heads" / "main").write_text("def\n", encoding="utf-8")
    assert code_commit(tmp_path) == "def"
    (git / "HEAD").write_text("fed\n", encoding="utf-8")
    assert code_commit(tmp_path) == "fed"
