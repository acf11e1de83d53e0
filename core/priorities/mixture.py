"""Harm of a mixture of debris, from the shares of its categories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.cells import cell_names
from core.errors import InputError
from core.observations import RECORD_DEBRIS_CODES, category
from core.priorities.weights import HarmWeights

__all__ = ["Harm", "cell_shares", "harm_of", "shares_of"]

FloatArray = npt.NDArray[np.float64]
_CODES = list(RECORD_DEBRIS_CODES)


@dataclass(frozen=True, eq=False)
class Harm:
    """Harm of each place relative to the mean category, and what causes most of it."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    category: npt.NDArray[np.object_]
    kind: npt.NDArray[np.object_]


def harm_of(shares: pd.DataFrame, weights: HarmWeights | None) -> Harm:
    """Harm of mixtures; a row of shares without any is of unknown kind."""
    n = len(shares)
    held = shares.to_numpy(dtype=np.float64)
    whole = held.sum(axis=1, keepdims=True)
    is_known = whole[:, 0] > 0.0
    share = np.divide(held, whole, out=np.zeros_like(held), where=whole > 0.0)
    blank = np.full(n, "", dtype=object)
    if weights is None:
        ones = np.ones(n)
        top = _top(share, shares.columns, is_known)
        return Harm(ones, ones, ones, top, blank)
    table = weights.harm().reindex(shares.columns)
    mid, low, high = (table[name].to_numpy(float) for name in ("harm", "low", "high"))
    value = np.where(is_known, share @ mid, 1.0)
    down = np.sqrt(((share * (mid - low)) ** 2).sum(axis=1))
    up = np.sqrt(((share * (high - mid)) ** 2).sum(axis=1))
    top = _top(share * mid, shares.columns, is_known)
    kind = table["main_kind"].reindex(top).fillna("").to_numpy(dtype=object)
    return Harm(
        value,
        np.where(is_known, value - down, min(low.min(), 1.0)),
        np.where(is_known, value + up, max(high.max(), 1.0)),
        top,
        kind,
    )


def _top(
    parts: FloatArray, codes: pd.Index, is_known: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    most = np.asarray(codes, dtype=object)[parts.argmax(axis=1)]
    return np.where(is_known, most, "")


def cell_shares(counts: pd.DataFrame, cells: Sequence[str]) -> pd.DataFrame:
    """Mass by category in cells, for the mixture of each.

    Parameters
    ----------
    counts : DataFrame
        From :func:`core.density.pooled_counts` or
        :meth:`core.density.MapIndex.pooled`.
    cells : sequence of str
        Names of H3 cells; a cell without counts has a row of zeros.

    Returns
    -------
    DataFrame
        A row a cell in the order given, a column a debris category: kilograms of what
        was counted with effort, weighed where it was weighed, else by item mass.
    """
    held = counts.loc[counts["category"].isin(_CODES) & (counts["n"] > 0)]
    items = held["category"].map({c: category(c).item_mass_kg for c in _CODES})
    item_kg = items.astype(np.float64)
    kilograms = (held["n"] - held["n_weighed"]) * item_kg + held["weighed_kg"]
    table = pd.DataFrame(
        {
            "h3": cell_names(pd.Index(held["cell"])),
            "category": held["category"].to_numpy(),
            "kg": kilograms.to_numpy(dtype=np.float64),
        }
    )
    by_cell = table.pivot_table(
        index="h3", columns="category", values="kg", aggfunc="sum", fill_value=0.0
    )
    whole = by_cell.reindex(index=list(cells), columns=_CODES)
    return whole.astype(np.float64).fillna(0.0)


def shares_of(places: pd.DataFrame, given: pd.DataFrame | None) -> pd.DataFrame:
    """Share of the mass by debris category, a row a place."""
    codes = _CODES
    if given is not None:
        if len(given) != len(places):
            raise InputError(f"{len(given)} rows of shares for {len(places)} places")
        table = given.reset_index(drop=True)
    elif "shares" in places:
        table = pd.DataFrame([_parts(one) for one in places["shares"]])
    else:
        names = [n for n in ("main_category", "category") if n in places][:1]
        texts = places[names[0]].astype(str).tolist() if names else [""] * len(places)
        table = pd.DataFrame({code: [text == code for text in texts] for code in codes})
    table = table.reindex(columns=codes, index=range(len(places)))
    numbers = table.astype(np.float64).fillna(0.0)
    held = numbers.to_numpy()
    bad = ~(np.isfinite(held) & (held >= 0.0)).all(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"a share of a category is negative or infinite (row {row})")
    return numbers


def _parts(one: object) -> dict[str, float]:
    return dict(one) if isinstance(one, Mapping) else {}
