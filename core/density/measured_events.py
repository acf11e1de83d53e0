"""What one event found: the parts of its value summed, its effort counted once."""

import numpy as np
import pandas as pd

from core.observations.quantities import ANY_DEBRIS
from core.observations.totals import beside_parts

__all__ = ["event_values"]

#: What tells the parts of one event apart: a beach walk lists many items a category.
_KIND = ("category", "item_list", "item_code", "size_class")


def event_values(rows: pd.DataFrame, is_counted: "pd.Series[bool]") -> pd.DataFrame:
    """Sum the rows of each event that are counted.

    Rows with the same survey, event, place and time are one event; where a source names
    no event, the survey, place and time do. A row that comes back in all of that with
    the same category, item and size class is a further event, such as a replicate net.

    An event that named kinds and found none of the chosen ones found zero of them. An
    event whose only row is an undivided total says nothing about kinds, unless the
    total is zero: it is left out when kinds are chosen. A total beside its parts, as
    two files about one event may bring them, counts nothing: its parts are there.

    Parameters
    ----------
    rows : DataFrame
        Measurements of one quantity and medium, with ``place``.
    is_counted : Series of bool
        Rows of the chosen categories and size classes.

    Returns
    -------
    DataFrame
        A row an event: ``place, survey, observed_at, simulated, corrected`` (by the
        source, for what wind mixes down); ``value``, NaN where
        a counted row has a range only, which ``is_range`` says, then with
        ``value_low`` and ``value_high``; ``count``, NaN where a counted row lacks it;
        ``effort``, which the rows share, the largest where they differ.
    """
    key = ["survey", "event", "place", "observed_at"]
    rows = rows.loc[~beside_parts(rows, event=key)]
    is_counted = is_counted.loc[rows.index]
    kinds = rows.groupby([*key, *_KIND], dropna=False, sort=False)
    rows = rows.assign(nth=kinds.cumcount())
    event = rows.groupby([*key, "nth"], dropna=False, sort=False).ngroup()
    first = rows.groupby(event)[["place", "survey", "observed_at"]].first()
    parts = rows.loc[is_counted].groupby(event)
    chosen = first.index.isin(parts.size().index)

    undivided = (rows["category"] == ANY_DEBRIS).groupby(event).all()
    zero = (rows["value"].eq(0) | rows["count"].eq(0)).groupby(event).all()
    found = first.assign(
        simulated=rows["simulated"].groupby(event).any(),
        corrected=rows["correction"].ne("").groupby(event).any(),
        value=parts["value"].sum(min_count=1),
        value_low=_bound(rows, is_counted, event, "value_low"),
        value_high=_bound(rows, is_counted, event, "value_high"),
        count=_complete(parts, "count"),
        effort=rows["effort"].groupby(event).max(),
        lacks=(rows["value"].isna() & is_counted).groupby(event).any(),
    )
    # None of the chosen kinds among those the event told apart: zero was found.
    found.loc[~chosen, ["value", "count"]] = 0.0
    found.loc[found["count"].isna() & found["value"].eq(0.0) & chosen, "count"] = 0.0
    found["is_range"] = found["lacks"] & found["count"].isna()
    found.loc[found["is_range"], "value"] = np.nan
    silent = ~chosen & undivided & ~zero
    kept = found.loc[~silent].drop(columns="lacks")
    known = kept["value"].notna() | kept["count"].notna() | kept["value_high"].notna()
    return kept.loc[known].reset_index(drop=True)


def _bound(
    rows: pd.DataFrame,
    is_counted: "pd.Series[bool]",
    event: "pd.Series[int]",
    name: str,
) -> "pd.Series[float]":
    """Sum of the parts' bounds; a part with a number has it as both bounds."""
    bound = rows[name].where(rows["value"].isna(), rows["value"])
    return bound.loc[is_counted].groupby(event).sum(min_count=1)


def _complete(parts: "pd.api.typing.DataFrameGroupBy", name: str) -> "pd.Series[float]":  # type: ignore[type-arg]
    """Sum where every part has a number, else NaN."""
    return parts[name].sum().where(parts[name].count() == parts.size())
