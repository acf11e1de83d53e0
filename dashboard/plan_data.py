"""What the Route planner asks the library for: fleets, sites, jobs, plans, files."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st
import yaml

from core.config import PROJECT_ROOT
from dashboard import services
from dashboard.state import actor

if TYPE_CHECKING:
    import pandas as pd

    from core.jobs import Job, JobContext, JobRunner
    from core.routing import SitesRead
    from core.storage import Store
    from dashboard.components.filters import Filters

__all__ = [
    "PLAN_JOB",
    "example_fleet_file",
    "exports",
    "filtered",
    "fleet_presets",
    "hotspots",
    "jobs",
    "latest_plan",
    "runner",
    "store_fleet",
    "submit",
    "uploaded_sites",
]

#: Kind of the job that makes a plan.
PLAN_JOB = "plan"
_EXAMPLE = "Example fleet (assumed figures)"
_EXAMPLE_FILE = PROJECT_ROOT / "config" / "fleet.example.yaml"


def fleet_presets() -> dict[str, dict[str, Any]]:
    """Fleets of the store by name; the example where there is none yet."""
    stored = {row["name"]: row for row in services.store().fleets.listing()}
    if stored:
        return stored
    return {
        _EXAMPLE: {
            "name": _EXAMPLE,
            "document": yaml.safe_load(_EXAMPLE_FILE.read_text()),
        }
    }


def example_fleet_file() -> bytes:
    """Fleet file to start from."""
    return _EXAMPLE_FILE.read_bytes()


def store_fleet(name: str, data: bytes) -> None:
    """Keep an uploaded fleet under a name, and write that down.

    Raises
    ------
    RouteInputError
        If the file is no fleet, or any record of it is wrong; a fleet that is kept
        lacks no vessel without a word. Every wrong record is named.
    """
    from core.routing import fleet_to_dict, load_fleet

    fleet = load_fleet(data).strict()
    services.store().fleets.save(name, fleet_to_dict(fleet), updated_by=actor())
    services.record("fleet.stored", name, {"n_vessels": len(fleet.vessels)})


def hotspots(rows: "pd.DataFrame", *, min_mass_kg: float, max_sites: int) -> Any:
    """Sites clustered from observations, heaviest first; treat it as read-only."""
    key = (len(rows), *services.store_revision())
    ids = tuple(rows["observation_id"])
    return _hotspots(key, ids, rows, min_mass_kg, max_sites)


@st.cache_data(show_spinner="Looking for hotspots", max_entries=8, ttl=3600)
def _hotspots(
    key: tuple[float, ...],
    ids: tuple[str, ...],
    _rows: "pd.DataFrame",
    min_mass_kg: float,
    max_sites: int,
) -> "pd.DataFrame":
    from core.routing import find_hotspots

    return find_hotspots(_rows, min_mass_kg=min_mass_kg, max_sites=max_sites)


def filtered(rows: "pd.DataFrame", filters: "Filters") -> "pd.DataFrame":
    """Rows that fit the filters; clean stretches stay, they carry effort."""
    from core.observations import DEBRIS_CODES

    if filters.survey is not None:
        rows = rows.loc[rows["survey"] == filters.survey]
    if filters.categories:
        debris = rows["category"].isin(DEBRIS_CODES)
        rows = rows.loc[~debris | rows["category"].isin(filters.categories)]
    if filters.start is not None:
        day = rows["observed_at"].dt.date
        last = filters.end or filters.start
        rows = rows.loc[(day >= filters.start) & (day <= last)]
    return rows


def uploaded_sites(data: bytes) -> "SitesRead":
    """Sites of an uploaded CSV file, and the rows that were refused.

    Raises
    ------
    RouteInputError
        If the file is no CSV or no row of it can be used.
    """
    from core.routing import parse_sites

    return parse_sites(data)


def runner() -> "JobRunner":
    """Runner of jobs that knows how to make a plan."""
    made = services.job_runner()
    made.register(PLAN_JOB, _work(services.store()))
    return made


def _work(store: "Store") -> Any:
    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        import pandas as pd

        from core.governance import record
        from core.routing import Rejected, accept_fleet, plan_cleanup

        fleet = accept_fleet(params["fleet"])
        refused = [Rejected(**one) for one in params.get("rejected", ())]
        job.progress(0, 100, "measuring sea distances")
        plan = plan_cleanup(
            pd.DataFrame(params["sites"]),
            fleet.fleet,
            hours=params["hours"],
            start_at=datetime.fromisoformat(params["start_at"]),
            seconds=params["seconds"],
            seed=params["seed"],
            least_kg_per_h=params["least_kg_per_h"],
            simulated=params["simulated"],
            rejected=(*fleet.rejected, *refused),
            progress=job.progress,
            cancelled=job.cancelled,
        )
        document = plan.to_dict()
        plan_id = store.plans.add(
            document,
            created_by=params["actor"],
            name=params["name"],
            simulated=plan.simulated,
        )
        totals = document["totals"]
        detail = {
            "seed": plan.seed,
            "solver": plan.solver,
            "totals": totals,
            "surveys": params["surveys"],  # a photo's trail finds its plans by these
        }
        record(store, "plan.created", params["actor"], plan_id, detail)
        return {"plan_id": plan_id}

    return work


def submit(params: Mapping[str, Any]) -> str:
    """Start a planning job; returns its id."""
    return str(runner().submit(PLAN_JOB, params))


def jobs() -> "list[Job]":
    """Planning jobs that run or wait, and the last one that ended."""
    found = runner().listing(kind=PLAN_JOB)
    ended = [job for job in found if job.is_finished][:1]
    return [job for job in found if not job.is_finished] + ended


def latest_plan() -> dict[str, Any] | None:
    """Return the newest plan of the store with its document, if there is one."""
    found = services.store().plans.listing(limit=1)
    return found[0] if found else None


def exports(document: Mapping[str, Any]) -> dict[str, tuple[bytes, str]]:
    """Files of a plan: name to content and media type."""
    return _exports(json.dumps(document, sort_keys=True))


@st.cache_data(show_spinner=False, max_entries=8)
def _exports(text: str) -> dict[str, tuple[bytes, str]]:
    from core.routing import plan_from_dict, to_csv, to_geojson, to_gpx

    document = json.loads(text)
    plan = plan_from_dict(document)
    name = f"plan-{plan.start_at:%Y%m%dT%H%MZ}"
    geojson = json.dumps(to_geojson(plan), allow_nan=False)
    return {
        f"{name}.gpx": (to_gpx(plan).encode(), "application/gpx+xml"),
        f"{name}.geojson": (geojson.encode(), "application/geo+json"),
        f"{name}.csv": (to_csv(plan).encode(), "text/csv"),
        f"{name}.json": (
            json.dumps(document, indent=2, allow_nan=False).encode(),
            "application/json",
        ),
    }
