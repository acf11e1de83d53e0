"""Two periods or two surveys against each other: the ratio of two Poisson rates.

Given the sum of two Poisson counts, one of them is binomial, with a chance that
depends on the ratio of the rates and on the efforts alone. The exact (Clopper-Pearson)
interval of that chance therefore is an exact interval of the ratio.
"""

from math import inf, nan
from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv

from core.density.intervals import (
    checked_confidence,
    refuse_bad_counts,
    refuse_bad_effort,
)

__all__ = ["RateRatio", "rate_ratio"]


class RateRatio(NamedTuple):
    """First rate over second; NaN between 0 and infinity if nothing was seen at all."""

    ratio: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        """Whether equal rates lie outside the interval."""
        return self.low > 1.0 or self.high < 1.0


def rate_ratio(
    n_first: int,
    effort_first: float,
    n_second: int,
    effort_second: float,
    *,
    confidence: float = 0.95,
) -> RateRatio:
    """Ratio of two Poisson rates, first over second, with its exact interval.

    Parameters
    ----------
    n_first, n_second : int
        Items counted; zero or more.
    effort_first, effort_second : float
        Area searched, km2; above zero.
    confidence : float, default 0.95
        Least coverage of the interval; two equal tails.

    Returns
    -------
    RateRatio
        ``low`` is 0 when the first count is 0, ``high`` infinite when the second is.

    Raises
    ------
    ObservationError
        If a count is negative or not whole, an effort not positive, or the confidence
        outside (0, 1).

    References
    ----------
    .. [1] J. Przyborowski, H. Wilenski, "Homogeneity of results in testing samples from
       Poisson series", Biometrika 31 (1940) 313-323.
    .. [2] C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits
       illustrated in the case of the binomial", Biometrika 26 (1934) 404-413.

    Examples
    --------
    >>> [round(x, 2) for x in rate_ratio(20, 2.0, 10, 2.0)]
    [2.0, 0.89, 4.77]
    """
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    refuse_bad_counts(np.array([n_first, n_second], dtype=np.float64))
    refuse_bad_effort(np.array([effort_first, effort_second], dtype=np.float64))
    scale = effort_second / effort_first
    low = 0.0
    if n_first > 0:
        low = _odds(float(betaincinv(n_first, n_second + 1, tail))) * scale
    high = inf
    if n_second > 0:
        high = _odds(float(betaincinv(n_first + 1, n_second, 1.0 - tail))) * scale
    if n_second > 0:
        return RateRatio(n_first / n_second * scale, low, high)
    return RateRatio(inf if n_first > 0 else nan, low, high)


def _odds(chance: float) -> float:
    return chance / (1.0 - chance) if chance < 1.0 else inf
