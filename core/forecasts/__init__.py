"""Drift forecasts as a product: forcing taken in, runs made, kept, read and watched.

Joins the drift model, ocean forcing and the store: every forecast is kept with the
hashes of what it was made from.
"""

from core.forecasts.alerts import REFRESH_EVERY_H, ForcingAlert, stale_forcings
from core.forecasts.forcings import (
    add_forcing,
    forcings,
    load_forcing,
    velocity_field,
)
from core.forecasts.make import make_forecast
from core.forecasts.read import Forecast, read_forecast
from core.forecasts.refresh import (
    ForcingSource,
    Refreshed,
    fetch_forcing,
    forcing_request,
    refresh_forcing,
)
from core.forecasts.seeds import SITE_RADIUS_M, seeds_from_sites
from core.forecasts.skill import (
    SKILL_JOB,
    add_skill_report,
    skill_params,
    skill_work,
)
from core.forecasts.work import FORECAST_JOB, forecast_params, forecast_work

__all__ = [
    "FORECAST_JOB",
    "REFRESH_EVERY_H",
    "SITE_RADIUS_M",
    "SKILL_JOB",
    "ForcingAlert",
    "ForcingSource",
    "Forecast",
    "Refreshed",
    "add_forcing",
    "add_skill_report",
    "fetch_forcing",
    "forcing_request",
    "forcings",
    "forecast_params",
    "forecast_work",
    "load_forcing",
    "make_forecast",
    "read_forecast",
    "refresh_forcing",
    "seeds_from_sites",
    "skill_params",
    "skill_work",
    "stale_forcings",
    "velocity_field",
]
