"""What the Ocean data page asks the library for: forcing files, servers, sensors."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.components.formats import when
from dashboard.state import actor

if TYPE_CHECKING:
    from core.config import Settings
    from core.environment import Forcing
    from core.forecasts import ForcingSource
    from core.jobs import Job, JobContext, JobRunner
    from core.storage import Store

__all__ = [
    "FETCH_JOB",
    "KIND_LABELS",
    "add_file",
    "allowed_hosts",
    "any_simulated",
    "fetch",
    "field",
    "jobs",
    "listening_url",
    "refresh",
    "refused_messages",
    "restore",
    "retire",
    "runner",
    "sensors",
    "sources",
    "state_of",
    "track",
]

#: Kind of the job that asks a server for newer data.
FETCH_JOB = "forcing.fetch"
KIND_LABELS: dict[str, str] = {
    "current": "Current",
    "wind": "Wind",
    "stokes": "Stokes drift",
    "waves": "Waves",
}
#: A sensor that was silent for longer is called silent (assumption).
_SILENT_AFTER = timedelta(minutes=10)
_SOON = timedelta(hours=24)
#: Tracks reach back this far, and hold fixes that are good or not evaluated (QARTOD).
_TRACK_TIME = timedelta(hours=24)
_MOST_DOUBTFUL = 2


def sources(*, retired: bool = False) -> list[dict[str, Any]]:
    """Return the forcing in use, or what was retired; newest first."""
    return services.store().forcings.listing(active=not retired)


def state_of(row: Mapping[str, Any], now: datetime) -> str:
    """Say in words how fresh a source is, the worst first."""
    if row["simulated"]:
        return "Simulated"
    if row["stale_since"] is not None:
        return f"Stale since {when(row['stale_since'])}"
    if row["ends_at"] < now:
        return f"Ended {when(row['ends_at'])}"
    if row["ends_at"] < now + _SOON:
        left = (row["ends_at"] - now).total_seconds() / 3600.0
        return f"Ends in {left:.0f} h"
    return "Covers the next day"


@st.cache_resource(show_spinner="Reading the field", max_entries=4)
def _field(url: str, data_dir: str, forcing_id: str) -> "Forcing":
    from core.forecasts import load_forcing

    return load_forcing(services.store(), forcing_id)


def field(forcing_id: str) -> "Forcing":
    """Return the field of a source; it is shared by all sessions and never changed."""
    chosen = services.settings()
    return _field(chosen.resolved_database_url, str(chosen.data_dir), forcing_id)


def add_file(file_name: str, data: bytes, *, name: str) -> list[str]:
    """Take in an uploaded file; returns the ids of what it holds.

    Raises
    ------
    InputError
        If it does not open, saying why.
    """
    from core.forecasts import add_forcing

    # Messages name the file as the person knows it, whatever characters that has.
    safe = re.sub(r"[^\w.() -]", "_", file_name).strip(". ")[-80:] or "upload"
    with tempfile.TemporaryDirectory(prefix="gyre-forcing-") as folder:
        path = Path(folder) / safe
        path.write_bytes(data)
        return list(add_forcing(services.store(), path, name=name, actor=actor()))


def retire(forcing_id: str) -> None:
    """Take a source out of use; forecasts made from it keep it."""
    services.store().forcings.retire(forcing_id)
    services.record("forcing.retired", f"forcing:{forcing_id}")


def restore(row: Mapping[str, Any]) -> None:
    """Put a retired source back in use."""
    services.store().forcings.add(row)
    services.record("forcing.restored", f"forcing:{row['forcing_id']}")


def runner() -> "JobRunner":
    """Runner of jobs that knows how to ask a server."""
    made = services.job_runner()
    made.register(FETCH_JOB, _fetch_work(services.store(), services.settings()))
    return made


def _fetch_work(store: "Store", chosen: "Settings") -> Any:
    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        from core.environment import RemoteForcing
        from core.forecasts import fetch_forcing, refresh_forcing

        job.progress(0, 1, "asking the server")
        # The class names each option where the protocol says "any".
        source = cast("ForcingSource", RemoteForcing.from_settings(chosen))
        if params.get("forcing_id"):
            done = refresh_forcing(
                store, params["forcing_id"], source=source, actor=params["actor"]
            )
            return {"ids": [done.forcing_id], "reason": done.reason}
        ids = fetch_forcing(
            store,
            source,
            params["request"],
            name=params["name"],
            actor=params["actor"],
        )
        return {"ids": ids, "reason": ""}

    return work


def refresh(forcing_id: str) -> str:
    """Ask the source's server for newer data, as a job; returns the job's id."""
    params = {"forcing_id": forcing_id, "actor": actor()}
    return runner().submit(FETCH_JOB, params, actor=actor())


def fetch(request: Mapping[str, Any], *, name: str) -> str:
    """Ask a server for the first time, as a job; returns the job's id."""
    params = {"request": dict(request), "name": name, "actor": actor()}
    return runner().submit(FETCH_JOB, params, actor=actor())


def allowed_hosts() -> list[str]:
    """Servers that may be asked, as the operator listed them."""
    return [
        h.strip() for h in services.settings().forcing_hosts.split(",") if h.strip()
    ]


def jobs() -> "list[Job]":
    """Return requests that run or wait, and the last one that ended."""
    found = runner().listing(kind=FETCH_JOB)
    ended = [job for job in found if job.is_finished][:1]
    return [job for job in found if not job.is_finished] + ended


def listening_url() -> str:
    """Address of the message broker, without its password; empty if none is set."""
    return services.settings().public().get("mqtt_url", "")


def sensors(now: datetime | None = None) -> pd.DataFrame:
    """Sensors that were heard, with their last position and how long they are silent.

    Returns
    -------
    DataFrame
        ``sensor_id, platform, state, age_min, observed_at, lat, lon, simulated``.
    """
    moment = now or datetime.now(UTC)
    store = services.store()
    latest = store.fixes.latest().set_index("sensor_id")
    rows = [
        {
            "sensor_id": sensor["sensor_id"],
            "platform": sensor["platform"],
            "state": _sensor_state(sensor, moment),
            "age_min": (moment - sensor["last_seen_at"]).total_seconds() / 60.0,
        }
        for sensor in store.sensors.listing()
    ]
    frame = pd.DataFrame(rows, columns=["sensor_id", "platform", "state", "age_min"])
    placed = latest[["observed_at", "lat", "lon", "simulated"]]
    return frame.join(placed, on="sensor_id").astype({"age_min": "float64"})


def _sensor_state(sensor: Mapping[str, Any], now: datetime) -> str:
    if sensor["status"] == "offline":
        return "Offline"
    return "Silent" if now - sensor["last_seen_at"] > _SILENT_AFTER else "Heard"


def any_simulated(rows: "Sequence[Mapping[str, Any]]") -> bool:
    """Whether a source or the last fix of a sensor was made up."""
    if any(row["simulated"] for row in rows):
        return True
    return bool(services.store().fixes.latest()["simulated"].any())


def track(sensor_id: str, *, until: datetime, most: int) -> pd.DataFrame:
    """Return the good fixes of a sensor in the day before a time, thinned evenly.

    Parameters
    ----------
    sensor_id : str
        The sensor.
    until : datetime
        Its newest fix, aware.
    most : int
        Fixes to return at most; the newest is among them.
    """
    fixes = services.store().fixes.frame(sensor=sensor_id, since=until - _TRACK_TIME)
    good = fixes.loc[fixes["quality_flag"] <= _MOST_DOUBTFUL]
    good = good.dropna(subset=["lat", "lon"])
    step = max(1, -(-len(good) // most))
    return good.iloc[::-1].iloc[::step].iloc[::-1]


def refused_messages(limit: int = 50) -> pd.DataFrame:
    """Messages that could not be used, newest first."""
    rows = services.store().fixes.refused(limit=limit)
    return pd.DataFrame(rows, columns=["received_at", "topic", "reason", "payload"])
