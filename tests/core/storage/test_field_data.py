"""Rules of keeping measurements and sampling events, and of whole columns."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.errors import StorageError
from core.observations.measurements import empty_events, empty_measurements
from core.storage import AddResult
from tests.core.storage.field_rows import events, measurements


def test_measurements_are_read_back_the_same(store):
    rows = measurements()
    assert store.measurements.add(rows) == AddResult(3, 0)
    pd.testing.assert_frame_equal(store.measurements.frame(), rows)
    assert store.measurements.add(rows) == AddResult(0, 3)
    assert store.measurements.count() == 3


def test_events_without_time_or_position_are_read_back_the_same(store):
    rows = events()
    store.events.add(rows)
    pd.testing.assert_frame_equal(store.events.frame(), rows)
    assert store.events.count() == 2


def test_an_empty_store_gives_empty_frames_with_types(store):
    pd.testing.assert_frame_equal(store.measurements.frame(), empty_measurements())
    pd.testing.assert_frame_equal(store.events.frame(), empty_events())
    pd.testing.assert_frame_equal(store.events.by_name([]), empty_events())
    assert store.measurements.layers() == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"quantity": "items_per_m3"}, ["m1"]),
        ({"medium": "shore"}, ["m2"]),
        ({"quantity": "items_per_km2", "medium": "sea_surface"}, ["m0"]),
        ({"survey": ["nets"]}, ["m0", "m1", "m2"]),
        ({"survey": "other"}, []),
        ({"since": datetime(2020, 1, 2, tzinfo=UTC)}, ["m1", "m2"]),
        ({"until": datetime(2020, 1, 2, tzinfo=UTC)}, ["m0"]),
        ({"bbox": (-150.0, 30.5, -130.0, 31.5)}, ["m1"]),
    ],
)
def test_filters_of_measurements(store, filters, expected):
    rows = measurements(
        quantity=["items_per_km2", "items_per_m3", "items_per_km2"],
        medium=["sea_surface", "sea_surface", "shore"],
    )
    store.measurements.add(rows)
    assert store.measurements.frame(**filters)["measurement_id"].tolist() == expected
    ids = store.measurements.columns(["measurement_id"], **filters)["measurement_id"]
    assert sorted(ids) == expected


def test_layers_keep_quantities_and_media_apart(store):
    rows = measurements(
        quantity=["items_per_km2", "items_per_m3", "items_per_m3"],
        medium=["sea_surface", "water_column", "shore_sediment"],
    )
    store.measurements.add(rows)
    found = {(r["quantity"], r["medium"]): r for r in store.measurements.layers()}
    assert {key: r["rows"] for key, r in found.items()} == {
        ("items_per_km2", "sea_surface"): 1,
        ("items_per_m3", "water_column"): 1,
        ("items_per_m3", "shore_sediment"): 1,
    }
    row = found["items_per_m3", "water_column"]
    assert row["first_at"] == row["last_at"] == datetime(2020, 1, 2, tzinfo=UTC)


def test_events_are_found_by_their_names(store):
    store.events.add(events(3))
    found = store.events.by_name(["tow 2", "tow 0", "tow 2", "no such"])
    assert found["event"].tolist() == ["tow 0", "tow 2"]


def test_more_names_than_a_statement_takes(store):
    store.events.add(events(7))
    names = [f"tow {i}" for i in range(40_000)]
    assert len(store.events.by_name(names)) == 7


def test_columns_of_observations_are_arrays_of_their_types(store, frame):
    store.observations.add(frame)
    names = ["lat", "count", "mass_kg", "observed_at", "category", "simulated", "h3"]
    found = store.observations.columns(names)
    order = np.argsort(found["lat"])
    assert list(found) == names
    assert found["lat"][order].tolist() == [30.0, 31.0, 32.0]
    assert found["count"].dtype == np.int64
    np.testing.assert_array_equal(found["mass_kg"][order], [np.nan, 0.5, np.nan])
    expected = np.array(["2026-06-01", "2026-06-02", "2026-06-03"], "datetime64[us]")
    assert (found["observed_at"][order] == expected).all()
    assert found["category"][order].tolist() == ["plastic", "glass", "clean"]
    assert found["simulated"].dtype == bool
    cells = [int(cell, 16) for cell in frame["h3"]]
    assert found["h3"].dtype == np.uint64
    assert found["h3"][order].tolist() == cells


def test_columns_leave_out_what_does_not_stand_and_take_filters(store, frame):
    store.observations.add(frame)
    found = store.observations.columns(["category"], survey="south")
    assert sorted(found["category"]) == ["clean", "glass"]
    inside = store.observations.columns(["lat"], bbox=(170.0, 0.0, -145.0, 40.0))
    assert sorted(inside["lat"]) == [31.0, 32.0]
    late = store.observations.columns(["lat"], since=datetime(2026, 6, 3, tzinfo=UTC))
    assert late["lat"].tolist() == [32.0]


def test_columns_of_an_empty_store_have_their_types(store):
    found = store.observations.columns(["h3", "observed_at", "category", "lat"])
    assert [str(column.dtype) for column in found.values()] == [
        "uint64",
        "datetime64[us]",
        "object",
        "float64",
    ]
    assert {len(column) for column in found.values()} == {0}


def test_an_unknown_column_is_refused(store):
    with pytest.raises(StorageError, match="observation has no column import_id, no"):
        store.observations.columns(["lat", "no", "import_id"])


@pytest.mark.parametrize("kind", ["measurements", "events"])
def test_a_frame_without_its_columns_is_refused(store, kind):
    rows = {"measurements": measurements, "events": events}[kind]()
    with pytest.raises(StorageError, match="frame lacks h3"):
        getattr(store, kind).add(rows.drop(columns="h3"))


def test_known_ids_are_told(store):
    store.measurements.add(measurements())
    store.events.add(events())
    assert store.measurements.known(["m1", "x"]) == {"m1"}
    assert store.events.known(["e0", "x"]) == {"e0"}
