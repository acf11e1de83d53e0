"""Files that were imported: their reports, withdrawing them, bringing them back."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from dashboard import import_files
from dashboard.components.import_words import kinds_in_words
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.tables import Column, table

__all__ = ["import_list", "known_layouts"]

#: A longer list scrolls inside this height.
_SHOWN_ROWS, _TABLE_PX = 9, 335
_COLUMNS = {
    "name": Column("File"),
    "state": Column("State"),
    "imported_at": Column("Imported (UTC)", kind="time"),
    "imported_by": Column("By"),
    "rows": Column("Records", kind="number", decimals=0),
    "accepted": Column("New", kind="number", decimals=0),
    "rejected": Column("Refused", kind="number", decimals=0),
    "brought": Column("Brought"),
    "layout": Column("Layout"),
}


def import_list(rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw the imports, and what can be done with the chosen one."""
    titles = import_files.layout_titles()
    frame = pd.DataFrame(
        [
            {
                **{name: row[name] for name in _COLUMNS if name in row},
                "state": "In use" if row["active"] else "Withdrawn",
                "layout": titles.get(row["profile"], "Columns named by hand"),
                "brought": kinds_in_words(_kinds(row)),
                "import_id": row["import_id"],
                "sha256": row["sha256"],
            }
            for row in rows
        ]
    )
    frame["imported_at"] = pd.to_datetime(frame["imported_at"], utc=True)
    chosen = table(
        frame,
        _COLUMNS,
        name="imports",
        title="Imported files",
        select=True,
        height="auto" if len(frame) <= _SHOWN_ROWS else _TABLE_PX,
    )
    if chosen is None:
        st.caption("Choose a file to download its report, to withdraw or restore it.")
        return
    _actions(rows[chosen])


def _kinds(row: Mapping[str, Any]) -> dict[str, int]:
    return {
        "observations": row["n_observations"],
        "measurements": row["n_measurements"],
        "events": row["n_events"],
        "model_fields": row["n_fields"],
        **{name: table["rows"] for name, table in row["tables"].items()},
    }


def _actions(row: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(row['name'])}**", width="content")
        st.download_button(
            "Download report",
            lambda: import_files.report_of(row),
            file_name=f"{row['name']}-report.json",
            mime="application/json",
            key=f"imports_report_{row['import_id']}",
            icon=":material/download:",
            on_click="ignore",
        )
        word = "Withdraw" if row["active"] else "Restore"
        icon = ":material/undo:" if row["active"] else ":material/redo:"
        if st.button(
            f"{word} this import", key=f"imports_turn_{row['import_id']}", icon=icon
        ):
            _turn(row)
    st.caption(
        "Withdrawing takes its rows off the map and out of plans made from now on; "
        "rows that another import brought as well stay. It can be restored at any time."
        if row["active"]
        else "Its rows are out of use. Restoring brings back just what it brought."
    )


def _turn(row: Mapping[str, Any]) -> None:
    try:
        changed = import_files.turn(row)
    except CleanupError as error:
        error_panel(error, kept="Nothing was changed.")
        return
    word = "withdrawn" if row["active"] else "restored"
    said = kinds_in_words(changed) or "No row"
    st.toast(f"{said} {word}")
    st.rerun()


def known_layouts() -> None:
    """List the layouts that are recognised."""
    titles = import_files.layout_titles()
    with st.expander(f"Layouts that are recognised ({len(titles)})"):
        st.markdown("\n".join(f"- {plain(title)}" for title in titles.values()))
        st.caption(
            "Any other table with positions, dates and counts or values can be read by "
            "naming its columns; that can be saved as a layout of your own."
        )
