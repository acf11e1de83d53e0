"""Hours between the nodes of a problem, as the search takes them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.routing.conditions import Conditions
from core.routing.fleet import FleetVessel
from core.routing.speed import pace_matrix
from core.units import KM_PER_NAUTICAL_MILE

__all__ = ["travel_hours_between"]

FloatArray = npt.NDArray[np.float64]


def travel_hours_between(
    vessels: Sequence[FleetVessel],
    lat: FloatArray,
    lon: FloatArray,
    distance_km: FloatArray,
    *,
    conditions: Conditions | None,
    hour: float,
) -> FloatArray:
    """Hours from node to node at one hour of the plan.

    Parameters
    ----------
    vessels : sequence of FleetVessel
        The vessels.
    lat, lon : ndarray of float, shape (n,)
        The nodes.
    distance_km : ndarray of float, shape (n, n)
        Sea distances; infinity where there is no way.
    conditions : Conditions, optional
        State of the sea; calm when not given.
    hour : float
        Hour after the start at which the sea is looked at.

    Returns
    -------
    ndarray of float, shape (n, n) or (n_vessels, n, n)
        One matrix where all vessels are equally fast in a calm sea.
    """
    if conditions is None:
        speeds = [vessel.speed_kn * KM_PER_NAUTICAL_MILE for vessel in vessels]
        if len(set(speeds)) == 1:
            return distance_km / speeds[0]
        hours = np.empty((len(speeds), *distance_km.shape))
        for row, speed in zip(hours, speeds, strict=True):
            np.divide(distance_km, speed, out=row)
        return hours
    pace = pace_matrix(vessels, conditions, lat, lon, distance_km, hour)
    # Where there is no distance, the pace does not matter, not even an infinite one.
    pace[:, distance_km == 0.0] = 0.0
    np.multiply(pace, distance_km, out=pace, where=np.isfinite(distance_km))
    pace[:, ~np.isfinite(distance_km)] = np.inf
    return pace
