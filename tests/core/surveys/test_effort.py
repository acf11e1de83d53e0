from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.surveys import check_footprint_km2, footprint_km2


def test_ninety_degrees_see_twice_the_altitude():
    # tan 45 deg = 1: the ground is 2 h wide, so 200 m x 150 m at 4 to 3.
    assert footprint_km2(altitude_m=100, field_of_view_deg=90) == pytest.approx(0.03)


@given(st.floats(1, 4000), st.floats(1, 119))
def test_area_grows_with_the_square_of_the_altitude(altitude_m, angle):
    low = footprint_km2(altitude_m=altitude_m, field_of_view_deg=angle)
    high = footprint_km2(altitude_m=2 * altitude_m, field_of_view_deg=angle)
    assert high == pytest.approx(4 * low)


@pytest.mark.parametrize("bad", [0, -1, nan, inf, 10_001])
def test_impossible_altitudes_are_refused(bad):
    with pytest.raises(InputError, match="altitude"):
        footprint_km2(altitude_m=bad, field_of_view_deg=60)


@pytest.mark.parametrize("bad", [0, 121, 180, nan])
def test_impossible_angles_are_refused(bad):
    with pytest.raises(InputError, match="field of view"):
        footprint_km2(altitude_m=100, field_of_view_deg=bad)


@pytest.mark.parametrize("bad", [0.5, nan, inf])
def test_impossible_shapes_are_refused(bad):
    with pytest.raises(InputError, match="aspect"):
        footprint_km2(altitude_m=100, field_of_view_deg=60, aspect=bad)


@pytest.mark.parametrize("bad", [0, -0.1, nan, 1001])
def test_impossible_footprints_are_refused(bad):
    with pytest.raises(InputError, match="km2"):
        check_footprint_km2(bad)
