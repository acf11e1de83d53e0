"""Positions on the sphere against closed forms and published distances."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.geo import (
    EARTH_RADIUS_KM,
    bearing_deg,
    cell_area_km2,
    cell_centre,
    cell_of,
    cells_in_bbox,
    cells_of,
    check_position,
    destination,
    great_circle_distance_km,
    great_circle_points,
    normalise_lon,
)

LATS = st.floats(-89.0, 89.0)
LONS = st.floats(-180.0, 179.999)


def test_a_quarter_meridian_has_the_length_of_a_quarter_circle():
    km = great_circle_distance_km(lat1=0, lon1=20, lat2=90, lon2=20)
    assert km == pytest.approx(EARTH_RADIUS_KM * np.pi / 2)


def test_distance_across_the_antimeridian_is_the_short_one():
    km = great_circle_distance_km(lat1=0, lon1=179.5, lat2=0, lon2=-179.5)
    assert km == pytest.approx(EARTH_RADIUS_KM * np.radians(1.0))


@given(LATS, LONS, st.floats(0.0, 359.9), st.floats(0.1, 5000.0))
def test_sailing_a_distance_ends_that_far_away(lat, lon, course, distance):
    lat2, lon2 = destination(lat=lat, lon=lon, bearing=course, distance_km=distance)
    back = great_circle_distance_km(lat1=lat, lon1=lon, lat2=lat2, lon2=lon2)
    assert back == pytest.approx(distance, rel=1e-6, abs=1e-6)


def test_course_due_east_on_the_equator_is_ninety_degrees():
    assert bearing_deg(lat1=0, lon1=10, lat2=0, lon2=11) == pytest.approx(90.0)


@given(LATS, LONS, LATS, LONS)
def test_points_of_a_leg_keep_its_ends_and_its_length(lat1, lon1, lat2, lon2):
    total = great_circle_distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    points = great_circle_points(
        lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2, step_km=200.0
    )
    assert points[0] == pytest.approx([lat1, lon1])
    assert points[-1] == pytest.approx([lat2, lon2])
    legs = great_circle_distance_km(
        lat1=points[:-1, 0], lon1=points[:-1, 1], lat2=points[1:, 0], lon2=points[1:, 1]
    )
    assert legs.max() <= 200.0 * (1 + 1e-6)
    if total < 0.99 * np.pi * EARTH_RADIUS_KM:  # antipodes have no single course
        assert legs.sum() == pytest.approx(total, rel=1e-5, abs=1e-5)


@given(st.floats(-720.0, 720.0))
def test_longitude_is_brought_into_its_range(lon):
    wrapped = float(normalise_lon(lon))
    assert -180.0 <= wrapped < 180.0
    assert np.cos(np.radians(wrapped)) == pytest.approx(np.cos(np.radians(lon)))


@pytest.mark.parametrize(
    ("lat", "lon", "said"),
    [
        (float("nan"), 0.0, "not a number"),
        (0.0, float("inf"), "not a number"),
        (179.2, 0.0, "latitude 179.2"),
        (0.0, -181.0, "longitude -181"),
    ],
)
def test_a_position_not_on_earth_is_refused_and_named(lat, lon, said):
    with pytest.raises(InputError, match=said) as refused:
        check_position(lat=lat, lon=lon, record="row 14")
    assert "row 14" in str(refused.value)


@given(LATS, LONS)
def test_integer_cells_and_named_cells_agree(lat, lon):
    (as_int,) = cells_of(lat=[lat], lon=[lon], resolution=7)
    assert h3.int_to_str(int(as_int)) == cell_of(lat=lat, lon=lon, resolution=7)


def test_cells_of_a_box_cover_its_area():
    cells = cells_in_bbox(west=10.0, south=-5.0, east=20.0, north=5.0, resolution=4)
    # Closed form: area of a spherical rectangle.
    exact = EARTH_RADIUS_KM**2 * np.radians(10.0) * 2 * np.sin(np.radians(5.0))
    assert sum(map(cell_area_km2, cells)) == pytest.approx(exact, rel=0.01)
    lats, lons = zip(*map(cell_centre, cells), strict=True)
    assert min(lats) >= -5.0
    assert max(lats) <= 5.0
    assert min(lons) >= 10.0
    assert max(lons) <= 20.0


def test_a_box_across_the_antimeridian_has_both_sides():
    cells = cells_in_bbox(west=175.0, south=-5.0, east=-175.0, north=5.0, resolution=3)
    lons = np.array([cell_centre(cell)[1] for cell in cells])
    assert (lons > 175.0).any()
    assert (lons < -175.0).any()
    assert (np.abs(lons) >= 175.0).all()


def test_a_box_wider_than_half_the_globe_is_not_taken_the_short_way_round():
    cells = cells_in_bbox(
        west=-180.0, south=-10.0, east=180.0, north=10.0, resolution=1
    )
    lons = np.array([cell_centre(cell)[1] for cell in cells])
    counts, _ = np.histogram(lons, bins=4, range=(-180.0, 180.0))
    assert counts.min() > 0


def test_an_empty_box_is_refused():
    with pytest.raises(InputError, match="empty"):
        cells_in_bbox(west=0.0, south=5.0, east=1.0, north=5.0, resolution=3)
