"""Change a plan: move its stops by hand, or plan its rest again."""

import streamlit as st

from core.errors import CleanupError
from dashboard import plan_data, plan_hand
from dashboard.components.page import error_panel
from dashboard.components.plan_again import plan_again
from dashboard.components.plan_chooser import PLAN_PARAM
from dashboard.components.plan_edit import plan_edit
from dashboard.components.plan_edit_result import plan_edit_answer, plan_edit_result

__all__ = ["plan_change"]


def plan_change(plan_id: str) -> None:
    """Draw edits by hand, what comes of them, and the ways to plan again."""
    if plan_data.plan_row(plan_id)["document"].get("request") is None:
        st.info(
            "This plan was made by an earlier version and does not hold what it was "
            "asked for, so it cannot be changed. Plan it again above.",
            icon=":material/history:",
        )
        return
    by_hand, again = st.columns([3, 2], gap="large")
    with again:
        plan_again(plan_id)
    with by_hand:
        st.subheader("By hand", anchor=False)
        try:
            history = plan_hand.history(plan_id)
        except CleanupError as error:
            error_panel(error, kept="The plan itself is kept.")
            return
        answer = st.container()
        plan_edit(plan_id, history)
        with answer:
            plan_edit_answer(history)
    plan_edit_result(plan_id, history)
    _keep(plan_id, history)


def _keep(plan_id: str, history: plan_hand.History) -> None:
    if not history.past:
        return
    row = plan_data.plan_row(plan_id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the new plan",
            f"{row['name']}, by hand",
            max_chars=120,
            key=f"planner_hand_name_{plan_id}",
            width=420,
        ).strip()
        clicked = st.button(
            "Keep as a new plan",
            type="primary",
            icon=":material/save:",
            key="planner_keep",
            disabled=not name,
        )
    if not clicked:
        return
    try:
        made = plan_hand.keep(plan_id, history.now, name=name)
    except CleanupError as error:
        error_panel(
            error,
            kept="The changes are still here; nothing was stored.",
            next_step="Take the step back, or move the stop that breaks the trip.",
        )
        return
    history.start_over()
    st.query_params[PLAN_PARAM] = made
    st.rerun()
