"""Random displacements of a block of particles, compiled."""

from math import cos, exp, expm1, radians, sqrt

import numpy as np
import numpy.typing as npt

from core.drift._kernel.careful import LEAST_COSINE
from core.drift._kernel.random_numbers import normals
from core.jit import compiled

__all__ = ["FLIGHT", "flight_block", "walk_block"]

Array = npt.NDArray[np.float64]
Names = npt.NDArray[np.uint64]

#: Purposes of random numbers; a flight takes two in a step and a third at the start.
WALK, FLIGHT = 1, 2


@compiled
def walk_block(
    rx: Array,
    ry: Array,
    y: Array,
    streams: Names,
    seed: np.uint64,
    step: int,
    spread: float,
    spherical: bool,
) -> None:
    """Displacements of a walk without memory, ``spread`` in units of the axes."""
    purpose = np.int64(WALK)
    for q in range(rx.size):
        east, north = normals(seed, streams[q], step, purpose)
        squeeze = max(cos(radians(y[q])), LEAST_COSINE) if spherical else 1.0
        rx[q], ry[q] = spread * east / squeeze, spread * north


@compiled
def flight_block(
    rx: Array,
    ry: Array,
    y: Array,
    speeds: Array,
    streams: Names,
    seed: np.uint64,
    step: int,
    h: float,
    sigma: float,
    scale: float,
    units_per_m: float,
    spherical: bool,
) -> None:
    """Add the displacements of a random flight, in units of the axes.

    Velocity and displacement after a step, given the velocity before it, are the
    integrated Ornstein-Uhlenbeck process, so they are exact for every step.
    """
    q_step = abs(h) / scale
    lost, kept = -expm1(-q_step), exp(-q_step)
    var_u = lost * (2.0 - lost)
    var_d = 2.0 * q_step - 2.0 * lost - lost * lost
    if q_step < 1e-4:  # the difference above has no digits left
        var_d = q_step * q_step * q_step * (2.0 / 3.0 - 0.5 * q_step)
    root = sqrt(var_u)
    both = lost * lost / root
    rest = sqrt(max(var_d - both * both, 0.0))
    for q in range(rx.size):
        squeeze = max(cos(radians(y[q])), LEAST_COSINE) if spherical else 1.0
        for axis in range(2):
            one, two = normals(seed, streams[q], step, FLIGHT + axis)
            speed = speeds[axis, q]
            gone = scale * (lost * speed + sigma * (both * one + rest * two))
            speeds[axis, q] = kept * speed + sigma * root * one
            if axis == 0:
                rx[q] += units_per_m * gone / squeeze
            else:
                ry[q] += units_per_m * gone
