"""The velocity at points, compiled.

Points go in blocks, so that the arrays of a grid are taken apart once a block: taking
them from a tuple at every point costs more than all the arithmetic.
"""

import numpy as np
import numpy.typing as npt

from core.drift._kernel.jit import compiled, entry
from core.drift._kernel.land_nodes import Grid

__all__ = [
    "DRY",
    "EDGE",
    "INSIDE",
    "OUT",
    "locate",
    "sample_block",
    "sample_many",
    "turned",
]

Array = npt.NDArray[np.float64]
Frames = npt.NDArray[np.floating]

#: Share of a cell by which rounding may carry a particle over an edge.
EDGE = 1e-9
#: What was found at a point: a velocity, no grid, or no node at sea.
INSIDE, OUT, DRY = 0, 1, 2

Octets = npt.NDArray[np.int8]


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
def turned(x: float, turn: float, xc: float) -> float:
    """Longitude in the turn next to the middle of the grid."""
    if turn > 0.0:
        if x - xc > 0.5 * turn:
            return x - turn
        if x - xc < -0.5 * turn:
            return x + turn
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
def _bilinear(
    f: Frames, at: np.uint64, row: np.uint64, a: float, b: float
) -> tuple[float, float]:
    """Bilinear mean of both components; ``at`` is the first node in the flat frame."""
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    up = at + row
    a1, b1 = 1.0 - a, 1.0 - b
    sw, se, nw, ne = b1 * a1, b1 * a, b * a1, b * a
    u = sw * f[at] + se * f[at + two] + nw * f[up] + ne * f[up + two]
    v = sw * f[at + one] + se * f[at + three] + nw * f[up + one] + ne * f[up + three]
    return u, v


@compiled
def _to_cells(
    x: Array, first: float, per_unit: float, end: float, a: Array, size: int
) -> int:
    """Put coordinates counted in cells into ``a``; how many are outside.

    A loop of few arrays: the compiler makes it a vector loop only if it can tell at
    little cost that they do not overlap.
    """
    out = 0
    for q in range(size):
        place = (x[q] - first) * per_unit
        out += not ((place >= 0.0) & (place < end))
        a[q] = place
    return out


@compiled
def _gather(f: Frames, row: np.uint64, a: Array, b: Array, size: int) -> int:
    """Put velocities in the place of coordinates in cells; how many are no number."""
    for q in range(size):
        pa, pb = a[q], b[q]
        j, i = int(pa), int(pb)
        at = np.uint64(i) * row + np.uint64(2) * np.uint64(j)
        a[q], b[q] = _bilinear(f, at, row, pa - j, pb - i)
    dry = 0
    for q in range(size):
        dry += a[q] + b[q] != a[q] + b[q]
    return dry


@compiled
def sample_block(
    frames: Frames,
    k: int,
    m: int,
    w: float,
    g: Grid,
    x: Array,
    y: Array,
    size: int,
    u: Array,
    v: Array,
    found: Octets,
) -> int:
    """Velocity in units of the axes per second, share ``w`` from frame k to m.

    A block that lies inside an even grid and reads one frame goes through short
    loops without a branch; any other goes point by point.

    Returns
    -------
    int
        Points where there is no velocity.
    """
    xs, ys = g.xs, g.ys
    uniform_x, uniform_y = g.uniform_x, g.uniform_y
    x_per, y_per, turn, xc = g.x_per, g.y_per, g.turn, g.xc
    gathered = False
    row = np.uint64(2 * xs.size)
    f, f2 = frames[k].reshape(-1), frames[m].reshape(-1)
    if uniform_x and uniform_y and w == 0.0:
        x_first, y_first = xs[0], ys[0]
        x_end, y_end = float(xs.size - 1), float(ys.size - 1)
        out = _to_cells(x, x_first, x_per, x_end, u, size)
        out += _to_cells(y, y_first, y_per, y_end, v, size)
        if out == 0:
            found[:size] = INSIDE
            if _gather(f, row, u, v, size) == 0:
                return 0
            gathered = True
    missing = 0
    for q in range(size):
        if gathered and u[q] + v[q] == u[q] + v[q]:
            continue
        j, a = locate(turned(x[q], turn, xc), xs, x_per, uniform_x)
        i, b = locate(y[q], ys, y_per, uniform_y)
        if i < 0 or j < 0:
            found[q] = OUT
            u[q] = v[q] = 0.0
            missing += 1
            continue
        at = np.uint64(i) * row + np.uint64(2) * np.uint64(j)
        pu, pv = _bilinear(f, at, row, a, b)
        if w != 0.0:
            nu, nv = _bilinear(f2, at, row, a, b)
            pu, pv = pu + w * (nu - pu), pv + w * (nv - pv)
        found[q] = INSIDE
        if pu != pu or pv != pv:
            found[q], pu, pv = _sea_mean(frames, k, m, w, i, j, a, b)
            missing += found[q] != INSIDE
        u[q], v[q] = pu, pv
    return missing


@entry
def sample_many(
    frames: Frames, k: int, m: int, w: float, g: Grid, x: Array, y: Array
) -> Array:
    """Velocity at many points, shape (2, n); NaN where there is none."""
    out = np.empty((2, x.size))
    found = np.empty(x.size, dtype=np.int8)
    sample_block(frames, k, m, w, g, x, y, x.size, out[0], out[1], found)
    for p in range(x.size):
        if found[p] != INSIDE:
            out[0, p] = out[1, p] = np.nan
    return out
