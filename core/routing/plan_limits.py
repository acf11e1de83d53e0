"""What limits the fleet of a plan, written into the plan."""

from collections.abc import Callable
from dataclasses import replace

from core.routing.asked import request_of
from core.routing.explain.levers import find_levers
from core.routing.planned_trips import planned_trips
from core.routing.schedule import CleanupPlan
from core.routing.setup import Setup, make_setup

__all__ = ["with_limits"]


def with_limits(
    plan: CleanupPlan,
    *,
    setup: Setup | None = None,
    seconds: float = 30.0,
    iterations: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CleanupPlan:
    """Find what one more hour, tonne, knot and vessel would bring to a plan.

    Parameters
    ----------
    plan : CleanupPlan
        A plan that holds its request, or comes with its setup.
    setup : Setup, optional
        The problem it answers, where a drift forecast or the state of the sea was
        counted; else it is posed again from the request.
    seconds, iterations, progress, cancelled
        See :func:`core.routing.explain.levers.find_levers`.

    Returns
    -------
    CleanupPlan
        The same plan with its ``limits``, what brings most first.

    Raises
    ------
    RouteInputError
        If the plan holds no request and comes without a setup, or breaks a limit.
    """
    if setup is None:
        setup = make_setup(request_of(plan, otherwise="a setup"))
    n_vessels = len(setup.problem.vessels)
    limits = find_levers(
        setup.problem,
        planned_trips(setup, plan),
        seconds=seconds,
        seed=plan.seed,
        iterations=iterations,
        speed_kn=[setup.vessel(v).speed_kn for v in range(n_vessels)],
        least_prize_per_h=setup.request.least_kg_per_h,
        progress=progress,
        cancelled=cancelled,
    )
    return replace(plan, limits=limits)
