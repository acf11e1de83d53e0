"""The forest as a prior: what to expect where little was searched, and its weight.

The density of debris at a place is taken as gamma distributed, with the mean ``m`` and
variance ``v`` that the forest foretells for a single search there::

    shape a = m^2 / v        effort it is worth E0 = m / v  (km2)

After ``n`` items in ``E`` km2 (Poisson given the density) it is gamma with shape
``a + n`` and effort ``E0 + E``, so its mean is::

    (a + n) / (E0 + E) = w m + (1 - w) n / E,    w = E0 / (E0 + E)

The more was searched, the less the prior counts; without any search it is all there
is. Mass follows the same weights: ``w M + (1 - w) kg / E`` with ``M`` the foretold mass
per km2, and the shape of the pieces, as the number of things found decides how much is
known. The variance is that of single searches, their chance included, so the prior is
worth rather too little effort than too much.

References
----------
.. [1] A. Gelman et al., "Bayesian Data Analysis", 3rd ed. (2013), section 2.6.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from core.distribution.density_forest import CONFIDENCE
from core.errors import InputError

__all__ = ["GammaPrior", "Shrunk", "gamma_prior", "label_of", "shrunk"]

FloatArray = npt.NDArray[np.float64]
#: A mean of nothing, or without spread, would never listen to a search.
_LEAST_MEAN, _MOST_SHAPE = 1e-6, 100.0


class GammaPrior(NamedTuple):
    """Shape, and the effort in km2 that it is worth, one a place."""

    shape: FloatArray
    effort_km2: FloatArray


class Shrunk(NamedTuple):
    """Expected amount per km2 with its 90 % interval, and the weight of the prior."""

    expected: FloatArray
    low: FloatArray
    high: FloatArray
    prior_weight: FloatArray


def gamma_prior(mean: npt.ArrayLike, variance: npt.ArrayLike) -> GammaPrior:
    """Gamma distribution with a mean and a variance.

    Parameters
    ----------
    mean, variance : array_like of float, shape (n,)
        Of the density of a search, per km2 and its square; zero or more.

    Raises
    ------
    InputError
        If a number is negative or not finite.
    """
    m, v = (np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (mean, variance))
    if not (np.isfinite(m) & np.isfinite(v) & (m >= 0.0) & (v >= 0.0)).all():
        raise InputError("mean and variance of a prior are zero or more, and finite")
    m = np.maximum(m, _LEAST_MEAN)
    shape = m**2 / np.maximum(v, m**2 / _MOST_SHAPE)
    return GammaPrior(shape, shape / m)


def shrunk(
    prior: GammaPrior,
    n: npt.ArrayLike,
    effort_km2: npt.ArrayLike,
    *,
    mean: npt.ArrayLike | None = None,
    found: npt.ArrayLike | None = None,
) -> Shrunk:
    """Join a prior with what a search found.

    Parameters
    ----------
    prior : GammaPrior
        Of the number of items.
    n : array_like of float, shape (n_places,)
        Items found.
    effort_km2 : array_like of float, shape (n_places,)
        Area searched; 0 where nobody looked.
    mean, found : array_like of float, optional
        Foretold amount per km2 and amount found, where it is not the number of items:
        grams. Both or none.

    Returns
    -------
    Shrunk

    Raises
    ------
    InputError
        If a number is negative or not finite, or items were found without effort.
    """
    items, effort = (np.asarray(x, dtype=np.float64) for x in (n, effort_km2))
    if not (np.isfinite(items) & (items >= 0.0)).all():
        raise InputError("a number of items is negative or not finite")
    if not (np.isfinite(effort) & (effort >= 0.0)).all():
        raise InputError("an effort is negative or not finite")
    if ((items > 0.0) & (effort == 0.0)).any():
        raise InputError("items were found without an effort; a sighting is no rate")
    weight = prior.effort_km2 / (prior.effort_km2 + effort)
    shape = prior.shape + items
    if mean is None or found is None:
        expected = shape / (prior.effort_km2 + effort)
    else:
        amount = np.asarray(found, dtype=np.float64)
        rate = np.divide(amount, effort, out=np.zeros(weight.shape), where=effort > 0.0)
        expected = weight * np.asarray(mean, np.float64) + (1.0 - weight) * rate
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = (gammaincinv(shape, q) / shape for q in (tail, 1.0 - tail))
    return Shrunk(
        np.asarray(expected),
        np.asarray(expected * np.minimum(low, 1.0)),
        np.asarray(expected * np.maximum(high, 1.0)),
        np.asarray(weight),
    )


def label_of(model_id: str, prior_weight: float = 1.0) -> str:
    """Say what a figure rests on, wherever it is shown.

    Examples
    --------
    >>> label_of("debris_forest@1")
    'prior from debris_forest@1, not measured'
    """
    if prior_weight >= 1.0:
        return f"prior from {model_id}, not measured"
    return f"search and prior from {model_id}, prior counts {100 * prior_weight:.0f} %"
