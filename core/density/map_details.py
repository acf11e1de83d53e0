"""Time, points and sources of a map: what its rows say beside the cells."""

from typing import Any

import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.map_filter import MapFilter
from core.density.map_pool import sums
from core.density.map_results import PointSample
from core.density.map_rows import MapRows
from core.density.places import cell_box
from core.geo import cells_of

__all__ = ["sample_of", "sources_of", "timeline_of"]

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]


def timeline_of(rows: MapRows, chosen: MapFilter, bins: int) -> pd.DataFrame:
    """Sum items and effort over time, see :meth:`core.density.MapIndex.timeline`."""
    kept, carries, counted = rows.choice(chosen)
    if not kept.any():
        return _timeline(np.zeros(1), *[np.zeros(0)] * 3)
    first = chosen.start_us
    last = chosen.end_us
    times = rows.time[kept]
    first = int(times.min()) if first is None else first
    last = int(times.max()) + 1 if last is None else last
    edges = np.linspace(first, last, max(bins, 1) + 1)
    part = np.clip(
        ((rows.time - first) / (last - first) * (len(edges) - 1)).astype(np.int64),
        0,
        len(edges) - 2,
    )
    known = ~np.isnan(rows.effort_km2)

    def summed(which: Bools, values: Array) -> Array:
        return sums(part[which], values[which], len(edges) - 1)

    return _timeline(
        edges,
        summed(counted & known, rows.count),
        summed(counted & ~known, rows.count),
        summed(carries, rows.effort_km2),
    )


def sample_of(rows: MapRows, chosen: MapFilter, n: int, seed: int) -> PointSample:
    """Draw records with items, see :meth:`core.density.MapIndex.sample`."""
    picked = np.flatnonzero(rows.choice(chosen).counted & (rows.count > 0))
    total = len(picked)
    if total > n:
        picked = np.sort(
            np.random.default_rng(seed).choice(picked, n, replace=False, shuffle=False)
        )
    place = rows.places.of_row[picked]
    points = pd.DataFrame(
        {
            "lat": rows.places.lat[place],
            "lon": rows.places.lon[place],
            "observed_at": pd.to_datetime(rows.time[picked], unit="us", utc=True),
            "category": np.array(rows.categories, dtype=object)[rows.category[picked]],
            "count": rows.count[picked].astype(np.int64),
            "survey": np.array(rows.surveys, dtype=object)[rows.survey[picked]],
            "with_effort": ~np.isnan(rows.effort_km2[picked]),
        }
    )
    return PointSample(points, total)


def sources_of(rows: MapRows, chosen: MapFilter, cell: str) -> pd.DataFrame:
    """List what lies behind a cell, see :meth:`core.density.MapIndex.sources`."""
    inside = rows.places.inside(cell_box(cell))[rows.places.of_row]
    near = np.flatnonzero(inside & rows.kept(chosen) & rows.is_chosen(chosen))
    place = rows.places.of_row[near]
    cells = cells_of(
        lat=rows.places.lat[place].tolist(),
        lon=rows.places.lon[place].tolist(),
        resolution=h3_str.get_resolution(cell),
    )
    near = near[cells == np.uint64(int(cell, 16))]
    photo = rows.photo[near]
    frame = pd.DataFrame(
        {
            "category": np.array(rows.categories, object)[rows.category[near]],
            "survey": np.array(rows.surveys, object)[rows.survey[near]],
            "items": rows.count[near].astype(np.int64),
            "photo": pd.Series(photo).where(photo >= 0),
            "time": pd.to_datetime(rows.time[near], unit="us", utc=True),
        }
    )
    grouped = frame.groupby(["category", "survey"], as_index=False).agg(
        items=("items", "sum"),
        records=("items", "size"),
        photos=("photo", "nunique"),
        first=("time", "min"),
        last=("time", "max"),
    )
    return grouped.sort_values(
        ["items", "category", "survey"],
        ascending=[False, True, True],
        ignore_index=True,
    )


def _timeline(
    edges: Array, n: Array, n_sightings: Array, effort: Array
) -> pd.DataFrame:
    times = pd.to_datetime(np.round(edges).astype(np.int64), unit="us", utc=True)
    return pd.DataFrame(
        {
            "start": times[:-1],
            "end": times[1:],
            "n": n.astype(np.int64),
            "n_sightings": n_sightings.astype(np.int64),
            "effort_km2": effort.astype(np.float64),
        }
    )
