"""What in a photo speaks for a category: the class activation map as an overlay.

The network pools its last feature map over the photo and weighs it, so the weighted
map says how much each place adds to a category's logit [1]_. It tells where the
network looked, not whether it was right.

References
----------
.. [1] B. Zhou et al., "Learning Deep Features for Discriminative Localization",
   CVPR 2016.
.. [2] J. Nunez, C. Anderton and R. Renslow, "Optimizing colormaps with consideration
   for color vision deficiency", PLOS ONE 13 (2018): cividis.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import InputError

__all__ = ["Overlay", "colour_scale", "explain_photo"]

#: Cividis [2]_ at sixteen even steps; between them it is taken as straight.
_CIVIDIS = (
    (0, 34, 78),
    (0, 46, 108),
    (30, 58, 111),
    (53, 69, 108),
    (71, 81, 107),
    (87, 93, 109),
    (102, 105, 112),
    (117, 117, 117),
    (132, 130, 121),
    (148, 142, 119),
    (165, 156, 116),
    (183, 169, 110),
    (200, 184, 102),
    (219, 199, 90),
    (238, 214, 73),
    (254, 232, 56),
)
#: How much of the colour covers the photo where the network looked most.
_MOST_COVER = 0.65


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlay:
    """A photo with the places that spoke for a category laid over it.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (h, w, 3)
        The photo under the colours; where nothing speaks for the category it is
        unchanged.
    category_index : int
        Column of the category explained.
    low, high : float
        Ends of the colour scale: what a place adds to the logit if the whole photo
        were like it. ``low`` is zero: what speaks against is not coloured.
    """

    pixels: npt.NDArray[np.uint8]
    category_index: int
    low: float
    high: float


def explain_photo(
    photo: npt.NDArray[np.uint8],
    activation: npt.NDArray[np.floating],
    category_index: int,
) -> Overlay:
    """Colour the places of a photo by what they add to a category.

    Parameters
    ----------
    photo : ndarray of uint8, shape (h, w, 3)
        RGB, upright: the photo that was examined, at any size.
    activation : ndarray of float, shape (rows, columns, n_categories)
        From `PhotoClassifier.examine`.
    category_index : int
        Which category, as a column of ``activation``.

    Returns
    -------
    Overlay
        As large as the photo.

    Raises
    ------
    InputError
        If the shapes do not fit, there is no such category, or the activation is
        not finite.
    """
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
        raise InputError(f"no RGB photo of uint8: {photo.dtype} of shape {photo.shape}")
    if activation.ndim != 3 or min(activation.shape) < 1 or min(photo.shape) < 1:
        raise InputError(f"no class activation: shape {activation.shape}")
    if not 0 <= category_index < activation.shape[2]:
        raise InputError(
            f"category {category_index} outside 0 to {activation.shape[2] - 1}"
        )
    part = np.asarray(activation[..., category_index], dtype=np.float32)
    if not np.isfinite(part).all():
        raise InputError("the class activation holds numbers that are not finite")
    # A photo in which nothing speaks for the category stays as it is.
    high = max(float(part.max()), 0.0)
    share = np.maximum(part, 0.0) / (high or 1.0)
    height, width = photo.shape[:2]
    grown = Image.fromarray(share).resize((width, height), Image.Resampling.BICUBIC)
    share = np.clip(np.asarray(grown), 0.0, 1.0)
    cover = (_MOST_COVER * share)[..., None]
    mixed = (1.0 - cover) * photo + cover * _colours(share)
    return Overlay(
        pixels=np.rint(mixed).astype(np.uint8),
        category_index=category_index,
        low=0.0,
        high=high,
    )


def colour_scale(width_px: int = 256, height_px: int = 12) -> npt.NDArray[np.uint8]:
    """Draw the colour scale of an `Overlay` for its legend, low at the left.

    Returns
    -------
    ndarray of uint8, shape (height_px, width_px, 3)
    """
    row = _colours(np.linspace(0.0, 1.0, width_px, dtype=np.float32))
    return np.repeat(np.rint(row).astype(np.uint8)[None], height_px, axis=0)


def _colours(share: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    table = np.array(_CIVIDIS, dtype=np.float32)
    ends = np.linspace(0.0, 1.0, len(table))
    bands = [np.interp(share, ends, table[:, band]) for band in range(3)]
    return np.stack(bands, axis=-1).astype(np.float32)
