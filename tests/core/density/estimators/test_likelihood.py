"""Negative-binomial counts against scipy and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from core.density.estimators._counting import CountMixture
from core.density.estimators._likelihood import Counts, log_probability


@given(y=st.integers(0, 2_000), mean=st.floats(0.01, 3_000.0), phi=st.floats(1e-3, 5.0))
def test_it_is_the_negative_binomial_of_scipy(y, mean, phi):
    """Size ``1 / phi``, mean ``mean``: variance ``mean + phi mean**2``."""
    size = 1.0 / phi
    expected = nbinom.logpmf(y, size, size / (size + mean))
    ours = log_probability(np.array([float(y)]), np.log(np.array([mean])), phi)
    assert ours[0] == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_without_overdispersion_it_is_poisson():
    y = np.arange(30.0)
    ours = log_probability(y, np.full(30, np.log(8.0)), 1e-8)
    np.testing.assert_allclose(ours, poisson.logpmf(y, 8.0), atol=1e-5)


def _rows():
    """Five rows at three sites."""
    site = np.array([2, 0, 1, 0, 2])
    return Counts(site, np.array([3.0, 0, 50, 1, 7]), np.log([1.0, 2, 0.5, 1, 3]), 3)


@pytest.mark.parametrize("phi", [1e-3, 0.3, 4.0])
def test_slopes_are_differences(phi):
    counts, eta, h = _rows(), np.array([0.1, 2.0, -0.5]), 1e-5
    slopes = counts.slopes(eta, phi)
    for k in range(3):
        step = np.zeros(3)
        step[k] = h
        up, down = counts.slopes(eta + step, phi), counts.slopes(eta - step, phi)
        assert slopes.first[k] == pytest.approx(
            (up.value - down.value) / 2 / h, rel=1e-5
        )
        curved = -(up.first[k] - down.first[k]) / 2 / h
        assert slopes.curvature[k] == pytest.approx(curved, rel=1e-5)
        third = -(up.curvature[k] - down.curvature[k]) / 2 / h
        found = counts.by_overdispersion(eta, phi).third[k]
        assert found == pytest.approx(third, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("phi", [1e-3, 0.3, 4.0])
def test_slopes_by_overdispersion_are_differences(phi):
    counts, eta, h = _rows(), np.array([0.1, 2.0, -0.5]), 1e-5
    by_phi = counts.by_overdispersion(eta, phi)
    up, down = (counts.slopes(eta, phi * np.exp(s)) for s in (h, -h))
    assert by_phi.value == pytest.approx((up.value - down.value) / 2 / h, rel=1e-4)
    np.testing.assert_allclose(by_phi.first, (up.first - down.first) / 2 / h, rtol=1e-4)
    np.testing.assert_allclose(
        by_phi.curvature, (up.curvature - down.curvature) / 2 / h, rtol=1e-4
    )


def test_smoothed_slopes_are_those_at_the_point_where_there_is_no_spread():
    counts, eta = _rows(), np.array([0.1, 2.0, -0.5])
    plain, smooth = counts.slopes(eta, 0.3), counts.smoothed(eta, np.zeros(3), 0.3)
    np.testing.assert_allclose(smooth.first, plain.first)
    np.testing.assert_allclose(smooth.curvature, plain.curvature)


def test_smoothed_poisson_slopes_have_a_closed_form():
    """The mean of a log-normal is ``exp(eta + variance / 2)``."""
    counts = Counts(np.array([0]), np.array([5.0]), np.zeros(1), 1)
    smooth = counts.smoothed(np.array([0.7]), np.array([0.8]), 1e-9)
    assert smooth.first[0] == pytest.approx(5.0 - np.exp(0.7 + 0.32), rel=1e-6)


def test_quantiles_of_counts_are_those_of_scipy():
    log_mean, phi = np.log(np.array([[0.01, 3.0, 4e5]])), np.array([[0.5]])
    mixture = CountMixture(log_mean, phi, np.zeros(1))
    for p in (0.05, 0.5, 0.95):
        expected = nbinom.ppf(p, 2.0, 2.0 / (2.0 + np.exp(log_mean[0])))
        np.testing.assert_array_equal(mixture.quantile(p), expected)
