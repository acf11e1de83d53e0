"""The benchmark of whole pictures on a few small ones, and its stand-in runtimes."""

import numpy as np
import pytest

from benchmarks import vision
from benchmarks._vision_peers import with_runner
from core.classification import load_classifier
from core.config import PROJECT_ROOT, Settings
from core.detection import load_detector
from core.errors import NotFoundError

SETTINGS = Settings(models_dir=PROJECT_ROOT / "models" / "deployment", threads=2)


@pytest.fixture(scope="module")
def classifier():
    return load_classifier("optimized_cnn_model", settings=SETTINGS)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return vision._photos(tmp_path_factory.mktemp("photos"), "small", 320, 240, 3)


def test_a_peer_does_all_but_the_network_by_the_same_code(classifier):
    seen = []
    shapes = [e["shape"] for e in classifier._new_interpreter().get_output_details()]

    def run(pixels):
        seen.append(pixels.shape)
        return [np.zeros(shape, np.float32) for shape in shapes]

    peer = with_runner(classifier, run)
    photo = np.zeros((50, 70, 3), np.uint8)
    shares = peer.predict([photo, photo])
    side = classifier.manifest.input_px
    assert seen == [(1, side, side, 3)] * 2
    np.testing.assert_allclose(shares, 1 / len(classifier.categories))
    assert peer.model_id == classifier.model_id


def test_rates_ratios_and_shares_are_told_for_every_side(
    classifier, paths, monkeypatch
):
    try:
        detector = load_detector(settings=SETTINGS)
    except NotFoundError:
        detector = None
    sides = [
        vision._Side("LiteRT", classifier, detector),
        vision._Side("again", classifier, detector, decodes_in_full=True),
    ]
    monkeypatch.setattr(vision, "_sides", lambda settings, folder: (sides, []))
    rows = vision.run(settings=SETTINGS, sizes={"small": (320, 240, 3)}, n_rounds=2)
    found = {row["measure"]: row["value"] for row in rows}
    assert found["small: LiteRT"] > 0
    assert 0.1 < found["small: LiteRT over again"] < 10
    assert 0 < found["small: JPEG decoding with LiteRT"] < 100
    assert 0 < found["small: JPEG decoding with again"] < 100
