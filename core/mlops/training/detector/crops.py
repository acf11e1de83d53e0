"""Training photos of the second stage: crops about boxes, and what lies between.

The detector says where something lies; its own category is weak, as each picture
shows few objects and the same ones again and again. A classifier of crops, trained
with the recipe of the photo classifiers on crops and photos together, names better.
"""

from collections.abc import Sequence

import numpy as np

from core.mlops.training.boxes import Box, context_window, empty_window
from core.mlops.training.data import PhotoSet, Pixels
from core.mlops.training.detector.data import BoxPicture

__all__ = ["BACKGROUND", "crop_photos"]

BACKGROUND = "clean"
#: Window side as a multiple of the box's, and its least side in pixels: one as the
#: photo classifiers see, one close up.
_CONTEXTS = ((2.2, 150), (1.4, 48))
#: A box of another label may fill so much of the close window (assumption).
_OTHERS_SHARE = 0.25
#: Sources whose boxes are complete enough that an unboxed window is background.
_COMPLETELY_BOXED = frozenset(("trashcan",))
_LEAST_SIDE_PX = 6.0


def crop_photos(
    pictures: Sequence[BoxPicture],
    categories: Sequence[str],
    *,
    contexts: Sequence[tuple[float, int]] = _CONTEXTS,
    background: bool = True,
    seed: int = 0,
) -> PhotoSet:
    """Cut every box out with its surroundings.

    Parameters
    ----------
    pictures : sequence of BoxPicture
        Pictures whose boxes are placed.
    categories : sequence of str
        Of the boxes; the label `BACKGROUND` follows as ``len(categories)``.
    contexts : sequence of (float, int)
        Window side as a multiple of the box's, and its least side in pixels.
    background : bool, default True
        Add a window without any box of each completely boxed picture.
    seed : int, default 0
        Places these windows.

    Returns
    -------
    PhotoSet
        Named ``<picture>#<box>``, so that crops of one picture are told apart from
        those of others.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[Pixels, int, str, str]] = []
    for picture in pictures:
        height, width = picture.pixels.shape[:2]
        boxes = [
            Box(left, top, right, bottom, str(label))
            for (left, top, right, bottom), label in zip(
                np.asarray(picture.boxes, dtype=np.float64).tolist(),
                picture.labels,
                strict=True,
            )
        ]
        for number, box in enumerate(boxes):
            if min(box.right - box.left, box.bottom - box.top) < _LEAST_SIDE_PX:
                continue
            for context, least in contexts:
                window = context_window(
                    box,
                    width=width,
                    height=height,
                    context=context,
                    min_side_px=least,
                )
                if _share_of_others(window, box, boxes) <= _OTHERS_SHARE:
                    cut = _cut(picture.pixels, window)
                    name = f"{picture.name}#{number}"
                    rows.append((cut, int(box.label), picture.source, name))
        if background and picture.source in _COMPLETELY_BOXED:
            empty = empty_window(boxes, rng, width=width, height=height)
            if empty is not None:
                side = rng.uniform(0.35, 1.0) * (empty.right - empty.left)
                small = empty._replace(right=empty.left + side, bottom=empty.top + side)
                cut = _cut(picture.pixels, small)
                rows.append((cut, len(categories), picture.source, f"{picture.name}#-"))
    return PhotoSet.of(rows)


def _share_of_others(window: Box, own: Box, boxes: Sequence[Box]) -> float:
    """Greatest share of a window that a box of another label fills."""
    area = (window.right - window.left) * (window.bottom - window.top)
    shares = [0.0]
    for other in boxes:
        if other.label != own.label:
            w = min(window.right, other.right) - max(window.left, other.left)
            h = min(window.bottom, other.bottom) - max(window.top, other.top)
            shares.append(max(w, 0.0) * max(h, 0.0) / area)
    return max(shares)


def _cut(pixels: Pixels, window: Box) -> Pixels:
    left, top, right, bottom = (int(side) for side in window[:4])
    return np.ascontiguousarray(pixels[top:bottom, left:right])
