"""Stops moved by hand: what becomes of the times, and which limits then break.

Nothing is refused for breaking a limit; what breaks is said at once, with figures, and
whoever moves the stops decides. Every function returns new values and leaves those it
was given as they were, so that an earlier state is kept by keeping it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from core.errors import RouteInputError
from core.routing.problem import RoutingProblem, Trip
from core.routing.timing import TripTiming, Visit, time_trips
from core.routing.violations import Violation, find_violations

__all__ = [
    "EditedTrips",
    "StopAt",
    "add_stop",
    "move_stop",
    "remove_stop",
    "reverse",
    "time_plan",
]

Trips = tuple[tuple[Trip, ...], ...]
Given = Sequence[Sequence[Trip]]


class StopAt(NamedTuple):
    """A place in a plan; all three count from 0.

    ``trip`` may be the number of trips the vessel has: that stands for a new trip
    after them.
    """

    vessel: int
    trip: int
    stop: int


@dataclass(frozen=True)
class EditedTrips:
    """Trips with their times and what they break.

    Attributes
    ----------
    trips : tuple of tuple of Trip
        For each vessel its trips in order.
    timing : tuple of tuple of TripTiming
        The same in time; infinite from the first thing that cannot be done on.
    violations : tuple of Violation
        Empty where every limit holds.
    """

    trips: Trips
    timing: tuple[tuple[TripTiming, ...], ...]
    violations: tuple[Violation, ...]

    @property
    def prize(self) -> float:
        """What the visits bring; nothing for those that are never begun."""
        return sum(visit.prize for visit in self._begun())

    @property
    def mass_kg(self) -> float:
        """What is taken aboard; nothing for visits that are never begun."""
        return sum(visit.load_kg for visit in self._begun())

    def _begun(self) -> list[Visit]:
        visits = [v for own in self.timing for one in own for v in one.visits]
        return [visit for visit in visits if isfinite(visit.start_h)]


def time_plan(problem: RoutingProblem, trips: Given) -> EditedTrips:
    """Time a plan and say which limits it breaks.

    Parameters
    ----------
    problem : RoutingProblem
        The problem; drifting targets are followed in their first member.
    trips : sequence of sequence of Trip
        For each vessel its trips.

    Raises
    ------
    RouteInputError
        If the trips are not for as many vessels as the problem has, or visit a node
        that is no site.
    """
    if len(trips) != len(problem.vessels):
        raise RouteInputError(
            f"trips are for {len(trips)} vessels, the problem has "
            f"{len(problem.vessels)}"
        )
    kept: Trips = tuple(_without_empty(own) for own in trips)
    for own in kept:
        for trip in own:
            _check_sites(problem, trip.sites)
    timing = tuple(
        tuple(time_trips(problem, v, list(own))) for v, own in enumerate(kept)
    )
    return EditedTrips(kept, timing, find_violations(problem, kept, timing))


def move_stop(
    problem: RoutingProblem, trips: Given, start: StopAt, to: StopAt
) -> EditedTrips:
    """Take a stop from one place of a plan to another.

    Parameters
    ----------
    problem : RoutingProblem
        The problem.
    trips : sequence of sequence of Trip
        For each vessel its trips.
    start : StopAt
        Which stop.
    to : StopAt
        Where it goes: vessel and trip as they are numbered before the move, and the
        number it then has among the stops of that trip.

    Raises
    ------
    RouteInputError
        If there is no such stop or no such place.
    """
    site = _site_at(problem, trips, start)
    return time_plan(problem, _put(problem, _taken(trips, start), site, to))


def add_stop(
    problem: RoutingProblem, trips: Given, site: int, to: StopAt
) -> EditedTrips:
    """Visit one more site; see :func:`move_stop` for the place."""
    _check_sites(problem, (site,))
    return time_plan(problem, _put(problem, trips, site, to))


def remove_stop(problem: RoutingProblem, trips: Given, at: StopAt) -> EditedTrips:
    """Leave out a stop; a trip without stops that leads nowhere goes with it."""
    _site_at(problem, trips, at)
    return time_plan(problem, _taken(trips, at))


def reverse(
    problem: RoutingProblem,
    trips: Given,
    vessel: int,
    trip: int,
    *,
    first: int = 0,
    last: int | None = None,
) -> EditedTrips:
    """Visit the stops of a trip, or those from ``first`` to ``last``, the other way.

    ``last`` is included; the last stop of the trip when not given.
    """
    old = _trip_at(problem, trips, vessel, trip)
    end = len(old.sites) - 1 if last is None else last
    if not 0 <= first <= end < len(old.sites):
        raise RouteInputError(
            f"{problem.name_of(vessel)}, trip {trip + 1} has {len(old.sites)} stops; "
            f"expected first and last among them, got {first} and {end}"
        )
    sites = list(old.sites)
    sites[first : end + 1] = sites[first : end + 1][::-1]
    return time_plan(
        problem, _with(trips, vessel, trip, Trip(old.start, tuple(sites), old.end))
    )


def _trip_at(problem: RoutingProblem, trips: Given, vessel: int, trip: int) -> Trip:
    if not 0 <= vessel < min(len(trips), len(problem.vessels)):
        raise RouteInputError(f"there is no vessel {vessel}")
    if not 0 <= trip < len(trips[vessel]):
        raise RouteInputError(
            f"{problem.name_of(vessel)} has {len(trips[vessel])} trips, asked for "
            f"number {trip + 1}"
        )
    return trips[vessel][trip]


def _site_at(problem: RoutingProblem, trips: Given, at: StopAt) -> int:
    sites = _trip_at(problem, trips, at.vessel, at.trip).sites
    if not 0 <= at.stop < len(sites):
        raise RouteInputError(
            f"{problem.name_of(at.vessel)}, trip {at.trip + 1} has {len(sites)} "
            f"stops, asked for number {at.stop + 1}"
        )
    return sites[at.stop]


def _check_sites(problem: RoutingProblem, sites: tuple[int, ...]) -> None:
    known = set(problem.sites.tolist())
    for site in sites:
        if site not in known:
            raise RouteInputError(f"node {site} is no site of the problem")


def _with(trips: Given, vessel: int, trip: int, changed: Trip) -> Given:
    own = [*trips[vessel][:trip], changed, *trips[vessel][trip + 1 :]]
    return [own if v == vessel else old for v, old in enumerate(trips)]


def _taken(trips: Given, at: StopAt) -> Given:
    old = trips[at.vessel][at.trip]
    sites = (*old.sites[: at.stop], *old.sites[at.stop + 1 :])
    return _with(trips, at.vessel, at.trip, Trip(old.start, sites, old.end))


def _put(problem: RoutingProblem, trips: Given, site: int, to: StopAt) -> Given:
    v, t, k = to
    if 0 <= v < len(trips) and t == len(trips[v]):
        trips = _with(trips, v, t, _new_trip(problem, v, trips[v]))
    old = _trip_at(problem, trips, v, t)
    if not 0 <= k <= len(old.sites):
        raise RouteInputError(
            f"{problem.name_of(v)}, trip {t + 1} has {len(old.sites)} stops, asked "
            f"for place {k + 1}"
        )
    sites = (*old.sites[:k], site, *old.sites[k:])
    return _with(trips, v, t, Trip(old.start, sites, old.end))


def _new_trip(problem: RoutingProblem, v: int, trips: Sequence[Trip]) -> Trip:
    """Trip after all others; it ends where the vessel is to end."""
    vessel = problem.vessels[v]
    return Trip(trips[-1].end if trips else vessel.depot, (), vessel.last)


def _without_empty(trips: Sequence[Trip]) -> tuple[Trip, ...]:
    return tuple(trip for trip in trips if trip.sites or trip.start != trip.end)
