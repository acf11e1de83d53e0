"""Settings of the detector: what fits is read, what does not is named."""

import pytest

from core.config import PROJECT_ROOT
from core.detection.options import RescoreOptions
from core.errors import InputError
from core.mlops.training.detector import DetectorConfig, read_detector_config
from core.mlops.training.detector.config import read_crops_config, read_prediction


def test_the_settings_in_use_are_read():
    path = PROJECT_ROOT / "config" / "detector_config.yaml"
    config = read_detector_config(path)
    assert config.predict_px % 32 == 0
    assert DetectorConfig.from_dict(config.to_dict()) == config
    prediction = read_prediction(path)
    assert 0 < prediction["nms_iou"] < 1
    crops = read_crops_config(path)
    assert crops is not None
    rescore = prediction["rescore"] | {"file": "f", "categories": ("a",)}
    RescoreOptions(**rescore, input_px=crops.input_px)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"input_px": 100}, "input_px"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": "many"}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"mosaic": 1.5}, "mosaic"),
        ({"photo_share": 0.7, "clean_share": 0.7}, "photo_share"),
        ({"samples_per_epoch": 8, "batch_size": 16}, "samples_per_epoch"),
        ({"sede": 1}, "sede"),
    ],
)
def test_unfit_settings_are_named(values, word):
    with pytest.raises(InputError, match=word):
        DetectorConfig.from_dict(values)


@pytest.mark.parametrize("text", ["", "detector: 3", "[", "other: {}", "\x00"])
def test_a_broken_file_is_refused(tmp_path, text):
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_detector_config(path)


def test_a_prediction_that_is_no_mapping_is_refused(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("prediction: [1]", encoding="utf-8")
    with pytest.raises(InputError, match="prediction"):
        read_prediction(path)
