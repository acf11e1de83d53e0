"""What training makes small: misplaced boxes, missed objects, wrong categories."""

from typing import Any, NamedTuple

from core.mlops.training.detector.assign import Assignment, assign
from core.mlops.training.detector.network import decode_boxes

__all__ = ["Losses", "detection_losses", "overlap_loss"]

#: Weight of a cell whose objectness is already right falls with this power.
_FOCUS = 1.5


class Losses(NamedTuple):
    """Scalars, each per object found."""

    total: Any
    box: Any
    objectness: Any
    category: Any


def overlap_loss(first: Any, second: Any) -> Any:
    """One minus the generalised intersection over union of paired boxes [1]_.

    Parameters
    ----------
    first, second : tensor, shape (..., 4)
        Left, top, right, bottom.

    References
    ----------
    .. [1] H. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019.
    """
    import tensorflow as tf

    low = tf.maximum(first[..., :2], second[..., :2])
    high = tf.minimum(first[..., 2:], second[..., 2:])
    inner = tf.reduce_prod(tf.maximum(high - low, 0.0), axis=-1)
    union = _area(first) + _area(second) - inner
    hull = tf.reduce_prod(
        tf.maximum(first[..., 2:], second[..., 2:])
        - tf.minimum(first[..., :2], second[..., :2]),
        axis=-1,
    )
    union, hull = tf.maximum(union, 1e-6), tf.maximum(hull, 1e-6)
    return 1.0 - inner / union + (hull - union) / hull


def _area(box: Any) -> Any:
    return (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])


def detection_losses(
    cells: Any,
    truth: Any,
    labels: Any,
    is_placed: Any,
    exists: Any,
    unjudged: Any,
    *,
    centres: Any,
    strides: Any,
    label_smoothing: float = 0.0,
    box_weight: float = 2.0,
    class_weight: float = 1.0,
) -> Losses:
    """Losses of a batch.

    Parameters
    ----------
    cells : tensor, shape (b, n, 5 + c)
        Raw network output.
    truth, labels, exists : tensor, shapes (b, m, 4), (b, m), (b, m)
        Objects, their categories, and which of them are no padding.
    is_placed : tensor of bool, shape (b, m)
        False where an object's place is a guess: then only its category counts.
    unjudged : tensor, shape (b, k, 4)
        Rectangles in which objectness is not judged; empty ones have no area.
    centres, strides : array, shapes (n, 2) and (n,)
        Of the cells.
    label_smoothing, box_weight, class_weight : float
        See `DetectorConfig`.
    """
    import tensorflow as tf

    boxes = decode_boxes(cells[..., :4], centres, strides)
    logits, category_logits = cells[..., 4], cells[..., 5:]
    log_shares = tf.nn.log_softmax(category_logits)
    found: Assignment = assign(
        tf.stop_gradient(boxes),
        tf.stop_gradient(log_shares + tf.math.log_sigmoid(logits)[..., None]),
        truth,
        labels,
        exists,
        centres=centres,
        strides=strides,
    )
    own_place = tf.gather(is_placed, found.index, batch_dims=1)
    named = tf.cast(found.is_object, tf.float32)
    placed = tf.cast(found.is_object & own_place, tf.float32)
    n_named = tf.maximum(tf.reduce_sum(named), 1.0)
    n_placed = tf.maximum(tf.reduce_sum(placed), 1.0)

    own_box = tf.gather(truth, found.index, batch_dims=1)
    box = tf.reduce_sum(overlap_loss(boxes, own_box) * placed) / n_placed

    quality = tf.stop_gradient(found.iou) * placed
    x, y = centres[:, 0], centres[:, 1]
    left, top, right, bottom = (unjudged[..., k, None] for k in range(4))
    ignored = tf.reduce_any((x > left) & (x < right) & (y > top) & (y < bottom), axis=1)
    judged = tf.where((ignored | found.is_object) & (placed < 0.5), 0.0, 1.0)
    focus = tf.abs(quality - tf.sigmoid(logits)) ** _FOCUS
    crossed = tf.nn.sigmoid_cross_entropy_with_logits(quality, logits)
    objectness = tf.reduce_sum(focus * crossed * judged) / n_placed

    own_label = tf.gather(labels, found.index, batch_dims=1)
    n_categories = category_logits.shape[-1]
    wanted = tf.one_hot(own_label, n_categories) * (1.0 - label_smoothing)
    wanted += label_smoothing / n_categories
    category = tf.reduce_sum(-tf.reduce_sum(wanted * log_shares, -1) * named) / n_named
    total = box_weight * box + objectness + class_weight * category
    return Losses(total, box, objectness, category)
