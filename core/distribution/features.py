"""What the forest is told of a place, a time and a way of sampling.

Everything follows from position, time and the bundled coast, so it can be computed
aboard without a network. Wind and current are told where somebody knows them; the
forest handles a missing one itself.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.distribution._checks import checked_places, checked_times
from core.distribution.basins import basin_of
from core.distribution.land_distance import land_distance_km, unit_vectors
from core.errors import InputError

__all__ = ["FEATURES", "OPTIONAL_FEATURES", "feature_table"]

FloatArray = npt.NDArray[np.float64]

#: Name and meaning of every feature, in the order of the table's columns.
FEATURES: dict[str, str] = {
    "land_km": "distance to the nearest coast, km (1:50 million; 0 on land)",
    "abs_lat": "absolute latitude, degrees",
    "x": "position on the unit sphere, towards 0 N 0 E",
    "y": "position on the unit sphere, towards 0 N 90 E",
    "z": "position on the unit sphere, towards the north pole",
    "season_sin": "sine of the day of the year, turned by half a year south of 0",
    "season_cos": "cosine of the day of the year, turned by half a year south of 0",
    "year": "year with the part of it that is over",
    "basin": "ocean basin, its number in BASINS",
    "mesh_mm": "smallest debris counted, mm: the mesh of the net",
    "is_corrected": "1 where the source added what the wind mixes down",
    "wind_m_s": "10 m wind speed, m/s",
    "current_m_s": "surface current speed, m/s",
}
#: May be missing everywhere; a forest may be trained without them.
OPTIONAL_FEATURES = ("wind_m_s", "current_m_s")
_DAYS = 365.25


def feature_table(
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    time: object,
    mesh_mm: npt.ArrayLike = np.nan,
    is_corrected: npt.ArrayLike = 0.0,
    wind_m_s: npt.ArrayLike = np.nan,
    current_m_s: npt.ArrayLike = np.nan,
    day_known: npt.ArrayLike = True,
) -> pd.DataFrame:
    """Features of places and times, a row a place.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees.
    time : aware datetime, or a sequence of n of them
        UTC; NaT leaves season and year missing.
    mesh_mm, is_corrected : array_like of float
        How it was, or would be, sampled; NaN where unknown.
    wind_m_s, current_m_s : array_like of float
        Speeds; NaN where nobody knows them.
    day_known : array_like of bool
        False where only the year of a record is known: its season is missing.

    Returns
    -------
    DataFrame of float, columns ``FEATURES``

    Raises
    ------
    InputError
        If a position is not on Earth, a time cannot be used, or a speed is negative.
    """
    lats, lons = checked_places(lat, lon)
    n = len(lats)
    times = checked_times(time, n)
    day = times.day_of_year.to_numpy(dtype=np.float64)
    year = times.year.to_numpy(dtype=np.float64) + (day - 1.0) / _DAYS
    angle = 2.0 * np.pi * day / _DAYS + np.where(lats < 0.0, np.pi, 0.0)
    angle = np.where(np.broadcast_to(np.asarray(day_known), n), angle, np.nan)
    place = unit_vectors(lats, lons)
    return pd.DataFrame(
        {
            "land_km": land_distance_km(lat=lats, lon=lons),
            "abs_lat": np.abs(lats),
            "x": place[:, 0],
            "y": place[:, 1],
            "z": place[:, 2],
            "season_sin": np.sin(angle),
            "season_cos": np.cos(angle),
            "year": year,
            "basin": basin_of(lat=lats, lon=lons).astype(np.float64),
            "mesh_mm": _numbers("mesh_mm", mesh_mm, n),
            "is_corrected": _numbers("is_corrected", is_corrected, n),
            "wind_m_s": _numbers("wind_m_s", wind_m_s, n),
            "current_m_s": _numbers("current_m_s", current_m_s, n),
        },
        columns=list(FEATURES),
    )


def _numbers(name: str, values: npt.ArrayLike, n: int) -> FloatArray:
    """Broadcast numbers to n rows; NaN is missing, below 0 and infinite is refused."""
    try:
        spread = np.broadcast_to(np.asarray(values, dtype=np.float64), (n,)).copy()
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is no number, or not one a place") from error
    bad = (spread < 0.0) | np.isinf(spread)
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{name} is {spread[row]:g}, expected 0 or more (row {row})")
    return spread
