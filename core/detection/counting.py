"""Boxes to counts: how many objects of each category a photo shows."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from core.detection.boxes import iou_matrix
from core.detection.records import Detection
from core.errors import InputError

__all__ = ["counted"]

#: Two boxes that overlap this much are one object seen as two categories
#: (assumption; objects that lie on one another rarely share three fifths).
_SAME_OBJECT_IOU = 0.6


def counted(detections: Iterable[Detection], threshold: float) -> dict[str, int]:
    """Count the objects of each category.

    An object found as two categories counts once, as the likelier one.

    Parameters
    ----------
    detections : iterable of Detection
        Of one photo, in any order.
    threshold : float
        Lowest score that counts, in [0, 1]; the detector's `score_threshold` is the
        one at which its counts are least biased.

    Returns
    -------
    dict
        Category to count, one or more, sorted by category. Biota counts too, where
        the detector knows it.

    Raises
    ------
    InputError
        If the threshold is outside [0, 1].

    Examples
    --------
    >>> bottle = Detection(
    ...     category="plastic", x_px=4, y_px=2, w_px=9, h_px=9, score=0.8
    ... )
    >>> counted([bottle], 0.5)
    {'plastic': 1}
    """
    if not 0 <= threshold <= 1:
        raise InputError(f"threshold {threshold} outside [0, 1]")
    sure = sorted(
        (d for d in detections if d.score >= threshold), key=lambda d: -d.score
    )
    if not sure:
        return {}
    corners = np.array(
        [[d.x_px, d.y_px, d.x_px + d.w_px, d.y_px + d.h_px] for d in sure]
    )
    is_same = iou_matrix(corners, corners) >= _SAME_OBJECT_IOU
    counts: Counter[str] = Counter()
    taken: list[int] = []
    for number, detection in enumerate(sure):
        if not is_same[number, taken].any():
            taken.append(number)
            counts[detection.category] += 1
    return dict(sorted(counts.items()))
