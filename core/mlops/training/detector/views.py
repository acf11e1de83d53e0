"""Random views for the detector: windows, mosaics, pasted objects, colours.

Every view is a function of (seed, epoch, position), so a resumed run sees what an
uninterrupted one would have seen.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from core.mlops.training.box_views import copy_paste
from core.mlops.training.data import Pixels
from core.mlops.training.detector.config import DetectorConfig
from core.mlops.training.detector.data import BoxPicture, picture_weights

__all__ = ["FILL", "View", "ViewMaker", "fit_to_canvas"]

#: What fills the canvas beside the photo; the network sees it as zero.
FILL = 127
_LEAST_VISIBLE = 0.35
_LEAST_SIDE_PX = 3.0
#: Height of the band at top and bottom that some cameras fill with text.
_CAPTION_SHARE = 0.12
#: Share of windows laid about one of the objects instead of anywhere.
_ABOUT_OBJECT = 0.6
_LUMA = np.array((0.299, 0.587, 0.114), dtype=np.float32)


class View(NamedTuple):
    """A canvas with its objects.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (s, s, 3)
        RGB.
    boxes, labels, is_placed : ndarray, shapes (n, 4), (n,), (n,)
        Objects in pixels of the canvas; see `BoxPicture`.
    unjudged : ndarray of float32, shape (k, 4)
        Where objects may lie that nobody boxed.
    """

    pixels: Pixels
    boxes: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    is_placed: npt.NDArray[np.bool_]
    unjudged: npt.NDArray[np.float32]


def fit_to_canvas(pixels: Pixels, side_px: int) -> tuple[Pixels, float]:
    """Scale a photo to fit a square, place it top-left, fill the rest.

    Returns
    -------
    canvas : ndarray of uint8, shape (side_px, side_px, 3)
    scale : float
        Canvas pixels to a photo pixel.
    """
    height, width = pixels.shape[:2]
    scale = side_px / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    canvas = np.full((side_px, side_px, 3), FILL, dtype=np.uint8)
    small = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
    canvas[: size[1], : size[0]] = np.asarray(small)
    return canvas, scale


class ViewMaker:
    """Makes the views of a run.

    Parameters
    ----------
    pictures : sequence of BoxPicture
        To train on.
    with_object, clean : sequence of BoxPicture
        Further mosaic tiles; may be empty.
    n_categories : int
        Number of categories.
    config : DetectorConfig
        How often and how strong.
    """

    def __init__(
        self,
        pictures: Sequence[BoxPicture],
        with_object: Sequence[BoxPicture],
        clean: Sequence[BoxPicture],
        n_categories: int,
        config: DetectorConfig,
    ) -> None:
        self.config = config
        self._pools = [
            (pool, np.cumsum(picture_weights(pool, n_categories, config.balance)))
            for pool in (pictures, with_object, clean)
        ]

    def view(self, epoch: int, position: int) -> View:
        """Make one view; the same numbers always give the same view."""
        config, side = self.config, self.config.input_px
        rng = np.random.default_rng([config.seed, epoch, position])
        if rng.random() < config.mosaic:
            view = self._mosaic(rng)
        else:
            picture = self._draw(rng, 0)
            if rng.random() < config.paste:
                donors = [self._draw(rng, 0) for _ in range(2)]
                seed = int(rng.integers(2**31))
                picture = _pasted(picture, donors, seed)
            canvas = np.full((side, side, 3), FILL, dtype=np.uint8)
            view = _place(canvas, picture, rng, (0, 0, side, side), tight=False)
        if rng.random() < config.recolour:
            view = view._replace(pixels=_recolour(view.pixels, rng))
        if rng.random() < 0.1:
            radius = float(rng.uniform(0.4, 1.3))
            blurred = Image.fromarray(view.pixels).filter(
                ImageFilter.GaussianBlur(radius)
            )
            view = view._replace(pixels=np.asarray(blurred))
        return view

    def _draw(self, rng: np.random.Generator, pool: int) -> BoxPicture:
        pictures, cumulative = self._pools[pool]
        place = int(np.searchsorted(cumulative, rng.random() * cumulative[-1]))
        return pictures[min(place, len(pictures) - 1)]

    def _mosaic(self, rng: np.random.Generator) -> View:
        config, side = self.config, self.config.input_px
        canvas = np.full((side, side, 3), FILL, dtype=np.uint8)
        x, y = (int(v) for v in side * rng.uniform(0.3, 0.7, size=2))
        parts = []
        for tile in (
            (0, 0, x, y),
            (x, 0, side, y),
            (0, y, x, side),
            (x, y, side, side),
        ):
            which, pool = rng.random(), 0
            if which < config.photo_share:
                pool = 1
            elif which < config.photo_share + config.clean_share:
                pool = 2
            picture = self._draw(rng, pool if len(self._pools[pool][0]) else 0)
            parts.append(_place(canvas, picture, rng, tile, tight=True))
        return View(
            canvas,
            *(np.concatenate([part[k] for part in parts]) for k in range(1, 5)),
        )


def _pasted(picture: BoxPicture, donors: Sequence[BoxPicture], seed: int) -> BoxPicture:
    pixels, boxes, labels = copy_paste(
        (picture.pixels, picture.boxes, picture.labels),
        [(donor.pixels, donor.boxes, donor.labels) for donor in donors],
        seed,
    )
    return BoxPicture(
        name=picture.name,
        source=picture.source,
        pixels=pixels,
        boxes=boxes,
        labels=labels,
    )


def _place(
    canvas: Pixels,
    picture: BoxPicture,
    rng: np.random.Generator,
    tile: tuple[int, int, int, int],
    *,
    tight: bool,
) -> View:
    """Draw a window of a picture into a tile of the canvas.

    A tight window covers the tile; otherwise the tile may keep some filling, as the
    canvas does at prediction.
    """
    pixels, boxes = picture.pixels, picture.boxes.astype(np.float64)
    height, width = pixels.shape[:2]
    left, top, right, bottom = tile
    room_w, room_h = right - left, bottom - top
    if tight:
        cover = max(room_w / width, room_h / height)
        scale = cover * float(np.exp(rng.uniform(0.0, np.log(2.2))))
    else:
        fit = min(room_w / width, room_h / height)
        scale = fit * float(np.exp(rng.uniform(np.log(0.75), np.log(1.6))))
    scale_x = scale * float(np.exp(rng.uniform(-0.12, 0.12)))
    scale_x = max(scale_x, room_w / width) if tight else scale_x
    out_w = max(min(room_w, round(width * scale_x)), 1)
    out_h = max(min(room_h, round(height * scale)), 1)
    cut_w, cut_h = min(out_w / scale_x, width), min(out_h / scale, height)
    low = high = 0.0
    if rng.random() < 0.25:  # keep clear of burnt-in text where there is room
        low = high = _CAPTION_SHARE * height
    spare = max(height - cut_h, 0.0)
    low, high = min(low, spare / 2), min(high, spare / 2)
    x0 = float(rng.uniform(0.0, max(width - cut_w, 0.0)))
    y0 = float(rng.uniform(low, max(spare - high, low)))
    if len(boxes) and rng.random() < _ABOUT_OBJECT:
        box = boxes[int(rng.integers(len(boxes)))]
        at = rng.uniform(0.25, 0.75, size=2)
        x0 = 0.5 * (box[0] + box[2]) - at[0] * cut_w
        y0 = 0.5 * (box[1] + box[3]) - at[1] * cut_h
        x0 = float(np.clip(x0, 0.0, max(width - cut_w, 0.0)))
        y0 = float(np.clip(y0, 0.0, spare))
    window = (x0, y0, x0 + cut_w, y0 + cut_h)
    part = Image.fromarray(pixels).resize(
        (out_w, out_h), Image.Resampling.BILINEAR, box=window
    )
    boxes = (boxes - np.array((x0, y0, x0, y0))) * np.array(
        (out_w / cut_w, out_h / cut_h) * 2
    )
    if rng.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        boxes[:, [0, 2]] = out_w - boxes[:, [2, 0]]
    at_x = left + int(rng.integers(0, room_w - out_w + 1))
    at_y = top + int(rng.integers(0, room_h - out_h + 1))
    if not tight and rng.random() < 0.5:
        at_x, at_y = left, top
    canvas[at_y : at_y + out_h, at_x : at_x + out_w] = np.asarray(part)
    inside = np.clip(boxes, 0, (out_w, out_h, out_w, out_h))
    sides = inside[:, 2:] - inside[:, :2]
    whole = np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1e-6)
    is_kept = (np.prod(sides, axis=1) / whole >= _LEAST_VISIBLE) & (
        sides.min(axis=1, initial=np.inf) >= _LEAST_SIDE_PX
    )
    shift = np.array((at_x, at_y, at_x, at_y))
    unjudged = np.zeros((0, 4), dtype=np.float32)
    if not picture.is_placed:
        unjudged = np.array([[left, top, right, bottom]], dtype=np.float32)
    return View(
        canvas,
        (inside[is_kept] + shift).astype(np.float32),
        picture.labels[is_kept],
        np.full(int(is_kept.sum()), picture.is_placed),
        unjudged,
    )


def _recolour(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Brightness, contrast, saturation and a cast, in one matrix; sometimes haze."""
    cast = rng.uniform(0.8, 1.2, size=3)
    brightness, contrast = rng.uniform(0.7, 1.3), rng.uniform(0.75, 1.3)
    saturation = rng.uniform(0.5, 1.4)
    grey = np.tile(_LUMA, (3, 1))
    matrix = saturation * np.eye(3) + (1.0 - saturation) * grey
    veil = float(rng.uniform(0.1, 0.4)) if rng.random() < 0.15 else 0.0
    gain = contrast * brightness * cast * (1.0 - veil)
    matrix = gain[:, None] * matrix
    offset = (1.0 - contrast) * 110.0 * brightness * cast * (1.0 - veil)
    offset = offset + veil * rng.uniform(120.0, 230.0, size=3)
    rows = np.concatenate([matrix, offset[:, None]], axis=1).ravel()
    changed = Image.fromarray(pixels).convert("RGB", tuple(float(v) for v in rows))
    return np.asarray(changed)
