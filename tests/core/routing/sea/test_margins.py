"""Margins and closed areas: closed forms, and rules that hold in any sea."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.coastline import is_on_land
from core.errors import RouteInputError
from core.geo import destination, great_circle_distance_km
from core.routing import SeaNetwork
from core.routing.sea import ClosedArea, path_faults
from core.routing.sea.check_paths import distance_to_land_km
from core.routing.sea.rings import polygon_of

ISLAND = shapely.box(-1.0, -0.5, 1.0, 0.5)
FAR = shapely.box(50.0, 0.0, 51.0, 1.0)
KM_PER_DEG = 111.195
#: South, north, west, east; the last crosses 180 degrees, one holds the pole.
SEAS = {
    "Aegean": (35.0, 40.5, 23.0, 28.0),
    "Norway": (60.0, 70.0, 4.0, 16.0),
    "Fiji": (-19.0, -15.0, 176.0, 182.0),
    "Svalbard to the pole": (76.0, 90.0, -180.0, 180.0),
    "Sunda": (-8.0, 0.0, 104.0, 112.0),
}


def great_circle(a, b):
    return float(great_circle_distance_km(lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1]))


def length_km(path):
    a, b = path[:-1], path[1:]
    return great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    ).sum()


def box_area(west, south, east, north, name="box"):
    return ClosedArea(name, shapely.box(west, south, east, north))


def test_margin_widens_the_way_round_a_rectangle():
    """Closed form: a string round the two rounded corners of radius ``margin``."""
    margin = 20.0
    sea = SeaNetwork(lat=[0.0, 0.0], lon=[-3.0, 3.0], land=[ISLAND], margin_km=margin)
    # Flat Earth is good to 1e-4 here. From (-3, 0) to the circle about (-1, 0.5):
    dx, dy = 2.0 * KM_PER_DEG, 0.5 * KM_PER_DEG
    apart = np.hypot(dx, dy)
    tangent = np.sqrt(apart**2 - margin**2)
    turn = np.arctan2(dy, dx) + np.arcsin(margin / apart)
    expected = 2.0 * (tangent + margin * turn + KM_PER_DEG)
    assert expected * 0.999 < sea.distance_km[0, 1] < expected + 6.0
    assert path_faults(sea.path(0, 1), land=[ISLAND], margin_km=margin) == []


def test_closed_area_is_rounded_like_land():
    area = box_area(-1.0, -0.5, 1.0, 0.5)
    closed = SeaNetwork(lat=[0.0, 0.0], lon=[-2, 2], land=[FAR], closed=[area])
    land = SeaNetwork(lat=[0.0, 0.0], lon=[-2, 2], land=[FAR, ISLAND])
    assert closed.distance_km[0, 1] == pytest.approx(land.distance_km[0, 1], abs=1.0)
    assert closed.in_closed == (None, None)
    assert path_faults(closed.path(0, 1), land=[FAR], closed=[area]) == []
    straight = np.array([[0.0, -2.0], [0.0, 2.0]])
    assert path_faults(straight, land=[FAR], closed=[area]) == [
        "it crosses the closed area box"
    ]


def test_hole_of_a_closed_area_is_reached_by_none_from_outside():
    ring = shapely.box(-1, -1, 1, 1).difference(shapely.box(-0.5, -0.5, 0.5, 0.5))
    area = ClosedArea("ring", ring)
    sea = SeaNetwork(
        lat=[0.0, 0.1, 3.0], lon=[0.0, 0.1, 0.0], land=[FAR], closed=[area]
    )
    assert np.isinf(sea.distance_km[0, 2])
    assert sea.distance_km[0, 1] == pytest.approx(great_circle((0, 0), (0.1, 0.1)))


def test_start_in_a_closed_area_leaves_by_the_nearest_side():
    """A tenth of a degree from the north side, then on to a place further north."""
    area = box_area(-1.0, -1.0, 1.0, 1.0)
    sea = SeaNetwork(lat=[0.9, 2.0], lon=[0.0, 0.0], land=[FAR], closed=[area])
    assert sea.in_closed == (area, None)
    assert not sea.in_margin.any()
    assert sea.distance_km[0, 1] == pytest.approx(1.1 * KM_PER_DEG, rel=1e-3)
    south = SeaNetwork(lat=[0.9, -2.0], lon=[0.0, 0.0], land=[FAR], closed=[area])
    # Not through the area: out on the north side, and round a corner.
    assert south.distance_km[0, 1] > great_circle((1.0, 0.0), (1.0, 1.0)) * 2
    assert path_faults(south.path(0, 1), land=[FAR], closed=[area]) == []


def test_port_in_the_margin_is_left_straight_and_reached():
    sea = SeaNetwork(lat=[0.55, 2.0], lon=[0.0, 0.0], land=[ISLAND], margin_km=20.0)
    assert sea.in_margin.tolist() == [True, False]
    assert sea.distance_km[0, 1] == pytest.approx(1.45 * KM_PER_DEG, rel=1e-3)


def test_neighbours_in_the_margin_need_not_leave_it():
    lat, lon = [0.6, 0.6], [0.0, 0.02]
    sea = SeaNetwork(lat=lat, lon=lon, land=[ISLAND], margin_km=20.0)
    assert sea.is_direct.all()
    assert sea.distance_km[0, 1] == pytest.approx(0.02 * KM_PER_DEG, rel=1e-3)


def test_port_in_a_narrow_inlet_follows_it_to_open_water():
    """An inlet with a bend, all of it inside the margin."""
    inlet = shapely.union_all(
        [shapely.box(-0.02, 0.0, 0.02, 0.24), shapely.box(-0.02, 0.2, 0.5, 0.24)]
    )
    coast = shapely.box(-3.0, -3.0, 3.0, 0.5).difference(
        shapely.union_all([inlet, shapely.box(0.46, 0.2, 0.5, 0.6)])
    )
    sea = SeaNetwork(lat=[0.02, 2.0], lon=[0.0, 0.0], land=[coast], margin_km=20.0)
    # Up, east and up to the mouth, out of the margin, and on; a string would be
    # shorter by the bends it cuts, a tenth at most.
    steps = 0.2 + 0.48 + 0.28 + 0.18 + np.hypot(1.32, 0.48)
    expected = steps * KM_PER_DEG
    assert 0.9 * expected < sea.distance_km[0, 1] < expected * 1.03
    path = sea.path(0, 1)
    assert path_faults(path, land=[coast], margin_km=20.0) == []
    assert length_km(path) == pytest.approx(sea.distance_km[0, 1], rel=1e-6)


@pytest.mark.parametrize("margin", [-1.0, 51.0, np.nan, np.inf])
def test_margin_out_of_range_is_refused(margin):
    with pytest.raises(RouteInputError, match="margin_km"):
        SeaNetwork(lat=[0.0], lon=[0.0], margin_km=margin)


@pytest.mark.parametrize("reach", [0.0, -1.0, np.nan])
def test_reach_out_of_range_is_refused(reach):
    with pytest.raises(RouteInputError, match="reach_km"):
        SeaNetwork(lat=[0.0], lon=[0.0], reach_km=reach)


def test_reach_leaves_out_longer_legs_and_changes_no_other():
    rng = np.random.default_rng(5)
    lat, lon = at_sea("Aegean", rng, 40)
    every = SeaNetwork(lat=lat, lon=lon)
    near = SeaNetwork(lat=lat, lon=lon, reach_km=200.0)
    kept = every.distance_km <= 200.0
    assert 0.1 < kept.mean() < 0.9
    assert (near.distance_km[kept] == every.distance_km[kept]).all()
    assert np.isinf(near.distance_km[~kept]).all()


def test_order_of_positions_changes_no_distance():
    rng = np.random.default_rng(6)
    lat, lon = at_sea("Aegean", rng, 30)
    order = rng.permutation(30)
    one = SeaNetwork(lat=lat, lon=lon, margin_km=3.0)
    other = SeaNetwork(lat=lat[order], lon=lon[order], margin_km=3.0)
    assert (other.distance_km == one.distance_km[np.ix_(order, order)]).all()


def test_nothing_to_avoid_gives_the_plain_distances():
    rng = np.random.default_rng(7)
    lat, lon = at_sea("Norway", rng, 20)
    plain = SeaNetwork(lat=lat, lon=lon)
    elsewhere = box_area(-150, -40, -149, -39)
    same = SeaNetwork(lat=lat, lon=lon, closed=(), margin_km=0.0)
    assert (same.distance_km == plain.distance_km).all()
    far = SeaNetwork(lat=lat, lon=lon, closed=[elsewhere])
    assert np.allclose(far.distance_km, plain.distance_km, rtol=1e-9)


def at_sea(name, rng, n):
    south, north, west, east = SEAS[name]
    lat, lon = np.empty(0), np.empty(0)
    while len(lat) < n:
        y, x = rng.uniform(south, north, 4 * n), rng.uniform(west, east, 4 * n)
        x = (x + 180.0) % 360.0 - 180.0
        free = ~is_on_land(lat=y, lon=x)
        lat, lon = np.r_[lat, y[free]], np.r_[lon, x[free]]
    return lat[:n], lon[:n]


def check_rules(name, seed, margin_km, n_areas):
    """No leg crosses what it must not; distances behave like distances."""
    rng = np.random.default_rng(seed)
    lat, lon = at_sea(name, rng, 10)
    south, north, *_ = SEAS[name]
    size = float(north - south) / 4.0
    areas = []
    for k in range(n_areas):
        south_k = min(max(float(lat[k]) - size / 2, -90.0), 90.0 - size)
        west, north_k = float(lon[k]) - size / 2, south_k + size
        ring = [[west, south_k], [west + size, south_k], [west + size, north_k]]
        ring += [[west, north_k], ring[0]]
        drawn = polygon_of({"type": "Polygon", "coordinates": [ring]})
        areas.append(ClosedArea(f"area {k}", drawn))
    plain = SeaNetwork(lat=lat, lon=lon)
    sea = SeaNetwork(lat=lat, lon=lon, margin_km=margin_km, closed=areas)
    km = sea.distance_km
    assert (km == km.T).all()
    assert (np.diag(km) == 0.0).all()
    slack = 4.0 * max(sea.clearance_km, plain.clearance_km) + 1e-6
    assert (km >= plain.distance_km * (1.0 - 1e-3) - slack).all()
    open_water = ~sea.in_margin & np.array([a is None for a in sea.in_closed])
    for middle in np.flatnonzero(open_water):
        assert (km <= km[:, [middle]] + km[[middle], :] + slack).all()
    for a in range(len(lat)):
        for b in range(a):
            if np.isfinite(km[a, b]):
                path = sea.path(a, b)
                assert path_faults(path, closed=areas, margin_km=margin_km) == []
                assert length_km(path) == pytest.approx(km[a, b], rel=1e-6, abs=1e-3)


RULES = {
    "seed": st.integers(0, 2**32 - 1),
    "margin_km": st.sampled_from([0.0, 2.0, 10.0]),
    "n_areas": st.integers(0, 2),
}


@settings(max_examples=5, deadline=None)
@given(name=st.sampled_from(["Aegean", "Fiji"]), **RULES)
def test_rules_of_a_sea(name, seed, margin_km, n_areas):
    check_rules(name, seed, margin_km, n_areas)


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="known fault: this leg off Norway comes within 6.1 km of land where a "
    "margin of 10 km is asked for; see docs/sea_distances.md",
)
def test_a_margin_of_10_km_off_norway_is_kept():
    check_rules("Norway", 14757, 10.0, 0)


@pytest.mark.slow
@pytest.mark.xfail(
    strict=False, reason="the fault above: drawn cases meet it in some runs only"
)
@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(SEAS)), **RULES)
def test_rules_of_every_sea(name, seed, margin_km, n_areas):
    check_rules(name, seed, margin_km, n_areas)


@given(st.floats(-89, 89), st.floats(-180, 179), st.floats(1, 20), st.floats(0, 360))
@settings(max_examples=40, deadline=None)
def test_distance_to_an_islet_is_the_great_circle(lat, lon, apart_km, course):
    """Against a tiny square, near poles and 180 degrees too."""
    half = 1e-5
    islet = shapely.box(lon - half, lat - half, lon + half, lat + half)
    at_lat, at_lon = destination(lat=lat, lon=lon, bearing=course, distance_km=apart_km)
    found = distance_to_land_km(
        lat=np.atleast_1d(at_lat),
        lon=np.atleast_1d(at_lon),
        within_km=25.0,
        land=[islet],
    )
    assert found[0] == pytest.approx(apart_km, abs=0.01)
