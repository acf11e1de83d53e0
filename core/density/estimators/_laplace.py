"""Laplace approximation of the log density at the sites of a survey.

The formulas are those of algorithms 3.1, 3.2 and 5.1 of [1]_, with the derivative by
the overdispersion added. The mean correction is that of [2]_: the mode of a skew
posterior is not its mean, so the mean is moved until it maximises the variational
bound with the variances of the Laplace approximation.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine Learning",
   MIT Press, 2006, sections 3.4 and 5.5.
.. [2] J. van Niekerk, H. Rue, "Low-rank variational Bayes correction to the Laplace
   method", J. Machine Learning Research 25 (2024) 1-25.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from core.density.estimators._likelihood import Counts, Slopes

__all__ = ["Laplace", "corrected_mean", "evidence_slopes", "find_mode"]

FloatArray = npt.NDArray[np.float64]

_MAX_STEPS = 60
#: Newton stops when the bound rises by less than this, in nats.
_TOLERANCE = 1e-7
_HALVINGS = 12
#: Newton steps of the mean correction; the last ones move it by less than 1e-3.
_CORRECTION_STEPS = 4


@dataclass(frozen=True)
class Laplace:
    """A Gaussian stand-in for the posterior of the log density at the sites.

    Attributes
    ----------
    eta : ndarray of float, shape (n_sites,)
        Mode, as a difference from the prior mean.
    weights : ndarray of float, shape (n_sites,)
        ``K^-1 eta``, which carries the mode to other places.
    root_curvature : ndarray of float, shape (n_sites,)
    factor : ndarray of float, shape (n_sites, n_sites)
        Lower Cholesky factor of ``I + W^1/2 K W^1/2``.
    log_evidence : float
        Approximate log marginal likelihood.
    """

    eta: FloatArray
    weights: FloatArray
    root_curvature: FloatArray
    factor: FloatArray
    log_evidence: float


def find_mode(
    counts: Counts,
    covariance: FloatArray,
    prior_mean: float,
    phi: float,
    start: FloatArray | None = None,
) -> Laplace:
    """Find the mode by Newton steps, halved while they do not climb.

    Parameters
    ----------
    counts : Counts
    covariance : ndarray of float, shape (n_sites, n_sites)
        Prior covariance of the log density.
    prior_mean : float
    phi : float
        Overdispersion.
    start : ndarray of float, shape (n_sites,), optional
        ``weights`` of a neighbouring problem.

    Returns
    -------
    Laplace
    """
    weights = np.zeros(counts.n_sites) if start is None else start
    eta = covariance @ weights
    slopes = counts.slopes(eta + prior_mean, phi)
    bound = slopes.value - 0.5 * float(weights @ eta)
    if start is not None:
        weights, eta, slopes, bound = _better_start(
            counts, prior_mean, phi, (weights, eta, slopes, bound)
        )
    for _ in range(_MAX_STEPS):
        root, factor = _factor(covariance, slopes)
        goal = _newton_weights(covariance, slopes, eta, root, factor)
        step = goal - weights
        moved = covariance @ step
        size, rise = 1.0, -np.inf
        for _ in range(_HALVINGS):
            w, e = weights + size * step, eta + size * moved
            s = counts.slopes(e + prior_mean, phi)
            rise = s.value - 0.5 * float(w @ e) - bound
            if rise > -_TOLERANCE:
                break
            size /= 2.0
        if rise <= -_TOLERANCE:
            break
        weights, eta, slopes, bound = w, e, s, bound + rise
        if rise < _TOLERANCE:
            break
    root, factor = _factor(covariance, slopes)
    log_evidence = bound - float(np.log(np.diag(factor)).sum())
    return Laplace(eta, weights, root, factor, log_evidence)


_State = tuple[FloatArray, FloatArray, Slopes, float]


def _better_start(
    counts: Counts, prior_mean: float, phi: float, given: _State
) -> _State:
    """Start from nothing where that is better than the neighbour's mode."""
    zero = np.zeros(counts.n_sites)
    slopes = counts.slopes(zero + prior_mean, phi)
    return given if given[3] >= slopes.value else (zero, zero, slopes, slopes.value)


def _factor(covariance: FloatArray, slopes: Slopes) -> tuple[FloatArray, FloatArray]:
    root = np.sqrt(slopes.curvature)
    b = covariance * root
    b *= root[:, None]
    b.flat[:: len(root) + 1] += 1.0
    factor, _ = lapack.dpotrf(b.T, lower=1, clean=1, overwrite_a=1)
    return root, factor


def _newton_weights(
    covariance: FloatArray,
    slopes: Slopes,
    eta: FloatArray,
    root: FloatArray,
    factor: FloatArray,
) -> FloatArray:
    b = slopes.curvature * eta + slopes.first
    inner, _ = lapack.dpotrs(factor, root * (covariance @ b), lower=1)
    return np.asarray(b - root * inner)


def variances(found: Laplace) -> tuple[FloatArray, FloatArray]:
    """Posterior variance a site, and the inverse of ``I + W^1/2 K W^1/2``."""
    half, _ = lapack.dpotri(found.factor, lower=1)
    inverse = half + np.tril(half, -1).T
    curvature = found.root_curvature**2
    return np.maximum(1.0 - np.diag(inverse), 0.0) / curvature, inverse


def evidence_slopes(
    counts: Counts,
    covariance: FloatArray,
    derivatives: list[FloatArray],
    prior_mean: float,
    phi: float,
    found: Laplace,
) -> FloatArray:
    """Differentiate the log evidence.

    Parameters
    ----------
    derivatives : list of ndarray of float, shape (n_sites, n_sites)
        Of the covariance, by each of its parameters.

    Returns
    -------
    ndarray of float, shape (len(derivatives) + 1,)
        By those parameters, then by ``log(phi)``.
    """
    variance, inverse = variances(found)
    root, a = found.root_curvature, found.weights
    solve = inverse * root
    solve *= root[:, None]  # R = (K + W^-1)^-1
    by_phi = counts.by_overdispersion(found.eta + prior_mean, phi)
    # How the log determinant follows the mode.
    pull = 0.5 * variance * by_phi.third
    out = []
    for d in derivatives:
        b = d @ a
        explicit = 0.5 * float(a @ b) - 0.5 * float(np.vdot(solve, d))
        out.append(explicit + float(pull @ (b - covariance @ (solve @ b))))
    shift = covariance @ by_phi.first
    shift -= covariance @ (solve @ shift)
    explicit = by_phi.value - 0.5 * float(variance @ by_phi.curvature)
    return np.array([*out, explicit + float(pull @ shift)])


def corrected_mean(
    counts: Counts,
    covariance: FloatArray,
    prior_mean: float,
    phi: float,
    found: Laplace,
) -> FloatArray:
    """Weights ``K^-1 mean`` of the corrected mean, shape (n_sites,)."""
    spread = np.sqrt(variances(found)[0])
    weights, eta = found.weights, found.eta
    for _ in range(_CORRECTION_STEPS):
        slopes = counts.smoothed(eta + prior_mean, spread, phi)
        root, factor = _factor(covariance, slopes)
        weights = _newton_weights(covariance, slopes, eta, root, factor)
        eta = covariance @ weights
    return weights
