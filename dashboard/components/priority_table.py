"""Ranked places as a table, with why each stands where it does."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.formats import interval, number
from dashboard.components.priority_words import UNIT, place_name
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["picked_place", "priority_table"]

_COLUMNS = {
    "rank": Column("No."),
    "why": Column("Main reason", help="What most of the harm comes from, and where"),
    "priority": Column("Priority (kg)", "number", help=f"In {UNIT}"),
    "priority_low": Column("Low", "number", help="Mass and harm both uncertain"),
    "priority_high": Column("High", "number", help="Mass and harm both uncertain"),
    "mass_kg": Column("Mass (kg)", "number"),
    "mass_low_kg": Column("Mass low", "number"),
    "mass_high_kg": Column("Mass high", "number"),
    "harm": Column("Harm", "number", 2, "1 is the mean category"),
    "sensitivity": Column("Sensitivity", "number", 2, "1 is outside every area"),
    "lat": Column("Latitude (°)", "number", 3),
    "lon": Column("Longitude (°)", "number", 3),
    "place": Column("Place", help="H3 cell, or name of the hotspot"),
}


def priority_table(frame: "pd.DataFrame", labels: "Mapping[str, str]") -> None:
    """Draw the places, what should go first on top; the download holds all of them."""
    rows = zip(frame["top_category"], frame["top_kind"], frame["top_area"], strict=True)
    shown = frame.assign(why=[_why(labels, *row) for row in rows])
    table(shown, _COLUMNS, name="priorities", title="Ranking", height=360)
    n_unknown = int(frame["priority"].isna().sum())
    if n_unknown:
        st.caption(
            f"{n_unknown:,} places without a known mass stand at the end, without rank."
        )


def _why(labels: "Mapping[str, str]", code: str, kind: str, area: str) -> str:
    what = labels.get(code, "Kind unknown")
    return ", ".join([f"{what} ({kind})" if kind else what, *([area] if area else [])])


def picked_place(frame: "pd.DataFrame", place: str | None) -> None:
    """Say how the priority of a place that was clicked comes about."""
    found = frame.loc[frame["place"] == place]
    if found.empty:
        return
    row = found.iloc[0].to_dict()
    with st.container(border=True):
        st.markdown(f"**{place_name(row)}**")
        if row["priority"] != row["priority"]:
            st.text("Mass not known: nothing was searched here with a known area.")
            return
        mass = interval(row["mass_kg"], row["mass_low_kg"], row["mass_high_kg"], "kg")
        harm = interval(row["harm"], row["harm_low"], row["harm_high"])
        worth = interval(
            row["priority"], row["priority_low"], row["priority_high"], "kg"
        )
        # As text: the reason may hold the name of an area, which is no Markdown.
        st.text(
            f"{mass} expected, times harm {harm}, times sensitivity "
            f"{number(row['sensitivity'], digits=2)}: {worth} of average harm. "
            f"{row['reason']}."
        )
