"""Where the sites of a plan drift while it runs: an ensemble kept or made for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.drift import read_seeds, run_ensemble
from core.errors import InputError
from core.forecasts import make_forecast, read_forecast, seeds_from_sites
from core.routing import DriftForecast

if TYPE_CHECKING:
    from core.drift import VelocityField
    from core.storage import Store

__all__ = ["MEMBERS", "covered_hours", "drift_from_fields", "drift_from_store"]

#: Members of the ensemble a plan is executed in: the chance to miss a stop is then
#: known to about 7 % (one standard error at one half).
MEMBERS = 50

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


def covered_hours(
    spans: Sequence[tuple[datetime, datetime]], *, start_at: datetime, hours: float
) -> int:
    """Whole hours from a plan's start that every forcing covers.

    Parameters
    ----------
    spans : sequence of (datetime, datetime)
        First and last time of each forcing that changes in time.
    start_at : datetime
        Start of the plan, aware.
    hours : float
        Horizon of the plan.

    Returns
    -------
    int
        At most the horizon, rounded up; fewer where a forcing ends before.

    Raises
    ------
    InputError
        If a forcing does not cover the first hour of the plan.
    """
    wanted = ceil(hours - 1e-9)
    known = wanted
    for first, last in spans:
        left_h = (last - start_at) / timedelta(hours=1)
        if first > start_at or left_h < 1.0:
            raise InputError(
                f"the forcing covers {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} "
                f"UTC, the plan starts {start_at:%Y-%m-%d %H:%M} UTC: choose another "
                "start, or renew the forcing"
            )
        known = min(known, int(left_h + 1e-9))
    return known


def drift_from_store(
    store: "Store",
    sites: pd.DataFrame,
    *,
    start_at: datetime,
    hours: float,
    current_id: str,
    wind_id: str | None = None,
    stokes_id: str | None = None,
    members: int = MEMBERS,
    seed: int = 1,
    name: str,
    actor: str,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> DriftForecast:
    """Make, or find again, the forecast of a plan's sites; it is kept in the store.

    Parameters
    ----------
    store : Store
        Holds the forcing and takes the forecast.
    sites : DataFrame
        ``site, lat, lon, mass_kg`` and, where known, ``category, simulated`` and
        ``radius_m``, how far about the site its debris lies.
    start_at, hours : datetime, float
        Start and horizon of the plan; where the forcing ends before, the forecast
        does, and the plan says so.
    current_id, wind_id, stokes_id : str
        Forcing of the store.
    members, seed : int
        Members of the ensemble and its random numbers.
    name, actor : str
        What people call it; who asks.

    Raises
    ------
    InputError
        If the forcing does not cover the start, or no site can be followed.
    NotFoundError
        If a forcing is not in the store.
    """
    rows = [store.forcings.get(one) for one in (current_id, wind_id, stokes_id) if one]
    spans = [(row["starts_at"], row["ends_at"]) for row in rows if row["n_times"] > 1]
    seeds = seeds_from_sites(sites, at=start_at)
    if "radius_m" in sites:
        seeds["radius_m"] = sites["radius_m"].to_numpy(dtype=float)
    forecast_id = make_forecast(
        store,
        seeds,
        current_id=current_id,
        wind_id=wind_id,
        stokes_id=stokes_id,
        start=start_at,
        hours=covered_hours(spans, start_at=start_at, hours=hours),
        members=members,
        seed=seed,
        name=name,
        actor=actor,
        progress=progress,
        cancelled=cancelled,
    )
    kept = read_forecast(store, forecast_id)
    return DriftForecast(
        kept.frame,
        dict(zip(kept.seeds["seed_id"], kept.seeds["seed"], strict=True)),
        forecast_id,
    )


def drift_from_fields(
    sites: pd.DataFrame,
    fields: Mapping[str, "VelocityField"],
    *,
    spans: Sequence[tuple[datetime, datetime]],
    start_at: datetime,
    hours: float,
    members: int = MEMBERS,
    seed: int = 1,
    **options: Any,
) -> DriftForecast:
    """Follow a plan's sites through fields at hand, without a store.

    Parameters
    ----------
    sites : DataFrame
        As for :func:`drift_from_store`.
    fields : mapping of str to VelocityField
        ``current`` and, where known, ``wind`` and ``stokes``.
    spans : sequence of (datetime, datetime)
        First and last time of each of them.
    options
        Passed on to ``core.drift.run_ensemble``.

    Raises
    ------
    InputError
        If the fields do not cover the start, or no site can be followed.
    """
    seeds = read_seeds(seeds_from_sites(sites, at=start_at)).accepted
    frame = run_ensemble(
        seeds,
        current=fields["current"],
        wind=fields.get("wind"),
        stokes=fields.get("stokes"),
        start=start_at,
        hours=covered_hours(spans, start_at=start_at, hours=hours),
        members=members,
        seed=seed,
        **options,
    )
    return DriftForecast(frame, dict(zip(seeds["seed_id"], seeds["seed"], strict=True)))
