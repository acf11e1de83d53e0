"""Debris map: where is how much, and how sure are we."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import services
from dashboard.components.density_map import (
    MAX_MAP_CELLS,
    VIEWS,
    cell_layers,
    density_view,
)
from dashboard.components.density_words import density_answer, density_figures
from dashboard.components.filters import observation_filters
from dashboard.components.maps import MapFrame, draw_map, legend
from dashboard.components.page import empty_state, metric_row, page_header
from dashboard.components.tables import Column, table
from dashboard.state import StateKey

if TYPE_CHECKING:
    import pandas as pd

VIEW = StateKey[str]("map", "view", VIEWS[0])

_COLUMNS = {
    "status": Column("Status"),
    "n": Column("Items", "number"),
    "effort_km2": Column("Searched (km²)", "number"),
    "density_per_km2": Column("Density (items per km²)", "number"),
    "low": Column("Low", "number", help="Lower 95 % limit, items per km²"),
    "high": Column("High", "number", help="Upper 95 % limit, items per km²"),
    "mass_kg": Column(
        "Expected (kg)", "number", help="Density times cell area times item mass"
    ),
    "lat": Column("Latitude (°)", "number", 3),
    "lon": Column("Longitude (°)", "number", 3),
    "h3": Column("H3 cell", help="Name of the cell in the H3 grid"),
}


def render() -> None:
    """Draw the page."""
    observations = services.observations()
    if observations.empty:
        page_header("Debris map")
        empty_state(
            "This map will show how much debris floats where, and how sure that is. "
            "It needs survey photos with positions, or counts from a table.",
            button="Add survey photos",
            page="surveys",
            icon=":material/map:",
        )
        return
    frame = MapFrame.around(observations["lat"].tolist(), observations["lon"].tolist())
    top = st.container()
    labels = services.category_labels()
    chosen = observation_filters(observations, labels, page="map")
    result = services.density_map(chosen, resolution=_resolution(frame))
    surveyed = bool((result.cells["effort_km2"] > 0).any())
    with top:
        page_header(
            "Debris map" if surveyed else "Sightings",
            density_answer(result, labels, surveyed=surveyed),
            simulated=result.simulated,
            research_use=result.from_photos,
        )
    if result.cells.empty:
        st.info(
            "No observation fits these filters. Reset them or choose a longer period.",
            icon=":material/filter_alt:",
        )
        return
    _map(result.cells, frame, surveyed=surveyed)
    if surveyed:
        metric_row(density_figures(result))
    _cell_table(result.cells)


def _map(cells: "pd.DataFrame", frame: MapFrame, *, surveyed: bool) -> None:
    name = "Sightings"
    if surveyed:
        chosen = st.segmented_control(
            "Show",
            VIEWS,
            default=VIEW.default,
            required=True,
            key=VIEW.key,
            bind="query-params",
            label_visibility="collapsed",
        )
        name = chosen or VIEW.default
    view = density_view(cells, name)
    legend(view.scale, label=view.label, marks=view.marks)
    n_seen = int((cells["status"] == "surveyed").sum())
    n_none = int((cells["status"] == "surveyed_none_seen").sum())
    draw_map(
        cell_layers(cells, view, frame),
        frame,
        key="map_deck",
        height=600,
        alt=f"Map of {view.label.lower()}: {n_seen} cells with debris, {n_none} "
        "surveyed cells with none. The table below holds every figure.",
    )


def _cell_table(cells: "pd.DataFrame") -> None:
    shown = cells.sort_values("density_per_km2", ascending=False, ignore_index=True)
    table(
        shown.assign(status=shown["status"].str.replace("_", " ")),
        _COLUMNS,
        name="debris-cells",
        title="Cells",
        height=320,
        extra_downloads={
            "debris-cells.geojson": (services.cells_file(cells), "application/geo+json")
        },
    )
    st.caption(
        "Intervals cover counting alone; clustered debris varies more. Mass takes the "
        "searched part of a cell as standing for the whole cell."
    )


def _resolution(frame: MapFrame) -> int:
    return services.map_resolution(
        frame.west, frame.south, frame.east, frame.north, max_cells=MAX_MAP_CELLS
    )


if __name__ == "__main__":
    render()
