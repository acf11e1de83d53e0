import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.config import PROJECT_ROOT, Settings
from core.detection import load_detector
from core.detection.options import RescoreOptions
from core.detection.rescore import blend
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError
from tests.detector_models import CATEGORIES, MODEL_FILE, deploy, manifest_of, picture


def overlap(found, left, top, wide, high):
    """Intersection over union of a detection and a rectangle."""
    shared_w = min(found.x_px + found.w_px, left + wide) - max(found.x_px, left)
    shared_h = min(found.y_px + found.h_px, top + high) - max(found.y_px, top)
    shared = max(shared_w, 0) * max(shared_h, 0)
    return shared / (found.w_px * found.h_px + wide * high - shared)


def loaded(tmp_path, **detector):
    deploy(tmp_path, **detector)
    return load_detector(settings=Settings(models_dir=tmp_path, threads=1))


def sure(found, floor=0.3):
    return [one for one in found if one.score >= floor]


def test_squares_are_found_where_they_are(detector):
    # 64 px input: each photo pixel is one network pixel, cells of 8 px.
    found = detector.detect(picture(64, 48, ("plastic", 8, 16, 8, 8)))
    (one,) = sure(found)
    assert one.category == "plastic"
    assert (one.x_px, one.y_px, one.w_px, one.h_px) == (7, 15, 10, 10)
    assert one.score == pytest.approx(1.0)


def test_boxes_are_in_pixels_of_the_photo_at_any_scale(detector):
    # 120 x 90 is reduced by 64 / 120: a cell of 8 px covers 15 px of the photo.
    small, large = (
        sure(detector.detect(picture(*size, ("metal", *where))))
        for size, where in (((120, 90), (45, 30, 15, 15)), ((32, 24), (12, 8, 4, 4)))
    )
    assert [one.category for one in small + large] == ["metal", "metal"]
    assert overlap(small[0], 45, 30, 15, 15) > 0.6
    assert overlap(large[0], 12, 8, 4, 4) > 0.6


def test_no_box_leaves_the_photo_and_the_grey_beside_it_is_empty(detector):
    corners = (("wood", 0, 0, 8, 8), ("wood", 56, 8, 8, 8))
    found = sure(detector.detect(picture(64, 16, *corners)), 0.02)
    assert len(found) == 2
    for one in found:
        assert 0 <= one.x_px < one.x_px + one.w_px <= 64
        assert 0 <= one.y_px < one.y_px + one.h_px <= 16


def test_the_likeliest_comes_first(detector):
    found = detector.detect(
        picture(64, 64, ("wood", 8, 8, 8, 4), ("metal", 32, 32, 8, 8))
    )
    assert [one.category for one in found[:2]] == ["metal", "wood"]
    assert [one.score for one in found] == sorted(
        (one.score for one in found), reverse=True
    )


def test_small_objects_of_a_large_photo_are_found_by_the_tiles(detector, tmp_path):
    # Of the whole photo at 64 px they fill 4 of the 64 px of a cell, which scores 0.06.
    photo = picture(256, 192, ("plastic", 104, 60, 8, 8), ("metal", 224, 164, 8, 8))
    found = sure(detector.detect(photo), 0.12)
    assert {one.category for one in found} == {"metal", "plastic"}
    whole_only = loaded(tmp_path, tiles={"max_tiles": 0})
    assert not sure(whole_only.detect(photo), 0.1)


def test_an_object_in_the_overlap_of_tiles_is_one(tmp_path):
    detector = loaded(tmp_path, tiles={"max_tiles": 12, "overlap": 0.5})
    tile_starts = {0, 32, 64}
    for left in sorted(tile_starts):
        photo = picture(128, 128, ("plastic", left + 32, 40, 8, 8))
        assert len(sure(detector.detect(photo))) == 1


def test_a_repeat_gives_the_same_and_threads_do_not_disturb_each_other(detector):
    rng = np.random.default_rng(3)
    photos = [
        rng.integers(0, 255, (int(rng.integers(20, 200)), 150, 3), dtype=np.uint8)
        for _ in range(6)
    ]
    expected = [detector.detect(photo) for photo in photos]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detector.detect, photos * 8)) == expected * 8


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (2, 3), (4000, 9)])
def test_photos_of_odd_shapes_are_looked_at(detector, shape):
    for one in detector.detect(np.full((*shape, 3), (255, 0, 0), dtype=np.uint8)):
        assert one.w_px > 0
        assert one.h_px > 0
        assert one.x_px + one.w_px <= shape[1]
        assert one.y_px + one.h_px <= shape[0]


@pytest.mark.parametrize(
    "photo",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((0, 4, 3), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.float32),
        "photo",
    ],
)
def test_what_is_no_photo_is_refused(detector, photo):
    with pytest.raises(InputError):
        detector.detect(photo)


def test_no_more_boxes_than_the_manifest_allows(tmp_path):
    detector = loaded(tmp_path, max_boxes=3)
    photo = picture(64, 64, *(("wood", x, 8, 8, 8) for x in range(0, 64, 16)))
    assert len(detector.detect(photo)) == 3


def test_a_model_says_what_it_is(detector):
    assert detector.model_id == "debris_detector@1"
    assert detector.categories == CATEGORIES
    assert detector.score_threshold == 0.3
    assert detector.decode_side_px == 128


def test_a_changed_model_file_is_refused(tmp_path):
    folder = deploy(tmp_path)
    with (folder / "model.tflite").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelIntegrityError, match="changed or damaged"):
        load_detector(settings=Settings(models_dir=tmp_path))


def test_a_missing_detector_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="debris_detector"):
        load_detector(settings=Settings(models_dir=tmp_path))


def test_a_classifier_is_no_detector():
    settings = Settings(models_dir=PROJECT_ROOT / "models" / "deployment")
    with pytest.raises(ModelError, match="no detector"):
        load_detector("optimized_cnn_model", settings=settings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"detector": None}, "malformed"),
        ({"detector": {"input_px": 64}}, "malformed"),
        ({"detector": {"input_px": 64, "score_threshold": "high"}}, "malformed"),
        ({"detector": {"input_px": 64, "score_threshold": 2}}, "outside"),
        ({"detector": {"input_px": 96, "score_threshold": 0.3}}, "two input sides"),
        ({"categories": ["plastic", "metal"]}, "do not fit"),
        ({"input": {"side_px": 96}}, "two input sides"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(tmp_path, change, said):
    deploy(tmp_path, manifest=manifest_of(MODEL_FILE.read_bytes()) | change)
    with pytest.raises(ModelError, match=said):
        load_detector(settings=Settings(models_dir=tmp_path))


def test_unknown_fields_of_the_manifest_are_passed_over(tmp_path):
    assert loaded(tmp_path, strides=[8, 16, 32], note="trained at sea").detect(
        picture(64, 64, ("wood", 8, 8, 8, 8))
    )


def test_a_model_that_is_no_litert_file_is_refused(tmp_path):
    manifest = manifest_of(b"no model")
    folder = deploy(tmp_path, manifest=manifest)
    (folder / "model.tflite").write_bytes(b"no model")
    with pytest.raises(ModelError, match="LiteRT cannot use"):
        load_detector(settings=Settings(models_dir=tmp_path))


def options(**changed):
    return RescoreOptions(**{"model": "some_classifier"} | changed)


def test_a_classifier_has_its_share_in_the_category():
    vector = np.array([0.3, 0.1, 0.4], dtype=np.float32)
    # The classifier does not know the third category, which keeps its score.
    theirs = np.array([0.1, 0.9, np.nan])
    only_theirs = blend(vector, theirs, 0.0, options(weight=1, detector_weight=0))
    np.testing.assert_allclose(
        only_theirs, [0.4 * 0.101 / 1.002, 0.4 * 0.901 / 1.002, 0.4], rtol=1e-6
    )
    only_ours = blend(vector, theirs, 0.0, options(weight=0, detector_weight=1))
    np.testing.assert_allclose(only_ours, vector, atol=0.01)
    both = blend(vector, theirs, 0.0, options(weight=1, detector_weight=1))
    first, second = 0.101 * (0.375 + 0.01), 0.901 * (0.125 + 0.01)
    np.testing.assert_allclose(
        both[:2], [0.4 * v / (first + second) for v in (first, second)], rtol=1e-6
    )
    assert both.sum() == pytest.approx(vector.sum())


def test_a_clean_crop_lowers_the_score_and_never_to_nothing():
    vector = np.array([0.6, 0.2], dtype=np.float32)
    theirs = np.array([0.0, 0.0])
    sure = blend(vector, theirs, 1.0, options(clean_weight=1))
    assert sure.sum() == pytest.approx(0.8 * 0.05)
    assert blend(vector, theirs, 1.0, options()).sum() == pytest.approx(0.8)


def test_nothing_known_changes_nothing():
    vector = np.array([0.6, 0.2], dtype=np.float32)
    unknown = np.array([np.nan, np.nan])
    np.testing.assert_array_equal(blend(vector, unknown, 0.0, options()), vector)
    nothing = np.zeros(2, dtype=np.float32)
    np.testing.assert_array_equal(
        blend(nothing, vector.astype(np.float64), 0.0, options()), nothing
    )


class FakeClassifier:
    """Calls everything metal, and remembers what it was shown."""

    categories = ("clean", "metal", "plastic")

    def __init__(self):
        self.shown = []

    def predict_one(self, photo):
        self.shown.append(photo.shape)
        return np.array([0.0, 1.0, 0.0])


def test_the_second_stage_looks_at_the_likeliest_boxes(tmp_path, models_dir):
    from core.classification import read_manifest
    from core.detection import DebrisDetector

    rescore = {
        "model": "optimized_cnn_model",
        "weight": 1.0,
        "detector_weight": 0.0,
        "context": [2.0, 4.0],
        "max_boxes": 1,
        "min_side_px": 4,
    }
    folder = deploy(tmp_path, rescore=rescore)
    manifest, model = read_manifest(folder), MODEL_FILE.read_bytes()
    with pytest.raises(ModelError, match="needs a classifier"):
        DebrisDetector(manifest, model)
    classifier = FakeClassifier()
    detector = DebrisDetector(manifest, model, classifier=classifier)
    photo = picture(64, 64, ("plastic", 16, 16, 8, 8), ("wood", 40, 40, 8, 4))
    found = detector.detect(photo)
    assert classifier.shown == [(20, 20, 3), (40, 40, 3)]
    # Red is shown as plastic only, so the shares are the classifier's own.
    assert [one.category for one in found[:2]] == ["metal", "wood"]
    assert found[0].score == pytest.approx(1.0, abs=0.01)
    assert all(one.category != "plastic" for one in found if one.score > 0.02)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": -1},
        {"context": []},
        {"context": [0.5]},
        {"context": "wide"},
        {"max_boxes": 0},
        {"min_side_px": 0},
        {"object_weight": 2},
        {"file": "crops.tflite", "categories": ["metal"]},
        {"model": "", "file": "crops.tflite"},
        {"model": ""},
        {"temperature": 0.0},
    ],
)
def test_a_second_stage_that_makes_no_sense_is_refused(tmp_path, wrong):
    deploy(tmp_path, rescore={"model": "optimized_cnn_model"} | wrong)
    with pytest.raises(ModelError, match="malformed"):
        load_detector(settings=Settings(models_dir=tmp_path))


def test_the_manifest_names_the_classifier_of_the_second_stage(tmp_path):
    deploy(tmp_path, rescore={"model": "optimized_cnn_model"})
    with pytest.raises(NotFoundError, match="optimized_cnn_model"):
        load_detector(settings=Settings(models_dir=tmp_path))


def test_detection_never_imports_tensorflow(tmp_path):
    deploy(tmp_path)
    code = (
        "import sys, json, pathlib, numpy as np\n"
        "from core.config import Settings\n"
        "from core.detection import load_detector\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "d = load_detector(settings=Settings(models_dir=folder))\n"
        "d.detect(np.zeros((9, 9, 3), np.uint8))\n"
        "print(json.dumps([m for m in sys.modules if m.split('.')[0] == 'tensorflow']))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT_ROOT,
    )
    assert json.loads(out.stdout.splitlines()[-1]) == []
