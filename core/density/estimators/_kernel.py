"""Kernel ratio: smoothed counts over smoothed effort, as an instant preview.

The ratio of two kernel sums is the estimator of [1]_ for a rate from points with a
known exposure. Its interval takes the weighted counts as one gamma-distributed count,
spread by the overdispersion that the counts show when each is predicted from the rest.

References
----------
.. [1] J. F. Bithell, "An application of density estimation to geographical
   epidemiology", Statistics in Medicine 9 (1990) 691-701.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from core.density.estimators._cells import gamma_interval
from core.density.estimators._counting import CountMixture
from core.density.estimators._survey import Survey
from core.density.estimators.places import (
    distances_km,
    extent_km,
    typical_spacing_km,
)

__all__ = ["KernelRatio", "fit_kernel"]

FloatArray = npt.NDArray[np.float64]

#: Weight that every site keeps at any distance, so that the ratio is the pooled density
#: where no kernel reaches, with an interval that says almost nothing.
_LEAST_WEIGHT = 1e-3
_N_BANDWIDTHS = 16
#: The bandwidth is looked for between half the spacing and half the extent.
_SHARE = 0.5
_JEFFREYS = 0.5
#: A leave-one-out mean below this is taken as this, so that its log is finite.
_LEAST_MEAN = 1e-9
_BLOCK = 4_000


@dataclass(frozen=True)
class KernelRatio:
    """Sites with their counts and effort, a bandwidth and an overdispersion."""

    places: FloatArray
    items: FloatArray
    effort_km2: FloatArray
    bandwidth_km: float
    dispersion: float

    def predict(
        self, places: FloatArray, _covariates: FloatArray, confidence: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Density and gamma limits at places."""
        n, effort = self._sums(places)
        low, high = gamma_interval(
            n / self.dispersion, effort / self.dispersion, confidence
        )
        return n / effort, low, high

    def counting(
        self, places: FloatArray, _covariates: FloatArray, log_effort: FloatArray
    ) -> CountMixture:
        """Gamma-Poisson distribution of new counts."""
        shape, effort = self._gamma(places)
        return CountMixture.gamma_poisson(shape, effort, log_effort)

    def draw(
        self, places: FloatArray, _covariates: FloatArray, n: int, seed: int
    ) -> FloatArray:
        """Draws of the densities, shape (n, n_places), all high or low together.

        Neighbouring places share their counts, so one probability a draw serves all;
        totals are then uncertain rather than falsely exact.
        """
        shape, effort = self._gamma(places)
        chance = np.random.default_rng(seed).uniform(size=(n, 1))
        return np.asarray(gammaincinv(shape, chance) / effort)

    def _gamma(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        n, effort = self._sums(places)
        return n / self.dispersion + _JEFFREYS, effort / self.dispersion

    def _sums(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        n, effort = np.empty(len(places)), np.empty(len(places))
        for begin in range(0, len(places), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            weight = _weights(
                distances_km(places[part], self.places), self.bandwidth_km
            )
            n[part], effort[part] = weight @ self.items, weight @ self.effort_km2
        return n, effort


def fit_kernel(survey: Survey) -> KernelRatio:
    """Choose the bandwidth by which each count is best predicted from the others."""
    items, effort = survey.items, survey.effort_km2
    if survey.n_places < 2:
        return KernelRatio(survey.places, items, effort, 1.0, 1.0)
    distance = distances_km(survey.places, survey.places)
    spacing, extent = typical_spacing_km(survey.places), extent_km(survey.places)
    tried = np.geomspace(
        _SHARE * max(spacing, 1e-3 * extent), _SHARE * extent, _N_BANDWIDTHS
    )
    means = [_left_out_mean(distance, items, effort, h) for h in tried]
    scores = [float((items * np.log(mean) - mean).sum()) for mean in means]
    best = int(np.argmax(scores))
    excess = float(((items - means[best]) ** 2).sum() / means[best].sum())
    return KernelRatio(
        survey.places, items, effort, float(tried[best]), max(excess, 1.0)
    )


def _weights(distance_km: FloatArray, bandwidth_km: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * (distance_km / bandwidth_km) ** 2) + _LEAST_WEIGHT)


def _left_out_mean(
    distance: FloatArray, items: FloatArray, effort: FloatArray, bandwidth_km: float
) -> FloatArray:
    weight = _weights(distance, bandwidth_km)
    np.fill_diagonal(weight, 0.0)
    rate = (weight @ items) / (weight @ effort)
    return np.maximum(rate * effort, _LEAST_MEAN)
