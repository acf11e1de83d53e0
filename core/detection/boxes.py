"""Arrays of boxes: overlap, suppression, and one object seen as two categories."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Boxes",
    "candidates",
    "demote_second_categories",
    "iou_matrix",
    "overlap_matrix",
    "suppress",
]

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Boxes:
    """Boxes of one photo, one row each.

    Attributes
    ----------
    corners : ndarray of float32, shape (n, 4)
        Left, top, right, bottom.
    labels : ndarray of int, shape (n,)
        Index of the category.
    scores : ndarray of float32, shape (n,)
        Confidence of that category.
    vectors : ndarray of float32, shape (n, n_categories)
        Scores of every category at the place of the box.
    is_cut : ndarray of bool, shape (n,)
        Whether the box ends at the border of a tile inside the photo.
    """

    corners: Floats
    labels: Indices
    scores: Floats
    vectors: Floats
    is_cut: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, rows: npt.NDArray[Any]) -> "Boxes":
        """Return the boxes of these rows, or of a mask."""
        return Boxes(
            self.corners[rows],
            self.labels[rows],
            self.scores[rows],
            self.vectors[rows],
            self.is_cut[rows],
        )

    def with_scores(self, scores: Floats) -> "Boxes":
        """Return the same boxes with other scores."""
        return Boxes(self.corners, self.labels, scores, self.vectors, self.is_cut)

    @staticmethod
    def joined(parts: "Sequence[Boxes]") -> "Boxes":
        """Return all boxes of several as one."""
        return Boxes(
            np.concatenate([part.corners for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.is_cut for part in parts]),
        )


def candidates(
    corners: Floats, scores: Floats, *, floor: float, max_boxes: int
) -> Boxes:
    """Pick the likeliest boxes from what the network put out.

    Parameters
    ----------
    corners : ndarray, shape (n, 4)
        Left, top, right, bottom of every place.
    scores : ndarray, shape (n, n_categories)
        Confidence of every category there; NaN counts as none.
    floor : float
        Lowest score kept.
    max_boxes : int
        At most so many pairs of place and category.

    Returns
    -------
    Boxes
        Highest score first.
    """
    flat = scores.reshape(-1)
    rows = np.flatnonzero(flat >= floor)
    if len(rows) > max_boxes:
        best = np.argpartition(flat[rows], -max_boxes)[-max_boxes:]
        rows = rows[best]
    rows = rows[np.argsort(-flat[rows], kind="stable")]
    places, labels = np.divmod(rows, scores.shape[1])
    is_box = np.isfinite(corners[places]).all(axis=1)
    places, labels, rows = places[is_box], labels[is_box], rows[is_box]
    return Boxes(
        corners[places].astype(np.float32),
        labels,
        flat[rows].astype(np.float32),
        scores[places].astype(np.float32),
        np.zeros(len(rows), dtype=bool),
    )


def _areas(corners: npt.NDArray[Any]) -> npt.NDArray[Any]:
    sides = np.maximum(corners[:, 2:] - corners[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1])


def _intersections(
    first: npt.NDArray[Any], second: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    width = np.minimum(first[:, None, 2], second[None, :, 2])
    width -= np.maximum(first[:, None, 0], second[None, :, 0])
    height = np.minimum(first[:, None, 3], second[None, :, 3])
    height -= np.maximum(first[:, None, 1], second[None, :, 1])
    return np.asarray(np.maximum(width, 0) * np.maximum(height, 0))


def iou_matrix(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Intersection over union of every pair of boxes.

    Parameters
    ----------
    first, second : ndarray, shapes (n, 4) and (m, 4)
        Left, top, right, bottom.

    Returns
    -------
    ndarray, shape (n, m)
        From 0 to 1; 0 where a box has no area.

    Examples
    --------
    >>> one = np.array([[0.0, 0.0, 2.0, 2.0]])
    >>> iou_matrix(one, np.array([[1.0, 0.0, 3.0, 2.0]])).round(3).tolist()
    [[0.333]]
    """
    shared = _intersections(first, second)
    union = _areas(first)[:, None] + _areas(second)[None, :] - shared
    shares = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return np.asarray(shares)


def overlap_matrix(
    first: npt.NDArray[Any], second: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Share of each box of `first` that lies inside each box of `second`.

    Returns
    -------
    ndarray, shape (n, m)
        From 0 to 1; 0 where the box of `first` has no area.
    """
    shared = _intersections(first, second)
    area = np.broadcast_to(_areas(first)[:, None], shared.shape)
    shares = np.divide(shared, area, out=np.zeros_like(shared), where=area > 0)
    return np.asarray(shares)


def suppress(boxes: Boxes, *, iou: float) -> Boxes:
    """Keep the best of boxes of one category that overlap by more than `iou`.

    Greedy non-maximum suppression, category by category, from the highest score down.

    Returns
    -------
    Boxes
        What is kept, highest score first; the earlier row first where scores tie.
    """
    boxes = boxes.take(np.argsort(-boxes.scores, kind="stable"))
    is_gone = np.zeros(len(boxes), dtype=bool)
    for label in np.unique(boxes.labels):
        rows = np.flatnonzero(boxes.labels == label)
        if len(rows) > 1:
            is_gone[rows] = _beaten(boxes.corners[rows], iou)
    return boxes.take(~is_gone)


def _beaten(corners: Floats, iou: float) -> npt.NDArray[np.bool_]:
    """Say which boxes, best first, a better one that stays overlaps too much."""
    area = _areas(corners)
    # Overlap above the limit, without a division: shared > iou * (sum - shared).
    rivals = _intersections(corners, corners) * (1 + iou)
    is_rival = rivals > iou * (area[:, None] + area[None, :])
    np.fill_diagonal(is_rival, val=False)
    is_gone = np.zeros(len(corners), dtype=bool)
    for row in np.flatnonzero(is_rival.any(axis=1)):
        if not is_gone[row]:
            is_gone[row + 1 :] |= is_rival[row, row + 1 :]
    return is_gone


def demote_second_categories(boxes: Boxes, *, iou: float, weight: float) -> Boxes:
    """Lower the scores of boxes that a likelier box of another category covers.

    Two categories of one object are one thing too many: the second stays listed, as
    a person may want it, but ranks behind what is seen for the first time.

    Parameters
    ----------
    boxes : Boxes
        After `suppress`, highest score first.
    iou : float
        Overlap from which two boxes are one object.
    weight : float
        Factor of the second category's score; 0 drops it, 1 leaves it alone.

    Returns
    -------
    Boxes
        Highest score first.
    """
    if weight >= 1 or len(boxes) < 2:
        return boxes
    is_over = iou_matrix(boxes.corners, boxes.corners) >= iou
    is_covered = np.zeros(len(boxes), dtype=bool)
    for row in np.flatnonzero(is_over.sum(axis=1) > 1):
        if not is_covered[row]:  # what is itself covered covers nothing
            is_covered[row + 1 :] |= is_over[row, row + 1 :]
    if weight <= 0:
        return boxes.take(~is_covered)
    factor = np.where(is_covered, np.float32(weight), np.float32(1))
    lowered = boxes.with_scores((boxes.scores * factor).astype(np.float32))
    return lowered.take(np.argsort(-lowered.scores, kind="stable"))
