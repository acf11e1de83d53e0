"""The area that debris can reach within a forecast, and its coast."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.drift import LandMask
from core.forecasts._coast import land_pixels
from core.geo import normalise_lon

__all__ = ["Box", "box_around", "coast_of"]

#: Fastest that anything drifts: the strongest currents reach 2.5 m/s (assumption). What
#: is faster leaves the area that was loaded and counts as gone.
_REACH_M_S = 3.0
_LEAST_DEG = 1.0
_METRES_PER_DEGREE = 111_195.0
#: Sides of a coast pixel, degrees: the finest that _MOST_PIXELS allow is taken. All
#: divide _ROUND_DEG, so that pixels of one side are the same ones in every box.
_COAST_STEPS_DEG = (0.02, 0.05, 0.1, 0.25, 0.5)
#: 0.02 degrees up to 80 by 80 degrees: a seed far away changes no other's coast.
_MOST_PIXELS = 16_000_000
#: Corners of boxes are rounded outward to this, so that runs share a coast.
_ROUND_DEG = 0.5


@dataclass(frozen=True)
class Box:
    """West, south, east, north in degrees; east may run past 180."""

    west: float
    south: float
    east: float
    north: float

    def wrapped(self) -> tuple[float, float, float, float]:
        """Return the box with longitudes in [-180, 180]; west > east crosses 180."""
        if self.east - self.west >= 360.0:
            return -180.0, self.south, 180.0, self.north
        east = self.east if self.east <= 180.0 else float(normalise_lon(self.east))
        return self.west, self.south, east, self.north


def box_around(seeds: pd.DataFrame, *, hours: int) -> Box:
    """Smallest box of seeds, widened by what can be reached in the time."""
    reach = max(_LEAST_DEG, hours * 3600.0 * _REACH_M_S / _METRES_PER_DEGREE)
    lats = seeds["lat"].to_numpy()
    south = max(-90.0, _down(float(lats.min()) - reach))
    north = min(90.0, -_down(-float(lats.max()) - reach))
    widest = min(max(abs(south), abs(north)), 85.0)
    across = reach / cos(radians(widest))
    west, width = _arc(seeds["lon"].to_numpy())
    if width + 2.0 * across + 2.0 * _ROUND_DEG >= 360.0:
        return Box(-180.0, south, 180.0, north)
    left, right = _down(west - across), -_down(-(west + width) - across)
    start = float(normalise_lon(left))
    return Box(start, south, start + right - left, north)


def _down(value: float) -> float:
    return float(np.floor(value / _ROUND_DEG) * _ROUND_DEG)


def _arc(lon: np.ndarray) -> tuple[float, float]:
    """Start and width of the shortest arc that holds all longitudes."""
    ordered = np.unique(normalise_lon(lon))
    gaps = np.diff(np.append(ordered, ordered[0] + 360.0))
    widest = int(np.argmax(gaps))
    return float(ordered[(widest + 1) % ordered.size]), float(360.0 - gaps[widest])


@lru_cache(maxsize=4)
def coast_of(box: Box) -> LandMask:
    """Return the bundled coast of a box in pixels of the finest side that it allows."""
    width, height = box.east - box.west, box.north - box.south
    step = next(
        (s for s in _COAST_STEPS_DEG if width * height / s**2 <= _MOST_PIXELS),
        _COAST_STEPS_DEG[-1],
    )
    x, y = _middles(box.west, width, step), _middles(box.south, height, step)
    return LandMask(y, x, land_pixels(x, y))


def _middles(start: float, length: float, step: float) -> npt.NDArray[np.float64]:
    found = start + (np.arange(round(length / step)) + 0.5) * step
    return np.asarray(found, dtype=np.float64)
