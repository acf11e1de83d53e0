"""Flows whose paths are known in closed form; each test names the form."""

import numpy as np
import pytest

from core.drift import VelocityField, advect

DAY = 86_400.0
EARTH_M = 6_371_000.0


def grid(low, high, n):
    axis = np.linspace(low, high, n)
    return axis, *np.meshgrid(axis, axis)


def final(track):
    return track.x[-1], track.y[-1]


def observed_orders(errors):
    return np.log2(np.asarray(errors[:-1]) / np.asarray(errors[1:]))


# --- linear flows: bilinear interpolation is exact, so only time steps err -----------


def solid_body(omega=2.0 * np.pi / DAY):
    axis, x, y = grid(-1e5, 1e5, 21)
    return VelocityField([0.0], axis, axis, -omega * y, omega * x), omega


@pytest.mark.parametrize(
    ("scheme", "order"), [("rk4", 3.8), ("rk2", 1.9), ("euler", 0.9)]
)
def test_solid_body_rotation_converges_with_the_order_of_the_scheme(scheme, order):
    field, omega = solid_body()
    start = np.array([5e4 + 0j, 2e4 - 3e4j])
    errors = []
    for dt in (1800.0, 900.0, 450.0):
        track = advect(
            field, start.real, start.imag, t1_s=0.7 * DAY, dt_s=dt, scheme=scheme
        )
        exact = start * np.exp(1j * omega * 0.7 * DAY)
        x, y = final(track)
        errors.append(np.abs(x + 1j * y - exact).max())
    assert (observed_orders(errors) > order).all()


def test_solid_body_rotation_returns_after_one_turn():
    field, _ = solid_body()
    x, y = final(advect(field, [5e4], [0.0], t1_s=DAY, dt_s=600.0))
    assert np.hypot(x - 5e4, y)[0] < 0.01


def test_shear_carries_by_the_speed_at_its_depth():
    axis, _, y = grid(-1e5, 1e5, 11)
    field = VelocityField([0.0], axis, axis, 1e-5 * y, np.zeros_like(y))
    y0 = np.linspace(-9e4, 9e4, 7)
    x, y1 = final(advect(field, np.zeros(7), y0, t1_s=DAY))
    np.testing.assert_allclose(x, 1e-5 * y0 * DAY, rtol=1e-12)
    np.testing.assert_array_equal(y1, y0)


def test_strain_stretches_and_squeezes_exponentially():
    axis, x, y = grid(-1e5, 1e5, 11)
    rate = 1e-5
    field = VelocityField([0.0], axis, axis, rate * x, -rate * y)
    x1, y1 = final(advect(field, [1e3, -2e3], [8e4, 5e4], t1_s=2 * DAY, dt_s=600.0))
    grown = np.exp(rate * 2 * DAY)
    np.testing.assert_allclose(x1, np.array([1e3, -2e3]) * grown, rtol=1e-9)
    np.testing.assert_allclose(y1, np.array([8e4, 5e4]) / grown, rtol=1e-9)


# --- flows that turn with time --------------------------------------------------------


def uniform_in_space(times, u, v, half=1e5):
    axis = np.linspace(-half, half, 5)
    shape = (len(times), 5, 5)
    u, v = (np.broadcast_to(np.asarray(c)[:, None, None], shape) for c in (u, v))
    return VelocityField(times, axis, axis, u, v)


@pytest.mark.parametrize("dt", [60.0, 600.0, 3600.0, 5e4])
@pytest.mark.parametrize("scheme", ["rk4", "rk2"])
def test_tide_with_hourly_frames_gives_the_running_trapezoid_sum(dt, scheme):
    times = np.arange(0.0, 3 * DAY + 1.0, 3600.0)
    u = np.cos(2 * np.pi * times / 44_714.16)  # M2, Doodson 255.555
    v = 0.4 * np.sin(2 * np.pi * times / 44_714.16 + 1.0)
    track = advect(
        uniform_in_space(times, u, v),
        [0.0],
        [0.0],
        t1_s=3 * DAY,
        dt_s=dt,
        scheme=scheme,
    )
    for got, speed in ((track.x, u), (track.y, v)):
        sums = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]))])
        np.testing.assert_allclose(got[:, 0], 3600.0 * sums, atol=1e-6)


def test_steps_do_not_straddle_frames_that_outputs_miss():
    times = np.array([0.0, 1000.0, 1500.0, 7000.0])
    u = np.array([0.0, 2.0, -1.0, 3.0])
    track = advect(
        uniform_in_space(times, u, 0 * u),
        [0.0],
        [0.0],
        t1_s=7000.0,
        dt_s=3600.0,
        output_every_s=None,
    )
    assert track.x[-1, 0] == pytest.approx(np.trapezoid(u, times), abs=1e-9)


def test_inertial_circle_closes_and_has_its_radius():
    f = 1e-4
    times = np.arange(0.0, 1.5 * DAY, 300.0)
    field = uniform_in_space(times, 0.3 * np.cos(f * times), -0.3 * np.sin(f * times))
    end = 2 * np.pi / f
    track = advect(field, [0.0], [0.0], t1_s=end, output_every_s=end / 2)
    # Linear frames 300 s apart shorten a turning vector by (f*300)^2/12 = 8e-5.
    assert track.x[-1, 0] == pytest.approx(0.0, abs=2.0)
    assert track.y[1, 0] == pytest.approx(-2 * 0.3 / f, rel=2e-4)


def test_decaying_moving_eddy_follows_its_closed_path():
    """Fabbroni's moving eddy, as in Parcels: inertial turn on a mean current."""
    u0, ug, f, decay = 0.3, 0.04, 1e-4, 1.0 / (2.89 * DAY)
    times = np.arange(0.0, 2 * DAY + 1, 300.0)
    fade = np.exp(-decay * times)
    u = ug + (u0 - ug) * fade * np.cos(f * times)
    v = -(u0 - ug) * fade * np.sin(f * times)
    track = advect(
        uniform_in_space(times, u, v), [1e4], [1e4], t1_s=2 * DAY, dt_s=300.0
    )
    t = track.time_s
    turn = (np.exp((-decay - 1j * f) * t) - 1.0) / (-decay - 1j * f)
    np.testing.assert_allclose(
        track.x[:, 0], 1e4 + ug * t + (u0 - ug) * turn.real, atol=2
    )
    np.testing.assert_allclose(track.y[:, 0], 1e4 + (u0 - ug) * turn.imag, atol=2)


# --- flows with a stream function: it stays, whatever the path ------------------------


def interpolated(values, axis_y, axis_x, x, y):
    from scipy.interpolate import RegularGridInterpolator

    spline = RegularGridInterpolator((axis_y, axis_x), values, method="cubic")
    return spline(np.column_stack([y, x]))


def test_stommel_gyre_keeps_the_stream_function():
    """Stommel (1948), Trans. AGU 29: western intensified gyre in a square basin."""
    side, n = 1e7, 201
    axis, x, y = grid(0.0, side, n)
    eps = 0.05

    def psi(x, y):
        a = 1.0 - np.exp(-x / (eps * side)) - x / side
        return 1e6 * a * np.sin(np.pi * y / side)

    h = 1.0
    u = -(psi(x, y + h) - psi(x, y - h)) / (2 * h)
    v = (psi(x + h, y) - psi(x - h, y)) / (2 * h)
    field = VelocityField([0.0], axis, axis, u, v)
    x0 = np.linspace(0.1, 0.6, 11) * side
    y0 = np.full(11, 0.5 * side)
    track = advect(field, x0, y0, t1_s=600 * DAY, dt_s=DAY / 2, output_every_s=20 * DAY)
    before = psi(x0, y0)
    assert (track.status == "afloat").all()
    assert np.ptp(track.y[:, 3]) > 0.05 * side
    assert np.abs(psi(track.x, track.y) / before - 1.0).max() < 1e-2


def peninsula(n_x, n_y, land):
    """Potential flow past a half-cylinder on an A grid (Adlandsvik et al. 2009)."""
    length, width, radius = 1e5, 5e4, 0.32 * 5e4
    x, y = np.linspace(0, length, n_x), np.linspace(0, width, n_y)
    gx, gy = np.meshgrid(x, y)
    dx, r2 = gx - length / 2, (gx - length / 2) ** 2 + gy**2
    r2 = np.maximum(r2, 1.0)
    u = 1.0 - radius**2 * (dx**2 - gy**2) / r2**2
    v = -2.0 * radius**2 * dx * gy / r2**2
    inside = r2 <= radius**2
    u[inside] = v[inside] = np.nan if land else 0.0
    if land == "with shore":
        u[0] = v[0] = np.nan

    def psi(x, y):
        return y * (1.0 - radius**2 / ((x - length / 2) ** 2 + y**2))

    return VelocityField([0.0], y, x, u, v), psi


@pytest.mark.parametrize("land", ["peninsula only", "with shore"])
@pytest.mark.parametrize(("n_x", "n_y"), [(100, 50), (101, 51), (201, 101)])
@pytest.mark.parametrize("dt", [300.0, 1800.0])
def test_peninsula_keeps_the_stream_function_and_strands_nobody(land, n_x, n_y, dt):
    field, psi = peninsula(n_x, n_y, land)
    y0 = np.linspace(3e3, 4.7e4, 100)
    x0 = np.full(100, 3e3)
    track = advect(field, x0, y0, t1_s=DAY, dt_s=dt, output_every_s=600.0)
    assert not (track.status == "stranded").any()
    # To the outflow: where the channel ends the closed form does too.
    relative = psi(track.x, track.y) / psi(x0, y0) - 1.0
    assert np.abs(relative).max() < 1e-2


@pytest.mark.parametrize(
    ("n_x", "n_y", "most"), [(101, 51, 2e-3), (100, 50, 3e-3), (51, 26, 4e-2)]
)
def test_close_to_the_peninsula_the_shear_is_kept(n_x, n_y, most):
    """From 1.2 km off the axis a path comes within a cell of the staircase."""
    field, psi = peninsula(n_x, n_y, "peninsula only")
    y0 = np.array([1.2e3, 1.5e3, 2e3, 3e3])
    x0 = np.full(4, 3e3)
    track = advect(field, x0, y0, t1_s=DAY, dt_s=300.0, output_every_s=600.0)
    assert not (track.status == "stranded").any()
    assert np.abs(psi(track.x, track.y) / psi(x0, y0) - 1.0).max() < most


def test_double_gyre_agrees_with_an_independent_integration():
    """Shadden, Lekien and Marsden (2005), Physica D 212; truth by DOP853."""
    from scipy.integrate import solve_ivp

    a, eps, omega = 0.1, 0.25, 2 * np.pi / 10.0

    def velocity(t, x, y):
        f = eps * np.sin(omega * t) * x**2 + (1 - 2 * eps * np.sin(omega * t)) * x
        slope = 2 * eps * np.sin(omega * t) * x + 1 - 2 * eps * np.sin(omega * t)
        u = -np.pi * a * np.sin(np.pi * f) * np.cos(np.pi * y)
        return u, np.pi * a * np.cos(np.pi * f) * np.sin(np.pi * y) * slope

    x, y = np.linspace(0, 2, 401), np.linspace(0, 1, 201)
    times = np.linspace(0, 10, 201)
    frames = [velocity(t, *np.meshgrid(x, y)) for t in times]
    field = VelocityField(times, y, x, [f[0] for f in frames], [f[1] for f in frames])
    x0, y0 = np.array([0.5, 1.2, 1.7, 0.9]), np.array([0.3, 0.6, 0.8, 0.5])
    track = advect(field, x0, y0, t1_s=10.0, dt_s=0.05, output_every_s=1.0)
    for p in range(4):
        path = solve_ivp(
            lambda t, s: velocity(t, *s),
            (0, 10),
            [x0[p], y0[p]],
            "DOP853",
            rtol=1e-8,
            atol=1e-9,
        ).y[:, -1]
        assert np.hypot(track.x[-1, p] - path[0], track.y[-1, p] - path[1]) < 2e-3


def test_frozen_double_gyre_keeps_the_stream_function():
    x, y = np.linspace(0, 2, 201), np.linspace(0, 1, 101)
    gx, gy = np.meshgrid(x, y)
    u = -np.pi * np.sin(np.pi * gx) * np.cos(np.pi * gy)
    v = np.pi * np.cos(np.pi * gx) * np.sin(np.pi * gy)
    field = VelocityField([0.0], y, x, u, v)
    x0, y0 = np.array([0.2, 0.4, 1.3, 1.8]), np.array([0.5, 0.3, 0.5, 0.7])
    track = advect(field, x0, y0, t1_s=20.0, dt_s=0.01, output_every_s=0.5)
    psi = np.sin(np.pi * track.x) * np.sin(np.pi * track.y)
    assert np.abs(psi / psi[0] - 1.0).max() < 1e-2


# --- the sphere -----------------------------------------------------------------------


def rotation(axis_lat_deg, lon, lat, days=10.0):
    """Rigid rotation about an axis through the meridian of 0 degrees."""
    omega = 2 * np.pi / (days * DAY)
    tilt = np.radians(90.0 - axis_lat_deg)
    pole = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
    lam, phi = np.radians(np.meshgrid(lon, lat))
    point = np.stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], -1
    )
    speed = omega * EARTH_M * np.cross(pole, point)
    east = np.stack([-np.sin(lam), np.cos(lam), 0 * lam], -1)
    north = np.stack(
        [-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)], -1
    )
    return (speed * east).sum(-1), (speed * north).sum(-1), pole, omega


def rotated(lon, lat, pole, angle):
    """Rodrigues' formula."""
    lam, phi = np.radians(lon), np.radians(lat)
    p = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    k = pole[:, None]
    q = (
        p * np.cos(angle)
        + np.cross(k, p, axis=0) * np.sin(angle)
        + k * (k * p).sum(0) * (1 - np.cos(angle))
    )
    return np.degrees(np.arctan2(q[1], q[0])), np.degrees(np.arcsin(q[2]))


def turn_difference(a, b):
    return (np.asarray(a) - b + 180.0) % 360.0 - 180.0


@pytest.mark.parametrize(
    "lon",
    [
        np.arange(-180.0, 180.0, 1.0),
        np.arange(0.0, 360.0, 1.0),
        np.linspace(-180.0, 180.0, 361),
        np.arange(0.5, 360.0, 1.0),
        np.arange(179.0, -181.0, -1.0),
    ],
    ids=["-180..179", "0..359", "-180..180", "0.5..359.5", "falling"],
)
def test_zonal_rotation_goes_round_the_earth_across_the_date_line(lon):
    lat = np.arange(-80.0, 81.0, 1.0)
    u, v, _, omega = rotation(90.0, lon, lat)
    field = VelocityField([0.0], lat, lon, u, v, mesh="spherical")
    assert field.is_periodic
    lon0 = np.array([170.0, -175.0, 10.0, 359.0])
    lat0 = np.array([0.0, 45.3, -61.7, 70.0])
    track = advect(field, lon0, lat0, t1_s=7 * DAY, dt_s=3600.0)
    assert (track.status == "afloat").all()
    exact = lon0 + np.degrees(omega * 7 * DAY)
    np.testing.assert_allclose(turn_difference(track.x[-1], exact), 0, atol=1e-8)
    np.testing.assert_allclose(track.y[-1], lat0, atol=1e-12)
    first = min(lon)
    assert (track.x >= first).all()
    assert (track.x < first + 360.0).all()


@pytest.mark.parametrize("axis_lat", [60.0, 20.0])
def test_tilted_rotation_follows_its_circle(axis_lat):
    lon, lat = np.arange(-180.0, 180.0, 0.5), np.arange(-89.5, 90.0, 0.5)
    u, v, pole, omega = rotation(axis_lat, lon, lat)
    field = VelocityField([0.0], lat, lon, u, v, mesh="spherical")
    lon0, lat0 = np.array([175.0, -178.0, 90.0]), np.array([10.0, -20.0, 5.0])
    track = advect(field, lon0, lat0, t1_s=2 * DAY, dt_s=1800.0)
    exact_lon, exact_lat = rotated(lon0, lat0, pole, omega * 2 * DAY)
    np.testing.assert_allclose(turn_difference(track.x[-1], exact_lon), 0, atol=0.01)
    np.testing.assert_allclose(track.y[-1], exact_lat, atol=0.01)


def test_a_regional_grid_across_the_date_line_keeps_its_own_turn():
    lon, lat = np.arange(170.0, 191.0), np.arange(-10.0, 11.0)
    field = VelocityField(
        [0.0], lat, lon, np.ones((21, 21)), np.zeros((21, 21)), mesh="spherical"
    )
    track = advect(field, [-181.0, -175.0, 179.0], [0.0, 0.0, 0.0], t1_s=2 * DAY)
    assert track.x[0].tolist() == [179.0, 185.0, 179.0]
    moved = np.degrees(2 * DAY / EARTH_M)
    np.testing.assert_allclose(track.x[-1], track.x[0] + moved, atol=1e-9)


def test_a_pole_keeps_particles_finite():
    lon, lat = np.arange(0.0, 360.0, 2.0), np.linspace(-90.0, 90.0, 91)
    u, v, _, _ = rotation(10.0, lon, lat, days=2.0)
    field = VelocityField([0.0], lat, lon, u, v, mesh="spherical")
    rng = np.random.default_rng(0)
    track = advect(
        field,
        rng.uniform(0, 360, 300),
        rng.uniform(-90, 90, 300),
        t1_s=DAY,
        dt_s=600.0,
        diffusivity_m2_s=1e4,
        seed=1,
    )
    assert np.isfinite(track.x).all()
    assert (np.abs(track.y) <= 90.0).all()


# --- time reversal --------------------------------------------------------------------


def test_reversal_in_time_returns_to_the_start():
    times = np.arange(0.0, 2 * DAY + 1, 3600.0)
    axis, x, y = grid(-1e5, 1e5, 41)
    frames = [
        (0.5 * np.sin(3e-5 * y + 1e-5 * t), 0.5 * np.cos(3e-5 * x - 2e-5 * t))
        for t in times
    ]
    field = VelocityField(
        times, axis, axis, [f[0] for f in frames], [f[1] for f in frames]
    )
    x0, y0 = np.linspace(-3e4, 3e4, 9), np.linspace(2e4, -2e4, 9)
    there = advect(field, x0, y0, t1_s=2 * DAY, dt_s=300.0)
    back = advect(field, there.x[-1], there.y[-1], t0_s=2 * DAY, t1_s=0.0, dt_s=300.0)
    assert (there.status == "afloat").all()
    # A kink of the bilinear field costs the scheme its order, so metres, not microns.
    assert np.hypot(back.x[-1] - x0, back.y[-1] - y0).max() < 5.0
