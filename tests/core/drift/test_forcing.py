"""Wind and Stokes drift on grids and clocks of their own."""

import numpy as np
import pytest

from core.drift import VelocityField, advect
from core.errors import InputError

DAY = 86_400.0


def even(u, v, half=1e5, times=(0.0,), n=5, **options):
    axis = np.linspace(-half, half, n)
    shape = (len(times), n, n)
    u, v = (np.broadcast_to(np.reshape(c, (-1, 1, 1)), shape) for c in (u, v))
    return VelocityField(times, axis, axis, u, v, **options)


def end(track):
    return track.x[-1], track.y[-1]


def test_each_particle_takes_its_share_of_the_wind():
    x, y = end(
        advect(
            even(0.1, 0.0),
            [0.0] * 3,
            [0.0] * 3,
            t1_s=3600.0,
            wind=even(10.0, -5.0, half=2e5, n=3),
            wind_drift_factor=[0.0, 0.02, 0.04],
        )
    )
    np.testing.assert_allclose(x, [360.0, 1080.0, 1800.0])
    np.testing.assert_allclose(y, [0.0, -360.0, -720.0], atol=1e-9)


@pytest.mark.parametrize("mesh", ["flat", "spherical"])
def test_deflection_is_positive_to_the_left_of_the_wind(mesh):
    """A wind towards the east turned by 90 degrees pushes north; lengths stay."""
    half = 1e5 if mesh == "flat" else 2.0
    metre = 1.0 if mesh == "flat" else np.degrees(1 / 6_371_000.0)
    track = advect(
        even(0.0, 0.0, half, mesh=mesh),
        [0.0] * 4,
        [0.0] * 4,
        t1_s=3600.0,
        wind=even(10.0, 0.0, half, mesh=mesh),
        wind_drift_factor=0.02,
        wind_deflection_deg=[0.0, 90.0, -90.0, 30.0],
    )
    x, y = (c / metre for c in end(track))
    np.testing.assert_allclose(x, 720 * np.cos(np.radians([0, 90, -90, 30])), atol=1e-3)
    np.testing.assert_allclose(y, 720 * np.sin(np.radians([0, 90, -90, 30])), atol=1e-3)


def test_deflection_keeps_lengths_in_metres_far_north():
    axis, lat = np.linspace(0.0, 10.0, 11), np.linspace(60.0, 70.0, 11)
    zero, ten = np.zeros((11, 11)), np.full((11, 11), 10.0)
    still = VelocityField([0], lat, axis, zero, zero, mesh="spherical")
    wind = VelocityField([0], lat, axis, ten, zero, mesh="spherical")
    x, y = end(
        advect(
            still,
            [5.0],
            [65.0],
            t1_s=3600.0,
            wind=wind,
            wind_drift_factor=0.02,
            wind_deflection_deg=45.0,
        )
    )
    metre = np.degrees(1 / 6_371_000.0)
    north = (y[0] - 65.0) / metre
    east = (x[0] - 5.0) * np.cos(np.radians(0.5 * (65.0 + y[0]))) / metre
    assert north == pytest.approx(720 / np.sqrt(2), rel=1e-3)
    assert east == pytest.approx(720 / np.sqrt(2), rel=1e-3)


def test_stokes_drift_is_added_whole():
    x, y = end(
        advect(even(0.1, 0.0), [0.0], [0.0], t1_s=3600.0, stokes=even(0.05, 0.2, n=4))
    )
    assert (x[0], y[0]) == (pytest.approx(540.0), pytest.approx(720.0))


def test_wind_frames_between_current_frames_are_met_exactly():
    """Trapezoid sums of both clocks add up, whatever the step."""
    times = np.array([0.0, 5000.0, 7000.0, DAY])
    gusts = np.array([0.0, 20.0, -4.0, 8.0])
    wind = even(gusts, 0 * gusts, times=times)
    current = even([0.1, 0.3], [0.0, 0.0], times=[-DAY, 2 * DAY], half=2e5)
    track = advect(
        current,
        [0.0],
        [0.0],
        t1_s=DAY,
        dt_s=1e5,
        output_every_s=None,
        wind=wind,
        wind_drift_factor=0.03,
    )
    water = np.trapezoid(0.1 + 0.2 * (np.array([0, DAY]) + DAY) / (3 * DAY), [0, DAY])
    exact = water + 0.03 * np.trapezoid(gusts, times)
    assert track.x[-1, 0] == pytest.approx(exact, rel=1e-12)


def test_wind_that_does_not_cover_the_time_is_refused_before_the_run():
    wind = even([1.0, 1.0], [0.0, 0.0], times=[0.0, 3600.0])
    with pytest.raises(InputError, match="outside the wind's frames, 0 to 3600 s"):
        advect(even(0.1, 0.0), [0.0], [0.0], t1_s=7200.0, wind=wind)
    with pytest.raises(InputError, match="Stokes drift's frames"):
        advect(even(0.1, 0.0), [0.0], [0.0], t1_s=7200.0, stokes=wind)


@pytest.mark.parametrize("name", ["wind", "stokes"])
def test_leaving_the_area_of_the_wind_is_leaving_the_domain(name):
    small = even(0.0, 0.0, half=2e4)
    track = advect(
        even(1.0, 0.0), [0.0, 5e4], [0.0, 0.0], t1_s=DAY, dt_s=600.0, **{name: small}
    )
    assert track.status.tolist() == ["out_of_domain", "out_of_domain"]
    assert track.left_s[1] == 0.0
    assert track.x[-1, 0] == pytest.approx(2e4, rel=0.05)


def test_a_cell_of_land_in_the_wave_model_adds_nothing():
    axis = np.linspace(-1e5, 1e5, 5)
    u = np.full((5, 5), np.nan)
    u[:, 0] = 0.1
    waves = VelocityField([0.0], axis, axis, u, 0 * u)
    track = advect(even(0.2, 0.0), [5e4], [0.0], t1_s=3600.0, stokes=waves)
    assert track.x[-1, 0] == pytest.approx(5e4 + 720.0)
    assert track.status[0] == "afloat"


def test_wind_of_another_turn_of_longitude_is_found():
    lat = np.arange(-10.0, 11.0)
    zero, one = np.zeros((21, 21)), np.ones((21, 21))
    west, east = np.arange(-180.0, -159.0), np.arange(180.0, 201.0)
    current = VelocityField([0], lat, east, zero, zero, mesh="spherical")
    wind = VelocityField([0], lat, west, one, zero, mesh="spherical")
    track = advect(current, [-170.0], [0.0], t1_s=DAY, wind=wind, wind_drift_factor=1.0)
    assert track.x[-1, 0] == pytest.approx(190.0 + np.degrees(DAY / 6_371_000.0))


def test_fields_of_two_meshes_are_refused():
    with pytest.raises(InputError, match="wind is spherical, the current is flat"):
        advect(
            even(0.1, 0.0),
            [0.0],
            [0.0],
            t1_s=1.0,
            wind=even(0.1, 0.0, half=2.0, mesh="spherical"),
        )


def test_precisions_may_differ_between_fields():
    axis = np.linspace(-1e5, 1e5, 3)
    single = np.full((3, 3), 10.0, dtype=np.float32)
    wind = VelocityField([0.0], axis, axis, single, 0 * single)
    track = advect(
        even(0.1, 0.0), [0.0], [0.0], t1_s=3600.0, wind=wind, wind_drift_factor=0.02
    )
    assert track.x[-1, 0] == pytest.approx(1080.0)
