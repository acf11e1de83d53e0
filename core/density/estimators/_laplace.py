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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from core.density.estimators._likelihood import Counts, Slopes

__all__ = ["Laplace", "corrected_mean", "evidence_slopes", "find_mode"]

FloatArray = npt.NDArray[np.float64]

_MAX_STEPS = 60
#: Newton stops when the bound rises by less than this, in nats; what is left to climb
#: is about its square.
_TOLERANCE = 1e-4
_HALVINGS = 12
#: The mean correction stops when it moves by less than this share of a deviation.
_CORRECTION_STEPS, _CORRECTION_MOVE = 12, 0.02


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
        ``eta`` of a neighbouring problem.

    Returns
    -------
    Laplace
    """
    at = _start(counts, covariance, prior_mean, phi, start)
    for _ in range(_MAX_STEPS):
        after = _step(counts, covariance, prior_mean, phi, at)
        rise = after.bound - at.bound
        if rise > 0.0:
            at = after
        if rise < _TOLERANCE:
            break
    root, factor = _factor(covariance, at.slopes)
    log_evidence = at.bound - float(np.log(np.diag(factor)).sum())
    return Laplace(at.eta, at.weights, root, factor, log_evidence)


class _State(NamedTuple):
    weights: FloatArray
    eta: FloatArray
    slopes: Slopes
    bound: float


def _start(
    counts: Counts,
    covariance: FloatArray,
    prior_mean: float,
    phi: float,
    eta: FloatArray | None,
) -> _State:
    """Begin one step from a neighbour's mode, or at the prior mean if that is better.

    The neighbour's mode cannot be taken as it is: its weights belong to another
    covariance.
    """
    zero = np.zeros(counts.n_sites)
    flat = _state(counts, prior_mean, phi, zero, zero)
    if eta is None:
        return flat
    slopes = counts.slopes(eta + prior_mean, phi)
    root, factor = _factor(covariance, slopes)
    weights = _newton_weights(covariance, slopes, eta, root, factor)
    near = _state(counts, prior_mean, phi, weights, covariance @ weights)
    return near if near.bound > flat.bound else flat


def _step(
    counts: Counts, covariance: FloatArray, prior_mean: float, phi: float, at: _State
) -> _State:
    root, factor = _factor(covariance, at.slopes)
    goal = _newton_weights(covariance, at.slopes, at.eta, root, factor)
    step = goal - at.weights
    moved = covariance @ step
    size, after = 1.0, at
    for _ in range(_HALVINGS):
        after = _state(
            counts, prior_mean, phi, at.weights + size * step, at.eta + size * moved
        )
        if after.bound >= at.bound:
            break
        size /= 2.0
    return after


def _state(
    counts: Counts,
    prior_mean: float,
    phi: float,
    weights: FloatArray,
    eta: FloatArray,
) -> _State:
    slopes = counts.slopes(eta + prior_mean, phi)
    bound = slopes.value - 0.5 * float(weights @ eta)
    return _State(weights, eta, slopes, bound)


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
    slopes = counts.smoothed(found.eta + prior_mean, spread, phi)
    # One factor serves all steps: the smoothed curvature hardly changes with the mean.
    root, factor = _factor(covariance, slopes)
    weights, eta = found.weights, found.eta
    for _ in range(_CORRECTION_STEPS):
        held = Slopes(0.0, slopes.first, root**2)
        weights = _newton_weights(covariance, held, eta, root, factor)
        before, eta = eta, covariance @ weights
        if (np.abs(eta - before) < _CORRECTION_MOVE * spread).all():
            break
        slopes = counts.smoothed(eta + prior_mean, spread, phi)
    return weights
