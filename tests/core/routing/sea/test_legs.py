"""Middles and courses of great circles, against the sphere's own formulas."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.geo import bearing_deg, great_circle_distance_km
from core.routing.sea.legs import direct_legs

POSITIONS = st.tuples(st.floats(-85, 85), st.floats(-180, 179.9))


def apart_km(a, b):
    return float(great_circle_distance_km(lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1]))


@given(POSITIONS, POSITIONS)
def test_middle_lies_half_way_and_the_course_leads_on(start, end):
    whole = apart_km(start, end)
    assume(1.0 < whole < 19_000.0)
    legs = direct_legs(lat=[start[0], end[0]], lon=[start[1], end[1]])
    middle = (float(legs.lat[0, 1]), float(legs.lon[0, 1]))
    assume(abs(middle[0]) < 89.0)
    assert apart_km(start, middle) == pytest.approx(whole / 2.0, abs=1e-3)
    assert apart_km(middle, end) == pytest.approx(whole / 2.0, abs=1e-3)
    course = bearing_deg(lat1=middle[0], lon1=middle[1], lat2=end[0], lon2=end[1])
    turned = (legs.course_deg[0, 1] - course + 180.0) % 360.0 - 180.0
    assert turned == pytest.approx(0.0, abs=0.1)
    back = (legs.course_deg[0, 1] - legs.course_deg[1, 0]) % 360.0
    assert back == pytest.approx(180.0, abs=0.1)


def test_no_course_leads_from_a_position_to_itself():
    legs = direct_legs(lat=[10.0, -10.0], lon=[20.0, -160.0])
    assert np.isnan(np.diag(legs.course_deg)).all()
    assert np.isnan(legs.lat[0, 1])
    assert legs.lat[0, 0] == pytest.approx(10.0)
