"""One uploaded file: what an import would bring, what is in doubt, and keeping it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import CleanupError, InputError
from core.imports import report_json
from dashboard import import_files
from dashboard.components.import_words import NOTE_WORDS, kinds_in_words
from dashboard.components.page import Figure, error_panel, metric_row
from dashboard.components.photo_gallery import plain
from dashboard.components.small_map import places_map
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.import_files import CheckedFile

__all__ = ["checked_panel", "keep_file", "problem_panel"]

_COLUMNS = {
    "row": Column("Record", kind="number", decimals=0, help="Heading not counted"),
    "outcome": Column("Outcome"),
    "field": Column("Field"),
    "value": Column("As written"),
    "reason": Column("Reason"),
}


def checked_panel(file: CheckedFile) -> None:
    """Draw what a check found."""
    told = file.report
    metric_row(_figures(told))
    left, right = st.columns([5, 3], gap="large")
    with left:
        _reasons(file, told)
        _how_read(told)
    with right:
        places_map(file.shown["points"], key=f"import_map_{file.key}", what="place")


def _figures(told: Mapping[str, Any]) -> list[Figure]:
    doubted = len({doubt["row"] for doubt in told["doubts"]})
    at_least = "at least " if told["n_doubts"] > len(told["doubts"]) else ""
    return [
        Figure("Records in the file", f"{told['rows']:,}", note=_title(told)),
        Figure(
            "New records",
            f"{told['accepted']:,}",
            note=kinds_in_words(told["kinds"]) or "nothing that can be kept",
            help="Records of which something is not stored yet. One record may give "
            "several values, and its tow, walk or flight.",
        ),
        Figure(
            "Refused",
            f"{told['rejected']:,}",
            note=f"{counted(told['duplicates'], 'duplicate')}, "
            f"{told['already_stored']:,} of them stored before",
        ),
        Figure(
            "In doubt or read otherwise",
            f"{at_least}{doubted:,}",
            note="kept, with the reason",
            help="A value that cannot be trusted is kept with quality flag 3. Notation "
            "that was undone, such as a thousands comma, is listed as well.",
        ),
    ]


def _title(told: Mapping[str, Any]) -> str:
    return import_files.layout_titles().get(told["profile"], "columns named by hand")


def _reasons(file: CheckedFile, told: Mapping[str, Any]) -> None:
    parts = [
        pd.DataFrame(told[name], columns=["row", "field", "value", "reason"]).assign(
            outcome=outcome
        )
        for name, outcome in (
            ("reasons", "Refused"),
            ("doubts", "Kept, see reason"),
            ("repeated", "Duplicate"),
        )
    ]
    listed = pd.concat(parts, ignore_index=True)
    if listed.empty:
        st.success("Every record can be kept as it is.", icon=":material/check:")
        return
    table(
        listed.assign(value=listed["value"].astype(str)),
        _COLUMNS,
        name=f"import-reasons-{file.part.name}",
        title="Records that need a look",
        height=min(38 + 35 * len(listed), 320),
    )
    hidden = sum(told[f"n_{name}"] for name in ("reasons", "doubts", "repeated"))
    if hidden > len(listed):
        st.caption(
            f"{len(listed):,} of {hidden:,} are shown; the report of the import holds "
            "all of them."
        )


def _how_read(told: Mapping[str, Any]) -> None:
    with st.expander("How it was read", icon=":material/rule:"):
        lines = [
            f"- **{plain(str(name))}** from {plain(str(heading))}"
            for name, heading in told["mapping"].items()
        ]
        lines += [
            f"- {plain(NOTE_WORDS.get(name, name.replace('_', ' ')))}: {count:,}"
            for name, count in told["flags"].items()
            if count
        ]
        lines += [
            f"- {plain(name)}: {value:,.6g}"
            for name, value in told["totals"].items()
            if value is not None
        ]
        lines += [f"- read with {plain(name)}" for name in told["companions"]]
        st.markdown("\n".join(lines))
        st.download_button(
            "Download report",
            report_json(dict(told)),
            file_name="import-report.json",
            mime="application/json",
            key=f"import_report_{told['import_id']}",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
        )


def keep_file(file: CheckedFile) -> bool:
    """Keep a file's records and say so; returns whether it is done with."""
    try:
        with st.spinner(f"Keeping {file.part.name}"):
            told = import_files.keep(file)
    except CleanupError as error:
        error_panel(error, kept="Nothing of this file was kept.")
        return False
    if told:
        words = counted(told["accepted"], "record")
        st.toast(f"{plain(file.part.name)}: {words} kept", icon=":material/check:")
    return True


def problem_panel(file: CheckedFile) -> None:
    """Say why a file cannot be read as it is."""
    error_panel(
        InputError(file.problem),
        kept="Nothing of this file was kept.",
        next_step="Name its columns below, or save it in one of the formats above.",
    )
