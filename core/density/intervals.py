"""Exact intervals for a rate from counts and effort."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammainccinv, gammaincinv

from core.errors import ObservationError

__all__ = ["PoissonInterval", "poisson_interval", "weighted_poisson_interval"]

FloatArray = npt.NDArray[np.float64]


class PoissonInterval(NamedTuple):
    """A rate with its interval, in items per unit of effort."""

    rate: float | FloatArray
    low: float | FloatArray
    high: float | FloatArray


def poisson_interval(
    n: npt.ArrayLike, effort: npt.ArrayLike, confidence: float = 0.95
) -> PoissonInterval:
    """Rate of a Poisson count per unit of effort, with its exact interval.

    For ``n > 0`` the interval has two equal tails. For ``n = 0`` there is nothing
    below zero to leave out, so the whole error goes above: the interval is
    ``(0, one-sided upper limit)``, at 95 % the "rule of three" ``2.996 / effort``.

    Parameters
    ----------
    n : array_like of int
        Items counted; zero or more.
    effort : array_like of float
        Area searched, km2; greater than zero. Must broadcast with ``n``.
    confidence : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    PoissonInterval
        ``rate, low, high`` in items per km2; floats for scalars, else arrays.

    Raises
    ------
    ObservationError
        If a count is negative or not whole, an effort is not positive and finite,
        or the confidence is outside (0, 1); the message names the row.

    References
    ----------
    .. [1] F. Garwood, "Fiducial limits for the Poisson distribution",
       Biometrika 28 (1936) 437-442.
    .. [2] J. A. Hanley, A. Lippman-Hand, "If nothing goes wrong, is everything all
       right?", JAMA 249 (1983) 1743-1745.

    Examples
    --------
    >>> [round(x, 3) for x in poisson_interval(12, 2.4)]
    [5.0, 2.584, 8.734]
    >>> [round(x, 3) for x in poisson_interval(0, 2.0)]
    [0.0, 0.0, 1.498]
    """
    alpha = 1.0 - checked_confidence(confidence)
    counts, area = np.broadcast_arrays(
        np.asarray(n, dtype=np.float64), np.asarray(effort, dtype=np.float64)
    )
    refuse_bad_counts(counts)
    refuse_bad_effort(area)
    seen = counts > 0
    upper_tail = np.where(seen, alpha / 2.0, alpha)
    # Garwood's chi-square quantiles, as gamma quantiles: chi2(p, 2k) / 2. A shape of
    # zero is not defined; 1 stands in for it and its result is replaced.
    low = np.where(seen, gammaincinv(np.where(seen, counts, 1.0), alpha / 2.0), 0.0)
    high = gammainccinv(counts + 1.0, upper_tail)
    parts = (counts / area, low / area, high / area)
    if counts.ndim == 0:
        return PoissonInterval(*(float(part) for part in parts))
    return PoissonInterval(*parts)


def weighted_poisson_interval(
    total: npt.ArrayLike,
    variance: npt.ArrayLike,
    next_weight: npt.ArrayLike,
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """Interval of a weighted sum of Poisson counts by the gamma method.

    With one common weight it is the exact interval times that weight.

    Parameters
    ----------
    total : array_like of float
        The sum of weight times count.
    variance : array_like of float
        The sum of weight squared times count.
    next_weight : array_like of float
        Weight of one further item, used for the upper limit. The mean weight gives
        the limits of [2]_, the largest weight the conservative ones of [1]_.
    confidence : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    low, high : ndarray of float

    References
    ----------
    .. [1] M. P. Fay, E. J. Feuer, "Confidence intervals for directly standardized
       rates: a method based on the gamma distribution", Statistics in Medicine 16
       (1997) 791-801.
    .. [2] R. C. Tiwari, L. X. Clegg, Z. Zou, "Efficient interval estimation for
       age-adjusted cancer rates", Statistical Methods in Medical Research 15 (2006)
       547-569.
    """
    alpha = 1.0 - checked_confidence(confidence)
    y, v, w = np.broadcast_arrays(
        np.asarray(total, dtype=np.float64),
        np.asarray(variance, dtype=np.float64),
        np.asarray(next_weight, dtype=np.float64),
    )
    seen = y > 0
    safe_y, safe_v = np.where(seen, y, 1.0), np.where(seen, v, 1.0)
    low = np.where(
        seen, safe_v / safe_y * gammaincinv(safe_y**2 / safe_v, alpha / 2.0), 0.0
    )
    y1, v1 = y + w, v + w**2
    known = y1 > 0
    safe_y1, safe_v1 = np.where(known, y1, 1.0), np.where(known, v1, 1.0)
    upper_tail = np.where(seen, alpha / 2.0, alpha)
    high = np.where(
        known, safe_v1 / safe_y1 * gammainccinv(safe_y1**2 / safe_v1, upper_tail), 0.0
    )
    return np.asarray(low), np.asarray(high)


def checked_confidence(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise ObservationError(f"confidence {confidence} outside (0, 1)")
    return confidence


def refuse_bad_counts(counts: FloatArray, rows: npt.ArrayLike | None = None) -> None:
    """Refuse a count that is not a whole number of items, naming its row."""
    _refuse(
        ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))),
        counts,
        rows,
        "count {:g} is not a whole number of zero or more",
    )


def refuse_bad_effort(
    effort_km2: FloatArray, rows: npt.ArrayLike | None = None
) -> None:
    """Refuse an effort that is not a positive area, naming its row."""
    _refuse(
        ~(np.isfinite(effort_km2) & (effort_km2 > 0)),
        effort_km2,
        rows,
        "effort {:g} km2 is not greater than 0",
    )


def _refuse(
    bad: npt.NDArray[np.bool_],
    values: FloatArray,
    rows: npt.ArrayLike | None,
    message: str,
) -> None:
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        row = at if rows is None else np.asarray(rows)[at]
        raise ObservationError(f"{message.format(np.ravel(values)[at])} (row {row})")
