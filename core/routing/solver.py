"""Solve a routing problem: search, repair, fill, check, explain."""

from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from core.errors import RouteInputError
from core.routing._check import check_trips
from core.routing._pyvrp import Effort, search
from core.routing._reasons import explain, is_servable
from core.routing._repair import fill, repair, visited
from core.routing.problem import RoutePlan, RoutingProblem, Trip

__all__ = ["solve"]


def solve(
    problem: RoutingProblem,
    *,
    seconds: float = 10.0,
    seed: int = 1,
    iterations: int | None = None,
    least_prize_per_h: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RoutePlan:
    """Choose and order the sites that bring the largest sum of prizes.

    Parameters
    ----------
    problem : RoutingProblem
        Nodes, prizes and vessels.
    seconds : float, default 10
        Longest time to search. The search ends earlier when 6,000 steps in a row
        find nothing better; then the same seed gives the same plan.
    seed : int, default 1
        Seed of the search.
    iterations : int, optional
        Steps to search at most, for plans that must repeat exactly.
    least_prize_per_h : float, default 0
        Sites that fit but bring less for the hours they add are left out.
    progress : callable, optional
        Told ``(done, total)`` as the search goes on.
    cancelled : callable, optional
        Asked now and then; once true the search ends with a PlanningError.

    Returns
    -------
    RoutePlan
        Checked against every constraint. Empty when no site can be served.

    Raises
    ------
    RouteInputError
        If ``seconds`` or ``iterations`` is not above zero.
    PlanningError
        If cancelled.

    Examples
    --------
    >>> from core.routing import RoutingProblem, Vessel
    >>> hours = [[0, 1, 2], [1, 0, 1], [2, 1, 0]]
    >>> problem = RoutingProblem(
    ...     travel_h=hours, prize=[0, 5, 1], service_h=[0, 1, 1],
    ...     demand_kg=[0, 5, 1], vessels=[Vessel(capacity_kg=10, endurance_h=4)])
    >>> solve(problem, seconds=1, seed=1, iterations=100).routes
    [[[1]]]
    """
    if not 0.0 < seconds < np.inf:
        raise RouteInputError(f"seconds is {seconds:g}, expected above 0")
    if iterations is not None and iterations < 1:
        raise RouteInputError(f"iterations is {iterations}, expected above 0")
    effort = Effort(
        seconds=seconds, iterations=iterations, progress=progress, cancelled=cancelled
    )
    servable = np.array(
        [
            site
            for site in problem.sites.tolist()
            if problem.prize[site] > 0.0 and is_servable(problem, site)
        ],
        dtype=np.intp,
    )
    plan: list[list[Trip]] = [[] for _ in problem.vessels]
    if len(servable):
        plan = _best(problem, servable, seed, effort, least_prize_per_h)
    check_trips(problem, plan)
    seen = visited(plan)
    reasons = {
        site: explain(problem, plan, site)
        for site in problem.sites.tolist()
        if site not in seen
    }
    return RoutePlan(
        trips=plan,
        prize=float(problem.prize[sorted(seen)].sum()),
        unassigned={site: reason for site, (reason, _) in reasons.items()},
        details={site: detail for site, (_, detail) in reasons.items()},
        prize_bound=_bound(problem, servable),
        seed=seed,
        solver=f"pyvrp {version('pyvrp')}",
        iterations=effort.n_steps,
    )


def _best(
    problem: RoutingProblem,
    servable: np.ndarray,
    seed: int,
    effort: Effort,
    least_prize_per_h: float,
) -> list[list[Trip]]:
    """Search, once more with fixed trips where endurance ends before the horizon."""
    short = any(
        vessel.endurance_h < problem.limit_h(v)
        for v, vessel in enumerate(problem.vessels)
    )
    ways = (False, True) if short else (False,)
    effort.seconds /= len(ways)
    plans = []
    for i, shifts in enumerate(ways):
        effort.share = (i / len(ways), (i + 1) / len(ways))
        found = search(problem, servable, seed=seed, effort=effort, shifts=shifts)
        kept = repair(problem, found)
        left = [site for site in servable.tolist() if site not in visited(kept)]
        plans.append(fill(problem, kept, left, least_prize_per_h=least_prize_per_h))
    effort.report(1.0)
    return max(plans, key=lambda one: float(problem.prize[sorted(visited(one))].sum()))


def _bound(problem: RoutingProblem, servable: np.ndarray) -> float:
    """Largest prize a relaxed fleet could collect.

    Every visit costs at least the shortest way to the site and the shortest work
    there; the fleet's hours are filled with the best prize for such hours, the last
    site in part (a fractional knapsack).
    """
    if not len(servable):
        return 0.0
    least = np.full(len(servable), np.inf)
    for v in range(len(problem.vessels)):
        travel = problem.travel_of(v)[:, servable].copy()
        travel[servable, np.arange(len(servable))] = np.inf
        hours = travel.min(axis=0) + problem.service_of(v)[servable]
        least = np.minimum(least, hours)
    prize = problem.prize[servable]
    order = np.argsort(-prize / np.maximum(least, 1e-12))
    used = np.cumsum(least[order])
    total = sum(problem.limit_h(v) for v in range(len(problem.vessels)))
    before = np.concatenate([[0.0], used[:-1]])
    room = np.clip((total - before) / np.maximum(least[order], 1e-12), 0.0, 1.0)
    return float((prize[order] * room).sum())
