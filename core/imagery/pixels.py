"""Any picture mode to upright 8-bit RGB."""

from typing import cast

import numpy as np
from PIL import Image

from core.errors import ImageError

__all__ = ["shrink", "to_rgb", "upright"]

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ALPHA_MODES = frozenset(("RGBA", "LA", "PA", "RGBa", "La"))


def to_rgb(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """Convert a loaded picture to RGB, and say what was lost.

    Transparent parts are laid over white. Of 16-bit samples the upper eight bits are
    kept, as Pillow does for 16-bit colour.

    Raises
    ------
    ImageError
        If the samples are 32-bit numbers or a colour space that is no photo's.
    """
    if image.mode == "RGB":
        return image, []
    if image.mode.startswith("I;16"):
        samples = np.asarray(image) >> 8
        return Image.fromarray(samples.astype(np.uint8)).convert("RGB"), []
    if image.mode in ("I", "F", "LAB", "HSV"):
        raise ImageError(
            f"the samples are of kind {image.mode!r}; a photo has 8 or 16 bits of "
            "gray, RGB or CMYK"
        )
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        picture = image.convert("RGBA")
        lowest, _ = cast("tuple[int, int]", picture.getchannel("A").getextrema())
        if lowest == 255:
            return picture.convert("RGB"), []
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        return white.convert("RGB"), ["transparent parts are taken as white"]
    return image.convert("RGB"), []


def shrink(image: Image.Image, min_side_px: int) -> Image.Image:
    """Average down by a whole factor; the shorter side stays at least as given."""
    factor = min(image.size) // min_side_px
    return image.reduce(factor) if factor > 1 else image


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn stored pixels the way EXIF orientation 1 to 8 says."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)
