"""What the compiled code reads: all grids and clocks as rows of a few plain arrays.

Nested tuples of arrays would make every compiled function that takes them slow to
compile, so each grid is one row of numbers and one of whole numbers, and the edges of
all cells lie end to end in one array.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.drift._kernel.land_nodes import Grid

__all__ = [
    "BEFORE_S",
    "CURRENT",
    "FRAME",
    "MASK",
    "N_X",
    "N_Y",
    "PERIODIC",
    "PER_S",
    "SECOND",
    "STOKES",
    "TURN",
    "UNIFORM_X",
    "UNIFORM_Y",
    "USED",
    "WIND",
    "WORK_AT",
    "XC",
    "X_AT",
    "X_FINE",
    "X_FIRST",
    "X_PER",
    "Y_AT",
    "Y_FINE",
    "Y_FIRST",
    "Y_PER",
    "Grids",
    "pack",
]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

#: Rows: three fields that carry, and a coast finer than theirs.
CURRENT, WIND, STOKES, MASK = range(4)
#: Columns of the numbers: first edge of each axis, cells a unit (on the mean and in the
#: narrowest cell), degrees of a turn or 0 on a plane, middle of the x axis, time of the
#: frame before and one over the seconds to the next (0 for a steady field).
X_FIRST, Y_FIRST, X_PER, Y_PER, X_FINE, Y_FINE, TURN, XC, BEFORE_S, PER_S = range(10)
#: Columns of the whole numbers: whether the row counts, cells of each axis, where the
#: axes' edges begin, whether they are even and closed, numbers in a frame, where the
#: second frame begins, and where the blended frames do.
USED, N_X, N_Y, X_AT, Y_AT, UNIFORM_X, UNIFORM_Y, PERIODIC = range(8)
FRAME, SECOND, WORK_AT = range(8, 11)


class Grids(NamedTuple):
    """Rows of all grids, for the kernel."""

    reals: Array
    counts: Counts
    edges: Array


def pack(grids: list[Grid | None]) -> Grids:
    """Put up to four grids into rows; a missing one is a row of zeros."""
    reals, counts = np.zeros((4, 10)), np.zeros((4, 11), dtype=np.int64)
    edges: list[Array] = []
    at = work_at = 0
    for row, grid in enumerate(grids):
        if grid is None:
            continue
        xs, ys = grid.xs, grid.ys
        reals[row, :8] = (
            xs[0],
            ys[0],
            grid.x_per,
            grid.y_per,
            1.0 / np.diff(xs).min(),
            1.0 / np.diff(ys).min(),
            grid.turn,
            grid.xc,
        )
        size = 2 * xs.size * ys.size
        counts[row] = (
            1,
            xs.size - 1,
            ys.size - 1,
            at,
            at + xs.size,
            grid.uniform_x,
            grid.uniform_y,
            grid.periodic,
            size,
            0,
            work_at,
        )
        edges += [xs, ys]
        at += xs.size + ys.size
        work_at += 3 * size
    return Grids(reals, counts, np.concatenate(edges))
