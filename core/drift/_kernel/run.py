"""Steps of many particles through one span of time, compiled.

Particles go in blocks, so that what one pass leaves for the next stays in the
processor's nearest cache. A block goes through short loops without a branch; what is
no plain case there, or near land, is then moved particle by particle.
"""

from math import sqrt

import numpy as np
import numpy.typing as npt

from core.drift._kernel.block import add
from core.drift._kernel.careful import careful_step, stop
from core.drift._kernel.chance import FLIGHT, flight_block, walk_block
from core.drift._kernel.coast import NONE, meets
from core.drift._kernel.layers import (
    CURRENT,
    MASK,
    N_X,
    N_Y,
    PER_S,
    PERIODIC,
    STOKES,
    TURN,
    USED,
    WIND,
    X_FINE,
    X_FIRST,
    X_PER,
    XC,
    Y_FINE,
    Y_FIRST,
    Y_PER,
)
from core.drift._kernel.random_numbers import normals
from core.drift._kernel.sample import OUT, cell_at, turned
from core.drift._kernel.step import displace, prepare
from core.drift.track import AFLOAT
from core.jit import compiled, entry

__all__ = ["run", "start"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
States = npt.NDArray[np.int8]
Names = npt.NDArray[np.uint64]


@compiled
def _off_mask(
    x: float, y: float, dx: float, dy: float, g: Array, c: Counts, free: Codes
) -> bool:
    """Whether a step surely stays clear of the mask's land."""
    a = (turned(x, g[TURN], g[XC]) - g[X_FIRST]) * g[X_PER]
    b = (y - g[Y_FIRST]) * g[Y_PER]
    d = max(abs(dx) * g[X_PER], abs(dy) * g[Y_PER])
    if (a >= 0.0) & (a < c[N_X]) & (b >= 0.0) & (b < c[N_Y]):
        return bool(d < float(free[np.int64(b), np.int64(a)]) - 1.0)
    return bool((a + d < 0.0) | (a - d > c[N_X]) | (b + d < 0.0) | (b - d > c[N_Y]))


@entry
def start(
    x: Array,
    y: Array,
    state: States,
    ended_s: Array,
    speeds: Array,
    streams: Names,
    seed: np.uint64,
    sigma: float,
    start_s: float,
    reals: Array,
    counts: Counts,
    edges: Array,
    code: Codes,
    mask_code: Codes,
) -> None:
    """Stop the particles that start on land or outside a grid; draw first speeds."""
    first, purpose = np.int64(0), np.int64(FLIGHT + 2)
    for p in range(x.size):
        kind, _ = meets(x[p], y[p], 0.0, 0.0, reals, counts, edges, code, mask_code)
        for row in range(WIND, STOKES + 1):
            if kind == NONE and counts[row, USED]:
                j, i, _, _ = cell_at(x[p], y[p], reals[row], counts[row], edges)
                kind = OUT if i < 0 or j < 0 else NONE
        if kind != NONE:
            stop(state, ended_s, p, kind, start_s)
        if sigma > 0.0:
            one, two = normals(seed, streams[p], first, purpose)
            speeds[0, p], speeds[1, p] = sigma * one, sigma * two


@entry
def run(
    x: Array,
    y: Array,
    state: States,
    ended_s: Array,
    speeds: Array,
    streams: Names,
    along: Array,
    across: Array,
    seed: np.uint64,
    noise: Array,
    start_s: float,
    h: float,
    n_steps: int,
    first_step: int,
    blended: bool,
    turns: bool,
    nodes: Array,
    weights: Array,
    slots: Counts,
    n_slots: int,
    current: Array,
    wind: Array,
    stokes: Array,
    work: Array,
    reals: Array,
    counts: Counts,
    edges: Array,
    code: Codes,
    free: Codes,
    mask_code: Codes,
    mask_free: Codes,
    places: Counts,
    shares: Array,
    room: Array,
) -> None:
    """Take ``n_steps`` equal steps within a span of time without a frame inside it.

    ``places``, ``shares`` and ``room`` are for the kernel's own use.
    """
    g = reals[CURRENT]
    diffusivity, sigma, scale, units_per_m = noise[0], noise[1], noise[2], noise[3]
    spread = sqrt(2.0 * diffusivity * abs(h)) * units_per_m
    spherical, has_mask = g[TURN] > 0.0, counts[MASK, USED] != 0
    periodic = counts[CURRENT, PERIODIC] != 0
    x_fine, y_fine = g[X_FINE], g[Y_FINE]
    dx, dy, rx, ry, a, b = room[0], room[1], room[2], room[3], room[12], room[13]
    chance = spread > 0.0 or sigma > 0.0
    all_x, all_y = (room[21], room[22]) if chance else (dx, dy)
    n_x, left, block = np.int32(counts[CURRENT, N_X]), room[23], room.shape[1]
    from_current = work if blended and reals[CURRENT, PER_S] != 0.0 else current
    from_wind = work if blended and reals[WIND, PER_S] != 0.0 else wind
    from_stokes = work if blended and reals[STOKES, PER_S] != 0.0 else stokes
    for step in range(n_steps):
        t = start_s + step * h
        prepare(
            t,
            h,
            step,
            blended,
            slots,
            n_slots,
            nodes,
            current,
            wind,
            stokes,
            work,
            reals,
            counts,
            places,
            shares,
        )
        for low in range(0, x.size, block):
            high = min(low + block, x.size)
            bx, by = x[low:high], y[low:high]
            size = high - low
            displace(
                room,
                bx,
                by,
                along[low:high],
                across[low:high],
                turns,
                h,
                nodes,
                weights,
                from_current,
                from_wind,
                from_stokes,
                reals,
                counts,
                edges,
                places,
                shares,
            )
            if spread > 0.0:
                walk_block(
                    rx[:size],
                    ry,
                    by,
                    streams[low:high],
                    seed,
                    first_step + step,
                    spread,
                    spherical,
                )
            if sigma > 0.0:
                if spread == 0.0:
                    for q in range(size):
                        rx[q] = 0.0
                        ry[q] = 0.0
                flight_block(
                    rx[:size],
                    ry,
                    by,
                    speeds[:, low:high],
                    streams[low:high],
                    seed,
                    first_step + step,
                    h,
                    sigma,
                    scale,
                    units_per_m,
                    spherical,
                )
            if chance:
                add(all_x, dx, 1.0, rx, size)
                add(all_y, dy, 1.0, ry, size)
            plain = 0
            for q in range(size):
                at = np.int32(b[q]) * n_x + np.int32(a[q])
                left[q] = float(free[np.uint64(at)]) - 1.0
            # A step is plain if it is shorter than the way to the nearest cell with
            # land, or stays within a cell without.
            for q in range(size):
                on_x, on_y = all_x[q] * x_fine, all_y[q] * y_fine
                to_x = a[q] - np.int32(a[q]) + on_x
                to_y = b[q] - np.int32(b[q]) + on_y
                fits = (to_x > 0.0) & (to_x < 1.0) & (to_y > 0.0) & (to_y < 1.0)
                fits &= left[q] >= 0.0
                fits |= (abs(on_x) < left[q]) & (abs(on_y) < left[q])
                fits &= state[low + q] == AFLOAT
                left[q] = 1.0 if fits else 0.0
                plain += fits
            if plain == size and not has_mask:
                add(bx, bx, 1.0, all_x, size)
                add(by, by, 1.0, all_y, size)
                # Only where the grid closes on itself does a longitude need a turn.
                for q in range(size if periodic else 0):
                    bx[q] = turned(bx[q], g[TURN], g[XC])
                continue
            for q in range(size):
                p = low + q
                if state[p] != AFLOAT:
                    continue
                if left[q] > 0.0 and (
                    not has_mask
                    or _off_mask(
                        x[p],
                        y[p],
                        all_x[q],
                        all_y[q],
                        reals[MASK],
                        counts[MASK],
                        mask_free,
                    )
                ):
                    x[p] = turned(x[p] + all_x[q], g[TURN], g[XC])
                    y[p] += all_y[q]
                    continue
                careful_step(
                    p,
                    t,
                    h,
                    dx[q],
                    dy[q],
                    rx[q],
                    ry[q],
                    x,
                    y,
                    state,
                    ended_s,
                    along[p],
                    across[p],
                    nodes,
                    weights,
                    current,
                    wind,
                    stokes,
                    reals,
                    counts,
                    edges,
                    code,
                    mask_code,
                )
