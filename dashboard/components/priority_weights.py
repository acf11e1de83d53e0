"""The harm weights on screen: every figure with its source, changed as a version."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import priority_data
from dashboard.components.page import error_panel
from dashboard.components.priority_versions import (
    SAID,
    keep,
    weights_files,
    weights_history,
)
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from core.priorities import HarmWeights

__all__ = ["weights_panel"]

_RULES = {
    "mean": "All kinds together (weighted mean)",
    "max": "The worst kind alone (maximum)",
}
_FIGURES = ("value", "low", "high")


def weights_panel() -> None:
    """Draw the weights in force, the form that changes them, and their history."""
    used = priority_data.weights()
    said = SAID.get()
    if said:
        st.success(said, icon=":material/check:")
        SAID.clear()
    st.markdown(
        f"In force: **{used.version}**. A weight goes from 0 (no harm) to 1 (the worst "
        "of its kind). Where a source is named, it gives the order of items; the "
        "figure is set by hand. The rest are assumptions with wide bounds."
    )
    left, right = st.columns([2, 3], gap="medium")
    with right:
        _relative(used)
    with left:
        rule = _rule(used)
        importance = _importance_editor(used)
        st.caption(
            "Importance says how much a kind of harm counts beside the others; 0 "
            "leaves it out."
        )
    edited = _weights_editor(used)
    _save(used, rule, importance, edited)
    weights_files(used)
    weights_history(used)


def _rule(used: "HarmWeights") -> str:
    return str(
        st.radio(
            "How kinds of harm are joined",
            list(_RULES),
            index=list(_RULES).index(used.combine),
            format_func=lambda code: _RULES[code],
            key=f"priorities_rule_{used.version}",
        )
    )


def _importance_editor(used: "HarmWeights") -> pd.DataFrame:
    rows = [
        {"kind": kind, "importance": one.value, "source": one.source}
        for kind, one in used.importance.items()
    ]
    return st.data_editor(
        pd.DataFrame(rows),
        column_config={
            "kind": "Kind of harm",
            "importance": _number("Importance"),
            "source": st.column_config.TextColumn("Source", required=True),
        },
        disabled=["kind"],
        hide_index=True,
        key=f"priorities_importance_{used.version}",
    )


def _weights_editor(used: "HarmWeights") -> pd.DataFrame:
    labels = priority_data.labels()
    rows = [
        {
            "code": code,
            "category": label,
            "kind": kind,
            **{name: getattr(one, name) for name in _FIGURES},
            "assumed": one.is_assumed,
            "source": one.source,
        }
        for code, label in labels.items()
        for kind, one in used.weights[code].items()
    ]
    return st.data_editor(
        pd.DataFrame(rows),
        column_config={
            "code": None,
            "category": "Category",
            "kind": "Kind of harm",
            "value": _number("Weight"),
            "low": _number("Low"),
            "high": _number("High"),
            "assumed": st.column_config.CheckboxColumn(
                "Assumption", help="The source begins with the word assumption"
            ),
            "source": st.column_config.TextColumn(
                "Source", required=True, width="large"
            ),
        },
        disabled=["category", "kind", "assumed"],
        hide_index=True,
        height=420,
        key=f"priorities_weights_{used.version}",
    )


def _number(label: str) -> Any:
    return st.column_config.NumberColumn(
        label, min_value=0.0, max_value=1.0, step=0.01, format="%.2f", required=True
    )


def _relative(used: "HarmWeights") -> None:
    """Draw what the weights come to for each category."""
    labels = priority_data.labels()
    harm = used.harm().sort_values("harm", ascending=False)
    shown = harm.assign(category=[labels[code] for code in harm.index])
    table(
        shown.reset_index(drop=True),
        {
            "category": Column("Category"),
            "harm": Column("Harm (mean = 1)", "number", 2),
            "low": Column("Low", "number", 2),
            "high": Column("High", "number", 2),
            "main_kind": Column("Mostly by"),
        },
        name="relative-harm",
        title="What they come to",
    )


def _save(
    used: "HarmWeights", rule: str, importance: pd.DataFrame, edited: pd.DataFrame
) -> None:
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    note = left.text_input(
        "Why these figures",
        key=f"priorities_note_{used.version}",
        placeholder="Who says so, for which animals",
        max_chars=500,
    )
    if not right.button(
        "Save as new version", type="primary", key="priorities_save", width="stretch"
    ):
        return
    try:
        changed = _read(rule, importance, edited)
        keep(used, priority_data.save_weights(changed, note))
    except InputError as error:
        error_panel(error, kept="Nothing was saved.")


def _read(rule: str, importance: pd.DataFrame, edited: pd.DataFrame) -> "HarmWeights":
    """Weights of the edited tables.

    Raises
    ------
    InputError
        If a figure lacks or is out of range; it is named.
    """
    from core.priorities import weights_from_document

    table_of: dict[str, dict[str, dict[str, Any]]] = {}
    for row in edited.to_dict("records"):
        one = {name: _given(row[name]) for name in (*_FIGURES, "source")}
        table_of.setdefault(str(row["code"]), {})[str(row["kind"])] = one
    return weights_from_document(
        {
            "combine": rule,
            "importance": {
                str(row["kind"]): {
                    "value": _given(row["importance"]),
                    "source": _given(row["source"]),
                }
                for row in importance.to_dict("records")
            },
            "weights": table_of,
        }
    )


def _given(value: Any) -> Any:
    """Return a cell of a table; nothing where it was emptied."""
    return None if pd.isna(value) else value
