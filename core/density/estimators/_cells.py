"""Exact Poisson intervals at the places that were searched, one by one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.spatial import cKDTree
from scipy.special import gammaincinv

from core.density.estimators._counting import CountMixture
from core.density.estimators._likelihood import log_probability
from core.density.estimators._survey import Survey

__all__ = ["CellRates", "fit_cells", "gamma_interval"]

FloatArray = npt.NDArray[np.float64]

#: Jeffreys' prior of a Poisson rate, used where a distribution is asked for.
_JEFFREYS = 0.5
#: Two places are one where they lie nearer than this: 10 m on the ground.
_SAME_PLACE_KM = 0.01
#: Limits of the log shape of the gamma that cells are drawn from.
_LOG_SHAPE = (-4.0, 8.0)


def gamma_interval(
    n: FloatArray, effort_km2: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Garwood's limits for a count that need not be whole.

    For whole counts it is :func:`core.density.poisson_interval`: two equal tails, and
    for a count of zero one tail above.
    """
    alpha = 1.0 - confidence
    seen = n > 0.0
    low = np.where(seen, gammaincinv(np.where(seen, n, 1.0), alpha / 2.0), 0.0)
    upper = np.where(seen, 1.0 - alpha / 2.0, 1.0 - alpha)
    return low / effort_km2, gammaincinv(n + 1.0, upper) / effort_km2


@dataclass(frozen=True)
class CellRates:
    """Counts and effort of each place, and the gamma that places are drawn from."""

    places: FloatArray
    items: FloatArray
    effort_km2: FloatArray
    prior_shape: float
    prior_effort_km2: float

    def predict(
        self, places: FloatArray, _covariates: FloatArray, confidence: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Density and limits; elsewhere those of a place drawn like the searched."""
        at, known = self._lookup(places)
        n, effort = self.items[at], self.effort_km2[at]
        low, high = gamma_interval(n, effort, confidence)
        pooled = self.items.sum() / self.effort_km2.sum()
        tail = (1.0 - confidence) / 2.0
        new_low, new_high = (
            float(gammaincinv(self.prior_shape, p)) / self.prior_effort_km2
            for p in (tail, 1.0 - tail)
        )
        if pooled == 0.0:
            new_low = 0.0
        return (
            np.where(known, n / effort, pooled),
            np.where(known, low, min(new_low, pooled)),
            np.where(known, high, max(new_high, pooled)),
        )

    def counting(
        self, places: FloatArray, _covariates: FloatArray, log_effort: FloatArray
    ) -> CountMixture:
        """Gamma-Poisson distribution of new counts."""
        shape, effort = self._gamma(places)
        return CountMixture.gamma_poisson(shape, effort, log_effort)

    def draw(
        self, places: FloatArray, _covariates: FloatArray, n: int, seed: int
    ) -> FloatArray:
        """Independent draws of the densities, shape (n, n_places)."""
        shape, effort = self._gamma(places)
        rng = np.random.default_rng(seed)
        return np.asarray(rng.gamma(shape, 1.0 / effort, size=(n, len(shape))))

    def _gamma(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        at, known = self._lookup(places)
        return (
            np.where(known, self.items[at] + _JEFFREYS, self.prior_shape),
            np.where(known, self.effort_km2[at], self.prior_effort_km2),
        )

    def _lookup(
        self, places: FloatArray
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        distance, at = cKDTree(self.places).query(places)
        return np.asarray(at, dtype=np.int64), np.asarray(distance <= _SAME_PLACE_KM)


def fit_cells(survey: Survey) -> CellRates:
    """Pool counts and effort at each place."""
    items, effort = survey.items, survey.effort_km2
    shape, prior_effort = _drawn_from(items, effort)
    return CellRates(survey.places, items, effort, shape, prior_effort)


def _drawn_from(items: FloatArray, effort: FloatArray) -> tuple[float, float]:
    """Shape and effort of the gamma whose negative binomial fits the counts best.

    Its mean is the pooled density. A single place, or no item, does not tell a shape;
    then it is Jeffreys' prior seen through one place.
    """
    if len(items) < 2 or items.sum() == 0.0:
        n = float(items.sum())
        return n + _JEFFREYS, float(np.median(effort))
    pooled = float(items.sum() / effort.sum())
    log_mean = np.log(pooled * effort)

    def loss(log_shape: float) -> float:
        return -float(log_probability(items, log_mean, np.exp(-log_shape)).sum())

    found = minimize_scalar(loss, bounds=_LOG_SHAPE, method="bounded")
    shape = float(np.exp(found.x))
    return shape, shape / pooled
