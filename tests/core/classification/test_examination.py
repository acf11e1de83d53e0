"""What a classifier makes of the named outputs of a network that stands in."""

import json
import shutil
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from core.classification import (
    FOREIGN_REASON,
    LOW_CONFIDENCE,
    REJECTED,
    DomainStatistics,
    PhotoClassifier,
    classify_bytes,
    find_model,
    load_classifier,
    softmax,
)
from core.config import Settings
from core.errors import ModelError, ModelIntegrityError
from core.observations import CATEGORY_CODES

SIDE = 32
N_EARLY = 4
SHAPES = {
    "logits": [1, len(CATEGORY_CODES)],
    "features": [1, 6],
    "early_features": [1, N_EARLY],
    "activation": [1, 2, 2, len(CATEGORY_CODES)],
}


class Network:
    """An interpreter whose early features are the mean colours of the photo."""

    def __init__(self, outputs=tuple(SHAPES), broken=()):
        self.names = list(outputs)
        self.broken = broken

    def get_input_details(self):
        return [{"index": 0, "shape": np.array([1, SIDE, SIDE, 3])}]

    def get_output_details(self):
        return [
            {"index": 1 + k, "shape": np.array(SHAPES[name])}
            for k, name in enumerate(self.names)
        ]

    def get_signature_runner(self, name):
        assert name == "serving_default"
        details = dict(zip(self.names, self.get_output_details(), strict=True))

        class Runner:
            def get_output_details(self):
                return details

        return Runner()

    def set_tensor(self, index, pixels):
        self.mean = pixels.reshape(-1, 3).mean(axis=0) / 255

    def invoke(self):
        pass

    def get_tensor(self, index):
        name = self.names[index - 1]
        out = np.zeros(SHAPES[name], dtype=np.float32)
        if name == "logits":
            out[0, 6] = 5.0
        if name == "early_features":
            out[0, :3] = self.mean
        if name in self.broken:
            out[:] = np.nan
        return out


def stand_in(monkeypatch, manifest, *, domain=None, **options):
    monkeypatch.setattr(
        PhotoClassifier, "_new_interpreter", lambda _: Network(**options)
    )
    return PhotoClassifier(manifest, b"", domain=domain, threads=1)


@pytest.fixture
def manifest(classifier):
    return replace(
        classifier.manifest,
        categories=CATEGORY_CODES,
        input_px=SIDE,
        temperature=1.0,
        bias=(),
        entropy_power=0.0,
        low_confidence=0.5,
    )


#: Knows photos of middle grey.
GREY = DomainStatistics(
    mean=np.array([0.5, 0.5, 0.5, 0.0], dtype=np.float32),
    whitening=np.eye(N_EARLY, dtype=np.float32) * 10,
    threshold=1.5,
)


def flat(value, side=40):
    return np.full((side, side, 3), value, dtype=np.uint8)


def test_everything_the_network_gives_is_handed_on(monkeypatch, manifest):
    found = stand_in(monkeypatch, manifest).examine(flat(128))
    assert found.features.shape == (6,)
    assert found.early_features.shape == (N_EARLY,)
    assert found.activation.shape == (2, 2, len(CATEGORY_CODES))
    assert found.probabilities.argmax() == 6
    assert found.domain_distance is None
    assert not found.is_foreign


def test_a_file_of_logits_alone_is_used_as_before(monkeypatch, manifest):
    old = stand_in(monkeypatch, manifest, outputs=("logits",))
    found = old.examine(flat(128))
    assert found.features is found.activation is found.domain_distance is None
    assert not found.is_foreign
    np.testing.assert_array_equal(found.probabilities, old.predict_one(flat(128)))


def test_a_photo_far_from_the_known_ones_is_foreign(monkeypatch, manifest):
    knows_grey = stand_in(monkeypatch, manifest, domain=GREY)
    assert not knows_grey.examine(flat(128)).is_foreign
    white = knows_grey.examine(flat(255))
    assert white.is_foreign
    # Three of four components lie 0.5 * 10 off.
    assert white.domain_distance == pytest.approx(np.sqrt(3 * 25 / 4))


def test_features_that_are_no_numbers_are_foreign(monkeypatch, manifest):
    broken = stand_in(monkeypatch, manifest, domain=GREY, broken=("early_features",))
    found = broken.examine(flat(128))
    assert found.is_foreign
    assert found.domain_distance == np.inf


def test_an_answer_that_is_no_number_refuses_the_photo_alone(
    monkeypatch, manifest, make_jpeg
):
    broken = stand_in(monkeypatch, manifest, broken=("logits",))
    with pytest.raises(ModelError, match="no usable numbers"):
        broken.examine(flat(128))
    (result,) = classify_bytes([("a.jpg", make_jpeg(1))], broken)
    assert result.status == REJECTED
    assert "no usable numbers" in result.reason


def test_a_foreign_photo_is_doubtful_whatever_its_confidence(
    monkeypatch, manifest, make_jpeg
):
    far = replace(GREY, mean=np.full(N_EARLY, 9, dtype=np.float32))
    (result,) = classify_bytes(
        [("cat.jpg", make_jpeg(1))], stand_in(monkeypatch, manifest, domain=far)
    )
    assert result.confidence is not None
    assert result.confidence > 0.9
    assert result.is_foreign
    assert result.status == LOW_CONFIDENCE
    assert result.reason.startswith(FOREIGN_REASON)


def test_statistics_of_another_network_are_refused(monkeypatch, manifest):
    with pytest.raises(ModelError, match="0 early features"):
        stand_in(monkeypatch, manifest, domain=GREY, outputs=("logits",))
    wide = replace(
        GREY, mean=np.zeros(5, np.float32), whitening=np.eye(5, dtype=np.float32)
    )
    with pytest.raises(ModelError, match="4 early features"):
        stand_in(monkeypatch, manifest, domain=wide)


def test_a_bias_of_calibration_moves_the_logits(monkeypatch, manifest):
    bias = tuple(0.1 * k for k in range(len(CATEGORY_CODES)))
    biased = replace(manifest, temperature=2.0, bias=bias)
    found = stand_in(monkeypatch, biased).examine(flat(128))
    logits = np.zeros(len(CATEGORY_CODES))
    logits[6] = 5.0
    np.testing.assert_allclose(
        found.probabilities, softmax(logits / 2.0 + np.array(bias))
    )


@pytest.fixture
def copied(settings, tmp_path):
    """The deployed model in a folder of its own, with statistics promised."""
    source = find_model(settings.models_dir, "optimized_cnn_model")
    folder = tmp_path / source.parent.name / source.name
    folder.mkdir(parents=True)
    for name in ("manifest.json", "model_float16.tflite"):
        shutil.copy(source / name, folder / name)
    return folder


def promise(folder, data, *, sha=None):
    path = folder / "manifest.json"
    content = json.loads(path.read_text())
    content["domain"] = {"method": "mahalanobis", "threshold": 1.5}
    content["files"]["domain.npz"] = {
        "sha256": sha or sha256(data).hexdigest(),
        "bytes": len(data),
    }
    path.write_text(json.dumps(content))


def test_promised_statistics_that_are_missing_or_changed_stop_the_model(copied):
    data = GREY.to_bytes()
    promise(copied, data)
    settings = Settings(models_dir=copied.parents[1])
    with pytest.raises(ModelIntegrityError, match=r"domain\.npz .* is missing"):
        load_classifier("optimized_cnn_model", settings=settings)
    (copied / "domain.npz").write_bytes(data[:-1] + b"x")
    with pytest.raises(ModelIntegrityError, match=r"domain\.npz .* hash"):
        load_classifier("optimized_cnn_model", settings=settings)
