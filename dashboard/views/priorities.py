"""Priorities: what should be collected first, and why."""

from calendar import month_name

import streamlit as st

from dashboard import priority_data
from dashboard.components.page import empty_state, metric_row, page_header
from dashboard.components.priority_areas import areas_panel
from dashboard.components.priority_map import no_area_note, priority_map
from dashboard.components.priority_table import picked_place, priority_table
from dashboard.components.priority_weights import weights_panel
from dashboard.components.priority_words import (
    priority_answer,
    priority_basis,
    priority_figures,
)
from dashboard.navigation import page_path
from dashboard.state import StateKey, reset_button

KIND = StateKey[str]("priorities", "kind", priority_data.CELLS)
SURVEY = StateKey[str | None]("priorities", "survey", None)
MONTH = StateKey[str | None]("priorities", "month", None)


def render() -> None:
    """Draw the page."""
    top = st.container()
    ranked, weights, areas = st.tabs(["Ranking", "Harm weights", "Sensitive areas"])
    with ranked:
        _ranking(top)
    with weights:
        weights_panel()
    with areas:
        areas_panel()


def _ranking(top: "st.delta_generator.DeltaGenerator") -> None:
    extent = priority_data.extent()
    if extent is None:
        with top:
            page_header("Priorities")
        empty_state(
            "This page will say what should be collected first: expected mass, weighed "
            "by how much it harms and how sensitive the place is. It needs survey "
            "photos with positions, or counts from a table.",
            button="Add survey photos",
            page="surveys",
            icon=":material/priority:",
        )
        return
    kind, survey, month = _filters()
    ranking = priority_data.ranking(kind, survey=survey, month=month)
    labels = priority_data.labels()
    with top:
        page_header(
            "Priorities",
            "" if ranking.frame.empty else priority_answer(ranking, labels),
            simulated=ranking.simulated,
            research_use=ranking.from_photos,
        )
    for one in ranking.refused:
        st.warning(f"An area cannot be used. {one}", icon=":material/rule:")
    if ranking.frame.empty:
        st.info(_nothing(kind), icon=":material/filter_alt:")
        return
    metric_row(priority_figures(ranking))
    areas = priority_data.areas()
    picked_place(ranking.frame, priority_map(ranking.frame, areas, extent))
    no_area_note(areas)
    st.page_link(
        page_path("route_planner"),
        label="Plan by priority",
        icon=":material/route:",
        query_params={"objective": "priority"},
    )
    priority_table(ranking.frame, labels)
    st.caption(priority_basis(ranking))


def _filters() -> tuple[str, str | None, int | None]:
    columns = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
    kind = columns[0].segmented_control(
        "Rank",
        [priority_data.CELLS, priority_data.HOTSPOTS],
        default=KIND.default,
        required=True,
        key=KIND.key,
        bind="query-params",
        help="A cell stands for its whole area as far as it was searched; a hotspot is "
        "a cluster of sightings a vessel can be sent to.",
    )
    survey = columns[1].selectbox(
        "Survey",
        sorted(priority_data.surveys()),
        index=None,
        placeholder="All surveys",
        key=SURVEY.key,
        bind="query-params",
    )
    months = list(month_name)[1:]
    month = columns[2].selectbox(
        "Month",
        months,
        index=None,
        placeholder="Any month",
        key=MONTH.key,
        bind="query-params",
        help="Areas with a season count in their months; without a month all count.",
    )
    with columns[3]:
        reset_button([KIND, SURVEY, MONTH])
    return (
        kind or KIND.default,
        survey,
        None if month is None else months.index(month) + 1,
    )


def _nothing(kind: str) -> str:
    if kind == priority_data.CELLS:
        return (
            "No place was searched with a known area under these filters, so no mass "
            "can be told. Hotspots rank what was sighted."
        )
    return "Nothing heavier than 1 kg was seen under these filters."


if __name__ == "__main__":
    render()
