"""Periods of time: a haul belongs to the period in which it came ashore."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from core.errors import InputError

__all__ = ["Period", "last_weeks", "whole_period"]


@dataclass(frozen=True)
class Period:
    """From ``start`` to just before ``end``, both with a time zone."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InputError("a period needs times with a zone")
        if self.end <= self.start:
            raise InputError(f"period ends {self.end} before it starts {self.start}")

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one starts."""
        return Period(self.start - (self.end - self.start), self.start)

    def hauls(self, hauls: pd.DataFrame) -> pd.DataFrame:
        """Rows of a haul frame that ended within the period."""
        ended = hauls["ended_at"]
        return hauls.loc[(ended >= self.start) & (ended < self.end)]


def whole_period(hauls: pd.DataFrame) -> Period:
    """Period of whole weeks, Monday to Monday UTC, that holds every haul.

    Raises
    ------
    InputError
        If there are no hauls.
    """
    if hauls.empty:
        raise InputError("there are no hauls, so they span no period")
    first, last = hauls["ended_at"].min(), hauls["ended_at"].max()
    start = first.normalize() - timedelta(days=first.weekday())
    end = last.normalize() + timedelta(days=7 - last.weekday())
    return Period(start.to_pydatetime(), end.to_pydatetime())


def last_weeks(hauls: pd.DataFrame, weeks: int) -> Period:
    """Return the last whole weeks up to the week of the last haul.

    Raises
    ------
    InputError
        If there are no hauls or ``weeks`` is not positive.
    """
    if weeks < 1:
        raise InputError(f"weeks must be 1 or more, got {weeks}")
    end = whole_period(hauls).end
    return Period(end - timedelta(weeks=weeks), end)
