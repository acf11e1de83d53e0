"""Which plan the page shows: chosen from a list, and named in the page's address."""

import streamlit as st

from core.errors import NotFoundError
from dashboard import plan_data
from dashboard.components.formats import when
from dashboard.components.page import error_panel

__all__ = ["PLAN_PARAM", "chosen_plan", "plan_choice"]

#: Name of the plan in the page's address: ``?plan=ID``.
PLAN_PARAM = "plan"
_WIDGET = "planner_chosen"


def chosen_plan(made: str | None = None) -> str | None:
    """Return the plan to show: one just made, that of the address, or the newest.

    Parameters
    ----------
    made : str, optional
        Plan that was made since the last run.

    Returns
    -------
    str or None
        None where there is no plan at all.
    """
    rows = plan_data.plan_rows()
    if made in rows:
        st.query_params[PLAN_PARAM] = str(made)
    asked = st.query_params.get(PLAN_PARAM)
    if asked and asked not in rows:
        error_panel(
            NotFoundError(f"no plan {asked!r}"),
            kept="The newest plan is shown instead." if rows else "",
            next_step="Check the address, or choose a plan from the list.",
        )
        asked = None
    if not rows:
        return None
    return asked or next(iter(rows))


def plan_choice(plan_id: str) -> None:
    """Draw the list of plans, newest first, with its maker and time."""
    rows = plan_data.plan_rows()
    st.session_state[_WIDGET] = plan_id

    def label(one: str) -> str:
        row = rows[one]
        return f"{row.name or one}, by {row.created_by}, {when(row.created_at)}"

    st.selectbox(
        "Plan",
        list(rows),
        format_func=label,
        key=_WIDGET,
        on_change=_remember,
        help="The address of the page then leads to this plan.",
    )


def _remember() -> None:
    st.query_params[PLAN_PARAM] = st.session_state[_WIDGET]
