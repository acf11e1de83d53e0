"""Explicit Runge-Kutta schemes in which each stage needs only the one before it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = ["SCHEMES", "Scheme", "scheme_of"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scheme:
    """A scheme: where in the step each stage stands, and what it weighs.

    Attributes
    ----------
    name : str
        Name in ``advect``.
    order : int
        Order of convergence in the step, for a field smooth in space and time.
    nodes : tuple of float
        Share of the step at which a stage is taken; a stage starts from the velocity
        of the stage before it.
    weights : tuple of float
        Share of each stage in the step; they add up to one.
    """

    name: str
    order: int
    nodes: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def tableau(self) -> tuple[FloatArray, FloatArray]:
        """Nodes and weights as arrays."""
        return np.array(self.nodes), np.array(self.weights)


#: Euler's rule, the midpoint rule and the classical rule of Kutta (1901).
SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("euler", 1, (0.0,), (1.0,)),
        Scheme("rk2", 2, (0.0, 0.5), (0.0, 1.0)),
        Scheme("rk4", 4, (0.0, 0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6)),
    )
}


def scheme_of(name: str) -> Scheme:
    """Scheme by its name.

    Raises
    ------
    InputError
        If there is no such scheme.
    """
    try:
        return SCHEMES[name]
    except (KeyError, TypeError):
        known = ", ".join(SCHEMES)
        raise InputError(f"scheme {name!r} is not one of {known}") from None
