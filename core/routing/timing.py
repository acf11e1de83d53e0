"""When each visit of a vessel begins and ends, and what it brings.

The meaning of a plan in time, in one place and written plainly: the search has its own
fast bookkeeping and is held against this.

- A vessel is ready at ``ready_h``. A trip departs at once, but a vessel that would have
  to wait for its first stop to open waits in port instead (not while it is at sea from
  before the plan).
- A leg takes the hours of ``travel_h``; where targets drift, it runs from where the
  start is on leaving to where the end is on meeting it.
- Work goes on while the calendar of the node is open, pauses while it is closed, and
  goes on where it was left. A port call unloads in the hours of the port.
- Hours at sea run from departure to arrival at the trip's end.
- What is taken at a drifting target is the share afloat on arrival.
- Work begun outside the preferred hours costs its penalty an hour early or late, down
  to a prize of zero.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.routing.problem import RoutingProblem, Trip

__all__ = ["TripTiming", "Visit", "time_trips", "travel_hours", "work_hours"]


@dataclass(frozen=True)
class Visit:
    """Work at one site; hours after the plan's start."""

    node: int
    arrive_h: float
    start_h: float
    leave_h: float
    load_kg: float
    prize: float


@dataclass(frozen=True)
class TripTiming:
    """One trip in time.

    Attributes
    ----------
    depart_h, end_h : float
        Leaving the start, and arriving at the end.
    free_h : float
        When the vessel can leave again: unloaded, or at once where it cannot unload.
    sea_h : float
        Hours at sea since the last port call.
    load_kg : float
        Load aboard at the end.
    """

    depart_h: float
    visits: tuple[Visit, ...]
    end_h: float
    free_h: float
    sea_h: float
    load_kg: float


def travel_hours(
    problem: RoutingProblem,
    vessel: int,
    start: int,
    end: int,
    depart_h: float,
    *,
    member: int = 0,
) -> float:
    """Hours of a leg that is begun at ``depart_h``; infinity where there is no way."""
    if problem.targets is None:
        return float(problem.travel_of(vessel)[start, end])
    return problem.targets.meeting_h(vessel, start, end, depart_h, member=member)


def work_hours(
    problem: RoutingProblem, vessel: int, node: int, arrive_h: float, service_h: float
) -> tuple[float, float]:
    """When work at a node begins and ends; infinity where it is never done."""
    hours = problem.open_hours(vessel, node)
    if hours is None or not np.isfinite(arrive_h):
        return arrive_h, arrive_h + service_h
    begun = float("inf")
    left = service_h
    for opens, closes in hours.tolist():
        from_h = max(arrive_h, opens)
        if from_h > closes or (from_h == closes and left > 0.0):
            continue
        begun = min(begun, from_h)
        if left <= closes - from_h:
            return begun, from_h + left
        left -= closes - from_h
    return begun, float("inf")


def time_trips(
    problem: RoutingProblem, vessel: int, trips: list[Trip], *, member: int = 0
) -> list[TripTiming]:
    """Time the trips of a vessel one after the other.

    Parameters
    ----------
    problem : RoutingProblem
        The problem; its targets, where there are any, are followed in one member.
    vessel : int
        Which vessel.
    trips : list of Trip
        Its trips in order.
    member : int, default 0
        Member of the targets.

    Returns
    -------
    list of TripTiming
        Times are infinite from the first thing that cannot be done on; no limit of
        the vessel is enforced here.
    """
    one = problem.vessels[vessel]
    clock, spent_h, load_kg = one.ready_h, one.spent_h, one.load_kg
    timed = []
    for trip in trips:
        done = _time_trip(problem, vessel, trip, clock, spent_h, load_kg, member)
        if spent_h == 0.0 and done.visits:
            waits = done.visits[0].start_h - done.visits[0].arrive_h
            if 0.0 < waits < np.inf:
                later = clock + waits
                done = _time_trip(problem, vessel, trip, later, 0.0, load_kg, member)
        timed.append(done)
        clock, spent_h, load_kg = done.free_h, 0.0, 0.0
    return timed


def _time_trip(
    problem: RoutingProblem,
    vessel: int,
    trip: Trip,
    depart_h: float,
    spent_h: float,
    load_kg: float,
    member: int,
) -> TripTiming:
    service = problem.service_of(vessel)
    clock = depart_h
    visits = []
    for a, b in pairwise(trip.nodes[:-1]):
        arrive = clock + travel_hours(problem, vessel, a, b, clock, member=member)
        start, leave = work_hours(problem, vessel, b, arrive, float(service[b]))
        share = 1.0
        if problem.targets is not None and np.isfinite(arrive):
            share = problem.targets.share_at(b, arrive, member=member)
        taken = float(problem.demand_kg[b]) * share
        prize = max(0.0, float(problem.prize[b]) * share - _penalty(problem, b, start))
        visits.append(Visit(b, arrive, start, leave, taken, prize))
        load_kg += taken
        clock = leave
    last = trip.nodes[-2]
    end_h = clock + travel_hours(problem, vessel, last, trip.end, clock, member=member)
    free_h = end_h
    if trip.end in problem.vessels[vessel].ports:
        unload = float(problem.unload_h[trip.end])  # type: ignore[index]
        free_h = work_hours(problem, vessel, trip.end, end_h, unload)[1]
    sea_h = spent_h + end_h - depart_h
    return TripTiming(depart_h, tuple(visits), end_h, free_h, sea_h, load_kg)


def _penalty(problem: RoutingProblem, node: int, start_h: float) -> float:
    """Prize lost by beginning outside the preferred hours."""
    if problem.preferred_h is None or not np.isfinite(start_h):
        return 0.0
    early, late = problem.preferred_h[node].tolist()
    outside = max(early - start_h, start_h - late, 0.0)
    return float(problem.penalty_per_h[node] * outside)  # type: ignore[index]
