"""Debris seen since a plan was made, as sites that its rest can be planned with."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.geo import great_circle_distance_km
from core.routing import find_hotspots, site_rows

__all__ = ["SAME_SITE_KM", "sites_since"]

#: A hotspot nearer than this to a site of the plan is a new look at that site: the
#: reach within which sightings make one hotspot. Drift since the plan began is not
#: taken off (an assumption).
SAME_SITE_KM = 5.0
_LEAST_KG = 1.0
_MOST_SITES = 60


def sites_since(
    plan: Mapping[str, Any],
    observations: pd.DataFrame,
    *,
    weigh: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> list[dict[str, Any]]:
    """Sites from observations that were stored after a plan.

    A hotspot near a site of the plan takes its name, and so replaces it where it is
    not visited yet; any other gets a name of its own.

    Parameters
    ----------
    plan : mapping
        Row of the plan with its document.
    observations : DataFrame
        Observations that were stored after the plan, as
        :meth:`core.storage.observations.Observations.stored_since` returns them.
    weigh : callable, optional
        Gives the hotspots their ``priority``, where the plan is by priority.

    Returns
    -------
    list of dict
        Rows of a sites table, the heaviest first.
    """
    if observations.empty:
        return []
    found = find_hotspots(observations, min_mass_kg=_LEAST_KG, max_sites=_MOST_SITES)
    if found.empty:
        return []
    if weigh is not None:
        found = weigh(found)
    request = plan["document"].get("request") or {}
    known = pd.DataFrame(request.get("sites", []), columns=["site", "lat", "lon"])
    return site_rows(found.assign(site=_names(found, known)))


def _names(found: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """Name of the nearest known site not given yet, else one that none has."""
    taken: set[str] = set()
    every = set(known["site"].astype(str))
    names = []
    for lat, lon in zip(found["lat"], found["lon"], strict=True):
        name = _nearest(known[~known["site"].isin(taken)], float(lat), float(lon))
        number = 0
        while not name:
            number += 1
            new = f"N{number:03d}"
            name = "" if new in every | taken else new
        taken.add(name)
        names.append(name)
    return names


def _nearest(known: pd.DataFrame, lat: float, lon: float) -> str:
    if known.empty:
        return ""
    away_km = np.asarray(
        great_circle_distance_km(
            lat1=lat,
            lon1=lon,
            lat2=known["lat"].to_numpy(float),
            lon2=known["lon"].to_numpy(float),
        )
    )
    k = int(away_km.argmin())
    return str(known["site"].iloc[k]) if away_km[k] <= SAME_SITE_KM else ""
