"""Versions of the harm weights on screen: history, going back, files."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import priority_data
from dashboard.components.formats import when
from dashboard.components.page import error_panel
from dashboard.state import StateKey

if TYPE_CHECKING:
    from core.priorities import HarmWeights

__all__ = ["SAID", "keep", "weights_files", "weights_history"]

#: What the last save came to, said on the next run.
SAID = StateKey[str]("priorities", "weights_said", "")


def keep(used: "HarmWeights", version: str) -> None:
    """Say which version holds after a save, and draw the page with it."""
    SAID.set(
        f"{version.capitalize()} is in force."
        if version != used.version
        else f"Nothing differs from {version}; nothing was saved."
    )
    st.rerun()


def weights_files(used: "HarmWeights") -> None:
    """Draw the weights as a file to take away, and a place to give one."""
    from core.priorities import parse_weights, weights_text

    with st.expander("As a file", icon=":material/description:"):
        st.download_button(
            "Download YAML",
            weights_text(used).encode(),
            file_name="harm_weights.yaml",
            mime="application/yaml",
            on_click="ignore",
            icon=":material/download:",
            key="priorities_weights_file",
        )
        file = st.file_uploader(
            "Weights from a file", type=["yaml", "yml", "json"], key="priorities_yaml"
        )
        note = st.text_input("Why these figures", key="priorities_yaml_note")
        if file is not None and st.button(
            "Save file as new version", key="priorities_yaml_save"
        ):
            try:
                changed = parse_weights(file.getvalue())
                keep(used, priority_data.save_weights(changed, note))
            except InputError as error:
                error_panel(error, kept="Nothing was saved.")


def weights_history(used: "HarmWeights") -> None:
    """Draw the versions, and what goes back to one."""
    rows = priority_data.history()
    st.subheader("Versions", anchor=False)
    if not rows:
        st.caption("No version was saved yet; the built-in weights hold.")
        return
    st.dataframe(
        pd.DataFrame(
            [{**row, "saved_at": when(row["saved_at"])} for row in rows],
        ),
        column_config={
            "version": "Version",
            "saved_at": "Saved (UTC)",
            "saved_by": "By",
            "note": st.column_config.TextColumn("Why", width="large"),
            "n_changed": st.column_config.NumberColumn(
                "Changed", help="Figures and sources that differ from the one before"
            ),
        },
        hide_index=True,
        key="priorities_history",
        alt=f"{len(rows)} versions of the harm weights",
    )
    names = {0: "Built-in weights"} | {
        row["version"]: f"Version {row['version']}: {row['note']}" for row in rows[1:]
    }
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    earlier = left.selectbox(
        "Earlier version",
        list(names),
        format_func=lambda version: names[version],
        key=f"priorities_earlier_{used.version}",
    )
    if right.button(
        "Go back to it",
        key="priorities_go_back",
        width="stretch",
        help="Saved as a new version; nothing is lost.",
    ):
        keep(used, priority_data.go_back(int(earlier)))
