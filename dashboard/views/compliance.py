"""Compliance: which model decided what, who approved it, and is the record whole."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import AuditChainError
from dashboard import services
from dashboard.components import compliance_facts as facts
from dashboard.components.compliance_tables import (
    entries_table,
    personal_data_table,
    sources_table,
)
from dashboard.components.compliance_trail import draw_trail
from dashboard.components.compliance_words import chain_answer, chain_figures
from dashboard.components.page import empty_state, error_panel, page_header
from dashboard.components.tables import Column, table
from dashboard.state import StateKey, reset_button

if TYPE_CHECKING:
    import pandas as pd

SURVEY = StateKey[str | None]("compliance", "survey", None)
DAY = StateKey[str | None]("compliance", "day", None)

_COLUMNS = {
    "photo": Column("Photo"),
    "counts_as": Column("Counts as"),
    "model_said": Column("Model said"),
    "confidence": Column("Confidence", "number", 2),
    "reviewer": Column("Reviewed by"),
    "decided_at": Column("Decided", "time"),
    "model": Column("Model"),
    "survey": Column("Survey"),
}


def render() -> None:
    """Draw the page."""
    from core.governance import BrokenLink

    state = facts.chain_state()
    every = facts.decisions_of(survey=None, day=None)
    page_header(
        "Compliance",
        chain_answer(state, len(every)),
        simulated=bool(every["simulated"].any()),
    )
    if isinstance(state, BrokenLink):
        error_panel(
            AuditChainError(f"audit entry {state.seq} is broken: {state.reason}"),
            kept=f"Entries before it that hold: {state.length:,}.",
        )
    chain_figures(state, every)
    _verify_button()
    decided, record, data, people = st.tabs(
        ["Decisions", "Record", "Data and licences", "Personal data"]
    )
    with decided:
        _decisions(every)
    with record:
        entries_table()
    with data:
        sources_table()
    with people:
        personal_data_table()


def _verify_button() -> None:
    if st.button("Verify record now", icon=":material/verified_user:"):
        try:
            state = facts.verify_now()
        except AuditChainError as error:
            error_panel(error)
            return
        st.toast(f"{state.length:,} entries hold; the check was written down.")
        st.rerun()


def _decisions(every: "pd.DataFrame") -> None:
    if every.empty:
        empty_state(
            "This table will show which model decided what, and who reviewed it. "
            "It needs survey photos.",
            button="Add survey photos",
            page="surveys",
            icon=":material/fact_check:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        survey = st.selectbox(
            "Survey",
            sorted(every["survey"].unique()),
            index=None,
            key=SURVEY.key,
            placeholder="All surveys",
            bind="query-params",
        )
        days = {moment.date().isoformat() for moment in every["decided_at"]}
        day = st.selectbox(
            "Day (UTC)",
            sorted(days, reverse=True),
            index=None,
            key=DAY.key,
            placeholder="All days",
            bind="query-params",
        )
        reset_button([SURVEY, DAY])
    chosen = facts.decisions_of(survey=survey, day=day)
    st.caption("Choose a row to see how that decision came about.")
    labels = services.category_labels(debris_only=False)
    shown = chosen.assign(
        counts_as=chosen["category"].map(labels),
        model_said=chosen["model_category"].map(labels),
    )
    row = table(
        shown, _COLUMNS, name="decisions", title="Decisions", height=320, select=True
    )
    if row is not None:
        draw_trail(str(chosen["photo_sha256"][row]))


if __name__ == "__main__":
    render()
