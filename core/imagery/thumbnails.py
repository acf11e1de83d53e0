"""Small pictures for the screen, without any metadata."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import ImageError

__all__ = ["thumbnail"]


def thumbnail(pixels: npt.NDArray[np.uint8], *, side_px: int = 256) -> bytes:
    """Shrink pixels to a JPEG that carries no time, place or camera.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        Upright RGB, as in `Photo.pixels`.
    side_px : int, default 256
        Longest side of the result; a smaller picture is not enlarged.

    Returns
    -------
    bytes
        A baseline JPEG.

    Raises
    ------
    ImageError
        If the pixels have another shape or type.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ImageError(
            f"a thumbnail needs uint8 pixels of shape (h, w, 3), got {pixels.dtype} "
            f"of shape {pixels.shape}"
        )
    picture = Image.fromarray(pixels)
    picture.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
