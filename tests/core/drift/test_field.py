"""What a field accepts and refuses, and that the form of its grid is no matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift import VelocityField, advect
from core.errors import InputError

AXIS = np.linspace(-1e5, 1e5, 21)


def gyre(x, y):
    return 0.5 * np.cos(2e-5 * y + 1e-5 * x), 0.4 * np.sin(2e-5 * x)


def run(x=AXIS, y=AXIS, order=1, dtype=np.float64, shift=(0.0, 0.0), **options):
    u, v = gyre(*np.meshgrid(np.asarray(x) - shift[0], np.asarray(y) - shift[1]))
    field = VelocityField(
        [0.0],
        y[::order],
        x[::order],
        u[::order, ::order].astype(dtype),
        v[::order, ::order].astype(dtype),
    )
    start = np.array([1e3, -2e4, 4e4]), np.array([-3e3, 2e4, 1e4])
    given = {"t1_s": 86_400.0} | options
    return advect(field, start[0] + shift[0], start[1] + shift[1], **given)


def test_falling_axes_give_the_same_paths():
    plain, turned = run(), run(order=-1)
    np.testing.assert_array_equal(plain.x, turned.x)
    np.testing.assert_array_equal(plain.y, turned.y)


def test_lists_integers_and_single_frames_are_taken():
    field = VelocityField(0, [0, 10], [0, 10], [[1, 1], [1, 1]], [[0, 0], [0, 0]])
    track = advect(field, 1, 5, t1_s=4, output_every_s=2)
    assert track.x[:, 0].tolist() == [1.0, 3.0, 5.0]


def test_masked_arrays_are_land_where_masked():
    u = np.ma.masked_equal([[1.0, 1.0, -9.0]] * 3, -9.0)
    field = VelocityField([0], [0, 1, 2], [0, 1, 2], u, u)
    assert field.wet.tolist() == [[True, True, False]] * 3


def test_datetime64_counts_seconds_since_1970():
    times = np.array(["2020-01-01T00", "2020-01-01T06"], dtype="datetime64[h]")
    field = VelocityField(
        times, [0, 1], [0, 1], np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    )
    assert field.time_s.tolist() == [1577836800.0, 1577858400.0]


def test_float32_stays_float32_and_agrees_to_its_digits():
    plain, single = run(), run(dtype=np.float32)
    np.testing.assert_allclose(single.x, plain.x, atol=0.1)
    field = VelocityField(
        [0], [0, 1], [0, 1], np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32)
    )
    assert field.frames.dtype == np.float32


def test_uneven_axes_give_the_paths_of_a_linear_flow():
    """Bilinear interpolation is exact for solid-body rotation on any axes."""
    x = np.array([-1e5, -7e4, -1e4, 0.0, 3e3, 5e4, 1e5])
    y = np.array([-1e5, -2e4, -1e4, 4e4, 6e4, 1e5])
    omega = 2 * np.pi / 86_400.0
    gx, gy = np.meshgrid(x, y)
    for order in (1, -1):
        field = VelocityField(
            [0.0],
            y[::order],
            x[::order],
            (-omega * gy)[::order, ::order],
            (omega * gx)[::order, ::order],
        )
        track = advect(field, [5e4, 1e4], [0.0, 3e4], t1_s=86_400.0, dt_s=300.0)
        np.testing.assert_allclose(track.x[-1], [5e4, 1e4], atol=0.01)
        np.testing.assert_allclose(track.y[-1], [0.0, 3e4], atol=0.01)


def test_uneven_axes_meet_land_and_edges():
    x = np.array([0.0, 1.0, 4.0, 9.0, 16.0, 25.0])
    u = np.ones((6, 6))
    u[4, 4:] = np.nan
    field = VelocityField([0.0], x, x, u, 0 * u)
    track = advect(field, [0.5, 0.5], [16.0, 2.0], t1_s=100.0, dt_s=100.0)
    assert track.status.tolist() == ["stranded", "out_of_domain"]
    assert track.x[-1].tolist() == pytest.approx([16.0, 25.0])


@given(
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from(["rk4", "rk2", "euler"])
)
def test_translation_moves_the_paths_and_nothing_else(right, up, scheme):
    here = run(scheme=scheme)
    there = run(AXIS + right, AXIS + up, shift=(right, up), scheme=scheme)
    np.testing.assert_allclose(there.x - right, here.x, atol=1e-4)
    np.testing.assert_allclose(there.y - up, here.y, atol=1e-4)


@given(st.lists(st.floats(-4e4, 4e4), min_size=2, max_size=12), st.floats(1e3, 2e5))
def test_a_run_backward_undoes_a_run_forward(starts, duration):
    u, v = gyre(*np.meshgrid(AXIS, AXIS))
    field = VelocityField([0.0], AXIS, AXIS, u, v)
    half = len(starts) // 2
    x0, y0 = np.array(starts[:half]), np.array(starts[half : 2 * half])
    there = advect(field, x0, y0, t1_s=duration, dt_s=300.0)
    safe = there.status == "afloat"
    back = advect(field, there.x[-1], there.y[-1], t0_s=duration, t1_s=0.0, dt_s=300.0)
    np.testing.assert_allclose(back.x[-1][safe], x0[safe], atol=5.0)
    np.testing.assert_allclose(back.y[-1][safe], y0[safe], atol=5.0)


def test_few_particles_on_a_large_grid_move_as_many_do():
    """Below a share of the nodes frames are blended particle by particle."""
    times = np.array([0.0, 86_400.0])
    u, v = gyre(*np.meshgrid(AXIS, AXIS))
    field = VelocityField(times, AXIS, AXIS, [u, 2 * u], [v, -v])
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-5e4, 5e4, (2, 300))
    many = advect(field, x, y, t1_s=86_400.0)
    few = advect(field, x[:3], y[:3], t1_s=86_400.0)
    np.testing.assert_allclose(few.x, many.x[:, :3], atol=1e-6)


def test_velocity_at_is_bilinear_and_linear_in_time():
    u = np.array([[[0.0, 1.0], [2.0, 3.0]], [[10.0, 11.0], [12.0, 13.0]]])
    field = VelocityField([0.0, 100.0], [0, 1], [0, 1], u, -u)
    got_u, got_v = field.velocity_at([0.25, 1.0], [0.5, 1.0], 30.0)
    np.testing.assert_allclose(got_u, [0.25 + 1.0 + 3.0, 6.0])
    np.testing.assert_allclose(got_v, -got_u)
    with pytest.raises(InputError, match="0 to 100 s"):
        field.velocity_at([0.0], [0.0], 101.0)


def test_velocity_at_on_the_sphere_is_in_metres_per_second():
    lat, lon = np.arange(50.0, 71.0), np.arange(0.0, 21.0)
    u = np.cos(np.radians(lat))[:, None] * np.ones(21)
    field = VelocityField([0], lat, lon, u, 0.3 * np.ones((21, 21)), mesh="spherical")
    got_u, got_v = field.velocity_at([370.2], [60.4], 0.0)
    assert got_u[0] == pytest.approx(np.cos(np.radians(60.4)), rel=1e-12)
    assert got_v[0] == pytest.approx(0.3, rel=1e-12)


ZERO = np.zeros((1, 2, 2))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"time_s": [np.nan]}, "time_s: value nan at index 0"),
        ({"time_s": []}, "time_s: expected at least 1"),
        ({"time_s": ["noon"]}, "time_s: expected numbers"),
        ({"time_s": [0, 1]}, r"u: expected shape \(2, 2, 2\)"),
        ({"time_s": [1, 0], "u": np.zeros((2, 2, 2))}, "time_s: not strictly"),
        ({"time_s": np.array(["NaT"], "datetime64[s]")}, "NaT"),
        ({"x": [0]}, "x: expected at least 2"),
        ({"x": [0, 0]}, "x: not strictly monotonic: 0 then 0"),
        ({"x": [0, 2, 1]}, "x: not strictly monotonic: 2 then 1"),
        ({"y": [[0, 1]]}, "y: expected one dimension"),
        ({"y": [0, np.inf]}, "y: value inf at index 1"),
        ({"u": np.zeros((1, 2, 3))}, r"u: expected shape .* got \(1, 2, 3\)"),
        ({"v": ZERO + np.inf}, "v: infinite at frame 0, row 0, column 0"),
        ({"u": ZERO + 1j}, "u: expected real numbers"),
        ({"u": ZERO.astype(str)}, "u: expected real numbers"),
        ({"mesh": "round"}, "mesh 'round' is not one of flat, spherical"),
        ({"mesh": "spherical", "y": [0, 91]}, "latitude 91"),
        ({"mesh": "spherical", "x": [0, 5000]}, "not degrees"),
    ],
)
def test_nonsense_is_refused_by_name(change, says):
    given = {"time_s": [0], "y": [0, 1], "x": [0, 1], "u": ZERO, "v": ZERO} | change
    with pytest.raises(InputError, match=says):
        VelocityField(**given)


def test_a_frame_without_any_value_is_refused():
    u = np.zeros((3, 2, 2))
    u[1] = np.nan
    with pytest.raises(InputError, match=r"frame 1 \(time 10 s\) holds no value"):
        VelocityField([0, 10, 20], [0, 1], [0, 1], u, u)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dt_s": 0.0}, "dt_s: expected a finite number above 0, got 0.0"),
        ({"dt_s": -60.0}, "dt_s"),
        ({"dt_s": np.nan}, "dt_s"),
        ({"dt_s": "fast"}, "dt_s: expected a number"),
        ({"output_every_s": 0.0}, "output_every_s"),
        ({"t0_s": np.nan}, "t0_s"),
        ({"t1_s": np.inf}, "t1_s"),
        ({"t1_s": None}, "steady"),
        ({"scheme": "rk5"}, "scheme 'rk5' is not one of euler, rk2, rk4"),
        ({"diffusivity_m2_s": -1.0}, "diffusivity_m2_s"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"x0": [0.0, np.nan], "y0": [0.0, 0.0]}, "particle 1 starts at"),
        ({"x0": [0.0, 1.0]}, "one length"),
        ({"x0": [[0.0]], "y0": [[0.0]]}, "one dimension"),
        ({"x0": ["a"]}, "expected numbers"),
        ({"stream_ids": [1.5]}, "stream_ids"),
        ({"stream_ids": [1, 2]}, "stream_ids"),
        ({"wind_drift_factor": [0.1, 0.2]}, "wind_drift_factor: expected one or 1"),
        ({"wind_drift_factor": np.nan}, "not finite"),
        ({"wind_deflection_deg": "left"}, "wind_deflection_deg"),
    ],
)
def test_nonsense_to_advect_is_refused_by_name(change, says):
    field = VelocityField([0], [0, 1], [0, 1], ZERO, ZERO)
    given = {"x0": [0.5], "y0": [0.5], "t1_s": 10.0} | change
    with pytest.raises(InputError, match=says):
        advect(field, **given)


def test_no_particles_make_an_empty_track():
    field = VelocityField([0], [0, 1], [0, 1], ZERO, ZERO)
    track = advect(field, [], [], t1_s=7200.0)
    assert track.x.shape == (3, 0)
    assert track.statuses().shape == (3, 0)


def test_a_start_outside_the_grid_is_out_of_domain_and_spoils_no_other():
    field = VelocityField([0], [0, 1], [0, 1], ZERO, ZERO)
    track = advect(field, [5.0, 0.5], [0.5, 0.5], t1_s=10.0)
    assert track.status.tolist() == ["out_of_domain", "afloat"]
    assert track.left_s.tolist()[0] == 0.0
    assert track.x[-1].tolist() == [5.0, 0.5]


def test_starts_on_the_edge_are_inside():
    field = VelocityField(
        [0], np.arange(4) * 0.1, np.arange(4) / 3, [[0] * 4] * 4, [[0] * 4] * 4
    )
    track = advect(field, [0.0, 1.0], [0.3, 0.0], t1_s=10.0)
    assert track.status.tolist() == ["afloat", "afloat"]
