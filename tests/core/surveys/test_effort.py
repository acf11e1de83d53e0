from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.imagery import Camera
from core.observations.effort import photo_footprint_km2
from core.surveys import camera_footprint_km2, check_footprint_km2, footprint_km2


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


def test_a_tilted_flight_shows_more_and_the_horizon_is_refused():
    down = footprint_km2(altitude_m=100, field_of_view_deg=60)
    assert footprint_km2(altitude_m=100, field_of_view_deg=60, tilt_deg=30) > down
    with pytest.raises(InputError, match="horizon"):
        footprint_km2(altitude_m=100, field_of_view_deg=60, tilt_deg=80)


# A 13.2 by 8.8 mm sensor of 5472 by 3648 pixels behind 8.8 mm, 100 m up.
EXACT = Camera(altitude_m=100.0, focal_length_mm=8.8, sensor_mm=(13.2, 8.8),
               taken_px=(5472, 3648))  # fmt: skip
EQUIVALENT = Camera(altitude_m=100.0, focal_length_35mm=24.0)


@pytest.mark.parametrize("camera", [EXACT, EQUIVALENT])
@pytest.mark.parametrize(("width", "height"), [(5472, 3648), (3648, 5472), (600, 400)])
def test_a_photo_tells_its_footprint_by_height_and_lens(camera, width, height):
    area = camera_footprint_km2(camera, width=width, height=height)
    assert area == pytest.approx(0.015)


def test_a_tilted_upright_photo_has_its_shorter_side_across():
    area = camera_footprint_km2(EXACT, width=3648, height=5472, tilt_deg=20)
    assert area == pytest.approx(
        photo_footprint_km2(
            altitude_m=100.0,
            focal_length_mm=8.8,
            sensor_width_mm=8.8,
            sensor_height_mm=13.2,
            tilt_deg=20,
        )
    )


@pytest.mark.parametrize(
    ("camera", "reason"),
    [
        (Camera(), "no height"),
        (Camera(altitude_m=100.0), "no focal length"),
        (Camera(altitude_m=100.0, focal_length_mm=8.8), "no focal length that gives"),
        (Camera(altitude_m=-3.0, focal_length_35mm=24.0), "altitude -3 m"),
        (Camera(altitude_m=9e9, focal_length_35mm=24.0), "altitude"),
        (
            Camera(altitude_m=100.0, focal_length_35mm=24.0, digital_zoom=2.0),
            "digital zoom",
        ),
        (
            Camera(altitude_m=100.0, focal_length_35mm=24.0, taken_px=(4000, 3000)),
            "cropped",
        ),
    ],
)
def test_a_photo_that_does_not_say_enough_is_refused_with_what_it_lacks(camera, reason):
    with pytest.raises(InputError, match=reason):
        camera_footprint_km2(camera, width=600, height=400)
