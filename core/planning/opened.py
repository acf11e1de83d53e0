"""A kept plan opened again: to move its stops, or to ask what limits it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import CleanupError, RouteInputError
from core.forecasts import read_forecast
from core.planning.forcing import PlanForcing
from core.routing import (
    DriftForecast,
    PlanEditor,
    PlanRequest,
    make_setup,
    plan_from_dict,
    with_limits,
)

if TYPE_CHECKING:
    from core.jobs import JobContext, Work
    from core.storage import Store

__all__ = ["LIMITS_JOB", "editor_of", "limits_of", "limits_params", "limits_work"]

#: Kind of the job that finds what limits a plan.
LIMITS_JOB = "plan-limits"


def editor_of(store: "Store", document: Mapping[str, Any]) -> PlanEditor:
    """Open a kept plan again: its schedule, and the problem it answers.

    The forecast it was made with is read back; nothing is run again.

    Raises
    ------
    RouteInputError
        If the plan holds no request: it was made by an earlier version.
    NotFoundError
        If its forecast or forcing is gone.
    """
    plan = plan_from_dict(document)
    if plan.request is None:
        raise RouteInputError(
            "this plan was made by an earlier version and does not hold what it was "
            "asked for; plan again to change it"
        )
    request = PlanRequest.from_dict(plan.request)
    chosen = document.get("forcing")
    forcing = (
        PlanForcing.from_dict(chosen)
        if chosen
        else PlanForcing(drift=False, sailing=False)
    )
    drift = None
    if plan.drift is not None and plan.drift.forecast_id:
        kept = read_forecast(store, plan.drift.forecast_id)
        seeds = dict(zip(kept.seeds["seed_id"], kept.seeds["seed"], strict=True))
        drift = DriftForecast(kept.frame, seeds, kept.forecast_id)
    conditions = forcing.conditions_of(store, request)
    setup = make_setup(
        request,
        drift=drift,
        conditions=conditions,
        cache_dir=store.data_dir / "cache" / "sea",
    )
    return PlanEditor(plan, setup, conditions=conditions)


def limits_params(
    plan_id: str, *, seconds: float = 30.0, actor: str = ""
) -> dict[str, Any]:
    """Parameters of the job, as JSON values."""
    return {"plan_id": plan_id, "seconds": float(seconds), "actor": actor}


def limits_of(
    store: "Store",
    plan_id: str,
    *,
    seconds: float = 30.0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[dict[str, Any]]:
    """Find what one more hour, tonne, knot and vessel would bring to a kept plan.

    Returns
    -------
    list of dict
        ``what, change, unit, mass_kg, noise_kg``, what brings most first.
    """
    opened = editor_of(store, store.plans.get(plan_id)["document"])
    found = with_limits(
        opened.plan,
        setup=opened.setup,
        seconds=seconds,
        progress=progress,
        cancelled=cancelled,
    )
    return [one.to_dict() for one in found.limits]


def limits_work(store: "Store") -> "Work":
    """Work of the job: ``plan_id, seconds`` to ``{"plan_id", "limits"}``."""

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        try:
            limits = limits_of(
                store,
                params["plan_id"],
                seconds=params["seconds"],
                progress=lambda done, total: job.progress(done, total, "searching"),
                cancelled=job.cancelled,
            )
        except CleanupError:
            if job.was_stopped:  # what was raised is the stop that was asked for
                return {}
            raise
        return {"plan_id": params["plan_id"], "limits": limits}

    return work
