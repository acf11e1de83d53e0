"""What the Drift forecast page asks the library for: forcing, jobs, forecasts."""

import json
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.state import actor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.drift.seeds import Seeds
    from core.forecasts import Forecast
    from core.jobs import Job, JobRunner

__all__ = [
    "downloads",
    "forcings",
    "forecast",
    "hotspot_seeds",
    "jobs",
    "listing",
    "n_inside",
    "newest",
    "overlap",
    "persistence_at",
    "regions_at",
    "runner",
    "stranding_lines",
    "submit",
    "uploaded_seeds",
]

_MAX_SEED_BYTES = 5_000_000


def forcings(kind: str) -> dict[str, dict[str, Any]]:
    """Return the forcing of a kind that is in use, by id, newest first."""
    found = services.store().forcings.listing(kind=kind)
    return {row["forcing_id"]: row for row in found}


def n_inside(row: "Mapping[str, Any]", places: pd.DataFrame) -> int:
    """Count the places that lie inside the area of a forcing."""
    if places.empty:
        return 0
    lat, lon = places["lat"].astype("float64"), places["lon"].astype("float64")
    width = (row["east"] - row["west"]) % 360.0 or 360.0
    inside = (lat >= row["south"]) & (lat <= row["north"])
    return int((inside & ((lon - row["west"]) % 360.0 <= width)).sum())


def overlap(one: "Mapping[str, Any]", other: "Mapping[str, Any]") -> bool:
    """Whether two forcings share some time; a single time bounds nothing."""
    if one["n_times"] == 1 or other["n_times"] == 1:
        return True
    starts = max(one["starts_at"], other["starts_at"])
    return bool(starts < min(one["ends_at"], other["ends_at"]))


def listing() -> dict[str, dict[str, Any]]:
    """Forecasts and hindcasts by id, newest first."""
    return {row["forecast_id"]: row for row in services.store().forecasts.listing()}


def newest() -> dict[str, Any] | None:
    """Return the newest forecast, hindcasts left out; None before the first."""
    found = services.store().forecasts.listing(kind="forecast", limit=1)
    return found[0] if found else None


def forecast(forecast_id: str) -> "Forecast":
    """Open a forecast; it is shared by all sessions and never changed."""
    return _forecast(*_key(), forecast_id)


@st.cache_resource(show_spinner="Reading the forecast", max_entries=6)
def _forecast(url: str, data_dir: str, forecast_id: str) -> "Forecast":
    from core.forecasts import read_forecast

    return read_forecast(services.store(), forecast_id)


def _key() -> tuple[str, str]:
    chosen = services.settings()
    return chosen.resolved_database_url, str(chosen.data_dir)


@st.cache_data(show_spinner=False, max_entries=400)
def _regions(url: str, data_dir: str, forecast_id: str, hour: int) -> pd.DataFrame:
    return forecast(forecast_id).regions(hour=hour)


def regions_at(forecast_id: str, hour: int) -> pd.DataFrame:
    """Regions of one hour, with their polygons."""
    return _regions(*_key(), forecast_id, hour)


@st.cache_data(show_spinner=False, max_entries=16)
def _stranding_lines(url: str, data_dir: str, forecast_id: str) -> pd.DataFrame:
    import shapely

    from core.drift.ensembles.stranding import stranding, stranding_geojson

    opened = forecast(forecast_id)
    # All seeds as one, so that a segment has one colour: the chance that an item
    # taken at random from the seeds strands there.
    together = opened.frame.assign(
        member=opened.frame["member"] + (opened.frame["seed"] + 1) * 1_000_000,
        seed=0,
    ).loc[opened.frame["member"] > 0]
    found = stranding_geojson(stranding(together))
    rows = [
        {
            **feature["properties"],
            "geometry": shapely.geometry.shape(feature["geometry"]),
        }
        for feature in found["features"]
    ]
    columns = ["segment", "probability", "low", "high", "geometry"]
    return pd.DataFrame(rows, columns=columns)


def stranding_lines(forecast_id: str) -> pd.DataFrame:
    """Coast segments that are reached, with the chance over all seeds and a line."""
    return _stranding_lines(*_key(), forecast_id)


@st.cache_data(show_spinner=False, max_entries=8)
def _persistence(url: str, data_dir: str, forecast_id: str) -> pd.DataFrame:
    return forecast(forecast_id).baselines()["persistence"]


def persistence_at(forecast_id: str, hour: int) -> pd.DataFrame:
    """Where each seed would be at one hour had it gone on as it began."""
    found = _persistence(*_key(), forecast_id)
    return found.loc[found["hour"] == hour, ["seed", "lat", "lon"]]


def hotspot_seeds(sites: pd.DataFrame, *, at: datetime) -> pd.DataFrame:
    """Seeds at hotspots, taken to have been there at a time."""
    from core.forecasts import seeds_from_sites

    return seeds_from_sites(sites, at=at)


def uploaded_seeds(data: bytes) -> "Seeds":
    """Read an uploaded CSV file of seeds: the good rows, and why others are not.

    Raises
    ------
    InputError
        If it is too large, no table, or has no row that can be used.
    """
    from core.drift import read_seeds
    from core.errors import InputError

    if len(data) > _MAX_SEED_BYTES:
        raise InputError("the file of seeds is larger than 5 MB")
    try:
        table = pd.read_csv(BytesIO(data), dtype=str)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"the file of seeds is no CSV table: {error}") from error
    checked = read_seeds(table)
    if checked.accepted.empty:
        first = "; ".join(str(issue) for issue in checked.rejected[:5])
        raise InputError(f"no seed can be used: {first}")
    return checked


def runner() -> "JobRunner":
    """Runner of jobs that knows how to make a forecast."""
    from core.forecasts import FORECAST_JOB, forecast_work

    made = services.job_runner()
    scheduler = services.settings().dask_scheduler
    made.register(FORECAST_JOB, forecast_work(services.store(), scheduler=scheduler))
    return made


def submit(seeds: pd.DataFrame, **params: Any) -> str:
    """Start a forecast as a job; returns its id.

    Raises
    ------
    InputError
        If there is no seed.
    """
    from core.forecasts import FORECAST_JOB, forecast_params

    given = forecast_params(seeds, actor=actor(), **params)
    return runner().submit(FORECAST_JOB, given, actor=actor())


def jobs() -> "list[Job]":
    """Forecasts that run or wait, and the last one that ended."""
    from core.forecasts import FORECAST_JOB

    found = runner().listing(kind=FORECAST_JOB)
    ended = [job for job in found if job.is_finished][:1]
    return [job for job in found if not job.is_finished] + ended


def downloads(forecast_id: str) -> dict[str, tuple[Any, str]]:
    """Files of a forecast: tracks as Parquet, regions and coast as GeoJSON."""

    def tracks() -> bytes:
        buffer = BytesIO()
        forecast(forecast_id).frame.to_parquet(buffer, index=False)
        return buffer.getvalue()

    def areas() -> bytes:
        from core.drift.ensembles.regions import regions, regions_geojson

        opened = forecast(forecast_id)
        hours = [*opened.summary["hours"]]
        chosen = opened.frame[opened.frame["hour"].isin(hours)]
        document = regions_geojson(regions(chosen))
        document["simulated"] = opened.simulated
        return json.dumps(document, allow_nan=False, default=str).encode()

    return {
        f"drift-{forecast_id}.parquet": (tracks, "application/vnd.apache.parquet"),
        f"drift-{forecast_id}.geojson": (areas, "application/geo+json"),
    }
