import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.classification import PhotoClassifier, find_model, load_classifier, softmax
from core.classification.classifier import to_input
from core.config import PROJECT_ROOT, Settings
from core.errors import InputError, ModelError, ModelIntegrityError


def photos(n, seed=0):
    rng = np.random.default_rng(seed)
    return [
        rng.integers(0, 255, (int(rng.integers(1, 300)), 200, 3), dtype=np.uint8)
        for _ in range(n)
    ]


def test_each_row_is_a_distribution_over_the_categories(classifier):
    shares = classifier.predict(photos(5))
    assert shares.shape == (5, len(classifier.categories))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all()


def test_a_photo_gets_the_same_answer_alone_and_in_company(classifier):
    batch = photos(7, seed=1)
    together = classifier.predict(batch)
    alone = np.array([classifier.predict_one(photo) for photo in batch])
    np.testing.assert_array_equal(together, alone)


def test_threads_that_share_a_classifier_do_not_disturb_each_other(classifier):
    batch = photos(4, seed=2)
    expected = classifier.predict(batch)
    with ThreadPoolExecutor(8) as pool:
        for got in pool.map(lambda _: classifier.predict(batch), range(16)):
            np.testing.assert_array_equal(got, expected)


def test_no_photo_gives_no_row(classifier):
    assert classifier.predict([]).shape == (0, len(classifier.categories))


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
def test_what_is_no_rgb_photo_is_refused_by_its_number(classifier, photo):
    with pytest.raises(InputError, match="photo 1 must be uint8"):
        classifier.predict([np.zeros((4, 4, 3), dtype=np.uint8), photo])


def test_the_whole_photo_is_squashed_and_none_cut_off():
    photo = np.zeros((90, 180, 3), dtype=np.uint8)
    photo[:, 90:] = 200
    pixels = to_input(photo, 64)
    assert pixels.shape == (1, 64, 64, 3)
    assert pixels.dtype == np.float32
    np.testing.assert_array_equal(pixels[0, :, :30], 0)
    np.testing.assert_array_equal(pixels[0, :, 34:], 200)


@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=12),
    st.floats(min_value=0.1, max_value=9),
)
def test_softmax_keeps_the_order_and_a_hotter_one_is_less_sure(logits, temperature):
    cool = softmax(np.array(logits), temperature=temperature)
    hot = softmax(np.array(logits), temperature=2 * temperature)
    assert cool.sum() == pytest.approx(1)
    assert cool[int(np.argmax(logits))] == cool.max()
    assert hot.max() <= cool.max() + 1e-12


def test_a_model_that_does_not_fit_its_manifest_is_refused(classifier):
    manifest = replace(classifier.manifest, categories=("a", "b"))
    with pytest.raises(ModelError, match="do not fit its manifest"):
        PhotoClassifier(manifest, classifier._model)
    with pytest.raises(ModelError, match="cannot use"):
        PhotoClassifier(classifier.manifest, b"not a model")


def test_a_changed_model_file_is_never_loaded(settings, tmp_path):
    source = find_model(settings.models_dir, "optimized_cnn_model")
    folder = tmp_path / source.parent.name / source.name
    folder.mkdir(parents=True)
    for name in ("manifest.json", "model_float16.tflite"):
        shutil.copy(source / name, folder / name)
    with (folder / "model_float16.tflite").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelIntegrityError, match=r"model_float16\.tflite"):
        load_classifier(settings=Settings(models_dir=tmp_path))


def test_predicting_never_imports_tensorflow():
    code = (
        "import sys, numpy as np\n"
        "from core.classification import load_classifier\n"
        "from core.config import load_settings\n"
        "c = load_classifier(settings=load_settings())\n"
        "c.predict([np.zeros((9, 9, 3), np.uint8)] * 3)\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'tensorflow', 'keras', 'sklearn', 'torch', 'pandas'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
