"""Headline figures of a survey, and the table of its refused files."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard.components.formats import number
from dashboard.components.page import Figure
from dashboard.components.photo_gallery import period
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from core.surveys import SurveySummary

__all__ = ["refused_table", "survey_figures"]

_REFUSED_COLUMNS = {
    "name": Column("File"),
    "reason": Column("Why it was refused"),
    "size_kb": Column("Size (kB)", "number", 1),
    "refused_at": Column("When (UTC)", "time"),
}


def survey_figures(summary: "SurveySummary") -> list[Figure]:
    """Return the headline figures of a survey."""
    agreed = f"model agrees on {summary.n_agreed}" if summary.n_reviewed else "none yet"
    n_counting = summary.n_photos - summary.n_waiting
    return [
        Figure(
            "Photos",
            f"{summary.n_photos:,}",
            period(summary.first_at, summary.last_at),
        ),
        Figure("With debris", f"{summary.n_debris:,}", f"{summary.n_clear:,} without"),
        Figure("Reviewed", f"{summary.n_reviewed:,}", agreed),
        Figure(
            "Sea searched (km²)",
            number(summary.effort_km2),
            f"by {counted(n_counting, 'photo that counts', 'photos that count')}",
            help="Sum of what each photo shows; a dash means it is not known.",
        ),
    ]


def refused_table(rows: list[dict[str, Any]]) -> None:
    """Draw the files that could not be used, with their reasons."""
    if not rows:
        st.info("No file of this survey was refused.", icon=":material/check:")
        return
    frame = pd.DataFrame(rows)
    frame["size_kb"] = frame["size_bytes"].astype("float64") / 1e3
    frame["refused_at"] = frame["refused_at"].dt.tz_localize(None)
    table(frame, _REFUSED_COLUMNS, name="refused-files", title="Refused files")
