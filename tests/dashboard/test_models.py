"""Models page: none deployed, one deployed, one that was tampered with."""

import hashlib
import json

import pytest

CATEGORIES = [
    "biota",
    "clean",
    "fishing_gear",
    "glass",
    "metal",
    "paper_cardboard",
    "plastic",
    "rubber",
    "textile",
    "wood",
]


def scores():
    """Made-up scores in the form of a manifest; only their drawing is tested."""
    counts = [[0] * 10 for _ in range(10)]
    for k in range(10):
        counts[k][k] = 8
        counts[k][6] += 2
    limits = {key: [0.5, 0.7] for key in ("accuracy", "macro_f1", "ece")}
    return {
        "accuracy": 0.62,
        "macro_f1": 0.47,
        "ece": 0.07,
        "auroc_debris": 0.94,
        "n": 100,
        "intervals": {**limits, "auroc_debris": [0.9, 0.96]},
        "per_category": {
            code: {
                "precision": 0.8,
                "recall": 0.8,
                "f1": 0.8 - k / 100,
                "support": 10,
                "f1_interval": [0.6, 0.9],
            }
            for k, code in enumerate(CATEGORIES)
        },
        "per_source": {
            "trashcan": {"accuracy": 0.5, "accuracy_interval": [0.4, 0.6], "n": 60},
            "studio": {"accuracy": 0.8, "accuracy_interval": [0.7, 0.9], "n": 40},
        },
        "confusion": {"categories": CATEGORIES, "counts": counts},
    }


@pytest.fixture
def deploy(data_dir, tmp_path, monkeypatch):
    """Deploy a model with made-up scores; return its folder."""
    monkeypatch.setenv("GYRE_MODELS_DIR", str(tmp_path / "models"))

    def make(version=1, accuracy=0.62):
        folder = tmp_path / "models" / "optimized_cnn_model" / str(version)
        folder.mkdir(parents=True)
        content = {"model.tflite": b"weights", "model_card.md": b"# Card\n\nLimits."}
        for name, data in content.items():
            (folder / name).write_bytes(data)
        manifest = {
            "format": 1,
            "name": "optimized_cnn_model",
            "version": version,
            "research_use": True,
            "created_at": "2026-11-25T00:07:37+00:00",
            "categories": CATEGORIES,
            "input": {"side_px": 160},
            "prediction_file": "model.tflite",
            "calibration": {"temperature": 1.0},
            "thresholds": {"low_confidence": 0.6},
            "metrics": {"val": {**scores(), "accuracy": accuracy}},
            "training": {
                "sources": [
                    {
                        "source": "trashcan",
                        "licence_class": "research_only",
                        "licence": "research",
                        "origin": "JAMSTEC",
                        "n_train": 10,
                    }
                ]
            },
            "files": {
                name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
                for name, data in content.items()
            },
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder

    return make


def texts(app):
    return "\n".join(str(m.value) for m in app.markdown)


def test_no_model_is_said_in_words(open_app, empty_store, tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(tmp_path / "none"))
    app = open_app("models")
    assert not app.exception
    assert "No model lies in" in texts(app)


def test_a_deployed_model_is_answered_with_intervals(open_app, empty_store, deploy):
    deploy()
    app = open_app("models")
    assert not app.exception
    assert not app.error
    assert "62 % (50 to 70) of 100 validation photos" in texts(app)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Accuracy"] == "0.62"
    assert figures["Macro-F1"] == "0.47"
    row = next(t.value for t in app.dataframe if "licence" in t.value.columns)
    assert row["licence"][0] == "Research use"
    assert row["files"][0] == "As promised"
    assert "# Card" in texts(app)


def test_the_worst_confusion_is_the_title(open_app, empty_store, deploy):
    deploy()
    app = open_app("models")
    titles = [heading.value for heading in app.subheader]
    assert "Biota" in "".join(titles) or "Living things" in "".join(titles)
    assert any("most often taken for plastic (2 of 10)" in title for title in titles)


def test_a_changed_file_is_an_error_in_words(open_app, empty_store, deploy):
    (deploy() / "model.tflite").write_bytes(b"WEIGHTS")
    app = open_app("models")
    assert not app.exception
    (message,) = [error.value for error in app.error]
    assert "tflite" in message
    assert "Next:" in message
    row = next(t.value for t in app.dataframe if "licence" in t.value.columns)
    assert row["files"][0] == "Changed or missing"


def test_an_unreadable_manifest_leaves_the_others_drawn(open_app, empty_store, deploy):
    deploy()
    (deploy(version=2) / "manifest.json").write_text("{", encoding="utf-8")
    app = open_app("models")
    assert not app.exception
    assert len(app.error) == 1
    app.selectbox(key="models_model").select("optimized_cnn_model@1").run()
    assert not app.exception
    assert app.metric


def test_what_each_model_decided_is_counted(open_app, empty_store, deploy):
    deploy()
    store = empty_store
    store.surveys.add("s")
    store.photos.add(
        {
            "sha256": "ab" * 32,
            "name": "a.jpg",
            "size_bytes": 1,
            "width": 1,
            "height": 1,
            "format": "JPEG",
            "survey": "s",
        }
    )
    store.predictions.add(
        {
            "photo_sha256": "ab" * 32,
            "model": "optimized_cnn_model@1",
            "category": "glass",
            "confidence": 0.3,
            "probabilities": {},
            "status": "low_confidence",
        }
    )
    app = open_app("models")
    assert not app.exception
    row = next(t.value for t in app.dataframe if "unsure" in t.value.columns)
    assert row[["photos", "unsure", "reviewed"]].iloc[0].tolist() == [1, 1.0, 0]
