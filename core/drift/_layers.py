"""What the compiled code reads, as named tuples of arrays and numbers."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.drift._land import Grid

__all__ = ["Layer", "Motion", "Noise", "Particles"]

Array = npt.NDArray[np.float64]
Frames = npt.NDArray[np.floating]


class Layer(NamedTuple):
    """One field during a span of time without a frame inside it."""

    used: bool
    frames: Frames  # (n_t, n_y, n_x, 2), units of the axes per second
    grid: Grid
    before: int  # frames at either end of the span
    after: int
    before_s: float
    per_s: float  # 1 / (time between the two frames); 0 for a steady field


class Motion(NamedTuple):
    """How a step is taken, and what drives a particle besides the current."""

    nodes: Array  # of the scheme
    weights: Array
    slots: npt.NDArray[np.int64]  # which blended frame each stage reads
    n_slots: int
    blended: bool
    along: Array  # per particle: wind drift factor * cos(deflection)
    across: Array  # and * sin(deflection)
    spherical: bool
    units_per_m: float
    mask: Grid
    has_mask: bool


class Noise(NamedTuple):
    """Random motion; a diffusivity or speed of zero switches that kind off."""

    diffusivity_m2_s: float
    flight_m_s: float
    flight_scale_s: float
    seed: np.uint64
    streams: npt.NDArray[np.uint64]


class Particles(NamedTuple):
    """State of the particles, changed in place."""

    x: Array
    y: Array
    state: npt.NDArray[np.int8]
    ended_s: Array
    flight_x: Array  # m/s of the random flight
    flight_y: Array
