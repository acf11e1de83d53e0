"""Places and times as they are given, checked."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError
from core.geo import normalise_lon

__all__ = ["checked_places", "checked_times"]

FloatArray = npt.NDArray[np.float64]
_LON_MOST_DEG = 540.0
_YEARS = (1900, 2200)


def checked_places(
    lat: npt.ArrayLike, lon: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return positions as arrays of one length, longitude in [-180, 180).

    Raises
    ------
    InputError
        If a position is not on Earth or the lengths differ; the row is named.
    """
    try:
        lats = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        lons = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InputError("latitudes and longitudes are not numbers") from error
    if lats.ndim != 1 or lats.shape != lons.shape:
        raise InputError(
            f"{lats.shape} latitudes and {lons.shape} longitudes, expected two rows "
            "of one length"
        )
    for name, values, most in (
        ("latitude", lats, 90.0),
        ("longitude", lons, _LON_MOST_DEG),
    ):
        bad = ~(np.abs(values) <= most)
        if bad.any():
            row = int(np.argmax(bad))
            raise InputError(
                f"{name} {values[row]:g} outside [{-most:g}, {most:g}] (row {row})"
            )
    return lats, normalise_lon(lons)


def checked_times(times: object, n: int) -> pd.DatetimeIndex:
    """Return times as UTC; one for all, or one a row. NaT stays.

    Raises
    ------
    InputError
        If a time cannot be read, has no zone, or is outside 1900 to 2199.
    """
    try:
        index = pd.DatetimeIndex(
            [times] * n
            if isinstance(times, str) or not hasattr(times, "__len__")
            else times  # type: ignore[arg-type]
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"cannot read times: {error}") from error
    if len(index) != n:
        raise InputError(f"{len(index)} times for {n} places")
    if index.tz is None:
        raise InputError("times have no zone, expected UTC")
    index = index.tz_convert("UTC")
    years = index.year.to_numpy(dtype=np.float64)
    bad = (years < _YEARS[0]) | (years >= _YEARS[1])
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(
            f"time {index[row]} outside the years 1900 to 2199 (row {row})"
        )
    return index
