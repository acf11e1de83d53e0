"""Density a cell: counts over effort, and what was never looked at."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import h3.api.basic_int as h3_int
import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd

from core.density.effort import pooled_counts
from core.density.intervals import poisson_interval
from core.errors import InputError, ObservationError
from core.geo import (
    EARTH_RADIUS_KM,
    cells_in_bbox,
    cells_of,
    normalise_lon,
)

__all__ = [
    "DENSITY_COLUMNS",
    "MAX_CELLS",
    "STATUSES",
    "Bbox",
    "cell_density",
    "cell_names",
    "density_of",
    "in_bbox",
    "rows_in_cell",
    "suggest_resolution",
]

#: Columns of :func:`cell_density`, in order; the contract's, and two beside them.
DENSITY_COLUMNS = (
    "h3",
    "lat",
    "lon",
    "n",
    "effort_km2",
    "density_per_km2",
    "low",
    "high",
    "status",
    "n_sightings",
)
STATUSES = ("surveyed", "surveyed_none_seen", "predicted", "never_surveyed")
#: More cells than this in one box are refused: the file would be over 40 MB.
MAX_CELLS = 100_000
#: Cells a default map aims for; a person cannot tell more apart on a screen.
_COMFORTABLE_CELLS = 5_000
_FINEST_DEFAULT, _COARSEST_DEFAULT = 8, 1


class Bbox(NamedTuple):
    """A box in degrees; west greater than east crosses 180 degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def area_km2(self) -> float:
        """Area on the sphere, km2."""
        width = (self.east - self.west) % 360.0 or 360.0
        band = np.sin(np.radians(self.north)) - np.sin(np.radians(self.south))
        return float(EARTH_RADIUS_KM**2 * np.radians(width) * band)


def suggest_resolution(bbox: Bbox, *, max_cells: int = _COMFORTABLE_CELLS) -> int:
    """Finest H3 resolution, 1 to 8, that keeps a box below about ``max_cells``.

    Examples
    --------
    >>> suggest_resolution(Bbox(-140.0, 30.0, -139.0, 31.0))
    7
    """
    for resolution in range(_FINEST_DEFAULT, _COARSEST_DEFAULT, -1):
        if _expected_cells(bbox, resolution) <= max_cells:
            return resolution
    return _COARSEST_DEFAULT


def cell_density(
    observations: pd.DataFrame,
    *,
    resolution: int,
    bbox: Bbox | tuple[float, float, float, float] | None = None,
    confidence: float = 0.95,
    categories: Collection[str] | None = None,
) -> pd.DataFrame:
    """Debris items per km2 in H3 cells, with the exact interval of each.

    Counts and effort are pooled in a cell before they are divided, so an hour that
    found nothing weighs as much as an hour that found something. How the rows of one
    photo or transect share their effort stands in :mod:`core.density.effort`.

    Parameters
    ----------
    observations : DataFrame
        Observation rows, see :func:`core.density.pooled_counts`.
    resolution : int
        H3 resolution, 0 to 15.
    bbox : Bbox, optional
        West, south, east, north in degrees. Observations outside are left out, and
        every cell whose centre lies inside is listed, surveyed or not.
    confidence : float, default 0.95
        Coverage of the intervals, see :func:`core.density.poisson_interval`.
    categories : collection of str, optional
        Categories to count, all debris unless given; effort stays that of all rows.

    Returns
    -------
    DataFrame
        A row a cell, sorted by ``h3``, with the columns ``DENSITY_COLUMNS``. No cell
        is ``predicted`` here; :meth:`core.density.DensityField.predicted_cells` does
        that.
        ``status`` is ``surveyed``, ``surveyed_none_seen`` (effort, no item) or
        ``never_surveyed`` (no effort). Where there is effort, ``n`` is the count made
        with effort and ``density_per_km2, low, high`` follow from it. Where there is
        none, ``n`` is the number of items sighted, ``effort_km2`` is 0 and density
        and interval are NaN. ``n_sightings`` is the count made without effort, which
        never enters a density.

    Raises
    ------
    ObservationError
        If a row cannot be used; the row is named.
    InputError
        If the box is empty, not on Earth, or holds more than ``MAX_CELLS`` cells.
    """
    box = None if bbox is None else Bbox(*bbox)
    listed = [] if box is None else _listed_cells(box, resolution)
    chosen = (
        observations if box is None else observations.loc[in_bbox(observations, box)]
    )
    counts, effort = pooled_counts(chosen, resolution=resolution, categories=categories)
    return density_of(counts, effort, listed=listed, confidence=confidence)


def density_of(
    counts: pd.DataFrame,
    effort: pd.Series,
    *,
    listed: Sequence[int] = (),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Density a cell from pooled counts and effort, see :func:`cell_density`.

    Parameters
    ----------
    counts, effort
        From :func:`core.density.pooled_counts`.
    listed : sequence of int
        Cells to list even if nobody looked there.
    confidence : float, default 0.95
        Coverage of the intervals.
    """
    per_cell = counts.groupby("cell")[["n", "n_sightings"]].sum()
    cells = per_cell.index.union(effort.index).union(pd.Index(listed, dtype=np.uint64))
    per_cell = per_cell.reindex(cells, fill_value=0)
    area = effort.reindex(cells).fillna(0.0).to_numpy()
    surveyed = area > 0
    seen = per_cell["n"].to_numpy()
    sighted = per_cell["n_sightings"].to_numpy()

    rates = np.full((3, len(cells)), np.nan)
    if surveyed.any():
        rates[:, surveyed] = poisson_interval(
            seen[surveyed], area[surveyed], confidence
        )
    centres = np.array([h3_int.cell_to_latlng(cell) for cell in cells.tolist()])
    centres = centres.reshape(-1, 2)
    frame = pd.DataFrame(
        {
            "h3": cell_names(cells),
            "lat": centres[:, 0],
            "lon": centres[:, 1],
            "n": np.where(surveyed, seen, sighted),
            "effort_km2": area,
            "density_per_km2": rates[0],
            "low": rates[1],
            "high": rates[2],
            "status": np.select(
                [surveyed & (seen > 0), surveyed], STATUSES[:2], STATUSES[-1]
            ),
            "n_sightings": sighted,
        },
        columns=list(DENSITY_COLUMNS),
    )
    frame["h3"] = frame["h3"].astype("str")
    return frame.sort_values("h3", ignore_index=True)


def cell_names(cells: "pd.Index[int]") -> list[str]:
    """Hexadecimal names of integer cells."""
    return [f"{cell:x}" for cell in cells.tolist()]


def in_bbox(observations: pd.DataFrame, bbox: Bbox) -> "pd.Series[bool]":
    """Whether each row lies in a box, its edges included."""
    for name in ("lat", "lon"):
        if name not in observations:
            raise ObservationError(f"observations lack the column {name}")
    lon = pd.Series(normalise_lon(observations["lon"]), index=observations.index)
    west, east = (float(normalise_lon(x)) for x in (bbox.west, bbox.east))
    if bbox.east - bbox.west >= 360.0:
        inside = lon.notna()
    elif west < east:
        inside = lon.between(west, east)
    elif bbox.east == 180.0 and bbox.west < bbox.east:
        inside = lon >= west
    else:
        inside = (lon >= west) | (lon <= east)
    return inside & observations["lat"].between(bbox.south, bbox.north)


def rows_in_cell(observations: pd.DataFrame, cell: str) -> pd.DataFrame:
    """Observations that lie in one H3 cell.

    Raises
    ------
    InputError
        If ``cell`` is not the name of an H3 cell.
    """
    if len(cell) > 16 or not h3_str.is_valid_cell(cell):
        raise InputError(f"{cell[:20]!r} is not an H3 cell")
    resolution = int(h3_str.get_resolution(cell))
    cells = cells_of(
        lat=observations["lat"], lon=observations["lon"], resolution=resolution
    )
    inside = pd.Series(
        cells == np.uint64(h3_str.str_to_int(cell)), index=observations.index
    )
    return observations.loc[inside]


def _expected_cells(bbox: Bbox, resolution: int) -> float:
    mean_area = float(h3_str.average_hexagon_area(resolution, unit="km^2"))
    return bbox.area_km2 / mean_area


def _listed_cells(bbox: Bbox, resolution: int) -> list[int]:
    if not 0 <= resolution <= 15:
        raise InputError(f"H3 resolution {resolution} outside 0 to 15")
    if bbox.south < bbox.north and _expected_cells(bbox, resolution) > MAX_CELLS:
        raise InputError(
            f"the box holds about {_expected_cells(bbox, resolution):,.0f} cells at "
            f"resolution {resolution}, more than {MAX_CELLS:,}; use resolution "
            f"{suggest_resolution(bbox, max_cells=MAX_CELLS)} or a smaller box"
        )
    cells = cells_in_bbox(
        west=bbox.west,
        south=bbox.south,
        east=bbox.east,
        north=bbox.north,
        resolution=resolution,
    )
    return [int(h3_str.str_to_int(cell)) for cell in cells]
