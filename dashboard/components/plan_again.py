"""Plan the rest of a plan again: from a time on, without a vessel, or behind a lock."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from core.errors import CleanupError
from dashboard import plan_data, plan_runs
from dashboard.components.page import error_panel
from dashboard.components.plan_jobs import AWAITED
from dashboard.components.plan_stops import plan_stops
from dashboard.components.survey_words import counted

__all__ = ["plan_again"]


def plan_again(plan_id: str) -> None:
    """Draw the forms; what they start is kept as a plan of its own."""
    document = plan_data.plan_row(plan_id)["document"]
    st.subheader("Plan again", anchor=False)
    _from_a_time(plan_id, document)
    _behind_a_lock(plan_id, document)


def _from_a_time(plan_id: str, document: Mapping[str, Any]) -> None:
    start = datetime.fromisoformat(document["start_at"]).astimezone(UTC)
    end = start + timedelta(hours=document["horizon_h"])
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    default = now if start <= now < end else start
    with st.form(f"planner_again_{plan_id}"):
        st.markdown("**The rest, from a time on**")
        left, right = st.columns(2)
        day = left.date_input(
            "From (UTC)",
            default.date(),
            min_value=start.date(),
            max_value=end.date(),
            key=f"planner_again_day_{plan_id}",
        )
        hour = right.time_input(
            "At (UTC)", default.time(), key=f"planner_again_time_{plan_id}"
        )
        lost = st.multiselect(
            "Vessels that take no further part",
            [one["name"] for one in document["vessels"]],
            key=f"planner_again_lost_{plan_id}",
        )
        with_sites = _sites_box(plan_id)
        forcing = _forcing_box(plan_id)
        st.caption("A stop at which work has begun is finished first.")
        clicked = st.form_submit_button(
            "Plan the rest again",
            icon=":material/restart_alt:",
            key="planner_again_plan",
        )
    if clicked:
        at = datetime.combine(day, hour, tzinfo=UTC)
        _start(
            plan_id,
            at=at.isoformat(),
            lost_vessels=tuple(lost),
            new_sites=plan_data.sites_since(plan_id) if with_sites else (),
            forcing=plan_data.newest_forcing(plan_id, at) if forcing else None,
        )


def _sites_box(plan_id: str) -> bool:
    n_new = plan_data.news(plan_id).n_observations
    what = counted(n_new, "observation") if n_new else "none yet"
    return st.checkbox(
        f"Take in what was seen since ({what})",
        bool(n_new),
        disabled=not n_new,
        key=f"planner_again_sites_{plan_id}_{n_new}",
    )


def _forcing_box(plan_id: str) -> bool:
    newer = plan_data.news(plan_id).forcings
    return st.checkbox(
        f"Use newer forcing ({len(newer) or 'none yet'})",
        bool(newer),
        disabled=not newer,
        key=f"planner_again_forcing_{plan_id}_{len(newer)}",
    )


def _behind_a_lock(plan_id: str, document: Mapping[str, Any]) -> None:
    counts: dict[str, int] = {}
    for stop in plan_stops(document):
        counts[stop["vessel"]] = counts.get(stop["vessel"], 0) + 1
    if not counts:
        return
    with st.container(border=True):
        st.markdown("**All but the first stops of a vessel**")
        left, right = st.columns(2)
        vessel = left.selectbox(
            "Vessel", list(counts), key=f"planner_lock_vessel_{plan_id}"
        )
        most = counts[vessel or next(iter(counts))]
        n_locked = right.number_input(
            "Stops to lock",
            1,
            most,
            1,
            key=f"planner_lock_stops_{plan_id}_{vessel}",
            help=f"It has {counted(most, 'stop')}.",
        )
        clicked = st.button(
            "Lock and plan the rest", icon=":material/lock:", key="planner_lock"
        )
    if clicked and vessel:
        _start(plan_id, locked_vessel=vessel, n_locked=int(n_locked))


def _start(plan_id: str, **wish: Any) -> None:
    from core.planning import Replan

    try:
        job_id = plan_runs.plan_again(Replan(plan_id=plan_id, **wish))
    except CleanupError as error:
        error_panel(error)
        return
    AWAITED.set(job_id)
    st.rerun()
