"""Harm of a mixture of debris, from the shares of its categories."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError
from core.observations import RECORD_DEBRIS_CODES
from core.priorities.weights import HarmWeights

__all__ = ["Harm", "harm_of", "shares_of"]

FloatArray = npt.NDArray[np.float64]


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


def shares_of(places: pd.DataFrame, given: pd.DataFrame | None) -> pd.DataFrame:
    """Share of the mass by debris category, a row a place."""
    codes = list(RECORD_DEBRIS_CODES)
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
