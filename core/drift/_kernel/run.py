"""Steps of many particles through one span of time, compiled.

Particles go in blocks, so that what one pass leaves for the next stays in the
processor's nearest cache.
"""

import numpy as np

from core.drift._kernel.coast import LAND, NONE, stops_block
from core.drift._kernel.jit import compiled, entry
from core.drift._kernel.land_nodes import Grid
from core.drift._kernel.layers import (
    ALL_X,
    ALL_Y,
    DX,
    DY,
    FLAG,
    FOUND,
    RX,
    RY,
    SHARE,
    SHARE_MASK,
    STOP,
    STOP_MASK,
    Block,
    Motion,
    Noise,
    Particles,
    U,
    V,
    X,
    Y,
)
from core.drift._kernel.random_numbers import normals
from core.drift._kernel.sample import INSIDE, OUT, sample_block, turned
from core.drift._kernel.step import (
    FLIGHT,
    Buffers,
    Stages,
    Three,
    add,
    displace,
    flight_block,
    new_block,
    new_stages,
    prepare,
    read_directly,
    walk_block,
)
from core.drift.track import AFLOAT, OUT_OF_DOMAIN, STRANDED

__all__ = ["run"]

_BLOCK = 2048
_FINEST = 64  # pieces into which a step that meets the coast is cut, at most
_PIECES_PER_CELL = 4.0


@compiled
def _stop(who: Particles, p: int, kind: int, when: float) -> None:
    who.state[p] = STRANDED if kind == LAND else OUT_OF_DOMAIN
    who.ended_s[p] = when


@compiled
def _find_stops(block: Block, size: int, grid: Grid, motion: Motion) -> int:
    """Find the first of the field's land, its edge and the mask's land."""
    x, y, all_x, all_y = (
        block.reals[X],
        block.reals[Y],
        block.reals[ALL_X],
        block.reals[ALL_Y],
    )
    kind, share = block.kinds[STOP], block.reals[SHARE]
    n_stops = stops_block(grid, False, x, y, all_x, all_y, size, kind, share)
    if motion.has_mask:
        other, at = block.kinds[STOP_MASK], block.reals[SHARE_MASK]
        n_stops += stops_block(motion.mask, True, x, y, all_x, all_y, size, other, at)
        for q in range(size):
            if other[q] == LAND and at[q] <= share[q]:
                kind[q], share[q] = LAND, at[q]
    return n_stops


@compiled
def _retake(
    p: int,
    t: float,
    h: float,
    rx: float,
    ry: float,
    pieces: int,
    who: Particles,
    layers: Three,
    frames: Buffers,
    motion: Motion,
    at: Stages,
    one: Block,
) -> None:
    """Take a step anew in pieces, the random displacement shared out among them.

    The straight line of a long step cuts corners that the water goes round.
    """
    grid = layers[0].grid
    bit = h / pieces
    one.names[0] = p
    for piece in range(pieces):
        begin = t + piece * bit
        for row in range(3):
            read_directly(layers[row], row, begin, bit, motion.nodes, at)
        one.reals[X, 0], one.reals[Y, 0] = who.reals[0, p], who.reals[1, p]
        displace(one, 1, bit, motion, layers, frames, at)
        if one.kinds[FLAG, 0] == OUT:
            _stop(who, p, OUT, begin)
            return
        one.reals[ALL_X, 0] = one.reals[DX, 0] + rx / pieces
        one.reals[ALL_Y, 0] = one.reals[DY, 0] + ry / pieces
        _find_stops(one, 1, grid, motion)
        share = one.reals[SHARE, 0]
        who.reals[0, p] = turned(
            one.reals[X, 0] + share * one.reals[ALL_X, 0], grid.turn, grid.xc
        )
        who.reals[1, p] = one.reals[Y, 0] + share * one.reals[ALL_Y, 0]
        if one.kinds[STOP, 0] != NONE:
            _stop(who, p, one.kinds[STOP, 0], begin + share * bit)
            return


@compiled
def _fill(block: Block, who: Particles, p: int) -> tuple[int, int]:
    """Take the next particles afloat into a block; how many, and where to go on."""
    size = 0
    x, y, state, names = who.reals[0], who.reals[1], who.state, block.names
    bx, by = block.reals[X], block.reals[Y]
    while p < x.size and size < names.size:
        if state[p] == AFLOAT:
            names[size], bx[size], by[size] = p, x[p], y[p]
            size += 1
        p += 1
    return size, p


@compiled
def _finish(
    block: Block,
    size: int,
    n_flags: int,
    t: float,
    h: float,
    who: Particles,
    layers: Three,
    frames: Buffers,
    motion: Motion,
    at: Stages,
    one: Block,
) -> None:
    """Move a block's particles; retake the steps that met something.

    A retaken step has pieces of a quarter of a cell, so a shorter one stands.
    """
    grid = layers[0].grid
    x_per, y_per, turn, xc = grid.x_per, grid.y_per, grid.turn, grid.xc
    names, flag, stop = block.names, block.kinds[FLAG], block.kinds[STOP]
    rx, ry, all_x, all_y = (
        block.reals[RX],
        block.reals[RY],
        block.reals[ALL_X],
        block.reals[ALL_Y],
    )
    x, y, dx, dy = block.reals[X], block.reals[Y], block.reals[DX], block.reals[DY]
    to_x, to_y = who.reals[0], who.reals[1]
    add(all_x, dx, 1.0, rx, size)
    add(all_y, dy, 1.0, ry, size)
    n_stops = _find_stops(block, size, grid, motion)
    if n_stops == 0 and n_flags == 0 and not grid.periodic:
        # Inside a grid that does not close on itself no longitude needs a turn.
        first = names[0]
        if names[size - 1] - first == size - 1:
            add(to_x[first : first + size], x, 1.0, all_x, size)
            add(to_y[first : first + size], y, 1.0, all_y, size)
        else:
            for q in range(size):
                to_x[names[q]], to_y[names[q]] = x[q] + all_x[q], y[q] + all_y[q]
        return
    for q in range(size):
        p = names[q]
        if flag[q] == OUT:
            _stop(who, p, OUT, t)
            continue
        if flag[q] == INSIDE and stop[q] == NONE:
            to_x[p] = turned(x[q] + all_x[q], turn, xc)
            to_y[p] = y[q] + all_y[q]
            continue
        longest = max(abs(all_x[q]) * x_per, abs(all_y[q]) * y_per)
        pieces = int(min(max(np.ceil(longest * _PIECES_PER_CELL), 1.0), _FINEST))
        _retake(p, t, h, rx[q], ry[q], pieces, who, layers, frames, motion, at, one)


@compiled
def _settle(who: Particles, layers: Three, motion: Motion, start_s: float) -> None:
    """Stop the particles that start on land or outside a grid."""
    n = who.state.size
    whole = new_block(n)
    for p in range(n):
        whole.reals[X, p], whole.reals[Y, p] = who.reals[0, p], who.reals[1, p]
    _find_stops(whole, n, layers[0].grid, motion)
    for p in range(n):
        if whole.kinds[STOP, p] != NONE:
            _stop(who, p, whole.kinds[STOP, p], start_s)
    for row in range(1, 3):
        layer = layers[row]
        if layer.used:
            sample_block(
                layer.frames,
                0,
                0,
                0.0,
                layer.grid,
                who.reals[0],
                who.reals[1],
                n,
                whole.reals[U],
                whole.reals[V],
                whole.kinds[FOUND],
            )
            for p in range(n):
                if who.state[p] == AFLOAT and whole.kinds[FOUND, p] == OUT:
                    _stop(who, p, OUT, start_s)


@compiled
def _start_flight(who: Particles, noise: Noise) -> None:
    """Draw each particle's first random velocity from its lasting distribution."""
    for p in range(who.state.size):
        one, two = normals(noise.seed, noise.streams[p], 0, FLIGHT + 2)
        who.reals[2, p] = noise.flight_m_s * one
        who.reals[3, p] = noise.flight_m_s * two


@entry
def run(
    who: Particles,
    layers: Three,
    buffers: Buffers,
    motion: Motion,
    noise: Noise,
    start_s: float,
    h: float,
    n_steps: int,
    first_step: int,
) -> None:
    """Take ``n_steps`` equal steps within a span of time without a frame inside it.

    The first call of a run also stops the particles that start on land.
    """
    if first_step == 0:
        _settle(who, layers, motion, start_s)
        _start_flight(who, noise)
    at, at_fine = new_stages(motion.nodes.size), new_stages(motion.nodes.size)
    frames = (layers[0].frames, layers[1].frames, layers[2].frames)
    sources = (
        buffers[0] if motion.blended and layers[0].per_s != 0.0 else frames[0],
        buffers[1] if motion.blended and layers[1].per_s != 0.0 else frames[1],
        buffers[2] if motion.blended and layers[2].per_s != 0.0 else frames[2],
    )
    block, one = new_block(min(_BLOCK, who.state.size)), new_block(1)
    for step in range(n_steps):
        t = start_s + step * h
        prepare(layers, buffers, t, h, step, motion, at)
        p = 0
        while p < who.state.size:
            size, p = _fill(block, who, p)
            if size == 0:
                break
            n_flags = displace(block, size, h, motion, layers, sources, at)
            block.reals[RX] = 0.0
            block.reals[RY] = 0.0
            if noise.diffusivity_m2_s > 0.0:
                walk_block(block, size, h, first_step + step, noise, motion)
            if noise.flight_m_s > 0.0:
                flight_block(block, size, h, first_step + step, noise, motion, who)
            _finish(
                block, size, n_flags, t, h, who, layers, frames, motion, at_fine, one
            )
