"""A mixture of normals of the log density at each place."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["NormalMixture"]

FloatArray = npt.NDArray[np.float64]

#: Halvings of the bracket of a quantile: 1e-8 of its width.
_HALVINGS = 27
#: exp(600) stays below the largest float.
_LARGEST_LOG = 600.0


@dataclass(frozen=True)
class NormalMixture:
    """Weighted normals.

    Attributes
    ----------
    mean, deviation : ndarray of float, shape (n_components, n_places)
    weight : ndarray of float, shape (n_components,)
        They sum to 1.
    """

    mean: FloatArray
    deviation: FloatArray
    weight: FloatArray

    def expected_exp(self) -> FloatArray:
        """Typical mean of ``exp`` of the variable, shape (n_places,).

        The mean of each normal's ``exp``, averaged over the normals by their logs. A
        plain average would be ruled by the widest normal, however small its weight:
        far from effort it lay up to 800 times above the 95 % quantile. Where the
        normals agree the two are the same.
        """
        log_means = self.weight @ (self.mean + 0.5 * self.deviation**2)
        return np.asarray(np.exp(np.minimum(log_means, _LARGEST_LOG)))

    def cumulative(self, x: FloatArray) -> FloatArray:
        """Probability of at most ``x``, shape (n_places,)."""
        return np.asarray(self.weight @ ndtr((x - self.mean) / self.deviation))

    def quantile(self, probability: float) -> FloatArray:
        """Quantile of the variable, shape (n_places,), by halving a bracket."""
        each = self.mean + ndtri(probability) * self.deviation
        low, high = each.min(axis=0), each.max(axis=0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            below = self.cumulative(middle) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2.0)
