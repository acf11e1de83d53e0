"""What the Forecast skill page asks the library for: reports and jobs."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.state import actor

if TYPE_CHECKING:
    from core.jobs import Job, JobRunner

__all__ = [
    "horizons",
    "jobs",
    "report",
    "reports",
    "runner",
    "scores",
    "submit",
    "windage",
]

_LISTED = 50


def runner() -> "JobRunner":
    """Runner of jobs that knows how to score drifters."""
    from core.forecasts.skill import SKILL_JOB, skill_work

    made = services.job_runner()
    made.register(SKILL_JOB, skill_work(services.store()))
    return made


def submit(file_name: str, data: bytes, *, max_gap_h: float) -> str:
    """Keep a drifter table and score it as a job; return the job's id."""
    from core.forecasts.skill import SKILL_JOB, skill_params

    params = skill_params(
        services.store().files.put(data),
        file_name=file_name,
        actor=actor(),
        max_gap_h=max_gap_h,
    )
    return str(runner().submit(SKILL_JOB, params, actor=actor()))


def jobs() -> "list[Job]":
    """Jobs that score drifters, newest first."""
    from core.forecasts.skill import SKILL_JOB

    return list(runner().listing(kind=SKILL_JOB))


def reports() -> list[dict[str, Any]]:
    """Return stored reports without their documents, newest first."""
    chosen = services.settings()
    return _reports(
        chosen.resolved_database_url, str(chosen.data_dir), services.store_revision()
    )


@st.cache_data(show_spinner=False, max_entries=4, ttl=3600)
def _reports(
    url: str, data_dir: str, revision: tuple[float, ...]
) -> list[dict[str, Any]]:
    fields = ("report_id", "name", "simulated", "created_at", "created_by")
    return [
        {name: row[name] for name in fields}
        for row in services.store().skill_reports.listing(limit=_LISTED)
    ]


def report(report_id: str) -> dict[str, Any]:
    """Document of a report; treat it as read-only."""
    return _report(services.settings().resolved_database_url, report_id)


@st.cache_data(show_spinner=False, max_entries=8, ttl=3600)
def _report(url: str, report_id: str) -> dict[str, Any]:
    return dict(services.store().skill_reports.get(report_id)["document"])


def horizons(document: dict[str, Any]) -> list[int]:
    """Hours at which at least one window was scored."""
    counts = document["windows"]["counts"]
    return sorted(entry["horizon_h"] for entry in counts if entry["n"])


def scores(document: dict[str, Any]) -> pd.DataFrame:
    """Scores as a table, one row a horizon and configuration, with what it is."""
    known = {c["name"]: c for c in document["configurations"]}
    rows = []
    for score in document["scores"]:
        if not score["n"]:
            continue
        configuration = known[score["configuration"]]
        label = configuration["label"]
        if configuration["is_default"]:
            label = f"Forecast ({label})"
        low, high = score["median_km_interval"] or (None, None)
        rows.append(
            {
                "configuration": label,
                "name": score["configuration"],
                "is_default": configuration["is_default"],
                "is_baseline": configuration["is_baseline"],
                "horizon_h": score["horizon_h"],
                "median_km": score["median_km"],
                "low_km": low,
                "high_km": high,
                "mean_km": score["mean_km"],
                "p90_km": score["p90_km"],
                "skill": score["liu_weisberg_median"],
                "skill_no_floor": score["liu_weisberg_no_floor_median"],
                "undefined": score["share_undefined"],
                "n": score["n"],
                "drifters": score["n_drifters"],
            }
        )
    return pd.DataFrame(rows).astype(
        {"low_km": float, "high_km": float, "skill": float, "skill_no_floor": float}
    )


def windage(document: dict[str, Any]) -> pd.DataFrame:
    """Windage by drifter type, per cent of the wind, largest first; may be empty."""
    against = "mean" if len(document["source"]["models"]) > 1 else None
    rows = [
        {
            "type": "All drifters" if fit["kind"] == "all" else fit["kind"],
            "is_all": fit["kind"] == "all",
            "per_cent": 100 * fit["factor"],
            "low": _per_cent(fit["factor_low"]),
            "high": _per_cent(fit["factor_high"]),
            "deflection_deg": fit["deflection_deg"],
            "shows_windage": fit["shows_windage"],
            "drifters": fit["n_drifters"],
            "hours": fit["n"],
        }
        for fit in document["windage"]
        if against is None or fit["model"] == against
    ]
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    return frame.sort_values(["is_all", "per_cent"], ascending=False, ignore_index=True)


def _per_cent(share: float | None) -> float:
    return float("nan") if share is None else 100.0 * share
