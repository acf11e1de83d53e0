"""Targets and losses on made-up cells. TensorFlow, but small."""

import numpy as np
import pytest

from core.mlops.training.detector.assign import assign, pairwise_iou
from core.mlops.training.detector.losses import detection_losses, overlap_loss
from core.mlops.training.detector.network import cell_centres, decode_boxes

SIDE = 64
CENTRES, STRIDES = cell_centres(SIDE)
N = len(CENTRES)


def encode(boxes):
    """What a cell must put out for a box: the inverse of `decode_boxes`."""
    middle = (boxes[..., :2] + boxes[..., 2:]) / 2
    step = STRIDES[:, None]
    size = np.log((boxes[..., 2:] - boxes[..., :2]) / step)
    return np.concatenate([(middle - CENTRES) / step, size], axis=-1)


def truth_of(*boxes, n=4):
    truth = np.zeros((1, n, 4), np.float32)
    truth[..., 2:] = SIDE
    exists = np.zeros((1, n), bool)
    for k, box in enumerate(boxes):
        truth[0, k], exists[0, k] = box, True
    return truth, exists


def perfect(box, label, *, n_categories=3, sure=8.0):
    """Cells that all predict one box, its category, and the objectness `sure`."""
    cells = np.zeros((1, N, 5 + n_categories), np.float32)
    cells[0, :, :4] = encode(np.broadcast_to(np.float32(box), (N, 4)))
    cells[0, :, 4] = sure
    cells[0, :, 5 + label] = 8.0
    return cells


def losses_of(cells, truth, exists, *, labels=None, placed=True, unjudged=None):
    return detection_losses(
        cells,
        truth,
        np.zeros(exists.shape, np.int32) if labels is None else labels,
        np.full(exists.shape, placed),
        exists,
        np.zeros((1, 4, 4), np.float32) if unjudged is None else unjudged,
        centres=CENTRES,
        strides=STRIDES,
    )


def test_cells_of_all_maps_cover_the_canvas():
    assert N == 64 + 16 + 4
    assert CENTRES[0].tolist() == [4, 4]
    assert CENTRES[1].tolist() == [12, 4]
    assert CENTRES[-1].tolist() == [48, 48]
    assert set(STRIDES.tolist()) == {8, 16, 32}


def test_decoding_undoes_encoding():
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 40, (N, 2))
    boxes = np.concatenate([low, low + rng.uniform(2, 24, (N, 2))], axis=1)
    raw = encode(boxes).astype(np.float32)
    np.testing.assert_allclose(decode_boxes(raw, CENTRES, STRIDES), boxes, atol=1e-3)


def test_decoding_never_overflows():
    raw = np.full((N, 4), 1e4, np.float32)
    assert np.isfinite(decode_boxes(raw, CENTRES, STRIDES)).all()


def test_pairwise_overlap():
    a = np.array([[[0, 0, 2, 2], [0, 0, 1, 1]]], np.float32)
    b = np.array([[[0, 0, 2, 1], [5, 5, 6, 6], [3, 3, 3, 3]]], np.float32)
    expected = [[[0.5, 0, 0], [0.5, 0, 0]]]
    np.testing.assert_allclose(pairwise_iou(a, b), expected, atol=1e-6)


def test_overlap_loss_falls_as_boxes_near_each_other():
    box = np.array([10, 10, 20, 20], np.float32)
    shifts = [float(overlap_loss(box, box + d)) for d in (0, 2, 8, 30)]
    assert shifts[0] == pytest.approx(0, abs=1e-6)
    assert shifts == sorted(shifts)
    assert shifts[-1] > 1


def test_cells_answer_for_the_object_about_them_and_no_other():
    first, second = (4, 4, 28, 28), (40, 36, 60, 60)
    truth, exists = truth_of(first, second)
    boxes = np.where(CENTRES[:, :1] < 32, np.array(first), np.array(second))[None]
    found = assign(
        boxes.astype(np.float32),
        np.zeros((1, N, 3), np.float32),
        truth,
        np.zeros((1, 4), np.int32),
        exists,
        centres=CENTRES,
        strides=STRIDES,
    )
    is_object, index = found.is_object.numpy()[0], found.index.numpy()[0]
    assert 2 <= is_object.sum() <= 20
    for k in np.flatnonzero(is_object):
        left, top, right, bottom = truth[0, index[k]]
        x, y = CENTRES[k]
        reach = 2.5 * STRIDES[k]
        assert left < x < right or abs(x - (left + right) / 2) < reach
        assert top < y < bottom or abs(y - (top + bottom) / 2) < reach
    assert set(index[is_object]) == {0, 1}
    np.testing.assert_allclose(found.iou.numpy()[0][is_object], 1.0, atol=1e-5)


def test_an_object_smaller_than_a_cell_still_gets_one():
    truth, exists = truth_of((28.5, 29.5, 31.5, 32.5))
    found = assign(
        np.tile(np.array([0, 0, 8, 8], np.float32), (1, N, 1)),
        np.zeros((1, N, 3), np.float32),
        truth,
        np.zeros((1, 4), np.int32),
        exists,
        centres=CENTRES,
        strides=STRIDES,
    )
    assert found.is_object.numpy().sum() == 1


def test_padding_is_never_an_object():
    truth, exists = truth_of()
    found = assign(
        np.tile(np.array([0, 0, 64, 64], np.float32), (1, N, 1)),
        np.zeros((1, N, 3), np.float32),
        truth,
        np.zeros((1, 4), np.int32),
        exists,
        centres=CENTRES,
        strides=STRIDES,
    )
    assert not found.is_object.numpy().any()


def test_losses_are_finite_with_and_without_objects():
    rng = np.random.default_rng(1)
    cells = rng.normal(0, 30, (1, N, 8)).astype(np.float32)
    for boxes in ((), ((5, 5, 20, 30),)):
        losses = losses_of(cells, *truth_of(*boxes))
        assert all(np.isfinite(float(value)) for value in losses)
    empty = losses_of(cells, *truth_of())
    assert float(empty.box) == float(empty.category) == 0
    assert float(empty.objectness) > 0


def test_gradients_are_finite_without_objects():
    import tensorflow as tf

    cells = tf.Variable(np.zeros((1, N, 8), np.float32))
    with tf.GradientTape() as tape:
        losses = losses_of(cells, *truth_of())
    assert np.isfinite(tape.gradient(losses.total, cells).numpy()).all()


def test_the_right_answer_costs_less_than_wrong_ones():
    box = (8, 8, 40, 40)
    truth, exists = truth_of(box)
    right = losses_of(perfect(box, 0), truth, exists)
    misplaced = losses_of(perfect((12, 12, 60, 44), 0), truth, exists)
    misnamed = losses_of(perfect(box, 1), truth, exists)
    assert float(right.box) < 1e-3 < float(misplaced.box)
    assert float(right.category) < 0.05 < float(misnamed.category)


def test_a_guessed_place_teaches_the_category_only():
    box = (8, 8, 40, 40)
    truth, exists = truth_of(box)
    everywhere = np.zeros((1, 4, 4), np.float32)
    everywhere[0, 0] = (-1, -1, 65, 65)
    losses = losses_of(
        perfect((20, 8, 60, 40), 1),
        truth,
        exists,
        placed=False,
        unjudged=everywhere,
    )
    assert float(losses.box) == 0
    assert float(losses.objectness) == 0
    assert float(losses.category) > 1
