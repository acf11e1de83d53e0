"""What was counted and weighed, as measurement or fact rows.

A measurement gives its value in its own unit and, where known, the items counted. The
category and what the item is in each litter list stand in the remarks, as
``name=value`` pairs, because Darwin Core has no term for them.
"""

import numpy as np
import pandas as pd

from core.observations.categories import RECORD_CATEGORIES
from core.observations.crosswalk import LIST_COLUMNS, to_lists
from core.observations.quantities import ANY_DEBRIS, QUANTITIES

__all__ = [
    "COUNT_TYPE",
    "FACT_TERMS",
    "MASS_TYPE",
    "measurement_facts",
    "observation_facts",
]

COUNT_TYPE, MASS_TYPE = "number of items", "mass of items"
_LABELS = {c.code: c.label for c in RECORD_CATEGORIES} | {ANY_DEBRIS: "Any debris"}
_QUANTITY = {q.code: q for q in QUANTITIES}
#: Columns of the measurement table, each the Darwin Core term of its name.
FACT_TERMS: tuple[str, ...] = (
    "eventID",
    "measurementID",
    "measurementType",
    "measurementValue",
    "measurementUnit",
    "measurementMethod",
    "measurementDeterminedDate",
    "measurementRemarks",
)


def observation_facts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the count of every observation, and its mass where it was weighed."""
    common = _common(frame.assign(item_list="", item_code=""), "observation_id")
    method = np.where(
        frame["source"].eq("photo"),
        ["classified by " + str(m) if m else "" for m in frame["model"]],
        "",
    )
    counts = _facts(common, COUNT_TYPE, frame["count"].to_numpy(), "items", method)
    weighed = frame["mass_kg"].notna().to_numpy()
    mass = _facts(common, MASS_TYPE, frame["mass_kg"].to_numpy(), "kg", method)
    return _together(counts, mass.loc[weighed])


def measurement_facts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the value of every measurement, and its count where it is known."""
    common = _common(frame, "measurement_id")
    method = frame["method"].to_numpy(dtype=object)
    kinds = [_QUANTITY[code] for code in frame["quantity"]]
    types = [kind.label.lower() for kind in kinds]
    units = [kind.unit for kind in kinds]
    values = _facts(common, types, _values(frame), units, method)
    counted = frame["count"].notna().to_numpy() & np.array(
        [kind.counts for kind in kinds], dtype=bool
    )
    counts = _facts(common, COUNT_TYPE, frame["count"].to_numpy(), "items", method)
    return _together(values, counts.loc[counted])


def _values(frame: pd.DataFrame) -> list[object]:
    """Value as a number, or as its range where only that is known."""
    return [
        value if value == value else _range(low, high)
        for value, low, high in zip(
            frame["value"], frame["value_low"], frame["value_high"], strict=True
        )
    ]


def _range(low: float, high: float) -> str:
    if low == low and high == high:
        return f"{low:g} to {high:g}"
    if low == low:
        return f"{low:g} or more"
    return f"{high:g} or less" if high == high else ""


def _common(frame: pd.DataFrame, identity: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "eventID": frame["event_id"].tolist(),
            "id": frame[identity].tolist(),
            "what": [_LABELS.get(c, c) for c in frame["category"]],
            "date": [t.strftime("%Y-%m-%d") for t in frame["observed_at"]],
            "remarks": _remarks(to_lists(frame)),
        }
    )


def _remarks(frame: pd.DataFrame) -> list[str]:
    names = ["category", "size_class", *LIST_COLUMNS]
    columns = [frame[name].astype("str").tolist() for name in names]
    return [
        "; ".join(f"{k}={v}" for k, v in zip(names, values, strict=True) if v)
        for values in zip(*columns, strict=True)
    ]


def _facts(
    common: pd.DataFrame,
    kind: str | list[str],
    values: object,
    unit: str | list[str],
    method: object,
) -> pd.DataFrame:
    kinds = [kind] * len(common) if isinstance(kind, str) else kind
    return pd.DataFrame(
        {
            "eventID": common["eventID"],
            "measurementID": [
                f"{identity}:{one}" if one in (COUNT_TYPE, MASS_TYPE) else identity
                for identity, one in zip(common["id"], kinds, strict=True)
            ],
            "measurementType": [
                f"{one}: {what}"
                for one, what in zip(kinds, common["what"], strict=True)
            ],
            "measurementValue": pd.Series(values, dtype="object"),
            "measurementUnit": unit,
            "measurementMethod": method,
            "measurementDeterminedDate": common["date"],
            "measurementRemarks": common["remarks"],
        },
        columns=list(FACT_TERMS),
    )


def _together(one: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Rows of one record one after the other."""
    return pd.concat([one, more]).sort_index(kind="stable").reset_index(drop=True)
