"""What an area holds, in words, by category, and on which basis."""

from math import isfinite
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.components.formats import interval, mass, number, share
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.density import AreaTotals
    from core.density.area_totals import Total
    from core.density.model_totals import ModelTotal

__all__ = ["area_sentences", "area_totals_panel", "model_sentence"]

_COLUMNS = {
    "category": Column("Category"),
    "n": Column("Counted (items)", "number"),
    "items": Column("Inside (items)", "number"),
    "items_low": Column("Low", "number", help="Lower 95 % limit, items"),
    "items_high": Column("High", "number", help="Upper 95 % limit, items"),
    "mass_kg": Column("Mass (kg)", "number"),
    "mass_low_kg": Column("Low (kg)", "number", help="Lower limit of the mass"),
    "mass_high_kg": Column("High (kg)", "number", help="Upper limit of the mass"),
}


def area_sentences(totals: "AreaTotals") -> list[str]:
    """Say what an area holds, a sentence a basis, the searched part after it."""
    lines = [_basis_sentence(totals, total) for total in totals.totals]
    if totals.n_searches:
        part = share(totals.effort_km2 / totals.sea_km2) if totals.sea_km2 else ""
        lines.append(
            f"{counted(totals.n_items, 'item')} counted in "
            f"{number(totals.effort_km2, 'km²', digits=2)} searched inside"
            f"{f' ({part} of the sea)' if part else ''}, by "
            f"{counted(totals.n_searches, 'search', 'searches')} of "
            f"{counted(len(totals.surveys), 'survey')}."
        )
    if totals.n_sightings:
        lines.append(
            f"{counted(totals.n_sightings, 'item')} sighted without a known searched "
            "area; they enter no total."
        )
    return lines


def _basis_sentence(totals: "AreaTotals", total: "Total") -> str:
    sea = f"in {number(totals.sea_km2, 'km²', digits=3)} of sea"
    basis = f"Basis: {total.basis}."
    if total.items == 0:
        return (
            f"**At most {number(total.items_high, digits=2)} items** {sea} (95 %), or "
            f"{mass(total.mass_high_kg)}: none was counted. {basis}"
        )
    items = interval(total.items, total.items_low, total.items_high, "items")
    if not isfinite(total.mass_kg):
        return f"About **{items}** {sea}. {basis}"
    weight = interval(total.mass_kg, total.mass_low_kg, total.mass_high_kg, "kg")
    return f"About **{items}**, **{weight}**, {sea}. {basis}"


def model_sentence(found: "ModelTotal") -> str:
    """Say what a published model holds inside an area."""
    if found.covered_km2 == 0:
        return f"{plain(found.name)} has no value inside this area."
    amount = (
        f"{number(found.total, digits=2)} items"
        if found.quantity.startswith("items")
        else mass(found.total / 1000.0)
    )
    covered = number(found.covered_km2, "km²", digits=3)
    return (
        f"Published model, not observed: {plain(found.name)} gives {amount} in the "
        f"{covered} it covers inside."
    )


def area_totals_panel(
    totals: "AreaTotals",
    models: "Sequence[ModelTotal]",
    labels: "Mapping[str, str]",
) -> None:
    """Draw the totals of an area.

    Parameters
    ----------
    totals : AreaTotals
        From :func:`core.density.area_totals`.
    models : sequence of ModelTotal
        Published model fields summed inside.
    labels : mapping of str to str
        Category codes to names.
    """
    st.subheader(plain(totals.area.name), anchor=False)
    for line in area_sentences(totals):
        st.markdown(line)
    for line in totals.cautions:
        st.caption(f":material/info: {line}")
    if len(totals.by_category):
        shown = totals.by_category.assign(
            category=totals.by_category["category"].map(lambda c: labels.get(c, c))
        )
        table(
            shown,
            _COLUMNS,
            name="area-categories",
            title="By category",
            alt="Items and mass inside the area by category",
        )
    for found in models:
        st.markdown(model_sentence(found))
    if totals.surveys:
        with st.expander(
            counted(len(totals.surveys), "survey"), icon=":material/list:"
        ):
            st.dataframe(
                pd.DataFrame({"Survey": list(totals.surveys)}), hide_index=True
            )
