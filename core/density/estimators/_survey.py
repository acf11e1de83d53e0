"""From rows of counts to sites: what the estimators are fitted to."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.density.estimators._likelihood import Counts
from core.density.estimators.places import merge_groups
from core.errors import ObservationError

__all__ = ["Survey", "checked_effort", "make_survey", "refuse_negative"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Places nearer than this (1 mm) are one: longitude 180 is longitude -180.
_SAME_PLACE_DECIMALS = 6


@dataclass(frozen=True)
class Survey:
    """Counts with effort at sites.

    Attributes
    ----------
    places : ndarray of float, shape (n_sites, n_dimensions)
        Coordinates in km.
    covariates : ndarray of float, shape (n_sites, n_covariates)
    counts : Counts
        Rows of counts; several may belong to one site.
    n_merged : int
        Distinct places before they were merged; 0 where they were not.
    """

    places: FloatArray
    covariates: FloatArray
    counts: Counts
    n_merged: int = 0

    @property
    def items(self) -> FloatArray:
        """Items counted at each site."""
        return self._sum(self.counts.y)

    @property
    def effort_km2(self) -> FloatArray:
        """Area searched at each site."""
        return self._sum(np.exp(self.counts.log_effort))

    @property
    def n_places(self) -> int:
        """How many different places there are."""
        return len(np.unique(self.places, axis=0))

    @property
    def has_repeats(self) -> bool:
        """Whether a place was searched more than once."""
        return len(self.counts.y) > self.counts.n_sites

    def _sum(self, terms: FloatArray) -> FloatArray:
        n_sites = self.counts.n_sites
        total = np.bincount(self.counts.site, weights=terms, minlength=n_sites)
        return np.asarray(total, dtype=np.float64)


def refuse_negative(values: FloatArray, what: str) -> None:
    """Refuse a value below zero, naming its row."""
    if (values < 0.0).any():
        row = int(np.flatnonzero(values < 0.0)[0])
        raise ObservationError(f"{what} {values[row]:g} is negative (row {row})")


def checked_effort(effort_km2: object, n_rows: int) -> FloatArray:
    """Effort as an array: 1 km2 a row where none is given.

    Raises
    ------
    ObservationError
        If it does not match the rows, or one is negative or not finite.
    """
    if effort_km2 is None:
        return np.ones(n_rows)
    try:
        effort = np.asarray(effort_km2, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ObservationError(f"effort_km2 is not numeric: {error}") from error
    if effort.ndim == 0:
        effort = np.full(n_rows, float(effort))
    if effort.shape != (n_rows,):
        raise ObservationError(
            f"effort_km2 has shape {effort.shape}, expected ({n_rows},)"
        )
    if not np.isfinite(effort).all():
        row = int(np.flatnonzero(~np.isfinite(effort))[0])
        raise ObservationError(f"effort_km2 is NaN or infinite (row {row})")
    refuse_negative(effort, "effort_km2")
    return effort


def make_survey(
    places: FloatArray,
    covariates: FloatArray,
    y: FloatArray,
    effort_km2: FloatArray,
    *,
    max_sites: int | None,
) -> Survey:
    """Gather rows at sites; rows without effort say nothing and are left out.

    Parameters
    ----------
    max_sites : int or None
        More distinct places than this are merged to at most as many.

    Raises
    ------
    ObservationError
        If no row has effort, or one without has items.
    """
    idle = effort_km2 == 0.0
    if (idle & (y > 0.0)).any():
        row = int(np.flatnonzero(idle & (y > 0.0))[0])
        raise ObservationError(f"{y[row]:g} items with an effort of 0 km2 (row {row})")
    if idle.all():
        raise ObservationError("the effort of all rows together is 0 km2")
    places, covariates = places[~idle].round(_SAME_PLACE_DECIMALS), covariates[~idle]
    y, effort = y[~idle], effort_km2[~idle]
    joined = np.column_stack([places, covariates])
    distinct, site = np.unique(joined, axis=0, return_inverse=True)
    site = site.ravel().astype(np.int64)
    if max_sites is None or len(distinct) <= max_sites:
        n_dims = places.shape[1]
        counts = Counts(site, y, np.log(effort), len(distinct))
        return Survey(distinct[:, :n_dims], distinct[:, n_dims:], counts)
    return _merged(joined, places.shape[1], site, y, effort, max_sites)


def _merged(
    joined: FloatArray,
    n_dims: int,
    cell: IntArray,
    y: FloatArray,
    effort: FloatArray,
    max_sites: int,
) -> Survey:
    """Pool rows by cell, and let the cells of one group share their density."""
    n_cells = int(cell.max()) + 1
    cell_y = np.bincount(cell, weights=y, minlength=n_cells)
    cell_effort = np.bincount(cell, weights=effort, minlength=n_cells)
    first = np.unique(cell, return_index=True)[1]
    group = merge_groups(joined[first, :n_dims], max_sites)
    n_groups = int(group.max()) + 1
    total = np.bincount(group, weights=cell_effort, minlength=n_groups)
    centres = np.column_stack(
        [
            np.bincount(group, weights=column * cell_effort, minlength=n_groups) / total
            for column in joined[first].T
        ]
    )
    counts = Counts(group, cell_y.astype(np.float64), np.log(cell_effort), n_groups)
    return Survey(centres[:, :n_dims], centres[:, n_dims:], counts, n_merged=n_cells)
