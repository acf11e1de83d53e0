"""From settings and boxes to a deployed detector. Slow: TensorFlow trains twice."""

import json
from typing import Any

import pytest
import yaml

from core.classification.manifest import verify_model
from core.config import Settings
from core.detection import load_detector
from core.errors import InputError, ModelError, NotFoundError
from core.mlops.training.detector import train_detector

SETTINGS = {
    "detector": {
        "input_px": 64,
        "predict_px": 64,
        "epochs": 1,
        "samples_per_epoch": 8,
        "batch_size": 4,
        "width": 16,
        "tower_depth": 1,
        "start_from": "imagenet",
        "frozen_to": "blocks_10_add",
    },
    "crops": {
        "stages": [{"epochs": 1, "input_px": 32}],
        "samples_per_epoch": 8,
        "batch_size": 4,
        "simulated_share": 0.0,
        "renders_per_kind": 0,
        "frozen_to": "blocks_10_add",
    },
    "prediction": {"rescore": {"max_boxes": 2}, "second_weight": 0.6},
    "data_sources": [
        {
            "source": "painted",
            "licence_class": "open",
            "licence": "none needed",
            "origin": "this test",
            "relevance": "none",
        }
    ],
}


@pytest.fixture
def settings_file(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    return path


@pytest.mark.slow
def test_boxes_become_a_deployed_detector(tmp_path, boxes_folder, settings_file):
    heard: list[Any] = []
    where = {"runs_dir": tmp_path / "runs", "models_dir": tmp_path / "models"}
    manifest = train_detector(
        settings_file, boxes_folder, version=1, report=heard.append, **where
    )
    assert [line["epoch"] for line in heard] == [1]
    assert 0 <= heard[0]["val_ap50_any"] <= 1
    folder = tmp_path / "models" / "debris_detector" / "1"
    assert verify_model(folder) == manifest
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert content["research_use"] is False
    assert content["training"]["sources"][0]["n_train"] == 18
    assert content["metrics"]["val"]["n"] == 6
    assert "All training data carry an open licence" in (
        folder / "model_card.md"
    ).read_text(encoding="utf-8")
    detector = load_detector(settings=Settings(models_dir=tmp_path / "models"))
    assert detector.categories == ("metal", "plastic")
    assert detector.options.rescore is not None
    with pytest.raises(ModelError, match="deployed already"):
        train_detector(settings_file, boxes_folder, version=1, **where)


def test_what_is_missing_is_told(tmp_path, boxes_folder, settings_file):
    where = {"runs_dir": tmp_path / "runs", "models_dir": tmp_path / "models"}
    with pytest.raises(NotFoundError, match=r"boxes\.csv"):
        train_detector(settings_file, tmp_path / "nowhere", version=1, **where)
    listing = boxes_folder / "boxes.csv"
    heading = listing.read_text(encoding="utf-8").splitlines()[0]
    listing.write_text(heading + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no training picture"):
        train_detector(settings_file, boxes_folder, version=1, **where)
