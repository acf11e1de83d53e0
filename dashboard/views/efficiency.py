"""Efficiency: what do vessels bring in for their time, fuel and money."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import services
from dashboard.components.efficiency_filters import (
    HaulFilters,
    haul_filters,
    refused_hauls,
)
from dashboard.components.efficiency_panels import (
    plan_panels,
    trend_panel,
    vessels_panel,
)
from dashboard.components.efficiency_words import (
    comparison_words,
    efficiency_answer,
    efficiency_figures,
    period_words,
)
from dashboard.components.page import empty_state, metric_row, page_header
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    import pandas as pd

    from core.efficiency import Period

_ROWS_SEEN = 8
_COLUMNS = {
    "vessel": Column("Vessel"),
    "started_at": Column("Cast off (UTC)", "time"),
    "ended_at": Column("Moored (UTC)", "time"),
    "site": Column("Sites"),
    "planned_kg": Column("Planned (kg)", "number", 0),
    "hauled_kg": Column("Hauled (kg)", "number", 0),
    "hours": Column("At sea (h)", "number", 1),
    "fuel_l": Column("Fuel (l)", "number", 0),
    "cost": Column("Cost", "number", 0, "In the currency of the fleet"),
    "distance_km": Column("Sailed (km)", "number", 0),
}


def render() -> None:
    """Draw the page."""
    from core.efficiency import check_hauls

    checked = check_hauls(services.store().hauls.frame())
    if checked.accepted.empty:
        page_header("Efficiency")
        refused_hauls(checked)
        empty_state(
            "This page will show what each vessel brings in for an hour, a litre and "
            "its cost, and how that compares with the plan. It needs trips that have "
            "ended, with what they hauled.",
            button="Plan routes",
            page="route_planner",
            icon=":material/monitoring:",
        )
        return
    top = st.container()
    hauls, chosen = haul_filters(checked.accepted)
    _draw(top, checked.accepted, hauls, chosen)
    refused_hauls(checked)


def _draw(
    top: "st.delta_generator.DeltaGenerator",
    fleet: "pd.DataFrame",
    hauls: "pd.DataFrame",
    chosen: HaulFilters,
) -> None:
    from core.efficiency import indicators

    period = chosen.period
    result = indicators(hauls, period)
    with top:
        page_header(
            "Efficiency",
            efficiency_answer(result, who=chosen.who, span=period_words(period)),
            simulated=bool(hauls["simulated"].any()),
        )
    metric_row(efficiency_figures(result))
    st.caption(comparison_words(result))
    source = "hauls of the store" + (", simulated" if result.is_simulated else "")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        trend_panel(hauls, chosen, source=source)
    with right:
        vessels_panel(fleet, chosen, source=source)
    if result.n_hauls:
        plan_panels(hauls, period, source=source)
        _trips(hauls, period)


def _trips(hauls: "pd.DataFrame", period: "Period") -> None:
    shown = period.hauls(hauls).sort_values("ended_at", ascending=False)
    for column in ("started_at", "ended_at"):  # UTC, as the heading says
        shown[column] = shown[column].dt.tz_localize(None)
    table(
        shown.reset_index(drop=True),
        _COLUMNS,
        name="hauls",
        title="Trips of the period",
        height=320 if len(shown) > _ROWS_SEEN else "auto",
    )


if __name__ == "__main__":
    render()
