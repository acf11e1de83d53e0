"""Models page: every kind side by side, champions, reliability, training runs."""

import hashlib
import json

import pytest

from core.distribution import FEATURES, TARGETS
from dashboard.components.model_kinds import limits_note, score_words

CODES = ("biota", "clean", "glass")
BOOTSTRAP = [0.5, 0.7]


def classifier():
    entry = {"precision": 0.8, "recall": 0.8, "f1": 0.8, "support": 10}
    return {
        "input": {"side_px": 160},
        "calibration": {"temperature": 1.0},
        "thresholds": {"low_confidence": 0.6},
        "metrics": {
            "val": {
                "accuracy": 0.6,
                "macro_f1": 0.5,
                "ece": 0.05,
                "auroc_debris": 0.9,
                "n": 30,
                "intervals": {
                    name: BOOTSTRAP
                    for name in ("accuracy", "macro_f1", "ece", "auroc_debris")
                },
                "per_category": {c: entry | {"f1_interval": BOOTSTRAP} for c in CODES},
                "per_source": {
                    "rov": {"accuracy": 0.5, "accuracy_interval": BOOTSTRAP, "n": 30}
                },
                "confusion": {
                    "categories": list(CODES),
                    "counts": [[8, 2, 0], [0, 10, 0], [0, 0, 10]],
                },
                "reliability": [
                    {
                        "low": 0.4,
                        "high": 0.5,
                        "n": 9,
                        "confidence": 0.45,
                        "accuracy": 0.3,
                    },
                    {
                        "low": 0.9,
                        "high": 1.0,
                        "n": 21,
                        "confidence": 0.95,
                        "accuracy": 0.9,
                    },
                ],
            }
        },
    }


def detector():
    scores = ("map50", "ap50_any", "ap50", "map50_95")
    return {
        "kind": "detector",
        "input": {"side_px": 320},
        "calibration": {"temperature": 1.0},
        "thresholds": {"low_confidence": 0.3},
        "metrics": {
            "val": {
                **dict.fromkeys(scores, 0.42),
                "n": 12,
                "intervals": {name: [0.3, 0.5] for name in scores},
                "per_category": {
                    "glass": {"ap50": 0.4, "ap50_interval": [0.2, 0.6], "n_boxes": 7}
                },
                "per_source": {
                    "rov": {"map50": 0.4, "ap50_any": 0.6, "n": 12, "n_boxes": 7}
                },
            }
        },
    }


def forest():
    value = {"value": 0.4, "low": 0.3, "high": 0.5}
    scores = {
        "forest": {"macro_f1": value},
        "mean": {"macro_f1": value | {"value": 0.2}},
    }
    wanted = TARGETS[0]
    return {
        "kind": "forest",
        "targets": {
            wanted.code: {
                "label": wanted.label,
                "features": list(FEATURES)[:2],
                "bounds": list(wanted.bounds),
                "calibration": {
                    "temperature": 1.0,
                    "low_tail": 0.05,
                    "high_tail": 0.05,
                },
                "metrics": {"region": {"n": 99, "scores": scores}},
                "tables": [
                    {
                        "file": "tows.csv",
                        "n": 99,
                        "licence": "open",
                        "citation": "A 2014",
                    }
                ],
            }
        },
    }


@pytest.fixture
def deploy(data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.delenv("GYRE_MODEL", raising=False)

    def make(name, version, content):
        folder = tmp_path / "models" / name / str(version)
        folder.mkdir(parents=True)
        (folder / "model.npz").write_bytes(b"weights")
        entry = {"sha256": hashlib.sha256(b"weights").hexdigest(), "bytes": 7}
        source = {
            "source": "rov",
            "licence_class": "open",
            "licence": "MIT",
            "origin": "a",
            "n_train": 10,
        }
        whole = {
            "format": 1,
            "name": name,
            "version": version,
            "research_use": False,
            "created_at": "2026-11-28T00:00:00+00:00",
            "categories": list(CODES),
            "prediction_file": "model.npz",
            "training": {"sources": [source]},
            "files": {"model.npz": entry},
        }
        text = json.dumps(whole | content)
        (folder / "manifest.json").write_text(text, encoding="utf-8")

    return make


@pytest.fixture
def all_kinds(deploy):
    deploy("optimized_cnn_model", 1, classifier())
    deploy("optimized_cnn_model", 2, classifier())
    deploy("debris_detector", 1, detector())
    deploy("debris_forest", 1, forest())


def rows_of(app):
    frame = next(t.value for t in app.dataframe if "licence" in t.value.columns)
    return frame.set_index("model")


def titles(app):
    return [heading.value for heading in app.subheader]


def test_all_kinds_stand_side_by_side(open_app, empty_store, all_kinds):
    app = open_app("models")
    assert not app.exception
    assert not app.error
    rows = rows_of(app)
    assert rows["kind"].to_dict() == {
        "debris_detector@1": "Detector",
        "debris_forest@1": "Forest",
        "optimized_cnn_model@1": "Classifier",
        "optimized_cnn_model@2": "Classifier",
    }
    assert rows["in_use"].to_dict() == {
        "debris_detector@1": True,
        "debris_forest@1": True,
        "optimized_cnn_model@1": False,
        "optimized_cnn_model@2": True,
    }
    words = rows["scores_words"]
    assert "mAP50 0.42 (0.30 to 0.50)" in words["debris_detector@1"]
    assert "1 of 1 targets" in words["debris_forest@1"]
    assert any("Classifiers by macro-F1" in title for title in titles(app))
    side = next(t.value for t in app.dataframe if "source" in t.value.columns)
    assert side["optimized_cnn_model@1"].tolist() == [0.5]


def test_the_champion_is_the_one_in_use(open_app, empty_store, all_kinds, tmp_path):
    entry = {"model": "optimized_cnn_model@1", "since": "2026", "previous": []}
    (tmp_path / "models" / "champions.json").write_text(
        json.dumps({"roles": {"classifier": entry}}), encoding="utf-8"
    )
    app = open_app("models")
    assert not app.exception
    assert rows_of(app)["in_use"]["optimized_cnn_model@1"]
    assert not rows_of(app)["in_use"]["optimized_cnn_model@2"]
    (tmp_path / "models" / "champions.json").write_text("{", encoding="utf-8")
    app = open_app("models")
    assert not app.exception
    assert "which model is in use" in app.error[0].value


def test_the_reliability_diagram_says_which_way_confidence_errs(
    open_app, empty_store, all_kinds
):
    app = open_app("models")
    assert any("Confidence is too sure on the whole" in title for title in titles(app))


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("debris_detector@1", "AP50: glass and ceramics best"),
        ("debris_forest@1", "What the forest tells beyond the mean"),
    ],
)
def test_detector_and_forest_show_their_own_scores(
    open_app, empty_store, all_kinds, model, told
):
    app = open_app("models")
    app.selectbox(key="models_model").select(model).run()
    assert not app.exception
    assert any(told in title for title in titles(app)), titles(app)


def test_runs_that_do_not_exist_yet_are_said_in_words(
    open_app, empty_store, all_kinds, data_dir
):
    app = open_app("models")
    app.segmented_control(key="models_part").select("Training runs").run()
    assert not app.exception
    assert "None is logged yet" in "".join(m.value for m in app.markdown)
    assert not (data_dir / "mlflow.db").exists()


def test_a_run_is_drawn_with_its_curve(
    open_app, empty_store, all_kinds, data_dir, monkeypatch
):
    run = {
        "run_id": "r1",
        "name": "cnn_model@1",
        "status": "FINISHED",
        "started_ms": 1_795_860_000_000,
        "ended_ms": 1_795_863_600_000,
        "parameters": {"runs.1.seed": "1"},
        "metrics": {"loss": 0.5, "val_accuracy": 0.6, "val/accuracy": 0.61},
        "tags": {"seed": "1", "licence": "open", "git_commit": "0123456789abcdef"},
    }

    def curve(uri, run_id, metrics):
        values = {"loss": (2.0, 0.5), "val_accuracy": (0.3, 0.6)}
        return [
            {"metric": name, "epoch": epoch, "value": value}
            for name in metrics
            for epoch, value in enumerate(values[name], start=1)
        ]

    monkeypatch.setattr("core.mlops.tracking.read_runs", lambda uri: [run])
    monkeypatch.setattr("core.mlops.tracking.learning_curve", curve)
    app = open_app("models")
    app.segmented_control(key="models_part").select("Training runs").run()
    assert not app.exception
    frame = next(t.value for t in app.dataframe if "hours" in t.value.columns)
    assert frame["hours"][0] == 1.0
    assert frame["accuracy"][0] == 0.61
    assert frame["licence"][0] == "open only"
    assert "Loss by epoch, 0.500 at the end" in titles(app)
    assert "Score by epoch, 0.600 at the end" in titles(app)


def test_a_run_log_that_cannot_be_read_is_an_error_in_words(
    open_app, empty_store, all_kinds, data_dir
):
    (data_dir / "mlflow.db").write_bytes(b"this is no database but a text " * 40)
    app = open_app("models")
    app.segmented_control(key="models_part").select("Training runs").run()
    assert not app.exception
    assert "GYRE" in app.error[0].value


def test_an_interval_has_the_digits_of_its_figure():
    assert limits_note([0.0512, 0.1026], places=3) == "0.051 to 0.103"
    assert limits_note([0.617, 0.703]) == "0.62 to 0.70"
    assert limits_note([None, 0.7]) == ""


def test_scores_without_interval_are_told_without():
    assert score_words({"scores": {"accuracy": {"value": 0.5, "interval": None}}}) == (
        "accuracy 0.50"
    )
    assert score_words({}) == "no scores"
