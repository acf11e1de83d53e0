"""The panel of one cell: counts, effort, interval, sources, photos, plan here."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import CleanupError
from dashboard import map_data, map_sources, survey_data
from dashboard.components.formats import interval, number, when
from dashboard.components.map_canvas import PICKED
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.navigation import page_path
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from core.density import MapFilter

__all__ = ["PLAN_NEAR", "cell_sentence", "picked_cell"]

#: Position that the route planner is asked to plan around.
PLAN_NEAR = StateKey[tuple[float, float] | None]("planner", "near", None)
_COLUMNS = {
    "category": Column("Category"),
    "survey": Column("Survey"),
    "items": Column("Items", "number"),
    "records": Column("Records", "number"),
    "photos": Column("Photos", "number"),
    "first": Column("First record (UTC)", "time"),
    "last": Column("Last record (UTC)", "time"),
}


def picked_cell(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    name: str,
    labels: "Mapping[str, str]",
) -> None:
    """Draw counts, effort, interval and sources of a chosen cell.

    Parameters
    ----------
    layer, chosen : MapLayer, MapFilter
        What the map shows.
    name : str
        H3 cell.
    labels : mapping of str to str
        Category codes to names, all categories.
    """
    try:
        cell = map_data.cell(chosen, name, layer=layer)
        if cell is None:  # other filters than when it was clicked
            return
        sources = map_data.cell_sources(chosen, name, layer=layer)
        photos = map_sources.cell_photos(chosen, name)
    except CleanupError as error:
        error_panel(error, kept="The map is kept.")
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(
                f"Cell at {cell['lat']:.3f}°, {cell['lon']:.3f}°",
                anchor=False,
                width="stretch",
            )
            planned = st.button("Plan here", key="map_plan", icon=":material/route:")
            st.button(
                "Close",
                key="map_cell_close",
                icon=":material/close:",
                type="tertiary",
                on_click=PICKED.clear,
            )
        st.markdown(cell_sentence(cell, sources))
        _photos(photos)
        table(
            sources.assign(category=sources["category"].map(labels)),
            _COLUMNS,
            name=f"cell-{cell['h3']}",
            title="Records",
            alt="Items in this cell by category and survey",
        )
    if planned:
        PLAN_NEAR.set((float(cell["lat"]), float(cell["lon"])))
        st.switch_page(page_path("route_planner"))


def cell_sentence(cell: "Mapping[str, Any]", sources: "pd.DataFrame") -> str:
    """Say what was counted in a cell, in how much searched area, and when last.

    Parameters
    ----------
    cell : mapping
        Figures of the cell, see `map_data.cell`.
    sources : DataFrame
        What lies behind it, with ``last``.
    """
    last = sources["last"].max()
    seen_on = f"last looked at on {when(last, with_time=False)}"
    if not cell["effort_km2"] > 0:
        sighted = counted(int(cell["n_sightings"]), "item")
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
        f"{counted(int(cell['n']), 'item')} in {searched} searched: {density}, about "
        f"{mass} in the whole cell; {seen_on}."
    )


def _photos(photos: "pd.DataFrame") -> None:
    if photos.empty:
        return
    for column, (_, row) in zip(st.columns(4), photos.iterrows(), strict=False):
        with column:
            picture = survey_data.thumbnail(row["photo_sha256"])
            label = f"{counted(int(row['items']), 'item')}, {plain(row['survey'])}"
            if picture is not None:
                st.image(picture, caption=label)
            else:
                st.caption(f"{label} (the picture's file is gone)")
