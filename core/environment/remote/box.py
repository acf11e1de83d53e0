"""Which stretch of each axis of a remote grid covers an area and a time.

One node and one frame beyond each end are taken, so that values in between can be
worked out inside what was fetched. Nothing outside the axis is made up: what the grid
does not cover is not asked for.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = [
    "Box",
    "Run",
    "check_box",
    "covering_run",
    "covering_runs_lon",
    "nearest_run",
]

FloatArray = npt.NDArray[np.float64]
#: First and last index of a stretch, both taken.
Run = tuple[int, int]
_FULL_TURN = 360.0


@dataclass(frozen=True, slots=True)
class Box:
    """Area and time asked for: west, south, east, north in degrees, aware times.

    ``west`` greater than ``east`` is a box over the date line; ``east`` may also run
    past 180.
    """

    west: float
    south: float
    east: float
    north: float
    start: datetime
    end: datetime


def check_box(
    bbox: tuple[float, float, float, float], start: datetime, end: datetime
) -> Box:
    """Refuse an area or a time that cannot be.

    Raises
    ------
    InputError
        Naming the value that is wrong.
    """
    if len(bbox) != 4 or not np.all(np.isfinite(bbox)):
        raise InputError(f"bbox needs four numbers W,S,E,N, got {bbox!r}")
    west, south, east, north = (float(v) for v in bbox)
    for name, value in (("south", south), ("north", north)):
        if not -90.0 <= value <= 90.0:
            raise InputError(f"bbox {name} {value:g} outside [-90, 90]")
    if south > north:
        raise InputError(f"bbox south {south:g} is north of its north {north:g}")
    for name, value in (("west", west), ("east", east)):
        if not -180.0 <= value <= 540.0:
            raise InputError(f"bbox {name} {value:g} outside [-180, 540]")
    if east - west > _FULL_TURN:
        raise InputError(f"bbox from {west:g} to {east:g} is more than the whole earth")
    for name, moment in (("start", start), ("end", end)):
        if moment.tzinfo is None:
            raise InputError(f"{name} {moment.isoformat()} has no time zone")
    if end < start:
        raise InputError(f"end {end.isoformat()} is before start {start.isoformat()}")
    return Box(west, south, east, north, start, end)


def covering_run(values: FloatArray, low: float, high: float) -> Run | None:
    """Find the shortest stretch of an axis that covers [low, high].

    Parameters
    ----------
    values : ndarray of float
        Strictly rising or falling.
    low, high : float
        In the unit of the axis.

    Returns
    -------
    (int, int) or None
        First and last index; none if the axis does not reach into the interval.

    Raises
    ------
    InputError
        If the axis is neither rising nor falling.

    Examples
    --------
    >>> covering_run(np.array([0.0, 1.0, 2.0, 3.0]), 1.2, 1.8)
    (1, 2)
    """
    steps = np.diff(values)
    if not (np.all(np.isfinite(values)) and (np.all(steps > 0) or np.all(steps < 0))):
        raise InputError("an axis of the grid neither rises nor falls throughout")
    n = len(values)
    if n == 0 or high < values.min() or low > values.max():
        return None
    rising = values if n == 1 or steps[0] > 0 else values[::-1]
    first = max(int(np.searchsorted(rising, low, side="right")) - 1, 0)
    last = min(int(np.searchsorted(rising, high, side="left")), n - 1)
    return (first, last) if rising is values else (n - 1 - last, n - 1 - first)


def covering_runs_lon(values: FloatArray, west: float, east: float) -> list[Run]:
    """Find the stretches of a longitude axis that cover a box, from west to east.

    The axis may count -180..180, 0..360 or past either; a box over the place where it
    begins anew needs two stretches.

    Parameters
    ----------
    values : ndarray of float
        Degrees, rising or falling apart from one jump of a whole turn.
    west, east : float
        Degrees; east smaller than west means over the date line.

    Returns
    -------
    list of (int, int)
        None, one or two stretches; the later ones lie further east.
    """
    n = len(values)
    if n == 0 or not np.all(np.isfinite(values)):
        raise InputError("the longitude axis of the grid has no usable values")
    steps = np.abs((np.diff(values) + 180.0) % _FULL_TURN - 180.0)
    step = float(steps.max()) if n > 1 else 0.0
    width = east - west
    if width < 0:
        width %= _FULL_TURN
    # Degrees east of the western edge, with one step added on both sides.
    edge = west - step
    ahead = (values - edge) % _FULL_TURN
    inside = ahead <= width + 2 * step
    if width + 2 * step >= _FULL_TURN:
        inside = np.ones(n, dtype=bool)
    core_part = ((values - west) % _FULL_TURN <= width) & inside
    between = _brackets(ahead, step, width)
    if not (core_part.any() or between):
        return []
    index = np.flatnonzero(inside)
    cuts = np.flatnonzero(np.diff(index) > 1) + 1
    runs = [(int(part[0]), int(part[-1])) for part in np.split(index, cuts)]
    return sorted(runs, key=lambda run: float(ahead[list(run)].min()))


def _brackets(ahead: FloatArray, step: float, width: float) -> bool:
    """Whether nodes lie on both sides of a box narrower than a cell."""
    west_side = ahead <= step
    east_side = (ahead >= step + width) & (ahead <= width + 2 * step)
    return bool(west_side.any() and east_side.any())


def nearest_run(values: FloatArray, wanted: float) -> Run:
    """Index of the level nearest a depth or height, twice; the sign is not looked at.

    Examples
    --------
    >>> nearest_run(np.array([2.0, 10.0, 100.0]), 10.0)
    (1, 1)
    """
    level = int(np.argmin(np.abs(np.abs(values) - wanted)))
    return level, level
