"""Latitude and longitude axes, boxes on them, and sampling that knows land.

The rule at the coast: a value between nodes is the bilinear mean of the *wet* nodes
of its cell, their weights scaled to sum to one; where no wet node has weight the
value is NaN. Land is therefore never taken for still water, and NaN does not spread.
"""

from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.environment.text import epoch_s, moment_of, shown
from core.errors import InputError

__all__ = [
    "Bbox",
    "LonAxis",
    "axis_window",
    "check_bbox",
    "is_around_the_globe",
    "lat_axis",
    "lon_axis",
    "lon_window",
    "relative_lon",
    "sample_wet",
    "time_window",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Bbox = tuple[float, float, float, float]

#: Positions closer to an edge than this count as on it, degrees: axes are often
#: stored as float32, which is good to 1e-5 degrees at 180. Assumption.
EDGE_TOLERANCE_DEG = 2e-5
#: Wet nodes of less weight than this are rounding of a position, not a neighbour.
_NO_WEIGHT = 1e-6
#: A global axis may miss the full circle by this share of its last step.
_CLOSING_SHARE = 0.01
#: A step this many times the others, the one over the ends included, is a hole: what
#: is there of the circle begins after it. Assumption; grids stretch by far less.
_HOLE_STEPS = 3.0


class LonAxis(NamedTuple):
    """Ascending longitudes and the columns of the file they stand for."""

    lon: FloatArray
    columns: IntArray


def check_bbox(bbox: tuple[float, ...]) -> Bbox:
    """Return a box as west, south, east, north; west > east crosses 180 degrees.

    Raises
    ------
    InputError
        If it has not four finite numbers, is empty or is not on Earth.
    """
    if len(bbox) != 4 or not np.all(np.isfinite(bbox)):
        raise InputError(
            f"box {bbox!r}: expected four numbers, west, south, east, north"
        )
    west, south, east, north = (float(value) for value in bbox)
    if not -90.0 <= south < north <= 90.0:
        raise InputError(
            f"box from south {south:g} to north {north:g}: expected "
            "-90 <= south < north <= 90"
        )
    if not (-180.0 <= west <= 360.0 and -180.0 <= east <= 360.0) or west == east:
        raise InputError(
            f"box from west {west:g} to east {east:g}: expected two different "
            "longitudes in [-180, 360]"
        )
    return west, south, east, north


def lat_axis(values: npt.ArrayLike, *, record: str) -> tuple[FloatArray, IntArray]:
    """Return latitudes in ascending order and the rows they stand for.

    Raises
    ------
    InputError
        If a value is not a latitude, or the axis turns back on itself.
    """
    lat = _finite_axis(values, record=record)
    rows = np.arange(lat.size)
    if lat.size > 1 and lat[0] > lat[-1]:
        lat, rows = lat[::-1], rows[::-1]
    if np.any(np.abs(lat) > 90.0 + EDGE_TOLERANCE_DEG):
        worst = lat[np.argmax(np.abs(lat))]
        raise InputError(f"{record}: latitude {worst:g} outside [-90, 90]")
    if np.any(np.diff(lat) <= 0.0):
        raise InputError(f"{record}: latitudes neither rise nor fall all the way")
    return np.clip(lat, -90.0, 90.0), rows.astype(np.int64)


def lon_axis(values: npt.ArrayLike, *, record: str) -> LonAxis:
    """Return ascending longitudes that start in [-180, 180).

    Longitudes of 0 to 360, a descending axis and a step over 180 degrees inside the
    file are understood, and so is a box over the date line whose longitudes were
    sorted (-180, -179, 178, 179); an axis around the globe is turned to start at -180.

    Raises
    ------
    InputError
        If a value is not a longitude, or the axis turns back on itself.
    """
    raw = _finite_axis(values, record=record)
    if np.any(np.abs(raw) > 540.0):
        worst = raw[np.argmax(np.abs(raw))]
        raise InputError(f"{record}: {worst:g} is no longitude")
    columns = np.arange(raw.size)
    steps = np.diff(raw)
    # A step over half a turn is the shorter way round: it says nothing of the order.
    if raw.size > 1 and np.median((steps + 180.0) % 360.0 - 180.0) < 0.0:
        raw, columns = raw[::-1], columns[::-1]
        steps = np.diff(raw)
    # A jump back of about a turn is the seam of the circle, not a fold.
    turns = np.concatenate([[0.0], np.cumsum(steps < -180.0)])
    lon = raw + 360.0 * turns
    if np.any(np.diff(lon) <= 0.0):
        raise InputError(f"{record}: longitudes neither rise nor fall all the way")
    repeated = lon - lon[0] >= 360.0 - EDGE_TOLERANCE_DEG
    lon, columns = lon[~repeated], columns[~repeated]
    begin = _after_hole(lon)
    lon = np.concatenate([lon[begin:], lon[:begin] + 360.0])
    columns = np.roll(columns, -begin)
    if is_around_the_globe(lon):
        turns = np.floor((lon + 180.0 + EDGE_TOLERANCE_DEG) / 360.0)
        wrapped = lon - 360.0 * turns
        order = np.argsort(wrapped, kind="stable")
        lon, columns = wrapped[order], columns[order]
        lon[0] = max(lon[0], -180.0)
    else:
        lon = lon - 360.0 * np.floor((lon[0] + 180.0) / 360.0)
    return LonAxis(lon, columns.astype(np.int64))


def _after_hole(lon: FloatArray) -> int:
    """First node east of a hole inside rising longitudes, 0 where there is none."""
    if lon.size < 2:
        return 0
    gaps = np.append(np.diff(lon), lon[0] + 360.0 - lon[-1])
    widest = int(np.argmax(gaps))
    others = float(np.delete(gaps, widest).max())
    is_hole = widest < lon.size - 1 and gaps[widest] > _HOLE_STEPS * others
    return widest + 1 if is_hole else 0


def _finite_axis(values: npt.ArrayLike, *, record: str) -> FloatArray:
    axis = np.asarray(values, dtype=np.float64).ravel()
    if axis.size == 0:
        raise InputError(f"{record}: the axis is empty")
    bad = np.flatnonzero(~np.isfinite(axis))
    if bad.size:
        raise InputError(
            f"{record}: {bad.size} of {axis.size} values are not numbers, the first "
            f"at index {bad[0]}"
        )
    return axis


def is_around_the_globe(lon: FloatArray) -> bool:
    """Whether rising longitudes close the circle, the first node after the last."""
    if lon.size < 3:
        return False
    step = float(np.max(np.diff(lon)))
    return bool(lon[-1] + step * (1.0 + _CLOSING_SHARE) >= lon[0] + 360.0)


def axis_window(axis: FloatArray, low: float, high: float) -> slice:
    """Indexes of the nodes around [low, high], one beyond each end where there is one.

    The result is empty where the range lies wholly outside the axis.
    """
    if high < axis[0] - EDGE_TOLERANCE_DEG or low > axis[-1] + EDGE_TOLERANCE_DEG:
        return slice(0, 0)
    first = int(np.searchsorted(axis, low, side="right")) - 1
    last = int(np.searchsorted(axis, high, side="left"))
    first, last = max(first, 0), min(last, axis.size - 1)
    if last == 0:  # a range that only touches an end still needs the cell there
        last = min(1, axis.size - 1)
    elif first == axis.size - 1:
        first -= 1
    return slice(first, last + 1)


def time_window(
    time_s: FloatArray, *, start: datetime | None, end: datetime | None, record: str
) -> slice:
    """Frames around a period, one beyond each end where it falls between frames.

    Raises
    ------
    InputError
        If the period lies wholly outside, or its end is before its start.
    """
    low = -np.inf if start is None else epoch_s(start, record="start")
    high = np.inf if end is None else epoch_s(end, record="end")
    if low > high:
        raise InputError("the end of the period is before its start")
    if high < time_s[0] or low > time_s[-1]:
        asked = " to ".join(
            shown(moment) if moment else "any time" for moment in (start, end)
        )
        raise InputError(
            f"{record}: {asked} is outside the data, which cover "
            f"{shown(moment_of(time_s[0]))} to {shown(moment_of(time_s[-1]))}"
        )
    first = max(int(np.searchsorted(time_s, low, side="right")) - 1, 0)
    last = min(int(np.searchsorted(time_s, high, side="left")), time_s.size - 1)
    return slice(first, last + 1)


def lon_window(lon: FloatArray, west: float, east: float) -> LonAxis:
    """Nodes around a range of longitude that may cross 180 degrees.

    Returns
    -------
    LonAxis
        Longitudes that start in [-180, 180) and may run past 180, with their
        columns; empty where the range lies outside.
    """
    width = (east - west) % 360.0 or 360.0
    start = (west + 180.0) % 360.0 - 180.0
    if lon[-1] - lon[0] >= 360.0 - EDGE_TOLERANCE_DEG:
        lon = lon[:-1]  # a closed axis repeats its first node
    columns = np.arange(lon.size)
    if is_around_the_globe(lon):
        long = np.concatenate([lon - 360.0, lon, lon + 360.0])
        window = axis_window(long, start, start + width)
        taken, columns = long[window], np.tile(columns, 3)[window]
        if taken[-1] - taken[0] >= 360.0 - EDGE_TOLERANCE_DEG:
            return LonAxis(lon, np.arange(lon.size))
    else:
        # The range may meet the axis a turn lower or higher; at most one run of
        # columns is taken, the one that holds most of the range.
        best = slice(0, 0)
        for turn in (-360.0, 0.0, 360.0):
            window = axis_window(lon, start + turn, start + turn + width)
            if window.stop - window.start > best.stop - best.start:
                best = window
        taken, columns = lon[best], columns[best]
    if taken.size and not -180.0 <= taken[0] < 180.0:
        taken = taken - 360.0 * np.floor((taken[0] + 180.0) / 360.0)
    return LonAxis(np.asarray(taken, dtype=np.float64), columns.astype(np.int64))


def relative_lon(lon: npt.ArrayLike, *, first: float) -> FloatArray:
    """Bring longitudes into the turn that begins at the first node of an axis."""
    east = np.asarray(lon, dtype=np.float64)
    turns = np.floor((east - first + EDGE_TOLERANCE_DEG) / 360.0)
    return np.asarray(east - 360.0 * turns, dtype=np.float64)


def _cell(axis: FloatArray, at: FloatArray) -> tuple[IntArray, FloatArray]:
    """Lower node of the cell that holds each value, and the share towards the next."""
    low = np.clip(np.searchsorted(axis, at, side="right") - 1, 0, axis.size - 2)
    share = (at - axis[low]) / (axis[low + 1] - axis[low])
    return low.astype(np.int64), np.clip(share, 0.0, 1.0)


def sample_wet(
    field: npt.NDArray[np.float32],
    *,
    frame: IntArray,
    lat_nodes: FloatArray,
    lon_nodes: FloatArray,
    lat: FloatArray,
    lon: FloatArray,
) -> FloatArray:
    """Bilinear values at points, from wet nodes only (the rule of this module).

    Parameters
    ----------
    field : ndarray, shape (n_times, n_lat, n_lon)
        Values at nodes; NaN is land.
    frame : ndarray of int, shape (n,)
        Which time each point is taken at.
    lat_nodes, lon_nodes : ndarray of float
        Ascending axes, degrees.
    lat, lon : ndarray of float, shape (n,)
        Points inside the axes; ``lon`` in the turn of ``lon_nodes``.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where no wet node has weight.
    """
    row, up = _cell(lat_nodes, lat)
    column, right = _cell(lon_nodes, lon)
    total = np.zeros(lat.shape)
    weight = np.zeros(lat.shape)
    for dy, w_y in ((0, 1.0 - up), (1, up)):
        for dx, w_x in ((0, 1.0 - right), (1, right)):
            node = field[frame, row + dy, column + dx].astype(np.float64)
            share = np.where(np.isnan(node), 0.0, w_y * w_x)
            total += share * np.where(np.isnan(node), 0.0, node)
            weight += share
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(weight > _NO_WEIGHT, total / weight, np.nan))
