"""The measurement frame: published and field values in their own unit and medium.

Observations are items counted at sea, which the planner works with. A measurement is
any other value of a field table: microplastic per km2 from a net, items per m3, litter
per 100 m of beach, a class range without a number. It keeps its quantity and medium,
and its count and effort where the source gives them, so that counts can be pooled.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

__all__ = [
    "EVENT_COLUMNS",
    "EVENT_DTYPES",
    "MEASUREMENT_COLUMNS",
    "MEASUREMENT_DTYPES",
    "empty_events",
    "empty_measurements",
    "typed_events",
    "typed_measurements",
]

#: Columns of a measurement frame, in order, with their types. Numbers that a source
#: does not give are NaN, texts empty.
MEASUREMENT_DTYPES: dict[str, str] = {
    "measurement_id": "str",  # hash of the content, as for observations
    "survey": "str",
    "event": "str",  # tow, walk or photo; rows of one event share its effort
    "lat": "float64",
    "lon": "float64",
    "observed_at": "datetime64[us, UTC]",
    "time_precision": "str",
    "quantity": "str",
    "medium": "str",
    "category": "str",  # one of ours, "other", or "any_debris"
    "item_list": "str",  # list of the item code, such as TSG-ML; empty if none
    "item_code": "str",
    "size_class": "str",
    "size_min_mm": "float64",
    "size_max_mm": "float64",
    "value": "float64",  # in the quantity's unit; NaN where only a range is known
    "value_low": "float64",  # class bounds, or the source's own interval
    "value_high": "float64",
    "count": "float64",  # items (or grams) behind the value
    "effort": "float64",  # in the quantity's effort unit
    "method": "str",
    "correction": "str",  # "wind_corrected", or empty
    "quality_flag": "int64",
    "note": "str",  # what was read otherwise than written, for a person
    "source": "str",  # who measured, as the file cites it
    "source_row": "int64",  # record of the file, from 1
    "simulated": "bool",
    "h3": "str",
}
MEASUREMENT_COLUMNS: tuple[str, ...] = tuple(MEASUREMENT_DTYPES)

#: Columns of a sampling event frame: effort, whether or not anything was found.
EVENT_DTYPES: dict[str, str] = {
    "event_id": "str",
    "survey": "str",
    "event": "str",
    "lat": "float64",
    "lon": "float64",
    "end_lat": "float64",
    "end_lon": "float64",
    "started_at": "datetime64[us, UTC]",
    "ended_at": "datetime64[us, UTC]",
    "method": "str",
    "medium": "str",
    "effort": "float64",
    "effort_unit": "str",  # km2, m3, m2, m, kg, min
    "wind_m_s": "float64",
    "beaufort": "float64",
    "quality_flag": "int64",
    "note": "str",
    "source_row": "int64",
    "simulated": "bool",
    "h3": "str",
}
EVENT_COLUMNS: tuple[str, ...] = tuple(EVENT_DTYPES)


def empty_measurements() -> pd.DataFrame:
    """Return a measurement frame without rows, with the right types."""
    return typed_measurements({name: [] for name in MEASUREMENT_COLUMNS})


def empty_events() -> pd.DataFrame:
    """Return a sampling event frame without rows, with the right types."""
    return typed_events({name: [] for name in EVENT_COLUMNS})


def typed_measurements(
    columns: Mapping[str, Sequence[object] | pd.Series],
) -> pd.DataFrame:
    """Build a measurement frame from checked columns."""
    return _typed(columns, MEASUREMENT_DTYPES)


def typed_events(columns: Mapping[str, Sequence[object] | pd.Series]) -> pd.DataFrame:
    """Build a sampling event frame from checked columns."""
    return _typed(columns, EVENT_DTYPES)


def _typed(
    columns: Mapping[str, Sequence[object] | pd.Series], dtypes: Mapping[str, str]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            # The stubs know types by literal only, the tables hold plain text.
            name: pd.Series(columns[name]).astype(dtype).reset_index(drop=True)  # type: ignore[call-overload]
            for name, dtype in dtypes.items()
        }
    )
