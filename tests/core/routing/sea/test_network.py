"""Sea distances against closed forms on a made-up island, and on the real coast."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km
from core.routing import SeaNetwork, nearest_sea
from core.routing.sea.map_lines import crosses_land, split_at_antimeridian

ISLAND = shapely.box(-1.0, -0.5, 1.0, 0.5)


def great_circle(a, b):
    return float(great_circle_distance_km(lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1]))


def test_open_sea_is_the_great_circle():
    sea = SeaNetwork(lat=[30.0, 40.0], lon=[-150.0, -135.0])
    expected = great_circle((30.0, -150.0), (40.0, -135.0))
    assert sea.distance_km[0, 1] == pytest.approx(expected, rel=1e-12)
    assert len(sea.waypoints(0, 1)) == 2


def test_way_round_a_rectangle_is_two_corners_long():
    """Closed form: past the island's two corners on one side, plus the clearance."""
    west, east = (0.0, -2.0), (0.0, 2.0)
    sea = SeaNetwork(lat=[0.0, 0.0], lon=[-2.0, 2.0], land=[ISLAND])
    corners = [(0.5, -1.0), (0.5, 1.0)]
    tight = (
        great_circle(west, corners[0])
        + great_circle(*corners)
        + great_circle(corners[1], east)
    )
    assert tight <= sea.distance_km[0, 1] <= tight + 4.0 * sea.clearance_km
    assert sea.distance_km[0, 1] == sea.distance_km[1, 0]
    assert not crosses_land(sea.path(0, 1), land=[ISLAND])


def test_path_is_as_long_as_its_distance():
    sea = SeaNetwork(lat=[0.0, 0.1], lon=[-2.0, 2.0], land=[ISLAND])
    path = sea.path(0, 1)
    steps = great_circle_distance_km(
        lat1=path[:-1, 0], lon1=path[:-1, 1], lat2=path[1:, 0], lon2=path[1:, 1]
    )
    assert steps.sum() == pytest.approx(sea.distance_km[0, 1], rel=1e-9)


def test_island_on_the_antimeridian_is_rounded_the_short_way():
    halves = [shapely.box(179.0, -0.5, 180.0, 0.5), shapely.box(-180, -0.5, -179, 0.5)]
    there = SeaNetwork(lat=[0.0, 0.0], lon=[178.0, -178.0], land=halves)
    here = SeaNetwork(lat=[0.0, 0.0], lon=[-2.0, 2.0], land=[ISLAND])
    assert there.distance_km[0, 1] == pytest.approx(here.distance_km[0, 1], rel=1e-6)
    assert not crosses_land(there.path(0, 1), land=halves)


def test_way_over_the_pole_is_the_great_circle():
    """Two positions on opposite meridians: the arc runs over the pole."""
    sea = SeaNetwork(lat=[86.0, 86.0], lon=[0.0, -180.0], land=[ISLAND])
    assert sea.distance_km[0, 1] == pytest.approx(EARTH_RADIUS_KM * np.radians(8.0))


def test_enclosed_water_and_land_are_reached_by_none():
    frame = shapely.box(-1, -1, 1, 1).difference(shapely.box(-0.5, -0.5, 0.5, 0.5))
    sea = SeaNetwork(lat=[0.0, 0.0, 0.8], lon=[0.0, 3.0, 0.0], land=[frame])
    assert np.isinf(sea.distance_km[0, 1])
    assert sea.on_land.tolist() == [False, False, True]
    assert np.isinf(sea.distance_km[2, :2]).all()
    with pytest.raises(RouteInputError, match="no way by sea"):
        sea.waypoints(0, 1)


def test_port_inland_is_moved_to_the_nearest_shore():
    """A tenth of a degree from the northern shore: 11.1 km and the clearance."""
    moved = nearest_sea(lat=0.4, lon=0.0, land=[ISLAND])
    assert moved.moved_km == pytest.approx(0.1 * 111.195 + 0.2, abs=0.1)
    assert nearest_sea(lat=2.0, lon=0.0, land=[ISLAND]).moved_km == 0.0
    with pytest.raises(RouteInputError, match="no sea within"):
        nearest_sea(lat=48.0, lon=90.0)


def test_piraeus_to_the_turkish_coast_goes_round_the_real_islands():
    sea = SeaNetwork(lat=[37.8, 38.7, 35.0], lon=[23.55, 26.3, 18.0])
    direct = great_circle((37.8, 23.55), (38.7, 26.3))
    assert direct < sea.distance_km[0, 1] < 1.35 * direct
    assert not crosses_land(sea.path(0, 1))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(35.5, 38.5), st.floats(23.0, 28.0)),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
def test_no_leg_crosses_land(positions):
    lat, lon = np.array(positions).T
    sea = SeaNetwork(lat=lat, lon=lon)
    for a in range(len(lat)):
        for b in range(a):
            if np.isfinite(sea.distance_km[a, b]):
                assert not crosses_land(sea.path(a, b))
                straight = great_circle(positions[a], positions[b])
                assert sea.distance_km[a, b] >= straight * (1.0 - 1e-9)


def test_line_over_180_degrees_is_cut_there():
    path = np.array([[0.0, 179.0], [2.0, -179.0]])
    first, second = split_at_antimeridian(path)
    assert first.tolist() == [[179.0, 0.0], [180.0, 1.0]]
    assert second.tolist() == [[-180.0, 1.0], [-179.0, 2.0]]
