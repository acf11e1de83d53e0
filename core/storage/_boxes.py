"""The shape of boxes as they are kept; what a category means is not known here."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from core.errors import StorageError

__all__ = ["checked_boxes"]

_N_SIDES = 4


def checked_boxes(boxes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return boxes as JSON values.

    Parameters
    ----------
    boxes : iterable of mapping
        ``category``, ``bbox`` (x, y, width, height in px of the upright photo) and,
        where a model found it, ``score`` in [0, 1].

    Raises
    ------
    StorageError
        If a box has no category, is not four finite numbers, has no area or begins
        before the photo does, or its score is no share.
    """
    return [_checked(number, box) for number, box in enumerate(boxes, start=1)]


def _checked(number: int, box: Mapping[str, Any]) -> dict[str, Any]:
    category = box.get("category")
    if not isinstance(category, str) or not category:
        raise StorageError(f"box {number} has no category")
    try:
        sides = [float(side) for side in box["bbox"]]
    except (KeyError, TypeError, ValueError):
        raise StorageError(f"box {number} has no four numbers as bbox") from None
    if len(sides) != _N_SIDES or not all(isfinite(side) for side in sides):
        raise StorageError(f"box {number} has no four finite numbers as bbox: {sides}")
    x, y, width, height = sides
    if x < 0 or y < 0 or width <= 0 or height <= 0:
        raise StorageError(f"box {number} lies outside its photo or is empty: {sides}")
    kept: dict[str, Any] = {
        "category": category,
        "bbox": [round(side, 2) for side in sides],
    }
    if box.get("score") is not None:
        score = float(box["score"])
        if not 0.0 <= score <= 1.0:
            raise StorageError(f"box {number} has the score {score}, expected [0, 1]")
        kept["score"] = round(score, 6)
    return kept
