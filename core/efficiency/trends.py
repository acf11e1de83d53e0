"""How an indicator runs over the weeks: a sliding window with its interval."""

from datetime import timedelta

import pandas as pd

from core.efficiency.hauls import require_hauls
from core.efficiency.indicators import indicators
from core.efficiency.periods import Period, whole_period
from core.errors import InputError

__all__ = ["sliding_weeks"]


def sliding_weeks(
    hauls: pd.DataFrame, *, indicator: str, weeks: int = 4, confidence: float = 0.95
) -> pd.DataFrame:
    """Compute an indicator over the last ``weeks`` weeks, for the end of each week.

    One week holds too few trips for an interval; a window of several holds enough.
    Windows that reach back before the first week are left out.

    Parameters
    ----------
    hauls : DataFrame
        Columns of ``HAUL_COLUMNS``.
    indicator : str
        Name of an indicator.
    weeks : int, default 4
        Length of the window, 1 or more.
    confidence : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    DataFrame
        ``week`` (Monday of the window's last week), ``value, low, high, n``; no rows
        if the hauls span fewer weeks than the window.

    Raises
    ------
    InputError
        If a haul is bad, the indicator unknown or ``weeks`` below 1.
    """
    if weeks < 1:
        raise InputError(f"weeks must be 1 or more, got {weeks}")
    checked = require_hauls(hauls)
    rows = []
    if not checked.empty:
        whole = whole_period(checked)
        end = whole.start + timedelta(weeks=weeks)
        while end <= whole.end:
            window = Period(end - timedelta(weeks=weeks), end)
            result = indicators(checked, window, confidence=confidence)
            if indicator not in result.by_name:
                known = ", ".join(result.by_name)
                raise InputError(f"unknown indicator {indicator!r}; known: {known}")
            ratio = result[indicator].now
            rows.append(
                {
                    "week": end - timedelta(weeks=1),
                    "value": ratio.value,
                    "low": ratio.low,
                    "high": ratio.high,
                    "n": ratio.n,
                }
            )
            end += timedelta(weeks=1)
    frame = pd.DataFrame(rows, columns=["week", "value", "low", "high", "n"])
    return frame.astype({"value": "float64", "low": "float64", "high": "float64"})
