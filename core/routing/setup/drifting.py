"""Sites that drift: where they are planned from, and the targets of the problem."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing.drift_forecast import (
    DriftForecast,
    SiteDrift,
    drift_of_sites,
    targets_from_drift,
)
from core.routing.problem import RoutingProblem
from core.routing.request import PlanRequest
from core.routing.sea import nearest_sea

__all__ = ["Whereabouts", "find_whereabouts", "with_targets"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """Where the sites of a plan are.

    Attributes
    ----------
    lat, lon : ndarray of float, shape (n,)
        Positions that legs are measured between: in the middle of the plan where the
        site drifts.
    drift : SiteDrift, optional
        Where each is over time; none where debris lies still.
    """

    lat: FloatArray
    lon: FloatArray
    drift: SiteDrift | None = None


def find_whereabouts(
    request: PlanRequest, rows: IntArray, forecast: DriftForecast | None
) -> Whereabouts:
    """Find where the sites of some rows are, still or drifting.

    A site that lies on land at the start is not moved: it is no site at sea. An
    expected position on land in the middle of the plan is moved to the nearest sea.
    """
    sites = request.sites.iloc[rows]
    lat, lon = sites["lat"].to_numpy(float), sites["lon"].to_numpy(float)
    if forecast is None:
        return Whereabouts(lat, lon)
    drift = drift_of_sites(
        forecast,
        site=sites["site"].tolist(),
        lat=lat,
        lon=lon,
        start_at=request.start_at,
        hours=request.hours,
    )
    there = zip(*drift.mean_at(request.hours / 2.0), strict=True)
    moved = [
        _in_the_middle(start, middle)
        for start, middle in zip(zip(lat, lon, strict=True), there, strict=True)
    ]
    middle_lat, middle_lon = np.array(moved).T
    return Whereabouts(middle_lat, middle_lon, drift)


def _in_the_middle(
    start: tuple[float, float], middle: tuple[float, float]
) -> tuple[float, float]:
    try:
        if nearest_sea(lat=start[0], lon=start[1]).moved_km > 0.0:
            return start
        sea = nearest_sea(lat=middle[0], lon=middle[1])
    except RouteInputError:
        return start
    return sea.lat, sea.lon


def with_targets(
    problem: RoutingProblem,
    whereabouts: Whereabouts,
    site_of_node: Sequence[int],
    lat: FloatArray,
    lon: FloatArray,
) -> RoutingProblem:
    """Problem whose sites drift, if they do.

    Parameters
    ----------
    problem : RoutingProblem
        The problem with legs between the positions of ``lat`` and ``lon``.
    whereabouts : Whereabouts
        Where the sites are.
    site_of_node : sequence of int
        Which site a node is, -1 for a place.
    lat, lon : ndarray of float, shape (n,)
        Positions of the nodes.
    """
    if whereabouts.drift is None:
        return problem
    targets = targets_from_drift(
        whereabouts.drift,
        site_of_node=np.asarray(site_of_node, dtype=np.intp),
        lat=lat,
        lon=lon,
        travel_h=problem.travel_h,
    )
    return replace(problem, targets=targets)
