"""Concentration classes of the NCEI microplastics database, by unit and medium.

Class bounds differ between water, sand, hand picking and dry sediment, so the text of
a range tells water from sand where the unit is the same. A spreadsheet turns some
ranges into dates (2-40 into Feb-40, 1-10 into 01-Oct); the classes say what each can
only have been.

References
----------
.. [1] E. S. Nyadjro et al., "The NOAA NCEI marine microplastics database",
   Scientific Data 10 (2023) 726.
"""

import re
from dataclasses import dataclass

__all__ = ["ClassRange", "classes_of", "named_range", "read_range", "undamaged"]

#: Ranges by unit, from very low to very high, as the database writes them.
_WATER = ("0-0.0005", "0.0005-0.005", "0.005-1", "1-10", ">=10")
_SAND = ("0-100", "100-500", "500-30000", "30000-40000", ">40000")
_PICKED = ("0", "1-2", "2-40", "40-200", ">200")
_SEDIMENT = ("0-2", "2-20", "20-150", "150-200", ">200")

#: Names of the classes, in the order of the ranges.
_NAMES = ("very low", "low", "medium", "high", "very high")

_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|\u2013|to)\s*(\d+(?:\.\d+)?)")
_OPEN = re.compile(r"(?:>=?|\u2265)\s*(\d+(?:\.\d+)?)")
_SINGLE = re.compile(r"\d+(?:\.\d+)?")
_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})-([A-Za-z]{3})")
_DATE_CELL = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
#: No spreadsheet was at hand before, so an earlier year was part of the range (2-40
#: into February 1940); in a later one it is the year of the damage.
_FIRST_SPREADSHEET = 1979


@dataclass(frozen=True)
class ClassRange:
    """Bounds of a class; ``high`` is None where it has no end."""

    low: float
    high: float | None


def classes_of(unit: str) -> dict[str, str]:
    """Range texts that a unit knows, each with what was sampled.

    Parameters
    ----------
    unit : str
        ``m3``, ``10min`` or ``kg``.

    Returns
    -------
    dict of str to str
        Range to ``water``, ``sand``, ``picked`` or ``sediment``.
    """
    if unit == "m3":
        return {**dict.fromkeys(_WATER, "water"), **dict.fromkeys(_SAND, "sand")}
    if unit == "10min":
        return dict.fromkeys(_PICKED, "picked")
    return dict.fromkeys(_SEDIMENT, "sediment")


def named_range(name: str, unit: str, *, is_sand: bool = False) -> str:
    """Range of a class that is named; empty if the text names none.

    Parameters
    ----------
    name : str
        Such as ``Very Low``.
    unit : str
        As in `classes_of`.
    is_sand : bool
        Whether pieces per m3 are of sand.

    Examples
    --------
    >>> named_range("Medium", "m3"), named_range("Medium", "m3", is_sand=True)
    ('0.005-1', '500-30000')
    """
    word = " ".join(name.lower().split())
    if word not in _NAMES:
        return ""
    in_m3 = _SAND if is_sand else _WATER
    ranges = {"m3": in_m3, "10min": _PICKED, "kg": _SEDIMENT}.get(unit)
    return ranges[_NAMES.index(word)] if ranges else ""


def read_range(text: str) -> ClassRange | None:
    """Bounds of a range text; None if it is none.

    Examples
    --------
    >>> read_range("0.005-1")
    ClassRange(low=0.005, high=1.0)
    >>> read_range(">=10")
    ClassRange(low=10.0, high=None)
    >>> read_range("0")
    ClassRange(low=0.0, high=0.0)
    """
    if match := _RANGE.fullmatch(text):
        low, high = float(match[1]), float(match[2])
        return ClassRange(low, high) if low <= high else None
    if match := _OPEN.fullmatch(text):
        return ClassRange(float(match[1]), None)
    if _SINGLE.fullmatch(text):
        return ClassRange(float(text), float(text))
    return None


def undamaged(text: str, unit: str) -> str:
    """Range that a spreadsheet turned into this date; empty if none or several fit.

    Parameters
    ----------
    text : str
        Such as ``Feb-40`` or ``01-Oct``, or the date a cell of a workbook holds.
    unit : str
        As in `classes_of`.

    Examples
    --------
    >>> undamaged("Feb-40", "10min"), undamaged("01-Oct", "m3")
    ('2-40', '1-10')
    >>> undamaged("Mar-40", "10min")
    ''
    """
    pair = _dated_pair(text)
    if pair is None:
        return ""
    fitting = [name for name in classes_of(unit) if _whole_bounds(name) == pair]
    return fitting[0] if len(fitting) == 1 else ""


def _dated_pair(text: str) -> frozenset[int] | None:
    """Two numbers that a day or year and a month were made from."""
    if match := _DATE_CELL.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        return frozenset((month, year % 100 if year < _FIRST_SPREADSHEET else day))
    if match := _MONTH_FIRST.fullmatch(text):
        name, number = match[1], match[2]
    elif match := _DAY_FIRST.fullmatch(text):
        number, name = match[1], match[2]
    else:
        return None
    if name.lower() not in _MONTHS:
        return None
    return frozenset((_MONTHS.index(name.lower()) + 1, int(number)))


def _whole_bounds(name: str) -> frozenset[int] | None:
    match = _RANGE.fullmatch(name)
    if match is None or "." in name:
        return None
    return frozenset((int(match[1]), int(match[2])))
