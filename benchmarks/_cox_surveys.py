"""Simulated log-Gaussian Cox surveys, and the peers that fit them.

A square of 24 x 24 cells of 5 km. The log density of the cells is a Gaussian field with
Matern covariance; counts are negative binomial. A ship searches some rows of cells
with an effort that differs from cell to cell and skips some; the cells beside its
tracks are held out, and each has a count that no estimator sees.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import cdist
from scipy.stats import gamma, nbinom, poisson
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

__all__ = ["PEERS", "SCENARIOS", "Scenario", "SimulatedSurvey", "simulate"]

FloatArray = npt.NDArray[np.float64]

_SIDE, _CELL_KM = 24, 5.0
#: Share of the cells of a searched row that are searched.
_KEPT = 0.85


@dataclass(frozen=True)
class Scenario:
    """What a survey is drawn from; logs are natural."""

    range_km: float
    spread: float
    log_density: float
    overdispersion: float
    #: Least and largest effort of a cell, km2.
    effort_km2: tuple[float, float]
    #: Share of the rows that are searched.
    searched: float


SCENARIOS = {
    "smooth": Scenario(60.0, 1.0, 3.0, 0.0, (0.1, 1.0), 0.4),
    "overdispersed": Scenario(40.0, 1.0, 3.0, 1.0, (0.1, 1.0), 0.4),
    "patchy": Scenario(15.0, 1.8, 1.5, 0.2, (0.1, 1.0), 0.4),
    "sparse": Scenario(40.0, 1.0, -1.0, 0.1, (0.1, 1.0), 0.3),
}


@dataclass(frozen=True)
class SimulatedSurvey:
    """Cells with their true density, and the part of them that was searched."""

    x_km: FloatArray
    density: FloatArray
    count: FloatArray
    effort_km2: FloatArray
    searched: npt.NDArray[np.bool_]


def simulate(scenario: Scenario, seed: int) -> SimulatedSurvey:
    """Draw a survey; one without any item is drawn again."""
    rng = np.random.default_rng(seed)
    axis = (np.arange(_SIDE) + 0.5) * _CELL_KM
    x = np.array([(a, b) for a in axis for b in axis])
    scaled = cdist(x, x) * np.sqrt(12.0) / scenario.range_km
    covariance = (1.0 + scaled) * np.exp(-scaled) + 1e-8 * np.eye(len(x))
    root = np.linalg.cholesky(covariance)
    while True:
        field = scenario.spread * (root @ rng.standard_normal(len(x)))
        density = np.exp(scenario.log_density + field)
        n_rows = round(scenario.searched * _SIDE)
        rows = rng.choice(_SIDE, n_rows, replace=False)
        searched = np.isin(np.repeat(np.arange(_SIDE), _SIDE), rows)
        searched &= rng.random(len(x)) < _KEPT
        least, most = np.log(scenario.effort_km2)
        effort = np.exp(rng.uniform(least, most, len(x)))
        mean = density * effort
        if scenario.overdispersion > 0.0:
            size = 1.0 / scenario.overdispersion
            mean = mean * rng.gamma(size, 1.0 / size, len(x))
        count = rng.poisson(mean).astype(float)
        if count[searched].sum() > 0:
            return SimulatedSurvey(x, density, count, effort, searched)


# Each peer: log probability of the held-out counts, and the 5 % and 95 % limits of the
# density of every cell where it has them.
Peer = Callable[
    [SimulatedSurvey], tuple[FloatArray, tuple[FloatArray, FloatArray] | None]
]


def _negative_binomial(
    y: FloatArray, mean: FloatArray, phi: float | FloatArray
) -> FloatArray:
    size = 1.0 / phi
    return np.asarray(nbinom.logpmf(y, size, size / (size + mean)))


def _best(loss: Callable[[float], float], low: float, high: float) -> float:
    found = minimize_scalar(loss, bounds=(low, high), method="bounded")
    return float(found.x)


def gamma_poisson(
    survey: SimulatedSurvey,
) -> tuple[FloatArray, tuple[FloatArray, FloatArray] | None]:
    """Cell by cell: a gamma prior fitted to all searched cells (empirical Bayes)."""
    y, effort = survey.count[survey.searched], survey.effort_km2[survey.searched]
    pooled = y.sum() / effort.sum()

    def loss(log_phi: float) -> float:
        return -_negative_binomial(y, pooled * effort, np.exp(log_phi)).sum()

    phi = np.exp(_best(loss, -9.0, 5.0))
    shape, rate = np.full(len(survey.x_km), 1.0 / phi), 1.0 / phi / pooled
    rate = np.where(survey.searched, rate + survey.effort_km2, rate)
    shape = shape + np.where(survey.searched, survey.count, 0.0)
    new = ~survey.searched
    score = _negative_binomial(
        survey.count[new], pooled * survey.effort_km2[new], float(phi)
    )
    return score, (gamma.ppf(0.05, shape) / rate, gamma.ppf(0.95, shape) / rate)


def kernel_ratio(
    survey: SimulatedSurvey,
) -> tuple[FloatArray, tuple[FloatArray, FloatArray] | None]:
    """Smoothed counts over smoothed effort, with fitted overdispersion.

    Its bandwidth and overdispersion are those that predict each count best from the
    others: it is given all it can have.
    """
    seen = survey.searched
    y, effort = survey.count[seen], survey.effort_km2[seen]
    distance = cdist(survey.x_km, survey.x_km[seen])
    best: tuple[float, float, float] = (-np.inf, 0.0, 0.0)
    for bandwidth in np.geomspace(3.0, 120.0, 15):
        weight = np.exp(-0.5 * (distance[seen] / bandwidth) ** 2) + 1e-6
        np.fill_diagonal(weight, 0.0)
        mean = np.maximum((weight @ y) / (weight @ effort) * effort, 1e-3)

        def loss(log_phi: float, mean: FloatArray = mean) -> float:
            return -_negative_binomial(y, mean, np.exp(log_phi)).sum()

        log_phi = _best(loss, -9.0, 5.0)
        best = max(best, (-loss(log_phi), float(bandwidth), log_phi))
    weight = np.exp(-0.5 * (distance / best[1]) ** 2) + 1e-6
    rate = (weight @ y) / (weight @ effort)
    mean = np.maximum(rate * survey.effort_km2, 1e-3)[~seen]
    return _negative_binomial(survey.count[~seen], mean, float(np.exp(best[2]))), None


def kde_without_effort(
    survey: SimulatedSurvey,
) -> tuple[FloatArray, tuple[FloatArray, FloatArray] | None]:
    """Kernel density of the items alone, as a heat map draws it.

    It knows where items were seen, not how long anybody looked. Scott's bandwidth; it
    is scaled so that the searched cells get the number of items seen, and is given a
    fitted overdispersion, both more than a heat map has.
    """
    seen = survey.searched
    y = survey.count[seen]
    spread = np.sqrt(np.cov(survey.x_km[seen].T, aweights=y + 1e-9).trace() / 2.0)
    bandwidth = max(spread * max(y.sum(), 1.0) ** (-1.0 / 6.0), _CELL_KM)
    distance = cdist(survey.x_km, survey.x_km[seen])
    surface = np.exp(-0.5 * (distance / bandwidth) ** 2) @ y + 1e-9
    mean = surface * y.sum() / surface[seen].sum()

    def loss(log_phi: float) -> float:
        return -_negative_binomial(y, mean[seen], np.exp(log_phi)).sum()

    phi = float(np.exp(_best(loss, -9.0, 7.0)))
    return _negative_binomial(survey.count[~seen], mean[~seen], phi), None


def log_kriging(
    survey: SimulatedSurvey,
) -> tuple[FloatArray, tuple[FloatArray, FloatArray] | None]:
    """Gaussian process of log((count + 0.5) / effort), as kriging is often done."""
    seen = survey.searched
    log_rate = np.log((survey.count + 0.5) / survey.effort_km2)
    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(
        30.0, (3.0, 300.0), nu=1.5
    ) + WhiteKernel(0.5, (1e-3, 1e2))
    model = GaussianProcessRegressor(kernel, normalize_y=True, random_state=0)
    with warnings.catch_warnings():
        # It may end at a bound of its range; the fit is used as it is.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(survey.x_km[seen], log_rate[seen])
    mean, deviation = model.predict(survey.x_km, return_std=True)
    noise = float(model.kernel_.k2.noise_level) * float(log_rate[seen].std()) ** 2
    latent = np.sqrt(np.maximum(deviation**2 - noise, 1e-12))
    limits = np.exp(mean - 1.645 * latent), np.exp(mean + 1.645 * latent)
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    new = ~seen
    rates = np.exp(mean[new] + nodes[:, None] * latent[new])
    chance = poisson.pmf(survey.count[new], rates * survey.effort_km2[new])
    return np.log(weights / weights.sum() @ chance + 1e-300), limits


PEERS: dict[str, Peer] = {
    "cell-wise Gamma-Poisson": gamma_poisson,
    "kernel ratio": kernel_ratio,
    "no-effort KDE": kde_without_effort,
    "log kriging": log_kriging,
}
