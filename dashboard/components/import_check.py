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
from dashboard.components.small_map import places_map, spread_deg
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.import_files import CheckedFile

__all__ = ["checked_panel", "keep_file", "problem_panel"]

_OUTCOMES = {
    "refused": "Refused",
    "kept": "Kept, see reason",
    "duplicate": "Duplicate",
}
_REASONS = {
    "outcome": Column("Outcome"),
    "records": Column("Records", kind="number", decimals=0),
    "field": Column("Field"),
    "reason": Column("Reason"),
    "first_row": Column(
        "First", kind="number", decimals=0, help="Number of the record"
    ),
}
_RECORDS = {
    "row": Column("Record", kind="number", decimals=0, help="Heading not counted"),
    "outcome": Column("Outcome"),
    "field": Column("Field"),
    "value": Column("As written"),
    "reason": Column("Reason"),
}
_FIELDS = ["row", "field", "value", "reason"]
#: Longer tables scroll inside this height.
_SHOWN_ROWS, _TABLE_PX = 7, 268
#: From this width on, places are shown across the page: a column is too narrow.
_WIDE_DEG = 100.0


def checked_panel(file: CheckedFile) -> None:
    """Draw what a check found."""
    told, points = file.report, file.shown["points"]
    brings = kinds_in_words(told["kinds"]) or "nothing that can be kept"
    title = import_files.layout_titles().get(told["profile"], "Columns named by hand")
    st.markdown(f"Read as **{plain(title)}**: {brings}.")
    metric_row(_figures(told))
    key = f"import_map_{file.key}"
    if spread_deg(points) > _WIDE_DEG:
        places_map(points, key=key, what="place", across=True)
        _reasons(file, told)
        _how_read(told)
        return
    left, right = st.columns([5, 3], gap="large")
    with left:
        _reasons(file, told)
        _how_read(told)
    with right:
        places_map(points, key=key, what="place")


def _figures(told: Mapping[str, Any]) -> list[Figure]:
    return [
        Figure("Records in the file", f"{told['rows']:,}"),
        Figure(
            "New records",
            f"{told['accepted']:,}",
            help="Records of which something is not stored yet. One record may give "
            "several values, and its tow, walk or flight.",
        ),
        Figure(
            "Refused",
            f"{told['rejected']:,}",
            note=f"{counted(told['duplicates'], 'duplicate')}"
            if told["duplicates"]
            else "",
            help="Duplicates are equal to an earlier record of the file, or stored "
            "before.",
        ),
        Figure(
            "In doubt or read otherwise",
            f"{told['n_doubted']:,}",
            note="kept, with the reason" if told["n_doubted"] else "",
            help="A value that cannot be trusted is kept with quality flag 3. Notation "
            "that was undone, such as a thousands comma, is listed as well.",
        ),
    ]


def _reasons(file: CheckedFile, told: Mapping[str, Any]) -> None:
    grouped = pd.DataFrame(file.shown["by_reason"], columns=list(_REASONS))
    if grouped.empty:
        st.success("Every record can be kept as it is.", icon=":material/check:")
        return
    table(
        grouped.assign(outcome=grouped["outcome"].map(_OUTCOMES)),
        _REASONS,
        name=f"import-reasons-{file.part.name}",
        title="What needs a look",
        height="auto" if len(grouped) <= _SHOWN_ROWS else _TABLE_PX,
    )
    lists = {"reasons": "refused", "doubts": "kept", "repeated": "duplicate"}
    listed = pd.concat(
        [
            pd.DataFrame(
                told[name], columns=["row", "field", "value", "reason"]
            ).assign(outcome=_OUTCOMES[outcome])
            for name, outcome in lists.items()
        ],
        ignore_index=True,
    )
    hidden = sum(told[f"n_{name}"] for name in lists)
    with st.expander(f"Every such record ({hidden:,})", icon=":material/list:"):
        if hidden > len(listed):
            st.caption(
                f"{len(listed):,} are shown, the rare reasons first; the report of the "
                "import holds all of them."
            )
        table(
            listed.assign(value=listed["value"].astype(str)),
            _RECORDS,
            name=f"import-records-{file.part.name}",
            height="auto" if len(listed) <= _SHOWN_ROWS else _TABLE_PX,
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
    """Say why a file cannot be read as it is, and what to do."""
    if file.mapping is None and import_files.can_be_opened(file.part):
        st.warning(plain(file.problem), icon=":material/help:")
        st.markdown("Say what its columns are; it is checked once that is enough.")
        return
    error_panel(
        InputError(file.problem),
        kept="Nothing of this file was kept.",
        next_step="Mend the file, or what was said of its columns, and try again.",
    )
