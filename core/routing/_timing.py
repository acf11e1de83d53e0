"""Hours and loads of trips, and where one more site would fit."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.problem import RoutingProblem, Trip

__all__ = [
    "TOLERANCE",
    "Insertions",
    "insertions",
    "load_kg",
    "sea_hours",
    "unload_hours",
    "vessel_hours",
    "with_insertion",
]

FloatArray = npt.NDArray[np.float64]

#: Rounding of sums of hours and kg; far below a second and a gram.
TOLERANCE = 1e-7


def sea_hours(problem: RoutingProblem, vessel: int, trip: Trip) -> float:
    """Hours at sea on a trip: travel and work on site."""
    nodes = np.array(trip.nodes)
    travel = problem.travel_of(vessel)[nodes[:-1], nodes[1:]].sum()
    return float(travel + problem.service_of(vessel)[list(trip.sites)].sum())


def unload_hours(problem: RoutingProblem, vessel: int, trip: Trip) -> float:
    """Hours in port at the end of a trip; none where the vessel cannot unload."""
    assert problem.unload_h is not None  # noqa: S101 - filled in by the problem
    if trip.end not in problem.vessels[vessel].ports:
        return 0.0
    return float(problem.unload_h[trip.end])


def vessel_hours(problem: RoutingProblem, vessel: int, trips: list[Trip]) -> float:
    """Hours of all trips of a vessel, port calls included."""
    return sum(
        sea_hours(problem, vessel, trip) + unload_hours(problem, vessel, trip)
        for trip in trips
    )


def load_kg(problem: RoutingProblem, trip: Trip) -> float:
    """Load aboard at the end of a trip."""
    return float(problem.demand_kg[list(trip.sites)].sum())


@dataclass(frozen=True, eq=False)
class Insertions:
    """Every place in a plan where one site could go, and what it would exceed.

    Each array has one entry a place. ``position`` counts in the sites of the trip;
    where ``is_new`` is set, the site makes a trip of its own before trip ``trip``.
    """

    vessel: npt.NDArray[np.intp]
    trip: npt.NDArray[np.intp]
    position: npt.NDArray[np.intp]
    is_new: npt.NDArray[np.bool_]
    added_h: FloatArray
    over_limit_h: FloatArray
    over_endurance_h: FloatArray
    over_hold_kg: FloatArray

    def fits(
        self, *, limit: bool = True, endurance: bool = True, hold: bool = True
    ) -> npt.NDArray[np.bool_]:
        """Whether each place meets the constraints that are switched on."""
        fits = np.isfinite(self.added_h)
        if limit:
            fits &= self.over_limit_h <= TOLERANCE
        if endurance:
            fits &= self.over_endurance_h <= TOLERANCE
        if hold:
            fits &= self.over_hold_kg <= TOLERANCE
        return fits


def insertions(
    problem: RoutingProblem, plan: list[list[Trip]], site: int
) -> Insertions:
    """List every place where a site could be inserted.

    Parameters
    ----------
    problem : RoutingProblem
        The problem.
    plan : list of list of Trip
        Trips of each vessel so far.
    site : int
        A site not in the plan.
    """
    columns: list[tuple[int, int, int, bool, float, float, float, float]] = []
    demand = float(problem.demand_kg[site])
    for v, trips in enumerate(plan):
        vessel = problem.vessels[v]
        travel = problem.travel_of(v)
        service = float(problem.service_of(v)[site])
        spare = problem.limit_h(v) - vessel_hours(problem, v, trips)
        for t, trip in enumerate(trips):
            nodes = np.array(trip.nodes)
            detour = (
                travel[nodes[:-1], site]
                + travel[site, nodes[1:]]
                - travel[nodes[:-1], nodes[1:]]
                + service
            )
            hours = sea_hours(problem, v, trip)
            over_hold = load_kg(problem, trip) + demand - vessel.capacity_kg
            columns.extend(
                (
                    v,
                    t,
                    p,
                    False,
                    added,
                    added - spare,
                    hours + added - vessel.endurance_h,
                    over_hold,
                )
                for p, added in enumerate(detour.tolist())
            )
        for t, start, end in _gaps(problem, v, trips):
            single = Trip(start, (site,), end)
            hours = sea_hours(problem, v, single)
            added = hours + unload_hours(problem, v, single)
            columns.append(
                (
                    v,
                    t,
                    0,
                    True,
                    added,
                    added - spare,
                    hours - vessel.endurance_h,
                    demand - vessel.capacity_kg,
                )
            )
    table = np.array(columns, dtype=np.float64).T
    return Insertions(
        vessel=table[0].astype(np.intp),
        trip=table[1].astype(np.intp),
        position=table[2].astype(np.intp),
        is_new=table[3].astype(bool),
        added_h=table[4],
        over_limit_h=table[5],
        over_endurance_h=table[6],
        over_hold_kg=table[7],
    )


def _gaps(
    problem: RoutingProblem, vessel: int, trips: list[Trip]
) -> list[tuple[int, int, int]]:
    """List where a new trip could go: before which trip, its start and end."""
    if not trips:
        return [(0, problem.vessels[vessel].depot, problem.vessels[vessel].last)]
    ports = problem.vessels[vessel].ports
    calls = [trips[0].start, *(trip.end for trip in trips)]
    return [(t, call, call) for t, call in enumerate(calls) if call in ports]


def with_insertion(
    problem: RoutingProblem,
    plan: list[list[Trip]],
    places: Insertions,
    chosen: int,
    site: int,
) -> list[list[Trip]]:
    """Plan with a site inserted at one of its places."""
    v, t = int(places.vessel[chosen]), int(places.trip[chosen])
    trips = list(plan[v])
    if places.is_new[chosen]:
        start, end = next(
            (start, end) for gap, start, end in _gaps(problem, v, trips) if gap == t
        )
        trips.insert(t, Trip(start, (site,), end))
    else:
        trip, p = trips[t], int(places.position[chosen])
        sites = (*trip.sites[:p], site, *trip.sites[p:])
        trips[t] = Trip(trip.start, sites, trip.end)
    return [trips if i == v else old for i, old in enumerate(plan)]
