"""Random views: seeded, and boxes stay on the things they name."""

import numpy as np
import pytest

from core.mlops.training.detector.batches import MOST_OBJECTS, padded, stream
from core.mlops.training.detector.config import DetectorConfig
from core.mlops.training.detector.data import BoxPicture
from core.mlops.training.detector.views import FILL, View, ViewMaker, fit_to_canvas


def maker(pictures, donors=(), clean=(), **settings):
    config = DetectorConfig(
        **({"input_px": 96, "recolour": 0.0, "samples_per_epoch": 16, "paste": 0.0})
        | {"batch_size": 8}
        | settings
    )
    return ViewMaker(pictures, donors, clean, 2, config)


def test_the_canvas_holds_the_photo_top_left(pictures):
    canvas, scale = fit_to_canvas(pictures[0].pixels, 160)
    assert scale == pytest.approx(2.0)
    assert (canvas[120:] == FILL).all()
    assert canvas[:120].std() > 0
    tall, scale = fit_to_canvas(np.zeros((90, 3, 3), np.uint8), 32)
    assert tall.shape == (32, 32, 3)


@pytest.mark.parametrize("mosaic", [0.0, 1.0])
def test_boxes_stay_on_their_things(pictures, mosaic):
    make = maker(pictures, mosaic=mosaic)
    seen = 0
    for k in range(40):
        view = make.view(0, k)
        assert view.pixels.shape == (96, 96, 3)
        for box, label in zip(view.boxes, view.labels, strict=True):
            assert (box >= 0).all()
            assert (box <= 96).all()
            left, top, right, bottom = box.round().astype(int)
            inner = view.pixels[top + 1 : bottom - 1, left + 1 : right - 1].astype(int)
            if inner.size and min(right - left, bottom - top) >= 8:
                red_over_blue = np.median(inner[..., 0] - inner[..., 2])
                assert (red_over_blue > 60) == (label == 1)
                seen += 1
    assert seen > 20


def test_views_repeat_by_seed_epoch_and_position(pictures):
    first = maker(pictures, paste=0.5, recolour=0.7)
    again = maker(pictures, paste=0.5, recolour=0.7)
    for k in range(6):
        for a, b in zip(first.view(3, k), again.view(3, k), strict=True):
            np.testing.assert_array_equal(a, b)
    assert (first.view(3, 0).pixels != first.view(4, 0).pixels).any()
    assert (first.view(3, 0).pixels != first.view(3, 1).pixels).any()


def test_an_object_of_unknown_place_leaves_its_tile_unjudged(pictures):
    guess = BoxPicture(
        name="g",
        source="s",
        pixels=pictures[0].pixels,
        boxes=np.array([[20, 15, 60, 45]], np.float32),
        labels=np.array([1]),
        is_placed=False,
    )
    view = maker(pictures, [guess], mosaic=1.0, photo_share=1.0, clean_share=0.0).view(
        0, 0
    )
    assert view.unjudged.shape == (4, 4)
    assert not view.is_placed.any()
    areas = np.prod(view.unjudged[:, 2:] - view.unjudged[:, :2], axis=1)
    assert areas.sum() == pytest.approx(96 * 96)


def test_batches_are_padded_in_order_and_keep_the_largest(pictures):
    make = maker(pictures)
    batches = list(stream(make, 2))
    assert len(batches) == 2
    np.testing.assert_array_equal(batches[1].pixels[3], make.view(2, 11).pixels)
    many = np.tile(np.array([[0, 0, 5, 5]], np.float32), (40, 1))
    many[7] = (0, 0, 50, 50)
    view = View(
        np.zeros((96, 96, 3), np.uint8),
        many,
        np.zeros(40, np.int64),
        np.ones(40, bool),
        np.zeros((0, 4), np.float32),
    )
    batch = padded([view])
    assert batch.exists.sum() == MOST_OBJECTS
    assert batch.truth[0, 0].tolist() == [0, 0, 50, 50]
    empty = padded([view._replace(boxes=many[:0], labels=view.labels[:0])])
    assert not empty.exists.any()
    assert (empty.truth[..., 2:] > empty.truth[..., :2]).all()
