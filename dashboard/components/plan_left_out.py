"""What a plan leaves out, refused or leaves behind: why, and what would change it."""

import pandas as pd
import streamlit as st

from core.routing import left_something
from dashboard.components.plan_stops import Document
from dashboard.components.tables import Column, table

__all__ = ["REASONS", "plan_left_out"]

#: The closed list of reasons in words.
REASONS = {
    "endurance": "Endurance",
    "hold": "Hold",
    "time_window": "Horizon or hours of work",
    "weather": "Weather",
    "not_worth": "Not worth it",
    "unreachable": "No way by sea",
    "on_land": "On land",
    "closed_area": "Closed area",
    "forbidden": "Forbidden",
}


def plan_left_out(document: Document) -> None:
    """Draw tables of sites left out and of records refused."""
    _refused(document)
    rows = [
        {**one, "what": REASONS.get(one["reason"], one["reason"])}
        for one in document["unassigned"]
    ]
    rows += [
        {
            **one,
            "what": f"{REASONS.get(one['reason'], one['reason'])} (part stays)",
            "remedy": one.get("remedy", ""),
        }
        for one in document["partial"]
    ]
    if rows:
        table(
            pd.DataFrame(rows),
            {
                "site": Column("Site"),
                "what": Column("What binds"),
                "detail": Column("In figures"),
                "remedy": Column("What would bring it in"),
            },
            name="planner-left-out",
            title=f"Left out ({len(rows)})",
        )
    elif not left_something(document):
        st.success(
            "Every site is visited and the mass expected there is taken.",
            icon=":material/check:",
        )


def _refused(document: Document) -> None:
    rejected = document.get("rejected", ())
    if not rejected:
        return
    st.warning(
        f"{len(rejected)} records of the inputs could not be used; the rest is "
        "planned.",
        icon=":material/rule:",
    )
    table(
        pd.DataFrame(rejected).astype(str),
        {
            "record": Column("Record"),
            "field": Column("Field"),
            "value": Column("Value"),
            "reason": Column("Why"),
        },
        name="planner-refused",
        title=f"Refused ({len(rejected)})",
    )
