"""A plan as a job: made, kept with what it was made from, audited."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import CleanupError
from core.governance import record
from core.planning.forcing import PlanForcing
from core.routing import PlanRequest, plan_request

if TYPE_CHECKING:
    from core.jobs import JobContext, Work
    from core.routing import CleanupPlan
    from core.storage import Store

__all__ = ["PLAN_JOB", "keep_plan", "make_plan", "plan_params", "plan_work"]

#: Kind of the job that makes a plan.
PLAN_JOB = "plan"
Progress = Callable[[int, int, str], None]


def make_plan(
    store: "Store",
    request: PlanRequest,
    *,
    forcing: PlanForcing | None = None,
    name: str,
    actor: str,
    surveys: Sequence[str] = (),
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Make a plan and keep it.

    Parameters
    ----------
    store : Store
        Holds the forcing and takes the plan.
    request : PlanRequest
        What is asked for.
    forcing : PlanForcing, optional
        Ocean forcing; debris lies still and the sea is calm when not given.
    name, actor : str
        What people call it; who asks.
    surveys : sequence of str
        Surveys that its sites come from: a photo's trail finds its plans by these.
    progress : callable ``(done, total, what)``, optional
        Told how far the work is.
    cancelled : callable, optional
        Asked now and then; once true it ends with an error and nothing is kept.

    Returns
    -------
    str
        The plan's id.

    Raises
    ------
    InputError, PlanningError
        If something asked for cannot be used, or no plan was found.
    """
    tell = progress or _silent
    used = forcing or PlanForcing(drift=False, sailing=False)
    tell(0, 100, "reading the sea")
    conditions = used.conditions_of(store, request)
    drift = used.drift_of(
        store,
        request,
        name=name,
        actor=actor,
        progress=lambda done, total: tell(done, total, "following the drift"),
        cancelled=cancelled,
    )
    tell(0, 100, "measuring sea distances, preparing the search")
    request = request.changed(
        forecast_id=drift.forecast_id if drift else "",
        conditions_id=",".join(used.sailing_ids),
    )
    plan = plan_request(
        request,
        drift=drift,
        conditions=conditions,
        cache_dir=store.data_dir / "cache" / "sea",
        progress=lambda done, total: tell(done, total, "searching"),
        cancelled=cancelled,
    )
    return keep_plan(store, plan, forcing=used, name=name, actor=actor, surveys=surveys)


def keep_plan(
    store: "Store",
    plan: "CleanupPlan",
    *,
    forcing: PlanForcing | None = None,
    name: str,
    actor: str,
    surveys: Sequence[str] = (),
) -> str:
    """Keep a plan with the forcing it rests on, and write that down.

    Returns
    -------
    str
        The plan's id; the same plan is kept once.
    """
    document = plan.to_dict() | {
        "forcing": forcing.to_dict() if forcing else None,
        "surveys": list(surveys),
    }
    with store.transaction():
        plan_id = store.plans.add(
            document, created_by=actor, name=name, simulated=plan.simulated
        )
        record(
            store,
            "plan.created",
            actor,
            plan_id,
            {
                "seed": plan.seed,
                "solver": plan.solver,
                "totals": document["totals"],
                "surveys": list(surveys),
                "forcing": document["forcing"],
                "parent": plan.parent,
                **_weighting(plan),
            },
        )
    return plan_id


def _weighting(plan: "CleanupPlan") -> dict[str, Any]:
    """Which harm weights and areas a plan by priority used; nothing by mass."""
    weighting = (plan.request or {}).get("weighting")
    if not weighting:
        return {}
    return {"weighting": {k: v for k, v in weighting.items() if k != "sites"}}


def plan_params(
    request: PlanRequest,
    *,
    forcing: PlanForcing | None = None,
    name: str,
    actor: str,
    surveys: Sequence[str] = (),
) -> dict[str, Any]:
    """Parameters of a plan job, as JSON values; those of :func:`make_plan`."""
    return {
        "request": request.to_dict(),
        "forcing": forcing.to_dict() if forcing else None,
        "name": name,
        "actor": actor,
        "surveys": list(surveys),
    }


def plan_work(store: "Store") -> "Work":
    """Work of a plan job; its result is ``{"plan_id": ...}``."""

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        forcing = params["forcing"]
        try:
            plan_id = make_plan(
                store,
                PlanRequest.from_dict(params["request"]),
                forcing=PlanForcing.from_dict(forcing) if forcing else None,
                name=params["name"],
                actor=params["actor"],
                surveys=params["surveys"],
                progress=job.progress,
                cancelled=job.cancelled,
            )
        except CleanupError:
            if job.was_stopped:  # what was raised is the stop that was asked for
                return {}
            raise
        return {"plan_id": plan_id}

    return work


def _silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""
