"""Surveys: are my photos usable, what is on them, let me correct the machine."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import services, survey_data
from dashboard.components.page import metric_row, page_header
from dashboard.components.photo_gallery import gallery, show_problem
from dashboard.components.photo_review import review
from dashboard.components.review_agreement import agreement
from dashboard.components.review_export import label_download
from dashboard.components.survey_jobs import job_panel
from dashboard.components.survey_results import refused_table, survey_figures
from dashboard.components.survey_upload import BATCH, STARTED, upload_step
from dashboard.components.survey_words import survey_answer
from dashboard.state import StateKey

if TYPE_CHECKING:
    from core.surveys import SurveySummary

SURVEY = StateKey[str | None]("surveys", "chosen", None)
STEP = StateKey[str]("surveys", "step", "Results")
_ADD, _RESULTS, _REVIEW, _REFUSED = "Add photos", "Results", "Review", "Refused files"
_AGREEMENT, _LABELS = "Agreement", "Labels"
_STEPS = (_RESULTS, _REVIEW, _AGREEMENT, _LABELS, _REFUSED, _ADD)


def render() -> None:
    """Draw the page."""
    names = survey_data.survey_names()
    if not names:
        page_header(
            "Surveys",
            "No survey yet. Drop the photos of a flight, cruise or walk below: each is "
            "checked at once, classified when you run it, and put on the map.",
        )
        job_panel()
        upload_step()
        return
    top = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if STARTED.get() in names:
            SURVEY.set(STARTED.get())
            STARTED.clear()
        if SURVEY.get() not in names:
            SURVEY.set(names[0])
        survey = st.selectbox(
            "Survey",
            names,
            key=SURVEY.key,
            on_change=STARTED.clear,
            bind="query-params",
            width=340,
        )
        summary = survey_data.summary(survey)
        step = st.segmented_control(
            "Step",
            _STEPS,
            format_func=lambda step: _step_label(step, summary.n_refused),
            default=_first_step(),
            required=True,
            key=STEP.key,
            label_visibility="collapsed",
        )
        if st.query_params.get(STEP.key, _RESULTS) != step:
            st.query_params[STEP.key] = step
    with top:
        page_header(
            "Surveys",
            survey_answer(summary),
            simulated=summary.simulated,
            research_use=bool(summary.models),
        )
        job_panel()
        if step != _REVIEW:  # which shows its own, without drawing the page anew
            show_problem()
    if step == _ADD:
        upload_step()
    elif step == _REFUSED:
        refused_table(survey_data.refused(survey))
    elif summary.n_photos == 0:
        st.info("No photo of this survey could be used; see the refused files.")
    elif step == _REVIEW:
        review(survey, _labels())
    elif step == _AGREEMENT:
        agreement(survey, _labels())
    elif step == _LABELS:
        label_download(survey)
    else:
        _results(summary)


def _step_label(step: str, n_refused: int) -> str:
    return f"{step} ({n_refused:,})" if step == _REFUSED and n_refused else step


def _first_step() -> str:
    """Step of a link, else what this visit is about.

    A bound widget would put the label with its count into the address, and a link
    would break when the count changes; the address holds the bare step instead.
    """
    linked = st.query_params.get(STEP.key)
    if linked in _STEPS:
        return linked
    return _ADD if BATCH.get() else _RESULTS


def _labels() -> dict[str, str]:
    return services.category_labels(debris_only=False)


def _results(summary: "SurveySummary") -> None:
    metric_row(survey_figures(summary))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Photos", anchor=False, width="stretch")
        badge = "-simulated" if summary.simulated else ""
        st.download_button(
            "Download results CSV",
            survey_data.results_csv(summary.survey),
            file_name=f"survey-results{badge}.csv",
            mime="text/csv",
            key="surveys_download",
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
        )
    gallery(survey_data.photos(summary.survey), _labels())


if __name__ == "__main__":
    render()
