"""Which found boxes are right: matched with the true ones by pycocotools."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.detection import Detection

__all__ = ["IOU_THRESHOLDS", "Matches", "PictureBoxes", "TrueBox", "match"]

#: Of the COCO evaluation: 0.50, 0.55 … 0.95.
IOU_THRESHOLDS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
#: Most boxes of a category that COCO looks at in a picture.
_MAX_FOUND = 100
_ANY_AREA = [0.0, 1e12]


@dataclass(frozen=True)
class TrueBox:
    """A labelled box: category, and ``(x, y, w, h)`` in pixels."""

    category: str
    bbox: tuple[float, float, float, float]


@dataclass(frozen=True)
class PictureBoxes:
    """What is in one picture and what was found in it."""

    source: str
    true: Sequence[TrueBox]
    found: Sequence[Detection]


@dataclass(frozen=True)
class Matches:
    """Found boxes of one category in all pictures, each right, wrong or neither.

    Attributes
    ----------
    picture : ndarray of int, shape (n,)
        Which picture each box is in; highest score first.
    score : ndarray of float, shape (n,)
        Never rising.
    is_hit : ndarray of bool, shape (n_thresholds, n)
        Whether a true box of the category is matched, at each IoU threshold.
    is_ignored : ndarray of bool, shape (n_thresholds, n)
        Whether the box lies on something that counts neither way.
    n_true : ndarray of int, shape (n_pictures,)
        True boxes of the category in each picture.
    """

    picture: npt.NDArray[np.int64]
    score: npt.NDArray[np.float64]
    is_hit: npt.NDArray[np.bool_]
    is_ignored: npt.NDArray[np.bool_]
    n_true: npt.NDArray[np.int64] = field(repr=False)

    @staticmethod
    def pooled(parts: "Sequence[Matches]") -> "Matches":
        """Rank the boxes of several categories together."""
        score = np.concatenate([part.score for part in parts])
        order = np.argsort(-score, kind="stable")
        return Matches(
            np.concatenate([part.picture for part in parts])[order],
            score[order],
            np.concatenate([part.is_hit for part in parts], axis=1)[:, order],
            np.concatenate([part.is_ignored for part in parts], axis=1)[:, order],
            np.sum([part.n_true for part in parts], axis=0),
        )


def match(
    pictures: Sequence[PictureBoxes],
    category: str | None,
    *,
    thresholds: Sequence[float] = IOU_THRESHOLDS,
    ignored_category: str | None = None,
) -> Matches:
    """Match the found boxes of a category with its true boxes, as COCO does.

    From the highest score down each found box takes the free true box of the same
    picture that it overlaps most, if by at least the threshold; at most 100 a picture.

    Parameters
    ----------
    pictures : sequence of PictureBoxes
        With and without boxes.
    category : str or None
        What to match; None takes every box as of one category.
    thresholds : sequence of float
        Of the intersection over union.
    ignored_category : str, optional
        True boxes of it count neither way, and so do found ones that lie on them.
    """
    true: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for number, picture in enumerate(pictures):
        for box in picture.true:
            is_crowd = box.category == ignored_category
            if category is None or box.category == category or is_crowd:
                true.append(_annotation(len(true) + 1, number, box.bbox, is_crowd))
        for guess in picture.found:
            if category is None or guess.category == category:
                bbox = (guess.x_px, guess.y_px, guess.w_px, guess.h_px)
                entry = _annotation(len(found) + 1, number, bbox, False)
                found.append(entry | {"score": guess.score})
    rows = _per_picture(true, found, len(pictures), thresholds)
    n_true = np.zeros(len(pictures), dtype=np.int64)
    for entry in true:
        n_true[entry["image_id"]] += not entry["iscrowd"]
    n_thresholds = len(thresholds)
    if not rows:
        nothing = np.zeros((n_thresholds, 0), dtype=bool)
        none = np.zeros(0, dtype=np.int64)
        return Matches(none, np.zeros(0), nothing, nothing, n_true)
    score = np.concatenate([row["dtScores"] for row in rows])
    order = np.argsort(-score, kind="mergesort")
    picture_of = np.concatenate(
        [np.full(len(row["dtIds"]), row["image_id"], dtype=np.int64) for row in rows]
    )
    is_ignored = np.concatenate([row["dtIgnore"] for row in rows], axis=1) > 0
    is_hit = np.concatenate([row["dtMatches"] for row in rows], axis=1) > 0
    return Matches(
        picture_of[order],
        score[order],
        (is_hit & ~is_ignored)[:, order],
        is_ignored[:, order],
        n_true,
    )


def _annotation(
    number: int, picture: int, bbox: Sequence[float], is_crowd: bool
) -> dict[str, Any]:
    return {
        "id": number,  # COCO takes 0 for no match
        "image_id": picture,
        "category_id": 1,
        "bbox": [float(value) for value in bbox],
        "area": float(bbox[2] * bbox[3]),
        "iscrowd": int(is_crowd),
    }


def _per_picture(
    true: list[dict[str, Any]],
    found: list[dict[str, Any]],
    n_pictures: int,
    thresholds: Sequence[float],
) -> list[dict[str, Any]]:
    """Run pycocotools, which talks, in silence."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    sides = []
    with contextlib.redirect_stdout(io.StringIO()):
        for annotations in (true, found):
            side = COCO()
            side.dataset = {
                "images": [{"id": number} for number in range(n_pictures)],
                "categories": [{"id": 1}],
                "annotations": annotations,
            }
            side.createIndex()
            sides.append(side)
        evaluation = COCOeval(*sides, iouType="bbox")
        evaluation.params.iouThrs = np.asarray(thresholds, dtype=float)
        evaluation.params.areaRng = [_ANY_AREA]
        evaluation.params.maxDets = [_MAX_FOUND]
        evaluation.evaluate()
    return [row for row in evaluation.evalImgs if row is not None and row["dtIds"]]
