"""Dates as people write them; day and month order is decided for a whole column."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from core.errors import ObservationError
from core.observations._faults import shown

__all__ = ["DATE_ORDERS", "Dates", "joined_times", "parse_dates"]

#: Told from the column, or said.
DATE_ORDERS = ("", "ymd", "dmy", "mdy")

_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ].*)?)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[T ]+(.*))?")
_YEAR_FIRST_DASH = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(.*))?")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.\- ])(\d{1,2})\2(\d{4}|\d{2})(?:,?[T ]+(.*))?")
_NAMED = re.compile(
    r"(?:\w+day,?\s+)?(\d{1,2})[.\s\-/]*([^\W\d]{3,})\.?[,\s\-/]*(\d{4}|\d{2})"
    r"(?:,?[T ]+(.*))?",
    re.IGNORECASE,
)
_NAMED_US = re.compile(
    r"(?:\w+day,?\s+)?([^\W\d]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})"
    r"(?:,?[T ]+(.*))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(\d{1,2})[:h.](\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
)
_PACKED_CLOCK = re.compile(r"\d{1,4}")
#: First letters of the months in English, German, French, Spanish, Italian,
#: Portuguese and Dutch; what differs from the English three letters.
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
    "janv": 1, "ene": 1, "gen": 1, "fév": 2, "fev": 2, "mär": 3, "mrz": 3, "mrt": 3,
    "maa": 3, "avr": 4, "abr": 4, "mai": 5, "mag": 5, "mei": 5, "juin": 6, "giu": 6,
    "juil": 7, "lug": 7, "aoû": 8, "aou": 8, "ago": 8, "set": 9, "okt": 10, "ott": 10,
    "out": 10, "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip


@dataclass
class Dates:
    """Times of a column as ISO 8601 text, in the precision they were written.

    Attributes
    ----------
    iso : list of str
        ISO text; what could not be read stands as it came, so that checks name it.
    order : str
        Order of day and month that was used; empty if none was needed.
    notes : dict of str to int
        Readings of a notation.
    doubtful : dict of int to str
        Place in the column and why the reading is doubtful.
    """

    iso: list[str]
    order: str = ""
    notes: dict[str, int] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)


def parse_dates(
    cells: Sequence[object], *, order: str = "", name: str, latest: int
) -> Dates:
    """Read a column of dates or times.

    Parameters
    ----------
    cells : sequence
        Text, or dates and times of a workbook.
    order : str
        One of `DATE_ORDERS`; where empty, a day over 12 somewhere in the column
        decides.
    name : str
        Name of the column, for messages.
    latest : int
        The present year, to which a year of two digits is the nearest before.

    Raises
    ------
    ObservationError
        If day and month could be either way round in the whole column, or are both
        ways round in it.
    """
    texts = [_text_of(cell) for cell in cells]
    order = order or _order(texts, name)
    dates = Dates([""] * len(texts), order)
    for i, text in enumerate(texts):
        dates.iso[i] = _iso(text, order, latest, dates, i)
    return dates


def _text_of(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat() if cell == cell else ""
    if isinstance(cell, date):
        return cell.isoformat()
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _order(texts: Sequence[str], name: str) -> str:
    """Order of the column by its values over 12; by dots, which write the day first."""
    first = second = unsure = ""
    dotted = True
    for text in texts:
        match = _YEAR_LAST.fullmatch(text)
        if match is None:
            continue
        a, b = int(match[1]), int(match[3])
        dotted &= match[2] == "."
        if a > 12:
            first = first or text
        elif b > 12:
            second = second or text
        elif a != b:
            unsure = unsure or text
    if first and second:
        raise ObservationError(
            f"column {shown(name)} has days both first and second, {first} and "
            f"{second}; write its dates as yyyy-mm-dd, or split the file by their order"
        )
    if first or second:
        return "dmy" if first else "mdy"
    if unsure and not dotted:
        raise ObservationError(
            f"column {shown(name)} has dates such as {unsure}: day or month first? "
            "No day over 12 tells; say the order in the mapping"
        )
    return "dmy" if unsure else ""


def _iso(text: str, order: str, latest: int, dates: Dates, i: int) -> str:
    """One date as ISO text, or as it came."""
    if "/" in text and _ISO.fullmatch(text.partition("/")[0]) and order != "ymd":
        start, _, end = text.partition("/")
        if _ISO.fullmatch(end):  # an interval of Darwin Core
            _count(dates, "interval_read_at_its_start")
            return start
    if _ISO.fullmatch(text) and not _COMPACT.fullmatch(text):
        return text
    for pattern, places in (
        (_COMPACT, (1, 2, 3, 0)),
        (_YEAR_FIRST, (1, 2, 3, 4)),
        (_YEAR_FIRST_DASH, (1, 2, 3, 4)),
    ):
        if match := pattern.fullmatch(text):
            year, month, day = (int(match[k]) for k in places[:3])
            return _built(year, month, day, match[4] if places[3] else "", text)
    if match := _YEAR_LAST.fullmatch(text):
        a, b = int(match[1]), int(match[3])
        day, month = (b, a) if order == "mdy" else (a, b)
        if order in {"dmy", "mdy"}:
            _count(dates, f"dates_read_as_{order}")
        return _built(_year(match[4], latest, dates, i), month, day, match[5], text)
    if match := _NAMED.fullmatch(text):
        year = _year(match[3], latest, dates, i)
        return _built(year, _month(match[2]), int(match[1]), match[4], text)
    if match := _NAMED_US.fullmatch(text):
        return _built(int(match[3]), _month(match[1]), int(match[2]), match[4], text)
    return text


def _count(dates: Dates, note: str) -> None:
    dates.notes[note] = dates.notes.get(note, 0) + 1


def _month(word: str) -> int:
    lower = word.lower()
    return _MONTHS.get(lower[:4]) or _MONTHS.get(lower[:3], 0)


def _year(text: str, latest: int, dates: Dates, i: int) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    century = latest - latest % 100
    year += century if year <= latest % 100 else century - 100
    dates.doubtful[i] = f"year of two digits read as {year}"
    return year


def _built(year: int, month: int, day: int, clock: str | None, text: str) -> str:
    """ISO text of a date that exists; otherwise the text as it came."""
    try:
        found = date(year, month, day)
    except ValueError:
        return text
    if not clock:
        return found.isoformat()
    read = parse_clock(clock)
    return text if read is None else _moment(found, *read)


def _moment(day: date, clock: time, offset: str, extra: int) -> str:
    """ISO text of a day and a clock time; 24:00 is the next day."""
    last = day == date.max
    whole = datetime.combine(day, clock) + timedelta(days=0 if last else extra)
    return whole.isoformat() + offset


def parse_clock(cell: object) -> tuple[time, str, int] | None:
    """Time of day, its offset from UTC as text, and days over (24:00 is one).

    Reads 21:30, 21:30:15, 9:30 PM, 2130 and hours with a fraction (21.5).
    """
    if isinstance(cell, datetime):
        return cell.time(), "", 0
    if isinstance(cell, time):
        return cell, "", 0
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _of_hours(float(cell)) if 0 <= cell <= 24 else _packed(str(int(cell)))
    text = str(cell).strip()
    if match := _CLOCK.fullmatch(text):
        return _of_match(match)
    if _PACKED_CLOCK.fullmatch(text) and len(text) >= 3:
        return _packed(text)
    try:
        hours = float(text)
    except ValueError:
        return None
    return _of_hours(hours) if 0 <= hours <= 24 else None


def _of_match(match: re.Match[str]) -> tuple[time, str, int] | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if half := (match[5] or "").replace(".", "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    offset = match[6] or ""
    if offset in {"UTC", "GMT"}:
        offset = "Z"
    micro = int((match[4] or "").ljust(6, "0") or 0)
    if hour == 24 and minute == second == micro == 0:
        return time(0), offset, 1
    try:
        return time(hour, minute, second, micro), offset, 0
    except ValueError:
        return None


def _packed(text: str) -> tuple[time, str, int] | None:
    digits = text.zfill(4)
    if len(digits) > 4:
        return None
    hour, minute = int(digits[:2]), int(digits[2:])
    if (hour, minute) == (24, 0):
        return time(0), "", 1
    return (time(hour, minute), "", 0) if hour < 24 and minute < 60 else None


def _of_hours(hours: float) -> tuple[time, str, int] | None:
    if not math.isfinite(hours):
        return None
    moment = datetime.min + timedelta(seconds=round(hours * 3600.0))
    return moment.time(), "", moment.day - 1


def joined_times(
    dates: Dates, clocks: Sequence[object], *, hhmm: bool = False
) -> Dates:
    """Add a column of clock times to days; a missing clock leaves the day.

    Parameters
    ----------
    dates : Dates
        Days.
    clocks : sequence, shape (n,)
        Clock times.
    hhmm : bool
        Whether plain numbers are hours and minutes (930), not hours (21.5).
    """
    for i, (day, clock) in enumerate(zip(dates.iso, clocks, strict=True)):
        text = _text_of(clock)
        if not text or (found := _day(day)) is None:
            continue
        read = _packed(text) if hhmm and text.isdigit() else parse_clock(clock)
        if read is None:
            dates.doubtful[i] = f"clock time {text[:40]} left aside"
            continue
        dates.iso[i] = _moment(found, *read)
    return dates


def _day(text: str) -> date | None:
    """Calendar day of an ISO text; None for less, more, or a day there is not."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
