"""Rules of reading positions; expected degrees are worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.observations.importers.reading.positions import (
    looks_like_minutes,
    parse_angle,
    split_position,
)


@pytest.mark.parametrize(
    ("text", "axis", "degrees"),
    [
        ("54.32", "lat", 54.32),
        ("-140.5", "lon", -140.5),
        ("1e-5", "lat", 1e-5),
        ("54°19.2'N", "lat", 54.32),
        ("54° 19' 12\" N", "lat", 54.32),
        ("54°19\u203212\u2033S", "lat", -54.32),
        ("54 19.2 S", "lat", -54.32),
        ("54-19.2N", "lat", 54.32),
        ("54:19:12", "lat", 54.32),
        ("-54 19 12", "lat", -54.32),
        ("N54.32", "lat", 54.32),
        ("North 54.32", "lat", 54.32),
        ("140 30 w", "lon", -140.5),
        ("54°19,2'N", "lat", 54.32),
        ("010°08.5'E", "lon", 10.141666667),
        ("5419.2", "lat", 5419.2),  # its range is checked later, with a hint
    ],
)
def test_an_angle_is_read_in_degrees(text, axis, degrees):
    value, fault = parse_angle(text, axis)
    assert fault == ""
    assert value == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "axis", "reason"),
    [
        ("54 61 N", "lat", "up to 60"),
        ("54 19 60 N", "lat", "up to 60"),
        ("54.5 19 N", "lat", "fraction of degrees"),
        ("54 19.5 12 N", "lat", "fraction of minutes"),
        ("-54.5 S", "lat", "both a minus and the letter S"),
        ("10.5 E", "lat", "are they swapped"),
        ("10.5 O", "lon", "west in Spanish"),
        ("10.5 X", "lon", "no position"),
        ("near the pier", "lat", "no position"),
        ("1_0", "lat", "no position"),
        ("inf", "lat", "no position"),
        ("", "lat", "no position"),
        ("1/2", "lat", "no position"),
    ],
)
def test_what_is_no_angle_says_why(text, axis, reason):
    value, fault = parse_angle(text, axis)
    assert math.isnan(value)
    assert reason in fault


def test_degrees_and_minutes_run_together_are_read_only_where_said():
    assert parse_angle("-5419.2", "lat", "ddmm") == (-54.32, "")
    assert parse_angle("10030", "lon", "ddmm") == (100.5, "")
    assert parse_angle("54.19", "lat", "dd.mm")[0] == pytest.approx(54 + 19 / 60)
    assert parse_angle("54.61", "lat", "dd.mm")[1] == "minutes and seconds go up to 60"
    assert "expected" in parse_angle("54 19", "lat", "decimal")[1]


@given(st.integers(0, 89), st.integers(0, 59), st.integers(0, 59), st.booleans())
def test_degrees_minutes_and_seconds_come_back(degrees, minutes, seconds, south):
    letter = "S" if south else "N"
    value, fault = parse_angle(f"{degrees}° {minutes}' {seconds}\" {letter}", "lat")
    size = degrees + minutes / 60 + seconds / 3600
    assert fault == ""
    assert value == pytest.approx(-size if south else size, abs=1e-8)


@given(st.text(max_size=20), st.sampled_from(["lat", "lon"]))
def test_any_text_is_an_angle_or_has_a_reason(text, axis):
    value, fault = parse_angle(text, axis)
    assert math.isfinite(value) != bool(fault)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("54°19.2'N 010°08.5'E", ("54°19.2'N", "010°08.5'E")),
        ("54.32, 10.14", ("54.32", "10.14")),
        ("54.32 10.14", ("54.32", "10.14")),
        ("54°19,2'N 010°08,5'E", ("54°19.2'N", "010°08.5'E")),
        ("54.32N,10.14E", ("54.32N", "10.14E")),
        ("54,32; 10,14", ("54,32", "10,14")),
        ("10.14E, 54.32N", ("54.32N", "10.14E")),
        ("N54 19 E010 08", ("N54 19", "E010 08")),
        ("POINT (10.14 54.32)", ("54.32", "10.14")),
        ("at sea", ("", "")),
        ("1, 2, 3", ("", "")),
    ],
)
def test_a_position_in_one_text_is_split(text, pair):
    assert split_position(text) == pair


def test_decimals_that_never_pass_59_look_like_minutes():
    lat = [54 + (i * 7 % 60) / 100 for i in range(40)]
    assert looks_like_minutes(lat, lat)
    assert not looks_like_minutes([*lat, 54.75], lat)
    assert not looks_like_minutes(lat[:20], lat[:20])  # too few to tell
    assert not looks_like_minutes([54.5] * 60, [10.5] * 60)  # one place, no evidence
