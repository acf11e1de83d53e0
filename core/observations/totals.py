"""Undivided totals that stand beside their own parts."""

from collections.abc import Sequence

import pandas as pd

from core.observations._columns import BoolArray
from core.observations.quantities import ANY_DEBRIS

__all__ = ["PARTS_OF", "beside_parts"]

_EVENT = ("survey", "event", "lat", "lon", "observed_at", "quantity", "medium")
#: Columns that say which rows are parts of which total.
PARTS_OF = (*_EVENT, "category", "size_class", "value", "count")
#: Kinds that no total of debris holds.
_NOT_DEBRIS = ("biota", "clean")


def beside_parts(frame: pd.DataFrame, *, event: Sequence[str] = _EVENT) -> BoolArray:
    """Find totals above zero whose event also names kinds of debris.

    A total of one size class has its parts in that class; one without a class has
    them in all.

    Parameters
    ----------
    frame : DataFrame
        Measurements with ``category, size_class, value, count`` and those of ``event``.
    event : sequence of str
        Columns that say which rows are of one event.

    Returns
    -------
    array of bool, shape (n_rows,)
    """
    is_total = frame["category"] == ANY_DEBRIS
    is_part = ~is_total & ~frame["category"].isin(_NOT_DEBRIS)
    if not (is_total.any() and is_part.any()):
        return (is_total & False).to_numpy(dtype=bool)
    number = frame.groupby(list(event), dropna=False, sort=False).ngroup()
    of_size = pd.DataFrame({"event": number, "size": frame["size_class"].fillna("")})
    sized = of_size.groupby(["event", "size"], sort=False).ngroup()
    has_parts = is_part.groupby(number).transform("any")
    in_class = is_part.groupby(sized).transform("any")
    whole = of_size["size"] == ""
    above_zero = frame["value"].gt(0) | frame["count"].gt(0)
    found = is_total & above_zero & (in_class | (whole & has_parts))
    return found.to_numpy(dtype=bool)
