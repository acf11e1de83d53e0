"""Score a drifter table: the upload, the run as seen from any visit, how it ended."""

import streamlit as st

from core.errors import CleanupError, InputError
from core.jobs import Job, JobState
from dashboard.components import skill_data
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.state import StateKey

__all__ = ["skill_job_panel", "upload_panel"]

_REFRESH_S = 1.0
_MAX_UPLOAD_MB = 200
_ROUND = StateKey[int]("forecast_skill", "upload_round", 0)
_DISMISSED = StateKey[tuple[str, ...]]("forecast_skill", "dismissed", ())


def upload_panel(*, expanded: bool) -> None:
    """Draw the upload of a drifter table and the button that scores it."""
    with st.expander(
        "Score a drifter table", icon=":material/upload:", expanded=expanded
    ):
        st.caption(
            "Fixes of drifters or buoys: drifter_id, time, lat, lon. With "
            "u_ocean_MODEL, v_ocean_MODEL, u_wind and v_wind (m/s, at the drifter) the "
            "forecast is scored beside the baselines; without them, the baselines. "
            "Doubtful fixes are left out and counted."
        )
        file = st.file_uploader(
            "Drop a table of drifters here",
            type=["csv", "gz", "parquet", "nc"],
            key=f"forecast_skill_file_{_ROUND.get()}",
            max_upload_size=_MAX_UPLOAD_MB,
        )
        max_gap_h = st.number_input(
            "Cut tracks at gaps longer than (h)",
            min_value=0.5,
            max_value=24.0,
            value=3.0,
            step=0.5,
            key="forecast_skill_gap",
            width=260,
            help="Between fixes closer than this, positions are interpolated.",
        )
        if st.button(
            "Score drifters",
            type="primary",
            key="forecast_skill_score",
            disabled=file is None,
            icon=":material/straighten:",
        ):
            if file is None:
                return
            try:
                skill_data.submit(file.name, file.getvalue(), max_gap_h=max_gap_h)
            except CleanupError as error:
                error_panel(error)
                return
            _ROUND.set(_ROUND.get() + 1)
            st.rerun()


def skill_job_panel() -> bool:
    """Draw the run that is on, or why the last brought no report; say if one is on."""
    jobs = skill_data.jobs()
    if any(not job.is_finished for job in jobs):
        _live()
        return True
    if (
        jobs
        and jobs[0].state is not JobState.DONE
        and jobs[0].job_id not in _DISMISSED.get()
    ):
        _ended(jobs[0])
    return False


@st.fragment(run_every=_REFRESH_S)
def _live() -> None:
    active = [job for job in skill_data.jobs() if not job.is_finished]
    if not active:
        st.rerun()  # the whole page, with the report
    for job in active:
        with st.container(border=True):
            name = plain(str(job.params["file_name"]))
            waits = job.state is JobState.QUEUED
            verb = "waits for the run before it" if waits else "is being scored"
            counted = f": step {job.done} of {job.total}" if job.total else ""
            st.progress(job.share_done, text=f"**{name}** {verb}{counted}")
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(
                    "You may leave this page; the run goes on and is found again here.",
                    width="stretch",
                )
                if st.button(
                    "Cancel scoring",
                    key=f"forecast_skill_cancel_{job.job_id}",
                    icon=":material/stop_circle:",
                    disabled=job.cancel_requested,
                ):
                    skill_data.runner().cancel(job.job_id)
                    st.rerun(scope="fragment")


def _ended(job: Job) -> None:
    name = str(job.params["file_name"])
    if job.state is JobState.FAILED:
        error_panel(
            InputError(f"{name} was not scored: {job.message}"),
            kept="Reports made before are kept.",
            next_step="Mend what is named above and upload the table again.",
        )
    else:
        what = "was cancelled" if job.state is JobState.CANCELLED else "was interrupted"
        st.warning(
            f"Scoring **{plain(name)}** {what}; no report was made.",
            icon=":material/pause_circle:",
        )
    with st.container(horizontal=True, gap="small"):
        if job.state is not JobState.FAILED and st.button(
            "Score again",
            key=f"forecast_skill_resume_{job.job_id}",
            icon=":material/play_arrow:",
        ):
            skill_data.runner().resume(job.job_id)
            st.rerun()
        if st.button(
            "Dismiss", key=f"forecast_skill_dismiss_{job.job_id}", type="tertiary"
        ):
            _DISMISSED.set((*_DISMISSED.get(), job.job_id))
            st.rerun()
