"""One row of a sites file, checked field by field."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.routing._record import MAX_NAME, Record, is_clean

__all__ = ["SITE_COLUMNS", "site_row"]

#: Columns of a sites frame, in order; those after ``mass_kg`` may be missing in a file.
SITE_COLUMNS = (
    "site",
    "lat",
    "lon",
    "mass_kg",
    "mass_kg_low",
    "mass_kg_high",
    "category",
    "priority",
    "service_h",
    "open_from",
    "open_until",
    "prefer_from",
    "prefer_until",
    "late_cost_kg_per_h",
)
_MAX_MASS_KG = 1e9
_MAX_PRIORITY = 1e6
_MAX_SERVICE_H = 10_000.0
#: Plain numbers only: Python's own reading takes ``1_0``, ``infinity`` and more.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_YEARS = range(1950, 2201)
_NAN = float("nan")


def site_row(record: Record, row: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a row; faults are noted with the record.

    Parameters
    ----------
    record : Record
        Where faults are noted; its label gets the name of the site.
    row : mapping of str to str
        Field texts by column; a column that lacks is empty.
    """
    fields = {name: row.get(name, "").strip() for name in SITE_COLUMNS}
    _check_names(record, fields)
    position = record.position(_value(fields["lat"]), _value(fields["lon"]))
    lat, lon = position or (_NAN, _NAN)
    mass = _number(record, "mass_kg", fields, most=_MAX_MASS_KG, above=True)
    low = _number(record, "mass_kg_low", fields, most=_MAX_MASS_KG, default=mass)
    high = _number(record, "mass_kg_high", fields, most=_MAX_MASS_KG, default=mass)
    if low > mass or high < mass:
        reason = f"outside its interval {low:g} to {high:g}"
        record.refuse("mass_kg", mass, reason)
    return {
        "site": fields["site"],
        "lat": lat,
        "lon": lon,
        "mass_kg": mass,
        "mass_kg_low": low,
        "mass_kg_high": high,
        "category": fields["category"],
        "priority": _number(
            record, "priority", fields, most=_MAX_PRIORITY, default=1.0
        ),
        "service_h": _number(
            record, "service_h", fields, most=_MAX_SERVICE_H, default=_NAN
        ),
        **_hours(record, fields),
    }


def _check_names(record: Record, fields: Mapping[str, str]) -> None:
    site = fields["site"]
    expected = f"expected 1 to {MAX_NAME} printable letters on one line"
    if not site or not is_clean(site):
        record.refuse("site", site, expected)
    else:
        record.label += f", site {site}"
    if not is_clean(fields["category"]):
        record.refuse("category", fields["category"], expected)


def _hours(record: Record, fields: Mapping[str, str]) -> dict[str, Any]:
    """When a site may be worked, and when it had best be."""
    times = {
        name: _time(record, name, fields[name])
        for name in ("open_from", "open_until", "prefer_from", "prefer_until")
    }
    for begin, end in (("open_from", "open_until"), ("prefer_from", "prefer_until")):
        opens, closes = times[begin], times[end]
        if opens is not None and closes is not None and closes <= opens:
            record.refuse(end, fields[end], f"expected after {begin}, {fields[begin]}")
    cost = _number(
        record, "late_cost_kg_per_h", fields, most=_MAX_MASS_KG, default=_NAN
    )
    prefers = times["prefer_from"] is not None or times["prefer_until"] is not None
    if prefers and not fields["late_cost_kg_per_h"]:
        reason = "expected a number, since the site prefers hours"
        record.refuse("late_cost_kg_per_h", None, reason)
    return {**times, "late_cost_kg_per_h": cost}


def _time(record: Record, field: str, text: str) -> datetime | None:
    """Return an aware time, or none; no offset is read as UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = datetime.min.replace(tzinfo=UTC)
    if moment.year not in _YEARS:
        record.refuse(field, text, "expected a UTC time such as 2026-06-01T06:00Z")
        return None
    return moment


def _value(text: str) -> object:
    """Return the number a text is, or the text."""
    return float(text) if _NUMBER.fullmatch(text) else text


def _number(
    record: Record,
    field: str,
    fields: Mapping[str, str],
    *,
    most: float,
    above: bool = False,
    default: float | None = None,
) -> float:
    text = fields[field]
    if not text and default is not None:
        return default
    hint = "; write 30.5, not 30,5" if _COMMA.fullmatch(text) else ""
    return record.number(field, _value(text), most=most, above=above, hint=hint)
