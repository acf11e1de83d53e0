"""Every place in a plan where one more site could go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.routing.explain.still import TOLERANCE, load_kg, sea_hours, unload_hours
from core.routing.problem import RoutingProblem, Trip

__all__ = ["Place", "exchanges", "idle_places", "insertion_places"]


@dataclass(frozen=True)
class Place:
    """Where a vessel could visit one more site, between two nodes.

    Attributes
    ----------
    vessel, trip, position : int
        Vessel, which of its trips, and how many sites of that trip come first.
    start, end : int
        Ends of that trip.
    before, after : int
        Nodes the site would stand between.
    is_new : bool
        Whether the site makes a trip of its own, put before trip ``trip``.
    replaces : int
        Site that gives way; -1 for none.
    lead, tail : Trip, optional
        Passages to and from another port, around a trip of an idle vessel.
    other_h : float
        Hours added besides the two legs and the work: below zero where a leg or a
        stop falls away.
    sea_h, load_kg : float
        Hours at sea and load of the trip without the two legs and the site.
    spare_h : float
        Hours the vessel has left until it must have ended.
    """

    vessel: int
    trip: int
    position: int
    start: int
    end: int
    before: int
    after: int
    is_new: bool
    other_h: float
    sea_h: float
    load_kg: float
    spare_h: float
    replaces: int = -1
    lead: Trip | None = None
    tail: Trip | None = None

    def applied(self, trips: list[Trip], site: int) -> list[Trip]:
        """Trips of the vessel with the site visited here."""
        changed = list(trips)
        if self.is_new:
            own = Trip(self.start, (site,), self.end)
            around = (self.lead, own, self.tail)
            changed[self.trip : self.trip] = [one for one in around if one]
            return changed
        old = trips[self.trip]
        rest = self.position + (self.replaces >= 0)
        sites = (*old.sites[: self.position], site, *old.sites[rest:])
        changed[self.trip] = Trip(old.start, sites, old.end)
        return changed


def spare_hours(problem: RoutingProblem, vessel: int, trips: list[Trip]) -> float:
    """Hours a vessel has left over on a still sea."""
    used = sum(
        sea_hours(problem, vessel, trip) + unload_hours(problem, vessel, trip)
        for trip in trips
    )
    ready_h = problem.vessels[vessel].ready_h
    return float(problem.deadline_h(vessel) - ready_h - used)


def idle_places(problem: RoutingProblem) -> list[Place]:
    """Places in an idle fleet: one trip, and a passage by a port before or after."""
    return [
        place
        for v in range(len(problem.vessels))
        for place in _alone(problem, v, spare_hours(problem, v, []))
    ]


def insertion_places(
    problem: RoutingProblem, plan: Sequence[list[Trip]]
) -> list[Place]:
    """Places in a plan: between any two nodes of a trip, or a trip of its own."""
    places: list[Place] = []
    for v, trips in enumerate(plan):
        spare_h = spare_hours(problem, v, trips)
        if not trips:
            places.extend(_alone(problem, v, spare_h))
            continue
        for t, trip in enumerate(trips):
            places.extend(_within(problem, v, t, trip, spare_h))
        calls = [trips[0].start, *(trip.end for trip in trips)]
        for t, call in enumerate(calls):
            if call in problem.vessels[v].ports:
                places.append(_own_trip(problem, v, t, Trip(call, (), call), spare_h))
    return places


def exchanges(problem: RoutingProblem, plan: Sequence[list[Trip]]) -> list[Place]:
    """Places of the planned stops, each of which could give way; no pinned ones."""
    places = []
    for v, trips in enumerate(plan):
        spare_h = spare_hours(problem, v, trips)
        service = problem.service_of(v)
        for t, trip in enumerate(trips):
            base = list(_within(problem, v, t, trip, spare_h))
            travel = problem.travel_of(v)
            for k, site in enumerate(trip.sites):
                if problem.pinned is not None and problem.pinned[site]:
                    continue
                here, after = base[k], trip.nodes[k + 2]
                saved = float(service[site] + travel[site, after])
                places.append(
                    replace(
                        here,
                        after=after,
                        replaces=site,
                        other_h=here.other_h - saved,
                        sea_h=here.sea_h - saved,
                        load_kg=here.load_kg - float(problem.demand_kg[site]),
                    )
                )
    return places


def _within(
    problem: RoutingProblem, v: int, t: int, trip: Trip, spare_h: float
) -> Iterator[Place]:
    travel, vessel = problem.travel_of(v), problem.vessels[v]
    sea_h = sea_hours(problem, v, trip) + (vessel.spent_h if t == 0 else 0.0)
    load = load_kg(problem, trip) + (vessel.load_kg if t == 0 else 0.0)
    nodes = trip.nodes
    legs = travel[list(nodes[:-1]), list(nodes[1:])].tolist()
    for k, leg in enumerate(legs):
        yield Place(
            vessel=v,
            trip=t,
            position=k,
            start=trip.start,
            end=trip.end,
            before=nodes[k],
            after=nodes[k + 1],
            is_new=False,
            other_h=-leg,
            sea_h=sea_h - leg,
            load_kg=load,
            spare_h=spare_h,
        )


def _own_trip(
    problem: RoutingProblem, v: int, t: int, trip: Trip, spare_h: float
) -> Place:
    vessel = problem.vessels[v]
    return Place(
        vessel=v,
        trip=t,
        position=0,
        start=trip.start,
        end=trip.end,
        before=trip.start,
        after=trip.end,
        is_new=True,
        other_h=unload_hours(problem, v, trip),
        sea_h=0.0 if t else vessel.spent_h,
        load_kg=0.0 if t else vessel.load_kg,
        spare_h=spare_h,
    )


def _alone(problem: RoutingProblem, v: int, spare_h: float) -> Iterator[Place]:
    """Places of a vessel without trips; its state at the start is on the first."""
    vessel = problem.vessels[v]
    starts = [vessel.depot, *(p for p in vessel.ports if p != vessel.depot)]
    if vessel.depot not in vessel.ports or vessel.spent_h or vessel.load_kg:
        starts = [vessel.depot, *vessel.ports]
    ends = [vessel.last, *(p for p in vessel.ports if p != vessel.last)]
    for i, start in enumerate(starts):
        lead = Trip(vessel.depot, (), start) if i else None
        for j, end in enumerate(ends):
            tail = Trip(end, (), vessel.last) if j else None
            around_h = _passages_h(problem, v, lead, tail)
            if not np.isfinite(around_h):
                continue
            place = _own_trip(problem, v, 0, Trip(start, (), end), spare_h)
            yield replace(
                place,
                other_h=place.other_h + around_h,
                sea_h=0.0 if lead else vessel.spent_h,
                load_kg=0.0 if lead else vessel.load_kg,
                lead=lead,
                tail=tail,
            )


def _passages_h(
    problem: RoutingProblem, v: int, lead: Trip | None, tail: Trip | None
) -> float:
    """Hours of passages between ports; infinity where endurance forbids one."""
    vessel, total = problem.vessels[v], 0.0
    for trip, spent_h in ((lead, vessel.spent_h), (tail, 0.0)):
        if trip is None:
            continue
        hours = sea_hours(problem, v, trip)
        if spent_h + hours > vessel.endurance_h + TOLERANCE:
            return float("inf")
        total += hours + unload_hours(problem, v, trip)
    return total
