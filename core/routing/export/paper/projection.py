"""Mercator's plane round a trip, for a chart: rhumb lines are straight on it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ChartFrame", "frame_around", "grid_step_minutes"]

FloatArray = npt.NDArray[np.float64]

_MAX_LAT = 85.0
_LEAST_SPAN_DEG = 0.1
_MARGIN = 0.12
#: Distances between lines of a grid, minutes of arc.
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800)
_MOST_LINES = 5


@dataclass(frozen=True)
class ChartFrame:
    """A window of the plane; ``x`` is longitude, unwrapped round ``middle_lon``."""

    west: float
    east: float
    low: float
    high: float
    middle_lon: float

    def place(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
        """Positions as points of the plane, shape (n, 2), in degrees of longitude."""
        turned = np.asarray(lon, dtype=np.float64) - self.middle_lon
        x = self.middle_lon + (turned + 180.0) % 360.0 - 180.0
        return np.column_stack([np.atleast_1d(x), np.atleast_1d(_stretched(lat))])

    @property
    def south(self) -> float:
        """Latitude of the lower edge."""
        return _unstretched(self.low)

    @property
    def north(self) -> float:
        """Latitude of the upper edge."""
        return _unstretched(self.high)

    @property
    def middle_lat(self) -> float:
        """Latitude halfway up, where the scale bar holds."""
        return _unstretched((self.low + self.high) / 2.0)


def _stretched(lat: npt.ArrayLike) -> FloatArray:
    """Mercator's ordinate, in degrees."""
    phi = np.radians(np.clip(lat, -_MAX_LAT, _MAX_LAT))
    return np.asarray(np.degrees(np.arctanh(np.sin(phi))))


def _unstretched(y: float) -> float:
    return float(np.degrees(np.arcsin(np.tanh(np.radians(y)))))


def frame_around(
    lat: FloatArray, lon: FloatArray, *, width: float, height: float
) -> ChartFrame:
    """Make the window of a given shape that holds positions with a margin.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n,)
        Positions in the order they are sailed, so that 180 degrees is no jump.
    width, height : float
        Shape of the window.
    """
    x = np.unwrap(lon, period=360.0)
    y = _stretched(lat)
    middle_x, middle_y = (x.min() + x.max()) / 2.0, (y.min() + y.max()) / 2.0
    span_x = max(float(np.ptp(x)), _LEAST_SPAN_DEG) * (1.0 + 2.0 * _MARGIN)
    span_y = max(float(np.ptp(y)), _LEAST_SPAN_DEG) * (1.0 + 2.0 * _MARGIN)
    scale = max(span_x / width, span_y / height)
    half_x, half_y = scale * width / 2.0, scale * height / 2.0
    return ChartFrame(
        west=middle_x - half_x,
        east=middle_x + half_x,
        low=middle_y - half_y,
        high=middle_y + half_y,
        middle_lon=middle_x,
    )


def grid_step_minutes(span_deg: float) -> int:
    """Choose the distance of grid lines, so that a few cross the chart."""
    return next(
        (step for step in _STEPS if span_deg * 60.0 / step <= _MOST_LINES), _STEPS[-1]
    )
