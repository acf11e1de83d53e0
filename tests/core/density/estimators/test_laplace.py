"""The Laplace posterior against numerical integration and long sampling."""

import numpy as np
import pytest
from scipy.stats import norm

from core.density.estimators._covariance import (
    SMOOTHNESS,
    correlation,
    correlation_by_log_range,
)
from core.density.estimators._laplace import (
    corrected_mean,
    evidence_slopes,
    find_mode,
    variances,
)
from core.density.estimators._likelihood import Counts, log_probability

LEVEL = 0.5


def _counts(y, effort):
    y = np.asarray(y, dtype=float)
    return Counts(
        np.arange(len(y)), y, np.log(np.broadcast_to(effort, y.shape)), len(y)
    )


def _log_likelihood(counts, eta, phi):
    """Sum over rows for many ``eta``, shape (..., n_sites)."""
    log_mean = LEVEL + eta + counts.log_effort
    return log_probability(counts.y, log_mean, phi).sum(axis=-1)


@pytest.mark.parametrize("y", [0.0, 1.0, 7.0, 300.0])
@pytest.mark.parametrize("phi", [1e-4, 0.5])
@pytest.mark.parametrize("variance", [0.2, 2.0])
def test_one_site_agrees_with_integration(y, phi, variance):
    counts = _counts([y], 1.3)
    covariance = np.array([[variance]])
    found = find_mode(counts, covariance, LEVEL, phi)
    eta = np.linspace(-12.0, 12.0, 20_001)
    step = eta[1] - eta[0]
    log_joint = _log_likelihood(counts, eta[:, None], phi)
    log_joint += norm.logpdf(eta, 0.0, np.sqrt(variance))
    evidence = np.exp(log_joint).sum() * step
    posterior = np.exp(log_joint) / np.exp(log_joint).sum()
    mean = (posterior * eta).sum()
    deviation = np.sqrt((posterior * (eta - mean) ** 2).sum())
    assert found.log_evidence == pytest.approx(np.log(evidence), abs=0.06)
    ours = covariance @ corrected_mean(counts, covariance, LEVEL, phi, found)
    assert abs(ours[0] - mean) < 0.07 * deviation
    # The mode alone is up to a third of a deviation away.
    assert abs(ours[0] - mean) <= abs(found.eta[0] - mean) + 0.01 * deviation
    assert np.sqrt(variances(found)[0][0]) == pytest.approx(deviation, rel=0.15)


def test_two_sites_agree_with_integration():
    """The second site was hardly searched: it learns from the first."""
    counts = _counts([6.0, 0.0], [2.0, 0.05])
    covariance = np.array([[1.0, 0.7], [0.7, 1.0]])
    found = find_mode(counts, covariance, LEVEL, 0.2)
    grid = np.linspace(-6.0, 6.0, 601)
    eta = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1)
    quadratic = np.einsum("...i,ij,...j", eta, np.linalg.inv(covariance), eta)
    posterior = np.exp(_log_likelihood(counts, eta, 0.2) - 0.5 * quadratic)
    posterior /= posterior.sum()
    mean = np.einsum("ij,ijk->k", posterior, eta)
    spread = np.sqrt(np.einsum("ij,ijk->k", posterior, (eta - mean) ** 2))
    ours = covariance @ corrected_mean(counts, covariance, LEVEL, 0.2, found)
    np.testing.assert_allclose(ours, mean, atol=0.02)
    np.testing.assert_allclose(np.sqrt(variances(found)[0]), spread, rtol=0.05)


def test_ten_sites_agree_with_elliptical_slice_sampling():
    """5 % and 95 % limits within a tenth of the interval of 60,000 draws.

    The sampler is that of I. Murray, R. P. Adams, D. J. C. MacKay, "Elliptical slice
    sampling", AISTATS 2010; it makes no approximation.
    """
    rng = np.random.default_rng(11)
    place = rng.uniform(0.0, 10.0, (10, 2))
    distance = np.linalg.norm(place[:, None] - place[None], axis=-1)
    covariance = 1.2 * correlation(distance, 6.0, 1.5)
    effort = rng.uniform(0.05, 2.0, 10)
    eta = np.linalg.cholesky(covariance) @ rng.standard_normal(10)
    y = rng.poisson(effort * np.exp(LEVEL + eta)).astype(float)
    assert (y == 0).any()
    counts = _counts(y, effort)
    draws = _elliptical_slices(counts, covariance, 0.1, 60_000, rng)
    found = find_mode(counts, covariance, LEVEL, 0.1)
    mean = covariance @ corrected_mean(counts, covariance, LEVEL, 0.1, found)
    spread = np.sqrt(variances(found)[0])
    width = 2.0 * 1.645 * spread
    for p in (0.05, 0.95):
        error = mean + norm.ppf(p) * spread - np.quantile(draws, p, axis=0)
        assert (np.abs(error) < 0.1 * width).all()
    assert (np.abs(mean - draws.mean(axis=0)) < 0.05 * spread).all()


def _elliptical_slices(counts, covariance, phi, n, rng):
    root = np.linalg.cholesky(covariance)
    eta = np.zeros(len(covariance))
    out = np.empty((n, len(eta)))
    for k in range(n):
        other = root @ rng.standard_normal(len(eta))
        floor = _log_likelihood(counts, eta, phi) + np.log(rng.uniform())
        angle = rng.uniform(0.0, 2.0 * np.pi)
        low, high = angle - 2.0 * np.pi, angle
        while True:
            moved = eta * np.cos(angle) + other * np.sin(angle)
            if _log_likelihood(counts, moved, phi) > floor:
                break
            low, high = (angle, high) if angle < 0.0 else (low, angle)
            angle = rng.uniform(low, high)
        eta = out[k] = moved
    return out[n // 20 :]


@pytest.mark.parametrize("nu", SMOOTHNESS)
def test_slopes_of_the_evidence_are_its_differences(nu):
    rng = np.random.default_rng(3)
    distance = np.abs(np.subtract.outer(*[rng.uniform(0.0, 10.0, 12)] * 2))
    counts = _counts(rng.poisson(4.0, 12), 1.5)

    def evidence(log_range, log_spread, log_phi):
        covariance = np.exp(2 * log_spread) * correlation(
            distance, np.exp(log_range), nu
        )
        covariance += 9.0
        return find_mode(counts, covariance, LEVEL, np.exp(log_phi)), covariance

    at = np.array([1.0, -0.2, -1.0])
    found, covariance = evidence(*at)
    by_range = np.exp(2 * at[1]) * correlation_by_log_range(distance, np.exp(at[0]), nu)
    slopes = evidence_slopes(
        counts,
        covariance,
        [by_range, 2.0 * (covariance - 9.0)],
        LEVEL,
        np.exp(at[2]),
        found,
    )
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-3
        up, down = (evidence(*(at + s))[0].log_evidence for s in (step, -step))
        assert slopes[k] == pytest.approx((up - down) / 2e-3, rel=1e-3, abs=1e-4)


def test_a_neighbours_mode_as_start_changes_nothing():
    rng = np.random.default_rng(5)
    counts = _counts(rng.poisson(30.0, 20), 2.0)
    distance = np.abs(np.subtract.outer(np.arange(20.0), np.arange(20.0)))
    covariance = 2.0 * correlation(distance, 5.0, 1.5)
    plain = find_mode(counts, covariance, LEVEL, 0.1)
    for start in (rng.normal(0.0, 1.0, 20), np.full(20, 40.0)):
        started = find_mode(counts, covariance, LEVEL, 0.1, start)
        np.testing.assert_allclose(started.eta, plain.eta, atol=2e-3)
        assert started.log_evidence == pytest.approx(plain.log_evidence, abs=1e-3)


def test_counts_of_a_million_do_not_overflow():
    counts = _counts([1e6, 0.0, 12.0], [10.0, 0.001, 1.0])
    found = find_mode(counts, np.eye(3) * 4.0, LEVEL, 0.01)
    assert np.isfinite(found.eta).all()
    assert found.eta[0] > 5.0
