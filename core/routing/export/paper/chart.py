"""The chart of a trip, in black and grey: coast, legs, numbered stops, scale, north."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
import shapely.geometry
from matplotlib.patches import PathPatch
from matplotlib.path import Path as DrawnPath
from shapely.geometry.base import BaseGeometry

from core.coastline import land_in_bbox
from core.routing.export.paper.furniture import (
    HALO,
    draw_grid,
    draw_north,
    draw_scale_bar,
)
from core.routing.export.paper.glyphs import BOLD, Words, font
from core.routing.export.paper.page import points_to_mm
from core.routing.export.paper.projection import ChartFrame, frame_around
from core.routing.schedule import PlannedTrip

__all__ = ["draw_chart"]

FloatArray = npt.NDArray[np.float64]

_WIDE_DEG = 60.0
_MARK_MM = 4.6
_NAME_MM = 38.0
_ARROW_LEAST_MM = 9.0
_NUMBER = 6.5


def draw_chart(
    axes: Any,
    trip: PlannedTrip,
    *,
    width_mm: float,
    height_mm: float,
    closed_areas: Sequence[Mapping[str, Any]],
    words: Words,
) -> None:
    """Draw a trip on axes of a given size.

    Parameters
    ----------
    axes : matplotlib Axes
        Filled with the chart.
    trip : PlannedTrip
    width_mm, height_mm : float
        Size of the axes on paper.
    closed_areas : sequence of mapping
        GeoJSON features, drawn hatched.
    words : Words
        Makes names showable.
    """
    whole = np.concatenate([leg.path for leg in trip.legs])
    frame = frame_around(whole[:, 0], whole[:, 1], width=width_mm, height=height_mm)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.low, frame.high)
    axes.set_xticks([])
    axes.set_yticks([])
    mm = (frame.east - frame.west) / width_mm
    for polygon in _land(frame):
        _fill(axes, frame, polygon, fc="0.86", ec="0.3", lw=0.5, zorder=1)
    for polygon in _closed(frame, closed_areas):
        _fill(axes, frame, polygon, fc="none", ec="0.4", lw=0.7, hatch="////", zorder=2)
    draw_grid(axes, frame, mm)
    for leg in trip.legs:
        _leg(axes, frame, leg.path, mm)
    _places(axes, frame, trip, mm, words)
    draw_scale_bar(axes, frame, mm, frame.place(whole[:, 0], whole[:, 1]))
    draw_north(axes, frame, mm)


def _land(frame: ChartFrame) -> Iterator[BaseGeometry]:
    """Land within the frame, moved by full turns to where the frame is."""
    scale = "110m" if frame.east - frame.west > _WIDE_DEG else "50m"
    for turn in (-360.0, 0.0, 360.0):
        west, east = max(frame.west - turn, -180.0), min(frame.east - turn, 180.0)
        if west < east:
            south, north = frame.south, frame.north
            for polygon in land_in_bbox(
                west=west,
                south=south,
                east=east,
                north=north,
                scale=scale,  # type: ignore[arg-type]  # one of two literals
            ):
                yield shapely.affinity.translate(polygon, xoff=turn)


def _closed(
    frame: ChartFrame, features: Sequence[Mapping[str, Any]]
) -> Iterator[BaseGeometry]:
    window = shapely.box(frame.west, frame.south, frame.east, frame.north)
    for feature in features:
        area = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
        for turn in (-360.0, 0.0, 360.0):
            inside = shapely.intersection(
                shapely.affinity.translate(area, xoff=turn), window
            )
            for part in shapely.get_parts(inside):
                if part.geom_type == "Polygon" and not part.is_empty:
                    yield part


def _fill(axes: Any, frame: ChartFrame, polygon: BaseGeometry, **style: Any) -> None:
    rings = [polygon.exterior, *polygon.interiors]
    corners, codes = [], []
    for ring in rings:
        lon, lat = np.asarray(ring.coords)[:, :2].T
        placed = frame.place(lat, lon)
        placed[:, 0] = lon  # the polygon is moved already; do not wrap it again
        corners.append(placed)
        codes += [DrawnPath.MOVETO, *[DrawnPath.LINETO] * (len(lon) - 2)]
        codes.append(DrawnPath.CLOSEPOLY)
    path = DrawnPath(np.concatenate(corners), codes)
    axes.add_patch(PathPatch(path, **style))


def _leg(axes: Any, frame: ChartFrame, path: FloatArray, mm: float) -> None:
    """Draw a leg, with an arrow at its middle where there is room for one."""
    line = frame.place(path[:, 0], path[:, 1])
    line[:, 0] = np.unwrap(line[:, 0], period=360.0)
    axes.plot(line[:, 0], line[:, 1], color="white", lw=2.6, zorder=3)
    axes.plot(line[:, 0], line[:, 1], color="black", lw=1.1, zorder=4)
    steps = np.hypot(*np.diff(line, axis=0).T)
    if steps.sum() < _ARROW_LEAST_MM * mm:
        return
    along = np.concatenate([[0.0], np.cumsum(steps)])
    # Past the middle, so that the arrows of a way out and back do not meet.
    at = 0.58 * along[-1]
    k = int(np.clip(np.searchsorted(along, at) - 1, 0, len(steps) - 1))
    share = (at - along[k]) / steps[k] if steps[k] > 0.0 else 0.0
    tip = line[k] + share * (line[k + 1] - line[k])
    unit = (line[k + 1] - line[k]) / max(steps[k], 1e-12)
    axes.annotate(
        "",
        xy=tip,
        xytext=tip - unit * 2.0 * mm,
        arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 0.9},
        zorder=4.5,
    )


def _places(
    axes: Any, frame: ChartFrame, trip: PlannedTrip, mm: float, words: Words
) -> None:
    """Draw ports as squares, stops as numbered rings beside one another."""
    out, home = trip.legs[0].path, trip.legs[-1].path[::-1]
    ports = {trip.end_name: home, trip.start_name: out}
    taken: list[FloatArray] = []
    for name, path in ports.items():
        place, towards = frame.place(path[[0, -1], 0], path[[0, -1], 1])
        axes.plot(*place, "s", color="black", ms=5.0, zorder=6)
        taken.append(place)
        _port_name(axes, frame, place, towards, mm, words.shown(name, BOLD))
    for number, stop in enumerate(trip.stops, start=1):
        (place,) = frame.place(stop.lat, stop.lon)
        spot = _free_spot(place, taken, mm)
        taken.append(spot)
        if spot is not place:
            line = np.array([place, spot])
            axes.plot(line[:, 0], line[:, 1], color="black", lw=0.5, zorder=6)
            axes.plot(*place, "o", color="black", ms=2.4, zorder=6)
        axes.text(
            *spot,
            str(number),
            fontproperties=font(BOLD, _NUMBER),
            ha="center",
            va="center",
            bbox={
                "boxstyle": "circle,pad=0.22",
                "fc": "white",
                "ec": "black",
                "lw": 0.9,
            },
            parse_math=False,
            zorder=7,
        )


def _port_name(
    axes: Any,
    frame: ChartFrame,
    place: FloatArray,
    towards: FloatArray,
    mm: float,
    name: str,
) -> None:
    """Name a port on the side the leg does not leave by, unless the edge is near."""
    near_edge = (_NAME_MM + 4.0) * mm
    right = towards[0] < place[0]
    right = (right or place[0] - frame.west < near_edge) and (
        frame.east - place[0] > near_edge
    )
    axes.text(
        place[0] + (2.0 if right else -2.0) * mm,
        place[1] - 2.4 * mm,
        Words().cut(name, 7.0, _NAME_MM / points_to_mm(1.0), BOLD),
        fontproperties=font(BOLD, 7.0),
        ha="left" if right else "right",
        va="center",
        bbox=HALO,
        parse_math=False,
        zorder=2.5,
    )


def _free_spot(place: FloatArray, taken: Sequence[FloatArray], mm: float) -> FloatArray:
    """Find the place itself, or one close by where no other mark is."""
    angles = np.radians(np.arange(20, 380, 30))
    spots = [
        place + reach * _MARK_MM * mm * np.array([np.cos(a), np.sin(a)])
        for reach in (1.3, 2.3, 3.3)
        for a in angles
    ]
    for spot in [place, *spots]:
        if all(np.hypot(*(spot - other)) >= _MARK_MM * mm for other in taken):
            return spot
    return place
