"""Check tables of measurements and of sampling events: validate, flag, identify.

As for observations, values that cannot be true are refused and doubtful ones flagged,
with the reason in the record's note. Nothing is clipped or guessed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ObservationError
from core.observations._columns import BoolArray, FloatArray
from core.observations._table_check import TableCheck
from core.observations.categories import CATEGORY_CODES
from core.observations.frame import Checked
from core.observations.measurements import (
    empty_events,
    empty_measurements,
    typed_events,
    typed_measurements,
)
from core.observations.quantities import (
    ANY_DEBRIS,
    MEDIA,
    OTHER_DEBRIS,
    QUANTITIES,
    TIME_PRECISIONS,
)
from core.observations.totals import PARTS_OF, beside_parts

__all__ = [
    "REQUIRED_OF_EVENTS",
    "REQUIRED_OF_MEASUREMENTS",
    "CheckedEvents",
    "CheckedMeasurements",
    "make_events",
    "make_measurements",
]

REQUIRED_OF_MEASUREMENTS: tuple[str, ...] = (
    "lat",
    "lon",
    "observed_at",
    "quantity",
    "medium",
)
REQUIRED_OF_EVENTS: tuple[str, ...] = ("lat", "lon", "started_at", "medium")

_CATEGORIES = (*CATEGORY_CODES, OTHER_DEBRIS, ANY_DEBRIS)
_MEDIA = tuple(medium.code for medium in MEDIA)
_QUANTITIES = tuple(quantity.code for quantity in QUANTITIES)
_COUNTED = tuple(quantity.code for quantity in QUANTITIES if quantity.counts)
_PER = {quantity.code: quantity.per for quantity in QUANTITIES}
_EFFORT_UNITS = tuple(dict.fromkeys(q.effort_unit for q in QUANTITIES))
_CORRECTIONS = ("", "wind_corrected")
#: Assumption: published values are rounded to two digits or better, so a value this
#: far (relative) from count over effort was not made from them.
_ROUNDING = 0.05

#: What makes a measurement what it is. Left out are what we derive or may judge anew
#: (H3 cell, flag, note) and the citation, which differs between exports of one record.
_MEASUREMENT_IDENTITY = (
    "survey",
    "event",
    "lat",
    "lon",
    "observed_at",
    "time_precision",
    "quantity",
    "medium",
    "category",
    "item_list",
    "item_code",
    "size_class",
    "size_min_mm",
    "size_max_mm",
    "value",
    "value_low",
    "value_high",
    "count",
    "effort",
    "method",
    "correction",
)
_EVENT_IDENTITY = (
    "survey",
    "event",
    "lat",
    "lon",
    "end_lat",
    "end_lon",
    "started_at",
    "ended_at",
    "method",
    "medium",
    "effort",
    "effort_unit",
)


class CheckedMeasurements(Checked):
    """What became of the records; ``accepted`` has ``MEASUREMENT_DTYPES``."""


class CheckedEvents(Checked):
    """What became of the records; ``accepted`` has ``EVENT_DTYPES``."""


def make_measurements(
    frame: pd.DataFrame,
    *,
    rows: Sequence[int] | npt.NDArray[np.int64] | None = None,
    now: datetime | None = None,
) -> CheckedMeasurements:
    """Check raw records and make a measurement frame of the good ones.

    Parameters
    ----------
    frame : DataFrame
        At least `REQUIRED_OF_MEASUREMENTS`; any other column of
        ``MEASUREMENT_DTYPES`` is used, and ``replicate``, which tells equal records
        (replicate tows) apart. Columns may be text. A time may be a bare day, month or
        year; it then holds its start, and ``time_precision`` says so. An empty
        category is ``any_debris``. Where ``count`` and ``effort`` are given without a
        ``value``, the value is made from them.
    rows : sequence of int, optional
        Number of each record in its file; from 1 if not given. One record may give
        several measurements, so numbers may repeat.
    now : datetime, optional
        Times after this are doubtful; the present moment if not given.

    Returns
    -------
    CheckedMeasurements
        Accepted and refused records together.

    Raises
    ------
    ObservationError
        If a required column is missing.
    """
    check = _start(frame, REQUIRED_OF_MEASUREMENTS, rows, now)
    if check is None:
        return CheckedMeasurements(accepted=empty_measurements())
    check.choice("medium", _MEDIA)
    check.choice("quantity", _QUANTITIES)
    check.choice("category", _CATEGORIES, default=ANY_DEBRIS)
    check.choice("correction", _CORRECTIONS)
    check.positions("lat", "lon", required=True)
    written = check.times("observed_at", required=True)
    _time_precision(check, written)
    check.labels(
        (
            "survey",
            "event",
            "item_list",
            "item_code",
            "size_class",
            "method",
            "source",
            "note",
        )
    )
    check.truths("simulated")
    _sizes(check)
    _values(check)
    _totals(check)
    out = check.finish("measurement_id", _MEASUREMENT_IDENTITY)
    return CheckedMeasurements(
        accepted=typed_measurements(out.columns),
        rejected=out.rejected,
        doubts=out.doubts,
        repeated=out.repeated,
        n_rows=len(np.unique(check.rows)),
        notes=out.notes,
    )


def make_events(
    frame: pd.DataFrame,
    *,
    rows: Sequence[int] | npt.NDArray[np.int64] | None = None,
    now: datetime | None = None,
) -> CheckedEvents:
    """Check raw sampling events and make an event frame of the good ones.

    Parameters
    ----------
    frame : DataFrame
        At least `REQUIRED_OF_EVENTS`; any other column of ``EVENT_DTYPES`` is used,
        and ``replicate``. Columns may be text.
    rows : sequence of int, optional
        Number of each record in its file; from 1 if not given.
    now : datetime, optional
        Times after this are doubtful; the present moment if not given.

    Returns
    -------
    CheckedEvents
        Accepted and refused records together.

    Raises
    ------
    ObservationError
        If a required column is missing.
    """
    check = _start(frame, REQUIRED_OF_EVENTS, rows, now)
    if check is None:
        return CheckedEvents(accepted=empty_events())
    check.choice("medium", _MEDIA)
    check.positions("lat", "lon", required=True)
    check.positions("end_lat", "end_lon", required=False)
    check.times("started_at", required=True)
    check.times("ended_at", required=False)
    check.labels(("survey", "event", "method", "note"))
    check.truths("simulated")
    _conditions(check)
    out = check.finish("event_id", _EVENT_IDENTITY)
    return CheckedEvents(
        accepted=typed_events(out.columns),
        rejected=out.rejected,
        doubts=out.doubts,
        repeated=out.repeated,
        n_rows=len(np.unique(check.rows)),
        notes=out.notes,
    )


def _start(
    frame: pd.DataFrame,
    required: Sequence[str],
    rows: Sequence[int] | npt.NDArray[np.int64] | None,
    now: datetime | None,
) -> TableCheck | None:
    """Pass over a table; None where it has no records."""
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise ObservationError(
            f"missing column {', '.join(missing)}; needed: {', '.join(required)}"
        )
    if frame.empty:
        return None
    numbered = np.arange(1, len(frame) + 1) if rows is None else np.asarray(rows)
    return TableCheck(
        frame.reset_index(drop=True),
        numbered.astype(np.int64),
        now or datetime.now(UTC),
    )


def _time_precision(check: TableCheck, written: Sequence[str]) -> None:
    """Precision as given, or as the time is written."""
    given = check.texts("time_precision")
    found = [a or b for a, b in zip(given, written, strict=True)]
    wrong = ~np.isin(np.array(found, dtype=object), TIME_PRECISIONS)
    words = ", ".join(TIME_PRECISIONS)
    check.refuse(wrong, "time_precision", found, f"not among: {words}")
    check.out["time_precision"] = found


def _sizes(check: TableCheck) -> None:
    low, high = check.numbers("size_min_mm"), check.numbers("size_max_mm")
    check.refuse(low < 0, "size_min_mm", low.tolist(), "size is negative")
    check.refuse(
        low > high,
        "size_min_mm",
        low.tolist(),
        lambda i: f"lower size {low[i]:g} mm above the upper, {high[i]:g} mm",
    )
    check.out["size_min_mm"], check.out["size_max_mm"] = low, high


def _values(check: TableCheck) -> None:
    names = ("value", "value_low", "value_high", "count", "effort")
    value, low, high, count, effort = (check.numbers(name) for name in names)
    for name, data in zip(names[:4], (value, low, high, count), strict=True):
        check.refuse(data < 0, name, data.tolist(), f"{name} is negative")
    check.refuse(
        effort <= 0,
        "effort",
        effort.tolist(),
        "effort is not above 0; leave it empty if unknown",
    )
    check.refuse(
        low > high,
        "value_low",
        low.tolist(),
        lambda i: f"lower bound {low[i]:g} above the upper, {high[i]:g}",
    )
    value = _from_counts(check, value, count, effort)
    empty = np.isnan(value) & np.isnan(low) & np.isnan(high) & np.isnan(count)
    empty &= ~check.is_refused  # what stood there and was no number is told already
    check.refuse(empty, "value", [""] * len(value), "no value, range or count")
    check.doubt(
        (value < low) | (value > high),
        "value",
        value.tolist(),
        lambda i: f"value outside its range, {low[i]:g} to {high[i]:g}",
    )
    _whole_counts(check, count)
    check.count("range_without_value", int((np.isnan(value) & ~np.isnan(low)).sum()))
    columns = (value, low, high, count, effort)
    check.out.update(zip(names, columns, strict=True))


def _from_counts(
    check: TableCheck, value: FloatArray, count: FloatArray, effort: FloatArray
) -> FloatArray:
    """Value of count over effort where none is given; doubt one that disagrees."""
    per = np.array([_PER.get(code, np.nan) for code in check.out["quantity"]])
    made = count / np.where(effort > 0, effort, np.nan) * per
    corrected = np.array(check.out["correction"], dtype=object) != ""
    apart = np.abs(value - made) > _ROUNDING * np.maximum(value, made)
    check.doubt(
        apart & ~corrected,
        "value",
        value.tolist(),
        lambda i: f"value {value[i]:g} is not count over effort, {made[i]:g}",
    )
    check.count(
        "value_from_count_and_effort", int((np.isnan(value) & ~np.isnan(made)).sum())
    )
    return np.where(np.isnan(value), made, value)


def _totals(check: TableCheck) -> None:
    """Refuse an undivided total beside its parts: their sum would count them twice."""
    found = beside_parts(pd.DataFrame({name: check.out[name] for name in PARTS_OF}))
    check.refuse(
        found & ~check.is_refused,
        "category",
        check.out["category"],
        "a total beside its parts in one event; leave out the total, or the parts",
    )


def _whole_counts(check: TableCheck, count: FloatArray) -> None:
    counted = np.isin(np.array(check.out["quantity"], dtype=object), _COUNTED)
    broken: BoolArray = counted & np.isfinite(count) & (count != np.floor(count))
    check.doubt(broken, "count", count.tolist(), "count is not a whole number")


def _conditions(check: TableCheck) -> None:
    effort = check.numbers("effort")
    units = check.texts("effort_unit")
    check.refuse(
        effort <= 0,
        "effort",
        effort.tolist(),
        "effort is not above 0; leave it empty if unknown",
    )
    known = np.isin(np.array(units, dtype=object), _EFFORT_UNITS)
    words = ", ".join(_EFFORT_UNITS)
    named = np.array([bool(unit) for unit in units], dtype=bool)
    wrong = ~known & (named | np.isfinite(effort))
    check.refuse(wrong, "effort_unit", units, f"not among: {words}")
    wind, beaufort = check.numbers("wind_m_s"), check.numbers("beaufort")
    check.refuse(wind < 0, "wind_m_s", wind.tolist(), "wind is negative")
    check.refuse(
        (beaufort < 0) | (beaufort > 12),
        "beaufort",
        beaufort.tolist(),
        "Beaufort outside [0, 12]",
    )
    start, end = check.out["started_at"], check.out["ended_at"]
    check.doubt(
        (end < start).to_numpy(dtype=bool),
        "ended_at",
        end.astype(str).tolist(),
        "ends before it starts",
    )
    check.out.update(effort=effort, effort_unit=units, wind_m_s=wind, beaufort=beaufort)
