"""Forecast velocity from a model and the last thing a drifter was seen to do.

A model misses part of the motion (tide, eddies), and what it misses now it will mostly
miss in the next hours. So the forecast is the model, corrected by the velocity that it
missed over the last hour observed, and the correction fades:

    model(t) = g * current(t) + c * wind(t)
    v(t0 + h) = model(t0 + h) + (v_observed - model)(last hour) * exp(-h / memory)

``g`` is a gain of the current, ``c`` the complex wind factor (share and angle, positive
to the left) of the drifter type. They and the memory are fitted on the displacements of
training drifters over 6 to 72 h, each horizon scaled by how far drifters get in it, by
least absolute deviations, which a few lost drifters do not pull.

A gain below one does not say that the water moves slower than the model: a current that
is right in size but wrong in phase or place predicts best when it is damped. Gain and
wind factor belong to the models and the sea that they were fitted on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.drift.skill._drifter_motion import KM_PER_H
from core.drift.skill._training import TrainingRows
from core.errors import InputError

__all__ = [
    "MEMORY_GRID_H",
    "TREX_MEMORY_H",
    "Blend",
    "blended_velocity",
    "fit_blend",
    "shrunk",
]

ComplexArray = npt.NDArray[np.complex128]
IntArray = npt.NDArray[np.int64]

#: Memories that are tried in a fit, hours.
MEMORY_GRID_H: tuple[float, ...] = (2, 3, 4, 6, 8, 10, 12, 16, 24)
#: Memory fitted on all TReX drifters (Gulf of St Lawrence, tidal), hours; use it where
#: no drifters of the own sea have been fitted.
TREX_MEMORY_H = 10.0
#: Drifters that the factor of all types weighs as in that of one type: assumption.
_POOLED_DRIFTERS = 1
_N_ITERATIONS = 8
#: Deviations below this share of the scale count as equal, so that weights stay finite.
_SMALLEST = 0.05


def blended_velocity(
    model_m_s: npt.ArrayLike,
    residual_m_s: npt.ArrayLike,
    lead_h: npt.ArrayLike,
    *,
    memory_h: float = TREX_MEMORY_H,
    step_h: float = 0.0,
) -> ComplexArray:
    """Correct a model velocity by the residual last observed, fading with lead time.

    For a live drifter or buoy: ``residual_m_s`` is its velocity over the last hour less
    the model's there and then; ``model_m_s`` is the model at its forecast positions.

    Parameters
    ----------
    model_m_s : array_like of complex
        Model velocity ``u + 1j v`` along the track; shapes must broadcast.
    residual_m_s : array_like of complex
        Observed less model velocity over the last hour; NaN (unknown) corrects nothing.
    lead_h : array_like of float
        Hours since the last observation, from zero.
    memory_h : float
        Hours in which the correction falls to 37 %.
    step_h : float, default 0.0
        Give the mean over a step of this length from ``lead_h`` on, not the instant.

    Returns
    -------
    ndarray of complex
        Velocity, m/s.

    Raises
    ------
    InputError
        If the memory is not above zero or a lead time is negative.

    Examples
    --------
    >>> v = blended_velocity(0.5 + 0j, 0.2 + 0j, [0.0, 1e3], memory_h=8.0)
    >>> v.real.round(3).tolist()
    [0.7, 0.5]
    """
    lead = np.asarray(lead_h, dtype=np.float64)
    if not (np.isfinite(memory_h) and memory_h > 0.0):
        raise InputError(f"memory of the residual must be above zero h, got {memory_h}")
    if np.any(lead < 0.0) or step_h < 0.0:
        raise InputError("lead time and step must not be negative")
    fading = np.exp(-lead / memory_h)
    if step_h > 0.0:
        fading = fading * -np.expm1(-step_h / memory_h) * memory_h / step_h
    residual = np.asarray(residual_m_s, dtype=np.complex128)
    known = np.where(np.isfinite(residual), residual, 0.0)
    return np.asarray(np.asarray(model_m_s) + known * fading, dtype=np.complex128)


@dataclass(frozen=True, kw_only=True)
class Blend:
    """Fitted gain, windage and memory.

    Attributes
    ----------
    current_gain : float
        Factor on the current.
    wind : complex
        Wind factor over all types; zero without wind.
    wind_by_kind : mapping of str to complex
        Wind factor of each type, drawn towards that of all where drifters are few.
    memory_h : float or None
        Hours in which the last residual fades to 37 %; None takes no residual.
    """

    current_gain: float = 1.0
    wind: complex = 0j
    wind_by_kind: Mapping[str, complex]
    memory_h: float | None = None

    def model_velocity(
        self, current_m_s: npt.ArrayLike, wind_m_s: npt.ArrayLike, *, kind: str = ""
    ) -> ComplexArray:
        """Velocity of a drifter type by current and wind alone, m/s."""
        factor = self.wind_by_kind.get(kind, self.wind)
        velocity = self.current_gain * np.asarray(current_m_s) + factor * np.asarray(
            wind_m_s
        )
        return np.asarray(velocity, dtype=np.complex128)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters for JSON, windage as per cent and degrees."""
        return {
            "current_gain": self.current_gain,
            "memory_h": self.memory_h,
            "wind": _polar(self.wind),
            "wind_by_type": {k: _polar(c) for k, c in self.wind_by_kind.items()},
        }


def fit_blend(
    rows: TrainingRows,
    *,
    kinds: Sequence[str],
    fit_gain: bool = True,
    with_memory: bool = True,
    memories_h: Sequence[float] = MEMORY_GRID_H,
) -> Blend:
    """Fit a blend on displacements of training windows.

    Parameters
    ----------
    rows : TrainingRows
        Displacements of the training windows and their parts.
    kinds : sequence of str
        Names of the drifter types, in the order of their numbers.
    fit_gain : bool
        Whether to fit the gain of the current, or to keep one.
    with_memory : bool
        Whether to take the last residual.
    memories_h : sequence of float
        Memories to try, at least one; the one with the smallest loss is taken.

    Returns
    -------
    Blend
        The parameters of the smallest loss.

    Raises
    ------
    InputError
        If there is no training window.
    """
    if not len(rows):
        raise InputError("no training window is left to fit on")
    named = [k for k in range(len(kinds)) if kinds[k] and (rows.kind == k).any()]
    # Drifters without a type share one factor, that of the last group.
    group = np.full(len(rows), len(named))
    for number, kind in enumerate(named):
        group[rows.kind == kind] = number
    memory_h = None
    if with_memory:
        losses = [
            _least_deviations(rows, group, fit_gain, tried, n_iterations=4)[0]
            for tried in memories_h
        ]
        memory_h = memories_h[int(np.argmin(losses))]
    _, gain, factors = _least_deviations(rows, group, fit_gain, memory_h)
    whole = np.zeros(len(rows), dtype=np.int64)
    _, _, pooled = _least_deviations(rows, whole, False, memory_h, gain=gain)
    if not rows.has_wind:
        return Blend(current_gain=gain, wind_by_kind={}, memory_h=memory_h)
    return Blend(
        current_gain=gain,
        wind=complex(pooled[0]),
        wind_by_kind={
            kinds[kind]: shrunk(
                complex(factors[number]),
                complex(pooled[0]),
                n_drifters=len(np.unique(rows.drifter[rows.kind == kind])),
            )
            for number, kind in enumerate(named)
        },
        memory_h=memory_h,
    )


def shrunk(own: complex, pooled: complex, *, n_drifters: int) -> complex:
    """Pull the wind factor of a type with few drifters towards that of all.

    Parameters
    ----------
    own, pooled : complex
        Factor of the type and of all drifters.
    n_drifters : int
        Drifters of the type; the pooled factor weighs as much as one of them.

    Examples
    --------
    >>> shrunk(0.03 + 0j, 0.01 + 0j, n_drifters=3)
    (0.025+0j)
    """
    return (n_drifters * own + _POOLED_DRIFTERS * pooled) / (
        n_drifters + _POOLED_DRIFTERS
    )


def _least_deviations(
    rows: TrainingRows,
    group: IntArray,
    fit_gain: bool,
    memory_h: float | None,
    *,
    gain: float = 1.0,
    n_iterations: int = _N_ITERATIONS,
) -> tuple[float, float, ComplexArray]:
    """Mean scaled deviation, gain and wind factor of each group.

    Least absolute deviations by iteratively reweighted least squares. The wind of one
    group is orthogonal to that of another and to itself turned by 90 degrees, so the
    normal equations of each step have a closed form.
    """
    scale_km = rows.scale_km()
    reach = np.zeros(len(rows))
    if memory_h is not None:
        reach = np.asarray(-memory_h * np.expm1(-rows.horizon_h / memory_h))
    reach = reach * KM_PER_H
    target = (rows.way_km - reach * rows.last_m_s) / scale_km
    current = (rows.current_km - reach * rows.last_current_m_s) / scale_km
    wind = (rows.wind_km - reach * rows.last_wind_m_s) / scale_km
    n_groups = int(group.max()) + 1

    def summed(values: ComplexArray) -> ComplexArray:
        real = np.bincount(group, values.real, minlength=n_groups)
        return np.asarray(real + 1j * np.bincount(group, values.imag, n_groups))

    weight = np.ones(len(rows))
    deviation, factors = np.abs(target), np.zeros(n_groups, dtype=np.complex128)
    for _ in range(n_iterations):
        power = np.bincount(group, weight * np.abs(wind) ** 2, n_groups)
        # A group without wind has no factor.
        power = np.where(power > 0.0, power, np.inf)
        on_target = summed(weight * np.conj(wind) * target)
        on_current = summed(weight * np.conj(wind) * current)
        if fit_gain:
            own = float(np.sum(weight * np.abs(current) ** 2))
            own -= float(np.sum(np.abs(on_current) ** 2 / power))
            both = float(np.sum(weight * (np.conj(current) * target).real))
            both -= float(np.sum((np.conj(on_current) * on_target).real / power))
            gain = both / own if own > 0.0 else 0.0
        factors = (on_target - gain * on_current) / power
        deviation = np.abs(target - gain * current - factors[group] * wind)
        weight = 1.0 / np.maximum(deviation, _SMALLEST)
    return float(deviation.mean()), gain, factors


def _polar(factor: complex) -> dict[str, float]:
    return {
        "per_cent": 100.0 * abs(factor),
        "deflection_deg": float(np.degrees(np.angle(factor))),
    }
