"""Solve a routing problem: search, check, explain."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._check import check_trips
from core.routing._drift_search import (
    MEAN_SHARE,
    improve_in_members,
    part_of,
    warm_up_ensemble,
)
from core.routing._effort import Effort, Share
from core.routing._engine.careful_world import careful_world
from core.routing._engine.search import Search
from core.routing._engine.types import World
from core.routing._pyvrp import search as search_by_pyvrp
from core.routing.explain import Causes, explain_all, servable
from core.routing.problem import RoutePlan, RoutingProblem, Trip, Vessel

__all__ = ["solve"]

#: Share of the time, and steps at most, for the second engine.
_SECOND_SHARE, _SECOND_STEPS = 0.1, 2_000
#: Above so many sites the second engine takes longer to begin than it is worth.
_SECOND_SITES = 600


def solve(
    problem: RoutingProblem,
    *,
    seconds: float = 10.0,
    seed: int = 1,
    iterations: int | None = None,
    least_prize_per_h: float = 0.0,
    quantile: float | None = None,
    start: Sequence[Sequence[Trip]] | None = None,
    causes: Causes | None = None,
    reasons: bool = True,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RoutePlan:
    """Choose and order the sites that bring the largest sum of prizes.

    Parameters
    ----------
    problem : RoutingProblem
        Nodes, prizes and vessels. With drifting targets a plan keeps every limit on
        the mean track of the members; of several members, the plan is sought that
        brings most when it is carried out in them.
    seconds : float, default 10
        Longest time to search; compiling, once on a machine, is not counted. The
        search ends earlier when many steps in a row (20,000, and 2,000 for each site)
        find nothing better; then the same seed gives the same plan.
    seed : int, default 1
        Seed of the search.
    iterations : int, optional
        Steps to search at most, for plans that must repeat exactly.
    least_prize_per_h : float, default 0
        Sites that fit but bring less for the hours they add are left out.
    quantile : float, optional
        With several members of the targets: maximise this quantile of the prize, in
        (0, 1), instead of its mean.
    start : sequence of sequence of Trip, optional
        Trips to begin from, for each vessel. Within the limits, the plan brings at
        least as much as they do.
    causes : sequence of mapping of str to ndarray of shape (n, 2), optional
        What closes the calendars, see :func:`core.routing.explain.explain_all`.
    reasons : bool, default True
        Whether to say why sites are left out; else ``unassigned`` stays empty.
    progress : callable, optional
        Told ``(done, total)`` as the search goes on.
    cancelled : callable, optional
        Asked now and then; once true the search ends with a PlanningError.

    Returns
    -------
    RoutePlan
        Checked against every limit. Empty when no site can be served. ``solver``
        names the engine that found it.

    Raises
    ------
    RouteInputError
        If ``seconds`` or ``iterations`` is not above zero, or ``quantile`` is not
        between 0 and 1.
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
    if quantile is not None and not 0.0 < quantile < 1.0:
        raise RouteInputError(f"quantile is {quantile}, expected between 0 and 1")
    mean = problem
    several = problem.targets is not None and problem.targets.n_members > 1
    if problem.targets is not None:
        mean = replace(problem, targets=problem.targets.mean())
    _warm_up(is_still(problem))
    if several:
        warm_up_ensemble()
    effort = Effort(
        seconds=seconds,
        patience=20_000 + 2_000 * len(problem.sites),
        iterations=iterations,
        progress=progress,
        cancelled=cancelled,
    )
    first = part_of(effort, 0.0, MEAN_SHARE) if several else effort
    begun = _checked(mean, start)
    trips, solver = _find(mean, seed, first, least_prize_per_h, begun)
    if several:
        second = part_of(effort, MEAN_SHARE, 1.0)
        trips = improve_in_members(
            problem,
            trips,
            seed=seed,
            effort=second,
            least_prize_per_h=least_prize_per_h,
            quantile=quantile,
        )
        effort.n_steps = first.n_steps + second.n_steps
    effort.report(1.0)
    prize = sum(check_trips(mean, trips))
    seen = {site for own in trips for trip in own for site in trip.sites}
    left = [s for s in problem.sites.tolist() if reasons and s not in seen]
    verdicts = explain_all(problem, trips, left, causes)
    return RoutePlan(
        trips=trips,
        prize=prize,
        unassigned={site: verdict.reason for site, verdict in verdicts.items()},
        details={site: verdict.detail for site, verdict in verdicts.items()},
        remedies={site: verdict.remedy for site, verdict in verdicts.items()},
        prize_bound=_bound(problem, servable(problem)),
        seed=seed,
        solver=solver,
        iterations=effort.n_steps,
    )


def _checked(
    problem: RoutingProblem, start: Sequence[Sequence[Trip]] | None
) -> list[list[Trip]] | None:
    if start is None:
        return None
    if len(start) != len(problem.vessels):
        raise RouteInputError(
            f"start holds trips for {len(start)} vessels, the problem has "
            f"{len(problem.vessels)}"
        )
    return [list(own) for own in start]


def is_still(problem: RoutingProblem) -> bool:
    """Whether nothing drifts, closes or is better done at some hour."""
    timed = (problem.targets, problem.calendar_of, problem.preferred_h)
    return all(one is None for one in timed)


def _world(problem: RoutingProblem) -> World:
    return None if is_still(problem) else careful_world(problem)


def _find(
    problem: RoutingProblem,
    seed: int,
    effort: Effort,
    least_prize_per_h: float,
    start: list[list[Trip]] | None = None,
) -> tuple[list[list[Trip]], str]:
    """Search by both engines; the better plan and who found it.

    The second engine cannot begin from given trips and is then left out.
    """
    search = Search(
        problem,
        seed=seed,
        least_prize_per_h=least_prize_per_h,
        world=_world(problem),
    )
    own = "ruin and recreate"
    if not len(search.sites):
        return search.trips, own
    search.construct(effort)
    if start is not None:
        search.begin_with(start, own)
    if effort.is_over():
        return search.trips, own
    search.run(effort, cycles=1)
    second = f"pyvrp {version('pyvrp')}"
    if start is None and is_still(problem) and len(search.sites) <= _SECOND_SITES:
        for trips in _by_pyvrp(problem, search, seed, effort):
            search.begin_with(trips, second)
    if not effort.is_over():
        search.run(effort)
    return search.trips, search.found_by or own


def _by_pyvrp(
    problem: RoutingProblem, search: Search, seed: int, effort: Effort
) -> list[list[list[Trip]]]:
    """Plans of the second engine: with endurance as fixed trips, where it matters."""
    short = any(
        vessel.endurance_h < problem.limit_h(v)
        for v, vessel in enumerate(problem.vessels)
    )
    plans = []
    ways = (False, True) if short else (False,)
    for shifts in ways:
        stop = Share(effort, _SECOND_SHARE * effort.seconds / len(ways), _SECOND_STEPS)
        if effort.is_over():
            break
        score = search.tables.model[2]
        plans.append(
            search_by_pyvrp(
                problem, search.sites, score, seed=seed, stop=stop, shifts=shifts
            )
        )
    return plans


@cache
def _warm_up(still: bool) -> None:
    """Compile, or load what was compiled, before the clock runs."""
    hours = np.ones((3, 3)) - np.eye(3)
    calendar = {} if still else {"calendars": [[[0.0, 9.0]]], "calendar_of": [-1, 0, 0]}
    problem = RoutingProblem(
        travel_h=hours,
        prize=np.array([0.0, 1.0, 1.0]),
        service_h=np.zeros(3),
        demand_kg=np.ones(3),
        vessels=(Vessel(1.0, 3.0), Vessel(1.0, 3.0)),
        **calendar,  # type: ignore[arg-type]
    )
    _find(problem, 1, Effort(seconds=3600.0, patience=1, iterations=1), 0.0)


def _bound(problem: RoutingProblem, servable: npt.NDArray[np.intp]) -> float:
    """Largest prize a relaxed fleet could collect.

    Every visit costs at least the shortest way to the site and the shortest work
    there; the fleet's hours are filled with the best prize for such hours, the last
    site in part (a fractional knapsack).
    """
    if not len(servable):
        return 0.0
    if problem.targets is not None:  # legs of ``travel_h`` bound nothing then
        return float(problem.prize[servable].sum())
    least = np.full(len(servable), np.inf)
    to = np.zeros(0)
    for v in range(len(problem.vessels)):
        if v == 0 or problem.travel_h.ndim == 3:
            travel = problem.travel_of(v).copy()
            np.fill_diagonal(travel, np.inf)
            to = travel.min(axis=0)[servable]
        least = np.minimum(least, to + problem.service_of(v)[servable])
    prize = problem.prize[servable]
    order = np.argsort(-prize / np.maximum(least, 1e-12))
    used = np.cumsum(least[order])
    total = sum(problem.limit_h(v) for v in range(len(problem.vessels)))
    before = np.concatenate([[0.0], used[:-1]])
    room = np.clip((total - before) / np.maximum(least[order], 1e-12), 0.0, 1.0)
    return float((prize[order] * room).sum())
