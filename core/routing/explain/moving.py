"""What each place would exceed where hours of work end or targets drift."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.routing.explain.clock import OPEN, Clock, State
from core.routing.explain.excess import Excess
from core.routing.explain.places import Place
from core.routing.problem import RoutingProblem, Trip
from core.routing.timing import TripTiming, time_trips

__all__ = ["is_still", "moving_excess", "one_member"]


def is_still(problem: RoutingProblem) -> bool:
    """Whether the hour of a visit makes no difference."""
    no_calendar = problem.calendar_of is None or bool((problem.calendar_of < 0).all())
    return no_calendar and problem.targets is None and problem.preferred_h is None


def one_member(problem: RoutingProblem) -> RoutingProblem:
    """Problem with the mean of its ensemble, on which plans are timed here."""
    targets = problem.targets
    if targets is None or targets.n_members == 1:
        return problem
    return replace(problem, targets=targets.mean())


def moving_excess(
    problem: RoutingProblem,
    plan: Sequence[list[Trip]],
    places: Sequence[Place],
    sites: npt.NDArray[np.intp],
) -> Excess:
    """Time the rest of the plan anew for every place, all sites at once."""
    shape = (len(sites), len(places))
    excess = Excess(*(np.empty(shape) for _ in range(5)))
    timed = [time_trips(problem, v, trips) for v, trips in enumerate(plan)]
    for v in range(len(problem.vessels)):
        clock = Clock(problem, v, sites)
        for i, place in enumerate(places):
            if place.vessel == v:
                _fill(excess, i, clock, plan[v], timed[v], place)
    return excess


def _fill(
    excess: Excess,
    column: int,
    clock: Clock,
    trips: list[Trip],
    timed: list[TripTiming],
    place: Place,
) -> None:
    problem, v = clock.problem, clock.vessel
    vessel = problem.vessels[v]
    state = _state(clock, timed, place)
    over_hold = np.full(len(clock.sites), -np.inf)
    over_endurance = over_hold.copy()
    skip = 0 if place.is_new else place.position
    for trip in place.applied(trips, OPEN)[place.trip :]:
        nodes = trip.nodes
        for k in range(skip, len(trip.sites)):
            clock.visit(state, nodes[k], nodes[k + 1], first=k == 0)
        skip = 0
        sea_h, load_kg = clock.call(state, nodes[-2], nodes[-1])
        over_hold = np.maximum(over_hold, load_kg - vessel.capacity_kg)
        over_endurance = np.maximum(over_endurance, sea_h - vessel.endurance_h)
    before_h = timed[-1].free_h if timed else vessel.ready_h
    # A vessel may be done no later than before while it waits for hours of work.
    excess.added_h[:, column] = state.clock - before_h
    excess.over_hold_kg[:, column] = over_hold
    excess.over_endurance_h[:, column] = over_endurance
    excess.over_limit_h[:, column] = state.clock - problem.deadline_h(v)
    excess.gain[:, column] = state.prize - sum(
        visit.prize for one in timed for visit in one.visits
    )


def _state(clock: Clock, timed: list[TripTiming], place: Place) -> State:
    """State of the vessel at the last point that the place leaves as it was."""
    vessel, n = clock.problem.vessels[clock.vessel], len(clock.sites)
    t = place.trip
    free_h = timed[t - 1].free_h if t else vessel.ready_h
    spent_h, load_kg = (0.0, 0.0) if t else (vessel.spent_h, vessel.load_kg)
    depart_h = free_h
    prize = sum(visit.prize for one in timed[:t] for visit in one.visits)
    clock_h = free_h
    if not place.is_new and place.position > 0:
        depart_h = timed[t].depart_h
        done = timed[t].visits[: place.position]
        clock_h = done[-1].leave_h
        load_kg += sum(visit.load_kg for visit in done)
        prize += sum(visit.prize for visit in done)
    return State(
        clock=np.full(n, clock_h),
        depart=np.full(n, depart_h),
        spent_h=spent_h,
        load_kg=np.full(n, load_kg),
        prize=np.full(n, prize),
    )
