"""Batches of photos that ended: what became of each, its failures, what can be done."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from core.jobs import Job, JobState
from dashboard import services, survey_data
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.state import actor

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["batch_source", "failures", "past_batches", "resume_button"]

_SHOWN = 30
_COLUMNS = {
    "survey": Column("Survey"),
    "source": Column("From"),
    "state": Column("State"),
    "done": Column("Files done", "number", 0),
    "total": Column("Files", "number", 0),
    "new": Column("Taken in", "number", 0),
    "failed": Column("Failed", "number", 0),
    "ended": Column("Ended (UTC)", "time"),
    "actor": Column("By"),
}
_FAILURE_COLUMNS = {
    "file": Column("File"),
    "reason": Column("What is wrong"),
    "remedy": Column("What helps"),
}


def past_batches() -> None:
    """Draw the batches that ended, and the failures of the one chosen."""
    jobs = survey_data.past_jobs(limit=_SHOWN)
    if not jobs:
        st.subheader("Past batches", anchor=False)
        st.caption(
            "No batch has ended yet. Each is listed here with what failed in it."
        )
        return
    table(
        pd.DataFrame([_row(job) for job in jobs]),
        _COLUMNS,
        name="photo-batches",
        title="Past batches",
    )
    by_id = {job.job_id: job for job in jobs if _has_more(job)}
    if not by_id:
        return
    chosen = st.selectbox(
        "Look into a batch",
        list(by_id),
        index=None,
        format_func=lambda job_id: _label(by_id[job_id]),
        key="surveys_past_batch",
        placeholder="One that stopped or in which files failed",
    )
    job = by_id.get(chosen or "")
    if job is not None:
        with st.container(horizontal=True, gap="small"):
            if job.state is not JobState.DONE:
                resume_button(job, key="past")
        failures(job, key="past")


def batch_source(job: Job) -> str:
    """Where the photos of a batch come from, in a word or two."""
    again = "retry, " if job.params.get("retry_of") else ""
    source = job.params.get("source")
    if source is None:
        return f"{again}upload"
    return again + str(source["path"]).rstrip("/").rpartition("/")[2]


def _row(job: Job) -> dict[str, object]:
    ended = job.finished_at
    return {
        "survey": job.params["survey"],
        "source": batch_source(job),
        "state": job.state.value,
        "done": job.done,
        "total": job.total or len(job.params["files"]),
        "new": job.result.get("n_new", 0),
        "failed": job.result.get("n_errors", 0),
        "ended": ended.replace(tzinfo=None) if ended else None,
        "actor": job.actor,
    }


def _has_more(job: Job) -> bool:
    return job.state is not JobState.DONE or bool(job.result.get("errors"))


def _label(job: Job) -> str:
    ended = f", {job.finished_at:%d %b %H:%M}" if job.finished_at else ""
    n = job.result.get("n_errors", 0)
    return f"{job.params['survey']} ({batch_source(job)}{ended}): {n:,} failed"


def resume_button(job: Job, *, key: str) -> None:
    """Draw the button that goes on with a batch that stopped."""
    if st.button(
        "Resume survey",
        key=f"surveys_resume_{key}_{job.job_id}",
        icon=":material/play_arrow:",
    ):
        try:
            survey_data.runner().resume(job.job_id)
        except CleanupError as error:
            error_panel(error, kept="What was taken in stays.")
            return
        st.rerun()


def failures(job: Job, *, key: str) -> None:
    """Draw the files of a batch that failed, as a table to keep, and the retry."""
    errors: Sequence[dict[str, object]] = job.result.get("errors", ())
    if not errors:
        return
    n_all = job.result.get("n_errors", len(errors))
    with st.expander(f"{counted(n_all, 'file')} failed", icon=":material/error:"):
        table(
            pd.DataFrame(errors)[[*_FAILURE_COLUMNS, "sha256"]],
            _FAILURE_COLUMNS,
            name=f"failed-photos-{key}-{job.job_id[:8]}",
            title="What failed",
        )
        if n_all > len(errors):
            st.caption(
                f"The first {len(errors):,} are listed; all stand under Refused files."
            )
        _retry_button(job, key)


def _retry_button(job: Job, key: str) -> None:
    n = sum(bool(error["may_retry"]) for error in job.result["errors"])
    if not n:
        st.caption("None of them can succeed as it is; see what helps.")
        return
    if st.button(
        f"Retry {counted(n, 'file')}",
        key=f"surveys_retry_{key}_{job.job_id}",
        icon=":material/refresh:",
        help=f"Only those of {plain(job.params['survey'])} that may succeed now.",
    ):
        from core.surveys import retry_failed

        try:
            retry_failed(
                services.store(), survey_data.runner(), job.job_id, actor=actor()
            )
        except CleanupError as error:
            error_panel(error, kept="What was taken in stays.")
            return
        st.rerun()
