"""Pictures with boxes made from several: mosaic and copy-paste, seeded, in numpy.

References
----------
.. [1] A. Bochkovskiy et al., "YOLOv4", 2020: mosaic.
.. [2] G. Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method for
   Instance Segmentation", CVPR 2021.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import InputError

__all__ = ["Sample", "copy_paste", "mosaic"]

#: Pixels uint8 (h, w, 3), boxes float32 (n, 4) as left, top, right, bottom in pixels,
#: labels int (n,).
Sample: TypeAlias = tuple[
    npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.int64]
]
#: Grey that fills what no picture covers; the detector's own filling.
_FILL = 127
#: Boxes of which less is left after cutting are dropped.
_LEAST_VISIBLE = 0.3
_LEAST_SIDE_PX = 3.0
_TRIES = 12
#: Pasted things may cover this share of a box that was there.
_MOST_COVERED = 0.2


def mosaic(samples: Sequence[Sample], seed: int, size_px: int) -> Sample:
    """Put four pictures round a random point, each scaled and cut to its quarter.

    Parameters
    ----------
    samples : sequence of Sample
        At least one; four are used, the first ones again if there are fewer.
    seed : int
        Zero or more; decides point, scales and cuts.
    size_px : int
        Side of the square returned.

    Returns
    -------
    Sample
        A box of which under 30 % is left is dropped.

    Raises
    ------
    InputError
        If there is no sample, or one has no pixels or boxes that are not finite.
    """
    if not samples:
        raise InputError("a mosaic needs at least one sample, got none")
    if size_px < 8:
        raise InputError(f"size_px must be at least 8, got {size_px}")
    rng = np.random.default_rng(seed)
    canvas = np.full((size_px, size_px, 3), _FILL, dtype=np.uint8)
    middle_x, middle_y = (int(v) for v in size_px * rng.uniform(0.3, 0.7, size=2))
    quarters = (
        (0, 0, middle_x, middle_y),
        (middle_x, 0, size_px, middle_y),
        (0, middle_y, middle_x, size_px),
        (middle_x, middle_y, size_px, size_px),
    )
    boxes, labels = [], []
    for k, (left, top, right, bottom) in enumerate(quarters):
        sample = _checked(samples[k % len(samples)])
        pixels, placed, kept = _tile(sample, rng, right - left, bottom - top)
        canvas[top:bottom, left:right] = pixels
        boxes.append(placed + np.array((left, top, left, top), dtype=np.float32))
        labels.append(kept)
    return canvas, np.concatenate(boxes), np.concatenate(labels)


def copy_paste(
    sample: Sample, donors: Sequence[Sample], seed: int, *, most: int = 3
) -> Sample:
    """Paste things cut from other pictures where they cover no box that is there.

    Edges are soft and the light is brought half way to that of the new place, so that
    the seam is no sign of a thing.

    Parameters
    ----------
    sample : Sample
        The picture to paste into; it is not changed.
    donors : sequence of Sample
        Pictures to cut from; those without boxes are passed over.
    seed : int
        Zero or more; decides what, how many, how large and where.
    most : int, default 3
        Most things to paste.

    Returns
    -------
    Sample
        The old boxes first, then the pasted ones.

    Raises
    ------
    InputError
        If a sample has no pixels, or boxes that are not finite.
    """
    rng = np.random.default_rng(seed)
    pixels, boxes, labels = _checked(sample)
    pixels = pixels.copy()
    givers = [donor for donor in map(_checked, donors) if len(donor[1])]
    if not givers:
        return pixels, boxes, labels
    for _ in range(int(rng.integers(1, most + 1))):
        donor = givers[int(rng.integers(len(givers)))]
        pick = int(rng.integers(len(donor[1])))
        patch = _cut(donor[0], donor[1][pick])
        if patch is None:
            continue
        patch = _scaled(patch, rng, pixels.shape)
        place = _free_place(boxes, patch.shape, pixels.shape, rng)
        if place is None:
            continue
        _paste(pixels, patch, place)
        boxes = np.concatenate([boxes, np.array([place], dtype=np.float32)])
        labels = np.append(labels, donor[2][pick])
    return pixels, boxes, labels


def _checked(sample: Sample) -> Sample:
    pixels, boxes, labels = sample
    boxes = np.asarray(boxes, dtype=np.float32).reshape(-1, 4)
    labels = np.asarray(labels, dtype=np.int64).reshape(-1)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise InputError(f"pixels must have shape (h, w, 3), got {pixels.shape}")
    if len(boxes) != len(labels):
        raise InputError(f"{len(boxes)} boxes but {len(labels)} labels")
    if not np.isfinite(boxes).all():
        raise InputError("a box holds a value that is not finite")
    return pixels, boxes, labels


def _tile(sample: Sample, rng: np.random.Generator, width: int, height: int) -> Sample:
    """Scale a picture so that it covers a tile, and cut the tile from it."""
    pixels, boxes, labels = sample
    cover = max(width / pixels.shape[1], height / pixels.shape[0])
    factor = cover * float(rng.uniform(1.0, 1.6))
    full_w = max(round(pixels.shape[1] * factor), width)
    full_h = max(round(pixels.shape[0] * factor), height)
    scaled = _resized(pixels, full_w, full_h)
    left = int(rng.integers(0, full_w - width + 1))
    top = int(rng.integers(0, full_h - height + 1))
    stretch = np.array((full_w / pixels.shape[1], full_h / pixels.shape[0]) * 2)
    moved = boxes * stretch - np.array((left, top, left, top))
    inside = np.clip(moved, 0, (width, height, width, height))
    sides = inside[:, 2:] - inside[:, :2]
    whole = np.maximum(np.prod(moved[:, 2:] - moved[:, :2], axis=1), 1e-6)
    is_kept = (np.prod(sides, axis=1) / whole >= _LEAST_VISIBLE) & (
        sides.min(axis=1, initial=np.inf) >= _LEAST_SIDE_PX
    )
    cut = scaled[top : top + height, left : left + width]
    return cut, inside[is_kept].astype(np.float32), labels[is_kept]


def _resized(
    pixels: npt.NDArray[np.uint8], width: int, height: int
) -> npt.NDArray[np.uint8]:
    picture = Image.fromarray(pixels)
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))


def _cut(
    pixels: npt.NDArray[np.uint8], box: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8] | None:
    height, width = pixels.shape[:2]
    left, top = (max(int(v), 0) for v in np.floor(box[:2]))
    right, bottom = (int(v) for v in np.ceil(box[2:]))
    patch = pixels[top : min(bottom, height), left : min(right, width)]
    is_large_enough = min(patch.shape[:2]) >= 2 * _LEAST_SIDE_PX
    return patch if is_large_enough else None


def _scaled(
    patch: npt.NDArray[np.uint8], rng: np.random.Generator, room: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    """Mirror and resize a patch; it stays within half the picture."""
    factor = float(np.exp(rng.uniform(np.log(0.6), np.log(1.5))))
    height, width = patch.shape[:2]
    factor = min(factor, 0.5 * room[0] / height, 0.5 * room[1] / width)
    if rng.random() < 0.5:
        patch = patch[:, ::-1]
    new_w, new_h = max(round(width * factor), 1), max(round(height * factor), 1)
    return _resized(np.ascontiguousarray(patch), new_w, new_h)


def _free_place(
    boxes: npt.NDArray[np.float32],
    patch: tuple[int, ...],
    room: tuple[int, ...],
    rng: np.random.Generator,
) -> tuple[int, int, int, int] | None:
    height, width = patch[:2]
    if min(height, width) < _LEAST_SIDE_PX:
        return None
    areas = np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1e-6)
    for _ in range(_TRIES):
        left = int(rng.integers(0, room[1] - width + 1))
        top = int(rng.integers(0, room[0] - height + 1))
        place = (left, top, left + width, top + height)
        low = np.maximum(boxes[:, :2], place[:2])
        high = np.minimum(boxes[:, 2:], place[2:])
        shared = np.prod(np.maximum(high - low, 0), axis=1)
        if (shared / np.minimum(areas, width * height)).max(initial=0) <= _MOST_COVERED:
            return place
    return None


def _paste(
    pixels: npt.NDArray[np.uint8],
    patch: npt.NDArray[np.uint8],
    place: tuple[int, int, int, int],
) -> None:
    """Lay a patch into a picture, in place, soft towards its edges."""
    left, top, right, bottom = place
    under = pixels[top:bottom, left:right].astype(np.float32)
    over = patch.astype(np.float32)
    old = over.mean(axis=(0, 1))
    over = np.clip(over + 0.5 * (under.mean(axis=(0, 1)) - old), 0, 255)
    y, x = (np.abs(np.linspace(-1, 1, n)) for n in over.shape[:2])
    # A rounded rectangle: the box's corners mostly show what lay round the thing.
    edge = (y[:, None] ** 4 + x[None, :] ** 4) ** 0.25
    weight = np.clip((1.0 - edge) / 0.15, 0.0, 1.0)[..., None]
    blended = weight * over + (1.0 - weight) * under
    pixels[top:bottom, left:right] = np.rint(blended).astype(np.uint8)
