"""Which cell answers for which object: dynamic assignment (SimOTA).

References
----------
.. [1] Z. Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv 2107.08430, 2.4.
"""

from typing import Any, NamedTuple

__all__ = ["Assignment", "assign", "pairwise_iou"]

#: A cell may answer for an object whose centre lies within so many strides.
_CENTRE_STRIDES = 2.5
_MOST_CELLS = 10
_IOU_COST = 3.0
_TIE_COST = 1e-2
_OUTSIDE_CENTRE = 1e3
_IMPOSSIBLE = 1e8


class Assignment(NamedTuple):
    """For each cell of each picture, the object it answers for.

    Attributes
    ----------
    is_object : tensor of bool, shape (b, n)
        False means background; the other fields are then without meaning.
    index : tensor of int32, shape (b, n)
        Number of the object.
    iou : tensor, shape (b, n)
        Overlap of the cell's box with the object's.
    """

    is_object: Any
    index: Any
    iou: Any


def pairwise_iou(first: Any, second: Any) -> Any:
    """Intersection over union of every pair.

    Parameters
    ----------
    first : tensor, shape (b, m, 4)
    second : tensor, shape (b, n, 4)
        Left, top, right, bottom.

    Returns
    -------
    tensor, shape (b, m, n)
    """
    import tensorflow as tf

    a, b = first[:, :, None, :], second[:, None, :, :]
    width = tf.minimum(a[..., 2], b[..., 2]) - tf.maximum(a[..., 0], b[..., 0])
    height = tf.minimum(a[..., 3], b[..., 3]) - tf.maximum(a[..., 1], b[..., 1])
    inner = tf.maximum(width, 0.0) * tf.maximum(height, 0.0)
    union = _area(a) + _area(b) - inner
    return inner / tf.maximum(union, 1e-6)


def _area(box: Any) -> Any:
    return (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])


def assign(
    boxes: Any,
    log_scores: Any,
    truth: Any,
    labels: Any,
    exists: Any,
    *,
    centres: Any,
    strides: Any,
) -> Assignment:
    """Give each object the few cells that predict it best.

    Parameters
    ----------
    boxes : tensor, shape (b, n, 4)
        Predicted, in pixels.
    log_scores : tensor, shape (b, n, c)
        Log of the predicted probabilities.
    truth : tensor, shape (b, m, 4)
        Objects, padded.
    labels : tensor of int32, shape (b, m)
        Their categories.
    exists : tensor of bool, shape (b, m)
        False for padding.
    centres, strides : array, shapes (n, 2) and (n,)
        Of the cells.
    """
    import tensorflow as tf

    iou = pairwise_iou(truth, boxes)
    x, y = centres[:, 0], centres[:, 1]
    left, top, right, bottom = (truth[..., k, None] for k in range(4))
    in_box = (x > left) & (x < right) & (y > top) & (y < bottom)
    reach = strides * _CENTRE_STRIDES
    in_centre = (tf.abs(x - 0.5 * (left + right)) < reach) & (
        tf.abs(y - 0.5 * (top + bottom)) < reach
    )
    possible = (in_box | in_centre) & exists[..., None]
    own_scores = tf.gather(
        tf.transpose(log_scores, (0, 2, 1)), labels, batch_dims=1, axis=1
    )
    cost = -own_scores - _IOU_COST * tf.math.log(iou + 1e-6)
    cost += tf.where(in_box & in_centre, 0.0, _OUTSIDE_CENTRE)
    away = tf.abs(x - 0.5 * (left + right)) + tf.abs(y - 0.5 * (top + bottom))
    cost += _TIE_COST * away / strides  # of equals, the nearest to the centre
    cost = tf.where(possible, cost, _IMPOSSIBLE)

    best = tf.math.top_k(tf.where(possible, iou, 0.0), _MOST_CELLS).values
    n_cells = tf.cast(tf.reduce_sum(best, axis=-1), tf.int32)
    n_cells = tf.clip_by_value(n_cells, 1, _MOST_CELLS)
    cheapest = -tf.math.top_k(-cost, _MOST_CELLS).values
    dearest = tf.gather(cheapest, n_cells - 1, batch_dims=2)
    match = (cost <= dearest[..., None]) & possible
    # A cell wanted by several objects goes to the cheapest.
    cost = tf.where(match, cost, 2 * _IMPOSSIBLE)
    index = tf.argmin(cost, axis=1, output_type=tf.int32)
    return Assignment(
        tf.reduce_any(match, axis=1),
        index,
        tf.gather(tf.transpose(iou, (0, 2, 1)), index, batch_dims=2),
    )
