"""The second stage: a classifier looks at each likely box again, with context."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.detection.boxes import Boxes, suppress
from core.detection.options import RescoreOptions

__all__ = ["CropClassifier", "blend", "crop_window", "rescored"]

Floats = npt.NDArray[np.float32]
#: Added before the powers, so that one party alone cannot rule a category out.
_LEAST_THEIRS, _LEAST_OURS = 1e-3, 1e-2


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
    context: float | None = None,
) -> tuple[int, int, int, int]:
    """Place the crop about a box, inside the photo, as the classifier's photos are cut.

    Parameters
    ----------
    corners : ndarray, shape (4,)
        Left, top, right, bottom of the box.
    width, height : int
        Of the photo.
    options : RescoreOptions
        Least side of the crop, and its context where none is given.
    context : float, optional
        Side of the crop as a multiple of the box's.

    Returns
    -------
    tuple of int
        Left, top, right, bottom.
    """
    factor = options.contexts[0] if context is None else context
    spans = []
    for low, high, size in (
        (float(corners[0]), float(corners[2]), width),
        (float(corners[1]), float(corners[3]), height),
    ):
        length = min(max((high - low) * factor, options.min_side_px), size)
        start = min(max((low + high - length) / 2, 0.0), size - length)
        end = max(int(np.ceil(start + length)), int(start) + 1)
        spans.append((int(start), min(end, size)))
    (left, right), (top, bottom) = spans
    return left, top, right, bottom


def blend(
    vector: Floats,
    theirs: npt.NDArray[np.float64],
    p_clean: float,
    options: RescoreOptions,
) -> Floats:
    """Pool the detector's shares of an object's categories with a classifier's.

    The shares are a logarithmic pool: powers of both, multiplied. How likely there is
    an object at all stays the detector's word, but for the power of "not clean". A
    category the classifier does not know keeps the detector's score.

    Parameters
    ----------
    vector : ndarray, shape (n_categories,)
        Scores of the detector; their sum is the score of the object.
    theirs : ndarray, shape (n_categories,)
        Probabilities of the classifier; NaN for categories it does not know.
    p_clean : float
        Its probability that there is nothing.
    options : RescoreOptions
        The powers.

    Returns
    -------
    ndarray, shape (n_categories,)
        Scores; their sum is that of the vector if ``clean_weight`` is 0.
    """
    total = float(vector.sum())
    is_known = np.isfinite(theirs)
    pooled = vector.astype(np.float64)
    if total > 0 and is_known.any():
        share = pooled[is_known] / total
        mixed = (theirs[is_known] + _LEAST_THEIRS) ** options.weight
        mixed *= (share + _LEAST_OURS) ** options.detector_weight
        pooled[is_known] = pooled[is_known].sum() * mixed / mixed.sum()
    # A classifier sure of a clean crop may err: a twentieth always stays.
    pooled *= (1 - 0.95 * p_clean) ** options.clean_weight
    return pooled.astype(np.float32)


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
    """Let a classifier have its say in the categories of the likeliest objects.

    Boxes are first taken together as objects, whatever their category; each object
    then stands in the list with every category that reaches the floor.

    Parameters
    ----------
    photo : ndarray of uint8, shape (h, w, 3)
        RGB.
    boxes : Boxes
        After suppression.
    classifier : CropClassifier
        Looks at the crops.
    categories : tuple of str
        Of the detector.
    options : RescoreOptions
        Crop, powers and number of objects.
    floor : float
        Categories of a box below it are not listed.
    iou : float
        Overlap from which two boxes are one object.

    Returns
    -------
    Boxes
        Highest score first.
    """
    objects = suppress(
        Boxes(
            boxes.corners,
            np.zeros(len(boxes), dtype=np.intp),
            boxes.vectors.sum(axis=1),
            boxes.vectors,
            boxes.is_cut,
        ),
        iou=iou,
    )
    index = {code: k for k, code in enumerate(classifier.categories)}
    columns = np.array([index.get(code, -1) for code in categories], dtype=np.intp)
    vectors = objects.vectors.copy()
    for row in range(min(options.max_boxes, len(objects))):
        said = _said_of(photo, objects.corners[row], classifier, options)
        vectors[row] = blend(
            vectors[row],
            np.where(columns >= 0, said[columns], np.nan),
            float(said[index["clean"]]) if "clean" in index else 0.0,
            options,
        )
    total = vectors.sum(axis=1, keepdims=True)
    best = np.where(total > 0, vectors.max(axis=1, keepdims=True) / total, 1.0)
    vectors = (vectors / best**options.object_weight).astype(np.float32)
    rows, labels = np.nonzero(vectors >= floor)
    listed = Boxes(
        objects.corners[rows],
        labels,
        vectors[rows, labels],
        vectors[rows],
        objects.is_cut[rows],
    )
    return listed.take(np.argsort(-listed.scores, kind="stable"))


def _said_of(
    photo: npt.NDArray[np.uint8],
    corners: npt.NDArray[np.float32],
    classifier: CropClassifier,
    options: RescoreOptions,
) -> npt.NDArray[np.float64]:
    """Probabilities of a box's crops, their geometric mean where there are several."""
    logs = []
    for context in options.contexts:
        left, top, right, bottom = crop_window(
            corners,
            width=photo.shape[1],
            height=photo.shape[0],
            options=options,
            context=context,
        )
        crop = np.ascontiguousarray(photo[top:bottom, left:right])
        logs.append(np.log(np.maximum(classifier.predict_one(crop), 1e-9)))
    mean = np.exp(np.mean(logs, axis=0))
    return np.asarray(mean / mean.sum())
