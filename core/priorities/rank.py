"""Priority: expected mass, times how much it harms, times how sensitive the place is.

For a place with mass M, shares of that mass p by category c, relative harm h and
sensitivity s::

    priority = M * sum(p_c * h_c) * s        in kg of average harm

The limits join those of the mass with those of the harm as independent, in quadrature
on the log scale, as :mod:`core.density.mass` joins counting and item mass. The harm of
a mixture has the errors of its categories joined in quadrature. Shares and sensitivity
are taken as exact: shares because nothing is known of their error, sensitivity because
it is a choice.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError
from core.observations import RECORD_CATEGORIES
from core.priorities.areas import SensitiveArea, When
from core.priorities.mixture import Harm, harm_of, shares_of
from core.priorities.sensitivity import (
    Sensitivity,
    sensitivity_at,
    sensitivity_of_cells,
)
from core.priorities.weights import HarmWeights

__all__ = ["PRIORITY_COLUMNS", "cell_priority", "priority", "site_priority"]

FloatArray = npt.NDArray[np.float64]

#: What :func:`priority` adds to a frame, in order.
PRIORITY_COLUMNS = (
    "harm",
    "harm_low",
    "harm_high",
    "sensitivity",
    "priority",
    "priority_low",
    "priority_high",
    "top_category",
    "top_kind",
    "top_area",
    "reason",
)
_MASS = (
    ("mass_kg",),
    ("mass_low_kg", "mass_kg_low"),
    ("mass_high_kg", "mass_kg_high"),
)
_LABELS = {kind.code: kind.label for kind in RECORD_CATEGORIES}
_UNKNOWN = "Unknown kind"


def priority(
    places: pd.DataFrame,
    weights: HarmWeights | None,
    areas: Sequence[SensitiveArea] = (),
    when: When = None,
    *,
    shares: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rank places by what their debris does, not by its mass alone.

    Parameters
    ----------
    places : DataFrame
        ``mass_kg`` with its limits (``mass_low_kg`` and ``mass_high_kg``, or
        ``mass_kg_low`` and ``mass_kg_high``; without them there are none), and where:
        ``h3`` for cells, else ``lat`` and ``lon``.
    weights : HarmWeights or None
        None takes every category as of average harm, exactly.
    areas : sequence of SensitiveArea
        See :func:`sensitivity_at`; cells take the mean over their surface.
    when : datetime, (datetime, datetime) or None
        Time for which areas with a season are taken; without it all count.
    shares : DataFrame, optional
        A row a place, a column a category: its share of the mass, or any measure in
        proportion to it. Otherwise the column ``shares`` of ``places`` (mappings), or
        its ``main_category`` or ``category`` alone.

    Returns
    -------
    DataFrame
        The columns ``PRIORITY_COLUMNS``, with the index of ``places``:

        - no mass known (NaN): harm and sensitivity are given, the priority is NaN;
        - mass 0: the priority is 0 and its upper limit that of the mass, times harm and
          sensitivity;
        - no category, or one without a weight: average harm, with the widest limits of
          any category; living things and clean water are no debris and are left out of
          the shares.

    Raises
    ------
    InputError
        If a column lacks, a mass is negative or outside its limits, or a position is
        not on Earth; the row is named.
    """
    mass, low, high = _masses(places)
    harm = harm_of(shares_of(places, shares), weights)
    place = _sensitivity(places, areas, when)
    value = mass * harm.value * place.factor
    down, up = _joined(mass, low, high, harm)
    names = np.array([*(area.name for area in areas), ""], dtype=object)
    top_area = np.where(place.factor > 1.0, names[place.area], "")
    frame = pd.DataFrame(
        {
            "harm": harm.value,
            "harm_low": harm.low,
            "harm_high": harm.high,
            "sensitivity": place.factor,
            "priority": value,
            "priority_low": value * down,
            "priority_high": np.select(
                [value > 0.0, mass == 0.0, mass > 0.0],
                [
                    value * up,
                    high * harm.value * place.factor,
                    high * harm.high * place.factor,
                ],
                np.nan,
            ),
            "top_category": harm.category,
            "top_kind": harm.kind,
            "top_area": top_area,
        },
        index=places.index,
    )
    frame["reason"] = _reasons(frame)
    return frame[list(PRIORITY_COLUMNS)]


def cell_priority(
    cells: pd.DataFrame,
    weights: HarmWeights | None,
    areas: Sequence[SensitiveArea] = (),
    when: When = None,
    *,
    shares: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return map cells with their priority, what should go first on top.

    Parameters
    ----------
    cells : DataFrame
        Has ``h3`` and the columns of :func:`priority`.
    weights, areas, when, shares
        See there.

    Returns
    -------
    DataFrame
        The cells with ``PRIORITY_COLUMNS`` and ``rank`` (1 is the first; missing where
        no mass is known), sorted by it. Ties keep the order of the name of the cell.
    """
    if "h3" not in cells:
        raise InputError("cells lack the column h3")
    own = [name for name in cells.columns if name not in (*PRIORITY_COLUMNS, "rank")]
    found = priority(cells, weights, areas, when, shares=shares)
    ranked = (
        cells[own]
        .join(found)
        .sort_values(["priority", "h3"], ascending=[False, True], na_position="last")
    )
    known = ranked["priority"].notna()
    ranked["rank"] = known.cumsum().where(known).astype("Int64")
    return ranked.reset_index(drop=True)


def site_priority(
    sites: pd.DataFrame,
    weights: HarmWeights | None,
    areas: Sequence[SensitiveArea] = (),
    when: When = None,
) -> pd.DataFrame:
    """Return sites of a plan with ``priority``: what a kg there is worth.

    The planner maximises mass times this number. A priority the sites already have is
    multiplied: a wish about one site holds beside harm and sensitivity.

    Parameters
    ----------
    sites : DataFrame
        ``lat, lon, mass_kg`` and, where known, ``shares`` or ``category``.
    weights, areas, when
        See :func:`priority`.

    Returns
    -------
    DataFrame
        The sites with ``priority`` (1 is a kg of average harm outside every area), its
        bounds ``priority_low`` and ``priority_high``, and ``reason``.
    """
    found = priority(sites.drop(columns="h3", errors="ignore"), weights, areas, when)
    own = found["sensitivity"]
    if "priority" in sites:
        own = own * pd.to_numeric(sites["priority"], errors="coerce").fillna(1.0)
    return sites.assign(
        priority=own * found["harm"],
        priority_low=own * found["harm_low"],
        priority_high=own * found["harm_high"],
        reason=found["reason"],
    )


def _masses(places: pd.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray]:
    if "mass_kg" not in places:
        raise InputError("places lack the column mass_kg")
    mass, low, high = (_column(places, names) for names in _MASS)
    with np.errstate(invalid="ignore"):
        bad = (mass < 0.0) | np.isinf(mass) | (low < 0.0) | (low > mass) | (high < mass)
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(
            f"mass {mass[row]:g} kg ({low[row]:g} to {high[row]:g}), expected zero or "
            f"more within its limits (row {row})"
        )
    return mass, low, high


def _column(places: pd.DataFrame, names: tuple[str, ...]) -> FloatArray:
    for name in names:
        if name in places:
            return places[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.full(len(places), np.nan)


def _sensitivity(
    places: pd.DataFrame, areas: Sequence[SensitiveArea], when: When
) -> Sensitivity:
    if "h3" in places:
        return sensitivity_of_cells(areas, places["h3"].astype(str).tolist(), when=when)
    for name in ("lat", "lon"):
        if name not in places:
            raise InputError(f"places lack the column {name}")
    return sensitivity_at(
        areas,
        lat=places["lat"].to_numpy(np.float64),
        lon=places["lon"].to_numpy(np.float64),
        when=when,
    )


def _joined(
    mass: FloatArray, low: FloatArray, high: FloatArray, harm: Harm
) -> tuple[FloatArray, FloatArray]:
    """Ratios of the lower and the upper limit of a product to the product."""
    with np.errstate(divide="ignore"):  # a lower limit of 0 is minus infinity
        down = np.hypot(_log_ratio(low, mass), _log_ratio(harm.low, harm.value))
        up = np.hypot(_log_ratio(high, mass), _log_ratio(harm.high, harm.value))
    return np.exp(-down), np.exp(up)


def _log_ratio(limit: FloatArray, value: FloatArray) -> FloatArray:
    """Log of limit over value; 0 where the value is 0 and a ratio says nothing."""
    safe = np.where(value > 0.0, value, 1.0)
    return np.where(value > 0.0, np.log(limit) - np.log(safe), 0.0)


def _reasons(frame: pd.DataFrame) -> list[str]:
    """Say what a place has most of, and where it lies."""
    columns = ("top_category", "harm", "top_area", "sensitivity")
    rows = zip(*(frame[name].tolist() for name in columns), strict=True)
    return [_reason(*row) for row in rows]


def _reason(code: str, harm: float, area: str, factor: float) -> str:
    kind = _LABELS.get(code, _UNKNOWN)
    times = "of" if f"{harm:.2g}" == "1" else f"{harm:.2g} times"
    inside = f"; in {area}, counts {factor:.2g} times" if area else ""
    return f"{kind}, {times} average harm{inside}"
