"""Conversions against their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import units

POSITIVE = st.floats(1e-6, 1e6)


def test_a_knot_is_one_nautical_mile_an_hour():
    assert units.knots_to_km_per_hour(1.0) == pytest.approx(1.852)
    assert units.knots_to_metres_per_second(1.0) == pytest.approx(0.514444, abs=1e-6)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (units.knots_to_metres_per_second, units.metres_per_second_to_knots),
        (units.km_to_nautical_miles, units.nautical_miles_to_km),
        (units.hours_to_seconds, units.seconds_to_hours),
    ],
)
@given(value=POSITIVE)
def test_there_and_back_is_the_identity(there, back, value):
    assert back(there(value)) == pytest.approx(value)


def test_a_square_km_has_a_million_square_metres():
    assert units.square_metres_to_square_km(1e6) == pytest.approx(1.0)


def test_cm_and_km_per_hour_follow_their_definitions():
    assert units.cm_to_metres(250.0) == pytest.approx(2.5)
    assert units.cm_per_second_to_metres_per_second(80.0) == pytest.approx(0.8)
    assert units.km_per_hour_to_metres_per_second(3.6) == pytest.approx(1.0)
