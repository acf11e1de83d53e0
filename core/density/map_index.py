"""Observations held ready for the map: any filter, any resolution, within a second.

The columns of the store are sorted once by place. What a filter lets through is then
counted with `numpy.bincount`, without a table of rows. One million rows take about
80 MB. The figures are those of :func:`core.density.cell_density`,
:func:`core.density.expected_mass` and :func:`core.density.total_mass`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import nan
from typing import Any

import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.cells import DENSITY_COLUMNS, Bbox, density_of
from core.density.intervals import poisson_interval
from core.density.map_details import sample_of, sources_of, timeline_of
from core.density.map_filter import MapFilter
from core.density.map_pool import counts_of, sums
from core.density.map_results import MapTotals, PointSample
from core.density.map_rows import INDEX_COLUMNS, MapRows
from core.density.mass import further_item_mass_kg, mass_of, total_of
from core.density.places import cell_box

__all__ = [
    "INDEX_COLUMNS",
    "MAP_COLUMNS",
    "MapIndex",
    "MapTotals",
    "PointSample",
]

_MASS_COLUMNS = (
    "area_km2",
    "mass_kg",
    "mass_low_kg",
    "mass_high_kg",
    "main_category",
)
#: Columns of :meth:`MapIndex.cells`, in order.
MAP_COLUMNS = (*DENSITY_COLUMNS, *_MASS_COLUMNS)

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVERYTHING = MapFilter()
_KEPT_MASSES = 64


class MapIndex:
    """Observations sorted by place.

    Parameters
    ----------
    columns : mapping of str to ndarray, each of shape (n_rows,)
        ``INDEX_COLUMNS`` as ``store.observations.columns`` returns them: ``h3`` as
        uint64, times as ``datetime64[us]`` in UTC, texts as objects, NaN where a mass
        or an effort is unknown. Rows flagged fail or missing are left out.

    Raises
    ------
    ObservationError
        If a column is missing, a count is negative or not whole, an effort is not
        positive, or a photo comes with two efforts; the row is named.
    """

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._rows = MapRows(columns)
        self._item_masses: dict[MapFilter, float] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def surveys(self) -> tuple[str, ...]:
        """Names of the surveys, sorted."""
        return self._rows.surveys

    @property
    def categories(self) -> tuple[str, ...]:
        """Codes of the categories that occur, sorted."""
        return self._rows.categories

    @property
    def size_classes(self) -> tuple[str, ...]:
        """Size classes that occur, sorted."""
        return tuple(name for name in self._rows.sizes if name)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, bytes."""
        return self._rows.nbytes

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """First and last time of a record, UTC; None without records."""
        if not len(self):
            return None
        return _moment(self._rows.time.min()), _moment(self._rows.time.max())

    @property
    def bounds(self) -> Bbox | None:
        """Smallest box around all records, the short way round; None without any."""
        return self._rows.places.bounds() if len(self) else None

    def pooled(
        self,
        chosen: MapFilter = _EVERYTHING,
        *,
        resolution: int,
        within: Bbox | None = None,
    ) -> tuple[pd.DataFrame, "pd.Series[float]"]:
        """Return counts by cell and category, and effort by cell.

        Parameters
        ----------
        chosen : MapFilter
            What to let through.
        resolution : int
            H3 resolution, 0 to 15. The first call for a resolution takes a second for
            a million places.
        within : Bbox, optional
            Only rows in this box, for a part of the map. Unlike the filter's box it
            does not change which row of a photo carries its effort.

        Returns
        -------
        counts, effort_km2
            As :func:`core.density.pooled_counts`.
        """
        rows = self._rows
        _, carries, counted = rows.choice(chosen)
        if within is None:
            level = rows.places.level(resolution)
        else:
            near = rows.places.inside(within)
            level = rows.places.part_level(resolution, near)
            here = near[rows.places.of_row]
            carries, counted = carries & here, counted & here
        cell = level.of_place[rows.places.of_row]
        effort = sums(cell[carries], rows.effort_km2[carries], len(level.cells))
        searched = np.flatnonzero(effort)
        index = pd.Index(level.cells[searched], name="cell")
        picked = np.flatnonzero(counted)
        return (
            counts_of(rows, picked, cell[picked], level.cells),
            pd.Series(effort[searched], index=index, name="effort_km2"),
        )

    def cells(
        self,
        chosen: MapFilter = _EVERYTHING,
        *,
        resolution: int,
        confidence: float = 0.95,
        within: Bbox | None = None,
    ) -> pd.DataFrame:
        """Density and expected mass in every cell that holds a record.

        Parameters
        ----------
        chosen, resolution, within
            As for `pooled`.
        confidence : float, default 0.95
            Coverage of the intervals.

        Returns
        -------
        DataFrame
            A row a cell, sorted by ``h3``, with ``MAP_COLUMNS``; see
            :func:`core.density.cell_density` and :func:`core.density.expected_mass`.
            Area and mass are NaN and the main category empty where nothing was
            searched.
        """
        counts, effort = self.pooled(chosen, resolution=resolution, within=within)
        # Upper limits of a part rest on the items of the whole map.
        whole = None if within is None else self._item_mass_kg(chosen)
        return _cells(counts, effort, confidence, whole)

    def totals(
        self,
        chosen: MapFilter = _EVERYTHING,
        *,
        resolution: int,
        confidence: float = 0.95,
    ) -> MapTotals:
        """Everything together: rate and mass with their intervals.

        Parameters
        ----------
        chosen, resolution, confidence
            As for `cells`; mass stands for the area of the cells of that resolution.
        """
        counts, effort = self.pooled(chosen, resolution=resolution)
        return self._totals(chosen, counts, effort, confidence)

    def overview(
        self,
        chosen: MapFilter = _EVERYTHING,
        *,
        resolution: int,
        confidence: float = 0.95,
    ) -> tuple[pd.DataFrame, MapTotals]:
        """Cells and totals of one filter, counted once."""
        counts, effort = self.pooled(chosen, resolution=resolution)
        return (
            _cells(counts, effort, confidence),
            self._totals(chosen, counts, effort, confidence),
        )

    def timeline(
        self, chosen: MapFilter = _EVERYTHING, *, bins: int = 60
    ) -> pd.DataFrame:
        """Items and effort over time.

        Parameters
        ----------
        chosen : MapFilter
            What to let through; its period, or the span of the records, is divided.
        bins : int
            Parts of equal length, at least one.

        Returns
        -------
        DataFrame
            ``start, end, n, n_sightings, effort_km2``; empty without records.
        """
        return timeline_of(self._rows, chosen, bins)

    def sample(
        self, chosen: MapFilter = _EVERYTHING, *, n: int = 5_000, seed: int = 0
    ) -> PointSample:
        """Return records with items, a random ``n`` of them where there are more.

        Parameters
        ----------
        chosen : MapFilter
            What to let through.
        n : int
            Most records to return.
        seed : int
            Makes the choice repeatable.
        """
        return sample_of(self._rows, chosen, n, seed)

    def cell(
        self, chosen: MapFilter, cell: str, *, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Return the row of one cell as in `cells`; no row if it holds no record.

        Raises
        ------
        InputError
            If ``cell`` is not the name of an H3 cell.
        """
        box = cell_box(cell)
        found = self.cells(
            chosen,
            resolution=h3_str.get_resolution(cell),
            confidence=confidence,
            within=box,
        )
        return found.loc[found["h3"] == cell].reset_index(drop=True)

    def sources(self, chosen: MapFilter, cell: str) -> pd.DataFrame:
        """Return what lies behind a cell, by category and survey.

        Returns
        -------
        DataFrame
            ``category, survey, items, records, photos, first, last`` (UTC), most items
            first; categories that are not chosen are left out.

        Raises
        ------
        InputError
            If ``cell`` is not the name of an H3 cell.
        """
        return sources_of(self._rows, chosen, cell)

    def _item_mass_kg(self, chosen: MapFilter) -> float:
        """Mass of one further item, all places together; kept for the last filters."""
        found = self._item_masses.get(chosen)
        if found is None:
            rows = np.flatnonzero(self._rows.choice(chosen).counted)
            nowhere = np.zeros(len(rows), dtype=np.int32)
            cell = np.zeros(1, dtype=np.uint64)
            found = further_item_mass_kg(counts_of(self._rows, rows, nowhere, cell))
            while len(self._item_masses) >= _KEPT_MASSES:
                self._item_masses.pop(next(iter(self._item_masses)), None)
            self._item_masses[chosen] = found
        return found

    def _totals(
        self,
        chosen: MapFilter,
        counts: pd.DataFrame,
        effort: "pd.Series[float]",
        confidence: float,
    ) -> MapTotals:
        kept = self._rows.choice(chosen).kept
        searched = float(effort.sum())
        n_items = int(counts["n"].sum())
        rate = (
            poisson_interval(n_items, searched, confidence)
            if searched > 0
            else (nan, nan, nan)
        )
        return MapTotals(
            n_items=n_items,
            n_sightings=int(counts["n_sightings"].sum()),
            effort_km2=searched,
            rate=float(rate[0]),
            low=float(rate[1]),
            high=float(rate[2]),
            mass=total_of(counts, effort, confidence=confidence),
            simulated=bool(self._rows.simulated[kept].any()),
            from_photos=bool(self._rows.from_photo[kept].any()),
        )


def _cells(
    counts: pd.DataFrame,
    effort: "pd.Series[float]",
    confidence: float,
    item_mass_kg: float | None = None,
) -> pd.DataFrame:
    cells = density_of(counts, effort, confidence=confidence).set_index("h3")
    masses = mass_of(counts, effort, confidence=confidence, item_mass_kg=item_mass_kg)
    joined = cells.join(masses.set_index("h3")[list(_MASS_COLUMNS)])
    joined["main_category"] = joined["main_category"].fillna("").astype("str")
    return joined.reset_index()[list(MAP_COLUMNS)]


def _moment(microseconds: np.int64) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))
