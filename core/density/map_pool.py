"""Counts and effort of the chosen rows, summed by cell and category."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.map_rows import MapRows

__all__ = ["counts_of", "sums"]

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def counts_of(
    rows: MapRows,
    picked: Ints,
    cell: npt.NDArray[np.int32],
    cells: npt.NDArray[np.uint64],
) -> pd.DataFrame:
    """Sum the picked rows by cell and category.

    Parameters
    ----------
    rows : MapRows
        All rows.
    picked : ndarray of int, shape (n_picked,)
        Rows to sum.
    cell : ndarray of int, shape (n_picked,)
        Position in ``cells`` for each of them.
    cells : ndarray of uint64
        Cells, sorted.

    Returns
    -------
    DataFrame
        The counts of :func:`core.density.pooled_counts`.
    """
    n_kinds = max(len(rows.categories), 1)
    key = cell.astype(np.int64) * n_kinds + rows.category[picked]
    found, key = _numbered(key, len(cells) * n_kinds)
    count = rows.count[picked].astype(np.float64)
    known = ~np.isnan(rows.effort_km2[picked])
    mass = rows.mass_kg[picked]
    weighed = known & ~np.isnan(mass) & (count > 0)

    def summed(values: Array, where: Bools) -> Array:
        return sums(key[where], values[where], len(found))

    return pd.DataFrame(
        {
            "cell": cells[found // n_kinds],
            "category": np.array(rows.categories, dtype=object)[found % n_kinds]
            if rows.categories
            else np.array([], dtype=object),
            "n": summed(count, known).astype(np.int64),
            "n_sightings": summed(count, ~known).astype(np.int64),
            "weighed_kg": summed(mass, weighed),
            "n_weighed": summed(count, weighed).astype(np.int64),
        }
    )


def _numbered(key: Ints, n_keys: int) -> tuple[Ints, Ints]:
    """Keys that occur, sorted, and the number of each row's key among them."""
    if n_keys > 4 * len(key) + 1_000_000:  # a table of all keys would be larger
        found, numbers = np.unique(key, return_inverse=True)
        return found, np.asarray(numbers, dtype=np.int64)
    occurs = np.zeros(n_keys, dtype=np.bool_)
    occurs[key] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[key]


def sums(group: Array, values: Array, n_groups: int) -> Array:
    """Sum values by group.

    Parameters
    ----------
    group : ndarray of int, shape (n,)
        Group of each value, from 0.
    values : ndarray of float, shape (n,)
        What to sum.
    n_groups : int
        Length of the result.
    """
    # Of nothing, bincount gives whole numbers.
    found = np.bincount(group, weights=values, minlength=n_groups)
    return found.astype(np.float64, copy=False)
