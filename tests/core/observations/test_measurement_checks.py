"""Rules of checking tables of measurements and of sampling events."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ObservationError
from core.geo import cell_of
from core.observations import QualityFlag
from core.observations.measurement_checks import make_events, make_measurements
from core.observations.measurements import EVENT_DTYPES, MEASUREMENT_DTYPES
from core.observations.quantities import MEDIA, QUANTITIES

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GOOD = {
    "lat": 30.0,
    "lon": -140.0,
    "observed_at": "2026-06-01T10:00:00Z",
    "quantity": "items_per_km2",
    "medium": "sea_surface",
    "value": 12.5,
}
EVENT = {
    "lat": 30.0,
    "lon": -140.0,
    "started_at": "2026-06-01T10:00:00Z",
    "medium": "sea_surface",
    "effort": 2.0,
    "effort_unit": "km2",
}
#: A place that is land in every coast line: the middle of Colorado.
INLAND = {"lat": 39.0, "lon": -105.5}


def check(*records, **changes):
    """Check records made of the good one and what differs."""
    rows = [{**GOOD, **record} for record in records] or [{**GOOD, **changes}]
    return make_measurements(pd.DataFrame(rows), now=NOW)


def events(**changes):
    return make_events(pd.DataFrame([{**EVENT, **changes}]), now=NOW)


def only(faults):
    assert len(faults) == 1
    return faults[0]


def test_a_good_record_gets_an_id_a_cell_and_flag_good():
    row = check().accepted.iloc[0]
    assert {k: str(v) for k, v in check().accepted.dtypes.items()} == MEASUREMENT_DTYPES
    assert row["h3"] == cell_of(lat=30.0, lon=-140.0, resolution=9)
    assert len(row["measurement_id"]) == 32
    assert row["quality_flag"] == QualityFlag.GOOD
    assert row["category"] == "any_debris"
    assert row["time_precision"] == "instant"
    assert row["note"] == ""


@pytest.mark.parametrize("make", [make_measurements, make_events])
def test_an_empty_frame_has_the_right_types(make):
    names = GOOD if make is make_measurements else EVENT
    dtypes = MEASUREMENT_DTYPES if make is make_measurements else EVENT_DTYPES
    accepted = make(pd.DataFrame(columns=list(names))).accepted
    assert {k: str(v) for k, v in accepted.dtypes.items()} == dtypes


def test_a_missing_column_is_named():
    with pytest.raises(ObservationError, match="missing column medium"):
        make_measurements(pd.DataFrame([{k: GOOD[k] for k in GOOD if k != "medium"}]))


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"lat": 95.0}, "lat", "latitude 95 outside"),
        ({"lat": 195.0, "lon": 30.0}, "lat", "look swapped"),
        ({"lon": 361.0}, "lon", "longitude 361 outside"),
        ({"lat": np.nan}, "lat", "lat is missing"),
        ({"value": "many"}, "value", "not a number"),
        ({"value": np.inf}, "value", "infinite"),
        ({"value": -1.0}, "value", "negative"),
        ({"value": None}, "value", "no value, range or count"),
        ({"value_low": 3.0, "value_high": 2.0}, "value_low", "above the upper"),
        ({"effort": 0.0}, "effort", "not above 0"),
        ({"count": -2}, "count", "negative"),
        ({"size_min_mm": 5, "size_max_mm": 1}, "size_min_mm", "above the upper"),
        ({"quantity": "items/km2"}, "quantity", "not among"),
        ({"medium": ""}, "medium", "medium is missing"),
        ({"category": "clutter"}, "category", "not among"),
        ({"correction": "maybe"}, "correction", "not among"),
        ({"observed_at": "01/06/2026"}, "observed_at", "not ISO 8601"),
        ({"observed_at": ""}, "observed_at", "time is missing"),
        ({"time_precision": "week"}, "time_precision", "not among"),
        ({"quality_flag": 5}, "quality_flag", "not 1, 2, 3, 4 or 9"),
        ({"survey": "a\nb"}, "survey", "control characters"),
        ({"method": "x" * 201}, "method", "longer than 200"),
    ],
)
def test_what_cannot_be_true_is_refused(changes, field, reason):
    checked = check(**changes)
    fault = only(checked.rejected)
    assert checked.accepted.empty
    assert fault.field == field
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (INLAND, "on land"),
        ({"lat": 0.0004, "lon": 0.0001}, "position at 0, 0"),
        ({"observed_at": "2027-06-01"}, "in the future"),
        ({"observed_at": "1877-06-01"}, "before 1900"),
        ({"value_low": 0.0, "value_high": 5.0}, "outside its range, 0 to 5"),
        ({"count": 30, "effort": 2.0}, "not count over effort, 15"),
        ({"count": 12.5, "effort": 1.0}, "not a whole number"),
    ],
)
def test_what_is_doubtful_is_kept_flagged_and_says_why(changes, reason):
    checked = check(**changes)
    row = checked.accepted.iloc[0]
    assert row["quality_flag"] == QualityFlag.SUSPECT
    assert reason in only(checked.doubts).reason
    assert reason in row["note"]


def test_a_note_of_the_source_stays_before_the_reason():
    note = check(**INLAND, note="read as metres").accepted["note"].item()
    assert note == "read as metres; position on land at 1:50 million"


@pytest.mark.parametrize("medium", [medium.code for medium in MEDIA])
def test_land_is_doubtful_at_sea_only(medium):
    at_sea = {"sea_surface", "water_column", "sea_bed"}
    assert len(check(**INLAND, medium=medium).doubts) == int(medium in at_sea)


@pytest.mark.parametrize(
    ("written", "time", "precision"),
    [
        ("2014", "2014-01-01T00:00:00Z", "year"),
        ("2014-05", "2014-05-01T00:00:00Z", "month"),
        ("2014-05-09", "2014-05-09T00:00:00Z", "day"),
        ("2014-05-09T08:00:00+02:00", "2014-05-09T06:00:00Z", "instant"),
    ],
)
def test_a_time_keeps_how_exactly_it_was_written(written, time, precision):
    row = check(observed_at=written).accepted.iloc[0]
    assert row["observed_at"] == pd.Timestamp(time)
    assert row["time_precision"] == precision


def test_a_given_precision_is_kept():
    row = check(observed_at="2014-01-01", time_precision="year").accepted.iloc[0]
    assert row["time_precision"] == "year"


@pytest.mark.parametrize("quantity", [quantity.code for quantity in QUANTITIES])
def test_a_value_is_made_of_count_and_effort(quantity):
    per = {"items_per_100m": 100, "grams_per_100m": 100, "items_per_10min": 10}
    row = check(value=None, quantity=quantity, count=7, effort=3.5).accepted.iloc[0]
    assert row["value"] == 2 * per.get(quantity, 1)


def test_a_corrected_value_may_differ_from_count_over_effort():
    checked = check(value=80.0, count=3, effort=1.0, correction="wind_corrected")
    assert checked.doubts == ()


def test_a_range_stands_without_a_number_and_an_open_class_without_an_end():
    checked = check({"value": None, "value_low": 200.0})
    assert len(checked.accepted) == 1
    assert checked.notes["range_without_value"] == 1


def test_a_count_without_effort_is_kept_without_a_density():
    row = check(value=None, count=5).accepted.iloc[0]
    assert row["count"] == 5
    assert np.isnan(row["value"])


def test_equal_records_are_one_unless_a_replicate_tells_them_apart():
    alike = check({}, {})
    assert len(alike.accepted) == 1
    assert "equal to row 1" in only(alike.repeated).reason
    tows = check({"replicate": "1"}, {"replicate": "2"})
    assert len(tows.accepted) == 2
    assert tows.accepted["measurement_id"].is_unique


def test_a_citation_and_a_flag_do_not_make_another_record():
    again = check({"source": "Doe 2020"}, {"quality_flag": 3, "source": "Doe (2020)"})
    assert len(again.accepted) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": "grams_per_km2"},
        {"medium": "water_column"},
        {"size_class": "macro"},
        {"event": "2"},
        {"correction": "wind_corrected"},
        {"item_code": "G5"},
        {"value": 12.6},
    ],
)
def test_what_was_measured_makes_another_record(change):
    assert len(check({}, change).accepted) == 2


TOTAL = {"event": "1", "category": "any_debris", "value": 14.0}


@pytest.mark.parametrize(
    ("total", "part", "n_refused"),
    [
        ({}, {}, 1),
        ({"size_class": "macro"}, {"size_class": "macro"}, 1),
        ({}, {"size_class": "macro"}, 1),
        ({"size_class": "micro"}, {"size_class": "macro"}, 0),
        ({"event": "2"}, {}, 0),
        ({"quantity": "grams_per_km2"}, {}, 0),
        ({"medium": "water_column"}, {}, 0),
        ({"value": 0.0}, {}, 0),
        ({}, {"category": "biota"}, 0),
        ({}, {"category": "any_debris", "size_class": "macro"}, 0),
    ],
)
def test_a_total_never_stands_beside_its_parts(total, part, n_refused):
    checked = check({"event": "1", "category": "plastic", **part}, {**TOTAL, **total})
    assert len(checked.rejected) == n_refused
    assert len(checked.accepted) == 2 - n_refused
    for fault in checked.rejected:
        assert (fault.row, fault.field, fault.value) == (2, "category", "any_debris")
        assert "a total beside its parts" in fault.reason


def test_rows_of_one_record_count_once():
    frame = pd.DataFrame([{**GOOD, "item_code": code} for code in ("G1", "G2")])
    checked = make_measurements(frame, rows=[7, 7], now=NOW)
    assert checked.n_rows == 1
    assert checked.accepted["source_row"].tolist() == [7, 7]


def test_longitudes_to_360_are_brought_back_and_counted():
    checked = check({"lon": 220.0})
    assert checked.accepted["lon"].item() == -140.0
    assert checked.notes["longitude_0_to_360"] == 1


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    value=st.floats(0, 1e9),
    medium=st.sampled_from([medium.code for medium in MEDIA]),
)
def test_a_valid_record_is_always_kept_and_checked_again_gives_the_same_id(
    lat, lon, value, medium
):
    first = check(lat=lat, lon=lon, value=value, medium=medium)
    again = make_measurements(first.accepted, now=NOW)
    assert len(first.accepted) == 1
    assert again.accepted["measurement_id"].tolist() == (
        first.accepted["measurement_id"].tolist()
    )


def test_an_event_keeps_effort_with_its_unit():
    checked = events(event="12", end_lat=30.1, end_lon=-140.2, beaufort="2.5")
    row = checked.accepted.iloc[0]
    assert {k: str(v) for k, v in checked.accepted.dtypes.items()} == EVENT_DTYPES
    assert (row["effort"], row["effort_unit"], row["beaufort"]) == (2.0, "km2", 2.5)
    assert len(row["event_id"]) == 32


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effort": -1.0}, "effort"),
        ({"effort_unit": ""}, "effort_unit"),
        ({"effort_unit": "nm2"}, "effort_unit"),
        ({"beaufort": 13}, "beaufort"),
        ({"wind_m_s": -0.1}, "wind_m_s"),
        ({"end_lat": 91.0, "end_lon": 0.0}, "end_lat"),
        ({"started_at": "yesterday"}, "started_at"),
    ],
)
def test_an_event_that_cannot_be_true_is_refused(changes, field):
    assert only(events(**changes).rejected).field == field


def test_an_event_that_ends_before_it_starts_is_doubtful():
    checked = events(ended_at="2026-06-01T09:00:00Z")
    assert checked.accepted["quality_flag"].item() == QualityFlag.SUSPECT
    assert only(checked.doubts).field == "ended_at"


def test_an_event_without_effort_or_end_is_kept():
    checked = events(effort=None, effort_unit="")
    assert len(checked.accepted) == 1
    assert checked.doubts == ()
