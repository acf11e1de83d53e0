"""What a fitted density says about a new count: a mixture of negative binomials."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, logsumexp

from core.density.estimators._likelihood import log_probability

__all__ = ["CountMixture"]

FloatArray = npt.NDArray[np.float64]

#: Counts above this are not told apart; it is past every count at sea.
_LARGEST_COUNT_BITS = 50


@dataclass(frozen=True)
class CountMixture:
    """Negative binomials with weights, for counts at ``n_places`` places.

    Attributes
    ----------
    log_mean : ndarray of float, shape (n_parts, n_places)
    overdispersion : ndarray of float, shape (n_parts, 1) or (n_parts, n_places)
    log_weight : ndarray of float, shape (n_parts,)
        Logs of weights that sum to 1.
    """

    log_mean: FloatArray
    overdispersion: FloatArray
    log_weight: FloatArray

    @classmethod
    def gamma_poisson(
        cls, shape: FloatArray, effort_km2: FloatArray, log_effort: FloatArray
    ) -> "CountMixture":
        """Count items of new searches where each density is a gamma variable.

        Parameters
        ----------
        shape, effort_km2 : ndarray of float, shape (n_places,)
            Shape and rate of the gamma: items, and the area they were counted in.
        log_effort : ndarray of float, shape (n_places,)
            Log of the area of the new searches, km2.
        """
        return cls(
            (np.log(shape / effort_km2) + log_effort)[None, :],
            1.0 / shape[None, :],
            np.zeros(1),
        )

    def log_probability(self, y: FloatArray) -> FloatArray:
        """Log of the probability of the counts ``y``, shape (n_places,)."""
        parts = log_probability(y, self.log_mean, self.overdispersion)
        return np.asarray(logsumexp(parts + self.log_weight[:, None], axis=0))

    def cumulative(self, y: FloatArray) -> FloatArray:
        """Probability of at most ``y``, shape (n_places,); 0 for ``y`` below 0."""
        size = 1.0 / self.overdispersion
        share = 1.0 / (1.0 + np.exp(self.log_mean) / size)
        at_most = betainc(size, np.maximum(y, 0.0) + 1.0, share)
        return np.where(y < 0.0, 0.0, np.exp(self.log_weight) @ at_most)

    def quantile(self, probability: float) -> FloatArray:
        """Smallest whole count that is reached with the given probability."""
        n_places = self.log_mean.shape[1]
        low = np.full(n_places, -1.0)
        high = np.full(n_places, 2.0**_LARGEST_COUNT_BITS)
        for _ in range(_LARGEST_COUNT_BITS + 1):
            middle = np.floor((low + high) / 2.0)
            enough = self.cumulative(middle) >= probability
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.asarray(high)
