"""Jobs of the Route planner: make a plan, plan its rest again, find what limits it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dashboard import plan_data, services
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from core.jobs import Job, JobRunner
    from core.planning import PlanForcing, Replan
    from core.routing import PlanRequest

__all__ = [
    "SET_UP",
    "find_limits",
    "is_asking_limits",
    "jobs",
    "limits_of",
    "plan_again",
    "runner",
    "submit",
    "title",
]

#: Whether the steps that set up a plan stand open.
SET_UP = StateKey[bool]("planner", "set_up", False)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def runner() -> "JobRunner":
    """Runner of jobs that knows the work of this page."""
    from core.planning import (
        LIMITS_JOB,
        PLAN_JOB,
        REPLAN_JOB,
        limits_work,
        plan_work,
        replan_work,
    )

    made, store = services.job_runner(), services.store()
    made.register(PLAN_JOB, plan_work(store))
    made.register(REPLAN_JOB, replan_work(store))
    made.register(LIMITS_JOB, limits_work(store))
    return made


def submit(
    request: "PlanRequest",
    *,
    forcing: "PlanForcing | None",
    name: str,
    surveys: tuple[str, ...],
) -> str:
    """Start making a plan; returns the job's id."""
    from core.planning import PLAN_JOB, plan_params

    params = plan_params(
        request, forcing=forcing, name=name, actor=actor(), surveys=surveys
    )
    return runner().submit(PLAN_JOB, params, actor=actor())


def plan_again(wish: "Replan") -> str:
    """Start planning the rest of a plan again; returns the job's id."""
    from core.planning import REPLAN_JOB

    params = {"wish": asdict(wish), "actor": actor()}
    return runner().submit(REPLAN_JOB, params, actor=actor())


def find_limits(plan_id: str, *, seconds: float) -> str:
    """Start asking what limits a plan; returns the job's id."""
    from core.planning import LIMITS_JOB, limits_params

    params = limits_params(plan_id, seconds=seconds, actor=actor())
    return runner().submit(LIMITS_JOB, params, actor=actor())


def jobs() -> "list[Job]":
    """Jobs of this page that run or wait, and the last one that ended."""
    from core.planning import LIMITS_JOB, PLAN_JOB, REPLAN_JOB

    kinds = (PLAN_JOB, REPLAN_JOB, LIMITS_JOB)
    found = [job for kind in kinds for job in runner().listing(kind=kind)]
    found.sort(key=lambda job: job.created_at or _LONG_AGO, reverse=True)
    ended = [job for job in found if job.is_finished][:1]
    return [job for job in found if not job.is_finished] + ended


def title(job: "Job") -> str:
    """Say what a job is about."""
    from core.planning import PLAN_JOB, REPLAN_JOB

    if job.kind == PLAN_JOB:
        return f"Planning {job.params['name']}"
    plan_id = job.params.get("plan_id") or job.params["wish"]["plan_id"]
    row = plan_data.plan_rows().get(plan_id)
    name = row.name if row else plan_id
    if job.kind == REPLAN_JOB:
        return f"Planning the rest of {name} again"
    return f"Looking for what limits {name}"


def limits_of(plan_id: str) -> list[Mapping[str, Any]] | None:
    """Return what limits a plan, best first; None before it was asked."""
    from core.jobs import JobState
    from core.planning import LIMITS_JOB

    asked = [
        job
        for job in runner().listing(kind=LIMITS_JOB)
        if job.params["plan_id"] == plan_id and job.state is JobState.DONE
    ]
    if not asked:
        stored = plan_data.plan_row(plan_id)["document"].get("limits")
        return list(stored) if stored else None
    newest = max(asked, key=lambda job: job.created_at or _LONG_AGO)
    return list(newest.result.get("limits", ()))


def is_asking_limits(plan_id: str) -> bool:
    """Whether what limits a plan is being looked for now."""
    return any(
        not job.is_finished and job.params.get("plan_id") == plan_id for job in jobs()
    )
