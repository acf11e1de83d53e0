"""Windage of drifters from their tracks, by regression, with intervals.

The velocity of a drifter beyond the model current is set against the 10 m wind,
``v - u_current = c w``, with complex numbers for vectors (east + i north). Least
squares give ``c = sum(conj(w) (v - u)) / sum(|w|^2)``: its size is the wind drift
factor, its angle the deflection, positive to the left of the wind. The part along the
wind is the real part; it may fall below zero, so its interval can say "shows none".

Hours of one drifter are alike, so intervals come from resampling whole drifters [1]_.
Drifters released together are alike as well; the intervals are rather too narrow.

References
----------
.. [1] B. Efron, R. Tibshirani, "An Introduction to the Bootstrap" (1993), ch. 8.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.drift.skill.drifters import HourlyTracks
from core.errors import InputError

__all__ = ["ALL_KINDS", "WindageFit", "fit_windage", "wind_factor"]

ComplexArray = npt.NDArray[np.complex128]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Name of the fit over every drifter type.
ALL_KINDS = "all"
#: An angle that wanders further over resamples is not determined.
_MAX_SPREAD_DEG = 180.0
_Bounds = tuple[float, float] | tuple[None, None]
_TAIL = 2.5  # per cent on either side of a 95 % interval


@dataclass(frozen=True, kw_only=True)
class WindageFit:
    """Windage of one drifter type.

    Attributes
    ----------
    kind : str
        Drifter type, or ``all``.
    factor, factor_low, factor_high : float
        Size of the wind drift, as a share of the 10 m wind, with 95 % interval.
    deflection_deg, deflection_low_deg, deflection_high_deg : float
        Angle to the wind, positive to its left; no interval where resamples turn by
        half a circle or more.
    downwind, downwind_low, downwind_high : float
        Part along the wind, a share; below zero is against it.
    n, n_drifters : int
        Hours and drifters behind the fit. With one drifter there is no interval.
    """

    kind: str
    factor: float
    factor_low: float | None
    factor_high: float | None
    deflection_deg: float
    deflection_low_deg: float | None
    deflection_high_deg: float | None
    downwind: float
    downwind_low: float | None
    downwind_high: float | None
    n: int
    n_drifters: int

    @property
    def shows_windage(self) -> bool:
        """Whether the part along the wind lies above zero with its interval."""
        return self.downwind_low is not None and self.downwind_low > 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the fit for JSON."""
        return {**asdict(self), "shows_windage": self.shows_windage}


def wind_factor(beyond_current_m_s: ComplexArray, wind_m_s: ComplexArray) -> complex:
    """Least-squares complex wind factor; NaN without wind.

    Parameters
    ----------
    beyond_current_m_s : ndarray of complex, shape (n,)
        Drifter velocity less the current, ``u + 1j v``.
    wind_m_s : ndarray of complex, shape (n,)
        10 m wind.

    Examples
    --------
    >>> import numpy as np
    >>> wind_factor(np.array([0.2j, 0.4j]), np.array([10.0, 20.0]))
    0.02j
    """
    power = float(np.sum(np.abs(wind_m_s) ** 2))
    if power == 0.0:
        return complex(np.nan, np.nan)
    return complex(np.sum(np.conj(wind_m_s) * beyond_current_m_s) / power)


def fit_windage(
    tracks: HourlyTracks,
    *,
    model: str | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[WindageFit, ...]:
    """Fit windage for all drifters and for each type.

    Parameters
    ----------
    tracks : HourlyTracks
        With currents and wind.
    model : str, optional
        Ocean model to take off; the mean of all if not given.
    n_resamples, seed : int
        Of the bootstrap over drifters.

    Returns
    -------
    tuple of WindageFit
        All drifters first, then the types by name; a type without a name, or without
        wind at any hour, is left out.

    Raises
    ------
    InputError
        If the tracks have no wind or no current of that model.
    """
    current = tracks.current if model is None else tracks.currents.get(model)
    if tracks.wind is None or current is None:
        raise InputError(
            "fitting windage needs the wind and the current at the drifters; this "
            f"table has models {', '.join(tracks.currents) or 'none'} and "
            f"{'no ' if tracks.wind is None else ''}wind"
        )
    beyond = tracks.velocity() - current
    usable = np.isfinite(beyond) & np.isfinite(tracks.wind)
    rng = np.random.default_rng(seed)
    groups = [(ALL_KINDS, usable)]
    groups += [
        (name, usable & (tracks.kind == number))
        for number, name in enumerate(tracks.kinds)
        if name
    ]
    return tuple(
        _fit(
            name,
            beyond[chosen],
            tracks.wind[chosen],
            tracks.drifter[chosen],
            n_resamples,
            rng,
        )
        for name, chosen in groups
        if chosen.any() and np.abs(tracks.wind[chosen]).any()
    )


def _fit(
    kind: str,
    beyond: ComplexArray,
    wind: ComplexArray,
    drifter: IntArray,
    n_resamples: int,
    rng: np.random.Generator,
) -> WindageFit:
    names, number = np.unique(drifter, return_inverse=True)
    product = np.conj(wind) * beyond
    cross = np.bincount(number, product.real) + 1j * np.bincount(number, product.imag)
    power = np.bincount(number, np.abs(wind) ** 2)
    factor = complex(cross.sum() / power.sum())
    size: _Bounds = (None, None)
    downwind: _Bounds = (None, None)
    angle: _Bounds = (None, None)
    if len(names) > 1:
        drawn = rng.integers(0, len(names), (n_resamples, len(names)))
        totals = power[drawn].sum(axis=1)
        drawn_factors = cross[drawn].sum(axis=1)[totals > 0] / totals[totals > 0]
        size = _bounds(np.abs(drawn_factors))
        downwind = _bounds(drawn_factors.real)
        # Angles are taken from the estimate, so that a turn past 180 does no harm.
        turned = np.degrees(np.angle(drawn_factors * np.conj(factor)))
        low, high = _bounds(turned + np.degrees(np.angle(factor)))
        if high - low < _MAX_SPREAD_DEG:
            angle = (low, high)
    return WindageFit(
        kind=kind,
        factor=abs(factor),
        factor_low=size[0],
        factor_high=size[1],
        deflection_deg=float(np.degrees(np.angle(factor))),
        deflection_low_deg=angle[0],
        deflection_high_deg=angle[1],
        downwind=factor.real,
        downwind_low=downwind[0],
        downwind_high=downwind[1],
        n=len(wind),
        n_drifters=len(names),
    )


def _bounds(values: FloatArray) -> tuple[float, float]:
    low, high = np.percentile(values, [_TAIL, 100.0 - _TAIL])
    return float(low), float(high)
