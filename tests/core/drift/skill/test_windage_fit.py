from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.skill._drifter_motion import integrate
from core.drift.skill.drifters import HourlyTracks, read_drifters
from core.drift.skill.windage_fit import fit_windage, wind_factor
from core.errors import InputError

TREX = (
    Path(__file__).resolve().parents[5]
    / "shared/datasets/ocean/drifters_trex2020_with_currents_winds.parquet"
)


def made(factors, *, n_drifters=6, hours=48, noise=0.0, seed=0):
    """Tracks whose windage is known, a drifter type for each factor."""
    rng = np.random.default_rng(seed)
    n_tracks = len(factors) * n_drifters
    wind = rng.normal(0, 5, (n_tracks, hours)) + 1j * rng.normal(
        0, 5, (n_tracks, hours)
    )
    turning = 0.3 * np.exp(1j * np.arange(hours) / 2) * np.ones((n_tracks, 1))
    current = turning.astype(np.complex128)
    kind = np.repeat(np.arange(len(factors)), n_drifters)
    stray = noise * (rng.normal(size=wind.shape) + 1j * rng.normal(size=wind.shape))
    # One offset a drifter: its hours are alike, as those of real drifters are.
    stray += noise * rng.normal(size=(n_tracks, 1))
    velocity = current + np.array(factors)[kind][:, None] * wind + stray
    lat, lon = integrate(
        velocity[:, :-1], lat=np.full(n_tracks, 45.0), lon=np.zeros(n_tracks)
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
    size=st.floats(0.001, 0.06),
    angle=st.floats(-180, 180),
    seed=st.integers(0, 2**16),
)
def test_a_known_factor_is_found_again(size, angle, seed):
    rng = np.random.default_rng(seed)
    wind = rng.normal(size=50) + 1j * rng.normal(size=50)
    factor = size * np.exp(1j * np.radians(angle))
    assert wind_factor(factor * wind, wind) == pytest.approx(factor)


def test_deflection_is_positive_to_the_left_of_the_wind():
    # Wind towards the east, drift towards the east-north-east: left of the wind.
    fitted = wind_factor(np.array([0.2 + 0.1j]), np.array([10.0 + 0j]))
    assert np.degrees(np.angle(fitted)) == pytest.approx(26.565, abs=1e-3)


def test_types_are_fitted_apart_and_pooled():
    fits = fit_windage(made([0.03, 0.01 * np.exp(1j * np.radians(20))]))
    assert [f.kind for f in fits] == ["all", "type 0", "type 1"]
    assert fits[1].factor == pytest.approx(0.03, rel=1e-3)
    assert fits[2].factor == pytest.approx(0.01, rel=1e-3)
    assert fits[2].deflection_deg == pytest.approx(20, abs=0.1)
    assert 0.01 < fits[0].factor < 0.03
    assert fits[1].n_drifters == 6
    assert fits[1].n == 6 * 47
    assert fits[1].shows_windage


def test_the_interval_covers_the_truth_as_often_as_it_says():
    # 60 made seas of 24 drifters; binomial(60, 0.95) is at least 50 with p > 0.9999.
    hits = 0
    for seed in range(60):
        tracks = made([0.02], n_drifters=24, hours=24, noise=0.1, seed=seed)
        fit = fit_windage(tracks, n_resamples=300)[1]
        assert fit.downwind_low is not None
        assert fit.downwind_high is not None
        hits += fit.downwind_low <= 0.02 <= fit.downwind_high
    assert hits >= 50


def test_drifters_that_resist_the_wind_show_none():
    fit = fit_windage(made([0.0], noise=0.1))[1]
    assert not fit.shows_windage
    assert fit.deflection_low_deg is None  # no direction without a drift


def test_one_drifter_has_no_interval():
    fit = fit_windage(made([0.02], n_drifters=1))[1]
    assert fit.factor == pytest.approx(0.02, rel=1e-3)
    assert fit.factor_low is None
    assert not fit.shows_windage


def test_an_angle_near_180_degrees_keeps_a_narrow_interval():
    fit = fit_windage(made([-0.02], noise=0.02, n_drifters=20))[1]
    assert fit.deflection_low_deg is not None
    assert fit.deflection_high_deg is not None
    assert fit.deflection_high_deg - fit.deflection_low_deg < 40


def test_tables_without_wind_or_the_model_are_refused():
    tracks = made([0.02])
    with pytest.raises(InputError, match="models m"):
        fit_windage(tracks, model="other")


@pytest.mark.validation
def test_trex_windage_equals_the_reference_fit():
    if not TREX.is_file():
        pytest.skip("the TReX drifters (../shared/datasets/ocean) are not here")
    fits = {
        f.kind: f for f in fit_windage(read_drifters(TREX).hourly(), model="ciopse")
    }
    # Per cent of the wind, from the ocean data's README; the velocity there is a
    # column of the table, here it is the way between fixes.
    reference = {
        "all": 1.65,
        "Xeos OSKER": 2.8,
        "ISMER Stokes drift tracker": 1.9,
        "IOS SCT": 1.85,
        "UBC": 1.5,
        "iSphere": 1.4,
    }
    for kind, per_cent in reference.items():
        assert 100 * fits[kind].factor == pytest.approx(per_cent, abs=0.06), kind
    assert fits["all"].deflection_deg == pytest.approx(13, abs=1)
    for kind in ("MetOcean CODE/Davis", "Pacific Gyre CARTHE"):
        assert not fits[kind].shows_windage
