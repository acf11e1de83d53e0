"""Mosaic and copy-paste: every box still lies round what it named."""

import numpy as np
import pytest

from core.errors import InputError
from core.mlops.training.box_views import copy_paste, mosaic

GREY = 90


def scene(colour, box, *, label=1, width=120, height=90):
    """A grey picture with one rectangle of a colour, and its box."""
    pixels = np.full((height, width, 3), GREY, dtype=np.uint8)
    left, top, right, bottom = box
    pixels[top:bottom, left:right] = colour
    return pixels, np.array([box], dtype=np.float32), np.array([label])


SCENES = [
    scene((255, 0, 0), (20, 20, 60, 50), label=1),
    scene((0, 255, 0), (50, 30, 100, 70), label=2),
    scene((0, 0, 255), (10, 40, 50, 80), label=3),
    scene((255, 255, 0), (60, 10, 110, 60), label=4),
]
COLOURS = {1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255), 4: (255, 255, 0)}


@pytest.mark.parametrize("seed", range(20))
def test_mosaic_boxes_hold_the_colour_they_name(seed):
    pixels, boxes, labels = mosaic(SCENES, seed, 160)
    assert pixels.shape == (160, 160, 3) and pixels.dtype == np.uint8
    assert boxes.dtype == np.float32 and len(boxes) == len(labels)
    assert (boxes >= 0).all() and (boxes <= 160).all()
    for (left, top, right, bottom), label in zip(boxes, labels, strict=True):
        y, x = int((top + bottom) / 2), int((left + right) / 2)
        assert np.abs(pixels[y, x].astype(int) - COLOURS[int(label)]).max() < 30
        # Just outside there is something else: another tile, grey or the rim.
        inside = pixels[int(top) + 2 : int(bottom) - 2, int(left) + 2 : int(right) - 2]
        assert np.abs(inside.astype(int) - COLOURS[int(label)]).max() < 90


def test_the_seed_decides():
    first, again, other = (mosaic(SCENES, seed, 128) for seed in (5, 5, 6))
    assert all(np.array_equal(first[k], again[k]) for k in range(3))
    assert not np.array_equal(first[0], other[0])
    pasted, same = (copy_paste(SCENES[0], SCENES[1:], seed=9) for _ in range(2))
    assert all(np.array_equal(pasted[k], same[k]) for k in range(3))


@pytest.mark.parametrize("seed", range(20))
def test_pasting_keeps_the_old_boxes_and_hides_little_of_them(seed):
    before = SCENES[0][0].copy()
    pixels, boxes, labels = copy_paste(SCENES[0], SCENES[1:], seed)
    assert (SCENES[0][0] == before).all()
    assert (boxes[0] == SCENES[0][1][0]).all() and labels[0] == 1
    assert len(boxes) == len(labels) <= 4
    red = (pixels[20:50, 20:60] == (255, 0, 0)).all(axis=-1).mean()
    assert red >= 0.4  # at most three pastes of 20 % each
    for left, top, right, bottom in boxes[1:]:
        patch = pixels[int(top) : int(bottom), int(left) : int(right)]
        assert patch.std() > 5  # something was drawn there
        assert 0 <= left < right <= 120 and 0 <= top < bottom <= 90


def test_a_picture_without_boxes_is_a_sample_too():
    empty_scene = (np.zeros((40, 30, 3), dtype=np.uint8), np.zeros((0, 4), np.float32))
    empty = (*empty_scene, np.zeros(0, np.int64))
    pixels, boxes, labels = mosaic([empty], 0, 64)
    assert pixels.shape == (64, 64, 3) and boxes.shape == (0, 4) and len(labels) == 0
    assert copy_paste(empty, [empty], 0)[1].shape == (0, 4)
    assert len(copy_paste(empty, SCENES, 3)[1]) >= 1


def test_bad_samples_are_refused():
    pixels, boxes, labels = SCENES[0]
    with pytest.raises(InputError, match="at least one sample"):
        mosaic([], 0, 64)
    with pytest.raises(InputError, match="not finite"):
        mosaic([(pixels, boxes * np.nan, labels)], 0, 64)
    with pytest.raises(InputError, match="1 boxes but 2 labels"):
        copy_paste((pixels, boxes, np.array([1, 2])), [], 0)
    with pytest.raises(InputError, match="shape"):
        mosaic([(pixels[..., 0], boxes, labels)], 0, 64)
    with pytest.raises(InputError, match="size_px"):
        mosaic(SCENES, 0, 4)


def test_a_box_partly_outside_is_cut_from_what_there_is():
    pixels = np.full((40, 40, 3), 200, dtype=np.uint8)
    donor = (pixels, np.array([[-20, -20, 20, 20]], dtype=np.float32), np.array([7]))
    _, boxes, labels = copy_paste(SCENES[0], [donor], 1)
    assert set(labels[1:].tolist()) == {7}
    assert ((boxes[1:, 2:] - boxes[1:, :2]) > 0).all()
