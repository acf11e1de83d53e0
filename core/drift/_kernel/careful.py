"""A step of one particle beside land, at an edge or off the fast path, compiled."""

from math import cos, radians

import numpy as np
import numpy.typing as npt

from core.drift._kernel.coast import LAND, NONE, meets
from core.drift._kernel.layers import (
    BEFORE_S,
    CURRENT,
    PER_S,
    STOKES,
    TURN,
    USED,
    WIND,
    X_PER,
    XC,
    Y_PER,
)
from core.drift._kernel.sample import DRY, INSIDE, OUT, turned, velocity_in
from core.drift.track import OUT_OF_DOMAIN, STRANDED
from core.jit import compiled

__all__ = ["LEAST_COSINE", "careful_step", "stop"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
States = npt.NDArray[np.int8]

LEAST_COSINE = 1e-3  # keeps a step in longitude finite within 6 km of a pole
_FINEST = 64  # pieces into which a step that meets the coast is cut, at most
_PIECES_PER_CELL = 4.0


@compiled
def stop(state: States, ended_s: Array, p: int, kind: int, when: float) -> None:
    """Note how and when a particle ended."""
    state[p] = STRANDED if kind == LAND else OUT_OF_DOMAIN
    ended_s[p] = when


@compiled
def _velocity(
    t: float,
    x: float,
    y: float,
    along: float,
    across: float,
    current: Array,
    wind: Array,
    stokes: Array,
    reals: Array,
    counts: Counts,
    edges: Array,
) -> tuple[int, float, float]:
    """Velocity of a particle from all that moves it, and what was found."""
    w = (t - reals[CURRENT, BEFORE_S]) * reals[CURRENT, PER_S]
    found, u, v = velocity_in(current, w, reals[CURRENT], counts[CURRENT], edges, x, y)
    for row in range(WIND, STOKES + 1):
        if not counts[row, USED]:
            continue
        w = (t - reals[row, BEFORE_S]) * reals[row, PER_S]
        pair = wind if row == WIND else stokes
        other, du, dv = velocity_in(pair, w, reals[row], counts[row], edges, x, y)
        if other == OUT:
            return OUT, 0.0, 0.0
        if row == STOKES:
            u, v = u + du, v + dv
            continue
        # Degrees of the axes differ in length: a turn is made in metres.
        squeeze = 1.0
        if across != 0.0 and reals[row, TURN] > 0.0:
            squeeze = max(cos(radians(y)), LEAST_COSINE)
        u += along * du - across * dv / squeeze
        v += along * dv + across * du * squeeze
    return found, u, v


@compiled
def _displacement(
    t: float,
    h: float,
    x: float,
    y: float,
    along: float,
    across: float,
    nodes: Array,
    weights: Array,
    current: Array,
    wind: Array,
    stokes: Array,
    reals: Array,
    counts: Counts,
    edges: Array,
) -> tuple[int, float, float]:
    """One Runge-Kutta step; a stage without a velocity repeats the one before it."""
    flag = INSIDE
    ku = kv = dx = dy = 0.0
    for s in range(nodes.size):
        reach = nodes[s] * h
        found, u, v = _velocity(
            t + reach,
            x + reach * ku,
            y + reach * kv,
            along,
            across,
            current,
            wind,
            stokes,
            reals,
            counts,
            edges,
        )
        if found == INSIDE:
            ku, kv = u, v
        elif s == 0 and found == OUT:
            return OUT, 0.0, 0.0
        else:
            flag = DRY
        dx += weights[s] * h * ku
        dy += weights[s] * h * kv
    return flag, dx, dy


@compiled
def careful_step(
    p: int,
    t: float,
    h: float,
    dx: float,
    dy: float,
    rx: float,
    ry: float,
    x: Array,
    y: Array,
    state: States,
    ended_s: Array,
    along: float,
    across: float,
    nodes: Array,
    weights: Array,
    current: Array,
    wind: Array,
    stokes: Array,
    reals: Array,
    counts: Counts,
    edges: Array,
    code: Codes,
    mask_code: Codes,
) -> None:
    """Move a particle by ``dx, dy`` (NaN if not known) and ``rx, ry``, or stop it.

    A step that meets land is taken anew in pieces, the random displacement shared out
    among them: the straight line of a long step cuts corners that the water goes
    round. A shorter step than a piece stands.
    """
    flag, pieces = INSIDE, 1
    g = reals[CURRENT]
    for attempt in range(2):
        bit = h / pieces
        for piece in range(pieces):
            begin = t + piece * bit
            if attempt == 1 or dx + dy != dx + dy:
                flag, dx, dy = _displacement(
                    begin,
                    bit,
                    x[p],
                    y[p],
                    along,
                    across,
                    nodes,
                    weights,
                    current,
                    wind,
                    stokes,
                    reals,
                    counts,
                    edges,
                )
                if flag == OUT:
                    stop(state, ended_s, p, flag, begin)
                    return
            all_x, all_y = dx + rx / pieces, dy + ry / pieces
            kind, share = meets(
                x[p], y[p], all_x, all_y, reals, counts, edges, code, mask_code
            )
            if attempt == 0 and (flag != INSIDE or kind != NONE):
                longest = max(abs(all_x) * g[X_PER], abs(all_y) * g[Y_PER])
                pieces = int(min(longest * _PIECES_PER_CELL, _FINEST - 1.0)) + 1
                break
            x[p] = turned(x[p] + share * all_x, g[TURN], g[XC])
            y[p] += share * all_y
            if kind != NONE:
                stop(state, ended_s, p, kind, begin + share * bit)
                return
            if attempt == 0:
                return
