"""What the Route planner asks the library for: fleets, sites, sea, plans."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
import yaml

from core.config import PROJECT_ROOT
from dashboard import plan_priority, services
from dashboard.state import actor

if TYPE_CHECKING:
    import pandas as pd

    from core.planning import PlanNews
    from core.routing import (
        CleanupPlan,
        ClosedArea,
        Comparison,
        FleetRead,
        Rejected,
        SitesRead,
    )
    from dashboard.components.filters import Filters

__all__ = [
    "FORCING_KINDS",
    "ClosedAreas",
    "PlanRow",
    "accepted_fleet",
    "closed_areas",
    "comparison",
    "covers",
    "default_start",
    "example_fleet_file",
    "filtered",
    "fleet_presets",
    "forcings",
    "hotspots",
    "newest_forcing",
    "news",
    "plan",
    "plan_row",
    "plan_rows",
    "sites_since",
    "store_fleet",
    "stored_fleets",
    "uploaded_sites",
]

#: Kinds of ocean forcing that a plan can use.
FORCING_KINDS = ("current", "wind", "stokes", "waves")
_EXAMPLE = "Example fleet (assumed figures)"
_EXAMPLE_FILE = PROJECT_ROOT / "config" / "fleet.example.yaml"
_FIRST_HOUR = time(5, 0)


@dataclass(frozen=True)
class PlanRow:
    """A plan of the store without its document."""

    plan_id: str
    name: str
    created_at: datetime
    created_by: str
    simulated: bool


def plan_rows() -> dict[str, PlanRow]:
    """Plans of the store by id, newest first."""
    return _plan_rows(*_key(), services.store_revision())


@st.cache_data(show_spinner="Looking for plans", max_entries=4)
def _plan_rows(
    url: str, data_dir: str, revision: tuple[float, ...]
) -> dict[str, PlanRow]:
    fields = ("plan_id", "name", "created_at", "created_by", "simulated")
    return {
        row["plan_id"]: PlanRow(**{field: row[field] for field in fields})
        for row in services.store().plans.listing()
    }


def plan_row(plan_id: str) -> dict[str, Any]:
    """Row of a plan with its document; treat it as read-only.

    Raises
    ------
    NotFoundError
        If the store has no such plan.
    """
    return _plan_row(*_key(), plan_id)


@st.cache_resource(show_spinner=False, max_entries=12)
def _plan_row(url: str, data_dir: str, plan_id: str) -> dict[str, Any]:
    return services.store().plans.get(plan_id)


def plan(plan_id: str) -> "CleanupPlan":
    """Return a plan of the store as the library knows it; never change it.

    Raises
    ------
    NotFoundError, RouteInputError
        If there is none, or its document cannot be read.
    """
    return _plan(*_key(), plan_id)


@st.cache_resource(show_spinner=False, max_entries=12)
def _plan(url: str, data_dir: str, plan_id: str) -> "CleanupPlan":
    from core.routing import plan_from_dict

    return plan_from_dict(plan_row(plan_id)["document"])


def comparison(labels: Mapping[str, str]) -> "Comparison":
    """Compare stored plans, by id and the name they are shown under.

    Raises
    ------
    RouteInputError
        If there are not two to four, or one cannot be read.
    """
    from core.routing import compare_plans

    return compare_plans({label: plan(one) for one, label in labels.items()})


def news(plan_id: str) -> "PlanNews":
    """Return what came into the store since a plan was made."""
    from core.planning import news_since

    return news_since(services.store(), plan_row(plan_id), _fresh(plan_id))


def _fresh(plan_id: str) -> "pd.DataFrame":
    """Observations that were stored after a plan."""
    made_at = plan_row(plan_id)["created_at"]
    return services.store().observations.stored_since(made_at)


def sites_since(plan_id: str) -> tuple[dict[str, Any], ...]:
    """Sites made of what was stored after a plan, as rows of a sites table."""
    from core.planning.sightings import sites_since as found

    row = plan_row(plan_id)
    weigh = partial(plan_priority.reweigh, row)
    return tuple(found(row, _fresh(plan_id), weigh=weigh))


def newest_forcing(plan_id: str, at: datetime) -> dict[str, Any] | None:
    """Choice of forcing of a plan, each kind renewed by the newest that covers a time.

    None where the plan uses none.
    """
    used = plan_row(plan_id)["document"].get("forcing")
    if not used:
        return None
    renewed = dict(used)
    for kind in FORCING_KINDS:
        newest = next(
            (key for key, row in forcings(kind).items() if covers(row, at)), None
        )
        if used.get(f"{kind}_id") and newest:
            renewed[f"{kind}_id"] = newest
    return renewed


def fleet_presets() -> dict[str, dict[str, Any]]:
    """Fleets of the store by name; the example where there is none yet."""
    stored = stored_fleets()
    if stored:
        return stored
    return {
        _EXAMPLE: {
            "name": _EXAMPLE,
            "document": yaml.safe_load(_EXAMPLE_FILE.read_text()),
        }
    }


def stored_fleets() -> dict[str, dict[str, Any]]:
    """Fleets of the store by name."""
    return {row["name"]: row for row in services.store().fleets.listing()}


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


def accepted_fleet(document: Mapping[str, Any]) -> "FleetRead":
    """Vessels of a fleet document that can sail, and what is wrong with the others.

    Raises
    ------
    RouteInputError
        If no vessel can be used; every wrong record is named.
    """
    from core.routing import accept_fleet

    return accept_fleet(document)


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
    from core.observations import RECORD_DEBRIS_CODES

    if filters.survey is not None:
        rows = rows.loc[rows["survey"] == filters.survey]
    if filters.categories:
        debris = rows["category"].isin(RECORD_DEBRIS_CODES)
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


@dataclass(frozen=True)
class ClosedAreas:
    """Closed areas of uploaded files, and what of them was left out."""

    areas: "tuple[ClosedArea, ...]" = ()
    rejected: "tuple[Rejected, ...]" = ()


def closed_areas(files: Iterable[tuple[str, bytes]]) -> ClosedAreas:
    """Read files of closed areas by name; a bad one does not lose the others."""
    from core.errors import InputError
    from core.routing import Rejected, parse_closed_areas

    areas: list[ClosedArea] = []
    rejected: list[Rejected] = []
    for name, data in files:
        try:
            read = parse_closed_areas(data)
        except InputError as error:
            rejected.append(Rejected(name, "", "", str(error)))
            continue
        areas += read.areas
        rejected += read.rejected
    return ClosedAreas(tuple(areas), tuple(rejected))


def forcings(kind: str) -> dict[str, dict[str, Any]]:
    """Return the forcing of a kind that is in use, by id, newest first."""
    found = services.store().forcings.listing(kind=kind)
    return {row["forcing_id"]: row for row in found}


def covers(row: Mapping[str, Any], start_at: datetime) -> bool:
    """Whether a forcing covers the first hour of a plan; a single time holds always."""
    if row["n_times"] == 1:
        return True
    first_end = start_at + timedelta(hours=1)
    return bool(row["starts_at"] <= start_at and row["ends_at"] >= first_end)


def default_start(rows: "pd.DataFrame") -> datetime:
    """Return 05:00 UTC of tomorrow, or of the day after debris was last seen.

    The latter where a stored current covers it, and none covers tomorrow.
    """
    tomorrow = _morning_after(datetime.now(UTC))
    currents: Sequence[Mapping[str, Any]] = [*forcings("current").values()]
    if rows.empty or any(covers(row, tomorrow) for row in currents):
        return tomorrow
    seen = _morning_after(rows["observed_at"].max().to_pydatetime())
    return seen if any(covers(row, seen) for row in currents) else tomorrow


def _morning_after(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, _FIRST_HOUR, tzinfo=UTC)


def _key() -> tuple[str, str]:
    chosen = services.settings()
    return chosen.resolved_database_url, str(chosen.data_dir)
