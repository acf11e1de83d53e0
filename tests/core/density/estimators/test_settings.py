"""The posterior of range, spread and overdispersion."""

import numpy as np
import pytest
from scipy.stats import norm

from core.density.estimators._mixture import NormalMixture
from core.density.estimators._settings import (
    Prior,
    Settings,
    design,
    find_modes,
    settings_prior,
)

PRIOR = Prior(np.zeros(3), np.full(3, 10.0))


def _normal(mean, covariance):
    """A log posterior with a known mean and covariance, and its slope."""
    precision = np.linalg.inv(covariance)

    def objective(logs):
        gap = logs - mean
        return float(-0.5 * gap @ precision @ gap), -precision @ gap

    return objective


def test_the_design_has_the_moments_of_a_normal_posterior():
    mean = np.array([1.0, -0.5, 2.0])
    covariance = np.array([[1.0, 0.6, 0.0], [0.6, 0.8, -0.2], [0.0, -0.2, 0.5]])
    objective = _normal(mean, covariance)
    mode = find_modes(objective, PRIOR, [np.zeros(3)], 1e-12)[0]
    np.testing.assert_allclose(mode, mean, atol=1e-2)
    points = design(objective, PRIOR, mean)
    weight = np.array([np.exp(p.log_volume + objective(p.logs)[0]) for p in points])
    # The mass of the normal without its constant.
    mass = np.sqrt(np.linalg.det(covariance))
    assert weight.sum() == pytest.approx(mass, rel=1e-6)
    logs = np.array([p.logs for p in points])
    weight /= weight.sum()
    np.testing.assert_allclose(weight @ logs, mean, atol=1e-6)
    gap = logs - mean
    np.testing.assert_allclose((weight * gap.T) @ gap, covariance, atol=1e-6)


def test_two_modes_are_both_found():
    def objective(logs):
        heights = [_normal(np.full(3, m), np.eye(3) * 0.1)(logs) for m in (-6.0, 6.0)]
        value, slope = max(heights, key=lambda one: one[0])
        return value, slope

    starts = [np.full(3, s) for s in (-5.0, 5.0, 5.5)]
    modes = find_modes(objective, PRIOR, starts, 1e-12)
    assert sorted(m[0].round(2) for m in modes) == [-6.0, 6.0]


def test_the_prior_of_the_range_lies_between_spacing_and_extent():
    prior = settings_prior(5.0, 500.0)
    assert Settings.of(prior.centre).range_km == pytest.approx(50.0)
    z = (np.log([5.0, 500.0]) - prior.centre[0]) / prior.deviation[0]
    np.testing.assert_allclose(z, [-1.25, 1.25])


def test_quantiles_of_one_normal_are_exact():
    one = NormalMixture(np.array([[2.0]]), np.array([[3.0]]), np.ones(1))
    for p in (0.05, 0.5, 0.975):
        assert one.quantile(p)[0] == pytest.approx(norm.ppf(p, 2.0, 3.0), abs=1e-6)
    assert one.expected_exp()[0] == pytest.approx(np.exp(2.0 + 4.5))


def test_quantiles_of_a_mixture_have_their_probability():
    mixture = NormalMixture(
        np.array([[0.0, 1.0], [4.0, 1.0]]),
        np.array([[1.0, 0.5], [0.2, 2.0]]),
        np.array([0.3, 0.7]),
    )
    for p in (0.05, 0.3, 0.95):
        np.testing.assert_allclose(
            mixture.cumulative(mixture.quantile(p)), p, atol=1e-6
        )
