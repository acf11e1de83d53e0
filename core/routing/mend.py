"""A plan that breaks a limit once its legs are timed along their paths, made good.

The search knows the hours of a leg at one hour, in the middle of the plan. When the
hours at which it is really sailed are longer, two ways are tried: the least worthy
stops are dropped until the plan holds, and the plan is searched again with slower
legs. The better of the two is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.routing.conditions import Conditions
from core.routing.explain import REASONS
from core.routing.problem import RoutePlan, RoutingProblem, Trip
from core.routing.sea.closed import areas_at
from core.routing.setup import Setup
from core.routing.violations import Violation, find_violations
from core.routing.voyages import Voyage, sail, sail_one

__all__ = ["Mended", "broken_by", "make_good"]

#: Legs are taken as slower by this factor at most when the plan is searched again.
_MOST_FACTOR = 1.5

#: Limits that a stop breaks by itself.
_OF_ONE_STOP = ("closed_area", "unreachable")

Solve = Callable[[RoutingProblem], RoutePlan]


@dataclass(frozen=True, eq=False)
class Mended:
    """A plan that holds, as it is sailed.

    Attributes
    ----------
    found : RoutePlan
        The plan, with what had to be dropped among its unassigned sites.
    voyages : list of Voyage
        It, timed along its paths.
    notes : tuple of str
        What was changed.
    """

    found: RoutePlan
    voyages: list[Voyage]
    notes: tuple[str, ...] = ()

    @property
    def prize(self) -> float:
        """Prize of the stops, timed."""
        return sum(
            visit.prize
            for voyage in self.voyages
            for timed in voyage.timing
            for visit in timed.visits
        )


def make_good(
    setup: Setup, found: RoutePlan, solve: Solve, *, conditions: Conditions | None
) -> Mended:
    """Time a plan along its paths; mend it where that breaks a limit.

    Parameters
    ----------
    setup : Setup
        The problem and what its nodes stand for.
    found : RoutePlan
        The plan of the search.
    solve : callable
        Searches a changed problem again, more briefly.
    conditions : Conditions, optional
        State of the sea.
    """
    voyages = sail(setup, found.trips, conditions=conditions)
    broken = [x for v, one in enumerate(voyages) for x in broken_by(setup, v, one)]
    if not broken:
        return Mended(found, voyages)
    trimmed = _trimmed(setup, found, voyages, conditions)
    again = solve(_slower(setup.problem, _factors(setup, voyages)))
    other = _trimmed(
        setup, again, sail(setup, again.trips, conditions=conditions), conditions
    )
    best = max((trimmed, other), key=lambda one: one.prize)
    how = "stops were dropped" if best is trimmed else "it was searched again"
    note = (
        "Timed leg by leg along its path, the plan found first broke a limit: "
        f"{broken[0].message} So {how} until it held."
    )
    return replace(best, notes=(note,))


def broken_by(setup: Setup, v: int, voyage: Voyage) -> list[Violation]:
    """Limits of a vessel that its voyage breaks."""
    n = len(setup.problem.vessels)
    trips = [voyage.trips if i == v else [] for i in range(n)]
    timing = [voyage.timing if i == v else [] for i in range(n)]
    broken = list(find_violations(setup.problem, trips, timing))
    return [*_into_closed(setup, v, voyage), *broken]


def _into_closed(setup: Setup, v: int, voyage: Voyage) -> list[Violation]:
    """Find stops at debris that has drifted into a closed area by then."""
    if setup.drift is None or not setup.closed:
        return []
    found = []
    name = setup.problem.name_of(v)
    for t, trip in enumerate(voyage.trips):
        for k, node in enumerate(trip.sites):
            lat, lon = voyage.met_at[node]
            area = areas_at(setup.closed, lat=lat, lon=lon)[0]
            if area is not None:
                site = setup.problem.site_name(node)
                said = f"{name} would meet {site} in {area.name}, which is closed."
                found.append(Violation("closed_area", v, t, k, 0.0, "", said))
    return found


def _factors(setup: Setup, voyages: Sequence[Voyage]) -> npt.NDArray[np.float64]:
    """How much longer the legs of each vessel are than the search took them for."""
    factors = np.ones(len(voyages))
    for v, voyage in enumerate(voyages):
        longer = [
            leg.hours / leg.planned_h
            for legs in voyage.legs
            for leg in legs
            if 0.0 < leg.planned_h < np.inf
        ]
        factors[v] = np.clip(max(longer, default=1.0), 1.0, _MOST_FACTOR)
    return factors


def _slower(
    problem: RoutingProblem, factors: npt.NDArray[np.float64]
) -> RoutingProblem:
    by_vessel = factors[:, None, None]
    targets = problem.targets
    if targets is not None:
        targets = replace(targets, pace_h_per_km=targets.pace_h_per_km * by_vessel)
    return replace(problem, travel_h=problem.travel_h * by_vessel, targets=targets)


def _trimmed(
    setup: Setup,
    found: RoutePlan,
    voyages: Sequence[Voyage],
    conditions: Conditions | None,
) -> Mended:
    """Drop the least worthy stops of vessels that break a limit, until none does."""
    trips, voyages = [list(one) for one in found.trips], list(voyages)
    dropped: dict[int, Violation] = {}
    for v in range(len(trips)):
        while trips[v] and (broken := broken_by(setup, v, voyages[v])):
            node = _to_drop(setup, v, trips[v], broken[0])
            if node is None:
                trips[v] = []
            else:
                dropped[node] = broken[0]
                trips[v] = _without(trips[v], node)
            voyages[v] = sail_one(setup, v, trips[v], conditions)
    if not dropped:
        return Mended(replace(found, trips=trips), voyages)
    return Mended(_with_dropped(setup, found, trips, dropped), voyages)


def _to_drop(setup: Setup, v: int, trips: Sequence[Trip], why: Violation) -> int | None:
    """Stop that cannot be where it is, or the least worthy one."""
    if why.kind in _OF_ONE_STOP and why.trip is not None and why.stop is not None:
        return trips[why.trip].sites[why.stop]
    return _least_worthy(setup, v, trips)


def _least_worthy(setup: Setup, v: int, trips: Sequence[Trip]) -> int | None:
    """Stop with the least prize for the hours it takes; pinned ones last."""
    travel, service = setup.problem.travel_of(v), setup.problem.service_of(v)
    pinned = setup.problem.pinned
    ranked = []
    for trip in trips:
        for before, node, after in zip(
            trip.nodes, trip.nodes[1:], trip.nodes[2:], strict=False
        ):
            way = travel[before, node] + travel[node, after] - travel[before, after]
            hours = max(float(way + service[node]), 1e-6)
            is_pinned = pinned is not None and bool(pinned[node])
            ranked.append((is_pinned, setup.problem.prize[node] / hours, node))
    return min(ranked)[2] if ranked else None


def _without(trips: Sequence[Trip], node: int) -> list[Trip]:
    """Trips without a stop; a round trip that has none left is not made."""
    kept = [
        replace(trip, sites=tuple(one for one in trip.sites if one != node))
        for trip in trips
    ]
    return [trip for trip in kept if trip.sites or trip.start != trip.end]


def _with_dropped(
    setup: Setup,
    found: RoutePlan,
    trips: list[list[Trip]],
    dropped: dict[int, Violation],
) -> RoutePlan:
    reasons = {
        node: why.kind if why.kind in REASONS else "time_window"
        for node, why in dropped.items()
    }
    details = {
        node: f"Timed along the paths at their hours, with it a limit breaks: "
        f"{why.message}"
        for node, why in dropped.items()
    }
    remedy = "More of what that limit gives, or a calmer sea, would bring it in."
    return replace(
        found,
        trips=trips,
        prize=found.prize - float(setup.problem.prize[list(dropped)].sum()),
        unassigned=found.unassigned | reasons,
        details=found.details | details,
        remedies=found.remedies | dict.fromkeys(dropped, remedy),
    )
