"""More sites than can be planned together: keep those worth most for their way."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.geo import great_circle_distance_km
from core.routing.fleet import Place

__all__ = ["worthiest"]

#: Added to every distance, so that a gram at the pier does not outweigh a tonne beyond.
_AT_LEAST_KM = 50.0


def worthiest(
    sites: pd.DataFrame, places: Sequence[Place], limit: int
) -> npt.NDArray[np.intp]:
    """Rows of the sites to plan, ascending: those with most mass for their distance.

    Mass counts with its priority, distance as the great circle to the nearest start,
    end or port, and 50 km more (an assumption).
    """
    if len(sites) <= limit:
        return np.arange(len(sites))
    away_km = great_circle_distance_km(
        lat1=sites["lat"].to_numpy(float)[:, None],
        lon1=sites["lon"].to_numpy(float)[:, None],
        lat2=np.array([place.lat for place in places]),
        lon2=np.array([place.lon for place in places]),
    ).min(axis=1)
    worth = sites["mass_kg"].to_numpy(float) * sites["priority"].to_numpy(float)
    order = np.argsort(-worth / (away_km + _AT_LEAST_KM), kind="stable")
    return np.sort(order[:limit])
