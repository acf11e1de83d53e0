"""The run of a forecast as seen from any visit: progress, cancel, why it failed."""

import streamlit as st

from core.errors import InputError
from core.jobs import Job, JobState
from dashboard import drift_data
from dashboard.components.drift_inputs import AWAITED
from dashboard.components.page import error_panel
from dashboard.components.running_jobs import running_jobs
from dashboard.components.survey_words import counted

__all__ = ["drift_job_panel", "finished_run"]


def finished_run() -> str | None:
    """Return the forecast that this session waited for, once, when it is there."""
    if not AWAITED.get():
        return None
    job = drift_data.runner().get(AWAITED.get())
    if not job.is_finished:
        return None
    AWAITED.clear()
    return (job.result or {}).get("forecast_id")


def drift_job_panel() -> None:
    """Draw the run that is on, or why the last one brought nothing."""
    jobs = drift_data.jobs()
    if any(not job.is_finished for job in jobs):
        running_jobs(
            drift_data.jobs,
            drift_data.runner,
            text=_doing,
            cancel="Cancel forecast",
            key="drift_cancel",
        )
    elif jobs and jobs[0].state is not JobState.DONE:
        _ended(jobs[0])


def _doing(job: Job) -> str:
    hotspots = counted(len(job.params["seeds"]), "hotspot")
    return f"Following {hotspots} for {job.params['hours']} h"


def _ended(job: Job) -> None:
    if job.state is JobState.FAILED:
        error_panel(
            InputError(job.message),
            kept="Forecasts made before are kept below.",
            next_step="Mend what is named above, or choose a start and hours that the "
            "currents and wind cover, then ask again.",
        )
        return
    what = "was cancelled" if job.state is JobState.CANCELLED else "was interrupted"
    st.warning(f"The last forecast {what}; none was made.", icon=":material/block:")
