"""What the Overview asks the library for: alerts, survey, plan, hauls, the demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import AuditChainError, CleanupError
from dashboard import drift_data, services, survey_data
from dashboard.components.formats import when
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from core.efficiency import Ratio
    from core.jobs import Job, JobContext, JobRunner
    from core.surveys import SurveySummary

__all__ = [
    "Alert",
    "Hauled",
    "alerts",
    "demo_job",
    "forcing_alerts",
    "hauled",
    "last_survey",
    "newest_drift",
    "next_plan",
    "runner",
    "start_demo",
]

_DEMO_JOB = "demo"
#: A model file is compared with its manifest again after this.
_MODEL_CHECK_S = 60.0


@dataclass(frozen=True)
class Alert:
    """Something that needs a person: what, and the page where it is mended."""

    text: str
    page: str
    link: str
    is_serious: bool = False


@dataclass(frozen=True)
class Hauled:
    """What past trips brought in."""

    mass_kg: float
    planned_kg: float
    n_hauls: int
    per_hour: "Ratio"
    simulated: bool


def last_survey() -> "SurveySummary | None":
    """Figures of the newest survey that holds photos or refused files."""
    names = survey_data.survey_names()
    return survey_data.summary(names[0]) if names else None


def next_plan() -> dict[str, Any] | None:
    """Return the newest plan."""
    plans = services.store().plans.listing(limit=1)
    return plans[0] if plans else None


def newest_drift() -> dict[str, Any] | None:
    """Return the newest drift forecast with its summary; None before the first."""
    found = drift_data.newest()
    return services.store().forecasts.get(found["forecast_id"]) if found else None


def hauled() -> Hauled | None:
    """Return what the fleet brought in so far; None before its first haul."""
    chosen = services.settings()
    return _hauled(
        chosen.resolved_database_url, str(chosen.data_dir), services.store_revision()
    )


@st.cache_data(show_spinner=False, max_entries=4, ttl=3600)
def _hauled(url: str, data_dir: str, revision: tuple[float, ...]) -> Hauled | None:
    from core.efficiency import check_hauls, indicators

    checked = check_hauls(services.store().hauls.frame())
    if checked.accepted.empty:
        return None
    found = indicators(checked.accepted)
    return Hauled(
        mass_kg=found.totals["hauled_kg"],
        planned_kg=found.totals["planned_kg"],
        n_hauls=found.n_hauls,
        per_hour=found["kg_per_hour"].now,
        simulated=found.is_simulated,
    )


def alerts() -> list[Alert]:
    """Collect what needs a person now, serious things first."""
    found = [
        *_chain_alert(),
        *_model_alert(),
        *_job_alerts(),
        *forcing_alerts(),
        *_survey_alerts(),
    ]
    return sorted(found, key=lambda alert: not alert.is_serious)


def _chain_alert() -> list[Alert]:
    problem = _chain_problem(services.store_revision())
    if not problem:
        return []
    return [Alert(problem, "compliance", "See compliance", is_serious=True)]


@st.cache_data(show_spinner=False, max_entries=4, ttl=3600)
def _chain_problem(revision: tuple[float, ...]) -> str:
    from core.governance import verify_chain

    try:
        verify_chain(services.store())
    except AuditChainError as error:
        return f"The audit log was changed: {error}"
    return ""


def _model_alert() -> list[Alert]:
    chosen = services.settings()
    problem = _model_problem(str(chosen.models_dir), chosen.model)
    if not problem:
        return []
    return [
        Alert(f"Photos cannot be classified: {problem}", "models", "See models", True)
    ]


@st.cache_data(show_spinner=False, max_entries=4, ttl=_MODEL_CHECK_S)
def _model_problem(models_dir: str, model: str) -> str:
    from core.classification import find_model, verify_model

    try:
        verify_model(find_model(services.settings().models_dir, model))
    except CleanupError as error:
        return str(error)
    return ""


def _job_alerts() -> list[Alert]:
    words = {"failed": "stopped", "interrupted": "was interrupted"}
    return [
        Alert(
            f"Survey {job.params['survey']} {words[job.state]}: {job.message}",
            "surveys",
            "Resume it",
        )
        for job in survey_data.last_jobs()
        if job.state in words
    ]


def _survey_alerts() -> list[Alert]:
    found = []
    for name in survey_data.survey_names():
        summary = survey_data.summary(name)
        waiting = "not count for want of a position or time"
        parts = [
            (
                summary.n_doubtful,
                "doubtful label waits for a look",
                "doubtful labels wait for a look",
            ),
            (summary.n_waiting, f"photo does {waiting}", f"photos do {waiting}"),
            (summary.n_refused, "file was refused", "files were refused"),
        ]
        said = ", ".join(counted(n, one, many) for n, one, many in parts if n)
        if said:
            found.append(Alert(f"Survey {name}: {said}.", "surveys", "Open surveys"))
    return found


def forcing_alerts() -> list[Alert]:
    """Warn of currents and wind that are out of date, one line a source."""
    from core.forecasts import stale_forcings

    first: dict[str, str] = {}
    for alert in stale_forcings(services.store(), datetime.now(UTC)):
        # Moments read as on the other pages, not as in the log.
        raw = f"{alert.since:%Y-%m-%d %H:%M} UTC"
        text = alert.message.replace(raw, when(alert.since))
        first.setdefault(alert.forcing_id, text)
    return [
        Alert(f"{text}.", "ocean_data", "See ocean data") for text in first.values()
    ]


class _StoppedError(CleanupError):
    """The demo was cancelled between two of its steps."""


def runner() -> "JobRunner":
    """Runner of jobs that knows how to build the demo."""
    made = survey_data.runner()
    made.register(_DEMO_JOB, _build_demo)
    return made


def _build_demo(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
    from core.simulation.demo import build_demo

    def report(step: str, done: int, total: int) -> None:
        job.progress(done, total, step)
        if job.cancelled():
            raise _StoppedError("the demo was cancelled")

    store = services.store()
    try:
        return build_demo(store, services.settings(), progress=report).to_dict()
    except _StoppedError:
        return {}


def start_demo(actor: str) -> None:
    """Build the demo as a job."""
    runner().submit(_DEMO_JOB, {}, actor=actor)


def demo_job() -> "Job | None":
    """Return the newest job that builds the demo."""
    jobs = runner().listing(kind=_DEMO_JOB)
    return jobs[0] if jobs else None
