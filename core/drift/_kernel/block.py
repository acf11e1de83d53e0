"""The velocity at a block of points, in short loops without a branch, compiled.

The compiler turns such loops into vector code only where they touch few arrays, so
each does one thing. What is not a plain case comes out as NaN, and its particle is
then moved by ``careful_step``.
"""

import numpy as np
import numpy.typing as npt

from core.drift._kernel.layers import (
    FRAME,
    N_X,
    N_Y,
    TURN,
    UNIFORM_X,
    UNIFORM_Y,
    X_AT,
    X_FIRST,
    X_PER,
    XC,
    Y_AT,
    Y_FIRST,
    Y_PER,
)
from core.drift._kernel.sample import locate, turned
from core.jit import compiled

__all__ = ["add", "blend", "sample_block"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@compiled
def add(out: Array, a: Array, factor: float, b: Array, size: int) -> None:
    """Put ``a + factor * b`` into ``out``."""
    for q in range(size):
        out[q] = a[q] + factor * b[q]


@compiled
def blend(pair: Array, second: int, w: float, out: Array, at: int, size: int) -> None:
    """Interpolate a whole frame in time."""
    first, last = pair[:size], pair[second : second + size]
    to = out[at : at + size]
    for k in range(size):
        to[k] = first[k] + w * (last[k] - first[k])


@compiled
def _even_cells(
    x: Array, first: float, per_unit: float, round_: float, n: int, a: Array, size: int
) -> int:
    """Coordinates counted in cells; how many are outside.

    ``round_`` is the cells of a turn of the sphere, or 0.
    """
    end = float(n)
    outside = 0
    for q in range(size):
        place = (x[q] - first) * per_unit
        outside += not ((place >= 0.0) & (place < end))
        a[q] = place
    if outside == 0 or round_ == 0.0:
        return outside
    outside = 0
    for q in range(size):
        place = a[q]
        place += (round_ if place < 0.0 else 0.0) - (round_ if place >= end else 0.0)
        outside += not ((place >= 0.0) & (place < end))
        a[q] = place
    return outside


@compiled
def _uneven_cells(
    x: Array,
    edges: Array,
    at: int,
    n: int,
    per_unit: float,
    turn: float,
    xc: float,
    a: Array,
    size: int,
) -> int:
    outside, even = 0, np.int64(0)
    for q in range(size):
        j, share = locate(turned(x[q], turn, xc), edges, at, n, per_unit, even)
        a[q] = j + share
        outside += not ((a[q] >= 0.0) & (a[q] < n))
    return outside


@compiled
def _lose(a: Array, b: Array, n_x: int, n_y: int, lost: Array, size: int) -> None:
    """Put NaN into ``lost`` for coordinates outside, which become those of a cell."""
    for q in range(size):
        inside = (a[q] >= 0.0) & (a[q] < n_x) & (b[q] >= 0.0) & (b[q] < n_y)
        lost[q] = 0.0 if inside else np.nan
        a[q] = a[q] if inside else 0.0
        b[q] = b[q] if inside else 0.0


@compiled
def _gather(
    f: Array, n_x: int, a: Array, b: Array, u: Array, v: Array, size: int
) -> None:
    """Bilinear means of both components at coordinates in cells."""
    row = np.int32(2 * (n_x + 1))
    one, two, three, next_row = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(row)
    for q in range(size):
        pa, pb = a[q], b[q]
        j, i = np.int32(pa), np.int32(pb)
        at = np.uint64(np.uint32(i * row + np.int32(2) * j))
        up = at + next_row
        r, s = pa - j, pb - i
        r1, s1 = 1.0 - r, 1.0 - s
        sw, se, nw, ne = s1 * r1, s1 * r, s * r1, s * r
        u[q] = sw * f[at] + se * f[at + two] + nw * f[up] + ne * f[up + two]
        v[q] = (
            sw * f[at + one]
            + se * f[at + three]
            + nw * f[up + one]
            + ne * f[up + three]
        )


@compiled
def sample_block(
    f: Array,
    first: int,
    second: int,
    w: float,
    g: Array,
    c: Counts,
    edges: Array,
    x: Array,
    y: Array,
    a: Array,
    b: Array,
    u: Array,
    v: Array,
    spare: Array,
    size: int,
) -> None:
    """Velocity in units of the axes per second, share ``w`` between two frames.

    ``a`` and ``b`` take the coordinates in cells; ``u`` is NaN off the plain path.
    """
    n_x, n_y, frame = c[N_X], c[N_Y], c[FRAME]
    if c[UNIFORM_X]:
        turn = g[TURN] * g[X_PER]
        outside = _even_cells(x, g[X_FIRST], g[X_PER], turn, n_x, a, size)
    else:
        outside = _uneven_cells(
            x, edges, c[X_AT], n_x, g[X_PER], g[TURN], g[XC], a, size
        )
    if c[UNIFORM_Y]:
        outside += _even_cells(y, g[Y_FIRST], g[Y_PER], 0.0, n_y, b, size)
    else:
        outside += _uneven_cells(y, edges, c[Y_AT], n_y, g[Y_PER], 0.0, 0.0, b, size)
    lost, late_u, late_v = spare[0], spare[1], spare[2]
    if outside:
        _lose(a, b, n_x, n_y, lost, size)
    _gather(f[first : first + frame], n_x, a, b, u, v, size)
    if w != 0.0:
        _gather(f[second : second + frame], n_x, a, b, late_u, late_v, size)
        for q in range(size):
            u[q] += w * (late_u[q] - u[q])
        for q in range(size):
            v[q] += w * (late_v[q] - v[q])
    if outside:
        add(u, u, 1.0, lost, size)
