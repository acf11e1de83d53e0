"""The run of a plan as seen from any visit: progress, cancel, why it failed."""

import streamlit as st

from core.errors import PlanningError
from core.jobs import Job, JobState
from dashboard import plan_data
from dashboard.components.page import error_panel
from dashboard.components.running_jobs import running_jobs

__all__ = ["plan_job_panel"]


def plan_job_panel() -> None:
    """Draw the run that is on, or why the last one made no plan."""
    jobs = plan_data.jobs()
    if any(not job.is_finished for job in jobs):
        running_jobs(
            plan_data.jobs,
            plan_data.runner,
            text=lambda job: f"Planning {job.params['name']}",
            cancel="Cancel planning",
            key="planner_cancel",
        )
    elif jobs and jobs[0].state is not JobState.DONE:
        _ended(jobs[0])


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
