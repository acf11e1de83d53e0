"""The run of a forecast as seen from any visit: progress, cancel, why it failed."""

import streamlit as st

from core.errors import InputError
from core.jobs import Job, JobState
from dashboard import drift_data
from dashboard.components.page import error_panel

__all__ = ["drift_job_panel"]

_REFRESH_S = 1.0


def drift_job_panel() -> None:
    """Draw the run that is on, or why the last one brought nothing."""
    jobs = drift_data.jobs()
    if any(not job.is_finished for job in jobs):
        _live()
    elif jobs and jobs[0].state is not JobState.DONE:
        _ended(jobs[0])


@st.fragment(run_every=_REFRESH_S)
def _live() -> None:
    active = [job for job in drift_data.jobs() if not job.is_finished]
    if not active:
        st.rerun()  # the whole page, with the forecast
    for job in active:
        with st.container(border=True):
            st.progress(
                job.share_done,
                text=f"Following {len(job.params['seeds'])} hotspots for "
                f"{job.params['hours']} h",
            )
            if st.button(
                "Cancel forecast",
                key=f"drift_cancel_{job.job_id}",
                icon=":material/stop_circle:",
                disabled=job.cancel_requested,
            ):
                drift_data.runner().cancel(job.job_id)
                st.rerun(scope="fragment")


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
