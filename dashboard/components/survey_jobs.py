"""The run of a survey as seen from any visit: progress, cancel, resume."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from core.jobs import Job, JobState
from dashboard import survey_data
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_batches import batch_source, failures, resume_button
from dashboard.components.survey_words import counted, time_left
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["job_panel"]

_REFRESH_S = 1.0
#: Jobs whose end this session has read and put aside.
_DISMISSED = StateKey[tuple[str, ...]]("surveys", "dismissed", ())
_WATCHED = StateKey[tuple[str, ...]]("surveys", "watched", ())


def job_panel() -> None:
    """Draw what runs and how the last run ended; refreshes itself while one runs."""
    jobs = survey_data.last_jobs()
    active = [job for job in jobs if not job.is_finished]
    _WATCHED.set(tuple({*_WATCHED.get(), *(job.job_id for job in active)}))
    if active:
        _live()
    for job in jobs:
        if job.is_finished and job.job_id not in _DISMISSED.get():
            _ended(job)


@st.fragment(run_every=_REFRESH_S)
def _live() -> None:
    active = survey_data.active_jobs()
    if not active:
        st.rerun()  # the whole page, with the results
    for job in active:
        _running(job)


def _running(job: Job) -> None:
    with st.container(border=True):
        waits = job.state is JobState.QUEUED
        verb = "waits for the run before it" if waits else "is being taken in"
        files = counted(job.total or len(job.params["files"]), "file")
        said = [f"{job.done:,} of {files}"]
        if (n_failed := job.result.get("n_errors", 0)) and not waits:
            said.append(f"{n_failed:,} failed")
        if (left := job.result.get("seconds_left")) is not None and not waits:
            said.append(time_left(left))
        st.progress(
            job.share_done,
            text=f"Survey **{plain(job.params['survey'])}** "
            f"({plain(batch_source(job))}) {verb}: {', '.join(said)}",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                "You may leave this page; the run goes on and is found again here.",
                width="stretch",
            )
            if job.cancel_requested:
                st.caption("Stopping after the current photos", width="content")
            elif st.button(
                "Cancel run",
                key=f"surveys_cancel_{job.job_id}",
                icon=":material/stop_circle:",
            ):
                survey_data.runner().cancel(job.job_id)
                st.rerun(scope="fragment")


def _ended(job: Job) -> None:
    survey = plain(job.params["survey"])
    if job.state is JobState.DONE:
        if job.job_id in _WATCHED.get():  # else it ended before this visit
            with st.container(horizontal=True, vertical_alignment="center"):
                st.success(
                    f"Survey **{survey}**: {_outcome(job)}.", icon=":material/check:"
                )
                _dismiss_button(job)
            failures(job, key="ended")
        return
    files = counted(job.total or len(job.params["files"]), "file is", "files are")
    kept = f"{job.done:,} of {files} finished and kept."
    if job.state is JobState.FAILED:
        error_panel(
            CleanupError(f"survey {job.params['survey']} stopped: {job.message}"),
            kept=kept,
            next_step="Mend the cause, then resume. On a model that cannot be used, "
            "see the Models page.",
        )
    else:
        what = "was cancelled" if job.state is JobState.CANCELLED else "was interrupted"
        st.warning(
            f"Survey **{survey}** {what}. {kept}", icon=":material/pause_circle:"
        )
    with st.container(horizontal=True, gap="small"):
        resume_button(job, key="ended")
        _dismiss_button(job)
    failures(job, key="ended")


def _dismiss_button(job: Job) -> None:
    if st.button("Dismiss", key=f"surveys_dismiss_{job.job_id}", type="tertiary"):
        _DISMISSED.set((*_DISMISSED.get(), job.job_id))
        st.rerun()


def _outcome(job: Job) -> str:
    counts = job.result
    parts: Sequence[tuple[int, str, str]] = (
        (counts.get("n_new", 0), "photo taken in", "photos taken in"),
        (counts.get("n_known", 0), "known already", "known already"),
        (
            counts.get("n_refused", 0),
            "refused during the run",
            "refused during the run",
        ),
        (
            counts.get("n_waiting", 0),
            "waits for a position or time",
            "wait for a position or time",
        ),
        (
            counts.get("n_foreign", 0),
            "unlike the photos the model knows waits for a look",
            "unlike the photos the model knows wait for a look",
        ),
    )
    return ", ".join(counted(*part) for part in parts if part[0]) or "nothing new"
