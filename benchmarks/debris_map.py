"""The debris map over one million observations: seconds and bytes a filter.

Simulated transects of 40 surveys in the North Pacific, four categories each, with a
fixed seed, are added to a SQLite store in a temporary folder. Read once from it, the
map's data are asked for under several filters: cells at the resolution the page
chooses, totals and time line. The payload is what the browser gets, before it is
compressed: the map itself and the tiles in sight, as `dashboard.map_payload` weighs
them in a process of its own.

Counting is held against `numpy.bincount` on ready codes and against the cost of the H3
index of the same points, in the same run.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from benchmarks import Row
from core.config import PROJECT_ROOT
from core.density import INDEX_COLUMNS, Bbox, MapFilter, MapIndex
from core.geo import cells_of
from core.storage import Store, open_store

__all__ = ["FILTERS", "make_store", "run"]

T = TypeVar("T")
_SEED = 20261128
_SURVEYS, _CATEGORIES = 40, ("plastic", "fishing_gear", "wood", "metal")
_CHUNK = 100_000
_REPEATS = 3
#: Cells that the page's total is told for.
_TOTAL_RESOLUTION = 7
#: Each step halves the width of what is seen.
_ZOOM_STEPS = 7
_MONTH = (datetime(2020, 5, 1, tzinfo=UTC), datetime(2020, 6, 1, tzinfo=UTC))
_BOX = Bbox(-150.0, 25.0, -135.0, 38.0)
FILTERS: dict[str, MapFilter] = {
    "no filter": MapFilter(),
    "one survey": MapFilter(surveys=("Survey 7",)),
    "one category": MapFilter(categories=("fishing_gear",)),
    "one month": MapFilter(start=_MONTH[0], end=_MONTH[1]),
    "a box": MapFilter(bbox=_BOX),
    "one size class": MapFilter(size_classes=("macro",)),
    "box, category and month": MapFilter(
        bbox=_BOX, categories=("plastic",), start=_MONTH[0], end=_MONTH[1]
    ),
    "three surveys, two categories": MapFilter(
        surveys=("Survey 1", "Survey 2", "Survey 3"), categories=("plastic", "wood")
    ),
}


def run(n: int = 1_000_000) -> list[Row]:
    """Time the map over ``n`` observations."""
    with tempfile.TemporaryDirectory() as name:
        with make_store(Path(name), n) as store:
            columns, read_s = _cpu(lambda: store.observations.columns(INDEX_COLUMNS))
        index, build_s = _cpu(partial(MapIndex, columns))
        if index.bounds is None:
            return []
        weighed = _payloads(Path(name), _views(index))
    resolution, views = weighed["resolution"], weighed["views"]
    return [
        _row("observations", len(index), ""),
        _row("read the columns from SQLite, once a process", read_s, "CPU s"),
        _row("sort them into the index, once a process", build_s, "CPU s"),
        _row("memory of the index", index.nbytes / 1e6, "MB"),
        *_aggregation(index, resolution),
        *_filters(index, resolution, views[: len(FILTERS)]),
        *_zooming(views[len(FILTERS) :]),
    ]


def make_store(folder: Path, n: int) -> Store:
    """Store with about ``n`` simulated observations: ``n / 4`` transects, seeded."""
    store = open_store(f"sqlite:///{folder / 'gyre.db'}", data_dir=folder)
    rng = np.random.default_rng(_SEED)
    middle = rng.uniform((20.0, -158.0), (44.0, -122.0), (_SURVEYS, 2))
    step = _CHUNK // len(_CATEGORIES)
    n_transects = n // len(_CATEGORIES)
    for start in range(0, n_transects, step):
        stop = min(start + step, n_transects)
        store.observations.add(_transects(rng, middle, start, stop))
    return store


def _transects(
    rng: np.random.Generator, middle: np.ndarray, start: int, stop: int
) -> pd.DataFrame:
    n, kinds = stop - start, len(_CATEGORIES)
    survey = rng.integers(0, _SURVEYS, n)
    lat, lon = (middle[survey] + rng.normal(0.0, (2.0, 3.0), (n, 2))).T
    minutes = rng.integers(0, 10 * 365 * 24 * 60, n)
    effort = np.where(rng.random(n) < 0.1, np.nan, rng.uniform(0.05, 2.0, n))
    h3 = [f"{x:x}" for x in cells_of(lat=lat, lon=lon, resolution=9).tolist()]
    at = np.repeat(np.arange(n), kinds)
    rows = n * kinds
    return pd.DataFrame(
        {
            "observation_id": [f"{start * kinds + k:032x}" for k in range(rows)],
            "survey": [f"Survey {k}" for k in survey[at]],
            "lat": lat[at],
            "lon": lon[at],
            "observed_at": pd.Timestamp("2015-01-01T00:00Z")
            + pd.to_timedelta(minutes[at], unit="min"),
            "category": np.tile(np.array(_CATEGORIES, dtype=object), n),
            "count": rng.poisson(1.2, rows),
            "mass_kg": np.where(
                rng.random(rows) < 0.05, rng.gamma(2.0, 0.3, rows), np.nan
            ),
            "effort_km2": effort[at],
            "size_class": np.where(rng.random(rows) < 0.5, "macro", "meso"),
            "quality_flag": 1,
            "source": "table",
            "photo_sha256": "",
            "model": "",
            "confidence": np.nan,
            "simulated": True,
            "h3": np.array(h3, dtype=object)[at],
        }
    )


def _aggregation(index: MapIndex, resolution: int) -> list[Row]:
    """Count all points into cells, from positions, against bincount and H3 alone."""
    points = index.sample(n=len(index)).points
    lat, lon = points["lat"].tolist(), points["lon"].tolist()
    cells, h3_s = _cpu(lambda: cells_of(lat=lat, lon=lon, resolution=resolution))
    h3_s *= len(index) / max(len(points), 1)
    codes = np.unique(cells, return_inverse=True)[1]
    codes = np.resize(codes, len(index))
    weights = np.resize(points["count"].to_numpy(dtype=np.float64), len(index))
    _, bincount_s = _best(lambda: np.bincount(codes, weights=weights))
    _, cold_s = _cpu(lambda: index.pooled(resolution=resolution))
    _, warm_s = _best(lambda: index.pooled(resolution=resolution))
    allowed = 5.0 * bincount_s + h3_s
    return [
        _row("numpy.bincount of the points on ready codes", bincount_s, "CPU s"),
        _row("H3 index of the points", h3_s, "CPU s"),
        _row("count the points, first time at a resolution", cold_s, "CPU s"),
        _row("  of 5 x bincount + H3 index", cold_s / allowed, "times", "target 1"),
        _row("count the points again (effort, mass, kinds)", warm_s, "CPU s"),
        _row("  of bincount alone", warm_s / bincount_s, "times"),
    ]


def _filters(
    index: MapIndex, resolution: int, views: list[dict[str, Any]]
) -> list[Row]:
    rows: list[Row] = []
    slowest = largest = 0.0
    for (name, chosen), view in zip(FILTERS.items(), views, strict=True):

        def page(chosen: MapFilter = chosen) -> pd.DataFrame:
            cells = index.cells(chosen, resolution=resolution)
            index.totals(chosen, resolution=_TOTAL_RESOLUTION)
            index.timeline(chosen)
            return cells

        cells, seconds = _best(page, clock=time.perf_counter)
        sent = view["sent_bytes"]
        slowest, largest = max(slowest, seconds), max(largest, sent)
        rows += [
            _row(f"{name}: page's data", seconds, "s", f"{len(cells):,} cells"),
            _row(f"{name}: first view", sent / 1e6, "MB", f"{view['tiles']} tiles"),
        ]
    return [
        *rows,
        _row("slowest filter", slowest, "s", "target 1 s"),
        _row("largest first view", largest / 1e6, "MB", "target 3 MB"),
    ]


def _zooming(views: list[dict[str, Any]]) -> list[Row]:
    """Bytes of the view as a person zooms in on the place with most records."""
    rows, largest = [], 0.0
    for view in views:
        sent = view["sent_bytes"]
        largest = max(largest, sent)
        note = f"{view['tiles']} tiles in {view['cpu_s']:.2f} CPU s"
        measure = f"zoom {view['zoom']:.1f}: tiles in sight"
        rows.append(_row(measure, sent / 1e6, "MB", note))
    return [*rows, _row("largest closer view", largest / 1e6, "MB", "target 3 MB")]


def _views(index: MapIndex) -> list[dict[str, Any]]:
    """List the views to weigh: the whole map under every filter, then closer ones."""
    points = index.sample(n=20_000).points
    at = float(points["lat"].median()), float(points["lon"].median())
    closer = [
        {"at": at, "halvings": step, "resolution": 1}
        for step in range(1, _ZOOM_STEPS + 1)
    ]
    return [*({"filter": _document(chosen)} for chosen in FILTERS.values()), *closer]


def _document(chosen: MapFilter) -> dict[str, Any]:
    times = {
        name: moment.isoformat()
        for name in ("start", "end")
        if (moment := getattr(chosen, name)) is not None
    }
    return asdict(chosen) | times


def _payloads(folder: Path, views: list[dict[str, Any]]) -> dict[str, Any]:
    """Bytes of each view, of the dashboard over the store in a folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GYRE_")}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.map_payload"],
        input=json.dumps({"views": views}),
        cwd=PROJECT_ROOT,
        env=kept | {"GYRE_DATA_DIR": str(folder)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _cpu(call: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    result = call()
    return result, time.process_time() - started


def _best(
    call: Callable[[], T], *, clock: Callable[[], float] = time.process_time
) -> tuple[T, float]:
    """Return the result and the shortest of a few times; the first call warms up."""
    result = call()
    best = float("inf")
    for _ in range(_REPEATS):
        started = clock()
        result = call()
        best = min(best, clock() - started)
    return result, best


def _row(measure: str, value: float, unit: str, note: str = "") -> Row:
    return {"measure": measure, "value": float(value), "unit": unit, "note": note}
