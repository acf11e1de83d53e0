"""Checks of what advect is given; each refusal names the value and its limit."""

import numpy as np
import numpy.typing as npt

from core.drift.field import VelocityField
from core.errors import InputError

__all__ = ["number", "per_particle", "same_mesh", "start_positions"]

FloatArray = npt.NDArray[np.float64]


def same_mesh(field: VelocityField, **others: VelocityField | None) -> None:
    for name, one in others.items():
        if one is not None and one.mesh != field.mesh:
            raise InputError(f"{name} is {one.mesh}, the current is {field.mesh}")


def start_positions(
    field: VelocityField, x0: npt.ArrayLike, y0: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    try:
        x, y = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (x0, y0))
    except (TypeError, ValueError) as error:
        raise InputError(f"x0, y0: expected numbers: {error}") from error
    if x.ndim != 1 or x.shape != y.shape:
        raise InputError(
            f"x0 and y0: expected one dimension and one length, got {x.shape} and "
            f"{y.shape}"
        )
    wrong = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if wrong.size:
        p = int(wrong[0])
        raise InputError(f"particle {p} starts at ({x[p]}, {y[p]}), not a position")
    return np.ascontiguousarray(field.own_turn(x)), np.ascontiguousarray(y)


def per_particle(given: npt.ArrayLike, n: int, name: str) -> FloatArray:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: expected numbers: {error}") from error
    if values.shape not in {(), (1,), (n,)}:
        raise InputError(f"{name}: expected one or {n} values, got {values.shape}")
    if not np.isfinite(values).all():
        raise InputError(f"{name}: a value is not finite")
    return np.ascontiguousarray(np.broadcast_to(values, (n,)))


def number(
    given: object, name: str, *, least: float = -np.inf, open_: bool = False
) -> float:
    try:
        value = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: expected a number, got {given!r}") from error
    if not np.isfinite(value) or value < least or (open_ and value == least):
        bound = f" {'above' if open_ else 'of at least'} {least:g}"
        limit = bound if np.isfinite(least) else ""
        raise InputError(f"{name}: expected a finite number{limit}, got {given!r}")
    return value
