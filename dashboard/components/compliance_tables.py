"""Tables of the Compliance page: entries, sources with licences, personal data."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.components.compliance_facts import entries
from dashboard.components.tables import Column, table
from dashboard.state import StateKey, reset_button

__all__ = ["entries_table", "personal_data_table", "sources_table"]

ACTION = StateKey[str | None]("record", "action", None)
WORDS = StateKey[str]("record", "words", "")

_ENTRIES = {
    "seq": Column("No.", "number"),
    "at": Column("When", "time"),
    "action": Column("Action"),
    "actor": Column("Who"),
    "what": Column("What"),
    "told": Column("Detail"),
    "entry_hash": Column("Hash", help="SHA-256 over the entry and the one before"),
}
_SOURCES = {
    "code": Column("Source"),
    "what": Column("What it holds"),
    "used_for": Column("Used for"),
    "licence_class": Column("Class"),
    "licence": Column("Licence as found"),
    "credit": Column("Credit"),
}
_PERSONAL = {
    "what": Column("What"),
    "where": Column("Where"),
    "amount": Column("Amount", "number"),
    "why": Column("Why, and what follows"),
}


def entries_table() -> None:
    """Draw the audit entries with filters."""
    found = entries()
    if found.empty:
        st.caption("Nothing has been decided yet, so the record is empty.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        action = st.selectbox(
            "Action",
            sorted(found["action"].unique()),
            index=None,
            key=ACTION.key,
            placeholder="All actions",
            bind="query-params",
        )
        words = st.text_input(
            "Contains",
            key=WORDS.key,
            placeholder="Name, photo, survey, hash",
            max_chars=80,
            bind="query-params",
        )
        reset_button([ACTION, WORDS])
    if action:
        found = found[found["action"] == action]
    if words:
        text = found[["actor", "subject", "detail", "entry_hash"]].agg(" ".join, axis=1)
        found = found[text.str.contains(words, case=False, regex=False)]
    table(
        found.reset_index(drop=True),
        _ENTRIES,
        name="audit-entries",
        title=f"{len(found):,} entries",
        height=420,
    )


def sources_table() -> None:
    """Draw where data come from and under which licence."""
    from core.governance import DATA_SOURCES

    frame = pd.DataFrame([asdict(source) for source in DATA_SOURCES])
    closed = int((frame["licence_class"] != "open").sum())
    st.markdown(
        f"{len(frame)} sources stand behind model, map and figures; {closed} of them "
        "are not openly licensed, so the model trained on them is for research use. "
        "Your own photos and tables stay yours and leave this machine only by your "
        "download."
    )
    table(
        frame.assign(licence_class=frame["licence_class"].str.replace("_", " ")),
        _SOURCES,
        name="data-sources",
        title="Sources and licences",
    )


def personal_data_table() -> None:
    """Draw what is kept about people."""
    from core.governance import personal_data

    frame = pd.DataFrame([asdict(kept) for kept in personal_data(services.store())])
    st.markdown(
        "Nothing is sent anywhere; no account and no address is kept. Thumbnails carry "
        "no camera data."
    )
    table(frame, _PERSONAL, name="personal-data", title="Personal data kept here")
