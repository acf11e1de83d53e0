"""Beach surveys as the field exchanges them: a row a survey, a column an item.

References
----------
.. [1] OSPAR Commission, "Guideline for Monitoring Marine Litter on the Beaches in the
   OSPAR Maritime Area" (2010): items by id on a fixed stretch of 100 m.
.. [2] Commission Decision (EU) 2017/848, criterion D10C1: items per 100 m.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations._columns import FloatArray
from core.observations.crosswalk import LIST_COLUMNS, OTHER, UNDIVIDED, lists, to_lists
from core.observations.exporters.records import write_csv
from core.observations.quantities import quantity

__all__ = ["BeachTable", "beach_table"]

_PER_100M = "items_per_100m"
_EVENT = ["survey", "event", "lat", "lon", "observed_at", "effort", "method"]
_NAMES = {"observed_at": "date", "effort": "length_m"}
#: What a number alone needs before it, so that no spreadsheet takes it for a value.
_PREFIX = {"OSPAR": "OSPAR_"}


@dataclass(frozen=True, kw_only=True)
class BeachTable:
    """Beach surveys in one litter list.

    Attributes
    ----------
    frame : DataFrame
        A row a survey event: ``survey, event, lat, lon, date, length_m, method,
        simulated``, a column for each item of the list in its order, ``other`` and
        ``undivided total``, and ``sum`` over all of these. Empty where no such item
        is on record, which many programmes write for none as well.
    left_out : DataFrame
        Measurements that give neither the amount nor what it follows from.
    """

    frame: pd.DataFrame
    left_out: pd.DataFrame

    def write(self, path: Path | str) -> None:
        """Write the table as CSV, formulas made harmless."""
        write_csv(self.frame, Path(path))


def beach_table(
    measurements: pd.DataFrame, *, item_list: str = "OSPAR", per_100m: bool = False
) -> BeachTable:
    """Bring beach measurements into the table of a litter list.

    Parameters
    ----------
    measurements : DataFrame
        Measurements; those in other units or media are not part of a beach survey.
    item_list : str, default "OSPAR"
        Code of a list of `core.observations.crosswalk.lists`.
    per_100m : bool, default False
        Items per 100 m of shore [2]_ instead of the items counted.

    Raises
    ------
    ObservationError
        If there is no such list, or no beach measurement.

    Notes
    -----
    What the list has no item for stands under its own "other", or in the column
    ``other``, so each row's sum is that of all items of the survey.
    """
    column = next((c for c, name in LIST_COLUMNS.items() if name == item_list), "")
    if not item_list or not column:
        known = ", ".join(one.code for one in lists())
        raise ObservationError(f"no litter list {item_list[:40]!r}; known: {known}")
    on_beach = measurements["quantity"].eq(_PER_100M) & measurements["medium"].isin(
        ["shore", "river_bank"]
    )
    rows = measurements.loc[on_beach].reset_index(drop=True)
    if rows.empty:
        raise ObservationError("no measurement in items per 100 m of shore or bank")
    amount = _amount(rows, per_100m=per_100m)
    known_rows = np.isfinite(amount)
    kept = to_lists(rows.loc[known_rows]).assign(amount=amount[known_rows])
    return BeachTable(
        frame=_pivot(kept, column, item_list),
        left_out=rows.loc[~known_rows].reset_index(drop=True),
    )


def _amount(rows: pd.DataFrame, *, per_100m: bool) -> FloatArray:
    """Items counted or items per 100 m, each from the other where it is missing."""
    count = rows["count"].to_numpy(np.float64)
    value = rows["value"].to_numpy(np.float64)
    scale = rows["effort"].to_numpy(np.float64) / quantity(_PER_100M).per
    if per_100m:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.isfinite(value), value, count / scale)
    return np.where(np.isfinite(count), count, value * scale)


def _pivot(rows: pd.DataFrame, column: str, item_list: str) -> pd.DataFrame:
    codes = [one.code for one in next(x for x in lists() if x.code == item_list).items]
    keys = [*_EVENT, "simulated"]
    # A missing length or time is a value of its own here, not a reason to drop a row.
    number = rows.groupby(keys, dropna=False, sort=False).ngroup().rename("number")
    wide = (
        rows.assign(number=number)
        .pivot_table(index="number", columns=column, values="amount", aggfunc="sum")
        .reindex(columns=list(dict.fromkeys([*codes, OTHER, UNDIVIDED])))
    )
    is_first = ~number.duplicated()
    events = rows.loc[is_first, keys].set_axis(number[is_first])
    prefix = _PREFIX.get(item_list, "")
    named = {code: f"{prefix}{code}" for code in codes}
    out = events.rename(columns=_NAMES).join(wide.rename(columns=named))
    return out.assign(sum=wide.sum(axis=1)).reset_index(drop=True)
