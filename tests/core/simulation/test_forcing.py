"""Simulated forcing: the formulas on a grid, land left out, and it says what it is."""

from datetime import timedelta

import numpy as np
import pytest

from core.coastline import is_on_land
from core.simulation import (
    SIMULATED_DRIFTERS,
    SimulatedSea,
    drifter_fixes,
    drifter_table,
    simulated_current,
    simulated_wind,
)
from core.simulation.drifters import DRIFTER_HOURS, FIX_NOISE_M, true_tracks


def test_current_and_wind_are_hourly_from_two_days_before_to_a_week_after(
    sea: SimulatedSea,
) -> None:
    for forcing in (simulated_current(sea), simulated_wind(sea)):
        assert forcing.starts_at == sea.reference_at - timedelta(days=2)
        assert forcing.ends_at == sea.reference_at + timedelta(days=7)
        assert set(np.diff(forcing.time_s)) == {3600.0}
        assert forcing.simulated
        assert "imulated" in forcing.title
        assert "not an observation" in forcing.source


def test_grid_covers_the_demo_area_and_what_wind_blows_out_of_it(
    sea: SimulatedSea,
) -> None:
    area = sea.truth.area
    lat, lon = area.lat_lon(x_km=[0, area.width_km], y_km=[0, area.height_km])
    for forcing in (simulated_current(sea), simulated_wind(sea)):
        forcing.require(
            lat=[lat[0] - 0.8, lat[1] + 0.5], lon=[lon[0] - 1.2, lon[1] + 0.5]
        )


def test_current_is_nan_on_land_and_nowhere_else(sea: SimulatedSea) -> None:
    current = simulated_current(sea)
    north, east = np.meshgrid(current.lat, current.lon, indexing="ij")
    land = is_on_land(lat=north.ravel(), lon=east.ravel()).reshape(north.shape)
    assert 0.02 < land.mean() < 0.2
    for values in (current.u, current.v):
        assert (np.isnan(values) == land).all()
    assert not np.isnan(simulated_wind(sea).u).any()


def test_gridded_current_is_within_four_per_cent_of_the_formula(
    sea: SimulatedSea,
) -> None:
    """Bilinear error of a sine is (k h)^2 / 8 along each axis.

    East: k = 1.2 pi / 45 km with the swing, h = 5.15 km; north: pi / 50 km and 5.56 km;
    2.3 % and 1.5 % of the peak, which northward is 0.1 m/s times 100 / 90 times 1.2.
    """
    rng = np.random.default_rng(1)
    area = sea.truth.area
    x, y = rng.uniform(0, area.width_km, 500), rng.uniform(0, area.height_km, 500)
    lat, lon = area.lat_lon(x_km=x, y_km=y)
    at = sea.reference_at + timedelta(hours=30.0)
    found = simulated_current(sea).at(time=at, lat=lat, lon=lon)
    true = sea.current.velocity_m_s(x_km=x, y_km=y, time_h=30.0)
    for got, expected in zip(found, true, strict=True):
        assert np.abs(got - expected).max() < 0.04 * 0.133


def test_gridded_wind_is_the_formula(sea: SimulatedSea) -> None:
    at = sea.reference_at + timedelta(hours=7.0)
    u, v = simulated_wind(sea).at(time=at, lat=[22.13], lon=[-157.01])
    true = sea.wind.velocity_m_s(lat=22.13, time_h=7.0)
    assert [u[0], v[0]] == pytest.approx([float(part) for part in true], abs=0.01)


def test_drifter_table_is_the_true_track_with_the_noise_of_fixes(
    sea: SimulatedSea,
) -> None:
    table, track = drifter_table(sea), true_tracks(sea)
    n_hours = DRIFTER_HOURS[1] - DRIFTER_HOURS[0] + 1
    assert table.groupby("drifter_id").size().tolist() == [n_hours] * 5
    for number, drifter in enumerate(SIMULATED_DRIFTERS):
        rows = table[table["drifter_id"] == drifter.drifter_id]
        north_m = (rows["lat"].to_numpy() - track.lat[:, number]) * 111_195.0
        assert north_m.std() == pytest.approx(FIX_NOISE_M, rel=0.25)


def test_windage_of_each_drifter_can_be_found_from_its_table(sea: SimulatedSea) -> None:
    """Least squares of what the current leaves on the wind, as a complex factor."""
    for drifter in SIMULATED_DRIFTERS:
        rows = drifter_table(sea).query("drifter_id == @drifter.drifter_id")
        lat = np.radians(rows["lat"].to_numpy())
        step = np.diff(np.radians(rows["lon"].to_numpy())) * np.cos(lat[:-1])
        moved = (step + 1j * np.diff(lat)) * 6_371_000.0 / 3600.0
        current = (
            rows["u_ocean_simulated"] + 1j * rows["v_ocean_simulated"]
        ).to_numpy()
        wind = (rows["u_wind"] + 1j * rows["v_wind"]).to_numpy()[:-1]
        factor = np.vdot(wind, moved - current[:-1]) / np.vdot(wind, wind)
        # The walk's mean over 144 h has a deviation of sqrt(2 K / t) = 4.4 mm/s.
        assert abs(factor) == pytest.approx(drifter.windage, abs=3 * 0.0044 / 6.5)


def test_fixes_are_one_a_row_and_arrive_after_they_were_made(sea: SimulatedSea) -> None:
    table = drifter_table(sea)
    fixes = drifter_fixes(table)
    assert len({fix.message_id for fix in fixes}) == len(table)
    assert all(fix.received_at > fix.observed_at for fix in fixes)
    assert {fix.sensor_id for fix in fixes} == {
        drifter.drifter_id for drifter in SIMULATED_DRIFTERS
    }


def test_the_same_seed_gives_the_same_drifters(sea: SimulatedSea) -> None:
    assert drifter_table(sea).equals(drifter_table(sea))
