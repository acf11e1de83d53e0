"""Dates given in parts, or in an order that only the layout tells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.observations._columns import FloatArray

__all__ = ["dates_of_parts", "dates_of_text", "likeliest_forms"]

_EMPTY = ("", "")


def dates_of_parts(
    year: FloatArray, month: FloatArray, day: FloatArray
) -> tuple[list[str], list[str]]:
    """ISO dates and their precision, of numbers; a missing part widens the time.

    Parameters
    ----------
    year, month, day : ndarray of float, shape (n,)
        NaN where missing. A fraction of a month or day is cut off.

    Returns
    -------
    dates, precision : list of str
        ``2014-05-09`` and ``day``, ``month`` or ``year``; both empty without a year.

    Examples
    --------
    >>> dates_of_parts(*(np.array([v]) for v in (2014.0, 5.0, np.nan)))
    (['2014-05-01'], ['month'])
    """
    parts = zip(year.tolist(), month.tolist(), day.tolist(), strict=True)
    found = [_date(*part) for part in parts]
    return [date for date, _ in found], [precision for _, precision in found]


def _date(year: float, month: float, day: float) -> tuple[str, str]:
    if np.isnan(year):
        return _EMPTY
    if np.isnan(month):
        return f"{int(year):04d}-01-01", "year"
    if np.isnan(day):
        return f"{int(year):04d}-{int(month):02d}-01", "month"
    return f"{int(year):04d}-{int(month):02d}-{int(day):02d}", "day"


def dates_of_text(texts: Sequence[str], forms: Sequence[str]) -> list[str]:
    """ISO dates of text in one of the given forms; what fits none stays as it is.

    Parameters
    ----------
    texts : sequence of str
        Dates as written.
    forms : sequence of str
        Forms of `datetime.strptime`, the first that fits counts.

    Returns
    -------
    list of str
        ``2014-05-09``; text that fits no form is left for the checks to refuse.
    """
    column = pd.Series(list(texts), dtype="object")
    found = pd.Series(pd.NaT, index=column.index, dtype="datetime64[us]")
    for form in forms:
        parsed = pd.to_datetime(column, format=form, errors="coerce")
        found = found.fillna(parsed.dt.as_unit("us"))
    iso = found.dt.strftime("%Y-%m-%d").where(found.notna(), column)
    return [str(text) for text in iso.tolist()]


def likeliest_forms(
    texts: Sequence[str], choices: Sequence[Sequence[str]]
) -> Sequence[str]:
    """Forms that read most of the dates; of equals the first.

    Parameters
    ----------
    texts : sequence of str
        Dates as written.
    choices : sequence of sequence of str
        Sets of forms as in `dates_of_text`, such as month first and day first.

    Returns
    -------
    sequence of str
        One of the choices.
    """
    distinct = list(dict.fromkeys(texts))

    def n_read(forms: Sequence[str]) -> int:
        read = dates_of_text(distinct, forms)
        return sum(text != iso for text, iso in zip(distinct, read, strict=True))

    return max(choices, key=n_read)
