"""A second opinion on a plan: the constraints counted again, from the problem only."""

from collections import Counter
from itertools import pairwise

from core.errors import PlanningError
from core.routing.problem import RoutingProblem, Trip

__all__ = ["check_trips"]

_SLACK = 1e-6


def check_trips(problem: RoutingProblem, plan: list[list[Trip]]) -> None:
    """Refuse a plan that breaks a constraint.

    Written apart from the search and its bookkeeping, leg by leg, so that a slip
    there cannot hide here.

    Raises
    ------
    PlanningError
        Names the first constraint broken.
    """
    counts = Counter(site for trips in plan for trip in trips for site in trip.sites)
    sites = set(problem.sites.tolist())
    for site, count in counts.items():
        if count > 1 or site not in sites:
            raise PlanningError(f"plan visits node {site} {count} times")
    for v, trips in enumerate(plan):
        if trips:
            _check_vessel(problem, v, trips)


def _check_vessel(problem: RoutingProblem, v: int, trips: list[Trip]) -> None:
    vessel, name = problem.vessels[v], problem.name_of(v)
    travel, service = problem.travel_of(v), problem.service_of(v)
    here, clock = vessel.depot, 0.0
    for number, trip in enumerate(trips, start=1):
        if trip.start != here:
            raise PlanningError(f"{name} starts trip {number} at {trip.start}")
        if number > 1 and here not in vessel.ports:
            raise PlanningError(f"{name} cannot unload at {here}")
        hours = load = 0.0
        for a, b in pairwise(trip.nodes):
            hours += float(travel[a, b])
        for site in trip.sites:
            hours += float(service[site])
            load += float(problem.demand_kg[site])
        if load > vessel.capacity_kg + _SLACK:
            raise PlanningError(f"{name} carries {load:.1f} kg on trip {number}")
        if not hours <= vessel.endurance_h + _SLACK:
            raise PlanningError(f"{name} is {hours:.2f} h at sea on trip {number}")
        clock += hours
        here = trip.end
        if here in vessel.ports and problem.unload_h is not None:
            clock += float(problem.unload_h[here])
    if here != vessel.last:
        raise PlanningError(f"{name} ends at {here}, not at {vessel.last}")
    limit = vessel.endurance_h if problem.horizon_h is None else problem.horizon_h
    if clock > limit + _SLACK:
        raise PlanningError(f"{name} needs {clock:.2f} of {limit:.2f} h")
