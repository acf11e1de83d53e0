"""What pages ask the library for: the store, jobs, the classifier, cached frames.

Everything heavy is imported where it is used, so the first page does not wait for it.
Connections and models are shared by all sessions and never changed. Frames are cached
under the store's revision, so a page sees new data on its next run.
"""

import time
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import streamlit as st

from core.config import Settings, load_settings
from dashboard.state import actor

if TYPE_CHECKING:
    import pandas as pd

    from core.classification import PhotoClassifier
    from core.density import MassEstimate
    from core.jobs import JobRunner
    from core.storage import Store
    from dashboard.components.filters import Filters

__all__ = [
    "DensityMap",
    "category_labels",
    "cell_observations",
    "classifier",
    "density_map",
    "job_runner",
    "map_resolution",
    "observations",
    "record",
    "settings",
    "store",
    "store_revision",
]

#: Seconds after which a store that cannot tell its revision is read again.
_BLIND_REFRESH_S = 10.0


def settings() -> Settings:
    """Return the settings in force."""
    return load_settings()


def store() -> "Store":
    """Open the store of the settings, once a process."""
    chosen = settings()
    return _open_store(chosen.resolved_database_url, str(chosen.data_dir))


@st.cache_resource(show_spinner="Opening the store", max_entries=8)
def _open_store(url: str, data_dir: str) -> "Store":
    from core.storage import open_store

    return open_store(url, data_dir=Path(data_dir))


def job_runner() -> "JobRunner":
    """Runner of long work; its jobs outlive the browser tab."""
    chosen = settings()
    return _job_runner(chosen.resolved_database_url, str(chosen.data_dir))


@st.cache_resource(show_spinner=False, max_entries=8)
def _job_runner(url: str, data_dir: str) -> "JobRunner":
    from core.jobs import JobRunner

    return JobRunner(_open_store(url, data_dir).jobs, lock_dir=Path(data_dir) / "locks")


@st.cache_resource(show_spinner="Loading the classifier", max_entries=4)
def classifier(name: str | None = None) -> "PhotoClassifier":
    """Photo classifier in use, or the one named ``NAME@VERSION``."""
    from core.classification import load_classifier

    return load_classifier(name, settings=settings())


def record(action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Write to the audit log what the person at the screen did."""
    from core.governance import record as write

    write(store(), action, actor(), subject, detail or {})


def store_revision() -> tuple[float, ...]:
    """Return a mark that changes when the store was written, by any process."""
    url = urlsplit(settings().resolved_database_url)
    if not url.scheme.startswith("sqlite"):
        return (time.time() // _BLIND_REFRESH_S,)
    file = Path(unquote(url.path[1:] if url.path.startswith("//") else url.path))
    marks: list[float] = []
    for path in (file, file.with_name(file.name + "-wal")):
        if path.exists():
            state = path.stat()
            marks += [state.st_mtime_ns, state.st_size]
    return tuple(marks)


def observations() -> "pd.DataFrame":
    """Every observation of the store; treat it as read-only."""
    return _observations(*_store_key(), store_revision())


@st.cache_data(show_spinner="Reading observations", max_entries=4, ttl=3600)
def _observations(
    url: str, data_dir: str, revision: tuple[float, ...]
) -> "pd.DataFrame":
    return _open_store(url, data_dir).observations.frame()


def _store_key() -> tuple[str, str]:
    chosen = settings()
    return chosen.resolved_database_url, str(chosen.data_dir)


def category_labels(*, debris_only: bool = True) -> dict[str, str]:
    """Names for people by category code, in their fixed order."""
    from core.observations import RECORD_CATEGORIES

    return {
        c.code: c.label for c in RECORD_CATEGORIES if c.is_debris or not debris_only
    }


@dataclass(frozen=True)
class DensityMap:
    """What the debris map shows under one set of filters."""

    cells: "pd.DataFrame"
    mass: "MassEstimate"
    rate: float
    low: float
    high: float
    n_items: int
    n_sightings: int
    simulated: bool
    from_photos: bool


def density_map(filters: "Filters", *, resolution: int) -> DensityMap:
    """Cells, mass and overall density of the observations that fit the filters."""
    return _density_map(*_store_key(), store_revision(), filters, resolution)


@st.cache_data(
    show_spinner="Counting cells",
    max_entries=32,
    ttl=3600,
    hash_funcs={"dashboard.components.filters.Filters": repr},
)
def _density_map(
    url: str,
    data_dir: str,
    revision: tuple[float, ...],
    filters: "Filters",
    resolution: int,
) -> DensityMap:
    from core.density import cell_density, expected_mass, poisson_interval, total_mass

    rows = _filtered(_observations(url, data_dir, revision), filters)
    counted = list(filters.categories) or None
    cells = cell_density(rows, resolution=resolution, categories=counted)
    masses = expected_mass(rows, resolution=resolution, categories=counted)
    cells = cells.merge(
        masses[["h3", "mass_kg", "mass_low_kg", "mass_high_kg", "main_category"]],
        on="h3",
        how="left",
    )
    simulated = bool(rows["simulated"].any())
    n_items = int(cells.loc[cells["effort_km2"] > 0, "n"].sum())
    effort = float(cells["effort_km2"].sum())
    limits = poisson_interval(n_items, effort) if effort > 0 else (nan, nan, nan)
    return DensityMap(
        cells=cells.assign(simulated=simulated),
        mass=total_mass(rows, resolution=resolution, categories=counted),
        rate=float(limits[0]),
        low=float(limits[1]),
        high=float(limits[2]),
        n_items=n_items,
        n_sightings=int(cells["n_sightings"].sum()),
        simulated=simulated,
        from_photos=bool((rows["source"] == "photo").any()),
    )


def _filtered(rows: "pd.DataFrame", filters: "Filters") -> "pd.DataFrame":
    if filters.survey is not None:
        rows = rows.loc[rows["survey"] == filters.survey]
    if filters.start is not None:
        day = rows["observed_at"].dt.date
        rows = rows.loc[
            (day >= filters.start) & (day <= (filters.end or filters.start))
        ]
    return rows


def cell_observations(filters: "Filters", cell: str) -> "pd.DataFrame":
    """Observations that lie in one H3 cell and fit the filters."""
    from core.density import rows_in_cell

    return rows_in_cell(_filtered(observations(), filters), cell)


def map_resolution(
    west: float, south: float, east: float, north: float, *, max_cells: int
) -> int:
    """H3 resolution whose cells are easy to see on a map of that extent."""
    from core.density import Bbox, suggest_resolution

    box = Bbox(west, south, min(east, west + 360.0), north)
    return suggest_resolution(box, max_cells=max_cells // 2)
