"""The velocity at a point, compiled."""

import numpy as np
import numpy.typing as npt

from core.drift._jit import compiled
from core.drift._land import Grid

__all__ = ["DRY", "EDGE", "INSIDE", "OUT", "locate", "sample", "sample_many", "turned"]

Array = npt.NDArray[np.float64]
Frames = npt.NDArray[np.floating]

#: Share of a cell by which rounding may carry a particle over an edge.
EDGE = 1e-9
#: What was found at a point: a velocity, no grid, or no node at sea.
INSIDE, OUT, DRY = 0, 1, 2


@compiled
def locate(x: float, edges: Array, per_unit: float, uniform: bool) -> tuple[int, float]:
    """Cell along one axis and the place in it, 0 to 1; cell -1 outside."""
    last = edges.size - 2
    if uniform:
        q = (x - edges[0]) * per_unit
        if not -EDGE <= q <= last + 1 + EDGE:
            return -1, 0.0
        j = min(int(q), last)
        return j, q - j
    slack = EDGE / per_unit
    if not edges[0] - slack <= x <= edges[last + 1] + slack:
        return -1, 0.0
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        if edges[middle] <= x:
            low = middle
        else:
            high = middle - 1
    return low, (x - edges[low]) / (edges[low + 1] - edges[low])


@compiled
def turned(x: float, g: Grid) -> float:
    """Longitude in the turn next to the middle of the grid."""
    if g.turn > 0.0:
        if x - g.xc > 0.5 * g.turn:
            return x - g.turn
        if x - g.xc < -0.5 * g.turn:
            return x + g.turn
    return x


@compiled
def _sea_mean(
    frames: Frames, k: int, m: int, w: float, i: int, j: int, a: float, b: float
) -> tuple[int, float, float]:
    """Bilinear mean over the nodes at sea alone, weights brought back to one."""
    total = u = v = 0.0
    for di in range(2):
        for dj in range(2):
            pu, pv = frames[k, i + di, j + dj, 0], frames[k, i + di, j + dj, 1]
            if w != 0.0:
                pu += w * (frames[m, i + di, j + dj, 0] - pu)
                pv += w * (frames[m, i + di, j + dj, 1] - pv)
            if pu == pu and pv == pv:
                share = (a if dj else 1.0 - a) * (b if di else 1.0 - b)
                total += share
                u += share * pu
                v += share * pv
    if total < 1e-12:
        return DRY, 0.0, 0.0
    return INSIDE, u / total, v / total


@compiled
def sample(
    frames: Frames, k: int, m: int, w: float, g: Grid, x: float, y: float
) -> tuple[int, float, float]:
    """Velocity in units of the axes per second, share ``w`` from frame k to m."""
    j, a = locate(turned(x, g), g.xs, g.x_per, g.uniform_x)
    i, b = locate(y, g.ys, g.y_per, g.uniform_y)
    if i < 0 or j < 0:
        return OUT, 0.0, 0.0
    f = frames[k]
    a1, b1 = 1.0 - a, 1.0 - b
    u = b1 * (a1 * f[i, j, 0] + a * f[i, j + 1, 0]) + b * (
        a1 * f[i + 1, j, 0] + a * f[i + 1, j + 1, 0]
    )
    v = b1 * (a1 * f[i, j, 1] + a * f[i, j + 1, 1]) + b * (
        a1 * f[i + 1, j, 1] + a * f[i + 1, j + 1, 1]
    )
    if w != 0.0:
        f = frames[m]
        u += w * (
            b1 * (a1 * f[i, j, 0] + a * f[i, j + 1, 0])
            + b * (a1 * f[i + 1, j, 0] + a * f[i + 1, j + 1, 0])
            - u
        )
        v += w * (
            b1 * (a1 * f[i, j, 1] + a * f[i, j + 1, 1])
            + b * (a1 * f[i + 1, j, 1] + a * f[i + 1, j + 1, 1])
            - v
        )
    if u != u or v != v:
        return _sea_mean(frames, k, m, w, i, j, a, b)
    return INSIDE, u, v


@compiled
def sample_many(
    frames: Frames, k: int, m: int, w: float, g: Grid, x: Array, y: Array
) -> Array:
    """Velocity at many points, shape (n, 2); NaN where there is none."""
    out = np.full((x.size, 2), np.nan)
    for p in range(x.size):
        flag, u, v = sample(frames, k, m, w, g, x[p], y[p])
        if flag == INSIDE:
            out[p, 0], out[p, 1] = u, v
    return out
