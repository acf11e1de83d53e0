"""Random motion: variances against closed forms, and streams that stay their own."""

from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.drift import RandomFlight, VelocityField, advect
from core.drift._kernel.random_numbers import normals, philox

DAY = 86_400.0


@numba.njit
def compiled_philox(c0, c1, c2, c3, k0, k1):
    """Compiled functions of the kernel may be called by compiled ones only."""
    return philox(c0, c1, c2, c3, k0, k1)


@numba.njit
def drawn(n):
    draws = np.empty((n, 2))
    for p in range(n):
        draws[p] = normals(np.uint64(5), np.uint64(p), 7, 1)
    return draws


def still(half=1e6, mesh="flat", lat=0.0):
    axis = np.linspace(-half, half, 5)
    zero = np.zeros((5, 5))
    return VelocityField([0.0], axis + lat, axis, zero, zero, mesh=mesh)


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0,) * 4, (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (
            (0xFFFFFFFF,) * 4,
            (0xFFFFFFFF,) * 2,
            (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
        ),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_words(counter, key, words):
    """Known answers of Random123 (kat_vectors, philox4x32, 10 rounds)."""
    got = compiled_philox(*(np.uint64(c) for c in (*counter, *key)))
    assert tuple(int(word) for word in got) == words


def test_normals_are_normal_and_unrelated():
    draws = drawn(20_000)
    for axis in range(2):
        assert stats.kstest(draws[:, axis], "norm").pvalue > 1e-3
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.025


@pytest.mark.parametrize("dt", [60.0, 600.0, 3600.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_variance_is_twice_diffusivity_times_time(dt, seed):
    n, k = 10_000, 10.0
    track = advect(
        still(),
        np.zeros(n),
        np.zeros(n),
        t1_s=6 * 3600.0,
        dt_s=dt,
        diffusivity_m2_s=k,
        seed=seed,
    )
    low, high = stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1)
    for positions in (track.x[-1], track.y[-1]):
        ratio = positions.var(ddof=1) / (2 * k * 6 * 3600.0)
        assert low < ratio < high
        assert stats.kstest(positions / positions.std(), "norm").pvalue > 1e-4
    assert abs(np.corrcoef(track.x[-1], track.y[-1])[0, 1]) < 0.04


def test_variance_holds_for_a_step_shorter_than_asked():
    n = 10_000
    track = advect(
        still(),
        np.zeros(n),
        np.zeros(n),
        t1_s=5000.0,
        dt_s=3600.0,
        diffusivity_m2_s=10.0,
        seed=4,
        output_every_s=700.0,
    )
    low, high = stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1)
    for row, time in enumerate(track.time_s[1:], start=1):
        assert low < track.x[row].var(ddof=1) / (20.0 * time) < high


@pytest.mark.parametrize("lat", [0.0, 60.0])
def test_variance_on_the_sphere_is_in_metres(lat):
    n = 10_000
    track = advect(
        still(10.0, "spherical", lat),
        np.zeros(n),
        np.full(n, lat),
        t1_s=DAY,
        diffusivity_m2_s=10.0,
        seed=1,
    )
    metre = np.degrees(1 / 6_371_000.0)
    low, high = stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1)
    east = track.x[-1] * np.cos(np.radians(lat)) / metre
    north = (track.y[-1] - lat) / metre
    for metres in (east, north):
        assert low < metres.var(ddof=1) / (20.0 * DAY) < high


def test_backward_runs_spread_as_forward_ones():
    n = 10_000
    track = advect(
        still(),
        np.zeros(n),
        np.zeros(n),
        t0_s=DAY,
        t1_s=0.0,
        diffusivity_m2_s=5.0,
        seed=1,
    )
    low, high = stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1)
    assert low < track.x[-1].var(ddof=1) / (10.0 * DAY) < high


@pytest.mark.parametrize("dt", [30.0, 1800.0, 20_000.0])
def test_random_flight_spreads_as_taylor_says(dt):
    """Taylor (1921), Proc. London Math. Soc. 20: 2 s^2 T (t - T (1 - exp(-t/T)))."""
    n, sigma, scale = 10_000, 0.1, 7200.0
    end = 2000.0 if dt < 60.0 else 40_000.0
    track = advect(
        still(),
        np.zeros(n),
        np.zeros(n),
        t1_s=end,
        dt_s=dt,
        seed=1,
        random_flight=RandomFlight(sigma, scale),
        output_every_s=end / 2,
    )
    low, high = stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1)
    for row in (1, 2):
        t = track.time_s[row]
        exact = 2 * sigma**2 * scale * (t - scale * -np.expm1(-t / scale))
        assert low < track.x[row].var(ddof=1) / exact < high
        assert low < track.y[row].var(ddof=1) / exact < high


# --- streams --------------------------------------------------------------------------


def cloud(n, **options):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1e4, 1e4, (2, 500))
    given: dict[str, Any] = {
        "t1_s": 7200.0,
        "diffusivity_m2_s": 20.0,
        "seed": 9,
    } | options
    return advect(still(), x[:n], y[:n], **given)


@given(st.integers(1, 499))
def test_more_particles_change_nothing_for_the_earlier(n):
    np.testing.assert_array_equal(cloud(n).x, cloud(500).x[:, :n])


def test_many_more_particles_change_not_a_bit_in_a_field_with_land_and_wind():
    """Ten alone and ten among 20,000 must take the same arithmetic."""
    rng = np.random.default_rng(2)
    axis, hours = np.linspace(-3.0, 3.0, 21), np.arange(25) * 3600.0
    u, v = rng.normal(0.0, 0.5, (2, 25, 21, 21))
    land = np.s_[:, 2:4, 5:8]
    wind = VelocityField(hours, axis, axis, 10.0 * v, 10.0 * u, mesh="spherical")
    u[land] = v[land] = np.nan
    field = VelocityField(hours, axis, axis, u, v, mesh="spherical")
    x, y = rng.uniform(-2.0, 2.0, (2, 20_000))
    options: dict[str, Any] = {
        "t1_s": DAY,
        "wind": wind,
        "wind_drift_factor": 0.03,
        "diffusivity_m2_s": 10.0,
        "seed": 3,
    }
    few = advect(field, x[:10], y[:10], **options)
    many = advect(field, x, y, **options)
    np.testing.assert_array_equal(few.x, many.x[:, :10])
    np.testing.assert_array_equal(few.y, many.y[:, :10])


@given(st.permutations(range(20)))
def test_relabelled_particles_keep_their_own_paths(order):
    order = np.array(order)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1e4, 1e4, (2, 20))
    options: dict[str, Any] = {
        "t1_s": 7200.0,
        "diffusivity_m2_s": 20.0,
        "seed": 9,
        "random_flight": RandomFlight(0.1, 3600.0),
    }
    plain = advect(still(), x, y, **options)
    mixed = advect(still(), x[order], y[order], stream_ids=order, **options)
    np.testing.assert_array_equal(mixed.x, plain.x[:, order])
    np.testing.assert_array_equal(mixed.y, plain.y[:, order])


def test_streams_and_seeds_are_unrelated():
    base = cloud(500).x[-1] - cloud(500).x[0]
    for other in (cloud(500, seed=10), cloud(500, stream_ids=np.arange(500) + 500)):
        assert abs(np.corrcoef(base, other.x[-1] - other.x[0])[0, 1]) < 0.15


def test_without_a_seed_runs_differ():
    assert (cloud(50, seed=None).x[-1] != cloud(50, seed=None).x[-1]).all()


def test_a_negative_or_huge_seed_is_a_seed():
    assert (cloud(5, seed=-1).x[-1] != cloud(5, seed=2**70 + 1).x[-1]).all()
