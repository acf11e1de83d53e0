"""What a forecast has to beat: debris that stays put, and motion that goes on.

Both come in the layout of an ensemble with a single member 0, so they can be drawn and
scored beside it.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.coastline import is_on_land
from core.drift.ensembles.run import DRIFT_COLUMNS, MAX_HOURS
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM, bearing_deg, destination, great_circle_distance_km

__all__ = ["persistence", "persistence_of_velocity", "stays_put"]

FloatArray = npt.NDArray[np.float64]
_HOURS = 3600.0


def stays_put(
    seeds: pd.DataFrame,
    *,
    hours: int,
    start: datetime | None = None,
    backward: bool = False,
) -> pd.DataFrame:
    """Debris that stays where it was seen.

    Parameters
    ----------
    seeds : DataFrame
        ``lat, lon``, ``time`` (or ``start``) and, if known, ``seed``.
    hours : int
        Hours from each release.
    start : datetime, optional
        Release of seeds without a time.
    backward : bool, default False
        Hours run back in time.

    Returns
    -------
    DataFrame
        Columns of an ensemble; member 0, ``afloat``.

    Raises
    ------
    InputError
        If a seed has neither a time nor a start, or the hours are out of range.
    """
    still = np.zeros(len(seeds))
    return persistence_of_velocity(
        seeds, u_m_s=still, v_m_s=still, hours=hours, start=start, backward=backward,
        strands=False,
    )  # fmt: skip


def persistence(frame: pd.DataFrame) -> pd.DataFrame:
    """Continue the motion of the first hour in a straight line.

    The first hour is that of the ensemble's unperturbed run (member 0), so this is what
    a navigator would draw from the set and drift met at the start: great-circle course
    and speed of that hour, kept. Where the last *observed* motion is known, use
    ``persistence_of_velocity``. A line that meets the bundled coast ends there as
    stranded, at the last hour before it; hourly points may step over an island.

    Parameters
    ----------
    frame : DataFrame
        An ensemble that holds member 0, forward or backward in time.

    Returns
    -------
    DataFrame
        Columns of an ensemble; member 0.

    Raises
    ------
    InputError
        If the ensemble has no member 0.
    """
    own = frame[frame["member"] == 0]
    if own.empty:
        raise InputError("persistence needs member 0, the unperturbed run")
    step = own["hour"].abs()
    first = own[step == 0].sort_values("seed")
    second = own[step == 1].sort_values("seed")
    hours = int(step.max())
    backward = bool(own["hour"].min() < 0)
    places = [table[["lat", "lon"]].to_numpy() for table in (first, second)]
    course = [
        bearing_deg(lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1])
        for a, b in zip(*places, strict=True)
    ]
    (lat1, lon1), (lat2, lon2) = (place.T for place in places)
    km_per_h = great_circle_distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    return _straight(
        first, np.array(course), km_per_h, hours=hours, backward=backward, strands=True
    )


def persistence_of_velocity(
    seeds: pd.DataFrame,
    *,
    u_m_s: npt.ArrayLike,
    v_m_s: npt.ArrayLike,
    hours: int,
    start: datetime | None = None,
    backward: bool = False,
    strands: bool = True,
) -> pd.DataFrame:
    """Continue a known velocity, such as the last one observed, in a straight line.

    Parameters
    ----------
    seeds, hours, start, backward
        As in ``stays_put``.
    u_m_s, v_m_s : array_like of float, shape (n_seeds,)
        Velocity of each seed towards east and north.
    strands : bool, default True
        Whether the line ends as stranded where it meets the bundled coast.

    Returns
    -------
    DataFrame
        Columns of an ensemble; member 0.

    Raises
    ------
    InputError
        As ``stays_put``, or if a velocity is no number.
    """
    if not 1 <= hours <= MAX_HOURS or hours != int(hours):
        raise InputError(
            f"hours {hours}, expected a whole number from 1 to {MAX_HOURS}"
        )
    u, v = (
        np.broadcast_to(np.asarray(value, dtype=np.float64), (len(seeds),))
        for value in (u_m_s, v_m_s)
    )
    if not (np.isfinite(u).all() and np.isfinite(v).all()):
        raise InputError("a seed's last velocity is not a number")
    table = seeds.reset_index(drop=True).copy()
    if "seed" not in table:
        table["seed"] = np.arange(len(table))
    times = (
        pd.Series(pd.NaT, index=table.index) if "time" not in table else table["time"]
    )
    times = pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")
    if times.isna().any():
        if start is None:
            raise InputError("a seed has no time; give the start of the drift")
        moment = pd.Timestamp(start)
        moment = moment.tz_localize("UTC") if moment.tz is None else moment
        times = times.fillna(moment.tz_convert("UTC").as_unit("us"))
    table["time"] = times
    turn = 180.0 if backward else 0.0
    course = (np.degrees(np.arctan2(u, v)) + turn) % 360.0
    return _straight(
        table, course, np.hypot(u, v) * _HOURS / 1000.0, hours=hours,
        backward=backward, strands=strands,
    )  # fmt: skip


def _straight(
    table: pd.DataFrame,
    course_deg: FloatArray,
    km_per_h: FloatArray,
    *,
    hours: int,
    backward: bool,
    strands: bool,
) -> pd.DataFrame:
    steps = np.arange(hours + 1)
    start_lat, start_lon = (
        table[name].to_numpy(dtype=float) for name in ("lat", "lon")
    )
    far = float(np.max(km_per_h, initial=0.0)) * hours
    if far > np.pi * EARTH_RADIUS_KM:
        raise InputError(f"{far:.0f} km is beyond half-way round the Earth")
    lat, lon = destination(
        lat=start_lat[:, None], lon=start_lon[:, None], bearing=course_deg[:, None],
        distance_km=km_per_h[:, None] * steps,
    )  # fmt: skip
    lat[:, 0] = start_lat
    ashore = np.zeros(lat.shape, dtype=bool)
    moves = np.flatnonzero(km_per_h > 0.0)
    lat[km_per_h == 0.0] = start_lat[km_per_h == 0.0, None]
    if strands and moves.size:
        hit = is_on_land(lat=lat[moves].ravel(), lon=lon[moves].ravel())
        ashore[moves] = np.logical_or.accumulate(hit.reshape(moves.size, -1), axis=1)
        # The last hour at sea is where the line ends.
        at = np.minimum(steps, np.maximum(0, (~ashore).sum(axis=1)[:, None] - 1))
        lat, lon = (np.take_along_axis(value, at, axis=1) for value in (lat, lon))
    sign = -1 if backward else 1
    hour = np.tile(sign * steps.astype(np.int32), len(table))
    time = table["time"].repeat(hours + 1).reset_index(drop=True)
    return pd.DataFrame(
        {
            "seed": np.repeat(table["seed"].to_numpy(), hours + 1),
            "member": np.zeros(hour.size, dtype=np.int32),
            "time": (time + pd.to_timedelta(hour, unit="h")).dt.as_unit("us"),
            "lat": lat.ravel(),
            "lon": lon.ravel(),
            "status": pd.Categorical(
                np.where(ashore.ravel(), "stranded", "afloat"),
                categories=["afloat", "stranded", "out_of_domain"],
            ),
            "hour": hour,
        },
        columns=list(DRIFT_COLUMNS),
    )
