"""Folds that keep what lies together together: by region, by basin, by time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import h3.api.basic_int as h3_int
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "SPLITS",
    "Split",
    "basin_folds",
    "region_blocks",
    "region_folds",
    "time_folds",
]

IntArray = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: H3 resolution of a block: cells of about 610,000 km2, some 800 km across.
BLOCK_RESOLUTION = 1
N_REGION_FOLDS = 5
#: Shares of the rows, in order of time, before which is trained and up to the next of
#: which is tested.
_TIME_CUTS = (0.5, 0.75)
#: A basin with fewer rows is never left out alone; its score would be chance.
_LEAST_BASIN_ROWS = 40


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to train on and rows to test on; no block is in both."""

    train: Bools
    test: Bools


#: Ways to cut, and what each asks.
SPLITS: dict[str, str] = {
    "region": "waters nobody sampled: H3 cells of 610,000 km2 left out, five folds",
    "basin": "an ocean nobody sampled: one basin left out",
    "time": "years to come: trained before, tested after, two cuts",
}


def region_blocks(lat: npt.ArrayLike, lon: npt.ArrayLike) -> IntArray:
    """Give each place the number of its H3 cell, from 0."""
    places = zip(np.asarray(lat).tolist(), np.asarray(lon).tolist(), strict=True)
    cells = [h3_int.latlng_to_cell(a, o, BLOCK_RESOLUTION) for a, o in places]
    return np.asarray(np.unique(cells, return_inverse=True)[1], dtype=np.int64)


def region_folds(
    blocks: IntArray, *, seed: int, n_folds: int = N_REGION_FOLDS
) -> list[Split]:
    """Whole blocks in folds of about one size, the largest dealt out first."""
    n_blocks = int(blocks.max()) + 1
    size = np.bincount(blocks, minlength=n_blocks)
    order = np.random.default_rng(seed).permutation(n_blocks)
    order = order[np.argsort(-size[order], kind="stable")]
    n_folds = min(n_folds, n_blocks)
    held, fold_of = np.zeros(n_folds), np.zeros(n_blocks, dtype=np.int64)
    for block in order:
        fold_of[block] = int(held.argmin())
        held[fold_of[block]] += size[block]
    fold = fold_of[blocks]
    return _splits([fold == k for k in range(n_folds)])


def basin_folds(basins: IntArray) -> list[Split]:
    """One basin left out at a time; small ones only ever train."""
    codes, size = np.unique(basins, return_counts=True)
    return _splits([basins == c for c in codes[size >= _LEAST_BASIN_ROWS]])


def time_folds(times: "pd.Series[pd.Timestamp]") -> list[Split]:
    """Train before a year begins, test on the years after it up to the next cut."""
    years = times.dt.year.to_numpy(dtype=np.int64)
    cuts = sorted({int(np.quantile(years, share)) + 1 for share in _TIME_CUTS})
    ends = [*cuts[1:], int(years.max()) + 1]
    found = [
        Split(years < cut, (years >= cut) & (years < end))
        for cut, end in zip(cuts, ends, strict=True)
    ]
    return [s for s in found if s.train.any() and s.test.any()]


def _splits(tests: list[Bools]) -> list[Split]:
    return [Split(~test, test) for test in tests if test.any() and not test.all()]
