"""Few waypoints that hold for great circles and rhumb lines alike."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from core.geo import great_circle_distance_km
from core.routing.export.waypoints import leg_waypoints
from core.routing.sea.map_lines import crosses_land, drawn_path

SPHERE = Geod(a=6_371_000.0, b=6_371_000.0)


def steps_km(points: np.ndarray) -> np.ndarray:
    a, b = points[:-1], points[1:]
    return great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    )


def rhumb_line(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of the rhumb line, straight in Mercator's plane, worked out on its own."""
    y = np.log(np.tan(np.pi / 4 + np.radians([a[0], b[0]]) / 2))
    lon = np.unwrap([a[1], b[1]], period=360.0)
    lat = np.degrees(2 * np.arctan(np.exp(np.linspace(y[0], y[1], 401))) - np.pi / 2)
    return lat, np.linspace(lon[0], lon[1], 401)


@settings(max_examples=30, deadline=None)
@given(
    lat=st.floats(-70.0, 70.0),
    lon=st.floats(-180.0, 179.9),
    course=st.floats(0.0, 360.0),
    km=st.floats(1.0, 1000.0),
)
def test_great_circle_and_rhumb_line_stay_within_half_a_kilometre(lat, lon, course, km):
    end_lon, end_lat, _ = SPHERE.fwd(lon, lat, course, km * 1000.0)
    points, share = leg_waypoints(np.array([[lat, lon], [end_lat, end_lon]]))
    assert share[0] == 0.0
    assert share[-1] == pytest.approx(1.0)
    assert steps_km(points).sum() == pytest.approx(km, abs=1e-3)
    for a, b in pairwise(points):
        ((mid_lon, mid_lat),) = SPHERE.npts(a[1], a[0], b[1], b[0], 1)
        lats, lons = rhumb_line(a, b)
        mid = np.full_like(lats, mid_lat), np.full_like(lons, mid_lon)
        assert SPHERE.inv(mid[1], mid[0], lons, lats)[2].min() < 500.0
    assert (points[:, 1] >= -180.0).all()
    assert (points[:, 1] < 180.0).all()


def test_long_legs_have_waypoints_between_and_polar_ones_more():
    equator, _ = leg_waypoints(np.array([[0.0, -30.0], [0.0, -20.0]]))
    assert steps_km(equator).max() <= 185.3
    north, _ = leg_waypoints(np.array([[75.0, 0.0], [75.0, 3.0]]))
    south, _ = leg_waypoints(np.array([[-75.0, 0.0], [-72.0, 0.0]]))
    assert steps_km(north).max() <= 92.7
    assert steps_km(south).max() <= 92.7


def test_a_short_leg_stays_a_leg():
    points, share = leg_waypoints(np.array([[38.0, 25.0], [38.1, 25.1]]))
    assert len(points) == 2
    assert share.tolist() == [0.0, 1.0]


def test_turns_are_kept():
    turns = np.array([[38.0, 25.0], [38.5, 25.0], [38.5, 25.5]])
    points, _ = leg_waypoints(drawn_path(turns, step_km=5.0))
    assert points.round(4).tolist() == turns.tolist()


def test_no_chord_touches_land_where_the_path_does_not():
    """Round Cape Sounion's islands by a path of small steps close to the coast."""
    angle = np.linspace(0.0, 2 * np.pi, 80)
    ring = np.column_stack([37.38 + 0.30 * np.sin(angle), 24.45 + 0.30 * np.cos(angle)])
    for start in range(0, 60, 5):
        path = ring[start : start + 20]
        points, _ = leg_waypoints(path)
        if not crosses_land(drawn_path(path, step_km=25.0)):
            assert not crosses_land(points)
            assert not crosses_land(drawn_path(points, step_km=5.0))


def test_a_leg_of_no_length_is_two_points_at_one_place():
    points, share = leg_waypoints(np.array([[1.0, 180.0], [1.0, -180.0]]))
    assert points.tolist() == [[1.0, -180.0], [1.0, -180.0]]
    assert share.tolist() == [0.0, 1.0]
