"""A sheet of A4 that is drawn on in millimetres from its upper left corner."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from core.routing.export.paper.glyphs import BOLD, PLAIN, Words, font

__all__ = ["HEIGHT_MM", "MARGIN_MM", "WIDTH_MM", "Page", "points_to_mm"]

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
MARGIN_MM = 14.0
_MM_PER_INCH = 25.4
_POINTS_PER_INCH = 72.0


def points_to_mm(points: float) -> float:
    """Convert typographic points to millimetres."""
    return points * _MM_PER_INCH / _POINTS_PER_INCH


class Page:
    """A page; every text on it is shown as it is, never read as mathematics."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.figure = Figure(
            figsize=(WIDTH_MM / _MM_PER_INCH, HEIGHT_MM / _MM_PER_INCH)
        )

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        *,
        size: float = 8.0,
        bold: bool = False,
        align: str = "left",
        width_mm: float | None = None,
        grey: float = 0.0,
    ) -> None:
        """Write a line with its baseline at ``y_mm``, cut to a width if given."""
        name = BOLD if bold else PLAIN
        line = self.words.shown(text, name)
        if width_mm is not None:
            width_pt = width_mm / points_to_mm(1.0)
            line = self.words.cut(line, size, width_pt, name)
        self.figure.text(
            x_mm / WIDTH_MM,
            1.0 - y_mm / HEIGHT_MM,
            line,
            fontproperties=font(name, size),
            ha=align,
            va="baseline",
            color=str(grey),
            parse_math=False,
        )

    def rule(self, y_mm: float, *, width_pt: float = 0.4, grey: float = 0.0) -> None:
        """Draw a line across the page between the margins."""
        y = 1.0 - y_mm / HEIGHT_MM
        ends = [MARGIN_MM / WIDTH_MM, 1.0 - MARGIN_MM / WIDTH_MM]
        self._add(Line2D(ends, [y, y], lw=width_pt, color=str(grey)))

    def box(
        self,
        x_mm: float,
        y_mm: float,
        width_mm: float,
        height_mm: float,
        *,
        fill: str = "none",
        edge: str = "none",
        width_pt: float = 0.8,
    ) -> None:
        """Draw a rectangle by its upper left corner."""
        corner = (x_mm / WIDTH_MM, 1.0 - (y_mm + height_mm) / HEIGHT_MM)
        width, height = width_mm / WIDTH_MM, height_mm / HEIGHT_MM
        self._add(Rectangle(corner, width, height, fc=fill, ec=edge, lw=width_pt))

    def _add(self, artist: Any) -> None:
        artist.set_transform(self.figure.transFigure)
        self.figure.add_artist(artist)

    def axes(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> Any:
        """Give axes in a rectangle by its upper left corner."""
        return self.figure.add_axes(
            (
                x_mm / WIDTH_MM,
                1.0 - (y_mm + height_mm) / HEIGHT_MM,
                width_mm / WIDTH_MM,
                height_mm / HEIGHT_MM,
            )
        )
