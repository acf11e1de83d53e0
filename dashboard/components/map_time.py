"""The time slider of the Debris map: the whole period, and its parts in turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import streamlit as st

from dashboard.components.time_slider import time_player

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.density import MapFilter

__all__ = [
    "TIME_PARAMETER",
    "Part",
    "period_parts",
    "shown_part",
    "time_slider",
    "within_part",
]

#: Name of the step in the address of the page; absent for the whole period.
TIME_PARAMETER = "map_time"
#: More steps than this are too many to play through.
_MAX_PARTS = 40
_WHOLE = "Whole period"


class Part(NamedTuple):
    """A part of the period: its name, start, and end (not included), UTC."""

    name: str
    start: datetime
    end: datetime


def period_parts(start: datetime, end: datetime) -> "list[Part]":
    """Days, weeks, months, quarters or years of a period, at most 40 of them.

    Parameters
    ----------
    start, end : datetime
        Aware; ``end`` not included.
    """
    first = pd.Timestamp(start).tz_convert("UTC").tz_localize(None)
    last = pd.Timestamp(end).tz_convert("UTC").tz_localize(None)
    last = max(last - pd.Timedelta(microseconds=1), first)
    for freq in ("D", "W", "M", "Q", "Y", "10Y"):
        periods = pd.period_range(first, last, freq=freq)
        if len(periods) <= _MAX_PARTS:
            break
    return [_part(period, freq) for period in periods]


def _part(period: pd.Period, freq: str) -> Part:
    start = period.start_time.tz_localize("UTC")
    end = (period + 1).start_time.tz_localize("UTC")
    last = end - pd.Timedelta(days=1)
    day = f"{start.day} {start:%b %Y}"
    names = {
        "D": day,
        "W": f"{start.day} {start:%b} to {last.day} {last:%b %Y}",
        "M": f"{start:%b %Y}",
        "Q": f"{start:%b} to {last:%b %Y}",
        "Y": f"{start:%Y}",
        "10Y": f"{start:%Y} to {last:%Y}",
    }
    return Part(names[freq], start.to_pydatetime(), end.to_pydatetime())


def within_part(chosen: "MapFilter", part: Part) -> "MapFilter":
    """Narrow a filter to a part of its period."""
    start = part.start if chosen.start is None else max(part.start, chosen.start)
    end = part.end if chosen.end is None else min(part.end, chosen.end)
    return replace(chosen, start=start, end=end)


def shown_part(parts: "Sequence[Part]") -> Part | None:
    """Part that the address names; None for the whole period."""
    wanted = st.query_params.get(TIME_PARAMETER, "")
    return next((part for part in parts if part.name == wanted), None)


def time_slider(
    parts: "Sequence[Part]", draw: Callable[[Part | None], None], *, key: str
) -> None:
    """Draw a map with a slider below it that plays through the parts of a period.

    Parameters
    ----------
    parts : sequence of Part
        From `period_parts`; with fewer than two the map is drawn without a slider.
    draw : callable
        Draws the map of a part, or of the whole period for None.
    key : str
        Prefix of the widgets' keys.
    """
    if len(parts) < 2:
        draw(None)
        return
    names = [_WHOLE, *(part.name for part in parts)]
    wanted = st.query_params.get(TIME_PARAMETER, "")
    first = names.index(wanted) if wanted in names else 0

    def drawn(index: int) -> None:
        if index == 0:
            st.query_params.pop(TIME_PARAMETER, None)
        else:
            st.query_params[TIME_PARAMETER] = names[index]
        draw(parts[index - 1] if index else None)

    time_player(
        [parts[0].start, *(part.start for part in parts)],
        drawn,
        key=key,
        label="Time",
        first=first,
        below=True,
        names=names,
    )
