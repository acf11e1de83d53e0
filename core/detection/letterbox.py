"""A part of a photo to the network's square: scaled to fit, top left, rest grey."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.detection.tiles import Tile

__all__ = ["FILL", "letterbox"]

#: What fills the square beside the picture; the network was trained with it.
FILL = 127.0


def letterbox(
    image: Image.Image, part: Tile, side_px: int
) -> tuple[npt.NDArray[np.float32], float]:
    """Scale a part of a photo to fit a square and place it top left.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB.
    part : Tile
        In pixels of the image.
    side_px : int
        Side of the square.

    Returns
    -------
    pixels : ndarray of float32, shape (1, side_px, side_px, 3)
        RGB from 0 to 255.
    scale : float
        Network pixels a photo pixel.
    """
    width, height = part.right - part.left, part.bottom - part.top
    scale = side_px / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    box = (part.left, part.top, part.right, part.bottom)
    if size == image.size and box == (0, 0, *size):
        scaled = image
    else:
        scaled = image.resize(
            size, Image.Resampling.BILINEAR, box=box, reducing_gap=3.0
        )
    pixels = np.full((1, side_px, side_px, 3), FILL, dtype=np.float32)
    pixels[0, : size[1], : size[0]] = np.asarray(scaled)
    return pixels, scale
