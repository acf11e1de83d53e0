"""What was counted and weighed, as measurement or fact rows.

A measurement gives the items counted where the event says over what, and its value in
its own unit elsewhere; one fact a record, so that nothing is counted twice. The
category and what the item is in each litter list stand in the remarks, as
``name=value`` pairs, because Darwin Core has no term for them.
"""

from collections.abc import Iterable

import pandas as pd

from core.observations._columns import BoolArray
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
#: A search that found nothing is 0 of any debris, not 0 of "clean".
_SAID = {"clean": ANY_DEBRIS}
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
    common["method"] = [
        f"classified by {model}" if source == "photo" and model else ""
        for source, model in zip(frame["source"], frame["model"], strict=True)
    ]
    n = len(frame)
    counts = _facts(common, [COUNT_TYPE] * n, frame["count"], ["items"] * n)
    mass = _facts(
        common.assign(id=[f"{identity}:mass" for identity in common["id"]]),
        [MASS_TYPE] * n,
        frame["mass_kg"],
        ["kg"] * n,
    )
    weighed = frame["mass_kg"].notna().to_numpy()
    return _together(counts, mass.loc[weighed])


def measurement_facts(frame: pd.DataFrame, is_count: BoolArray) -> pd.DataFrame:
    """Return one fact a measurement: its count, or else its value in its own unit.

    Parameters
    ----------
    frame : DataFrame
        Measurements with ``event_id``.
    is_count : ndarray of bool, shape (n,)
        Where the count says it all, because the event gives the size of the sample.
        Both together would be read as two measurements.
    """
    common = _common(frame, "measurement_id").assign(method=frame["method"].tolist())
    kinds = [_QUANTITY[code] for code in frame["quantity"]]
    types = [
        COUNT_TYPE if counted else kind.label.lower()
        for kind, counted in zip(kinds, is_count, strict=True)
    ]
    units = [
        "items" if counted else kind.unit
        for kind, counted in zip(kinds, is_count, strict=True)
    ]
    values = [
        count if counted else value
        for count, value, counted in zip(
            frame["count"], _values(frame), is_count, strict=True
        )
    ]
    apart = ~is_count & frame["count"].notna().to_numpy()
    common["remarks"] = [
        f"{said}; count={count:g}; effort={effort:g}" if told else said
        for said, count, effort, told in zip(
            common["remarks"], frame["count"], frame["effort"], apart, strict=True
        )
    ]
    return _facts(common, types, values, units)


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
            "what": _what(frame),
            "date": [t.strftime("%Y-%m-%d") for t in frame["observed_at"]],
            "remarks": _remarks(to_lists(frame)),
        }
    )


def _what(frame: pd.DataFrame) -> list[str]:
    """Category code, and the item by its list and code."""
    said = []
    keys = zip(frame["category"], frame["item_list"], frame["item_code"], strict=True)
    for category, item_list, code in keys:
        words = _SAID.get(category, category)
        said.append(f"{words} ({item_list} {code})" if item_list and code else words)
    return said


def _remarks(frame: pd.DataFrame) -> list[str]:
    names = ["category", "size_class", *LIST_COLUMNS]
    columns = [frame[name].astype("str").tolist() for name in names]
    return [
        "; ".join(f"{k}={v}" for k, v in zip(names, values, strict=True) if v)
        for values in zip(*columns, strict=True)
    ]


def _facts(
    common: pd.DataFrame, kinds: list[str], values: Iterable[object], units: list[str]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "eventID": common["eventID"],
            "measurementID": common["id"],
            "measurementType": [
                f"{kind}: {what}"
                for kind, what in zip(kinds, common["what"], strict=True)
            ],
            "measurementValue": pd.Series(list(values), dtype="object"),
            "measurementUnit": units,
            "measurementMethod": common["method"],
            "measurementDeterminedDate": common["date"],
            "measurementRemarks": common["remarks"],
        },
        columns=list(FACT_TERMS),
    )


def _together(one: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Rows of one record one after the other."""
    return pd.concat([one, more]).sort_index(kind="stable").reset_index(drop=True)
