"""Hours and loads of trips on a still sea."""

import numpy as np

from core.routing.problem import RoutingProblem, Trip

__all__ = ["TOLERANCE", "load_kg", "sea_hours", "unload_hours"]

#: Rounding of sums of hours and kg; far below a second and a gram.
TOLERANCE = 1e-7


def sea_hours(problem: RoutingProblem, vessel: int, trip: Trip) -> float:
    """Hours at sea on a trip: travel and work on site."""
    nodes = np.array(trip.nodes)
    travel = problem.travel_of(vessel)[nodes[:-1], nodes[1:]].sum()
    return float(travel + problem.service_of(vessel)[list(trip.sites)].sum())


def unload_hours(problem: RoutingProblem, vessel: int, trip: Trip) -> float:
    """Hours in port at the end of a trip; none where the vessel cannot unload."""
    if trip.end not in problem.vessels[vessel].ports:
        return 0.0
    return float(problem.unload_h[trip.end])  # type: ignore[index]


def load_kg(problem: RoutingProblem, trip: Trip) -> float:
    """Load taken aboard on a trip."""
    return float(problem.demand_kg[list(trip.sites)].sum())
