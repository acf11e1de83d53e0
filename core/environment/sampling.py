"""Values of a forcing at times and places, and its speeds in figures."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from core.environment.grid import relative_lon, sample_wet
from core.environment.text import epoch_s, shown
from core.errors import InputError

if TYPE_CHECKING:
    from core.environment.forcing import Forcing

__all__ = ["SpeedStatistics", "sample", "speed_statistics"]

FloatArray = npt.NDArray[np.float64]


class SpeedStatistics(NamedTuple):
    """Speeds over all wet nodes and times, each node counted once, in m/s.

    For waves the numbers are significant heights in m.
    """

    n: int
    mean: float
    median: float
    p95: float
    maximum: float


def sample(
    forcing: "Forcing",
    *,
    time: datetime | npt.ArrayLike,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
) -> tuple[FloatArray, ...]:
    """Values at times and places, see :meth:`Forcing.at`."""
    seconds = epoch_s(time) if isinstance(time, datetime) else time
    when, north, east = np.broadcast_arrays(
        np.asarray(seconds, dtype=np.float64),
        np.asarray(lat, dtype=np.float64),
        np.asarray(lon, dtype=np.float64),
    )
    if not np.all((when >= forcing.time_s[0]) & (when <= forcing.time_s[-1])):
        raise InputError(
            f"a time is outside the {forcing.kind} data, which cover "
            f"{shown(forcing.starts_at)} to {shown(forcing.ends_at)}"
        )
    grid = forcing.closed()
    inside = forcing.covers(lat=north, lon=east)
    y = np.clip(north[inside], grid.lat[0], grid.lat[-1])
    x = relative_lon(east[inside], first=float(grid.lon[0]))
    x = np.clip(x, grid.lon[0], grid.lon[-1])
    before = np.searchsorted(forcing.time_s, when[inside], side="right") - 1
    after = np.minimum(before + 1, forcing.time_s.size - 1)
    gap = np.where(after > before, forcing.time_s[after] - forcing.time_s[before], 1.0)
    share = (when[inside] - forcing.time_s[before]) / gap
    found = []
    for values in grid.values:
        ends = [
            sample_wet(
                values,
                frame=frame.astype(np.int64),
                lat_nodes=grid.lat,
                lon_nodes=grid.lon,
                lat=y,
                lon=x,
            )
            for frame in (before, after)
        ]
        out = np.full(when.shape, np.nan)
        out[inside] = np.where(
            share == 0.0, ends[0], (1.0 - share) * ends[0] + share * ends[1]
        )
        found.append(out)
    return tuple(found)


def speed_statistics(forcing: "Forcing") -> SpeedStatistics:
    """Speeds over wet nodes and times, see :meth:`Forcing.speed_statistics`."""
    if forcing.height_m is not None:
        speed = forcing.height_m[~np.isnan(forcing.height_m)]
    else:
        speed = np.hypot(forcing.u, forcing.v)
        speed = speed[~np.isnan(speed)]
    if not speed.size:
        return SpeedStatistics(0, 0.0, 0.0, 0.0, 0.0)
    median, p95 = np.percentile(speed, [50.0, 95.0])
    mean = float(np.mean(speed, dtype=np.float64))
    return SpeedStatistics(
        int(speed.size), mean, float(median), float(p95), float(speed.max())
    )
