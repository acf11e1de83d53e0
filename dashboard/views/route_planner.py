"""Route planner: where do vessels go, what does it bring and cost, and why not more."""

import streamlit as st

from core.errors import CleanupError
from dashboard import plan_data, services
from dashboard.components.page import empty_state, error_panel, page_header
from dashboard.components.plan_inputs import (
    fleet_step,
    horizon_step,
    params,
    sites_step,
)
from dashboard.components.plan_jobs import plan_job_panel
from dashboard.components.plan_result import plan_answer, plan_result


def render() -> None:
    """Draw the page."""
    plan = plan_data.latest_plan()
    document = plan["document"] if plan else None
    if document is None and services.observations().empty:
        page_header("Route planner")
        empty_state(
            "This page will show which vessel collects what, where and when. It needs "
            "debris that was seen, or a file of sites.",
            button="Add survey photos",
            page="surveys",
            icon=":material/route:",
        )
        with st.expander("Plan from a file of sites", icon=":material/edit_calendar:"):
            _set_up()
        plan_job_panel()
        return
    page_header(
        "Route planner",
        plan_answer(document) if document else "No plan yet. Set it up below.",
        simulated=bool(document and document["simulated"]),
    )
    with st.expander(
        "Set up a plan", expanded=document is None, icon=":material/edit_calendar:"
    ):
        _set_up()
    plan_job_panel()
    if plan and document:
        st.caption(
            f"Plan {plan['plan_id']}: {plan['name']}, made by {plan['created_by']}"
        )
        plan_result(document)


def _set_up() -> None:
    st.markdown("**1 Horizon and objective**")
    horizon = horizon_step()
    st.markdown("**2 Fleet**")
    fleet = fleet_step()
    st.markdown("**3 Sites**")
    sites = sites_step()
    ready = bool(fleet and fleet["vessels"] and sites and len(sites.frame))
    clicked = st.button(
        "Plan routes",
        type="primary",
        icon=":material/route:",
        key="planner_plan",
        disabled=not ready,
    )
    if clicked and fleet and sites:
        try:
            plan_data.submit(params(horizon, fleet, sites))
        except CleanupError as error:
            error_panel(error)
        else:
            st.rerun()


if __name__ == "__main__":
    render()
