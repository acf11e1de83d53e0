"""Overview: where we stand, and what needs attention."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import map_data, overview_data, services
from dashboard.components.density_map import VIEWS, cell_layers, density_view
from dashboard.components.density_words import density_answer
from dashboard.components.maps import MapFrame, draw_map, legend
from dashboard.components.overview_cards import (
    alert_list,
    card,
    debris_card,
    demo_in_progress,
    drift_card,
    hauled_card,
    plan_card,
    survey_card,
    two_ways_to_start,
)
from dashboard.components.page import page_header
from dashboard.components.small_map import fitted

if TYPE_CHECKING:
    from dashboard.map_data import DensityMap


def render() -> None:
    """Draw the page."""
    frame = map_data.map_frame()
    survey, hauled = overview_data.last_survey(), overview_data.hauled()
    if frame is None and survey is None and hauled is None:
        page_header(
            "Overview",
            "Nothing is known of your sea yet. From survey photos or counts, Gyre maps "
            "how much debris floats where and plans the routes to fetch it.",
        )
        two_ways_to_start()
        if stale := overview_data.forcing_alerts():
            alert_list(stale)
        return
    if frame is None:
        page_header("Overview", "No observation is on the map yet.")
        demo_in_progress()
        _cards(None, surveyed=False)
        return
    result = map_data.density_map()
    surveyed = bool((result.cells["effort_km2"] > 0).any())
    page_header(
        "Overview",
        density_answer(result, services.category_labels(), surveyed=surveyed),
        simulated=result.simulated or (hauled is not None and hauled.simulated),
        research_use=result.from_photos,
    )
    demo_in_progress()
    left, right = st.columns([5, 4], gap="medium")
    with left, card("Surveyed area", page="debris_map", link="Open debris map"):
        _map(result, frame, surveyed=surveyed)
    with right:
        debris_card(result, surveyed=surveyed)
        survey_card(survey)
    _cards(hauled, surveyed=surveyed)


def _map(result: "DensityMap", frame: MapFrame, *, surveyed: bool) -> None:
    view = density_view(result.cells, VIEWS[0] if surveyed else "Sightings")
    frame = fitted(frame, width_px=440, height_px=300)
    draw_map(
        cell_layers(result.cells, view, frame),
        frame,
        key="overview_map",
        height=300,
        alt=f"Small map of {view.label.lower()} in {len(result.cells)} cells; the "
        "Debris map page holds every figure.",
    )
    legend(view.scale, label=view.label)


def _cards(hauled: "overview_data.Hauled | None", *, surveyed: bool) -> None:
    first, second, third = st.columns(3, gap="medium")
    with first:
        drift_card(overview_data.newest_drift())
    with second:
        plan_card(overview_data.next_plan())
    with third:
        hauled_card(hauled)
    alert_list(overview_data.alerts())
    if not surveyed:
        st.caption(
            "Give the sea that one photo shows, or the area of a transect, to turn "
            "sightings into items per km²."
        )


if __name__ == "__main__":
    render()
