"""Sea views: pure, seeded, of the picture's own size; in a graph as outside it."""

import numpy as np
import pytest

from core.errors import InputError
from core.mlops.training import sea_views

VIEWS = tuple(name for name in sea_views.__all__ if name.islower())


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def photo(tf):
    rng = np.random.default_rng(1)
    rough = rng.uniform(40, 220, (12, 16, 3)).repeat(8, axis=0).repeat(8, axis=1)
    return tf.constant(rough, tf.float32)


def view(name, tf, pixels, seed, strength=1.0):
    seed = tf.constant(seed, tf.int32)
    return getattr(sea_views, name)(pixels, seed, strength=strength).numpy()


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_decided_by_its_seed_and_keeps_size_and_range(name, tf, photo):
    views = [view(name, tf, photo, (3, k)) for k in range(6)]
    again = view(name, tf, photo, (3, 4))
    assert (views[4] == again).all()
    assert any((a != views[0]).any() for a in views[1:])
    for x in views:
        assert x.shape == (96, 128, 3) and x.dtype == np.float32
        assert np.isfinite(x).all() and x.min() >= 0 and x.max() <= 255


def test_a_dataset_gives_what_a_direct_call_gives(tf, photo):
    def change(k):
        seed = tf.stack([tf.constant(7), tf.cast(k, tf.int32)])
        return sea_views.sea_view(photo, seed, strength=0.8)

    rows = tf.data.Dataset.range(8).map(change, num_parallel_calls=2)
    for k, row in enumerate(rows.as_numpy_iterator()):
        direct = view("sea_view", tf, photo, (7, k), 0.8)
        np.testing.assert_allclose(row, direct, atol=0.02)


def test_no_strength_changes_nothing(tf, photo):
    assert (view("sea_view", tf, photo, (1, 2), 0.0) == photo.numpy()).all()


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_its_range_is_refused(strength, photo):
    with pytest.raises(InputError, match="from 0 to 1"):
        sea_views.sea_view(photo, (0, 0), strength=strength)


def test_depth_takes_red_first(tf):
    white = tf.fill((8, 8, 3), 200.0)
    for k in range(5):
        red, green, blue = view("depth_cast", tf, white, (k, 0)).mean(axis=(0, 1))
        assert red < green and red < blue


def test_haze_lowers_contrast_and_glare_only_adds_light(tf, photo):
    for k in range(5):
        assert view("haze", tf, photo, (k, 1)).std() < photo.numpy().std()
        assert (view("glare", tf, photo, (k, 1)) >= photo.numpy() - 1e-3).all()


def test_blur_keeps_the_mean_and_lowers_detail(tf, photo):
    for k in range(5):
        blurred = view("blur", tf, photo, (k, 1))
        assert abs(blurred.mean() - photo.numpy().mean()) < 3
        assert np.abs(np.diff(blurred, axis=0)).max() < 180
        assert blurred.std() < photo.numpy().std()


@pytest.mark.parametrize("name", ["caption_cutout", "caption_marks"])
def test_captions_touch_only_the_bands(name, tf, photo):
    for k in range(8):
        changed = (view(name, tf, photo, (k, 5)) != photo.numpy()).any(axis=(1, 2))
        rows = np.flatnonzero(changed)
        assert len(rows)
        assert ((rows <= 12) | (rows >= 83)).all()


def test_the_smallest_picture_is_taken(tf):
    for name in VIEWS:
        assert view(name, tf, tf.fill((1, 1, 3), 9.0), (0, 1)).shape == (1, 1, 3)
