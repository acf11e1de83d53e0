"""How exact an effort is, from how exact its inputs are."""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

from core.errors import InputError

__all__ = ["Effort", "with_uncertainty"]

#: Step of the numerical derivative, as a share of the input's standard deviation.
_STEP = 1e-3


class Effort(NamedTuple):
    """An effort and its standard deviation, in the unit of the function it is from."""

    value: float
    sd: float


def with_uncertainty(
    effort: Callable[..., float], **inputs: float | tuple[float, float]
) -> Effort:
    """Work out an effort together with its standard deviation.

    To first order and for independent errors: the variance is the sum over inputs of
    the squared product of derivative and standard deviation. Derivatives are taken
    numerically, so one rule serves strips, nets and tilted cameras alike.

    Parameters
    ----------
    effort : callable
        One of this package's functions.
    **inputs : float or (float, float)
        Its arguments; a pair is a value and its standard deviation.

    Raises
    ------
    InputError
        If a standard deviation is negative, or the function refuses the values.

    Examples
    --------
    >>> from core.observations.effort import strip_transect_km2
    >>> with_uncertainty(strip_transect_km2, length_km=4.0, width_m=(50.0, 5.0))
    Effort(value=0.2, sd=0.02)
    """
    values = {k: v[0] if isinstance(v, tuple) else v for k, v in inputs.items()}
    spread = {k: v[1] for k, v in inputs.items() if isinstance(v, tuple)}
    for name, sd in spread.items():
        if not sd >= 0.0:
            raise InputError(f"standard deviation of {name} is {sd:g}, expected >= 0")
    terms = [_term(effort, values, name, sd) for name, sd in spread.items() if sd > 0]
    return Effort(effort(**values), _rounded(sqrt(sum(t * t for t in terms))))


def _term(
    effort: Callable[..., float], values: dict[str, float], name: str, sd: float
) -> float:
    step = sd * _STEP
    above = effort(**{**values, name: values[name] + step})
    below = effort(**{**values, name: values[name] - step})
    return (above - below) / (2.0 * _STEP)


def _rounded(value: float) -> float:
    """Drop the digits that the numerical derivative cannot know."""
    return float(f"{value:.9g}")
