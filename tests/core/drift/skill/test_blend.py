import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.skill._drifter_motion import integrate
from core.drift.skill._training import training_rows
from core.drift.skill.blend import Blend, blended_velocity, fit_blend
from core.drift.skill.configurations import blend_velocities
from core.drift.skill.drifters import HourlyTracks
from core.drift.skill.windows import cut_windows
from core.errors import InputError

HORIZONS = (6, 12, 24)


def made(*, gain=0.6, factors=(0.03, 0.01), memory_h=8.0, noise=0.02, n=12, hours=97):
    """Drifters whose residual is a first-order process of known memory."""
    rng = np.random.default_rng(1)
    n_tracks = n * len(factors)
    kind = np.repeat(np.arange(len(factors)), n)

    def smooth(size, memory):
        keep = np.exp(-1.0 / memory)
        noises = rng.normal(size=(2, n_tracks, hours))
        out = np.zeros((n_tracks, hours), dtype=np.complex128)
        for k in range(1, hours):
            step = (noises[0, :, k] + 1j * noises[1, :, k]) * np.sqrt(1 - keep**2)
            out[:, k] = keep * out[:, k - 1] + step
        return size * out

    current, wind = smooth(0.3, 6.0), smooth(6.0, 24.0)
    missed = smooth(noise, memory_h)
    velocity = gain * current + np.array(factors)[kind][:, None] * wind + missed
    lat, lon = integrate(
        velocity[:, :-1], lat=np.full(n_tracks, 48.0), lon=np.zeros(n_tracks)
    )
    number = np.repeat(np.arange(n_tracks), hours)
    return HourlyTracks(
        lat=lat.ravel(),
        lon=lon.ravel(),
        time_s=np.tile(np.arange(hours) * 3600.0, n_tracks).astype(np.float64),
        segment=number,
        drifter=number,
        kind=np.repeat(kind, hours),
        currents={"m": current.ravel()},
        wind=wind.ravel(),
        drifters=tuple(map(str, range(n_tracks))),
        kinds=tuple(f"type {k}" for k in range(len(factors))),
    )


@given(
    model=st.complex_numbers(max_magnitude=2),
    residual=st.complex_numbers(max_magnitude=2),
    lead_h=st.floats(0, 100),
    memory_h=st.floats(0.5, 48),
)
def test_the_correction_fades_as_the_formula_says(model, residual, lead_h, memory_h):
    found = blended_velocity(model, residual, lead_h, memory_h=memory_h)
    assert found == pytest.approx(model + residual * np.exp(-lead_h / memory_h))


def test_at_the_start_the_forecast_is_what_was_observed():
    observed, model = 0.4 + 0.1j, 0.1 + 0j
    assert blended_velocity(model, observed - model, 0.0) == pytest.approx(observed)


def test_the_mean_over_steps_adds_up_to_the_integral():
    # Integral of exp(-t/T) from 0 to 24 is T (1 - exp(-24/T)).
    steps = blended_velocity(0.0, 1.0, np.arange(24.0), memory_h=8.0, step_h=1.0)
    assert steps.real.sum() == pytest.approx(8.0 * (1 - np.exp(-3.0)))


def test_an_unknown_residual_corrects_nothing():
    assert blended_velocity(0.3 + 0j, complex(np.nan, np.nan), 0.0) == 0.3 + 0j


def test_wrong_memory_and_lead_are_refused():
    for memory_h in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="above zero"):
            blended_velocity(0.0, 1.0, 0.0, memory_h=memory_h)
    with pytest.raises(InputError, match="must not be negative"):
        blended_velocity(0.0, 1.0, -1.0)


def test_without_noise_the_parameters_are_found_again():
    tracks = made(noise=0.0, n=40)
    blend = fit_blend(training_rows(tracks, HORIZONS), kinds=tracks.kinds)
    assert blend.current_gain == pytest.approx(0.6, rel=1e-3)
    for kind, own in (("type 0", 0.03), ("type 1", 0.01)):
        drawn = (40 * own + blend.wind) / 41
        assert blend.wind_by_kind[kind] == pytest.approx(drawn, rel=1e-3)
    assert 0.01 < abs(blend.wind) < 0.03


def test_the_memory_of_the_made_residual_is_found_again():
    tracks = made(noise=0.2, n=40)
    blend = fit_blend(training_rows(tracks, HORIZONS), kinds=tracks.kinds)
    assert blend.memory_h in (6, 8, 10)
    assert blend.current_gain == pytest.approx(0.6, abs=0.1)


def test_a_type_with_few_drifters_is_drawn_towards_all():
    # By hand: two drifters weigh 2/3 against 1/3 of the pooled factor.
    tracks = made(noise=0.0, n=2)
    blend = fit_blend(training_rows(tracks, HORIZONS), kinds=tracks.kinds)
    for kind, own in (("type 0", 0.03), ("type 1", 0.01)):
        expected = (2 * own + blend.wind) / 3
        assert blend.wind_by_kind[kind] == pytest.approx(expected, rel=1e-3)
        velocity = blend.model_velocity(0.0, 10.0, kind=kind)
        assert velocity == pytest.approx(10.0 * blend.wind_by_kind[kind])
    assert blend.model_velocity(0.0, 10.0, kind="new") == pytest.approx(10 * blend.wind)


def test_parts_that_are_not_asked_for_stay_out():
    rows = training_rows(made(), HORIZONS)
    blend = fit_blend(rows, kinds=("a", "b"), fit_gain=False, with_memory=False)
    assert blend.current_gain == 1.0
    assert blend.memory_h is None


def test_perfect_parameters_forecast_a_made_drifter_to_the_metre():
    tracks = made(noise=0.0)
    blend = Blend(
        current_gain=0.6, wind_by_kind={"type 0": 0.03, "type 1": 0.01}, memory_h=8.0
    )
    windows = cut_windows(tracks, 24)
    forecast = blend_velocities(blend, tracks, windows)
    assert forecast == pytest.approx(tracks.velocity()[windows.hours()], abs=1e-9)


def test_no_window_nothing_to_fit():
    rows = training_rows(made(hours=8), (24,))
    assert len(rows) == 0
    with pytest.raises(InputError, match="no training window"):
        fit_blend(rows, kinds=())
