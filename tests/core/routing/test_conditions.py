"""Conditions on a grid, against fields that are linear and so known everywhere."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.routing.conditions import (
    GridConditions,
    LayeredConditions,
    Sea,
    coverage_notes,
    estimated_wave_height_m,
)

TIME = np.array([0.0, 6.0, 12.0])
LAT = np.linspace(50.0, 54.0, 5)
LON = np.linspace(0.0, 6.0, 7)


def linear(t, y, x):
    return 0.01 * t + 0.02 * (y - 50.0) - 0.03 * x


def mesh(lat=LAT, lon=LON):
    return np.meshgrid(TIME, lat, lon, indexing="ij")


def grid(**changes):
    fields = {"current_east_m_s": linear(*mesh()), "current_north_m_s": 0 * mesh()[0]}
    return GridConditions(
        **{"time_h": TIME, "lat": LAT, "lon": LON, **fields, **changes}
    )


@given(hour=st.floats(0.0, 12.0), lat=st.floats(50.0, 54.0), lon=st.floats(0.0, 6.0))
def test_a_linear_field_is_read_exactly(hour, lat, lon):
    sea = grid().at([lat], [lon], hour)
    assert sea.current_east_m_s[0] == pytest.approx(linear(hour, lat, lon), abs=1e-9)


def test_many_positions_at_one_hour_are_read_as_one_by_one():
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(50, 54, 200), rng.uniform(0, 6, 200)
    field = linear(*mesh())
    field[1, 2, 3] = np.nan
    conditions = grid(current_east_m_s=field)
    together = conditions.at(lat, lon, 4.0).current_east_m_s
    alone = [conditions.at(lat[i], lon[i], 4.0).current_east_m_s[0] for i in range(200)]
    assert np.array_equal(together, alone, equal_nan=True)
    by_hour = conditions.at(lat, lon, np.full(200, 4.0)).current_east_m_s
    assert np.array_equal(together, by_hour, equal_nan=True)


def test_descending_latitudes_mean_the_same():
    turned = grid(lat=LAT[::-1], current_east_m_s=linear(*mesh(LAT[::-1])))
    assert turned.at([51.3], [2.2], 3.0).current_east_m_s[0] == pytest.approx(
        linear(3.0, 51.3, 2.2)
    )


@pytest.mark.parametrize("lon", [[178, 179, 180, 181], [178, 179, -180, -179]])
def test_longitudes_cross_180(lon):
    east = np.broadcast_to(np.array([1.0, 2.0, 3.0, 4.0]), (2, 2, 4))
    sea = GridConditions([0, 1], [0, 1], lon, east, 0 * east).at(
        [0.5] * 4, [179.5, -180.0, 180.0, -179.5], 0.5
    )
    assert sea.current_east_m_s == pytest.approx([2.5, 3.0, 3.0, 3.5])


def test_a_grid_round_the_globe_has_no_seam():
    lon = np.arange(0.0, 360.0, 90.0)
    east = np.broadcast_to(np.array([0.0, 1.0, 2.0, 1.0]), (2, 2, 4))
    sea = GridConditions([0, 1], [0, 1], lon, east, 0 * east).at(
        [0.0] * 3, [-45.0, -90.0, 359.999999999], 0.0
    )
    assert sea.current_east_m_s == pytest.approx([0.5, 1.0, 0.0], abs=1e-9)


def test_outside_the_grid_and_its_hours_all_is_unknown():
    conditions = grid()
    sea = conditions.at([49.9, 54.1, 52, 52, 52], [3, 3, -0.1, 6.1, np.nan], 1.0)
    assert np.isnan(sea.current_east_m_s).all()
    hours = np.array([-0.1, 0.0, 12.0, 12.1, np.nan])
    known = conditions.at([52.0] * 5, [3.0] * 5, hours).has_current
    assert known.tolist() == [False, True, True, False, False]


def test_at_a_coast_the_known_corners_count():
    east = np.ones((2, 2, 2))
    east[:, 0, 0] = np.nan
    conditions = GridConditions([0, 1], [0, 1], [0, 1], east, 0 * east)
    assert conditions.at([0.2], [0.2], 0.5).current_east_m_s[0] == pytest.approx(1.0)
    land = GridConditions([0, 1], [0, 1], [0, 1], np.nan * east, 0 * east)
    assert not land.at([0.2], [0.2], 0.5).has_current[0]


def test_between_a_known_and_an_unknown_time_nothing_is_known():
    east = np.ones((2, 2, 2))
    east[1] = np.nan
    conditions = GridConditions([0, 1], [0, 1], [0, 1], east, 0 * east)
    assert conditions.at([0.5], [0.5], 0.0).has_current[0]
    assert not conditions.at([0.5], [0.5], 0.5).has_current[0]


def test_wind_is_named_by_where_it_comes_from():
    one = np.ones((2, 2, 2))
    sea = GridConditions(
        [0, 1], [0, 1], [0, 1], wind_east_m_s=3 * one, wind_north_m_s=-4 * one
    ).at([0.5], [0.5], 0.5)
    assert sea.wind_m_s[0] == pytest.approx(5.0)
    # Towards the south-east: from 323 degrees (3-4-5 triangle).
    assert sea.wind_from_deg[0] == pytest.approx(323.1301, abs=1e-3)
    assert np.isnan(sea.current_east_m_s[0])


def test_fully_developed_height_is_that_of_pierson_and_moskowitz():
    # 0.21 U^2/g at 19.5 m: 20 knots there raise 2.27 m.
    wind_10_m = 20 * 1852 / 3600 / 1.026
    assert estimated_wave_height_m(wind_10_m) == pytest.approx(2.267, abs=0.001)


def test_a_short_fetch_keeps_the_waves_low():
    # JONSWAP: 10 m/s over 100 km, 0.0016 sqrt(9.80665e5/100) 100/9.80665 = 1.616 m.
    assert estimated_wave_height_m(10.0, fetch_km=100.0) == pytest.approx(
        1.6157, abs=1e-3
    )
    assert estimated_wave_height_m(10.0, fetch_km=1e5) == estimated_wave_height_m(10.0)


def test_a_height_is_estimated_only_where_none_is_given():
    one = np.ones((2, 2, 2))
    wave = 1.5 * one
    wave[:, :, 1] = np.nan
    sea = GridConditions(
        [0, 1], [0, 1], [0, 1], None, None, 10 * one, 0 * one, wave
    ).at([0.5, 0.5], [0.0, 1.0], 0.5)
    assert sea.wave_height_m == pytest.approx([1.5, 2.2542046], abs=1e-6)
    assert sea.is_estimated.tolist() == [False, True]


def test_layers_fill_each_other_and_given_waves_go_before_estimates():
    one = np.ones((2, 2, 2))
    axes = ([0, 1], [0, 1], [0, 1])
    wind = GridConditions(*axes, wind_east_m_s=10 * one, wind_north_m_s=0 * one)
    waves = GridConditions(*axes, wave_height_m=0.7 * one)
    current = GridConditions(*axes, 0.2 * one, 0.1 * one)
    sea = LayeredConditions([wind, waves, current]).at([0.5], [0.5], 0.5)
    assert (sea.wind_m_s[0], sea.wave_height_m[0]) == pytest.approx((10.0, 0.7))
    assert sea.current_north_m_s[0] == pytest.approx(0.1)
    assert not sea.is_estimated[0]
    with pytest.raises(RouteInputError, match="one layer"):
        LayeredConditions([])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wind_east_m_s": 150.0, "wind_north_m_s": 0.0}, "150.*another unit"),
        ({"current_east_m_s": 50.0}, "50.*m/s"),
        ({"current_east_m_s": np.inf}, "another unit"),
        ({"wave_height_m": -0.5}, "-0.5.*0 to 30 m"),
        ({"current_north_m_s": None}, "needs both"),
        ({"wind_east_m_s": 1.0}, "needs both"),
        ({"time_h": [0.0]}, "time_h"),
        ({"time_h": [0.0, 6.0, 6.0]}, "ascend"),
        ({"time_h": [0.0, np.nan, 6.0]}, "ascend"),
        ({"lat": [50, 51, 52, 53, 55]}, "not regular"),
        ({"lat": [88, 89, 90, 91, 92]}, r"\[-90, 90\]"),
        ({"lon": [0.0]}, "two numbers"),
        ({"fetch_km": -1.0}, "fetch_km"),
    ],
)
def test_wrong_input_is_refused_and_named(changes, message):
    axes = {"time_h": TIME, "lat": LAT, "lon": LON, **changes}
    shape = tuple(np.size(axes[name]) for name in ("time_h", "lat", "lon"))
    nothing = dict.fromkeys(("current_east_m_s", "current_north_m_s"), 0.0)
    changes = {**nothing, **changes}
    full = {
        name: np.full(shape, value)
        if name.endswith(("_m_s", "_m")) and value is not None
        else value
        for name, value in changes.items()
    }
    with pytest.raises(RouteInputError, match=message):
        grid(**full)


def test_a_field_of_another_shape_is_refused():
    with pytest.raises(RouteInputError, match=r"shape \(2, 2\)"):
        grid(current_east_m_s=np.zeros((2, 2)))


def test_nothing_given_is_refused():
    with pytest.raises(RouteInputError, match="neither"):
        GridConditions([0, 1], [0, 1], [0, 1])


def test_what_is_not_covered_is_named():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    conditions = grid()
    notes = coverage_notes(conditions, lat=[52], lon=[3], hours=24, start_at=start)
    assert notes[0] == (
        "Conditions (current) end at 2026-03-01T12:00Z; later hours are unknown."
    )
    assert any("current is unknown for 48 %" in note for note in notes)
    assert any("wind is unknown for 100 %" in note for note in notes)
    late = grid(time_h=TIME + 2.0)
    (first, *_) = coverage_notes(late, lat=[52], lon=[3], hours=10)
    assert first == "Conditions (current) begin at hour 2; earlier hours are unknown."


def test_full_cover_needs_no_note_and_estimates_are_said():
    class Everywhere:
        def at(self, lat, lon, hour):
            one = np.ones(np.size(lat))
            return Sea(one, one, one, one, one)

    assert coverage_notes(Everywhere(), lat=[0], lon=[0], hours=10) == ()
    one = np.ones((3, 5, 7))
    windy = grid(wind_east_m_s=one, wind_north_m_s=one)
    notes = coverage_notes(LayeredConditions([windy]), lat=[52], lon=[3], hours=12)
    assert len(notes) == 1
    assert "estimated from the wind for 100 %" in notes[0]
