"""The classifier of crops that ships in the detector's own folder."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from core.classification import find_model, read_manifest
from core.config import PROJECT_ROOT, Settings
from core.detection import load_detector
from core.detection.boxes import Boxes
from core.detection.options import RescoreOptions
from core.detection.rescore import rescored
from core.errors import ModelError, ModelIntegrityError
from tests.detector_models import deploy, picture

SHIPPED = find_model(PROJECT_ROOT / "models" / "deployment", "optimized_cnn_model")


@pytest.fixture
def with_own_file(tmp_path):
    shipped = read_manifest(SHIPPED)
    rescore = {
        "file": "crops/model.tflite",
        "categories": list(shipped.categories),
        "input_px": shipped.input_px,
        "temperature": 0.8,
    }
    folder = deploy(tmp_path, rescore=rescore)
    (folder / "crops").mkdir()
    path = folder / "crops" / "model.tflite"
    shutil.copy(SHIPPED / shipped.prediction_file, path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["crops/model.tflite"] = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return path


def test_the_own_file_names_the_boxes(tmp_path, with_own_file):
    detector = load_detector(settings=Settings(models_dir=tmp_path, threads=1))
    found = detector.detect(picture(64, 64, ("plastic", 16, 16, 12, 12)))
    assert found
    assert all(0 <= one.score <= 1 for one in found)


def test_a_changed_file_is_refused_by_name(tmp_path, with_own_file):
    with_own_file.write_bytes(with_own_file.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelIntegrityError, match=r"crops/model\.tflite"):
        load_detector(settings=Settings(models_dir=tmp_path, threads=1))


def test_a_file_of_other_categories_is_refused(tmp_path, with_own_file):
    path = with_own_file.parents[1] / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["detector"]["rescore"]["categories"] = ["metal"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match="fit"):
        load_detector(settings=Settings(models_dir=tmp_path, threads=1))


class Torn:
    """Cannot choose between two categories."""

    categories = ("clean", "metal", "plastic")

    def predict_one(self, photo):
        return np.array([0.0, 0.6, 0.4])


@pytest.mark.parametrize(("power", "expected"), [(0.0, 0.54), (1.0, 0.9)])
def test_an_object_is_ranked_by_being_one(power, expected):
    vectors = np.array([[0.45, 0.45]], np.float32)
    boxes = Boxes(
        np.array([[4, 4, 20, 20]], np.float32),
        np.array([0]),
        vectors[0, :1],
        vectors,
        np.zeros(1, bool),
    )
    options = RescoreOptions(
        model="any", detector_weight=0.0, object_weight=power, min_side_px=4
    )
    found = rescored(
        np.zeros((32, 32, 3), np.uint8),
        boxes,
        Torn(),
        ("metal", "plastic"),
        options,
        floor=0.01,
        iou=0.6,
    )
    assert found.labels.tolist() == [0, 1]
    assert found.scores[0] == pytest.approx(expected, abs=0.01)
    assert found.scores[1] / found.scores[0] == pytest.approx(2 / 3, abs=0.01)
