"""The row of filters above the Debris map; every choice stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.state import StateKey, reset_button

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from core.density import MapFilter

__all__ = ["FILTER_KEYS", "FilterOptions", "day_span", "days_in_words", "map_filters"]

_SURVEY = StateKey[list[str]]("map", "survey", [])
_CATEGORY = StateKey[list[str]]("map", "category", [])
_SIZE = StateKey[list[str]]("map", "size", [])
_PERIOD = StateKey[tuple[date, ...]]("map", "period", ())
FILTER_KEYS = (_SURVEY, _CATEGORY, _SIZE, _PERIOD)


@dataclass(frozen=True)
class FilterOptions:
    """What a layer's records offer to choose from.

    Attributes
    ----------
    surveys, categories, size_classes : sequence of str
        Names and codes that occur.
    labels : mapping of str to str
        Names of the categories for people.
    span : tuple of datetime, optional
        First and last time of a record.
    """

    surveys: Sequence[str]
    categories: Sequence[str]
    size_classes: Sequence[str]
    labels: Mapping[str, str]
    span: tuple[datetime, datetime] | None


def map_filters(
    options: FilterOptions,
    row: "DeltaGenerator",
    *,
    also_reset: Sequence[StateKey[Any]] = (),
) -> "tuple[MapFilter, dict[str, str]]":
    """Draw the filters; return what they let through, and the same in words.

    Parameters
    ----------
    options : FilterOptions
        What there is to choose from.
    row : DeltaGenerator
        Horizontal container that they are drawn in.
    also_reset : sequence of StateKey
        Further choices that "Reset filters" sets back.
    """
    from core.density import MapFilter

    with row:
        surveys = _several(_SURVEY, "Survey", options.surveys, "All surveys")
        categories = _several(
            _CATEGORY, "Category", options.categories, "All debris", options.labels
        )
        sizes: list[str] = []
        if options.size_classes:
            sizes = _several(_SIZE, "Size class", options.size_classes, "All sizes")
        period = _period(options.span)
        reset_button([*FILTER_KEYS, *also_reset])
    start, end = day_span(*period) if period else (None, None)
    chosen = MapFilter(
        surveys=tuple(surveys),
        categories=tuple(categories),
        size_classes=tuple(sizes),
        start=start,
        end=end,
    )
    labelled = [options.labels.get(code, code) for code in categories]
    words = {
        "Survey": ", ".join(surveys) or "all surveys",
        "Category": ", ".join(labelled) or "all debris",
        "Size class": ", ".join(sizes) or "all sizes",
        "Period (UTC)": days_in_words(*period) if period else "all of it",
    }
    return chosen, words


def _several(
    key: StateKey[list[str]],
    label: str,
    options: Sequence[str],
    nothing: str,
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    # What a link or another layer chose may not occur here.
    known = [one for one in st.session_state.get(key.key, []) if one in options]
    if key.key in st.session_state and known != st.session_state[key.key]:
        st.session_state[key.key] = known
    return st.multiselect(
        label,
        list(options),
        format_func=lambda code: (labels or {}).get(code, code),
        placeholder=nothing,
        key=key.key,
        bind="query-params",
        width=170,
    )


def _period(span: tuple[datetime, datetime] | None) -> tuple[date, date] | None:
    if span is None:
        return None
    first, last = span[0].date(), span[1].date()
    held = st.session_state.get(_PERIOD.key, ())
    if any(not first <= day <= last for day in held):
        st.session_state[_PERIOD.key] = ()
    nothing: list[date | datetime | str | None] = []
    given = st.date_input(
        "Period (UTC)",
        value=nothing,  # a range, with no day chosen yet
        min_value=first,
        max_value=last,
        key=_PERIOD.key,
        format="YYYY-MM-DD",
        bind="query-params",
        width=215,
    )
    days = given if isinstance(given, tuple) else ()
    if not days:
        return None
    return days[0], days[1] if len(days) > 1 else last


def day_span(first: date, last: date) -> tuple[datetime, datetime]:
    """Start of the first day and end of the last, UTC."""
    start = datetime.combine(first, time(), UTC)
    return start, datetime.combine(last, time(), UTC) + timedelta(days=1)


def days_in_words(first: date, last: date) -> str:
    """Say a period of days.

    Examples
    --------
    >>> days_in_words(date(2026, 5, 1), date(2026, 5, 3))
    '1 May 2026 to 3 May 2026'
    """
    if first == last:
        return f"{first.day} {first:%b %Y}"
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
