"""Jobs that run, seen from any visit: progress that refreshes itself, and cancel."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.jobs import Job, JobRunner

__all__ = ["running_jobs"]

_REFRESH_S = 1.0


@st.fragment(run_every=_REFRESH_S)
def running_jobs(
    jobs: "Callable[[], Sequence[Job]]",
    runner: "Callable[[], JobRunner]",
    *,
    text: "Callable[[Job], str]",
    cancel: str,
    key: str,
) -> None:
    """Draw each job that is not finished; run the whole page when the last one is.

    Parameters
    ----------
    jobs : callable
        Jobs of the page as they stand now.
    runner : callable
        What cancels them.
    text : callable
        What a job is doing, in Markdown.
    cancel : str
        Words on the cancel button.
    key : str
        Prefix of the buttons' keys.
    """
    active = [job for job in jobs() if not job.is_finished]
    if not active:
        st.rerun()  # the whole page, with what the job brought
    for job in active:
        with st.container(border=True):
            st.progress(job.share_done, text=text(job))
            if st.button(
                cancel,
                key=f"{key}_{job.job_id}",
                icon=":material/stop_circle:",
                disabled=job.cancel_requested,
            ):
                runner().cancel(job.job_id)
                st.rerun(scope="fragment")
