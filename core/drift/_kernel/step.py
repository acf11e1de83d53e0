"""One step of a block of particles: water, wind, waves and chance, compiled."""

from math import cos, exp, expm1, radians, sqrt

import numpy as np
import numpy.typing as npt

from core.drift._kernel.jit import compiled
from core.drift._kernel.layers import (
    DU,
    DV,
    DX,
    DY,
    FLAG,
    FOUND,
    KU,
    KV,
    N_KINDS,
    N_REALS,
    OTHER,
    QX,
    QY,
    RX,
    RY,
    Block,
    Layer,
    Motion,
    Noise,
    Particles,
    U,
    V,
    X,
    Y,
)
from core.drift._kernel.random_numbers import normals
from core.drift._kernel.sample import DRY, INSIDE, OUT, sample_block

__all__ = [
    "FLIGHT",
    "Buffers",
    "Stages",
    "Three",
    "add",
    "displace",
    "flight_block",
    "new_block",
    "new_stages",
    "prepare",
    "read_directly",
    "walk_block",
]

Array = npt.NDArray[np.float64]
Frames = npt.NDArray[np.floating]
#: Frames before and after, and the share between them, for each layer and stage.
Stages = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]
#: Current, wind and Stokes drift.
Three = tuple[Layer, Layer, Layer]
Buffers = tuple[Frames, Frames, Frames]

_LEAST_COSINE = 1e-3  # keeps a step in longitude finite within 6 km of a pole
#: Purposes of random numbers; a flight takes two in a step and a third at the start.
WALK, FLIGHT = 1, 2


@compiled
def add(out: Array, a: Array, factor: float, b: Array, size: int) -> None:
    """Put ``a + factor * b`` into ``out``, in a loop short enough for vectors."""
    for q in range(size):
        out[q] = a[q] + factor * b[q]


@compiled
def displace(
    block: Block,
    size: int,
    h: float,
    motion: Motion,
    layers: Three,
    sources: Buffers,
    at: Stages,
) -> int:
    """Find where one Runge-Kutta step leads a block, as displacements.

    A stage that falls on land or off the grid repeats the velocity before it, and the
    particle's flag says so.

    Returns
    -------
    int
        Flags raised.
    """
    current, wind, stokes = layers
    k, m, w = at
    who, flag, found, other = (
        block.names,
        block.kinds[FLAG],
        block.kinds[FOUND],
        block.kinds[OTHER],
    )
    x, y, dx, dy = block.reals[X], block.reals[Y], block.reals[DX], block.reals[DY]
    qx, qy, ku, kv, u, v = (
        block.reals[QX],
        block.reals[QY],
        block.reals[KU],
        block.reals[KV],
        block.reals[U],
        block.reals[V],
    )
    du, dv = block.reals[DU], block.reals[DV]
    along, across, spherical = motion.along, motion.across, motion.spherical
    ku[:size] = kv[:size] = dx[:size] = dy[:size] = 0.0
    flag[:size] = INSIDE
    n_flags = 0
    for s in range(motion.nodes.size):
        if s > 0:
            reach = motion.nodes[s] * h
            add(qx, x, reach, ku, size)
            add(qy, y, reach, kv, size)
        px, py = (qx, qy) if s > 0 else (x, y)
        missing = sample_block(
            sources[0],
            k[0, s],
            m[0, s],
            w[0, s],
            current.grid,
            px,
            py,
            size,
            u,
            v,
            found,
        )
        if stokes.used:
            missing += sample_block(
                sources[2],
                k[2, s],
                m[2, s],
                w[2, s],
                stokes.grid,
                px,
                py,
                size,
                du,
                dv,
                other,
            )
            add(u, u, 1.0, du, size)
            add(v, v, 1.0, dv, size)
            for q in range(size):
                if other[q] == OUT:
                    found[q] = OUT
        if wind.used:
            missing += sample_block(
                sources[1],
                k[1, s],
                m[1, s],
                w[1, s],
                wind.grid,
                px,
                py,
                size,
                du,
                dv,
                other,
            )
            for q in range(size):
                p = who[q]
                u[q], v[q] = u[q] + along[p] * du[q], v[q] + along[p] * dv[q]
                if across[p] != 0.0:
                    # Degrees of the axes differ in length: a turn is made in metres.
                    squeeze = 1.0
                    if spherical:
                        squeeze = max(cos(radians(py[q])), _LEAST_COSINE)
                    u[q] -= across[p] * dv[q] / squeeze
                    v[q] += across[p] * du[q] * squeeze
                if other[q] == OUT:
                    found[q] = OUT
        share = motion.weights[s] * h
        if missing == 0:
            add(dx, dx, share, u, size)
            add(dy, dy, share, v, size)
            ku, u = u, ku
            kv, v = v, kv
            continue
        for q in range(size):
            if found[q] != INSIDE:
                if s == 0 and found[q] == OUT:
                    flag[q] = OUT
                elif flag[q] == INSIDE:
                    flag[q] = DRY
                u[q], v[q] = ku[q], kv[q]
            ku[q], kv[q] = u[q], v[q]
            dx[q] += share * u[q]
            dy[q] += share * v[q]
        n_flags += missing
    return n_flags


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
def read_directly(
    layer: Layer, row: int, t: float, h: float, nodes: Array, at: Stages
) -> None:
    """Let a step's stages read a layer's own frames."""
    k, m, w = at
    for s in range(nodes.size):
        k[row, s], m[row, s] = layer.before, layer.after
        w[row, s] = (t + nodes[s] * h - layer.before_s) * layer.per_s


@compiled
def prepare(
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
            read_directly(layer, row, t, h, motion.nodes, at)
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
def new_stages(n: int) -> Stages:
    return (
        np.zeros((3, n), dtype=np.int64),
        np.zeros((3, n), dtype=np.int64),
        np.zeros((3, n)),
    )


@compiled
def new_block(n: int) -> Block:
    """Room for a block of particles."""
    kinds = np.zeros((N_KINDS, n), dtype=np.int8)
    return Block(np.zeros(n, dtype=np.int64), kinds, np.zeros((N_REALS, n)))


@compiled
def walk_block(
    block: Block, size: int, h: float, step: int, noise: Noise, motion: Motion
) -> None:
    """Random displacements of a walk without memory, in units of the axes."""
    names, y, rx, ry = block.names, block.reals[Y], block.reals[RX], block.reals[RY]
    streams, seed, spherical = noise.streams, noise.seed, motion.spherical
    spread = sqrt(2.0 * noise.diffusivity_m2_s * abs(h)) * motion.units_per_m
    for q in range(size):
        east, north = normals(seed, streams[names[q]], step, WALK)
        squeeze = max(cos(radians(y[q])), _LEAST_COSINE) if spherical else 1.0
        rx[q], ry[q] = spread * east / squeeze, spread * north


@compiled
def flight_block(
    block: Block,
    size: int,
    h: float,
    step: int,
    noise: Noise,
    motion: Motion,
    who: Particles,
) -> None:
    """Add the displacements of a random flight, in units of the axes.

    Velocity and displacement after a step, given the velocity before it, are the
    integrated Ornstein-Uhlenbeck process, so they are exact for every step.
    """
    names, y, rx, ry = block.names, block.reals[Y], block.reals[RX], block.reals[RY]
    streams, seed, spherical = noise.streams, noise.seed, motion.spherical
    flight_x, flight_y, scale = who.reals[2], who.reals[3], noise.flight_scale_s
    sigma, units = noise.flight_m_s, motion.units_per_m
    q_step = abs(h) / scale
    lost, kept = -expm1(-q_step), exp(-q_step)
    var_u = lost * (2.0 - lost)
    var_d = 2.0 * q_step - 2.0 * lost - lost * lost
    if q_step < 1e-4:  # the difference above has no digits left
        var_d = q_step**3 * (2.0 / 3.0 - 0.5 * q_step)
    root = sqrt(var_u)
    both = lost * lost / root
    rest = sqrt(max(var_d - both * both, 0.0))
    for q in range(size):
        p = names[q]
        squeeze = max(cos(radians(y[q])), _LEAST_COSINE) if spherical else 1.0
        one, two = normals(seed, streams[p], step, FLIGHT)
        east = scale * (lost * flight_x[p] + sigma * (both * one + rest * two))
        flight_x[p] = kept * flight_x[p] + sigma * root * one
        one, two = normals(seed, streams[p], step, FLIGHT + 1)
        north = scale * (lost * flight_y[p] + sigma * (both * one + rest * two))
        flight_y[p] = kept * flight_y[p] + sigma * root * one
        rx[q] += units * east / squeeze
        ry[q] += units * north
