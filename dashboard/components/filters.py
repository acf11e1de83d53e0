"""The row of filters above a page: survey, category, period; kept in the URL."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.state import StateKey, reset_button

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["Filters", "observation_filters"]


@dataclass(frozen=True)
class Filters:
    """What the filters let through; empty means everything."""

    survey: str | None = None
    categories: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


def observation_filters(
    observations: "pd.DataFrame", labels: "Mapping[str, str]", *, page: str
) -> Filters:
    """Draw the filters of a page and return what they let through.

    Parameters
    ----------
    observations : DataFrame
        All observations; gives the surveys and the days to choose from.
    labels : mapping of str to str
        Category codes to names for people.
    page : str
        Prefix of the keys in the session and in the URL.
    """
    survey_key = StateKey[str | None](page, "survey", None)
    category_key = StateKey[list[str]](page, "category", [])
    period_key = StateKey[tuple[date, ...]](page, "period", ())
    days = observations["observed_at"].dt.date
    columns = st.columns([3, 4, 3, 2], vertical_alignment="bottom")
    survey = columns[0].selectbox(
        "Survey",
        sorted(observations["survey"].unique().tolist()),
        index=None,
        placeholder="All surveys",
        key=survey_key.key,
        bind="query-params",
    )
    categories = columns[1].multiselect(
        "Category",
        list(labels),
        format_func=lambda code: labels[code],
        placeholder="All debris",
        key=category_key.key,
        bind="query-params",
    )
    nothing: list[date | datetime | str | None] = []
    period = columns[2].date_input(
        "Period (UTC)",
        value=nothing,  # a range, with no day chosen yet
        min_value=days.min(),
        max_value=days.max(),
        key=period_key.key,
        format="YYYY-MM-DD",
        bind="query-params",
    )
    with columns[3]:
        reset_button([survey_key, category_key, period_key])
    start = period[0] if len(period) > 0 else None
    end = period[1] if len(period) > 1 else start and days.max()
    return Filters(survey, tuple(categories), start, end)
