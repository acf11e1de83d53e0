"""How much debris an area holds, on bases that are named and never mixed.

*Pooled*: all items counted inside over all area searched inside, times the sea of the
area. It takes the searched part as standing for the whole, and its interval is exact
for the counting (:mod:`core.density.intervals`, :mod:`core.density.mass`).

*Field*: the integral of a fitted smooth field over the sea of the area, with the
field's own interval. It carries what was seen nearby into parts nobody searched.

A published model is summed by :mod:`core.density.model_totals`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import hypot, isfinite, log, log1p, nan
from typing import Protocol

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from core.density.areas import Area
from core.density.effort import count_searches, pooled_counts
from core.density.intervals import poisson_interval
from core.density.mass import mean_item_mass, pooled_mass
from core.errors import InputError, ObservationError

__all__ = ["AreaTotals", "FieldTotal", "Total", "area_totals"]

#: Assumptions: fewer searches than this, or a smaller share of the sea searched, and
#: where they happened to be made decides the total.
FEW_SEARCHES, SMALL_SHARE = 10, 0.001
#: A field that reaches more of the sea than this reaches all of it, but for its grid.
WHOLE_SHARE = 0.99

POOLED = "surveyed part stands for the whole area"
FIELD = "smooth field fitted to the counts"
_BY_CATEGORY = (
    "category",
    "n",
    "items",
    "items_low",
    "items_high",
    "mass_kg",
    "mass_low_kg",
    "mass_high_kg",
)


class FieldTotal(Protocol):
    """A fitted field that can be summed over a polygon."""

    def total(self, polygon: BaseGeometry) -> tuple[float, float, float]:
        """Items inside, with their interval; InputError where it says nothing."""
        ...

    def share_within_reach(self, polygon: BaseGeometry) -> float:
        """Share of the sea of a polygon that it says something about."""
        ...


@dataclass(frozen=True, kw_only=True)
class Total:
    """Items and mass inside an area on one basis.

    Attributes
    ----------
    basis : str
        How the figure was reached, for the screen.
    items, items_low, items_high : float
        Debris items.
    mass_kg, mass_low_kg, mass_high_kg : float
        Their mass, kg; NaN where no item was counted that could tell their kind.
    """

    basis: str
    items: float
    items_low: float
    items_high: float
    mass_kg: float
    mass_low_kg: float
    mass_high_kg: float


@dataclass(frozen=True, kw_only=True)
class AreaTotals:
    """What is known of an area.

    Attributes
    ----------
    area : Area
        The area asked about.
    sea_km2 : float
        Sea inside, land at 1:50 million taken off, km2.
    effort_km2 : float
        Area searched by searches inside, km2.
    n_searches, n_items, n_sightings : int
        Searches with an effort; items they counted; items seen without an effort,
        which enter no total.
    surveys : tuple of str
        Surveys with a record inside.
    totals : tuple of Total
        One a basis; empty where nothing can be said.
    by_category : DataFrame
        ``category, n, items, items_low, items_high, mass_kg, mass_low_kg,
        mass_high_kg`` of the categories seen, heaviest first, on the pooled basis.
    cautions : tuple of str
        What limits the figures, for a person.
    simulated : bool
        Whether any record inside is simulated.
    """

    area: Area
    sea_km2: float
    effort_km2: float
    n_searches: int
    n_items: int
    n_sightings: int
    surveys: tuple[str, ...]
    totals: tuple[Total, ...]
    by_category: pd.DataFrame
    cautions: tuple[str, ...]
    simulated: bool

    @property
    def pooled(self) -> Total | None:
        """The total on the pooled basis, where there is one."""
        return next((t for t in self.totals if t.basis == POOLED), None)


def area_totals(
    observations: pd.DataFrame,
    area: Area,
    *,
    confidence: float = 0.95,
    categories: Collection[str] | None = None,
    size_classes: Collection[str] | None = None,
    field: FieldTotal | None = None,
) -> AreaTotals:
    """Items and mass inside an area, with their intervals and what limits them.

    Parameters
    ----------
    observations : DataFrame
        Observation rows, see :func:`core.density.pooled_counts`; those inside count.
    area : Area
        See :func:`core.density.parse_area`.
    confidence : float, default 0.95
        Coverage of the intervals.
    categories : collection of str, optional
        Categories to count, all debris unless given; effort stays that of all rows.
    size_classes : collection of str, optional
        Size classes to count, all unless given; effort stays that of all rows.
    field : FieldTotal, optional
        Smooth field fitted to the same choice; adds a second total.

    Returns
    -------
    AreaTotals

    Raises
    ------
    ObservationError
        If a row cannot be used; the row is named.
    """
    for name in ("lat", "lon"):
        if name not in observations:
            raise ObservationError(f"observations lack the column {name}")
    inside = observations.loc[
        area.covers(lat=observations["lat"], lon=observations["lon"])
    ]
    if size_classes is not None:
        wanted = inside["size_class"].isin(list(size_classes))
        inside = inside.assign(count=inside["count"].where(wanted, 0))
    # One coarse cell or several, it is the same: they are all added up.
    counts, effort = pooled_counts(inside, resolution=0, categories=categories)
    effort_km2, sea_km2 = float(effort.sum()), area.sea_km2
    n_searches = count_searches(inside)
    totals = []
    by_category = _empty_categories()
    if effort_km2 > 0 and sea_km2 > 0:
        totals.append(_pooled(counts, sea_km2, effort_km2, confidence))
        by_category = _categories(counts, sea_km2, effort_km2, confidence)
    cautions = _cautions(sea_km2, effort_km2, n_searches)
    if field is not None and sea_km2 > 0:
        added, more = _try_field(field, area, counts)
        totals += added
        cautions += more
    return AreaTotals(
        area=area,
        sea_km2=sea_km2,
        effort_km2=effort_km2,
        n_searches=n_searches,
        n_items=int(counts["n"].sum()),
        n_sightings=int(counts["n_sightings"].sum()),
        surveys=_surveys(inside),
        totals=tuple(totals),
        by_category=by_category,
        cautions=cautions,
        simulated="simulated" in inside and bool(inside["simulated"].any()),
    )


def _pooled(
    counts: pd.DataFrame, sea_km2: float, effort_km2: float, confidence: float
) -> Total:
    n_items = int(counts["n"].sum())
    rate, low, high = poisson_interval(n_items, effort_km2, confidence)
    mass = pooled_mass(
        counts, area_km2=sea_km2, effort_km2=effort_km2, confidence=confidence
    )
    return Total(
        basis=POOLED,
        items=float(rate) * sea_km2,
        items_low=float(low) * sea_km2,
        items_high=float(high) * sea_km2,
        mass_kg=mass.mass_kg,
        mass_low_kg=mass.low_kg,
        mass_high_kg=mass.high_kg,
    )


def _categories(
    counts: pd.DataFrame, sea_km2: float, effort_km2: float, confidence: float
) -> pd.DataFrame:
    rows = []
    for code, part in counts.loc[counts["n"] > 0].groupby("category"):
        total = _pooled(part, sea_km2, effort_km2, confidence)
        figures = [getattr(total, name) for name in _BY_CATEGORY[2:]]
        rows.append((str(code), int(part["n"].sum()), *figures))
    frame = pd.DataFrame(rows, columns=list(_BY_CATEGORY))
    return frame.sort_values("mass_kg", ascending=False, ignore_index=True)


def _empty_categories() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in _BY_CATEGORY})


def _try_field(
    field: FieldTotal, area: Area, counts: pd.DataFrame
) -> tuple[list[Total], tuple[str, ...]]:
    """Sum the field where it says something, and say how much of the sea that is."""
    try:
        total = _from_field(field, area, counts)
    except InputError as error:
        return [], (f"The smooth field gives no total: {error}.",)
    share = field.share_within_reach(area.sea)
    if share > WHOLE_SHARE:
        return [total], ()
    part = f"{100 * share:.2g} % of the sea inside"
    return [total], (
        f"The smooth field reaches {part}; its total is of that part alone.",
    )


def _from_field(field: FieldTotal, area: Area, counts: pd.DataFrame) -> Total:
    """Sum the field over the sea; mass by the mean item of what was counted inside.

    The two errors are independent and joined in quadrature on the log scale, as
    :mod:`core.density.mass` does.
    """
    items, low, high = (float(x) for x in field.total(area.sea))
    kg, kg_low, kg_high = mean_item_mass(counts)
    mass = items * kg
    mass_low = mass_high = nan
    if isfinite(mass) and mass > 0:
        below = log(items / low) if low > 0 else np.inf
        down = hypot(below, log(kg / kg_low) if kg_low > 0 else np.inf)
        up = hypot(log(high / items), log1p((kg_high - kg) / kg))
        mass_low, mass_high = mass * float(np.exp(-down)), mass * float(np.exp(up))
    return Total(
        basis=FIELD,
        items=items,
        items_low=low,
        items_high=high,
        mass_kg=mass,
        mass_low_kg=mass_low,
        mass_high_kg=mass_high,
    )


def _surveys(inside: pd.DataFrame) -> tuple[str, ...]:
    if "survey" not in inside:
        return ()
    return tuple(sorted({str(name) for name in inside["survey"] if str(name)}))


def _cautions(sea_km2: float, effort_km2: float, n_searches: int) -> tuple[str, ...]:
    if sea_km2 == 0:
        return ("The area holds no sea at the scale of the coastline (1:50 million).",)
    if effort_km2 == 0:
        return (
            "No search with a known area was made inside, so the counts cannot say how "
            "much debris it holds.",
        )
    said = []
    share = effort_km2 / sea_km2
    if n_searches < FEW_SEARCHES:
        searches = "1 search" if n_searches == 1 else f"{n_searches} searches"
        said.append(
            f"Only {searches} inside: where they were made decides the total more than "
            "the interval tells."
        )
    if share < SMALL_SHARE:
        said.append(
            f"{100 * share:.2g} % of the sea inside was searched; the rest is taken to "
            "be like it."
        )
    if effort_km2 > sea_km2:
        said.append(
            "More was searched than the area holds: parts were searched repeatedly, "
            "and the density is their mean."
        )
    return tuple(said)
