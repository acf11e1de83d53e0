"""Route planner: where do vessels go, what does it bring and cost, and why not more."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from dashboard import plan_data, plan_runs, services
from dashboard.components.page import empty_state, error_panel, page_header
from dashboard.components.plan_change import plan_change
from dashboard.components.plan_chooser import chosen_plan, plan_choice
from dashboard.components.plan_compare import plan_compare
from dashboard.components.plan_files import plan_files
from dashboard.components.plan_horizon import take_objective
from dashboard.components.plan_jobs import finished_plan, plan_job_panel
from dashboard.components.plan_limits import plan_limits
from dashboard.components.plan_news import plan_news
from dashboard.components.plan_result import plan_answer, plan_result
from dashboard.components.plan_setup import plan_setup
from dashboard.components.plan_stops import Document

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_PLAN, _LIMITS, _CHANGE = "Plan", "What limits you", "Change"
_COMPARE, _FILES = "Compare", "Files"
_TABS = {
    _PLAN: plan_result,
    _LIMITS: plan_limits,
    _CHANGE: plan_change,
    _COMPARE: plan_compare,
    _FILES: plan_files,
}


def render() -> None:
    """Draw the page."""
    take_objective()
    top = st.container()
    plan_id = chosen_plan(finished_plan())
    if plan_id is None:
        with top:
            _nothing_yet()
        return
    document = _opened(plan_id, top)
    asked = plan_runs.SET_UP.get()  # by a page that leads here to plan
    with st.expander("Set up a plan", expanded=asked, icon=":material/edit_calendar:"):
        plan_setup()
    plan_job_panel()
    plan_choice(plan_id)
    if document is not None:
        plan_news(plan_id)
        _tabs(plan_id)


def _nothing_yet() -> None:
    """Draw the page before the first plan."""
    has_debris = not services.observations().empty
    if has_debris:
        page_header("Route planner", "No plan yet. Set it up below.")
    else:
        page_header("Route planner")
        empty_state(
            "This page will show which vessel collects what, where and when. It needs "
            "debris that was seen, or a file of sites.",
            button="Add survey photos",
            page="surveys",
            icon=":material/route:",
        )
    label = "Set up a plan" if has_debris else "Plan from a file of sites"
    with st.expander(label, expanded=has_debris, icon=":material/edit_calendar:"):
        plan_setup()
    plan_job_panel()


def _opened(plan_id: str, top: "DeltaGenerator") -> Document | None:
    """Draw the header of a plan that can be read, else what is wrong with it."""
    with top:
        try:
            plan_data.plan(plan_id)
        except CleanupError as error:
            page_header("Route planner")
            error_panel(error, kept="The record of the plan is kept.")
            return None
        document: Document = plan_data.plan_row(plan_id)["document"]
        simulated = bool(document.get("simulated"))
        page_header("Route planner", plan_answer(document), simulated=simulated)
    return document


def _tabs(plan_id: str) -> None:
    """Draw the open tab only; the others cost nothing."""
    tabs = st.tabs(list(_TABS), key="planner_tab", on_change="rerun")
    for tab, draw in zip(tabs, _TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw(plan_id)


if __name__ == "__main__":
    render()
