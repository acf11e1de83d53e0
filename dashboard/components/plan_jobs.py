"""The run of a plan as seen from any visit: progress, cancel, why it failed."""

import streamlit as st

from core.errors import PlanningError
from core.jobs import Job, JobState
from dashboard import plan_data
from dashboard.components.page import error_panel

__all__ = ["plan_job_panel"]

_REFRESH_S = 1.0


def plan_job_panel() -> None:
    """Draw the run that is on, or why the last one made no plan."""
    jobs = plan_data.jobs()
    if any(not job.is_finished for job in jobs):
        _live()
    elif jobs and jobs[0].state is not JobState.DONE:
        _ended(jobs[0])


@st.fragment(run_every=_REFRESH_S)
def _live() -> None:
    active = [job for job in plan_data.jobs() if not job.is_finished]
    if not active:
        st.rerun()  # the whole page, with the plan
    for job in active:
        with st.container(border=True):
            st.progress(job.share_done, text=f"Planning {job.params['name']}")
            if st.button(
                "Cancel planning",
                key=f"planner_cancel_{job.job_id}",
                icon=":material/stop_circle:",
                disabled=job.cancel_requested,
            ):
                plan_data.runner().cancel(job.job_id)
                st.rerun(scope="fragment")


def _ended(job: Job) -> None:
    if job.state is JobState.FAILED:
        error_panel(
            PlanningError(job.message),
            kept="The last plan, if there is one, is kept below.",
            next_step="Mend what is named above, or lengthen the horizon, then plan "
            "again.",
        )
        return
    what = "was cancelled" if job.state is JobState.CANCELLED else "was interrupted"
    st.warning(f"The last planning {what}; no plan was made.", icon=":material/block:")
