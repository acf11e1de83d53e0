"""Improve a plan over an ensemble by carrying it out, and choose among what is found.

A plan that is good on the mean track promises more than it brings. Here every plan is
judged by its execution in some members; the last word has the execution in all.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from core.routing._effort import Effort
from core.routing._engine.ensemble_search import EnsembleSearch
from core.routing.execution import execute
from core.routing.problem import RoutingProblem, Trip, Vessel
from core.routing.targets import DriftingTargets

__all__ = ["MEAN_SHARE", "improve_in_members", "part_of", "warm_up_ensemble"]

#: Share of the effort for the search on the mean track that comes before.
MEAN_SHARE = 0.4
#: Members that a plan is carried out in at each step; more cost time and change little.
_MEMBERS_A_STEP = 24
#: Plans that are compared in all members at the end.
_MOST_CANDIDATES = 16

Trips = list[list[Trip]]


def part_of(effort: Effort, first: float, last: float) -> Effort:
    """Make a part of an effort, from one share of it to another."""
    length = last - first
    steps = effort.iterations
    return Effort(
        seconds=effort.seconds * length,
        patience=effort.patience,
        iterations=None if steps is None else max(1, round(steps * length)),
        progress=lambda done, total: effort.report(first + length * done / total),
        cancelled=effort.cancelled,
    )


def improve_in_members(
    problem: RoutingProblem,
    trips: Trips,
    *,
    seed: int,
    effort: Effort,
    least_prize_per_h: float = 0.0,
    quantile: float | None = None,
) -> Trips:
    """Search on from a plan, judging each by its execution.

    Parameters
    ----------
    problem : RoutingProblem
        Its targets hold the members.
    trips : list of list of Trip
        Plan to begin from; it keeps every limit on the mean track.
    seed : int
        Seed of the search.
    effort : Effort
        When to stop.
    least_prize_per_h : float, default 0
        Sites that bring less for the hours they add stay out.
    quantile : float, optional
        Which quantile of the prize over the members is maximised; the mean when not
        given.

    Returns
    -------
    list of list of Trip
        Of the plan given and the best of those found, that which does best in all
        members. It keeps every limit on the mean track.
    """
    targets = problem.targets
    assert targets is not None  # noqa: S101 - the caller asks for targets first
    search = EnsembleSearch(
        replace(problem, targets=targets.mean()),
        _first(targets, _MEMBERS_A_STEP),
        quantile=quantile,
        seed=seed,
        least_prize_per_h=least_prize_per_h,
    )
    if not len(search.sites):
        return trips
    search.begin_with(trips, "mean track")
    search.run(effort)
    candidates = [trips, *search.candidates[-_MOST_CANDIDATES:]]
    worth = [_worth(problem, one, quantile) for one in candidates]
    return candidates[int(np.argmax(worth))]


def _worth(problem: RoutingProblem, trips: Trips, quantile: float | None) -> float:
    prize = execute(problem, trips).total_prize
    return float(prize.mean() if quantile is None else np.quantile(prize, quantile))


def _first(targets: DriftingTargets, members: int) -> DriftingTargets:
    return replace(
        targets,
        position_km=targets.position_km[:members],
        share=targets.share[:members],
    )


@cache
def warm_up_ensemble() -> None:
    """Compile, or load what was compiled, before the clock runs."""
    n, members = 3, 2
    targets = DriftingTargets(
        np.arange(3.0),
        np.zeros((members, 3, n, 3)),
        np.ones((members, 3, n)),
        np.ones((n, n)),
    )
    problem = RoutingProblem(
        travel_h=np.zeros((n, n)),
        prize=np.array([0.0, 1.0, 1.0]),
        service_h=np.ones(n),
        demand_kg=np.ones(n),
        vessels=(Vessel(9.0, 9.0),),
        horizon_h=9.0,
        targets=targets,
    )
    effort = Effort(seconds=3600.0, patience=1, iterations=1)
    improve_in_members(problem, [[]], seed=1, effort=effort)
