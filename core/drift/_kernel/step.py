"""Where one step leads a block of particles, all that moves them taken, compiled."""

from math import cos, radians, sin

import numpy as np
import numpy.typing as npt

from core.drift._kernel.block import add, blend, sample_block
from core.drift._kernel.careful import LEAST_COSINE
from core.drift._kernel.layers import (
    BEFORE_S,
    CURRENT,
    FRAME,
    PER_S,
    SECOND,
    STOKES,
    TURN,
    USED,
    WIND,
    WORK_AT,
)
from core.jit import compiled

__all__ = ["ROWS", "displace", "prepare"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

#: Rows of a block's room: displacement; by chance; place of a stage; velocity of the
#: stage before and of this one; of another layer; coordinates in cells, of the first
#: stage and of others; what lies outside, and a later frame's velocity; cosine and
#: sine of the latitude; whole displacement; cells without land around.
ROWS = 24


@compiled
def prepare(
    t: float,
    h: float,
    step: int,
    blended: bool,
    slots: Counts,
    n_slots: int,
    nodes: Array,
    current: Array,
    wind: Array,
    stokes: Array,
    work: Array,
    reals: Array,
    counts: Counts,
    places: Counts,
    shares: Array,
) -> None:
    """Say where each stage of a step finds its frames, blending them first where asked.

    A blended step reads three frames, of its start, middle and end; the end of one is
    the start of the next, so they change places instead of being made twice.
    """
    swapped = n_slots == 3 and step % 2 == 1
    for row in range(3):
        g, c = reals[row], counts[row]
        if not c[USED]:
            continue
        pair = current if row == CURRENT else (wind if row == WIND else stokes)
        mixed = blended and g[PER_S] != 0.0
        for slot in range(n_slots if mixed else 0):
            if slot > 0 or step == 0 or n_slots < 3:
                place = 2 - slot if swapped else slot
                w = (t + 0.5 * slot * h - g[BEFORE_S]) * g[PER_S]
                at = c[WORK_AT] + place * c[FRAME]
                blend(pair, c[SECOND], w, work, at, c[FRAME])
        for s in range(nodes.size):
            if mixed:
                place = 2 - slots[s] if swapped else slots[s]
                places[row, s] = c[WORK_AT] + place * c[FRAME]
                shares[row, s] = 0.0
            else:
                places[row, s] = 0
                shares[row, s] = (t + nodes[s] * h - g[BEFORE_S]) * g[PER_S]


@compiled
def _turn_wind(
    u: Array,
    v: Array,
    du: Array,
    dv: Array,
    along: Array,
    across: Array,
    y0: Array,
    qy: Array,
    cosine: Array,
    sine: Array,
    spherical: bool,
) -> None:
    """Add each particle's share of the wind, turned; the turn is made in metres.

    The cosine of a latitude near the step's first one comes from Taylor's series, whose
    rest is below 1e-9 for stages within 10 km of the start.
    """
    for q in range(u.size):
        squeeze = 1.0
        if spherical:
            d = radians(qy[q] - y0[q])
            near = cosine[q] * (1.0 - 0.5 * d * d) - sine[q] * d * (1.0 - d * d / 6.0)
            squeeze = max(near, LEAST_COSINE)
        u[q] += along[q] * du[q] - across[q] * dv[q] / squeeze
        v[q] += along[q] * dv[q] + across[q] * du[q] * squeeze


@compiled
def displace(
    room: Array,
    x: Array,
    y: Array,
    along: Array,
    across: Array,
    turns: bool,
    h: float,
    nodes: Array,
    weights: Array,
    current: Array,
    wind: Array,
    stokes: Array,
    reals: Array,
    counts: Counts,
    edges: Array,
    places: Counts,
    shares: Array,
) -> None:
    """Find where one Runge-Kutta step leads a block; NaN off the plain path."""
    size = x.size
    dx, dy, qx, qy, ku, kv = room[0], room[1], room[4], room[5], room[6], room[7]
    u, v, du, dv, a, b = room[8], room[9], room[10], room[11], room[12], room[13]
    spare, cosine, sine = room[16:19], room[19], room[20]
    spherical = turns and reals[CURRENT, TURN] > 0.0
    for q in range(size):
        dx[q] = 0.0
        dy[q] = 0.0
    if spherical:
        for q in range(size):
            cosine[q], sine[q] = cos(radians(y[q])), sin(radians(y[q]))
    for s in range(nodes.size):
        px, py = x, y
        if s > 0:
            add(qx, x, nodes[s] * h, ku, size)
            add(qy, y, nodes[s] * h, kv, size)
            px, py, a, b = qx, qy, room[14], room[15]
        for row in range(3):
            if not counts[row, USED]:
                continue
            f = current if row == CURRENT else (wind if row == WIND else stokes)
            at = places[row, s]
            sample_block(
                f,
                at,
                at + counts[row, SECOND],
                shares[row, s],
                reals[row],
                counts[row],
                edges,
                px,
                py,
                a if row == CURRENT else room[14],
                b if row == CURRENT else room[15],
                u if row == CURRENT else du,
                v if row == CURRENT else dv,
                spare,
                size,
            )
            if row == WIND and turns:
                _turn_wind(
                    u[:size], v, du, dv, along, across, y, py, cosine, sine, spherical
                )
            elif row == WIND:
                for q in range(size):
                    u[q] += along[q] * du[q]
                for q in range(size):
                    v[q] += along[q] * dv[q]
            elif row == STOKES:
                add(u, u, 1.0, du, size)
                add(v, v, 1.0, dv, size)
        add(dx, dx, weights[s] * h, u, size)
        add(dy, dy, weights[s] * h, v, size)
        ku, u = u, ku
        kv, v = v, kv
