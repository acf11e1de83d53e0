"""Drift forecast: where will the debris be, and where did it come from."""

import streamlit as st

from core.errors import CleanupError
from dashboard import drift_data
from dashboard.components.drift_inputs import drift_form
from dashboard.components.drift_jobs import drift_job_panel, finished_run
from dashboard.components.drift_result import drift_result
from dashboard.components.drift_words import drift_answer
from dashboard.components.formats import when
from dashboard.components.page import empty_state, error_panel, page_header
from dashboard.state import StateKey

_CHOSEN = StateKey[str | None]("drift", "forecast", None)


def render() -> None:
    """Draw the page."""
    found = drift_data.listing()
    if not found and not drift_data.forcings("current"):
        page_header("Drift forecast")
        empty_state(
            "This page will show where debris will be in the next days, and where it "
            "came from. It needs a file of ocean currents.",
            button="Add currents",
            page="ocean_data",
            icon=":material/conversion_path:",
        )
        return
    top = st.container()
    with st.expander(
        "Set up a forecast", expanded=not found, icon=":material/edit_calendar:"
    ):
        drift_form()
    drift_job_panel()
    if not found:
        with top:
            page_header("Drift forecast", "No forecast yet. Set one up below.")
        return
    made = finished_run()
    if made in found:
        _CHOSEN.set(made)
    left, right = st.columns([5, 3], gap="medium")
    chosen = left.selectbox(
        "Forecast",
        list(found),
        format_func=lambda key: (
            f"{found[key]['name']}, made {when(found[key]['created_at'])}"
        ),
        key=_CHOSEN.key,
        bind="query-params",
    )
    try:
        opened = drift_data.forecast(chosen or next(iter(found)))
    except CleanupError as error:
        with top:
            page_header("Drift forecast")
        error_panel(error, kept="The record of the forecast is kept.")
        return
    with top:
        page_header(
            "Drift forecast",
            drift_answer(opened.kind, opened.summary),
            simulated=opened.simulated,
        )
    drift_result(opened, beside=right)


if __name__ == "__main__":
    render()
