"""What every chart has: grid, scale bar and north arrow."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Rectangle

from core.routing.export.paper.glyphs import BOLD, PLAIN, font
from core.routing.export.paper.projection import ChartFrame, grid_step_minutes

__all__ = ["HALO", "draw_grid", "draw_north", "draw_scale_bar"]

FloatArray = npt.NDArray[np.float64]

#: White behind a label, so that it can be read on a line.
HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
_SMALL = 6.0
_MILES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw_grid(axes: Any, frame: ChartFrame, mm: float) -> None:
    """Draw lines of latitude and longitude, each named at the edge."""
    style = {"color": "0.55", "lw": 0.35, "ls": (0, (4, 3)), "zorder": 1.5}
    for lon in _lines(frame.west, frame.east):
        axes.axvline(lon, **style)
        turned = (lon + 180.0) % 360.0 - 180.0
        _label(axes, lon, frame.low + 1.2 * mm, _degrees(turned, "EW"), "center")
    for lat in _lines(frame.south, frame.north):
        y = float(frame.place(lat, frame.middle_lon)[0, 1])
        axes.axhline(y, **style)
        if frame.low + 5.0 * mm < y:  # keep clear of the names of longitudes
            _label(axes, frame.west + 1.0 * mm, y, _degrees(lat, "NS"), "left")


def _lines(low: float, high: float) -> list[float]:
    step = grid_step_minutes(high - low)
    first, last = int(np.ceil(low * 60.0 / step)), int(np.floor(high * 60.0 / step))
    return [k * step / 60.0 for k in range(first, last + 1)]


def _degrees(value: float, signs: str) -> str:
    whole = round(abs(value) * 60.0)
    degrees, minutes = divmod(whole, 60)
    sign = signs[1] if value < 0.0 else signs[0]
    if whole in (0, 180 * 60) and (signs == "EW" or not whole):
        sign = ""
    part = f"{minutes:02d}'" if minutes else ""
    return f"{degrees}°{part}{sign}"


def _label(axes: Any, x: float, y: float, text: str, align: str) -> None:
    axes.text(
        x,
        y,
        text,
        fontproperties=font(PLAIN, _SMALL),
        ha=align,
        va="bottom" if align == "center" else "center",
        color="0.25",
        bbox=HALO,
        parse_math=False,
        zorder=1.6,
        clip_on=True,
    )


def draw_scale_bar(axes: Any, frame: ChartFrame, mm: float, marks: FloatArray) -> None:
    """Draw a bar of nautical miles, true at the middle latitude, off the marks."""
    per_mile = 1.0 / 60.0 / np.cos(np.radians(frame.middle_lat))
    room = (frame.east - frame.west) * 0.3
    miles = max((m for m in _MILES if m * per_mile <= room), default=_MILES[0])
    width, height = miles * per_mile + 4.0 * mm, 6.6 * mm
    corner = _clear_corner(frame, marks, mm, width, height)
    left, y = corner[0] + 2.0 * mm, corner[1] + 1.8 * mm
    right = left + miles * per_mile
    axes.add_patch(
        Rectangle(corner, width, height, fc="white", ec="0.3", lw=0.5, zorder=7.9)
    )
    half = (right - left) / 2.0
    for start, fill in ((left, "white"), (left + half, "black")):
        part = Rectangle((start, y - 0.6 * mm), half, 1.2 * mm, fc=fill, ec="black")
        part.set(lw=0.6, zorder=8)
        axes.add_patch(part)
    side = "N" if frame.middle_lat >= 0.0 else "S"
    axes.text(
        (left + right) / 2,
        y + 1.2 * mm,
        f"{miles} nm at {abs(frame.middle_lat):.0f}°{side}",
        fontproperties=font(PLAIN, _SMALL),
        ha="center",
        va="bottom",
        parse_math=False,
        zorder=8,
    )


def _clear_corner(
    frame: ChartFrame, marks: FloatArray, mm: float, width: float, height: float
) -> tuple[float, float]:
    """Lower left corner of a box in that corner of the chart that hides least."""
    low, high = frame.low + 5.2 * mm, frame.high - height - 3.0 * mm
    left, right = frame.west + 12.0 * mm, frame.east - width - 3.0 * mm
    corners = np.array([[right, low], [left, low], [left, high]])
    size = np.array([width, height])
    hidden = [
        int(((marks > corner - mm) & (marks < corner + size + mm)).all(axis=1).sum())
        for corner in corners
    ]
    x, y = corners[int(np.argmin(hidden))]
    return float(x), float(y)


def draw_north(axes: Any, frame: ChartFrame, mm: float) -> None:
    """Draw an arrow to the north; on Mercator's plane it is the same everywhere."""
    x, y = frame.east - 5.0 * mm, frame.high - 4.0 * mm
    axes.annotate(
        "",
        xy=(x, y),
        xytext=(x, y - 8.0 * mm),
        arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.2},
        zorder=8,
    )
    axes.text(
        x,
        y - 8.5 * mm,
        "N",
        fontproperties=font(BOLD, 8.0),
        ha="center",
        va="top",
        bbox=HALO,
        parse_math=False,
        zorder=8,
    )
