"""Which seeds the forcing covers, in time and area; nothing is extrapolated."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.drift.field import VelocityField
from core.drift.seeds import SeedIssue
from core.errors import InputError

__all__ = [
    "covered_time",
    "named_fields",
    "release_times",
    "seconds_of",
    "uncovered_seeds",
]

_SECONDS_PER_HOUR = 3600.0
_MICRO = 1_000_000


def named_fields(
    current: VelocityField, wind: VelocityField | None, stokes: VelocityField | None
) -> dict[str, VelocityField]:
    """Fields that are given, by the name that messages use."""
    named = {"current": current, "wind": wind, "Stokes drift": stokes}
    return {name: field for name, field in named.items() if field is not None}


def covered_time(fields: Iterable[VelocityField]) -> tuple[float, float]:
    """First and last moment that every field covers, s since 1970.

    A field of one frame is steady and bounds nothing.

    Raises
    ------
    InputError
        If the fields have no moment in common.
    """
    moving = [field for field in fields if not field.is_steady]
    first = max((float(field.time_s[0]) for field in moving), default=-np.inf)
    last = min((float(field.time_s[-1]) for field in moving), default=np.inf)
    if first > last:
        raise InputError(
            "the fields have no time in common: the last to start does so at "
            f"{_words(first)}, the first to end at {_words(last)}"
        )
    return first, last


def release_times(
    seeds: pd.DataFrame,
    fields: Iterable[VelocityField],
    *,
    start: datetime | None = None,
    backward: bool = False,
) -> pd.Series:
    """When each seed is released: its own time, else ``start``, else the forcing's.

    Raises
    ------
    InputError
        If a seed has no time, no start is given and every field is steady.
    """
    own = seeds["time"] if "time" in seeds else pd.Series(pd.NaT, index=seeds.index)
    times = pd.to_datetime(own, utc=True).astype("datetime64[us, UTC]")
    if not times.isna().any():
        return times
    if start is None:
        moment = covered_time(fields)[1 if backward else 0]
        if not np.isfinite(moment):
            raise InputError("a steady field has no start; give the start of the drift")
        filler = pd.Timestamp(round(moment * _MICRO), unit="us", tz="UTC")
    else:
        aware = start if start.tzinfo else start.replace(tzinfo=UTC)
        filler = pd.Timestamp(aware).tz_convert("UTC")
    return times.fillna(filler.as_unit("us"))


def uncovered_seeds(
    seeds: pd.DataFrame,
    *,
    current: VelocityField,
    wind: VelocityField | None = None,
    stokes: VelocityField | None = None,
    start: datetime | None = None,
    hours: int,
    backward: bool = False,
) -> tuple[SeedIssue, ...]:
    """Find the seeds that cannot be followed: outside a field's area or time.

    Nothing is extrapolated, so such seeds must be left out. Parameters are those of
    ``run_ensemble``.

    Returns
    -------
    tuple of SeedIssue
        One for each such seed, saying what is covered.
    """
    fields = named_fields(current, wind, stokes)
    first, last = covered_time(fields.values())
    starts = seconds_of(
        release_times(seeds, fields.values(), start=start, backward=backward)
    )
    sign = -1.0 if backward else 1.0
    ends = starts + sign * hours * _SECONDS_PER_HOUR
    late = (np.minimum(starts, ends) < first) | (np.maximum(starts, ends) > last)
    lat, lon = seeds["lat"].to_numpy(), seeds["lon"].to_numpy()
    outside = {name: ~_is_inside(field, lat, lon) for name, field in fields.items()}
    number = seeds["seed"].to_numpy() if "seed" in seeds else np.arange(len(seeds))
    issues = []
    for k in np.flatnonzero(late | np.any(list(outside.values()), axis=0)):
        where = next((name for name, out in outside.items() if out[k]), "")
        if where:
            field, value = "lat, lon", f"{lat[k]:g}, {lon[k]:g}"
            reason = f"position {value} is outside the {where}: {_area(fields[where])}"
        else:
            field, value = "time", _words(starts[k])
            reason = (
                f"{value} to {_words(ends[k])} is not covered by the forcing, which "
                f"runs from {_words(first)} to {_words(last)}"
            )
        issues.append(SeedIssue(int(number[k]) + 1, field, value, reason))
    return tuple(issues)


def seconds_of(times: pd.Series) -> npt.NDArray[np.float64]:
    """Give times as seconds since 1970."""
    micro = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    return np.asarray(micro.astype(np.int64) / _MICRO, dtype=np.float64)


def _is_inside(
    field: VelocityField, lat: npt.ArrayLike, lon: npt.ArrayLike
) -> npt.NDArray[np.bool_]:
    y, x = np.asarray(lat, dtype=np.float64), field.own_turn(lon)
    inside = (y >= field.y.min()) & (y <= field.y.max())
    if not field.is_periodic:
        inside &= (x >= field.x.min()) & (x <= field.x.max())
    return np.asarray(inside)


def _area(field: VelocityField) -> str:
    return (
        f"latitude {field.y.min():g} to {field.y.max():g}, longitude "
        f"{field.x.min():g} to {field.x.max():g}"
    )


def _words(time_s: float) -> str:
    if not np.isfinite(time_s):
        return "any time"
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
