"""A plan as it is sailed: each leg along its path, each stop in its hour.

Times come from :func:`core.routing.time_trips`. It is asked again until the hours of
every leg are those of its path at the hour it is sailed at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.routing.conditions import Conditions
from core.routing.courses import Course, Span, courses_for
from core.routing.part import part_of, renumbered
from core.routing.problem import RoutingProblem, Trip
from core.routing.setup import Setup
from core.routing.speed import LegTime, time_leg
from core.routing.timing import TripTiming, time_trips

__all__ = ["Sailed", "Voyage", "sail", "sail_one"]

#: Rounds until the hours of the legs and the times of the stops agree; the first leg
#: is right after one, each further one after one more, and mostly all after three.
_MOST_ROUNDS = 12
_SETTLED_H = 1e-4
#: Nodes this near to each other have no pace between them.
_STILL_KM = 1e-6


@dataclass(frozen=True, eq=False)
class Sailed:
    """One leg.

    Attributes
    ----------
    path : ndarray of float, shape (n_points, 2)
        Latitude and longitude.
    planned_h : float
        Hours the search took it for.
    unknown_share : float
        Share of the way on which the state of the sea is not known.
    """

    path: npt.NDArray[np.float64]
    distance_km: float
    hours: float
    fuel_l: float
    planned_h: float
    unknown_share: float


@dataclass(frozen=True, eq=False)
class _Leg:
    """A leg as it was timed last."""

    span: Span
    course: Course
    time: LegTime


@dataclass(frozen=True, eq=False)
class Voyage:
    """The trips of one vessel, timed.

    Attributes
    ----------
    trips : list of Trip
        In nodes of the whole problem, like the visits of ``timing``.
    timing : list of TripTiming
        A timing for each trip.
    legs : list of list of Sailed
        The legs of each trip; none between loads of one site.
    met_at : dict of int to (float, float)
        Latitude and longitude where each site is met.
    service_h : dict of int to float
        Hours of work at each node.
    """

    trips: list[Trip]
    timing: list[TripTiming]
    legs: list[list[Sailed]]
    met_at: dict[int, tuple[float, float]]
    service_h: dict[int, float]


def sail(
    setup: Setup,
    trips: Sequence[list[Trip]],
    *,
    conditions: Conditions | None = None,
) -> list[Voyage]:
    """Time the trips of every vessel along the paths it sails.

    Parameters
    ----------
    setup : Setup
        The problem and what its nodes stand for.
    trips : sequence of list of Trip
        Trips for each vessel of the problem.
    conditions : Conditions, optional
        State of the sea; calm when not given.
    """
    return [sail_one(setup, v, one, conditions) for v, one in enumerate(trips)]


def sail_one(
    setup: Setup, v: int, trips: Sequence[Trip], conditions: Conditions | None
) -> Voyage:
    """Time the trips of one vessel, as :func:`sail` does."""
    vessel = setup.problem.vessels[v]
    used = [vessel.depot, vessel.last, *vessel.ports]
    used += [node for trip in trips for node in trip.nodes]
    nodes = list(dict.fromkeys(used))
    part = part_of(setup.timed_problem, v, nodes)
    part = _with_shared_gear(setup, part, nodes, trips)
    own = renumbered(trips, nodes)
    courses = courses_for(setup, nodes, part.targets)
    planned = _spans(own, time_trips(part, 0, own))
    legs: list[_Leg] = []
    for _ in range(_MOST_ROUNDS):
        spans = _spans(own, time_trips(part, 0, own))
        legs = [
            _Leg(span, course, _time(setup, v, span, course, conditions))
            for span, course in zip(spans, courses.find(spans), strict=True)
        ]
        part, change_h = _as_sailed(part, legs)
        if change_h <= _SETTLED_H:
            break
    return _voyage(setup, part, list(trips), own, nodes, legs, planned)


def _spans(trips: Sequence[Trip], timing: Sequence[TripTiming]) -> list[Span]:
    """Legs of all trips with their hours, in nodes of the part."""
    made = []
    for trip, timed in zip(trips, timing, strict=True):
        leaves = [timed.depart_h, *(visit.leave_h for visit in timed.visits)]
        arrivals = [*(visit.arrive_h for visit in timed.visits), timed.end_h]
        made += [
            Span(a, b, leave, arrive)
            for (a, b), leave, arrive in zip(
                pairwise(trip.nodes), leaves, arrivals, strict=True
            )
        ]
    return made


def _time(
    setup: Setup, v: int, span: Span, course: Course, conditions: Conditions | None
) -> LegTime:
    """Time a leg; it never ends where it cannot be begun or has no way."""
    if np.isfinite(span.depart_h) and np.isfinite(course.distance_km):
        return time_leg(setup.vessel(v), conditions, course.path, span.depart_h)
    never = np.full(len(course.path), np.inf)
    return LegTime(np.inf, 0.0, course.distance_km, 0.0, never, 0.0)


def _as_sailed(
    part: RoutingProblem, legs: Sequence[_Leg]
) -> tuple[RoutingProblem, float]:
    """Put the hours of legs into a problem; also the largest change of a leg."""
    change_h = 0.0
    targets = part.targets
    travel_h = part.travel_h.copy()
    pace = None if targets is None else targets.pace_h_per_km.copy()
    for leg in legs:
        a, b, hours = leg.span.start, leg.span.end, leg.time.hours
        planned_h = leg.span.arrive_h - leg.span.depart_h
        if np.isfinite(planned_h) or np.isfinite(hours):
            change_h = max(change_h, abs(hours - planned_h))
        travel_h[a, b] = hours
        if targets is not None and pace is not None and np.isfinite(planned_h):
            straight_km = targets.distance_km(
                targets.position_at(a, leg.span.depart_h),
                targets.position_at(b, leg.span.arrive_h),
            )
            if straight_km > _STILL_KM:
                pace[a, b] = hours / straight_km
    if targets is not None and pace is not None:
        targets = replace(targets, pace_h_per_km=pace)
    return replace(part, travel_h=travel_h, targets=targets), change_h


def _voyage(
    setup: Setup,
    part: RoutingProblem,
    trips: list[Trip],
    own: list[Trip],
    nodes: list[int],
    legs: Sequence[_Leg],
    planned: Sequence[Span],
) -> Voyage:
    timing = [
        replace(
            timed,
            visits=tuple(replace(one, node=nodes[one.node]) for one in timed.visits),
        )
        for timed in time_trips(part, 0, own)
    ]
    rest = iter(zip(legs, planned, strict=True))
    service = part.service_of(0).tolist()
    met_at: dict[int, tuple[float, float]] = {}
    drawn: list[list[Sailed]] = []
    for trip in trips:
        drawn.append([])
        for a, b in pairwise(trip.nodes):
            leg, span = next(rest)
            lat, lon = leg.course.path[-1].tolist()
            if _is_same_site(setup, a, b):
                met_at[b] = met_at[a]
                continue
            met_at[b] = (lat, lon)
            drawn[-1].append(_sailed(leg, span.arrive_h - span.depart_h))
    return Voyage(
        trips=trips,
        timing=timing,
        legs=drawn,
        met_at=met_at,
        service_h=dict(zip(nodes, service, strict=True)),
    )


def _sailed(leg: _Leg, planned_h: float) -> Sailed:
    return Sailed(
        path=leg.course.path,
        distance_km=leg.course.distance_km,
        hours=leg.time.hours,
        fuel_l=leg.time.fuel_l,
        planned_h=planned_h,
        unknown_share=leg.time.unknown_share,
    )


def _is_same_site(setup: Setup, a: int, b: int) -> bool:
    first = setup.n_places
    return min(a, b) >= first and setup.load(a).row == setup.load(b).row


def _with_shared_gear(
    setup: Setup, part: RoutingProblem, nodes: list[int], trips: Sequence[Trip]
) -> RoutingProblem:
    """Part in which loads taken in one go need the gear set only once.

    The search allows for it at each load, so this is never longer.
    """
    service = part.service_of(0).copy()
    given = ~np.isnan(setup.request.sites["service_h"].to_numpy(float))
    for trip in trips:
        for a, b in pairwise(trip.sites):
            if _is_same_site(setup, a, b) and not given[setup.load(b).row]:
                service[nodes.index(b)] -= setup.request.collection.set_and_haul_h
    return replace(part, service_h=np.maximum(service, 0.0))
