"""Rules of the records: what makes a message the same message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.environment.sensors import FixFlag, SensorFix, sensor_drifters
from core.errors import InputError

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIX = SensorFix("s", "p", AT, AT, 54.0, 10.0, {"a_m": 1.0, "b_m": 2.0}, sequence=3)


def test_how_a_report_travelled_does_not_change_its_id():
    other = replace(
        FIX,
        received_at=AT + timedelta(days=1),
        topic="x",
        sequence=4,
        quality_flag=FixFlag.SUSPECT,
        reasons=("late: x",),
        values={"b_m": 2.0, "a_m": 1.0},
        observed_at=AT.astimezone(timezone(timedelta(0))),
    )
    assert other.message_id == FIX.message_id


@pytest.mark.parametrize(
    "change",
    [
        {"sensor_id": "t"},
        {"observed_at": AT + timedelta(microseconds=1)},
        {"lat": 54.0000001},
        {"lon": None},
        {"values": {"a_m": 1.0}},
        {"values": {"a_m": 2.0, "b_m": 1.0}},
    ],
)
def test_what_was_measured_changes_the_id(change):
    assert replace(FIX, **change).message_id != FIX.message_id


@given(st.floats(-90, 90), st.floats(-180, 179.9))
def test_the_id_survives_a_round_trip_through_text(lat, lon):
    fix = replace(FIX, lat=lat, lon=lon)
    again = replace(fix, lat=float(repr(lat)), lon=float(repr(lon)))
    assert again.message_id == fix.message_id
    assert len(fix.message_id) == 32


def test_minus_zero_is_zero():
    assert replace(FIX, lat=-0.0).message_id == replace(FIX, lat=0.0).message_id


def test_drifters_are_the_good_fixes_in_order():
    good = replace(FIX, quality_flag=FixFlag.GOOD)
    late = replace(good, observed_at=AT - timedelta(hours=1), lat=53.0)
    bad = replace(good, quality_flag=FixFlag.SUSPECT)
    frame = sensor_drifters([good, late, bad, replace(good, sensor_id="r")])
    assert list(frame.columns) == ["drifter_id", "time", "lat", "lon"]
    assert frame["drifter_id"].tolist() == ["r", "s", "s"]
    assert frame["lat"].tolist() == [54.0, 53.0, 54.0]
    assert str(frame["time"].dtype) == "datetime64[us, UTC]"


def test_drifters_of_nothing_are_an_empty_frame():
    frame = sensor_drifters([])
    assert len(frame) == 0
    assert str(frame["time"].dtype) == "datetime64[us, UTC]"


def test_a_frame_without_flags_is_refused():
    with pytest.raises(InputError, match="quality_flag"):
        sensor_drifters(sensor_drifters([]))
