"""Good fixes as drifter tracks, for skill and persistence."""

from collections.abc import Iterable

import pandas as pd

from core.environment.sensors.records import FixFlag, SensorFix
from core.errors import InputError

__all__ = ["sensor_drifters"]

_COLUMNS = ("sensor_id", "observed_at", "lat", "lon", "quality_flag")


def sensor_drifters(fixes: pd.DataFrame | Iterable[SensorFix]) -> pd.DataFrame:
    """Tracks of drifters from checked fixes.

    Parameters
    ----------
    fixes : DataFrame or iterable of SensorFix
        As the store's frame of fixes, with ``sensor_id, observed_at, lat, lon,
        quality_flag``, or records.

    Returns
    -------
    DataFrame
        ``drifter_id, time, lat, lon`` of the good fixes (flag 1), times
        ``datetime64[us, UTC]``, ordered by drifter and time.

    Raises
    ------
    InputError
        If a column is missing.
    """
    frame = fixes if isinstance(fixes, pd.DataFrame) else _frame(fixes)
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise InputError(f"fixes without {', '.join(missing)}")
    good = frame[frame["quality_flag"] == int(FixFlag.GOOD)]
    times = pd.to_datetime(good["observed_at"], utc=True).dt.as_unit("us")
    tracks = pd.DataFrame(
        {
            "drifter_id": good["sensor_id"].astype("str"),
            "time": times,
            "lat": good["lat"].astype("float64"),
            "lon": good["lon"].astype("float64"),
        }
    )
    tracks = tracks.sort_values(["drifter_id", "time"], kind="stable")
    return tracks.reset_index(drop=True)


def _frame(fixes: Iterable[SensorFix]) -> pd.DataFrame:
    rows = [
        (f.sensor_id, f.observed_at, f.lat, f.lon, int(f.quality_flag)) for f in fixes
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))
