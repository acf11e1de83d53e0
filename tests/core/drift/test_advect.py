"""What advect promises besides the physics: rows, clocks, refusals, random streams."""

import numpy as np
import pytest

from core.drift import RandomFlight, VelocityField, advect
from core.errors import InputError

AXIS = np.linspace(-50_000.0, 50_000.0, 11)


def uniform(u=1.0, v=0.5, times=(0.0,), axis=AXIS):
    shape = (len(times), axis.size, axis.size)
    return VelocityField(times, axis, axis, np.full(shape, u), np.full(shape, v))


def test_uniform_flow_moves_by_velocity_times_time():
    track = advect(uniform(), [0.0, 1000.0], [0.0, -2000.0], t1_s=7200.0)
    hours = np.array([[0.0], [3600.0], [7200.0]])
    x0, y0 = np.array([0.0, 1000.0]), np.array([0.0, -2000.0])
    np.testing.assert_allclose(track.x, x0 + hours, atol=1e-6)
    np.testing.assert_allclose(track.y, y0 + 0.5 * hours, atol=1e-6)
    assert track.status.tolist() == ["afloat", "afloat"]
    assert np.isnan(track.stranded_s).all()


def test_first_row_is_the_start_and_last_time_is_the_end():
    track = advect(uniform(), [0.1], [0.2], t1_s=5000.0, output_every_s=1800.0)
    assert track.time_s.tolist() == [0.0, 1800.0, 3600.0, 5000.0]
    assert (track.x[0, 0], track.y[0, 0]) == (0.1, 0.2)
    assert track.x[-1, 0] == pytest.approx(0.1 + 5000.0)


def test_a_run_of_no_time_has_one_row():
    track = advect(uniform(), 3.0, 4.0, t0_s=10.0, t1_s=10.0)
    assert track.x.shape == (1, 1)
    assert track.time_s.tolist() == [10.0]


def test_backward_run_has_falling_times_and_goes_back():
    track = advect(uniform(), [0.0], [0.0], t0_s=7200.0, t1_s=0.0)
    assert track.time_s.tolist() == [7200.0, 3600.0, 0.0]
    assert track.x[-1, 0] == pytest.approx(-7200.0)


@pytest.mark.parametrize("times", [(0.0, 3600.0)])
@pytest.mark.parametrize(("t0", "t1"), [(-1.0, 3600.0), (0.0, 3601.0), (4000.0, 0.0)])
def test_times_outside_the_frames_are_refused_and_the_limits_named(times, t0, t1):
    with pytest.raises(InputError, match="0 to 3600 s"):
        advect(uniform(times=times), [0.0], [0.0], t0_s=t0, t1_s=t1)


def test_a_steady_field_holds_at_any_time():
    track = advect(uniform(), [0.0], [0.0], t0_s=1e9, t1_s=1e9 + 3600.0)
    assert track.x[-1, 0] == pytest.approx(3600.0)


def test_a_particle_that_leaves_keeps_the_place_where_it_left():
    track = advect(uniform(v=0.0), [49_000.0], [10.0], t1_s=7200.0)
    assert track.status.tolist() == ["out_of_domain"]
    assert track.x[:, 0].tolist() == pytest.approx([49_000.0, 50_000.0, 50_000.0])
    assert track.left_s[0] == pytest.approx(1000.0)
    assert track.statuses()[:, 0].tolist() == ["afloat"] + ["out_of_domain"] * 2


def test_seed_repeats_a_run():
    run = [
        advect(
            uniform(), [0.0] * 5, [0.0] * 5, t1_s=7200.0, diffusivity_m2_s=10, seed=s
        )
        for s in (1, 1, 2)
    ]
    np.testing.assert_array_equal(run[0].x, run[1].x)
    assert (run[0].x[-1] != run[2].x[-1]).all()


def test_random_flight_of_no_memory_is_refused():
    with pytest.raises(InputError, match="time_scale_s"):
        RandomFlight(0.1, 0.0)
