"""Time axes of files: any CF unit and calendar into seconds since 1970-01-01 UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

import cftime
import numpy as np
import numpy.typing as npt

from core.environment.text import clean_text, moment_of
from core.errors import InputError
from core.units import SECONDS_PER_HOUR, hours_to_seconds

__all__ = ["DecodedTimes", "averaging_warnings", "decode_times"]

FloatArray = npt.NDArray[np.float64]

_SINCE = re.compile(r"^\s*([A-Za-z]+)\s+since\s+(\S.*?)\s*$", re.IGNORECASE)
_DATE = re.compile(
    r"^(\d{1,4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s]+(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2})(?:\.(\d+))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?$",
    re.IGNORECASE,
)
_SECONDS_OF: dict[str, float] = {
    **dict.fromkeys(("microsecond", "microsec", "us"), 1e-6),
    **dict.fromkeys(("millisecond", "millisec", "msec", "ms"), 1e-3),
    **dict.fromkeys(("second", "sec", "s"), 1.0),
    **dict.fromkeys(("minute", "min"), SECONDS_PER_HOUR / 60.0),
    **dict.fromkeys(("hour", "hr", "h"), SECONDS_PER_HOUR),
    **dict.fromkeys(("day", "d"), hours_to_seconds(24.0)),
}
_REAL_CALENDARS = ("", "standard", "gregorian", "proleptic_gregorian")
#: First day of the Gregorian calendar; before it "standard" counts Julian days.
_REFORM = datetime(1582, 10, 15, tzinfo=UTC)
#: Times outside are a wrong unit or reference date. Assumption.
_EARLIEST_S = datetime(1850, 1, 1, tzinfo=UTC).timestamp()
_LATEST_S = datetime(2150, 1, 1, tzinfo=UTC).timestamp()
#: A time stored so coarsely that it can be off by more than this is flagged.
_COARSE_S = 30.0


class DecodedTimes(NamedTuple):
    """Seconds since 1970-01-01 UTC in the file's order, and what was assumed."""

    time_s: FloatArray
    warnings: tuple[str, ...]


def decode_times(
    values: npt.NDArray[np.generic], *, units: str, calendar: str, record: str
) -> DecodedTimes:
    """Convert a time axis.

    Parameters
    ----------
    values : ndarray
        Numbers as stored, fill values already NaN.
    units : str
        Like ``hours since 1950-01-01``; any case, singular or plural, any time zone.
    calendar : str
        Empty means CF's default, ``standard``.
    record : str
        How messages name the axis.

    Raises
    ------
    InputError
        If a value is not a number, the unit has no fixed length, the calendar is not
        that of real days, or the times cannot be true.
    """
    unit, reference = _parse_units(units, record=record)
    calendar = clean_text(calendar).lower()
    if calendar not in _REAL_CALENDARS:
        raise InputError(
            f"{record}: calendar {calendar!r} has no real days; only the Gregorian "
            "calendar can be matched with surveys (convert the file)"
        )
    if values.dtype.kind not in "iuf":
        raise InputError(f"{record}: expected numbers, got type {values.dtype}")
    numbers = np.asarray(values, dtype=np.float64).ravel()
    if not numbers.size:
        raise InputError(f"{record}: the axis is empty, there is no time at all")
    bad = np.flatnonzero(~np.isfinite(numbers))
    if bad.size:
        raise InputError(
            f"{record}: {bad.size} of {numbers.size} times are missing, the first at "
            f"index {bad[0]}"
        )
    warnings = []
    if reference < _REFORM and calendar != "proleptic_gregorian":
        start_s = _mixed_calendar_s(reference)
        warnings.append(
            f"times count from {clean_text(units, longest=60)!r}, before the calendar "
            "reform of 1582: programs differ by two days on that; check one date"
        )
    else:
        start_s = (reference - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    time_s = start_s + numbers * unit
    if unit != 1.0:
        # Decimal hours and days are rounded numbers: no file means a microsecond.
        time_s = np.round(time_s, 3)
    early, late = float(time_s.min()), float(time_s.max())
    if early < _EARLIEST_S or late > _LATEST_S:
        raise InputError(
            f"{record}: times lie outside 1850 to 2150, so {units!r} cannot be their "
            "unit"
        )
    if values.dtype == np.float32 and time_s.size:
        coarse = float(np.spacing(np.float32(np.abs(numbers).max()))) * unit / 2.0
        if coarse > _COARSE_S:
            warnings.append(
                f"times are stored so coarsely that they may be off by {coarse:.0f} s"
            )
    return DecodedTimes(time_s, tuple(warnings))


def _parse_units(units: str, *, record: str) -> tuple[float, datetime]:
    found = _SINCE.match(clean_text(units, longest=200))
    if found is None:
        raise InputError(
            f"{record}: unit {clean_text(units, longest=60)!r}, expected "
            "'<unit> since <date>'"
        )
    word = found[1].lower()
    seconds = _SECONDS_OF.get(word) or _SECONDS_OF.get(word.removesuffix("s"))
    if seconds is None:
        raise InputError(
            f"{record}: unit {word!r} has no fixed length; expected seconds, minutes, "
            "hours or days"
        )
    date = _DATE.match(found[2])
    if date is None:
        raise InputError(f"{record}: {found[2]!r} is no date like 1970-01-01 00:00:00")
    year, month, day, hour, minute, second = (int(date[i] or 0) for i in range(1, 7))
    fraction = float(f"0.{date[7]}") if date[7] else 0.0
    try:
        reference = datetime(year, month, day, hour, minute, tzinfo=_zone(date[8]))
    except ValueError as error:
        raise InputError(f"{record}: reference date {found[2]!r}: {error}") from error
    try:
        return seconds, reference + timedelta(seconds=second + fraction)
    except OverflowError as error:
        raise InputError(f"{record}: reference date {found[2]!r}: {error}") from error


def _zone(text: str | None) -> timezone:
    if not text or text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text.startswith("-") else offset)


def _mixed_calendar_s(reference: datetime) -> float:
    """Seconds from 1970 to a date of the Julian calendar, as CF's default counts."""
    moment = cftime.datetime(
        reference.year, reference.month, reference.day, reference.hour,
        reference.minute, reference.second, reference.microsecond,
        calendar="standard",
    )  # fmt: skip
    offset = reference.utcoffset() or timedelta(0)
    seconds = cftime.date2num(moment, "seconds since 1970-01-01", "standard")
    return float(seconds) - offset.total_seconds()


def averaging_warnings(
    time_s: FloatArray,
    *,
    bounds_s: FloatArray | None,
    cell_methods: str,
) -> tuple[str, ...]:
    """Say what the spacing of frames and their averaging mean for the reader.

    Parameters
    ----------
    time_s : ndarray of float, shape (n,)
        Rising times.
    bounds_s : ndarray of float, shape (n, 2), optional
        The period each frame stands for, where the file says it.
    cell_methods : str
        The variable's attribute.
    """
    if time_s.size == 1 and bounds_s is None:
        return (
            f"one time only, {moment_of(time_s[0]).isoformat(timespec='minutes')}: it "
            "covers that instant and no drift can be computed from it alone",
        )
    if bounds_s is not None:
        length_h = float(np.median(bounds_s[:, 1] - bounds_s[:, 0])) / SECONDS_PER_HOUR
        if length_h <= 0.0:
            return ()
        middle = bounds_s.mean(axis=1)
        late_h = float(np.median(middle - time_s)) / SECONDS_PER_HOUR
        found = f"frames stand for periods of {length_h:g} h (time bounds)"
        if abs(late_h) > 0.01 * length_h:
            side = "before" if late_h > 0.0 else "after"
            found += f"; time stamps lie {abs(late_h):g} h {side} their middle"
        return (found,)
    step_h = float(np.median(np.diff(time_s))) / SECONDS_PER_HOUR
    averaged = "time: mean" in " ".join(cell_methods.lower().split())
    # A day is where products turn from snapshots to averages. Assumption.
    if not averaged and step_h < 24.0 - 1e-6:
        return ()
    certain = "are" if averaged else "are probably"
    return (
        f"frames {step_h:g} h apart {certain} averages; the file does not say whether "
        "the time stamp is the start or the middle of the period, and tides and gusts "
        "shorter than it are not in the data",
    )
