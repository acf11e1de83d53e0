"""The velocity at single points, with all that can be in the way, compiled."""

import numpy as np
import numpy.typing as npt

from core.drift._kernel.layers import (
    CURRENT,
    N_X,
    N_Y,
    SECOND,
    TURN,
    UNIFORM_X,
    UNIFORM_Y,
    X_AT,
    X_PER,
    XC,
    Y_AT,
    Y_PER,
)
from core.jit import compiled, entry

__all__ = [
    "DRY",
    "EDGE",
    "INSIDE",
    "OUT",
    "cell_at",
    "locate",
    "sample_many",
    "turned",
    "velocity_in",
]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

#: Share of a cell by which rounding may carry a particle over an edge.
EDGE = 1e-9
#: What was found at a point: a velocity, no grid, or no node at sea.
INSIDE, OUT, DRY = 0, 1, 2


@compiled
def locate(
    x: float, edges: Array, at: int, n: int, per_unit: float, uniform: int | np.int64
) -> tuple[int, float]:
    """Cell along one axis and the place in it, 0 to 1; cell -1 outside.

    The axis has ``n`` cells, its edges begin at ``edges[at]``.
    """
    if uniform:
        q = (x - edges[at]) * per_unit
        if not -EDGE <= q <= n + EDGE:
            return -1, 0.0
        j = min(int(q), n - 1)
        return j, q - j
    slack = EDGE / per_unit
    if not edges[at] - slack <= x <= edges[at + n] + slack:
        return -1, 0.0
    low, high = 0, n - 1
    while low < high:
        middle = (low + high + 1) // 2
        if edges[at + middle] <= x:
            low = middle
        else:
            high = middle - 1
    first = edges[at + low]
    return low, (x - first) / (edges[at + low + 1] - first)


@compiled
def turned(x: float, turn: float, xc: float) -> float:
    """Longitude in the turn next to the middle of the grid."""
    if turn > 0.0:
        if x - xc > 0.5 * turn:
            return x - turn
        if x - xc < -0.5 * turn:
            return x + turn
    return x


@compiled
def cell_at(
    x: float, y: float, g: Array, c: Counts, edges: Array
) -> tuple[int, int, float, float]:
    """Column, row and place in the cell; a column or row of -1 outside."""
    px = turned(x, g[TURN], g[XC])
    j, a = locate(px, edges, c[X_AT], c[N_X], g[X_PER], c[UNIFORM_X])
    i, b = locate(y, edges, c[Y_AT], c[N_Y], g[Y_PER], c[UNIFORM_Y])
    return j, i, a, b


@compiled
def velocity_in(
    pair: Array, w: float, g: Array, c: Counts, edges: Array, x: float, y: float
) -> tuple[int, float, float]:
    """Velocity in units of the axes per second, share ``w`` between two frames.

    Beside land it is the bilinear mean over the nodes at sea alone, their weights
    brought back to one.
    """
    j, i, a, b = cell_at(x, y, g, c, edges)
    if i < 0 or j < 0:
        return OUT, 0.0, 0.0
    total = u = v = 0.0
    for corner in range(4):
        right, up = corner % 2, corner // 2
        at = 2 * ((i + up) * (c[N_X] + 1) + j + right)
        pu, pv = pair[at], pair[at + 1]
        if w != 0.0:
            after = at + c[SECOND]
            pu += w * (pair[after] - pu)
            pv += w * (pair[after + 1] - pv)
        if pu + pv == pu + pv:
            share = (a if right else 1.0 - a) * (b if up else 1.0 - b)
            total += share
            u += share * pu
            v += share * pv
    if total < 1e-12:
        return DRY, 0.0, 0.0
    return INSIDE, u / total, v / total


@entry
def sample_many(
    pair: Array,
    w: float,
    reals: Array,
    counts: Counts,
    edges: Array,
    x: Array,
    y: Array,
) -> Array:
    """Velocity at many points, shape (2, n); NaN where there is none."""
    out = np.full((2, x.size), np.nan)
    for p in range(x.size):
        found, u, v = velocity_in(
            pair, w, reals[CURRENT], counts[CURRENT], edges, x[p], y[p]
        )
        if found == INSIDE:
            out[0, p], out[1, p] = u, v
    return out
