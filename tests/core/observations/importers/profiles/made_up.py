"""Tables in published layouts with records made up by the tests, and the real files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.observations.importers import import_file
from core.observations.importers.base import ImportContext, Imported, Profile, RawTable
from core.observations.importers.profiles import DATASET_PROFILES
from core.observations.importers.profiles._profile import TableProfile

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[6] / "shared" / "datasets" / "observations"
_STATIONS = "gpgp2015_2016_stations.csv.gz"
_COMPANIONS = {"gpgp2015_2016_trawl_debris.csv.gz": (_STATIONS,)}

Row = Mapping[str, object]


def profile(name: str) -> Profile:
    """Profile with a name."""
    return next(p for p in DATASET_PROFILES if p.name == name)


def headings(name: str) -> tuple[str, ...]:
    """Headings that the layout of a one-table profile must have."""
    known = profile(name)
    assert isinstance(known, TableProfile)
    return known.required


def companion_names(name: str) -> tuple[str, ...]:
    """Beginnings of the names of files a profile needs beside its own."""
    known = profile(name)
    assert isinstance(known, TableProfile)
    return known.companion_names


def table(rows: Sequence[Row], *, file: str = "made_up.csv") -> RawTable:
    """Table of text, as a text format gives it."""
    frame = pd.DataFrame(rows, dtype="object").fillna("").astype(str)
    return RawTable(
        name="", frame=frame, rows=np.arange(1, len(frame) + 1), file=file, kind="csv"
    )


def read(
    name: str,
    rows: Sequence[Row],
    *,
    companions: Sequence[RawTable] = (),
    events: Callable[[Sequence[str]], pd.DataFrame] | None = None,
) -> Imported:
    """Read made-up rows by a profile."""
    context = ImportContext(now=NOW, companions=tuple(companions), events=events)
    return profile(name).read([table(rows)], context)


@lru_cache(maxsize=4)
def published(file: str) -> Imported:
    """What comes of a published file, recognised by its headings."""
    path = SHARED / file
    if not path.exists():
        pytest.skip(f"the published table {file} is not at hand")
    beside = [SHARED / name for name in _COMPANIONS.get(file, ())]
    return import_file(path, companions=beside, now=NOW)


def reasons(imported: Imported) -> list[str]:
    """Reasons of the doubts."""
    return [doubt.reason for doubt in imported.doubts]
