"""Detector and forest are logged like the classifiers; their trainings stand in."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from core.mlops.training import other_kinds
from core.mlops.training.detector import DetectorConfig
from core.mlops.training.tracked import Tracking


class Log:
    """Keeps what it is told."""

    run_id = "r1"

    def __init__(self):
        self.lines, self.metrics, self.failure = [], None, ""
        self.opened: dict[str, Any] = {}

    def epochs(self, rows, *, prefix=""):
        self.lines += rows

    def finish(self, metrics, tags=None):
        self.metrics = metrics

    def fail(self, reason):
        self.failure = reason


@pytest.fixture
def log(monkeypatch):
    kept = Log()

    def opened(self, folder, **more):
        kept.opened = {"folder": folder, **more}
        return kept

    monkeypatch.setattr(Tracking, "open", opened)
    return kept


def detector(tmp_path, told, **more):
    return other_kinds.train_tracked_detector(
        tmp_path / "config.yaml",
        tmp_path,
        version=3,
        runs_dir=tmp_path / "runs",
        models_dir=tmp_path / "models",
        tracking=Tracking(commit="abc", tell=told.append),
        **more,
    )


def test_a_detector_is_logged_epoch_by_epoch(tmp_path, monkeypatch, log):
    seen: dict[str, Any] = {}

    def train_detector(config, boxes, *, report, more, **rest):
        seen.update(rest, more=more)
        report({"epoch": 1, "epochs": 2})
        report({"epoch": 2, "epochs": 2, "val_map50": 0.4})
        metrics = {"val": {"map50": 0.4, "intervals": {"map50": [0.3, 0.5]}}}
        return SimpleNamespace(content={"metrics": metrics})

    monkeypatch.setattr(other_kinds, "train_detector", train_detector)
    monkeypatch.setattr(
        other_kinds, "read_detector_config", lambda _: DetectorConfig(seed=1)
    )
    told: list[str] = []
    detector(tmp_path, told, seed=5)
    assert told == ["training: epoch 1 of 2", "training: epoch 2 of 2, val map50 0.4"]
    assert log.lines == [{"epoch": 1}, {"epoch": 2, "val_map50": 0.4}]
    assert log.metrics == {
        "val/map50": 0.4,
        "val/map50_low": 0.3,
        "val/map50_high": 0.5,
    }
    assert log.opened["folder"] == tmp_path / "runs" / "debris_detector_3"
    assert log.opened["tags"]["seed"] == "5"
    assert seen["seed"] == 5
    assert seen["more"]["mlflow_run"] == "r1"
    assert seen["more"]["commit"] == "abc"


def test_a_detector_that_fails_is_closed_as_failed(tmp_path, monkeypatch, log):
    def train_detector(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(other_kinds, "train_detector", train_detector)
    monkeypatch.setattr(other_kinds, "read_detector_config", lambda _: DetectorConfig())
    with pytest.raises(KeyboardInterrupt):
        detector(tmp_path, [], seed=None)
    assert log.failure == "KeyboardInterrupt: "
    assert log.metrics is None


def test_a_forest_is_logged_with_its_figures_against_the_mean(
    tmp_path, monkeypatch, log
):
    value = {"value": 0.4, "low": 0.3, "high": None}
    none = {"value": None, "low": None, "high": None}
    scores = {"forest": {"macro_f1": value}, "mean": {"macro_f1": none}}
    content = {"targets": {"net": {"metrics": {"region": {"scores": scores}}}}}
    text = json.dumps(content)

    def train_forest(observations, **more):
        more["report"]("net: reading tables")

    monkeypatch.setattr(other_kinds, "train_forest", train_forest)
    monkeypatch.setattr(
        other_kinds,
        "read_deployed",
        lambda folder: SimpleNamespace(kind="forest", content=json.loads(text)),
    )
    told: list[str] = []
    folder = other_kinds.train_tracked_forest(
        tmp_path,
        version=2,
        folder=tmp_path / "run",
        models_dir=tmp_path / "models",
        licence="open",
        seed=4,
        tracking=Tracking(tell=told.append),
    )
    assert folder == tmp_path / "models" / "debris_forest" / "2"
    assert told == ["net: reading tables"]
    assert log.metrics == {"net_macro_f1": 0.4, "net_macro_f1_low": 0.3}
    assert log.opened["tags"]["licence"] == "open"
