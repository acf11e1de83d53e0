"""Footprints against closed forms and against rays cast one by one."""

from math import cos, inf, nan, radians, sin, tan

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from core.errors import InputError
from core.geo import destination
from core.observations.effort import overlap_share, photo_footprint_km2

DRONE = {"focal_length_mm": 8.8, "sensor_width_mm": 13.2, "sensor_height_mm": 8.8}


def ground_m2(*, altitude_m, width, height, focal, tilt_deg, steps=8):
    """Area inside the outline of a picture, each ray turned and met with the sea."""
    tilt = radians(tilt_deg)
    turn = np.array([[1, 0, 0], [0, cos(tilt), sin(tilt)], [0, -sin(tilt), cos(tilt)]])
    along = np.linspace(-0.5, 0.5, steps)
    edge = [(x, -0.5) for x in along] + [(0.5, y) for y in along]
    edge += [(-x, 0.5) for x in along] + [(-0.5, -y) for y in along]
    met = []
    for x, y in edge:
        right, forward, down = turn @ np.array([x * width, y * height, focal])
        met.append((altitude_m * right / down, altitude_m * forward / down))
    return Polygon(met).area


def test_a_nadir_photo_is_the_sensor_enlarged_by_height_over_focal_length():
    # 100 m over 8.8 mm: 150 m by 100 m.
    assert photo_footprint_km2(altitude_m=100.0, **DRONE) == pytest.approx(0.015)


def test_ninety_degrees_see_twice_the_height():
    area = photo_footprint_km2(altitude_m=100.0, field_of_view_deg=90.0, aspect=4 / 3)
    assert area == pytest.approx(0.2 * 0.15)


def test_equivalent_focal_length_of_full_format_is_the_focal_length():
    full = photo_footprint_km2(
        altitude_m=300.0,
        focal_length_mm=50.0,
        sensor_width_mm=36.0,
        sensor_height_mm=24.0,
    )
    same = photo_footprint_km2(altitude_m=300.0, focal_length_35mm=50.0, aspect=1.5)
    assert same == pytest.approx(full)


def test_equivalent_focal_length_keeps_the_diagonal():
    # A one-inch sensor of 13.2 by 8.8 mm and 8.8 mm lens is a 24 mm equivalent; a
    # 4:3 picture of that diagonal is wider by height than 3:2, 12/25 to 6/13.
    wide = photo_footprint_km2(altitude_m=100.0, focal_length_35mm=24.0, aspect=1.5)
    square = photo_footprint_km2(altitude_m=100.0, focal_length_35mm=24.0, aspect=4 / 3)
    assert wide == pytest.approx(photo_footprint_km2(altitude_m=100.0, **DRONE))
    assert square / wide == pytest.approx((12 / 25) / (6 / 13))


def test_a_picture_on_its_side_shows_the_same_area():
    flat = photo_footprint_km2(altitude_m=80.0, focal_length_35mm=28.0, aspect=1.5)
    side = photo_footprint_km2(altitude_m=80.0, focal_length_35mm=28.0, aspect=1 / 1.5)
    assert side == pytest.approx(flat)


@given(st.floats(1.0, 5000.0), st.floats(12.0, 500.0), st.floats(0.5, 2.0))
def test_area_grows_with_the_square_of_the_height(altitude_m, focal, aspect):
    low = photo_footprint_km2(
        altitude_m=altitude_m, focal_length_35mm=focal, aspect=aspect
    )
    high = photo_footprint_km2(
        altitude_m=2 * altitude_m, focal_length_35mm=focal, aspect=aspect
    )
    assert high == pytest.approx(4 * low)


@given(
    altitude_m=st.floats(5.0, 3000.0),
    width=st.floats(4.0, 40.0),
    height=st.floats(4.0, 40.0),
    focal=st.floats(12.0, 100.0),
    tilt_deg=st.floats(0.0, 80.0),
)
@settings(max_examples=60, deadline=None)
def test_a_tilted_photo_shows_the_trapezoid_its_corner_rays_meet(
    altitude_m, width, height, focal, tilt_deg
):
    above = height / 2.0 / focal
    assume(cos(radians(tilt_deg)) - above * sin(radians(tilt_deg)) > 0.05)
    area = photo_footprint_km2(
        altitude_m=altitude_m,
        focal_length_mm=focal,
        sensor_width_mm=width,
        sensor_height_mm=height,
        tilt_deg=tilt_deg,
    )
    brute = ground_m2(
        altitude_m=altitude_m, width=width, height=height, focal=focal,
        tilt_deg=tilt_deg,
    )  # fmt: skip
    assert area * 1e6 == pytest.approx(brute, rel=1e-6)


def test_a_narrow_tilted_view_tends_to_height_squared_over_cosine_cubed():
    # A small solid angle w at tilt t sees w H2 / cos3 t.
    tiny = {"focal_length_mm": 1000.0, "sensor_width_mm": 1.0, "sensor_height_mm": 1.0}
    area = photo_footprint_km2(altitude_m=1000.0, tilt_deg=60.0, **tiny)
    assert area * 1e6 == pytest.approx(1e-6 * 1e6 / 0.5**3, rel=1e-3)


@pytest.mark.parametrize("tilt_deg", [63.5, 75.0, 89.0])
def test_the_horizon_in_the_picture_is_refused(tilt_deg):
    # 8.8 mm of sensor over 8.8 mm: 26.57 degrees above the axis, so 63.43 is too much.
    assert tan(radians(90 - 63.43)) == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(InputError, match="the horizon is in the picture"):
        photo_footprint_km2(altitude_m=100.0, tilt_deg=tilt_deg, **DRONE)


def test_just_below_the_horizon_is_far_but_finite():
    # cos t = 0.4695, sin t = 0.8829: 4 * 0.75 * 0.5 H2 cos t / (cos2 t - 0.25 sin2 t)2
    area = photo_footprint_km2(altitude_m=100.0, tilt_deg=62.0, **DRONE)
    assert area * 1e6 == pytest.approx(1.5e4 * 0.46947 / 0.025510**2, rel=2e-3)


@pytest.mark.parametrize("bad", [0.0, -5.0, nan, inf, 10_001.0])
def test_impossible_heights_are_refused(bad):
    with pytest.raises(InputError, match="altitude"):
        photo_footprint_km2(altitude_m=bad, **DRONE)


@pytest.mark.parametrize(
    ("lens", "message"),
    [
        ({}, "lens in one way"),
        ({**DRONE, "focal_length_35mm": 24.0, "aspect": 1.5}, "lens in one way"),
        ({"focal_length_mm": 8.8}, "width and height beside"),
        ({**DRONE, "focal_length_mm": 0.0}, "focal length 0 mm"),
        ({**DRONE, "sensor_width_mm": 4000.0}, "sensor width 4000 mm"),
        ({**DRONE, "sensor_height_mm": nan}, "sensor height nan"),
        ({"focal_length_35mm": 24.0}, "aspect"),
        ({"focal_length_35mm": -1.0, "aspect": 1.5}, "equivalent focal length"),
        ({"focal_length_35mm": 8.0, "aspect": 1.5}, "field of view"),
        ({"field_of_view_deg": 121.0, "aspect": 1.5}, "field of view"),
        ({"field_of_view_deg": 60.0, "aspect": 0.0}, "aspect"),
    ],
)
def test_impossible_lenses_are_refused(lens, message):
    with pytest.raises(InputError, match=message):
        photo_footprint_km2(altitude_m=100.0, **lens)


@pytest.mark.parametrize("bad", [-1.0, 90.0, nan])
def test_impossible_tilts_are_refused(bad):
    with pytest.raises(InputError, match="tilt"):
        photo_footprint_km2(altitude_m=100.0, tilt_deg=bad, **DRONE)


def flight(step_km, n=5):
    lat, lon = [40.0], [-30.0]
    for _ in range(n - 1):
        there = destination(lat=lat[-1], lon=lon[-1], bearing=0.0, distance_km=step_km)
        lat.append(float(there[0]))
        lon.append(float(there[1]))
    return lat, lon


def test_photos_half_a_side_apart_overlap_by_half_from_the_second_on():
    # Squares of 0.1 km; four of five photos show half of what the one before did.
    lat, lon = flight(0.05)
    assert overlap_share(lat, lon, [0.01] * 5) == pytest.approx(0.4, abs=1e-3)


def test_photos_a_side_apart_do_not_overlap_and_those_at_one_place_do_in_full():
    lat, lon = flight(0.101)
    assert overlap_share(lat, lon, [0.01] * 5) == 0.0
    assert overlap_share([40.0] * 4, [-30.0] * 4, [0.01] * 4) == pytest.approx(0.75)


def test_one_photo_overlaps_nothing():
    assert overlap_share([40.0], [-30.0], [0.01]) == 0.0
    assert overlap_share([], [], []) == 0.0


def test_flights_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="differ in number"):
        overlap_share([40.0, 41.0], [-30.0], [0.01])
    with pytest.raises(InputError, match="not above 0"):
        overlap_share([40.0, 41.0], [-30.0, -30.0], [0.01, 0.0])
