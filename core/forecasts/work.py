"""A forecast as a job: found again, cancelled, and resumed after a crash."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.drift import CURRENT_ERROR, RandomFlight
from core.errors import CleanupError, InputError
from core.forecasts.make import make_forecast
from core.forecasts.summary import json_text

if TYPE_CHECKING:
    from core.jobs import JobContext, Work
    from core.storage import Store

__all__ = ["FORECAST_JOB", "forecast_params", "forecast_work"]

#: Kind of the job that makes a forecast or hindcast.
FORECAST_JOB = "forecast"
_SEED_FIELDS = (
    "seed_id",
    "lat",
    "lon",
    "time",
    "category",
    "mass_kg",
    "radius_m",
    "simulated",
)


def forecast_params(
    seeds: pd.DataFrame,
    *,
    current_id: str,
    wind_id: str | None = None,
    stokes_id: str | None = None,
    start: datetime | None = None,
    hours: int = 72,
    members: int = 50,
    seed: int = 1,
    name: str,
    actor: str,
    current_error: RandomFlight | None = CURRENT_ERROR,
    diffusivity_m2_s: float = 0.0,
    hindcast: bool = False,
) -> dict[str, Any]:
    """Parameters of a forecast job, as JSON values.

    Parameters are those of ``make_forecast``; ``hindcast`` runs it backward in time.

    Raises
    ------
    InputError
        If the start has no zone or there is no seed.
    """
    if seeds.empty:
        raise InputError("there are no seeds to follow")
    if start is not None and start.tzinfo is None:
        raise InputError(f"start {start.isoformat()} has no time zone")
    fields = [name for name in _SEED_FIELDS if name in seeds.columns]
    return {
        "seeds": json.loads(json_text(seeds[fields].to_dict("records"))),
        "current_id": current_id,
        "wind_id": wind_id,
        "stokes_id": stokes_id,
        "start": None if start is None else start.astimezone(UTC).isoformat(),
        "hours": int(hours),
        "members": int(members),
        "seed": int(seed),
        "name": name,
        "actor": actor,
        "current_error": None
        if current_error is None
        else [current_error.sigma_m_s, current_error.time_scale_s],
        "diffusivity_m2_s": float(diffusivity_m2_s),
        "hindcast": bool(hindcast),
    }


def forecast_work(store: "Store", *, scheduler: str = "") -> "Work":
    """Work of a forecast job.

    It can be run again at any time: a forecast that was kept is found, one that was
    cut short left nothing behind. The result is ``{"forecast_id": ...}``.

    Parameters
    ----------
    store : Store
        Holds the forcing and takes the result.
    scheduler : str
        Dask scheduler, empty for threads of this process.
    """

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        error = params["current_error"]
        start = params["start"]
        try:
            forecast_id = make_forecast(
                store,
                pd.DataFrame(params["seeds"]),
                current_id=params["current_id"],
                wind_id=params["wind_id"],
                stokes_id=params["stokes_id"],
                start=None if start is None else datetime.fromisoformat(start),
                hours=params["hours"],
                members=params["members"],
                seed=params["seed"],
                name=params["name"],
                actor=params["actor"],
                current_error=None if error is None else RandomFlight(*error),
                diffusivity_m2_s=params["diffusivity_m2_s"],
                hindcast=params["hindcast"],
                scheduler=scheduler,
                progress=lambda done, total: job.progress(done, total, "drifting"),
                cancelled=job.cancelled,
            )
        except CleanupError:
            if job.was_stopped:  # what was raised is the stop that was asked for
                return {}
            raise
        return {"forecast_id": forecast_id}

    return work
