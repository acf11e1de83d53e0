"""Negative-binomial counts with a log-effort offset, and their derivatives.

A count has mean ``m = effort * density`` and variance ``m + overdispersion * m**2``.
Everything is a function of ``eta``, the log density; terms of the rows of one site are
added up, for they share its density.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, roots_hermitenorm

__all__ = ["Counts", "Slopes", "log_probability"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: exp(60) is 1e26 items: past every count, short of overflow in its square.
_LARGEST_LOG_MEAN = 60.0
#: Curvature below this says nothing; it is kept off zero so that it can be divided by.
_LEAST_CURVATURE = 1e-12
_NODES, _WEIGHTS = roots_hermitenorm(11)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Slopes(NamedTuple):
    """Derivatives of the log-likelihood at one ``eta`` a site."""

    value: float
    first: FloatArray
    #: Minus the second derivative, greater than zero.
    curvature: FloatArray


class ByOverdispersion(NamedTuple):
    """Derivatives by the log of the overdispersion, and the third by ``eta``."""

    value: float
    first: FloatArray
    curvature: FloatArray
    third: FloatArray


@dataclass(frozen=True)
class Counts:
    """Counts with effort; several rows may belong to one site.

    Attributes
    ----------
    site : ndarray of int, shape (n_rows,)
    y : ndarray of float, shape (n_rows,)
    log_effort : ndarray of float, shape (n_rows,)
    n_sites : int
    """

    site: IntArray
    y: FloatArray
    log_effort: FloatArray
    n_sites: int

    def slopes(self, eta: FloatArray, phi: float) -> Slopes:
        """Log-likelihood and its first two derivatives."""
        log_mean, mean = self._mean(eta)
        t = 1.0 + phi * mean
        first = (self.y - mean) / t
        curvature = mean * (1.0 + phi * self.y) / t**2
        value = float(_log_nb(self.y, log_mean, phi).sum())
        return Slopes(value, self._sum(first), self._floor(self._sum(curvature)))

    def smoothed(self, eta: FloatArray, spread: FloatArray, phi: float) -> Slopes:
        """Average derivatives over a normal ``eta`` of the given deviation a site."""
        first, curvature = np.zeros(self.n_sites), np.zeros(self.n_sites)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            _, mean = self._mean(eta + node * spread)
            t = 1.0 + phi * mean
            first += weight * self._sum((self.y - mean) / t)
            curvature += weight * self._sum(mean * (1.0 + phi * self.y) / t**2)
        return Slopes(0.0, first, self._floor(curvature))

    def by_overdispersion(self, eta: FloatArray, phi: float) -> ByOverdispersion:
        """Differentiate value, first and curvature by ``log(phi)``; and the third."""
        _, mean = self._mean(eta)
        t = 1.0 + phi * mean
        r = 1.0 / phi
        by_r = (
            digamma(self.y + r)
            - digamma(r)
            - np.log1p(phi * mean)
            + (mean - self.y) / (r + mean)
        )
        first = -phi * mean * (self.y - mean) / t**2
        curvature = phi * mean * (self.y / t**2 - 2 * mean * (1 + phi * self.y) / t**3)
        third = -(1.0 + phi * self.y) * mean * (1.0 - phi * mean) / t**3
        return ByOverdispersion(
            float(-r * by_r.sum()),
            self._sum(first),
            self._sum(curvature),
            self._sum(third),
        )

    def _mean(self, eta: FloatArray) -> tuple[FloatArray, FloatArray]:
        log_mean = np.minimum(eta[self.site] + self.log_effort, _LARGEST_LOG_MEAN)
        return log_mean, np.exp(log_mean)

    def _sum(self, terms: FloatArray) -> FloatArray:
        total = np.bincount(self.site, weights=terms, minlength=self.n_sites)
        return np.asarray(total, dtype=np.float64)

    @staticmethod
    def _floor(curvature: FloatArray) -> FloatArray:
        return np.maximum(curvature, _LEAST_CURVATURE)


def log_probability(
    y: FloatArray, log_mean: FloatArray, phi: float | FloatArray
) -> FloatArray:
    """Log of the negative-binomial probability of counts.

    Parameters
    ----------
    y, log_mean : ndarray of float
        Counts and the logs of their means; they broadcast.
    phi : float or ndarray of float
        Overdispersion; greater than zero.

    Returns
    -------
    ndarray of float
    """
    return _log_nb(y, np.minimum(log_mean, _LARGEST_LOG_MEAN), phi)


def _log_nb(y: FloatArray, log_mean: FloatArray, phi: float | FloatArray) -> FloatArray:
    r = 1.0 / np.asarray(phi)
    log_t = np.log1p(phi * np.exp(log_mean))
    return np.asarray(
        y * (log_mean + np.log(phi) - log_t)
        - r * log_t
        + gammaln(y + r)
        - gammaln(r)
        - gammaln(y + 1.0)
    )
