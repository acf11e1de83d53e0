"""Decimal points and commas: decided for a whole table, never cell by cell."""

import re
from collections.abc import Iterable, Sequence

from core.errors import ObservationError

__all__ = ["decimal_mark", "with_point"]

#: 54,32 and 0,005: no thousands group has one, two or four digits, or starts with 0.
_COMMA = re.compile(
    r"[+-]?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}(\.\d{3})+,\d+|\d{4,},\d+)"
)
_POINT = re.compile(
    r"[+-]?(\d+\.(\d{1,2}|\d{4,})|0?\.\d+|\d{1,3}(,\d{3})+\.\d+|\d{4,}\.\d+)"
)
#: 1,816 alone: a thousand and more, or nearly two.
_EITHER_COMMA = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_DOTTED_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")


def decimal_mark(columns: Iterable[Sequence[str]], *, delimiter: str, name: str) -> str:
    """Return the decimal mark of a table's numbers: ``point`` or ``comma``.

    Parameters
    ----------
    columns : iterable of sequence of str
        Cells of its numeric columns.
    delimiter : str
        What parted the fields. In a comma-separated file 1,816 is a thousands comma.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ObservationError
        If both marks occur, or if every comma could be either.

    Examples
    --------
    >>> decimal_mark([["54,32", "54,1"]], delimiter=";", name="t.csv")
    'comma'
    >>> decimal_mark([["1,816.80", "2"]], delimiter=",", name="t.csv")
    'point'
    """
    commas = points = either = ""
    for column in columns:
        for cell in column:
            text = cell.strip()
            if "," not in text and "." not in text:
                continue
            if _COMMA.fullmatch(text):
                commas = commas or text
            elif _POINT.fullmatch(text):
                points = points or text
            elif _EITHER_COMMA.fullmatch(text):
                either = either or text
    if commas and points:
        raise ObservationError(
            f"{name} writes decimals both ways, {commas} and {points}; "
            "say in the mapping which mark is the decimal one"
        )
    if commas:
        return "comma"
    if either and not points and delimiter != ",":
        raise ObservationError(
            f"{name} has numbers such as {either}: a decimal comma, or thousands? "
            "Say in the mapping which mark is the decimal one"
        )
    return "point"


def with_point(text: str) -> str:
    """Return a number with a decimal comma as one with a point.

    Examples
    --------
    >>> with_point("1.816,80")
    '1816.80'
    """
    text = text.strip()
    if _DOTTED_THOUSANDS.fullmatch(text) and "," in text:
        text = text.replace(".", "")
    return text.replace(",", ".")
