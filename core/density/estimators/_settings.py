"""Range, spread and overdispersion of the field: their priors and their posterior.

The three are positive and enter by their logs. The priors are normal and wide: they
keep a fit with little data from running to a bound, and say nothing against what
data show. All of them are assumptions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

__all__ = ["Prior", "Settings", "Weighted", "design", "find_modes", "settings_prior"]

FloatArray = npt.NDArray[np.float64]

#: Spread of the log density: 1.2, within 0.45 and 3.2 for 95 in 100 cases: debris
#: differs between places by a factor of about 3.
_SPREAD_PRIOR = np.log(1.2), 0.5
#: Overdispersion: 0.1, within 0.002 and 5 for 95 in 100 cases.
_OVERDISPERSION_PRIOR = np.log(0.1), 2.0
#: How many prior deviations of the log range lie between the typical spacing of places
#: and the extent of the survey.
_RANGE_DEVIATIONS = 2.5
#: The optimiser may go this many prior deviations from the centre.
_BOUND_DEVIATIONS = 3.0
_OPTIMISER_STEPS = 40
#: Modes nearer than this, in prior deviations, are one; one that lies this many nats
#: below the best is left out.
_SAME_MODE, _FAR_BELOW = 0.5, 4.0
#: Step of the second derivatives, as a share of the prior deviation.
_HESSIAN_STEP = 0.15
#: Radius factor of the design, from [1]_.
_F0 = 1.1


class Settings(NamedTuple):
    """One value of what the counts have to decide."""

    range_km: float
    spread: float
    overdispersion: float

    @classmethod
    def of(cls, logs: FloatArray) -> "Settings":
        """Make them from their logs."""
        return cls(*(float(x) for x in np.exp(logs)))


class Weighted(NamedTuple):
    """A point of the design and the log of its weight before the evidence."""

    logs: FloatArray
    log_volume: float


@dataclass(frozen=True)
class Prior:
    """Independent normal priors of the three logs.

    Attributes
    ----------
    centre, deviation : ndarray of float, shape (3,)
    """

    centre: FloatArray
    deviation: FloatArray

    def log_density(self, logs: FloatArray) -> float:
        """Log of the prior density, without its constant."""
        return float(-0.5 * (((logs - self.centre) / self.deviation) ** 2).sum())

    def slope(self, logs: FloatArray) -> FloatArray:
        """Its derivative."""
        return np.asarray(-(logs - self.centre) / self.deviation**2)

    def bounds(self) -> list[tuple[float, float]]:
        """Where the optimiser may go."""
        reach = _BOUND_DEVIATIONS * self.deviation
        return [
            (float(c - r), float(c + r))
            for c, r in zip(self.centre, reach, strict=True)
        ]


def settings_prior(spacing_km: float, extent_km: float) -> Prior:
    """Priors of a survey with the given spacing of places and extent.

    The range lies with its middle half way, on the log scale, between the two.
    """
    low, high = np.log(spacing_km), np.log(max(extent_km, 2.0 * spacing_km))
    return Prior(
        np.array([(low + high) / 2.0, _SPREAD_PRIOR[0], _OVERDISPERSION_PRIOR[0]]),
        np.array(
            [
                (high - low) / _RANGE_DEVIATIONS,
                _SPREAD_PRIOR[1],
                _OVERDISPERSION_PRIOR[1],
            ]
        ),
    )


Objective = Callable[[FloatArray], tuple[float, FloatArray]]


def find_modes(
    objective: Objective, prior: Prior, starts: list[FloatArray], tolerance: float
) -> list[FloatArray]:
    """Climb from starts to the modes of the posterior, each mode once.

    Returns
    -------
    list of ndarray of float, shape (3,)
        The logs of the settings, the highest mode first.
    """
    found: list[tuple[float, FloatArray]] = []
    for start in starts:
        value, logs = _climb(objective, prior, start, tolerance)
        if not any(_is_same(logs, other, prior) for _, other in found):
            found.append((value, logs))
    found.sort(key=lambda one: -one[0])
    return [logs for value, logs in found if value > found[0][0] - _FAR_BELOW]


def _is_same(a: FloatArray, b: FloatArray, prior: Prior) -> bool:
    return bool((np.abs(a - b) < _SAME_MODE * prior.deviation).all())


def _climb(
    objective: Objective, prior: Prior, start: FloatArray, tolerance: float
) -> tuple[float, FloatArray]:
    def downhill(z: FloatArray) -> tuple[float, FloatArray]:
        value, slope = objective(prior.centre + z * prior.deviation)
        return -value, -slope * prior.deviation

    found = minimize(
        downhill,
        (start - prior.centre) / prior.deviation,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_BOUND_DEVIATIONS, _BOUND_DEVIATIONS)] * len(start),
        options={"maxiter": _OPTIMISER_STEPS, "ftol": tolerance, "gtol": 1e-2},
    )
    return -float(found.fun), np.asarray(prior.centre + found.x * prior.deviation)


def design(objective: Objective, prior: Prior, mode: FloatArray) -> list[Weighted]:
    """Points that stand for the posterior of the settings near one of its modes.

    The mode and two points on each principal axis, with the weights by which they give
    a normal posterior its mass and its variance. It is the design of section 6.5 of
    [1]_ without the corners of its cube, which changed no coverage by more than 0.01
    in our trials and cost as much as all the rest.

    References
    ----------
    .. [1] H. Rue, S. Martino, N. Chopin, "Approximate Bayesian inference for latent
       Gaussian models by using integrated nested Laplace approximations", J. R.
       Statist. Soc. B 71 (2009) 319-392.
    """
    n = len(mode)
    axes = _principal_axes(objective, prior, mode)
    volume = float(np.linalg.slogdet(axes)[1])
    star = _F0 * np.sqrt(n) * np.vstack([np.eye(n), -np.eye(n)])
    share = 1.0 / (len(star) * _F0**2)
    centre = Weighted(mode, volume + float(np.log(1.0 - 1.0 / _F0**2)))
    lift = volume + float(np.log(share)) + 0.5 * n * _F0**2
    return [centre, *(Weighted(mode + axes @ z, lift) for z in star)]


def _principal_axes(objective: Objective, prior: Prior, mode: FloatArray) -> FloatArray:
    """Axes of the posterior in units of its deviations, from slopes beside the mode."""
    n = len(mode)
    hessian = np.empty((n, n))
    for k in range(n):
        step = np.zeros(n)
        step[k] = _HESSIAN_STEP
        up = objective(mode + step * prior.deviation)[1]
        down = objective(mode - step * prior.deviation)[1]
        hessian[k] = (down - up) * prior.deviation / (2.0 * _HESSIAN_STEP)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2.0)
    # The prior alone has curvature 1 here; noise must not make the posterior wider.
    values = np.maximum(values, 1.0)
    return np.asarray(prior.deviation[:, None] * vectors / np.sqrt(values))
