"""Strips, tows and shores against hand calculation."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.observations.effort import (
    beach_length_m,
    items_per_100m,
    strip_transect_km2,
    towed_distance_km,
    trawl_km2,
    trawl_m3,
)


def test_a_strip_is_length_times_width():
    assert strip_transect_km2(length_km=12.0, width_m=25.0) == pytest.approx(0.3)


def test_a_tow_of_an_hour_at_two_knots_is_two_nautical_miles():
    assert towed_distance_km(speed_kn=2.0, duration_h=1.0) == pytest.approx(3.704)
    swept = trawl_km2(mouth_width_m=0.9, speed_kn=2.0, duration_h=1.0)
    assert swept == pytest.approx(3704.0 * 0.9 / 1e6)


def test_a_net_filters_its_immersed_opening_times_the_distance():
    # Manta net 0.6 m wide, 0.15 m in the water, 2 km: 180 m3.
    volume = trawl_m3(mouth_width_m=0.6, immersed_depth_m=0.15, distance_km=2.0)
    assert volume == pytest.approx(180.0)


@given(st.floats(0.01, 100.0), st.floats(0.1, 20.0))
def test_volume_is_area_times_depth(distance_km, depth_m):
    area = trawl_km2(mouth_width_m=1.0, distance_km=distance_km)
    volume = trawl_m3(
        mouth_width_m=1.0, immersed_depth_m=depth_m, distance_km=distance_km
    )
    assert volume == pytest.approx(area * 1e6 * depth_m)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"speed_kn": 2.0},
        {"duration_h": 1.0},
        {"distance_km": 1.0, "speed_kn": 2.0},
        {"distance_km": 1.0, "speed_kn": 2.0, "duration_h": 1.0},
    ],
)
def test_a_tow_is_given_in_one_way(given):
    with pytest.raises(InputError, match=r"distance|speed and"):
        towed_distance_km(**given)


@pytest.mark.parametrize("bad", [0.0, -1.0, nan, inf])
def test_what_cannot_be_true_is_refused_by_name(bad):
    with pytest.raises(InputError, match="transect length"):
        strip_transect_km2(length_km=bad, width_m=10.0)
    with pytest.raises(InputError, match="strip width"):
        strip_transect_km2(length_km=1.0, width_m=bad)
    with pytest.raises(InputError, match="mouth width"):
        trawl_km2(mouth_width_m=bad, distance_km=1.0)
    with pytest.raises(InputError, match="towed distance"):
        trawl_km2(mouth_width_m=1.0, distance_km=bad)
    with pytest.raises(InputError, match="towing speed"):
        trawl_km2(mouth_width_m=1.0, speed_kn=bad, duration_h=1.0)
    with pytest.raises(InputError, match="tow duration"):
        trawl_km2(mouth_width_m=1.0, speed_kn=1.0, duration_h=bad)
    with pytest.raises(InputError, match="immersed depth"):
        trawl_m3(mouth_width_m=1.0, immersed_depth_m=bad, distance_km=1.0)
    with pytest.raises(InputError, match="shore length"):
        items_per_100m(items=1, length_m=bad)


def test_slips_of_units_are_refused():
    with pytest.raises(InputError, match="towing speed 30 kn"):
        trawl_km2(mouth_width_m=1.0, speed_kn=30.0, duration_h=1.0)
    with pytest.raises(InputError, match="tow duration 60 h"):  # minutes
        trawl_km2(mouth_width_m=1.0, speed_kn=2.0, duration_h=60.0)


def test_a_shore_along_a_meridian_is_its_arc():
    # A thousandth of a degree of latitude on a sphere of 6371 km: 111.195 m.
    length = beach_length_m(lat1=50.0, lon1=1.0, lat2=50.001, lon2=1.0)
    assert length == pytest.approx(111.195, abs=0.005)


def test_ends_that_are_one_point_or_a_coast_apart_are_refused():
    with pytest.raises(InputError, match="shore length 0 km"):
        beach_length_m(lat1=50.0, lon1=1.0, lat2=50.0, lon2=1.0)
    with pytest.raises(InputError, match="shore length"):
        beach_length_m(lat1=50.0, lon1=1.0, lat2=55.0, lon2=1.0)
    with pytest.raises(InputError, match="second end"):
        beach_length_m(lat1=50.0, lon1=1.0, lat2=95.0, lon2=1.0)


def test_beach_counts_are_per_100_m():
    assert items_per_100m(items=30, length_m=150.0) == 20.0
    assert items_per_100m(items=0, length_m=100.0) == 0.0
    with pytest.raises(InputError, match="negative"):
        items_per_100m(items=-1, length_m=100.0)
