"""Work on plans as seen from any visit: progress, cancel, why it failed."""

import streamlit as st

from core.errors import PlanningError
from core.jobs import Job, JobState
from dashboard import plan_data, plan_runs
from dashboard.components.page import error_panel
from dashboard.components.running_jobs import running_jobs
from dashboard.state import StateKey

__all__ = ["AWAITED", "finished_plan", "plan_job_panel"]

#: The job this session asked for last; its plan is shown once it is there.
AWAITED = StateKey[str]("planner", "awaited", "")


def finished_plan() -> str | None:
    """Return the plan that this session waited for, once, when it is there."""
    if not AWAITED.get():
        return None
    job = plan_runs.runner().get(AWAITED.get())
    if not job.is_finished:
        return None
    AWAITED.clear()
    return job.result.get("plan_id")


def plan_job_panel() -> None:
    """Draw the work that is on, or why the last brought nothing."""
    jobs = plan_runs.jobs()
    if any(not job.is_finished for job in jobs):
        running_jobs(
            plan_runs.jobs,
            plan_runs.runner,
            text=_doing,
            cancel="Cancel planning",
            key="planner_cancel",
        )
    elif jobs and jobs[0].state is not JobState.DONE and not _is_old(jobs[0]):
        _ended(jobs[0])


def _is_old(job: Job) -> bool:
    """Whether a plan was kept since a job ended; nobody waits for that job then."""
    rows = plan_data.plan_rows().values()
    newest = max((row.created_at for row in rows), default=None)
    return bool(newest and job.finished_at and newest > job.finished_at)


def _doing(job: Job) -> str:
    waits = job.state is JobState.QUEUED
    doing = "waiting for its turn" if waits else job.message or "reading what it needs"
    return f"{plan_runs.title(job)}: {doing}"


def _ended(job: Job) -> None:
    if job.state is JobState.FAILED:
        error_panel(
            PlanningError(job.message),
            kept="Plans made before are kept below.",
            next_step="Mend what is named above, or lengthen the horizon, then plan "
            "again.",
        )
        return
    what = "was cancelled" if job.state is JobState.CANCELLED else "was interrupted"
    st.warning(
        f"{plan_runs.title(job)} {what}; nothing new was kept.", icon=":material/block:"
    )
