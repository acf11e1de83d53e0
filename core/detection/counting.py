"""Boxes to counts: how many objects of each category a photo shows."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from core.detection.boxes import iou_matrix
from core.detection.records import UNKNOWN_DEBRIS, Detection
from core.errors import InputError

__all__ = ["counted", "distinct_objects"]

#: `core.observations.quantities.OTHER_DEBRIS`; importing it would load pandas.
_OTHER_IN_RECORDS = "other"
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
        Category of records to count, one or more, sorted by category: debris that
        nobody could name is ``other``. Biota counts too, where the detector knows it.

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
    counts = Counter(
        _OTHER_IN_RECORDS if one.category == UNKNOWN_DEBRIS else one.category
        for one in distinct_objects(detections, threshold)
    )
    return dict(sorted(counts.items()))


def distinct_objects(
    detections: Iterable[Detection], threshold: float
) -> list[Detection]:
    """Keep one detection an object, the likeliest, of those sure enough.

    Parameters
    ----------
    detections : iterable of Detection
        Of one photo, in any order.
    threshold : float
        Lowest score that counts, in [0, 1].

    Returns
    -------
    list of Detection
        Highest score first.

    Raises
    ------
    InputError
        If the threshold is outside [0, 1].
    """
    if not 0 <= threshold <= 1:
        raise InputError(f"threshold {threshold} outside [0, 1]")
    sure = sorted(
        (one for one in detections if one.score >= threshold), key=lambda d: -d.score
    )
    if not sure:
        return []
    corners = np.array(
        [[d.x_px, d.y_px, d.x_px + d.w_px, d.y_px + d.h_px] for d in sure]
    )
    is_same = iou_matrix(corners, corners) >= _SAME_OBJECT_IOU
    taken: list[int] = []
    for number in range(len(sure)):
        if not is_same[number, taken].any():
            taken.append(number)
    return [sure[number] for number in taken]
