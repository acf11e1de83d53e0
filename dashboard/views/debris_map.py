"""Debris map: where is how much, and how sure are we."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import services
from dashboard.components.cell_panel import cell_panel
from dashboard.components.cell_table import cell_table
from dashboard.components.density_map import (
    MAX_MAP_CELLS,
    VIEWS,
    cell_layers,
    density_view,
)
from dashboard.components.density_words import density_answer, density_figures
from dashboard.components.filters import observation_filters
from dashboard.components.map_drift import (
    OVERLAY_MARKS,
    drift_caption,
    drift_choice,
    drift_extent,
    drift_player,
)
from dashboard.components.maps import MapFrame, draw_map, legend
from dashboard.components.page import empty_state, metric_row, page_header
from dashboard.state import StateKey

if TYPE_CHECKING:
    import pandas as pd
    import pydeck as pdk

    from core.forecasts import Forecast

VIEW = StateKey[str]("map", "view", VIEWS[0])
PICKED = StateKey[str | None]("map", "picked", None)


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
    nothing = result.cells.empty
    drift, name = None, "Sightings"
    if not nothing:
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            name = _view_choice() if surveyed else name
            drift = drift_choice()
    with top:
        page_header(
            "Debris map" if surveyed or nothing else "Sightings",
            "" if nothing else density_answer(result, labels, surveyed=surveyed),
            simulated=result.simulated or (drift is not None and drift.simulated),
            research_use=result.from_photos,
        )
    if nothing:
        st.info(
            "No observation fits these filters. Reset them or choose a longer period.",
            icon=":material/filter_alt:",
        )
        return
    picked = _map(result.cells, frame, name, drift)
    panel = st.container()
    if surveyed:
        metric_row(density_figures(result))
    row_cell = cell_table(result.cells)
    picked = picked or row_cell
    row = result.cells.loc[result.cells["h3"] == picked]
    if not row.empty:
        with panel:
            cell_panel(
                row.iloc[0].to_dict(),
                services.cell_observations(chosen, str(picked)),
                services.category_labels(debris_only=False),
            )


def _view_choice() -> str:
    chosen = st.segmented_control(
        "Show",
        VIEWS,
        default=VIEW.default,
        required=True,
        key=VIEW.key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or VIEW.default


def _map(
    cells: "pd.DataFrame", frame: MapFrame, name: str, drift: "Forecast | None"
) -> str | None:
    """Draw the map; return the cell that was clicked."""
    view = density_view(cells, name)
    marks = view.marks if drift is None else view.marks | OVERLAY_MARKS
    legend(view.scale, label=view.label, marks=marks)
    n_seen = int((cells["status"] == "surveyed").sum())
    n_none = int((cells["status"] == "surveyed_none_seen").sum())
    frame = frame if drift is None else drift_extent(drift, frame)
    layers = cell_layers(cells, view, frame)

    def draw(under: "list[pdk.Layer]", over: "list[pdk.Layer]", also: str) -> None:
        picked = draw_map(
            [*under, *layers, *over],
            frame,
            key="map_deck",
            height=600,
            width_px=880,
            alt=f"Map of {view.label.lower()}: {n_seen} cells with debris, {n_none} "
            f"surveyed cells with none.{also} The table below holds every figure.",
            select=True,
        )
        cell = next((str(p[0]["h3"]) for p in picked.values() if "h3" in p[0]), None)
        if cell != PICKED.get():
            PICKED.set(cell)
            if drift is not None:  # the panel stands outside the part that plays
                st.rerun()

    if drift is None:
        draw([], [], "")
    else:
        drift_caption(drift, frame)
        drift_player(drift, frame, draw)
    return PICKED.get()


def _resolution(frame: MapFrame) -> int:
    return services.map_resolution(
        frame.west, frame.south, frame.east, frame.north, max_cells=MAX_MAP_CELLS
    )


if __name__ == "__main__":
    render()
