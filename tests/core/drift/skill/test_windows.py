import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.skill._drifter_motion import integrate, step_displacement_km
from core.drift.skill.drifters import HourlyTracks
from core.drift.skill.windows import HISTORY_H, cut_windows
from core.errors import InputError


def tracks(*lengths, current=None):
    segment = np.repeat(np.arange(len(lengths)), lengths)
    n = len(segment)
    return HourlyTracks(
        lat=np.zeros(n),
        lon=np.arange(n).astype(np.float64) * 0.01,
        time_s=np.arange(n).astype(np.float64) * 3600.0,
        segment=segment,
        drifter=segment,
        kind=np.zeros(n, dtype=np.int64),
        currents={} if current is None else {"m": current},
        wind=None,
        drifters=tuple(map(str, range(len(lengths)))),
        kinds=("",),
    )


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=5), h=st.integers(1, 9)
)
def test_windows_are_those_a_brute_force_finds(lengths, h):
    expected, first = [], 0
    for length in lengths:
        start = HISTORY_H
        while start + h <= length - 1:
            expected.append(first + start)
            start += h
        first += length
    assert cut_windows(tracks(*lengths), h).start.tolist() == expected


def test_windows_of_a_horizon_do_not_overlap_and_stay_on_their_segment():
    found = cut_windows(tracks(40, 50), 12)
    segment = tracks(40, 50).segment[found.points()]
    assert (segment == segment[:, :1]).all()
    assert np.diff(found.start).min() >= 12


def test_a_window_without_its_model_is_left_out_and_counted():
    current = np.zeros(40, dtype=complex)
    current[20] = np.nan
    found = cut_windows(tracks(40, current=current), 6)
    assert found.start.tolist() == [6, 12, 24, 30]
    assert found.n_without_model == 1


@pytest.mark.parametrize("horizon", [0, -6, 1.5])
def test_horizons_are_whole_hours(horizon):
    with pytest.raises(InputError, match="whole hours"):
        cut_windows(tracks(40), horizon)


def test_no_segment_gives_no_window():
    assert len(cut_windows(tracks(3), 6)) == 0


angles = st.floats(-60, 60)


@given(lat=angles, lon=st.floats(-170, 170), u=st.floats(-2, 2), v=st.floats(-2, 2))
def test_integration_and_displacement_are_inverse(lat, lon, u, v):
    velocity = np.full((1, 24), complex(u, v))
    y, x = integrate(velocity, lat=np.array([lat]), lon=np.array([lon]))
    back = step_displacement_km(y, x)
    assert back == pytest.approx(velocity * 3.6, abs=1e-9)


def test_a_day_at_one_metre_a_second_is_86_km():
    # By hand: 86.4 km are 0.777 degrees of a circle of 40,030 km.
    y, x = integrate(np.full((2, 24), [[1.0], [1j]]), lat=np.zeros(2), lon=np.zeros(2))
    assert x[0, -1] == pytest.approx(86.4 / 111.19492664, rel=1e-9)
    assert y[1, -1] == pytest.approx(86.4 / 111.19492664, rel=1e-9)
