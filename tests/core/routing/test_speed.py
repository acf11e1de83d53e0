"""Hours of legs, against closed forms for simple currents on a meridian."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km
from core.routing.conditions import Sea
from core.routing.fleet import FleetVessel, Place
from core.routing.speed import (
    fleet_pace,
    leg_pace,
    pace_matrix,
    speed_notes,
    speed_over_ground,
    spread_hours,
    time_leg,
)

HOME = Place(54.0, 10.0)
VESSEL = FleetVessel("Ada", 10.0, 2.0, 20.0, 5000.0, 72.0, 60.0, 0.0, HOME, HOME)
S = 18.52  # km/h
DEGREE_KM = np.pi * EARTH_RADIUS_KM / 180.0
NORTH = [[0.0, 0.0], [1.0, 0.0]]


class Flow:
    """A current in km/h as a function of place and time; no wind, no waves."""

    def __init__(self, east=None, north=None, wave=0.0):
        self.east = east or (lambda lat, lon, hour: 0.0 * lat)
        self.north = north or (lambda lat, lon, hour: 0.0 * lat)
        self.wave = wave

    def at(self, lat, lon, hour):
        lat, lon, hour = np.broadcast_arrays(lat, lon, hour)
        calm = np.zeros(lat.shape)
        return Sea(
            self.east(lat, lon, hour) / 3.6 + calm,
            self.north(lat, lon, hour) / 3.6 + calm,
            calm,
            calm,
            calm + self.wave,
        )


def steady(east=0.0, north=0.0, **changes):
    return Flow(
        lambda lat, lon, hour: east + 0 * lat,
        lambda lat, lon, hour: north + 0 * lat,
        **changes,
    )


def hours(conditions, path=NORTH, depart=0.0, **options):
    return time_leg(VESSEL, conditions, path, depart, **options).hours


@pytest.mark.parametrize(
    ("east", "north", "speed"),
    [
        (0.0, 3.0, S + 3.0),
        (0.0, -3.0, S - 3.0),
        (5.0, 0.0, np.sqrt(S**2 - 25.0)),
        (-5.0, 2.0, 2.0 + np.sqrt(S**2 - 25.0)),
    ],
)
def test_a_uniform_current_is_the_current_triangle(east, north, speed):
    assert hours(steady(east, north)) == pytest.approx(DEGREE_KM / speed, rel=1e-9)
    pace = leg_pace(VESSEL, steady(east, north), 0, 0, 1, 0, DEGREE_KM, 5.0)
    assert pace.hours_per_km[0] == pytest.approx(1.0 / speed, rel=1e-9)
    assert pace.fuel_l_per_km[0] == pytest.approx(60.0 / speed, rel=1e-9)


@pytest.mark.parametrize(("east", "north"), [(19.0, 0.0), (-19.0, 30.0), (0.0, -18.6)])
def test_a_course_that_cannot_be_held_takes_forever(east, north):
    timed = time_leg(VESSEL, steady(east, north), NORTH, 0.0)
    assert np.isinf(timed.hours)
    assert np.isinf(timed.fuel_l)
    assert timed.mean_speed_kn == 0.0
    pace = leg_pace(VESSEL, steady(east, north), 0, 0, 1, 0, DEGREE_KM, 0.0)
    assert np.isinf(pace.hours_per_km[0])


def test_a_current_from_the_side_that_grows_on_the_way_gives_an_arc_sine():
    # u = c y/L across: L/c asin(c/s).
    shear = Flow(east=lambda lat, lon, hour: 12.0 * lat)
    expected = DEGREE_KM / 12.0 * np.arcsin(12.0 / S)
    assert hours(shear) == pytest.approx(expected, rel=1e-5)


def test_a_current_that_grows_ahead_gives_a_logarithm():
    along = Flow(north=lambda lat, lon, hour: -9.0 * lat)
    expected = DEGREE_KM / 9.0 * np.log(S / (S - 9.0))
    assert hours(along) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("depart", [0.0, 7.5])
def test_a_current_that_grows_with_time_gives_a_root(depart):
    tide = Flow(north=lambda lat, lon, hour: -2.0 + 1.0 * hour)
    # (s - 2 + depart) t + t^2 / 2 = L
    speed = S - 2.0 + depart
    expected = -speed + np.sqrt(speed**2 + 2.0 * DEGREE_KM)
    assert hours(tide, depart=depart) == pytest.approx(expected, rel=1e-6)


def test_a_tide_that_turns_lets_a_vessel_pass_when_it_is_there():
    # Too strong until hour 2; the vessel meets it 50 km on, 2.7 h later.
    gate = Flow(
        north=lambda lat, lon, hour: np.where((hour < 2.0) & (lat > 0.45), -30.0, 0.0)
    )
    assert hours(gate) == pytest.approx(DEGREE_KM / S, rel=1e-3)
    closed = Flow(north=lambda lat, lon, hour: np.where(lat > 0.45, -30.0, 0.0))
    timed = time_leg(VESSEL, closed, [[0.0, 0.0], [0.4, 0.0], [1.0, 0.0]], 0.0)
    assert timed.arrive_h[1] == pytest.approx(0.4 * DEGREE_KM / S, rel=1e-6)
    assert np.isinf(timed.arrive_h[2])


def test_each_point_of_a_path_gets_its_hour():
    path = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.0], [0.5, 0.5]]
    timed = time_leg(VESSEL, steady(north=3.0), path, 10.0)
    half = 0.5 * DEGREE_KM
    last = float(great_circle_distance_km(lat1=0.5, lon1=0.0, lat2=0.5, lon2=0.5))
    first_h, last_h = half / (S + 3.0), last / np.sqrt(S**2 - 9.0)
    assert timed.arrive_h == pytest.approx(
        [10.0, 10.0 + first_h, 10.0 + first_h, 10.0 + first_h + last_h], rel=1e-4
    )
    assert timed.distance_km == pytest.approx(half + last)
    assert timed.fuel_l == pytest.approx(60.0 * timed.hours)
    knots = timed.distance_km / 1.852 / timed.hours
    assert timed.mean_speed_kn == pytest.approx(knots)


def test_calm_water_and_no_conditions_are_distance_over_speed():
    assert hours(None) == pytest.approx(DEGREE_KM / S, rel=1e-12)
    assert hours(steady()) == pytest.approx(DEGREE_KM / S, rel=1e-9)
    assert hours(None, path=[[1.0, 2.0]]) == 0.0
    assert hours(steady(), path=[[1.0, 2.0], [1.0, 2.0]]) == 0.0


def test_a_slower_vessel_takes_longer_and_burns_less():
    timed = time_leg(VESSEL, steady(north=3.0), NORTH, 0.0, speed_kn=5.0)
    assert timed.hours == pytest.approx(DEGREE_KM / (S / 2.0 + 3.0))
    assert timed.fuel_l == pytest.approx(60.0 / 8.0 * timed.hours)


def test_waves_make_a_leg_longer_at_the_same_fuel_an_hour():
    calm, rough = (
        time_leg(VESSEL, steady(wave=height), NORTH, 0.0) for height in (0.0, 1.5)
    )
    assert rough.hours > 1.05 * calm.hours
    assert rough.fuel_l / rough.hours == pytest.approx(calm.fuel_l / calm.hours)


def test_the_way_back_is_another_leg():
    current = Flow(
        east=lambda lat, lon, hour: 2.0 + lat, north=lambda lat, lon, hour: lon - 1.0
    )
    lat, lon = np.array([0.0, 0.4, -0.3]), np.array([0.0, 0.7, 0.5])
    distance = great_circle_distance_km(
        lat1=lat[:, None], lon1=lon[:, None], lat2=lat, lon2=lon
    )
    distance[0, 2] = np.inf
    fast = replace(VESSEL, name="Bo", speed_kn=14.0)
    matrix = pace_matrix([VESSEL, fast], current, lat, lon, distance, 0.0)
    a, b = (each.ravel() for each in np.indices((3, 3)))
    rows = fleet_pace(
        [VESSEL, fast], current, lat[a], lon[a], lat[b], lon[b], distance[a, b], 0.0
    )
    off = a != b
    for pace, row in zip(matrix, rows, strict=True):
        assert pace.ravel()[off] == pytest.approx(row.hours_per_km[off], rel=1e-9)
    assert np.isinf(matrix[:, 0, 2]).all()
    assert np.isfinite(matrix[:, 2, 0]).all()
    assert matrix[0, 1, 0] > matrix[0, 0, 1]
    assert np.diagonal(matrix[0]) == pytest.approx(np.full(3, 1.0 / S))


def test_loads_on_one_position_share_its_pace():
    current = Flow(north=lambda lat, lon, hour: 3.0 + lon)
    lat, lon = np.array([0.0, 0.5, 0.0, 0.5]), np.array([0.0, 0.2, 0.0, 0.2])
    matrix = pace_matrix([VESSEL], current, lat, lon, np.ones((4, 4)), 0.0)[0]
    assert matrix[0, 1] == matrix[2, 3] == matrix[0, 3] < 1.0 / S < matrix[3, 0]
    assert matrix[0, 2] == matrix[1, 3] == pytest.approx(1.0 / S)


def test_the_pace_of_a_leg_is_close_to_its_path_in_a_steady_sea():
    swirl = Flow(
        east=lambda lat, lon, hour: 4.0 * np.sin(3.0 * lat),
        north=lambda lat, lon, hour: 4.0 * np.cos(3.0 * lon),
    )
    pace = leg_pace(VESSEL, swirl, 0, 0, 0.6, 0.9, 1.0, 0.0).hours_per_km[0]
    timed = time_leg(VESSEL, swirl, [[0.0, 0.0], [0.6, 0.9]], 0.0)
    assert pace == pytest.approx(timed.hours / timed.distance_km, rel=5e-3)


@pytest.mark.parametrize("lon", [0.0, 179.9, -180.0])
def test_a_course_is_true_across_180_and_at_high_latitude(lon):
    east = leg_pace(VESSEL, steady(east=4.0), 70.0, lon, 70.0, lon + 0.2, 7.0, 0.0)
    assert east.hours_per_km[0] == pytest.approx(1.0 / (S + 4.0), rel=1e-4)
    timed = time_leg(VESSEL, steady(east=4.0), [[70.0, lon], [70.0, lon + 0.2]], 0.0)
    assert timed.hours == pytest.approx(timed.distance_km / (S + 4.0), rel=1e-4)


@given(
    st.floats(-10.0, 10.0),
    st.floats(-10.0, 10.0),
    st.floats(-1.0, 1.0),
    st.floats(-1.0, 1.0),
)
def test_a_steady_current_never_pays_there_and_back(east, north, lat, lon):
    ways = leg_pace(
        VESSEL, steady(east, north), [0, lat], [0, lon], [lat, 0], [lon, 0], 1.0, 0.0
    )
    assert ways.hours_per_km.sum() >= 2.0 / S - 1e-9


@given(st.floats(0.1, 30.0), st.floats(-20.0, 20.0), st.floats(-20.0, 20.0))
def test_speed_over_ground_stays_within_own_speed_and_current(speed, along, across):
    over_ground = float(speed_over_ground(speed, along, across))
    assert 0.0 <= over_ground <= speed + np.hypot(along, across) + 1e-9
    if over_ground > 0.0:
        # The vessel's own way is as long as its speed.
        assert np.hypot(over_ground - along, across) == pytest.approx(speed, rel=1e-6)


def test_what_is_unknown_counts_as_none_and_is_said():
    class Unknown:
        def at(self, lat, lon, hour):
            nothing = np.where(np.asarray(lat) > 0.5, np.nan, 0.0)
            return Sea(nothing, nothing, nothing, nothing, nothing)

    timed = time_leg(VESSEL, Unknown(), NORTH, 0.0)
    assert timed.hours == pytest.approx(DEGREE_KM / S)
    assert timed.unknown_share == pytest.approx(0.5, abs=0.05)
    pace = leg_pace(VESSEL, Unknown(), [0, 0], [0, 0], [1, 0.4], [0, 0], 1.0, 0.0)
    assert pace.is_unknown.tolist() == [True, False]


@pytest.mark.parametrize("length", [13.0, 24.0, 72.0, 240.0])
def test_hours_of_a_plan_fall_on_all_phases_of_the_tide(length):
    hours = spread_hours(length)
    assert ((hours >= 0.0) & (hours <= length)).all()
    # Any wave of the period of M2 sums to nothing over five even phases.
    assert abs(np.exp(2j * np.pi * hours / 12.42).sum()) < 1e-9
    assert spread_hours(5.0) == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5])


def test_a_tide_hardly_moves_the_pace_over_a_plan():
    tide = Flow(north=lambda lat, lon, hour: 2.0 * np.cos(2 * np.pi * hour / 12.42))
    at_once = leg_pace(VESSEL, tide, 0, 0, 1, 0, 1.0, 0.0).hours_per_km[0]
    over = leg_pace(VESSEL, tide, 0, 0, 1, 0, 1.0, spread_hours(72.0)).hours_per_km[0]
    assert at_once == pytest.approx(1.0 / (S + 2.0))
    # What is left is of second order: (c/s)^2 / 2 = 0.6 %.
    assert over == pytest.approx(1.0 / S, rel=0.007)
    ends = np.array([0.0, 1.0]), np.zeros(2), np.ones((2, 2))
    matrix = pace_matrix([VESSEL], tide, *ends, spread_hours(72.0))
    assert matrix[0, 0, 1] == pytest.approx(over)


def test_an_hour_that_is_none_is_refused():
    with pytest.raises(RouteInputError, match="hour"):
        leg_pace(VESSEL, steady(), 0, 0, 1, 0, 1.0, np.nan)


def test_ends_on_one_place_take_the_pace_of_calm_water():
    pace = leg_pace(VESSEL, steady(), 1.0, 2.0, 1.0, 2.0, 0.0, 0.0)
    assert pace.hours_per_km[0] == pytest.approx(1.0 / S)


@pytest.mark.parametrize("path", [[[np.nan, 0.0], [1.0, 0.0]], np.empty((0, 2))])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(RouteInputError, match="path"):
        time_leg(VESSEL, None, path, 0.0)


def test_an_assumed_length_is_said():
    notes = speed_notes([VESSEL, replace(VESSEL, name="Bo", length_m=18.0)])
    assert any("Ada measure 25 m" in note for note in notes)
    assert len(speed_notes([replace(VESSEL, length_m=18.0)])) == 1
