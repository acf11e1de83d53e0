"""Numbered boxes on a picture: number and name beside the colour, at any background."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dashboard.theme import CATEGORY_STYLES, hex_to_rgb

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

__all__ = ["box_name", "drawn_picture"]

#: For a category without a style, such as one of a newer detector.
_PLAIN = "#FFFFFF"
#: Height of letters and width of lines as they appear on the screen, px.
_FONT_PX, _LINE_PX = 13, 2
_DARK, _LIGHT = (10, 16, 22), (255, 255, 255)
#: Relative luminance above which dark letters read better than light ones.
_BRIGHT = 0.36


def box_name(number: int, category: str, labels: Mapping[str, str]) -> str:
    """Return what stands on a box, such as ``2 Fishing gear``."""
    return f"{number} {labels.get(category, category)}"


def drawn_picture(
    pixels: "npt.NDArray[np.uint8]",
    boxes: Sequence[Mapping[str, Any]],
    *,
    scale: float,
    labels: Mapping[str, str],
    selected: int | None = None,
    shown_px: int = 0,
) -> bytes:
    """Return a JPEG of a photo with its boxes.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo, shrunk.
    boxes : sequence of mapping
        ``category`` and ``bbox`` in px of the full photo.
    scale : float
        Px of the picture for each px of the full photo.
    labels : mapping of str to str
        Category codes to names for people.
    selected : int, optional
        Index of the box to stand out.
    shown_px : int, optional
        Width at which the picture is shown, for letters that can be read there.
    """
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(pixels)
    density = picture.width / (shown_px or picture.width)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(11, round(_FONT_PX * density)))
    width = max(2, round(_LINE_PX * density))
    order = [n for n in range(len(boxes)) if n != selected]
    order += [] if selected is None else [selected]
    for index in order:
        box = boxes[index]
        x, y, w, h = (float(side) * scale for side in box["bbox"])
        style = CATEGORY_STYLES.get(str(box["category"]))
        colour = hex_to_rgb(style.colour if style else _PLAIN)
        corners = (x, y, x + w, y + h)
        _frame(pen, corners, colour, width * (2 if index == selected else 1))
        name = box_name(index + 1, str(box["category"]), labels)
        _plate(pen, picture, corners, name, font, colour, index == selected)
    out = BytesIO()
    picture.save(out, "JPEG", quality=86)
    return out.getvalue()


def _frame(
    pen: "ImageDraw",
    corners: tuple[float, float, float, float],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    """Draw a line of the colour between a dark and a light one."""
    left, top, right, bottom = corners
    rim = max(1, width // 2)
    # A box as small as its own line must not be turned inside out.
    least = 1 - min(right - left, bottom - top) / 2
    for wanted, line, paint in (
        (rim * 2, rim, _DARK),
        (rim, width, colour),
        (rim - width, rim, _LIGHT),
    ):
        grow = max(wanted, least)
        pen.rectangle(
            (left - grow, top - grow, right + grow, bottom + grow),
            outline=paint,
            width=line,
        )


def _plate(
    pen: "ImageDraw",
    picture: "Image",
    corners: tuple[float, float, float, float],
    name: str,
    font: Any,
    colour: tuple[int, int, int],
    is_selected: bool,
) -> None:
    """Write the name on a plate above the box, or inside where there is no room."""
    left, top, *_ = corners
    wide, high = pen.textbbox((0, 0), name, font=font, anchor="lt")[2:]
    pad = max(2, round(high * 0.35))
    width, height = wide + 2 * pad, high + 2 * pad
    x = min(max(left - 1, 0), max(picture.width - width, 0))
    y = top - height - 2 if top - height - 2 >= 0 else top + 2
    y = min(y, max(picture.height - height, 0))
    plate = (x, y, x + width, y + height)
    ring = _LIGHT if is_selected else _DARK
    pen.rectangle(plate, fill=colour, outline=ring, width=2 if is_selected else 1)
    ink = _DARK if _luminance(colour) > _BRIGHT else _LIGHT
    pen.text((x + pad, y + pad), name, font=font, fill=ink, anchor="lt")


def _luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [c / 255 for c in colour]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
