"""Crops for the second stage."""

import numpy as np

from core.mlops.training.detector.crops import crop_photos
from core.mlops.training.detector.data import BoxPicture


def picture(boxes, labels, *, source="trashcan"):
    pixels = np.full((120, 160, 3), 90, np.uint8)
    for box, label in zip(boxes, labels, strict=True):
        left, top, right, bottom = box
        pixels[top:bottom, left:right] = 10 + 100 * label
    return BoxPicture(
        name="p",
        source=source,
        pixels=pixels,
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        labels=np.array(labels, np.int64),
    )


def test_each_box_is_cut_out_twice_and_something_between_once():
    crops = crop_photos([picture([(10, 10, 50, 50)], [1])], ("a", "b"))
    assert crops.labels.tolist() == [1, 1, 2]
    assert crops.names == ("p#0", "p#0", "p#-")
    wide, close, empty = crops.photos
    assert wide.shape[0] > close.shape[0]
    assert (close == 110).mean() > 0.3
    assert (empty == 90).all()


def test_a_window_full_of_something_else_is_left_out():
    boxes = [(60, 40, 76, 56), (20, 10, 140, 110)]
    crops = crop_photos([picture(boxes, [0, 1], source="other")], ("a", "b"))
    assert set(crops.names) == {"p#1"}


def test_specks_and_incomplete_sources_give_nothing():
    crops = crop_photos([picture([(5, 5, 9, 60)], [0], source="aquatrash")], ("a",))
    assert len(crops) == 0


def test_the_seed_places_the_empty_windows():
    one = [picture([(10, 10, 30, 30)], [0])]
    first, same, other = (crop_photos(one, ("a",), seed=s) for s in (1, 1, 2))
    assert first.photos[-1].shape == same.photos[-1].shape
    assert first.photos[-1].shape != other.photos[-1].shape
