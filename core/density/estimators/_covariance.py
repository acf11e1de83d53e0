"""Matern covariance, and its derivative by the log of the range.

``range_km`` is the practical range, where the correlation has come down to about
0.13: ``sqrt(8 nu) / kappa`` of [1]_.

References
----------
.. [1] F. Lindgren, H. Rue, J. Lindstrom, "An explicit link between Gaussian fields and
   Gaussian Markov random fields", J. R. Statist. Soc. B 73 (2011) 423-498.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["SMOOTHNESS", "correlation", "correlation_by_log_range"]

FloatArray = npt.NDArray[np.float64]
#: The orders whose covariance has a closed form short enough to be quick.
SMOOTHNESS = (0.5, 1.5, 2.5)


def correlation(distance_km: FloatArray, range_km: float, nu: float) -> FloatArray:
    """Correlation at distances, 1 at distance 0."""
    scaled = distance_km * (np.sqrt(8.0 * nu) / range_km)
    falling = np.exp(-scaled)
    if nu == 0.5:
        return np.asarray(falling)
    if nu == 1.5:
        return np.asarray(falling * (1.0 + scaled))
    return np.asarray(falling * (1.0 + scaled + scaled**2 / 3.0))


def correlation_by_log_range(
    distance_km: FloatArray, range_km: float, nu: float
) -> FloatArray:
    """Differentiate the correlation by the log of the range."""
    scaled = distance_km * (np.sqrt(8.0 * nu) / range_km)
    falling = np.exp(-scaled)
    if nu == 0.5:
        return np.asarray(falling * scaled)
    if nu == 1.5:
        return np.asarray(falling * scaled**2)
    return np.asarray(falling * scaled**2 * (1.0 + scaled) / 3.0)
