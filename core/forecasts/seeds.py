"""Seeds of a forecast from the sites of a plan."""

from datetime import datetime

import pandas as pd

from core.errors import InputError

__all__ = ["SITE_RADIUS_M", "seeds_from_sites"]

#: Standard deviation of a site's debris about its centre along each axis: that of a
#: disc of 5 km, the distance within which hotspots join sightings (R / 2; assumption).
#: In the simulated sea the debris within 5 km of a hotspot has 2.3 km.
SITE_RADIUS_M = 2500.0
_NEEDED = ("site", "lat", "lon", "mass_kg")


def seeds_from_sites(
    sites: pd.DataFrame, *, at: datetime, radius_m: float = SITE_RADIUS_M
) -> pd.DataFrame:
    """Make a seed of each site.

    Parameters
    ----------
    sites : DataFrame
        ``site, lat, lon, mass_kg`` and, where known, ``category`` and ``simulated``, as
        ``core.routing.find_hotspots`` gives them.
    at : datetime
        When the debris was there, aware.
    radius_m : float, default 2500
        How far about the site the debris lies, one standard deviation.

    Returns
    -------
    DataFrame
        ``seed_id, lat, lon, time, category, mass_kg, radius_m, simulated`` for
        ``core.drift.read_seeds`` and ``make_forecast``.

    Raises
    ------
    InputError
        If a column lacks or the time has no zone.
    """
    missing = [name for name in _NEEDED if name not in sites.columns]
    if missing:
        raise InputError(f"sites lack {', '.join(missing)}")
    if at.tzinfo is None:
        raise InputError(f"time {at.isoformat()} has no time zone")
    n = len(sites)
    category = sites["category"] if "category" in sites else pd.Series([""] * n)
    simulated = sites["simulated"] if "simulated" in sites else pd.Series([False] * n)
    return pd.DataFrame(
        {
            "seed_id": sites["site"].astype(str).to_numpy(),
            "lat": sites["lat"].to_numpy(dtype="float64"),
            "lon": sites["lon"].to_numpy(dtype="float64"),
            "time": pd.Series([pd.Timestamp(at)] * n, dtype="datetime64[us, UTC]"),
            "category": category.fillna("").astype(str).to_numpy(),
            "mass_kg": sites["mass_kg"].to_numpy(dtype="float64"),
            "radius_m": float(radius_m),
            "simulated": simulated.to_numpy(dtype=bool),
        }
    )
