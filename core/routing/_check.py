"""A second opinion on a plan: the limits counted again, from the problem only."""

from collections import Counter

from core.errors import PlanningError
from core.routing.problem import RoutingProblem, Trip
from core.routing.timing import TripTiming, time_trips

__all__ = ["check_trips"]

_SLACK = 1e-6


def check_trips(problem: RoutingProblem, plan: list[list[Trip]]) -> list[float]:
    """Refuse a plan that breaks a limit.

    It rests on :func:`core.routing.timing.time_trips` and shares nothing with the
    search, so that a slip there cannot hide here. Drifting targets are followed in
    the first member.

    Returns
    -------
    list of float
        What each vessel collects, in units of the prize.

    Raises
    ------
    PlanningError
        Names the first limit broken.
    """
    counts = Counter(site for trips in plan for trip in trips for site in trip.sites)
    sites = set(problem.sites.tolist())
    for site, count in counts.items():
        if count > 1 or site not in sites:
            raise PlanningError(f"plan visits node {site} {count} times")
    return [_check_vessel(problem, v, trips) for v, trips in enumerate(plan)]


def _check_vessel(problem: RoutingProblem, v: int, trips: list[Trip]) -> float:
    if not trips:
        return 0.0
    vessel, name = problem.vessels[v], problem.name_of(v)
    here = vessel.depot
    for number, trip in enumerate(trips, start=1):
        if trip.start != here:
            raise PlanningError(f"{name} starts trip {number} at {trip.start}")
        if number > 1 and here not in vessel.ports:
            raise PlanningError(f"{name} cannot unload at {here}")
        for site in trip.sites:
            if not problem.is_allowed(v, site):
                raise PlanningError(f"{name} may not visit node {site}")
        here = trip.end
    if here != vessel.last:
        raise PlanningError(f"{name} ends at {here}, not at {vessel.last}")
    timed = time_trips(problem, v, trips)
    for number, one in enumerate(timed, start=1):
        _check_trip(problem, v, number, one)
    return sum(visit.prize for one in timed for visit in one.visits)


def _check_trip(problem: RoutingProblem, v: int, number: int, one: TripTiming) -> None:
    vessel, name = problem.vessels[v], problem.name_of(v)
    if one.load_kg > vessel.capacity_kg + _SLACK:
        raise PlanningError(f"{name} carries {one.load_kg:.1f} kg on trip {number}")
    if not one.sea_h <= vessel.endurance_h + _SLACK:
        raise PlanningError(f"{name} is {one.sea_h:.2f} h at sea on trip {number}")
    deadline = problem.deadline_h(v)
    if not one.free_h <= deadline + _SLACK:
        raise PlanningError(
            f"{name} ends trip {number} at hour {one.free_h:.2f}, after its deadline "
            f"at hour {deadline:.2f}"
        )
