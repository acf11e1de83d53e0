"""The second stage: a classifier looks at each likely box again, with context."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.detection.boxes import Boxes, suppress
from core.detection.options import RescoreOptions

__all__ = ["CropClassifier", "blend", "crop_window", "rescored"]

Floats = npt.NDArray[np.float32]


class CropClassifier(Protocol):
    """What the second stage needs of a classifier; `PhotoClassifier` has it."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Order of the probabilities."""

    def predict_one(self, photo: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Return the probability of each category for one picture."""


def crop_window(
    corners: npt.NDArray[np.float32],
    *,
    width: int,
    height: int,
    options: RescoreOptions,
) -> tuple[int, int, int, int]:
    """Place the crop about a box, inside the photo, as the classifier's photos are cut.

    Returns
    -------
    tuple of int
        Left, top, right, bottom.
    """
    spans = []
    for low, high, size in (
        (float(corners[0]), float(corners[2]), width),
        (float(corners[1]), float(corners[3]), height),
    ):
        length = min(max((high - low) * options.context, options.min_side_px), size)
        start = min(max((low + high - length) / 2, 0.0), size - length)
        end = max(int(np.ceil(start + length)), int(start) + 1)
        spans.append((int(start), min(end, size)))
    (left, right), (top, bottom) = spans
    return left, top, right, bottom


def blend(
    vector: Floats,
    probabilities: npt.NDArray[np.float64],
    columns: npt.NDArray[np.intp],
    *,
    weight: float,
) -> Floats:
    """Mix the detector's scores of a box with a classifier's probabilities.

    The classifier's share is its probability times the best score, so that a box the
    detector doubts stays doubtful. A category the classifier does not know keeps the
    detector's score.

    Parameters
    ----------
    vector : ndarray, shape (n_categories,)
        Scores of the detector.
    probabilities : ndarray, shape (n_known,)
        Of the classifier.
    columns : ndarray of int, shape (n_categories,)
        Where each category stands among the probabilities, or -1.
    weight : float
        Share of the classifier.
    """
    theirs = vector.max() * probabilities[columns]
    mixed = (1 - weight) * vector + weight * theirs
    return np.where(columns >= 0, mixed, vector).astype(np.float32)


def rescored(
    photo: npt.NDArray[np.uint8],
    boxes: Boxes,
    classifier: CropClassifier,
    categories: tuple[str, ...],
    options: RescoreOptions,
    *,
    floor: float,
    iou: float,
) -> Boxes:
    """Blend the category scores of the likeliest boxes with a classifier's.

    Parameters
    ----------
    photo : ndarray of uint8, shape (h, w, 3)
        RGB.
    boxes : Boxes
        After suppression, highest score first.
    classifier : CropClassifier
        Looks at the crops.
    categories : tuple of str
        Of the detector.
    options : RescoreOptions
        Crop, weight and number of boxes.
    floor : float
        Categories of a box below it are not listed.
    iou : float
        Of the suppression that follows.

    Returns
    -------
    Boxes
        Highest score first.
    """
    index = {code: k for k, code in enumerate(classifier.categories)}
    columns = np.array([index.get(code, -1) for code in categories], dtype=np.intp)
    _, first, place = np.unique(
        boxes.corners, axis=0, return_index=True, return_inverse=True
    )
    # The likeliest places; one with several categories is looked at once.
    chosen = np.sort(first)[: options.max_boxes]
    if not len(chosen):
        return boxes
    parts = [boxes.take(~np.isin(first[place.reshape(-1)], chosen))]
    for row in chosen:
        left, top, right, bottom = crop_window(
            boxes.corners[row],
            width=photo.shape[1],
            height=photo.shape[0],
            options=options,
        )
        crop = np.ascontiguousarray(photo[top:bottom, left:right])
        vector = blend(
            boxes.vectors[row],
            classifier.predict_one(crop),
            columns,
            weight=options.weight,
        )
        labels = np.flatnonzero(vector >= floor)
        parts.append(
            Boxes(
                np.repeat(boxes.corners[row][None], len(labels), axis=0),
                labels,
                vector[labels],
                np.repeat(vector[None], len(labels), axis=0),
                np.repeat(boxes.is_cut[row], len(labels)),
            )
        )
    return suppress(Boxes.joined(parts), iou=iou)
