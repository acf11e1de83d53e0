"""Measurements, sampling events and imports for tests."""

from datetime import UTC, datetime

import pandas as pd

from core.observations.measurements import (
    EVENT_DTYPES,
    MEASUREMENT_DTYPES,
    typed_events,
    typed_measurements,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SHA = "cd" * 32
_EMPTY = {"str": "", "float64": float("nan"), "int64": 1, "bool": False}


def _rows(dtypes, n_rows, given):
    empty = {
        name: pd.Series([_EMPTY.get(dtype, pd.NaT)] * n_rows, dtype=dtype)
        for name, dtype in dtypes.items()
    }
    return {**empty, **given}


def measurements(n_rows=3, **given):
    """Rows ``m0`` and on, a day apart, on the sea surface, per km2."""
    days = pd.date_range("2020-01-01", periods=n_rows, tz="UTC")
    columns = {
        "measurement_id": [f"m{i}" for i in range(n_rows)],
        "survey": ["nets"] * n_rows,
        "lat": [30.0 + i for i in range(n_rows)],
        "lon": [-140.0] * n_rows,
        "observed_at": list(days),
        "quantity": ["items_per_km2"] * n_rows,
        "medium": ["sea_surface"] * n_rows,
        "category": ["any_debris"] * n_rows,
        "value": [float(i) for i in range(n_rows)],
        **given,
    }
    return typed_measurements(_rows(MEASUREMENT_DTYPES, n_rows, columns))


def events(n_rows=2, **given):
    """Events ``e0`` and on, named ``tow 0`` and on, without a time or position."""
    columns = {
        "event_id": [f"e{i}" for i in range(n_rows)],
        "survey": ["nets"] * n_rows,
        "event": [f"tow {i}" for i in range(n_rows)],
        **given,
    }
    return typed_events(_rows(EVENT_DTYPES, n_rows, columns))


def imported(import_id="a", **changes):
    """Return the record of an imported file."""
    return {
        "import_id": import_id,
        "name": f"{import_id}.csv",
        "sha256": SHA,
        "size_bytes": 10,
        "profile": "gyre",
        "rows": 3,
        "accepted": 3,
        "rejected": 0,
        "duplicates": 0,
        "imported_at": NOW,
        "imported_by": "mia",
        **changes,
    }


def model_field(field_id="f", **changes):
    """Return the record of a model field."""
    return {
        "field_id": field_id,
        "name": "model abundance",
        "quantity": "items_per_km2",
        "n_lat": 181,
        "n_lon": 360,
        "total": 5e13,
        "source": "a paper",
        "sha256": SHA,
        "added_at": NOW,
        **changes,
    }
