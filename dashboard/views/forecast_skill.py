"""Forecast skill: how far forecasts end from drifters, and what they beat."""

from typing import Any

import streamlit as st

from dashboard.components import skill_data
from dashboard.components.page import empty_state, page_header
from dashboard.components.photo_gallery import plain
from dashboard.components.skill_jobs import skill_job_panel, upload_panel
from dashboard.components.skill_panels import (
    error_panel_by_horizon,
    fixes_panel,
    score_table,
    skill_figures,
    type_table,
    windage_panel,
)
from dashboard.state import StateKey

REPORT = StateKey[str]("forecast_skill", "report", "")
HORIZON = StateKey[int]("forecast_skill", "hours", 24)
_USUAL_H = 24


def render() -> None:
    """Draw the page."""
    reports = skill_data.reports()
    if not reports:
        page_header("Forecast skill")
        is_running = skill_job_panel()
        if not is_running:
            empty_state(
                "This page will show how far drift forecasts end from real drifters "
                "after 6 to 72 h, beside staying put and keeping the last motion. It "
                "needs a table of drifter positions.",
                icon=":material/straighten:",
            )
        upload_panel(expanded=True)
        return
    top = st.container()
    skill_job_panel()
    report_id, horizon = _filters(reports)
    document = skill_data.report(report_id)
    with top:
        _header(document, horizon)
    source = plain(document["source"]["file"])
    if document["source"]["simulated"]:
        source += ", simulated"
    skill_figures(document, horizon)
    error_panel_by_horizon(document, source=source)
    score_table(document, horizon)
    type_table(document, horizon)
    windage_panel(document, source=source)
    fixes_panel(document)
    upload_panel(expanded=False)


def _header(document: dict[str, Any], horizon: int) -> None:
    from core.drift.skill.report import skill_sentence

    page_header(
        "Forecast skill",
        skill_sentence(document, horizon),
        simulated=bool(document["source"]["simulated"]),
    )


def _filters(reports: list[dict[str, Any]]) -> tuple[str, int]:
    """Draw which report and horizon are shown; both stand in the address."""
    known = {row["report_id"]: row for row in reports}
    newest = reports[0]["report_id"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = newest
        if len(known) > 1:
            if REPORT.get() not in known:
                REPORT.set(newest)
            chosen = st.selectbox(
                "Drifters",
                list(known),
                format_func=lambda key: _report_label(known[key]),
                key=REPORT.key,
                bind="query-params",
            )
        hours = skill_data.horizons(skill_data.report(chosen))
        usual = min(hours, key=lambda h: (abs(h - _USUAL_H), h))
        if HORIZON.key in st.session_state and HORIZON.get() not in hours:
            del st.session_state[HORIZON.key]  # of another report
        horizon = st.segmented_control(
            "Hours after the last fix",
            hours,
            default=usual,
            key=HORIZON.key,
            format_func=lambda h: f"{h} h",
            required=True,
            bind="query-params",
        )
    return str(chosen), int(horizon or usual)


def _report_label(row: dict[str, Any]) -> str:
    made = " (simulated)" if row["simulated"] else ""
    return f"{row['name']}{made}, {row['created_at']:%d %b %Y %H:%M} UTC"


if __name__ == "__main__":
    render()
