"""What lies behind one cell of the debris map."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.components.formats import interval, number, when
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.navigation import page_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["cell_panel"]

_COLUMNS = {
    "category": Column("Category"),
    "survey": Column("Survey"),
    "items": Column("Items", "number"),
    "records": Column("Records", "number"),
    "photos": Column("Photos", "number"),
    "first": Column("First record (UTC)", "time"),
    "last": Column("Last record (UTC)", "time"),
}


def cell_panel(
    cell: "Mapping[Any, Any]", rows: "pd.DataFrame", labels: "Mapping[str, str]"
) -> None:
    """Draw counts, effort, interval and sources of a chosen cell.

    Parameters
    ----------
    cell : mapping
        Row of :func:`core.density.cell_density` with expected mass.
    rows : DataFrame
        Observations in the cell.
    labels : mapping of str to str
        Category codes to names, all categories.
    """
    with st.container(border=True):
        st.subheader(f"Cell at {cell['lat']:.3f}°, {cell['lon']:.3f}°", anchor=False)
        st.markdown(_sentence(cell, rows))
        sources = (
            rows.groupby(["category", "survey"], as_index=False)
            .agg(
                items=("count", "sum"),
                records=("count", "size"),
                photos=("photo_sha256", lambda sha: sha[sha != ""].nunique()),
                first=("observed_at", "min"),
                last=("observed_at", "max"),
            )
            .sort_values(["items", "category"], ascending=[False, True])
        )
        sources["category"] = sources["category"].map(labels)
        table(
            sources,
            _COLUMNS,
            name=f"cell-{cell['h3']}",
            title="Records",
            alt="Items in this cell by category and survey",
        )
        if st.button("Plan routes", key="map_plan", icon=":material/route:"):
            st.switch_page(page_path("route_planner"))


def _sentence(cell: "Mapping[Any, Any]", rows: "pd.DataFrame") -> str:
    seen_on = f"last looked at on {when(rows['observed_at'].max(), with_time=False)}"
    if not cell["effort_km2"] > 0:
        sighted = counted(cell["n_sightings"], "item")
        return f"{sighted} sighted, effort unknown; {seen_on}."
    searched = number(cell["effort_km2"], "km²", digits=2)
    if cell["n"] == 0:
        limit = number(cell["high"], digits=2)
        return (
            f"Nothing seen in {searched} searched: at most {limit} items per km² "
            f"(95 %); {seen_on}."
        )
    density = interval(
        cell["density_per_km2"], cell["low"], cell["high"], "items per km²"
    )
    mass = interval(cell["mass_kg"], cell["mass_low_kg"], cell["mass_high_kg"], "kg")
    return (
        f"{counted(cell['n'], 'item')} in {searched} searched: {density}, about "
        f"{mass} in the whole cell; {seen_on}."
    )
