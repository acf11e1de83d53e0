"""What can be true of an input; beyond it is a slip of units."""

from math import isfinite

from core.errors import InputError

__all__ = ["check"]


def check(name: str, value: float, highest: float, unit: str) -> float:
    """Return a value in (0, highest].

    Raises
    ------
    InputError
        If it is not; the message names the limit and the value.
    """
    if not (isfinite(value) and 0.0 < value <= highest):
        raise InputError(f"{name} {value:g} {unit} outside (0, {highest:g}]")
    return value
