"""What the compiled code reads, as named tuples of arrays and numbers."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.drift._kernel.land_nodes import Grid

__all__ = [
    "ALL_X",
    "ALL_Y",
    "DU",
    "DV",
    "DX",
    "DY",
    "FLAG",
    "FOUND",
    "KU",
    "KV",
    "N_KINDS",
    "N_REALS",
    "OTHER",
    "QX",
    "QY",
    "RX",
    "RY",
    "SHARE",
    "SHARE_MASK",
    "STOP",
    "STOP_MASK",
    "Block",
    "Layer",
    "Motion",
    "Noise",
    "Particles",
    "U",
    "V",
    "X",
    "Y",
]

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

    reals: Array  # (4, n): x, y, and the two velocities of the random flight, m/s
    state: npt.NDArray[np.int8]
    ended_s: Array


class Block(NamedTuple):
    """Some particles during one step; the arrays are used again block by block.

    A few arrays with named rows, as every array that a tuple holds makes each
    function that takes the tuple slower to compile.
    """

    names: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int8]  # rows below
    reals: Array


# Rows of Block.kinds: how the step went; what a stage found; and found in another
# layer; what the step meets; and in the mask.
FLAG, FOUND, OTHER, STOP, STOP_MASK = range(5)
# Rows of Block.reals. Place, displacement by water and wind, and by chance:
X, Y, DX, DY, RX, RY = range(6)
# place of a stage, velocity of the stage before, of this one, and of one layer:
QX, QY, KU, KV, U, V, DU, DV = range(6, 14)
# whole displacement, and the share of it before the stop and before the mask's stop.
ALL_X, ALL_Y, SHARE, SHARE_MASK = range(14, 18)
N_KINDS, N_REALS = 5, 18
