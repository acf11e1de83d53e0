"""Bring a searched plan within endurance and horizon, and fill what is left."""

import numpy as np

from core.routing._timing import (
    TOLERANCE,
    insertions,
    load_kg,
    sea_hours,
    unload_hours,
    vessel_hours,
    with_insertion,
)
from core.routing.problem import RoutingProblem, Trip

__all__ = ["fill", "repair", "visited"]


def visited(plan: list[list[Trip]]) -> set[int]:
    """Sites that a plan visits."""
    return {site for trips in plan for trip in trips for site in trip.sites}


def repair(problem: RoutingProblem, plan: list[list[Trip]]) -> list[list[Trip]]:
    """Split trips longer than the endurance at a port, then drop what is too much."""
    repaired = []
    for v, trips in enumerate(plan):
        kept: list[Trip] = []
        for trip in trips:
            kept.extend(_split(problem, v, trip))
        while vessel_hours(problem, v, kept) > problem.limit_h(v) + TOLERANCE:
            kept = _without_worst(problem, v, kept)
        repaired.append(_without_empty(kept))
    return repaired


def _fits(problem: RoutingProblem, vessel: int, trip: Trip) -> bool:
    one = problem.vessels[vessel]
    return (
        sea_hours(problem, vessel, trip) <= one.endurance_h + TOLERANCE
        and load_kg(problem, trip) <= one.capacity_kg + TOLERANCE
    )


def _split(problem: RoutingProblem, vessel: int, trip: Trip) -> list[Trip]:
    """Cut a trip into ones that fit, in its order, with the least hours added.

    A site that fits no trip of its own is dropped.
    """
    if _fits(problem, vessel, trip):
        return [trip]
    ports = problem.vessels[vessel].ports
    n = len(trip.sites)
    # best[i, port]: hours and trips for the first i sites, ending at a port.
    best: dict[tuple[int, int], tuple[float, list[Trip]]] = {(0, trip.start): (0.0, [])}
    for i in range(n):
        for start in {at for k, at in best if k == i}:
            hours, done = best[i, start]
            for j in range(i + 1, n + 1):
                ends = (trip.end,) if j == n else ports
                for end in ends:
                    part = Trip(start, trip.sites[i:j], end)
                    if not _fits(problem, vessel, part):
                        continue
                    total = (
                        hours
                        + sea_hours(problem, vessel, part)
                        + unload_hours(problem, vessel, part)
                    )
                    known = best.get((j, end))
                    if known is None or total < known[0]:
                        best[j, end] = (total, [*done, part])
    if (n, trip.end) in best:
        return best[n, trip.end][1]
    alone = [
        _fits(problem, vessel, Trip(trip.start, (site,), trip.end))
        for site in trip.sites
    ]
    worst = alone.index(False) if not all(alone) else _longest(problem, vessel, trip)
    sites = (*trip.sites[:worst], *trip.sites[worst + 1 :])
    if not sites and trip.start == trip.end:
        return []
    return _split(problem, vessel, Trip(trip.start, sites, trip.end))


def _longest(problem: RoutingProblem, vessel: int, trip: Trip) -> int:
    """Find the site whose detour and work take longest for its prize."""
    travel, service = problem.travel_of(vessel), problem.service_of(vessel)
    nodes = np.array(trip.nodes)
    before, here, after = nodes[:-2], nodes[1:-1], nodes[2:]
    saved = travel[before, here] + travel[here, after] - travel[before, after]
    return int(np.argmin(problem.prize[here] / (saved + service[here] + TOLERANCE)))


def _without_worst(
    problem: RoutingProblem, vessel: int, trips: list[Trip]
) -> list[Trip]:
    """Drop the site that brings least for its hours."""
    choices = []
    for t, trip in enumerate(trips):
        if trip.sites:
            worst = _longest(problem, vessel, trip)
            sites = (*trip.sites[:worst], *trip.sites[worst + 1 :])
            shorter = Trip(trip.start, sites, trip.end)
            saved = sea_hours(problem, vessel, trip) - sea_hours(
                problem, vessel, shorter
            )
            prize = float(problem.prize[trip.sites[worst]])
            choices.append((prize / (saved + TOLERANCE), t, shorter))
    if not choices:
        return []
    _, t, shorter = min(choices, key=lambda choice: choice[:2])
    return _without_empty([*trips[:t], shorter, *trips[t + 1 :]])


def _without_empty(trips: list[Trip]) -> list[Trip]:
    """Leave out trips that go nowhere, and a vessel that visits nothing."""
    if not any(trip.sites for trip in trips):
        return []
    return [trip for trip in trips if trip.sites or trip.start != trip.end]


def fill(
    problem: RoutingProblem,
    plan: list[list[Trip]],
    left: list[int],
    *,
    least_prize_per_h: float = 0.0,
) -> list[list[Trip]]:
    """Insert sites where they fit, those with most prize for an added hour first."""
    waiting = [site for site in left if problem.prize[site] > 0.0]
    again = bool(waiting)
    while again:
        again = False
        stuck: list[int] = []
        while waiting:
            best = None
            for site in list(waiting):
                places = insertions(problem, plan, site)
                fits = places.fits()
                if not fits.any():  # tried again once nothing else fits
                    waiting.remove(site)
                    stuck.append(site)
                    continue
                added = np.where(fits, places.added_h, np.inf)
                chosen = int(added.argmin())
                worth = float(problem.prize[site]) / max(added[chosen], TOLERANCE)
                if best is None or worth > best[0]:
                    best = (worth, site, places, chosen)
            if best is None or best[0] < least_prize_per_h:
                break
            _, site, places, chosen = best
            plan = with_insertion(problem, plan, places, chosen, site)
            waiting.remove(site)
            again = True
        waiting = stuck
        again = again and bool(stuck)
    return plan
