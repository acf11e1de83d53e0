"""What a plan is asked for, step by step, and the button that starts it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import CleanupError
from dashboard import plan_data, plan_runs
from dashboard.components.formats import when
from dashboard.components.page import error_panel
from dashboard.components.plan_fleet import fleet_step
from dashboard.components.plan_horizon import Horizon, horizon_step
from dashboard.components.plan_jobs import AWAITED
from dashboard.components.plan_sea import Sea, sea_step
from dashboard.components.plan_site_map import site_map
from dashboard.components.plan_sites import Sites, sites_step
from dashboard.components.plan_words import refused_records
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from core.routing import FleetRead

__all__ = ["plan_setup"]


def plan_setup() -> None:
    """Draw the steps; start planning when it is asked for."""
    st.markdown("**1 Horizon and objective**")
    horizon = horizon_step()
    st.markdown("**2 Fleet**")
    document = fleet_step() or {}
    read = _accepted(document)
    st.markdown("**3 Sites**")
    names = [vessel.name for vessel in read.fleet.vessels] if read else []
    sites = sites_step(names, horizon)
    place_of_map = st.container()
    st.markdown("**4 Sea**")
    sea = sea_step(horizon.start_at, None if sites is None else sites.frame)
    if sites is not None and len(sites.frame):
        with place_of_map:
            site_map(sites.frame, document, sea.closed_areas)
    lacks = _lacks(horizon, read, sites, sea)
    clicked = st.button(
        "Plan routes",
        type="primary",
        icon=":material/route:",
        key="planner_plan",
        disabled=bool(lacks),
    )
    if lacks:
        st.caption(lacks)
    elif clicked and read and sites:
        _start(horizon, read, sites, sea)


def _accepted(document: Mapping[str, Any]) -> "FleetRead | None":
    """Vessels that can sail; what is wrong with the others is named."""
    if not document.get("vessels"):
        st.info("No vessel is ticked.", icon=":material/directions_boat:")
        return None
    try:
        read = plan_data.accepted_fleet(document)
    except CleanupError as error:
        error_panel(error, next_step="Mend the field named above in the table.")
        return None
    refused_records(
        read.rejected,
        f"of the fleet cannot be used; {counted(len(read.fleet.vessels), 'vessel')} "
        "can.",
        key="planner_refused_vessels",
    )
    return read


def _lacks(
    horizon: Horizon, read: "FleetRead | None", sites: Sites | None, sea: Sea
) -> str:
    """Say what is missing before a plan can be made; empty when nothing is."""
    if read is None:
        return "A plan needs a vessel: see step 2."
    if sites is None or not len(sites.frame):
        return "A plan needs a site: see step 3."
    if horizon.quantile is not None and not sea.drifts:
        return (
            "The most mass on a poor day needs debris that drifts: choose a current in "
            "step 4, or another objective in step 1."
        )
    return ""


def _start(horizon: Horizon, read: "FleetRead", sites: Sites, sea: Sea) -> None:
    from core.routing import PlanRequest

    try:
        request = PlanRequest(
            sites=sites.frame,
            fleet=read.fleet,
            hours=horizon.hours,
            start_at=horizon.start_at,
            seconds=horizon.seconds,
            seed=horizon.seed,
            least_kg_per_h=horizon.least_kg_per_h,
            quantile=horizon.quantile,
            simulated=sites.simulated or sea.simulated,
            rules=sites.rules,
            work_hours=sea.work_hours,
            closed_areas=sea.closed_areas,
            margin_km=sea.margin_km,
            rejected=(*read.rejected, *sites.rejected, *sea.rejected),
            weighting=sites.weighting,
        )
        job_id = plan_runs.submit(
            request,
            forcing=sea.forcing,
            name=f"{horizon.hours:.0f} h from {when(horizon.start_at)}",
            surveys=sites.surveys,
        )
    except CleanupError as error:
        error_panel(error)
        return
    AWAITED.set(job_id)
    plan_runs.SET_UP.clear()
    st.rerun()
