"""Tables of the Categories page: the litter lists, and what an item weighs."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from core.observations.crosswalk import ItemList

__all__ = ["crosswalk_rows", "list_note", "mass_rows", "show_crosswalk", "show_masses"]

#: Heading of each list's column; short, because seven stand side by side.
_LIST_LABELS = {
    "MSFD-J": "Joint List",
    "TSG-ML": "TSG-ML",
    "OSPAR": "OSPAR",
    "UNEP": "UNEP/IOC",
    "C-TS": "ICES C-TS",
    "C-TS-REV": "ICES C-TS-REV",
    "NOAA": "NOAA",
}
_FISHING = {True: "yes", False: "no"}
_SINGLE_USE = {True: "yes"}
_STATE = {
    "state": Column(
        "State",
        help="Codes nobody has checked against the official list.",
        width=110,
    )
}


def crosswalk_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a crosswalk table into words: names of categories, yes and no, checked."""
    labels = services.category_labels(debris_only=False)
    return frame.assign(
        category=frame["category"].map(labels),
        list_name=frame["item_list"].map(_LIST_LABELS),
        fishing=[
            _FISHING.get(value, "also other uses") for value in frame["is_fishing"]
        ],
        single_use=[_SINGLE_USE.get(value, "") for value in frame["is_single_use"]],
        state=["to be checked" if v else "" for v in frame["is_uncertain"]],
    )


def show_crosswalk(frame: pd.DataFrame, *, item_list: str) -> None:
    """Draw the items with their codes in the other lists."""
    others = [code for code in _LIST_LABELS if code != item_list]
    columns = {
        **({} if item_list else {"list_name": Column("List")}),
        "code": Column("Code"),
        "label": Column(
            "Item", help="In our words; the official list decides.", width=260
        ),
        "category": Column("Counts as", width=135),
        **(_STATE if frame["is_uncertain"].any() else {}),
        **{code: Column(_LIST_LABELS[code]) for code in others if item_list},
        "msfd_material": Column("MSFD material"),
        "fishing": Column("Fishing", help="Fishing related"),
        "single_use": Column(
            "Single use", help="Where it is sure that Directive (EU) 2019/904 names it."
        ),
    }
    table(
        frame,
        columns,
        name=f"litter-list-{(item_list or 'all').lower()}",
        title=f"{len(frame):,} {'item' if len(frame) == 1 else 'items'}",
        height=460 if len(frame) > 11 else "auto",
    )


def list_note(chosen: "ItemList") -> str:
    """Say what a list is used for and where it comes from."""
    return f"{chosen.title}: {chosen.used_for}. Source: {chosen.source}."


def mass_rows() -> pd.DataFrame:
    """Return the item masses with how each is known."""
    from core.observations import RECORD_CATEGORIES

    return pd.DataFrame(
        [
            {
                "code": one.code,
                "category": one.label,
                "item_mass_kg": one.item_mass_kg,
                "item_mass_low_kg": one.item_mass_low_kg,
                "item_mass_high_kg": one.item_mass_high_kg,
                "known_from": "assumed" if one.mass_is_assumed else "measured",
                "basis": one.mass_source.removeprefix("assumption: ").removeprefix(
                    "Lebreton et al. 2018, "
                ),
                "source": one.mass_source,
                "msfd_material": one.msfd_material,
                "noaa_material": one.noaa_material,
            }
            for one in RECORD_CATEGORIES
            if one.is_debris
        ]
    )


def show_masses(frame: pd.DataFrame) -> None:
    """Draw what one item of each category weighs."""
    columns = {
        "category": Column("Category"),
        "item_mass_kg": Column("One item (kg)", "number"),
        "item_mass_low_kg": Column("Low (kg)", "number"),
        "item_mass_high_kg": Column("High (kg)", "number"),
        "known_from": Column("Known from"),
        "basis": Column("Basis", width=430),
    }
    table(frame, columns, name="item-masses", title="Mass of one item")
    st.caption(
        "Measured: dry mass, North Pacific 2015 and 2016; L. Lebreton et al., "
        "Scientific Reports 8 (2018) 4666, CC BY 4.0."
    )
