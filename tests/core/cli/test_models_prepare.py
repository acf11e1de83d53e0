"""``models prepare``: what a person sees, and the exit codes."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from core.cli._app import app, exit_code_of
from core.config import PROJECT_ROOT
from core.errors import InputError, NotFoundError


@pytest.fixture
def source(tmp_path):
    root = tmp_path / "set"
    for k in range(12):
        rng = np.random.default_rng(k)
        small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
        out = io.BytesIO()
        small.resize((64, 48)).save(out, "JPEG")
        path = root / f"{('plastic', 'bottle')[k % 2]}/{k}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(out.getvalue())
    (root / "plastic/broken.jpg").write_bytes(b"no photo")
    return root


def run(*args):
    return CliRunner().invoke(app, ["models", "prepare", *map(str, args)])


def test_bad_records_are_named_and_the_batch_goes_on(source, tmp_path):
    out, report = tmp_path / "data", tmp_path / "R.json"
    result = run(source, "--out", out, "--report", report, "--json")
    assert result.exit_code == 0
    payload = json.loads(result.stdout)
    assert payload["state"] == "written" and payload["n_accepted"] == 6
    told = json.loads(report.read_text())
    assert told["n_rejected"] == 7
    named = {f["record"]: f for f in told["findings"] if f["severity"] == "rejected"}
    assert named["plastic/broken.jpg"]["kind"] == "unreadable"
    assert named["bottle/1.jpg"]["remedy"]
    assert "checked: 13 of 13" in result.stderr


def test_a_map_names_unknown_labels(source, tmp_path):
    labels = tmp_path / "map.yaml"
    labels.write_text("bottle: glass\n")
    shown = run(source, "--out", tmp_path / "a")
    assert "label bottle: unknown, no list names it; perhaps plastic" in shown.stdout
    shown = run(source, "--out", tmp_path / "b", "--labels", labels)
    assert "12 of 13 pictures kept (folder, classes), 12 scenes" in shown.stdout
    assert (tmp_path / "b/processed/train/glass").is_dir()


def test_a_dry_run_writes_only_the_report(source, tmp_path):
    report = tmp_path / "R.html"
    result = run(source, "--out", tmp_path / "a", "--dry-run", "--report", report)
    assert "checked, nothing written" in result.stdout
    assert not (tmp_path / "a").exists()
    assert report.read_text().startswith("<!DOCTYPE html>")


def test_again_and_back(source, tmp_path):
    out = tmp_path / "a"
    run(source, "--out", out)
    assert "nothing to do" in run(source, "--out", out).stdout
    assert "files removed" in run("--out", out, "--undo").stdout
    assert not out.exists()
    assert isinstance(run("--out", out, "--undo").exception, NotFoundError)


@pytest.mark.parametrize(
    "args",
    [
        ("--out", "x"),
        ("SET",),
        ("SET", "--out", "x", "--undo"),
        ("SET", "--out", "x", "--seed", "-1"),
    ],
)
def test_wrong_usage_is_exit_2(source, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    assert run(*(source if a == "SET" else a for a in args)).exit_code == 2
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("--report", "R.txt"),
        ("--report", "none/R.json"),
        ("--labels", "none.yaml"),
        ("--layout", "voc"),
        ("--scene-pattern", "("),
        ("--validation-share", "1.5"),
    ],
)
def test_bad_choices_are_refused_before_work(source, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    result = run(source, "--out", "x", *args)
    assert isinstance(result.exception, InputError)
    assert exit_code_of(result.exception) == 3
    assert not (tmp_path / "x").exists()


def test_no_traceback_reaches_the_user(tmp_path):
    command = [sys.executable, "-m", "core", "models", "prepare", tmp_path / "none"]
    done = subprocess.run(
        [*map(str, command), "--out", str(tmp_path / "x")],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("error: no such file or folder")
    assert "Traceback" not in done.stderr
