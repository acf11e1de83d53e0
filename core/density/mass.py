"""Expected debris mass in the surveyed cells, with its interval.

A cell's density is taken as the density of the whole cell, so the mass in it is
density times area times mass an item. That holds as far as the searched part stands
for the cell; where effort went only to places known to be dirty, it does not.

Two uncertainties go in. Counting: a weighted sum of Poisson counts (gamma method).
Item mass: each category's low and high, one error shared by all its items and
independent between categories. The two are joined in quadrature on the log scale,
an assumption that keeps the lower limit above zero.
"""

from collections.abc import Collection
from math import nan
from typing import NamedTuple

import h3.api.basic_int as h3_int
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.cells import Bbox, cell_names, in_bbox
from core.density.effort import pooled_counts
from core.density.intervals import weighted_poisson_interval
from core.observations import CATEGORIES, RECORD_CATEGORIES

__all__ = [
    "MassEstimate",
    "expected_mass",
    "further_item_mass_kg",
    "mass_of",
    "mean_item_mass",
    "pooled_mass",
    "total_mass",
    "total_of",
]

FloatArray = npt.NDArray[np.float64]
_TERMS = ["total", "variance", "items"]


class MassEstimate(NamedTuple):
    """Debris mass in the surveyed cells of a map."""

    mass_kg: float
    low_kg: float
    high_kg: float
    #: Area of the surveyed cells, and the part of it that was searched.
    area_km2: float
    effort_km2: float
    #: Share of the mass by category, largest first; empty when nothing was seen.
    shares: dict[str, float]


def expected_mass(
    observations: pd.DataFrame,
    *,
    resolution: int,
    bbox: Bbox | tuple[float, float, float, float] | None = None,
    confidence: float = 0.95,
    categories: Collection[str] | None = None,
) -> pd.DataFrame:
    """Estimate the debris mass in each surveyed H3 cell.

    Parameters
    ----------
    observations, resolution, bbox, confidence, categories
        As in :func:`core.density.cell_density`.

    Returns
    -------
    DataFrame
        ``h3, area_km2, mass_kg, mass_low_kg, mass_high_kg, main_category`` for the
        cells with effort, sorted by ``h3``; ``main_category`` is empty where nothing
        was seen.
    """
    counts, effort = _pooled(observations, resolution, bbox, categories)
    return mass_of(counts, effort, confidence=confidence)


def mass_of(
    counts: pd.DataFrame,
    effort: "pd.Series[float]",
    *,
    confidence: float = 0.95,
    item_mass_kg: float | None = None,
) -> pd.DataFrame:
    """Mass in each cell from pooled counts and effort, see :func:`expected_mass`.

    Parameters
    ----------
    counts, effort
        From :func:`core.density.pooled_counts`.
    confidence : float, default 0.95
        Coverage of the intervals.
    item_mass_kg : float, optional
        Mass of one further item, for the upper limits; the mean of the items counted
        unless given. A part of a map takes that of the whole.
    """
    area = _areas(effort.index)
    terms = _terms(counts, effort, area)
    cells = effort.index
    sums = terms.groupby("cell")[_TERMS].sum().reindex(cells, fill_value=0.0)
    further = _mean_item_mass(terms) if item_mass_kg is None else item_mass_kg
    next_weight = area / effort.to_numpy() * further
    spread = _item_mass_spread(terms, ["cell"]).reindex(cells, fill_value=0.0)
    low, high = _joined_interval(sums, spread, next_weight, confidence)
    heaviest = terms.loc[terms["total"] > 0].sort_values("total", kind="stable")
    main = heaviest.drop_duplicates("cell", keep="last").set_index("cell")["category"]
    frame = pd.DataFrame(
        {
            "h3": cell_names(cells),
            "area_km2": area,
            "mass_kg": sums["total"].to_numpy(),
            "mass_low_kg": low,
            "mass_high_kg": high,
            "main_category": main.reindex(cells).fillna("").to_numpy(),
        }
    )
    return frame.sort_values("h3", ignore_index=True)


def total_mass(
    observations: pd.DataFrame,
    *,
    resolution: int,
    bbox: Bbox | tuple[float, float, float, float] | None = None,
    confidence: float = 0.95,
    categories: Collection[str] | None = None,
) -> MassEstimate:
    """Estimate the debris mass in all surveyed cells together.

    The interval is that of the sum; adding up the intervals of the cells would be
    far too wide.

    Parameters
    ----------
    observations, resolution, bbox, confidence, categories
        As in :func:`core.density.cell_density`.

    Returns
    -------
    MassEstimate
        All zero when no row has an effort.
    """
    counts, effort = _pooled(observations, resolution, bbox, categories)
    return total_of(counts, effort, confidence=confidence)


def total_of(
    counts: pd.DataFrame, effort: "pd.Series[float]", *, confidence: float = 0.95
) -> MassEstimate:
    """Mass in all cells together from pooled counts, see :func:`total_mass`.

    Parameters
    ----------
    counts, effort
        From :func:`core.density.pooled_counts`.
    confidence : float, default 0.95
        Coverage of the interval.
    """
    if effort.empty:
        return MassEstimate(0.0, 0.0, 0.0, 0.0, 0.0, {})
    area = _areas(effort.index)
    terms = _terms(counts, effort, area)
    return _summed(terms, float(area.sum()), float(effort.sum()), confidence)


def pooled_mass(
    counts: pd.DataFrame,
    *,
    area_km2: float,
    effort_km2: float,
    confidence: float = 0.95,
) -> MassEstimate:
    """Estimate the mass in an area whose searched part stands for the whole of it.

    Parameters
    ----------
    counts : DataFrame
        From :func:`core.density.pooled_counts`; its cells are taken together.
    area_km2, effort_km2 : float
        The area, and how much of it was searched, km2; above zero.
    confidence : float, default 0.95
        Coverage of the interval.
    """
    whole = counts.assign(cell=0).groupby(["cell", "category"], as_index=False)
    pooled = whole[["n", "weighed_kg", "n_weighed"]].sum()
    seen = pooled.loc[pooled["n"] > 0]
    terms = _scaled_terms(seen, np.full(len(seen), area_km2 / effort_km2))
    return _summed(terms, area_km2, effort_km2, confidence)


def mean_item_mass(counts: pd.DataFrame) -> tuple[float, float, float]:
    """Mean mass of the items counted with effort, and its bracket, in kg.

    Parameters
    ----------
    counts : DataFrame
        From :func:`core.density.pooled_counts`.

    Returns
    -------
    mid, low, high : float
        NaN when no item was counted. The errors of the categories are independent.
    """
    seen = counts.loc[counts["n"] > 0].assign(cell=0)
    n_items = float(seen["n"].sum())
    if n_items == 0:
        return nan, nan, nan
    terms = _scaled_terms(seen, np.full(len(seen), 1.0 / n_items))
    spread = _item_mass_spread(terms, ["cell"]).iloc[0]
    mid = float(terms["total"].sum())
    return mid, mid - float(spread["below"]), mid + float(spread["above"])


def _summed(
    terms: pd.DataFrame, area_km2: float, effort_km2: float, confidence: float
) -> MassEstimate:
    sums = terms[_TERMS].sum().to_frame().T
    spread = _item_mass_spread(terms.assign(cell=0), ["cell"]).reindex(
        [0], fill_value=0
    )
    # One further item anywhere: cells weighted by how much was searched in them.
    next_weight = np.array([area_km2 / effort_km2 * _mean_item_mass(terms)])
    low, high = _joined_interval(sums, spread, next_weight, confidence)
    by_category = terms.groupby("category")["total"].sum().sort_values(ascending=False)
    mass = float(sums["total"].iloc[0])
    shares = {
        str(code): float(part / mass) for code, part in by_category.items() if part > 0
    }
    return MassEstimate(
        mass, float(low[0]), float(high[0]), area_km2, effort_km2, shares
    )


def _pooled(
    observations: pd.DataFrame,
    resolution: int,
    bbox: Bbox | tuple[float, float, float, float] | None,
    categories: Collection[str] | None,
) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    if bbox is not None:
        observations = observations.loc[in_bbox(observations, Bbox(*bbox))]
    return pooled_counts(observations, resolution=resolution, categories=categories)


def _terms(
    counts: pd.DataFrame, effort: "pd.Series[float]", area_km2: FloatArray
) -> pd.DataFrame:
    """Scaled-up mass by cell and category: sum, Poisson variance and item limits."""
    at = effort.index.get_indexer(pd.Index(counts["cell"]))
    kept = (at >= 0) & (counts["n"].to_numpy() > 0)
    scale = (area_km2 / effort.to_numpy())[at[kept]]
    return _scaled_terms(counts.loc[kept], scale)


def _scaled_terms(counts: pd.DataFrame, scale: FloatArray) -> pd.DataFrame:
    """Mass behind counts of some items, each row times its scale."""
    masses = _item_masses().reindex(counts["category"])
    unweighed = (counts["n"] - counts["n_weighed"]).to_numpy(dtype=np.float64)
    weighed = counts["weighed_kg"].to_numpy()
    kg = unweighed * masses["mid"].to_numpy() + weighed
    low = unweighed * masses["low"].to_numpy() + weighed
    high = unweighed * masses["high"].to_numpy() + weighed
    items = counts["n"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "cell": counts["cell"].to_numpy(),
            "category": counts["category"].to_numpy(),
            "items": items,
            "kg": kg,
            "total": kg * scale,
            "variance": (kg * scale) ** 2 / items,
            "below": (kg - low) * scale,
            "above": (high - kg) * scale,
        }
    )


def _item_masses() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (c.code, c.item_mass_kg, c.item_mass_low_kg, c.item_mass_high_kg)
            for c in RECORD_CATEGORIES
        ],
        columns=["code", "mid", "low", "high"],
    ).set_index("code")


def _areas(cells: "pd.Index[int]") -> FloatArray:
    return np.array([h3_int.cell_area(x, unit="km^2") for x in cells.tolist()])


def further_item_mass_kg(counts: pd.DataFrame) -> float:
    """Mass of one further item behind counts, see :func:`mass_of`."""
    seen = counts.loc[counts["n"] > 0]
    return _mean_item_mass(_scaled_terms(seen, np.ones(len(seen))))


def _mean_item_mass(terms: pd.DataFrame) -> float:
    """Mass of one further item: the mean of those seen, or of all kinds (assumed)."""
    items = float(terms["items"].sum())
    if items > 0:
        return float(terms["kg"].sum()) / items
    return float(np.mean([c.item_mass_kg for c in CATEGORIES if c.is_debris]))


def _item_mass_spread(terms: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Root sum of squares over categories of what the item masses may shift."""
    shift = terms.groupby([*by, "category"])[["below", "above"]].sum() ** 2
    return shift.groupby(level=by).sum() ** 0.5


def _joined_interval(
    sums: pd.DataFrame, spread: pd.DataFrame, next_weight: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    total = sums["total"].to_numpy(dtype=np.float64)
    low, high = weighted_poisson_interval(
        total, sums["variance"].to_numpy(dtype=np.float64), next_weight, confidence
    )
    seen = total > 0
    mass = np.where(seen, total, 1.0)
    below = spread["below"].to_numpy(dtype=np.float64)
    above = spread["above"].to_numpy(dtype=np.float64)
    down = np.hypot(np.log(np.where(seen, low, 1.0) / mass), np.log1p(-below / mass))
    up = np.hypot(np.log(np.where(seen, high, 1.0) / mass), np.log1p(above / mass))
    return (
        np.where(seen, total * np.exp(-down), 0.0),
        np.where(seen, total * np.exp(up), high),
    )
