"""What pages ask the library for: the store, jobs, the classifier, cached frames.

Everything heavy is imported where it is used, so the first page does not wait for it.
Connections and models are shared by all sessions and never changed. Frames are cached
under the store's revision, so a page sees new data on its next run.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import streamlit as st

from core.config import Settings, load_settings
from dashboard.state import actor

if TYPE_CHECKING:
    import pandas as pd

    from core.classification import PhotoClassifier
    from core.jobs import JobRunner
    from core.storage import Store

__all__ = [
    "category_labels",
    "classifier",
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


def map_resolution(
    west: float, south: float, east: float, north: float, *, max_cells: int
) -> int:
    """H3 resolution whose cells are easy to see on a map of that extent."""
    from core.density import Bbox, suggest_resolution

    box = Bbox(west, south, min(east, west + 360.0), north)
    return suggest_resolution(box, max_cells=max_cells // 2)
