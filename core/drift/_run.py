"""Steps of many particles through one span of time, compiled.

Particles go in blocks, so that what one pass leaves for the next stays in the
processor's nearest cache.
"""

from math import cos, exp, expm1, radians, sqrt

import numpy as np
import numpy.typing as npt

from core.drift._coast import LAND, NONE, first_stop, is_clear
from core.drift._jit import compiled, entry
from core.drift._layers import Layer, Motion, Noise, Particles
from core.drift._random import normals
from core.drift._sample import DRY, INSIDE, OUT, sample, turned
from core.drift.track import AFLOAT, OUT_OF_DOMAIN, STRANDED

__all__ = ["run", "settle", "start_flight"]

Array = npt.NDArray[np.float64]
Frames = npt.NDArray[np.floating]
#: Frames before and after, and the share between them, for each layer and stage.
Stages = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]
Three = tuple[Layer, Layer, Layer]
Buffers = tuple[Frames, Frames, Frames]

_BLOCK = 512
_FINEST = 64  # pieces into which a step that meets the coast is cut, at most
_PIECES_PER_CELL = 4.0
_LEAST_COSINE = 1e-3  # keeps a step in longitude finite within 6 km of a pole
_WALK, _FLIGHT = 1, 2  # purposes of random numbers; a flight takes two


@compiled
def _displacement(
    x: float,
    y: float,
    h: float,
    p: int,
    motion: Motion,
    layers: Three,
    sources: Buffers,
    at: Stages,
) -> tuple[int, float, float]:
    """Where one Runge-Kutta step leads, as a displacement.

    A stage that falls on land or off the grid repeats the velocity before it, and the
    step says so.
    """
    current, wind, stokes = layers
    k, m, w = at
    flag = INSIDE
    ku = kv = su = sv = 0.0
    for s in range(motion.nodes.size):
        reach = motion.nodes[s] * h
        qx, qy = x + reach * ku, y + reach * kv
        found, u, v = sample(
            sources[0], k[0, s], m[0, s], w[0, s], current.grid, qx, qy
        )
        if stokes.used and found == INSIDE:
            other, du, dv = sample(
                sources[2], k[2, s], m[2, s], w[2, s], stokes.grid, qx, qy
            )
            found = OUT if other == OUT else found
            u, v = u + du, v + dv
        if wind.used and found == INSIDE:
            other, du, dv = sample(
                sources[1], k[1, s], m[1, s], w[1, s], wind.grid, qx, qy
            )
            found = OUT if other == OUT else found
            along, across = motion.along[p], motion.across[p]
            u, v = u + along * du, v + along * dv
            if across != 0.0:
                # Degrees of the two axes differ in length; a turn is made in metres.
                squeeze = 1.0
                if motion.spherical:
                    squeeze = max(cos(radians(qy)), _LEAST_COSINE)
                u -= across * dv / squeeze
                v += across * du * squeeze
        if found != INSIDE:
            if s == 0 and found == OUT:
                return OUT, 0.0, 0.0
            u, v = ku, kv
            flag = DRY
        ku, kv = u, v
        su += motion.weights[s] * u
        sv += motion.weights[s] * v
    return flag, h * su, h * sv


@compiled
def _blend(layer: Layer, out: Frames, t: float) -> None:
    """Interpolate a whole frame in time."""
    w = (t - layer.before_s) * layer.per_s
    first = layer.frames[layer.before]
    second = layer.frames[layer.after]
    for i in range(first.shape[0]):
        for j in range(first.shape[1]):
            for c in range(2):
                out[i, j, c] = first[i, j, c] + w * (second[i, j, c] - first[i, j, c])


@compiled
def _prepare(
    layers: Three,
    buffers: Buffers,
    t: float,
    h: float,
    step: int,
    motion: Motion,
    at: Stages,
) -> None:
    """Say which frames the stages of a step read, blending them first where asked.

    A blended step reads three frames, of its start, middle and end; the end of one is
    the start of the next, so they change places instead of being made twice.
    """
    k, m, w = at
    swapped = motion.n_slots == 3 and step % 2 == 1
    for row in range(3):
        layer = layers[row]
        if not layer.used:
            continue
        if not motion.blended or layer.per_s == 0.0:
            for s in range(motion.nodes.size):
                k[row, s], m[row, s] = layer.before, layer.after
                w[row, s] = (t + motion.nodes[s] * h - layer.before_s) * layer.per_s
            continue
        for slot in range(motion.n_slots):
            if slot > 0 or step == 0 or motion.n_slots < 3:
                place = 2 - slot if swapped else slot
                _blend(layer, buffers[row][place], t + 0.5 * slot * h)
        for s in range(motion.nodes.size):
            slot = motion.slots[s]
            k[row, s] = m[row, s] = 2 - slot if swapped else slot
            w[row, s] = 0.0


@compiled
def _stages(n: int) -> Stages:
    return (
        np.zeros((3, n), dtype=np.int64),
        np.zeros((3, n), dtype=np.int64),
        np.zeros((3, n)),
    )


@compiled
def _random_step(
    p: int, y: float, h: float, step: int, noise: Noise, motion: Motion, who: Particles
) -> tuple[float, float]:
    """Random displacement of a particle, in units of the axes."""
    stream = noise.streams[p]
    span = abs(h)
    east = north = 0.0
    if noise.diffusivity_m2_s > 0.0:
        spread = sqrt(2.0 * noise.diffusivity_m2_s * span)
        one, two = normals(noise.seed, stream, step, _WALK)
        east, north = spread * one, spread * two
    if noise.flight_m_s > 0.0:
        scale = noise.flight_scale_s
        q = span / scale
        lost = -expm1(-q)
        # Variances and covariance of velocity and displacement after the step, given
        # the velocity before it: the integrated Ornstein-Uhlenbeck process, exact.
        var_u = lost * (2.0 - lost)
        var_d = 2.0 * q - 2.0 * lost - lost * lost
        if q < 1e-4:
            var_d = q * q * q * (2.0 / 3.0 - 0.5 * q)
        both = lost * lost
        root = sqrt(var_u)
        rest = sqrt(max(var_d - both * both / var_u, 0.0))
        one, two = normals(noise.seed, stream, step, _FLIGHT)
        u = who.flight_x[p]
        east += scale * (lost * u + noise.flight_m_s * (both / root * one + rest * two))
        who.flight_x[p] = exp(-q) * u + noise.flight_m_s * root * one
        one, two = normals(noise.seed, stream, step, _FLIGHT + 1)
        v = who.flight_y[p]
        north += scale * (
            lost * v + noise.flight_m_s * (both / root * one + rest * two)
        )
        who.flight_y[p] = exp(-q) * v + noise.flight_m_s * root * one
    squeeze = max(cos(radians(y)), _LEAST_COSINE) if motion.spherical else 1.0
    return east * motion.units_per_m / squeeze, north * motion.units_per_m


@compiled
def _stop(who: Particles, p: int, kind: int, when: float) -> None:
    who.state[p] = STRANDED if kind == LAND else OUT_OF_DOMAIN
    who.ended_s[p] = when


@compiled
def _carry(
    p: int,
    t: float,
    h: float,
    step: tuple[int, float, float, float, float],
    who: Particles,
    layers: Three,
    sources: Buffers,
    motion: Motion,
    at: Stages,
) -> None:
    """Take a step that may meet land or the edge of the grid.

    If it does, or if a stage fell on land, it is taken anew in pieces of a quarter of
    a cell, the random displacement shared out among them: the straight line of a long
    step cuts corners that the water goes round.
    """
    flag, dx, dy, rx, ry = step
    grid = layers[0].grid
    x, y = who.x[p], who.y[p]
    if flag == INSIDE:
        kind, share = first_stop(x, y, dx + rx, dy + ry, grid, motion)
        if kind == NONE:
            who.x[p], who.y[p] = turned(x + dx + rx, grid), y + dy + ry
            return
    longest = max(abs(dx + rx) * grid.x_per, abs(dy + ry) * grid.y_per)
    pieces = int(min(max(np.ceil(longest * _PIECES_PER_CELL), 1.0), _FINEST))
    bit = h / pieces
    for piece in range(pieces):
        begin = t + piece * bit
        for row in range(3):
            layer = layers[row]
            for s in range(motion.nodes.size):
                at[0][row, s], at[1][row, s] = layer.before, layer.after
                stage_s = begin + motion.nodes[s] * bit
                at[2][row, s] = (stage_s - layer.before_s) * layer.per_s
        flag, dx, dy = _displacement(x, y, bit, p, motion, layers, sources, at)
        if flag == OUT:
            _stop(who, p, OUT, begin)
            break
        dx, dy = dx + rx / pieces, dy + ry / pieces
        kind, share = first_stop(x, y, dx, dy, grid, motion)
        x, y = turned(x + share * dx, grid), y + share * dy
        if kind != NONE:
            _stop(who, p, kind, begin + share * bit)
            break
    who.x[p], who.y[p] = x, y


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
    """Take ``n_steps`` equal steps within a span of time without a frame inside it."""
    at, at_fine = _stages(motion.nodes.size), _stages(motion.nodes.size)
    frames = (layers[0].frames, layers[1].frames, layers[2].frames)
    use = motion.blended
    sources = (
        buffers[0] if use and layers[0].per_s != 0.0 else frames[0],
        buffers[1] if use and layers[1].per_s != 0.0 else frames[1],
        buffers[2] if use and layers[2].per_s != 0.0 else frames[2],
    )
    flags = np.empty(_BLOCK, dtype=np.int64)
    det, rnd = np.empty((_BLOCK, 2)), np.zeros((_BLOCK, 2))
    noisy = noise.diffusivity_m2_s > 0.0 or noise.flight_m_s > 0.0
    grid = layers[0].grid
    for step in range(n_steps):
        t = start_s + step * h
        _prepare(layers, buffers, t, h, step, motion, at)
        for begin in range(0, who.x.size, _BLOCK):
            size = min(_BLOCK, who.x.size - begin)
            for q in range(size):
                p = begin + q
                if who.state[p] == AFLOAT:
                    flags[q], det[q, 0], det[q, 1] = _displacement(
                        who.x[p], who.y[p], h, p, motion, layers, sources, at
                    )
            if noisy:
                for q in range(size):
                    p = begin + q
                    if who.state[p] == AFLOAT:
                        rnd[q, 0], rnd[q, 1] = _random_step(
                            p, who.y[p], h, first_step + step, noise, motion, who
                        )
            for q in range(size):
                p = begin + q
                if who.state[p] != AFLOAT:
                    continue
                x, y = who.x[p], who.y[p]
                dx, dy = det[q, 0] + rnd[q, 0], det[q, 1] + rnd[q, 1]
                if flags[q] == OUT:
                    _stop(who, p, OUT, t)
                elif (
                    flags[q] == INSIDE
                    and is_clear(x, y, dx, dy, grid)
                    and (not motion.has_mask or is_clear(x, y, dx, dy, motion.mask))
                ):
                    who.x[p], who.y[p] = x + dx, y + dy
                else:
                    parts = (flags[q], det[q, 0], det[q, 1], rnd[q, 0], rnd[q, 1])
                    _carry(p, t, h, parts, who, layers, frames, motion, at_fine)


@entry
def settle(who: Particles, layers: Three, motion: Motion, start_s: float) -> None:
    """Stop the particles that start on land or outside a grid."""
    for p in range(who.x.size):
        kind, _ = first_stop(who.x[p], who.y[p], 0.0, 0.0, layers[0].grid, motion)
        for row in range(1, 3):
            layer = layers[row]
            if layer.used and kind == NONE:
                found, _, _ = sample(
                    layer.frames, 0, 0, 0.0, layer.grid, who.x[p], who.y[p]
                )
                kind = OUT if found == OUT else NONE
        if kind != NONE:
            _stop(who, p, kind, start_s)


@entry
def start_flight(who: Particles, noise: Noise) -> None:
    """Draw each particle's first random velocity from its lasting distribution."""
    for p in range(who.x.size):
        one, two = normals(noise.seed, noise.streams[p], 0, _FLIGHT + 2)
        who.flight_x[p] = noise.flight_m_s * one
        who.flight_y[p] = noise.flight_m_s * two
