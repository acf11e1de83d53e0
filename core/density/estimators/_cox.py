"""The log-Gaussian Cox field: fit, and what its posterior says at a place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack, solve_triangular
from scipy.special import roots_hermitenorm

from core.density.estimators._counting import CountMixture
from core.density.estimators._covariance import correlation, correlation_by_log_range
from core.density.estimators._laplace import (
    Laplace,
    corrected_mean,
    evidence_slopes,
    find_mode,
)
from core.density.estimators._likelihood import Counts
from core.density.estimators._mixture import NormalMixture
from core.density.estimators._settings import (
    Prior,
    Settings,
    Weighted,
    design,
    find_modes,
    settings_prior,
)
from core.density.estimators._survey import Survey
from core.density.estimators.places import (
    distances_km,
    extent_km,
    typical_spacing_km,
)

__all__ = ["CoxField", "fit_cox"]

FloatArray = npt.NDArray[np.float64]

#: The mean log density may lie this far from the pooled one: a factor of 20,000 for 95
#: in 100 cases. An assumption that says nothing.
_LEVEL_DEVIATION = 5.0
#: A covariate may change the density by this factor (log) a standard deviation.
_COVARIATE_DEVIATION = 1.0
#: The search for the settings starts on at most this many sites.
_FEW_SITES = 250
#: Stop of the search, as a share of the log posterior.
_TOLERANCE = 1e-5
#: Points of the design below this weight are left out.
_LEAST_WEIGHT = 5e-3
#: Places predicted at a time, so that memory stays below about 100 MB.
_BLOCK = 4_000
_NODES, _WEIGHTS = roots_hermitenorm(21)
_LOG_WEIGHTS = np.log(_WEIGHTS / _WEIGHTS.sum())


class _Objective:
    """Log posterior of the settings and its slope, starting from the last mode."""

    def __init__(self, sites: Survey, prior: Prior, level: float, nu: float) -> None:
        self.sites, self.prior, self.level, self.nu = sites, prior, level, nu
        self.distance = distances_km(sites.places, sites.places)
        self.fixed = _fixed_covariance(sites.covariates, sites.covariates)
        self.start: FloatArray | None = None

    def covariance(self, settings: Settings) -> FloatArray:
        part = correlation(self.distance, settings.range_km, self.nu)
        part *= settings.spread**2
        part += self.fixed
        return part

    def mode(self, logs: FloatArray) -> tuple[float, Laplace, FloatArray]:
        settings = Settings.of(logs)
        covariance = self.covariance(settings)
        found = find_mode(
            self.sites.counts,
            covariance,
            self.level,
            settings.overdispersion,
            self.start,
        )
        self.start = found.eta
        value = found.log_evidence + self.prior.log_density(logs)
        return value, found, covariance

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        value, found, covariance = self.mode(logs)
        settings = Settings.of(logs)
        by_range = correlation_by_log_range(self.distance, settings.range_km, self.nu)
        by_range *= settings.spread**2
        slope = evidence_slopes(
            self.sites.counts,
            covariance,
            [by_range, 2.0 * (covariance - self.fixed)],
            self.level,
            settings.overdispersion,
            found,
        )
        return value, slope + self.prior.slope(logs)


@dataclass(frozen=True)
class _Component:
    """The posterior under one value of the settings."""

    settings: Settings
    nu: float
    weights: FloatArray
    root_curvature: FloatArray
    factor: FloatArray


@dataclass(frozen=True)
class CoxField:
    """Posterior of the field: a mixture over range, spread and overdispersion."""

    sites: Survey
    level: float
    prior: Prior
    components: tuple[_Component, ...]
    weight: FloatArray

    def at(self, places: FloatArray, covariates: FloatArray) -> NormalMixture:
        """Log density at places."""
        n = len(places)
        mean = np.empty((len(self.components), n))
        deviation = np.empty_like(mean)
        for begin in range(0, n, _BLOCK):
            part = slice(begin, begin + _BLOCK)
            distance = distances_km(self.sites.places, places[part])
            fixed = _fixed_covariance(self.sites.covariates, covariates[part])
            own = _fixed_variance(covariates[part])
            for k, one in enumerate(self.components):
                cross = self._cross(one, distance, fixed)
                mean[k, part] = self.level + one.weights @ cross
                half = _half(one, cross)
                spare = own + one.settings.spread**2
                spare -= np.einsum("ij,ij->j", half, half)
                deviation[k, part] = np.sqrt(np.maximum(spare, 1e-12))
        return NormalMixture(mean, deviation, self.weight)

    def draw(
        self, places: FloatArray, covariates: FloatArray, n: int, seed: int
    ) -> FloatArray:
        """Joint draws of the density at places, shape (n, n_places)."""
        rng = np.random.default_rng(seed)
        chosen = rng.multinomial(n, self.weight)
        distance = distances_km(self.sites.places, places)
        fixed = _fixed_covariance(self.sites.covariates, covariates)
        within = distances_km(places, places)
        fixed_within = _fixed_covariance(covariates, covariates)
        out = []
        for one, n_draws in zip(self.components, chosen, strict=True):
            if n_draws == 0:
                continue
            cross = self._cross(one, distance, fixed)
            half = _half(one, cross)
            spare = correlation(within, one.settings.range_km, one.nu)
            spare *= one.settings.spread**2
            spare += fixed_within - half.T @ half
            root = _root(spare)
            noise = rng.standard_normal((n_draws, len(places)))
            out.append(self.level + one.weights @ cross + noise @ root.T)
        return np.asarray(np.exp(rng.permutation(np.concatenate(out))))

    def predict(
        self, places: FloatArray, covariates: FloatArray, confidence: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Mean density and the limits of an interval with equal tails."""
        mixture = self.at(places, covariates)
        tail = (1.0 - confidence) / 2.0
        return (
            mixture.expected_exp(),
            np.exp(mixture.quantile(tail)),
            np.exp(mixture.quantile(1.0 - tail)),
        )

    def counting(
        self, places: FloatArray, covariates: FloatArray, log_effort: FloatArray
    ) -> CountMixture:
        """Distribution of new counts: negative binomial over the field."""
        mixture = self.at(places, covariates)
        phi = np.array([one.settings.overdispersion for one in self.components])
        eta = mixture.mean[:, None] + _NODES[:, None] * mixture.deviation[:, None]
        log_weight = np.log(self.weight)[:, None] + _LOG_WEIGHTS
        return CountMixture(
            eta.reshape(-1, len(places)) + log_effort,
            np.repeat(phi, len(_NODES))[:, None],
            log_weight.ravel(),
        )

    def settings(self) -> Settings:
        """Geometric means of the settings over their posterior."""
        logs = np.log([one.settings for one in self.components])
        return Settings.of(self.weight @ logs)

    def coefficients(self) -> FloatArray:
        """Expect a change of the log density by one unit of each covariate."""
        each = np.array(
            [one.weights @ self.sites.covariates for one in self.components]
        )
        return np.asarray(self.weight @ each) * _COVARIATE_DEVIATION**2

    def _cross(
        self, one: _Component, distance: FloatArray, fixed: FloatArray
    ) -> FloatArray:
        part = correlation(distance, one.settings.range_km, one.nu)
        part *= one.settings.spread**2
        part += fixed
        return part


def fit_cox(sites: Survey, *, smoothness: Sequence[float]) -> CoxField:
    """Fit the field by marginal likelihood and weigh the settings around the best.

    Parameters
    ----------
    sites : Survey
        At least two sites at different places, and at least one item counted.
    smoothness : sequence of float
        Orders of the covariance to weigh against each other, of 0.5, 1.5 and 2.5.
    """
    level = _pooled_level(sites.counts)
    prior = settings_prior(typical_spacing_km(sites.places), extent_km(sites.places))
    few = _fewer(sites, _FEW_SITES)
    weighed: list[_Weighed] = []
    for nu in smoothness:
        starts = _starts(prior)
        if few is not sites:
            rough = _Objective(few, prior, level, nu)
            starts = find_modes(rough, prior, starts, _TOLERANCE)
        objective = _Objective(sites, prior, level, nu)
        for mode in find_modes(objective, prior, starts, _TOLERANCE):
            weighed += _weighed(objective, design(objective, prior, mode))
    return _joined(sites, level, prior, weighed)


_Weighed = tuple[float, _Component]


def _weighed(objective: _Objective, points: list[Weighted]) -> list[_Weighed]:
    out = []
    for point in points:
        value, found, covariance = objective.mode(point.logs)
        settings = Settings.of(point.logs)
        weights = corrected_mean(
            objective.sites.counts,
            covariance,
            objective.level,
            settings.overdispersion,
            found,
        )
        one = _Component(
            settings, objective.nu, weights, found.root_curvature, found.factor
        )
        out.append((value + point.log_volume, one))
    return out


def _joined(
    sites: Survey, level: float, prior: Prior, weighed: list[_Weighed]
) -> CoxField:
    values = np.array([value for value, _ in weighed])
    weight = np.exp(values - values.max())
    kept = weight > _LEAST_WEIGHT * weight.sum()
    return CoxField(
        sites,
        level,
        prior,
        tuple(one for (_, one), keep in zip(weighed, kept, strict=True) if keep),
        weight[kept] / weight[kept].sum(),
    )


def _fewer(survey: Survey, n_most: int) -> Survey:
    """Choose sites at random, the same each time."""
    counts = survey.counts
    if counts.n_sites <= n_most:
        return survey
    chosen = np.sort(np.random.default_rng(0).permutation(counts.n_sites)[:n_most])
    number = np.full(counts.n_sites, -1)
    number[chosen] = np.arange(n_most)
    site = number[counts.site]
    kept = site >= 0
    few = Counts(site[kept], counts.y[kept], counts.log_effort[kept], n_most)
    return Survey(survey.places[chosen], survey.covariates[chosen], few)


def _starts(prior: Prior) -> list[FloatArray]:
    """Start from a short range and little overdispersion, and from the contrary."""
    steps = [(-1.0, 0.0, -1.0), (0.7, 0.0, 0.7)]
    return [prior.centre + np.array(s) * prior.deviation for s in steps]


def _pooled_level(counts: Counts) -> float:
    effort = np.exp(counts.log_effort)
    return float(np.log(counts.y.sum() / effort.sum()))


def _fixed_covariance(a: FloatArray, b: FloatArray) -> FloatArray:
    """Covariance that the unknown level and the covariates bring."""
    return np.asarray(_LEVEL_DEVIATION**2 + _COVARIATE_DEVIATION**2 * (a @ b.T))


def _fixed_variance(covariates: FloatArray) -> FloatArray:
    return np.asarray(
        _LEVEL_DEVIATION**2 + _COVARIATE_DEVIATION**2 * (covariates**2).sum(axis=1)
    )


def _half(one: _Component, cross: FloatArray) -> FloatArray:
    return np.asarray(
        solve_triangular(
            one.factor,
            one.root_curvature[:, None] * cross,
            lower=True,
            check_finite=False,
        )
    )


def _root(covariance: FloatArray) -> FloatArray:
    """Lower factor of a covariance that may be singular within rounding."""
    covariance = (covariance + covariance.T) / 2.0
    jitter = 1e-10 * float(np.diag(covariance).max() + 1e-12)
    for _ in range(8):
        lifted = covariance + jitter * np.eye(len(covariance))
        factor, failed = lapack.dpotrf(lifted, lower=1, clean=1)
        if not failed:
            return np.asarray(factor)
        jitter *= 10.0
    raise FloatingPointError("the covariance of the places could not be factored")
