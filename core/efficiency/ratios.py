"""Ratios of totals over trips, with intervals, and how they changed.

A fleet's kg per hour is the ratio of two totals, not the mean of the trips' ratios: a
short lucky trip must not weigh as much as a long one. Trips are the units that vary, so
the interval comes from the spread between trips by the ratio estimator of sampling
theory [1]_ (delta method), taken on the log scale, where it stays positive, with
Student's t for the few trips there are. Vessels are strata [2]_: that a large ship
hauls more than a small one is no chance, and must not widen the fleet's interval.

References
----------
.. [1] W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley (1977), section 6.4.
.. [2] The same, section 6.11: the combined ratio estimate in stratified sampling.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from core.errors import InputError

__all__ = ["Change", "Ratio", "change_between", "ratio_of_totals"]


@dataclass(frozen=True)
class Ratio:
    """A ratio of totals over trips.

    Attributes
    ----------
    value : float or None
        The ratio; None if there is nothing to divide by.
    low, high : float or None
        Ends of the interval; None if no vessel has two trips, or for a value of zero.
    n : int
        Number of trips.
    standard_error : float or None
        Of the ratio itself.
    freedom : int
        Degrees of freedom behind the standard error.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    standard_error: float | None = None
    freedom: int = 0


@dataclass(frozen=True)
class Change:
    """How a ratio compares with the period before.

    Attributes
    ----------
    factor : float
        Value now divided by value before; 1.1 is 10 % more.
    low, high : float or None
        Ends of the interval of the factor; None if either ratio has none.
    """

    factor: float
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out "no change"."""
        if self.low is None or self.high is None:
            return False
        return self.low > 1.0 or self.high < 1.0


def ratio_of_totals(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> Ratio:
    """Estimate total numerator per total denominator, with an interval.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n_trips,)
        Amounts a trip, zero or more; for example kg and hours.
    strata : array_like, shape (n_trips,), optional
        Vessel of each trip. Only the spread between trips of one vessel then counts as
        chance. Vessels with a single trip are taken together; one that stays alone
        counts its whole distance from the fleet's ratio, which is too wide rather than
        too narrow.
    confidence : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    Ratio
        With ``exp(ln r -+ t(f) se / r)`` as interval, ``d = y - r x``,
        ``se = sqrt(sum over strata of n_h var(d_h)) / sum(x)`` and ``f = sum over
        strata of n_h - 1``.

    Raises
    ------
    InputError
        If lengths differ, an amount is negative or not a number, or the confidence
        lies outside (0, 1).

    Examples
    --------
    >>> ratio_of_totals([10.0, 30.0], [1.0, 1.0]).value
    20.0
    """
    y = np.asarray(numerator, dtype=np.float64).ravel()
    x = np.asarray(denominator, dtype=np.float64).ravel()
    if len(y) != len(x):
        raise InputError(f"{len(y)} numerators for {len(x)} denominators")
    for name, values in (("numerator", y), ("denominator", x)):
        bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
        if len(bad):
            raise InputError(
                f"{name} {values[bad[0]]} of trip {int(bad[0]) + 1} is not zero or more"
            )
    if not 0.0 < confidence < 1.0:
        raise InputError(f"confidence {confidence} outside (0, 1)")
    n = len(x)
    if n == 0 or x.sum() == 0.0:
        return Ratio(None, None, None, n)
    r = float(y.sum() / x.sum())
    if n < 2:
        return Ratio(r, None, None, n)
    variance, freedom = _variance_of_sum(y - r * x, _groups(strata, n))
    if freedom < 1:
        return Ratio(r, None, None, n)
    error = float(np.sqrt(variance) / x.sum())
    if r == 0.0:
        return Ratio(r, None, None, n, error, freedom)
    reach = _student_quantile(confidence, freedom) * error / r
    low, high = r * float(np.exp(-reach)), r * float(np.exp(reach))
    return Ratio(r, low, high, n, error, freedom)


def _student_quantile(confidence: float, freedom: float) -> float:
    """Half width of the central interval of Student's t, in standard errors."""
    # Not scipy.stats, which is slow to import and would be loaded for this alone.
    return float(stdtrit(freedom, 0.5 + confidence / 2.0))


def _groups(strata: npt.ArrayLike | None, n: int) -> list[npt.NDArray[np.int64]]:
    """Positions of the trips of each stratum, single trips put together."""
    if strata is None:
        return [np.arange(n)]
    labels = np.asarray(strata).ravel()
    if len(labels) != n:
        raise InputError(f"{len(labels)} strata for {n} trips")
    _, index = np.unique(labels.astype(str), return_inverse=True)
    groups = [np.flatnonzero(index == number) for number in range(index.max() + 1)]
    singles = [group for group in groups if len(group) == 1]
    several = [group for group in groups if len(group) > 1]
    return several + ([np.concatenate(singles)] if singles else [])


def _variance_of_sum(
    deviation: npt.NDArray[np.float64], groups: list[npt.NDArray[np.int64]]
) -> tuple[float, int]:
    """Variance of the sum of deviations, and its degrees of freedom."""
    variance, freedom = 0.0, 0
    for group in groups:
        part = deviation[group]
        if len(part) == 1:
            variance += float(part[0] ** 2)
        else:
            variance += len(part) * float(part.var(ddof=1))
            freedom += len(part) - 1
    return variance, freedom


def change_between(
    now: Ratio, before: Ratio, *, confidence: float = 0.95
) -> Change | None:
    """Compare two ratios from different trips; None if either is zero or missing.

    The logs' variances add; degrees of freedom after Welch and Satterthwaite.
    """
    if not now.value or not before.value:
        return None
    factor = now.value / before.value
    if not now.standard_error or not before.standard_error:
        return Change(factor, None, None)
    a = (now.standard_error / now.value) ** 2
    b = (before.standard_error / before.value) ** 2
    freedom = (a + b) ** 2 / (a**2 / now.freedom + b**2 / before.freedom)
    reach = _student_quantile(confidence, freedom) * float(np.sqrt(a + b))
    return Change(factor, factor * float(np.exp(-reach)), factor * float(np.exp(reach)))
