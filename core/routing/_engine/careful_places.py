"""Places for sites in plans that the clock decides on: the careful half of a search.

The three functions of the package's contract, on top of :mod:`careful`'s walk.
"""

import numpy as np
import numpy.typing as npt

from core.jit import compiled
from core.routing._engine.careful import (
    BONUS,
    NO,
    ONE,
    PRIZE,
    READY,
    TWO,
    UNTIL,
    YES,
    ZERO,
    begin,
    walk,
)
from core.routing._engine.meeting import distance_km, where
from core.routing._engine.random_numbers import uniform
from core.routing._engine.types import Array, Arrays, Int

__all__ = ["scan", "update", "whole"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

#: A place is passed over unseen where this part of the delay that is roughly expected,
#: less some hours, is still too much.
_SURE, _SURE_H = 0.7, 0.5


@compiled
def update(v: int, model: Arrays, plan: Arrays, world: Arrays) -> None:
    """Fill the states of a vessel; what cannot be done has a score below all others."""
    limits = model[6]
    seq, length, _, cache, totals = plan
    (
        travel, service, node, is_port, cal_of, cal_at, open_h, tracks, share, fastest,
        scale, _, _,
    ) = world  # fmt: skip
    begin(cache[v], limits[v])
    fits, end, prize = walk(
        seq[v], length[v], ZERO, seq[v], ZERO, cache[v], YES, np.inf,
        travel[v if len(travel) > 1 else 0], service[v], node, limits[v], is_port[v],
        cal_of[v], cal_at, open_h, tracks, share, fastest, scale[0], scale[1],
    )  # fmt: skip
    if not fits:
        totals[v, 0], totals[v, 1] = -1e18, 1e6
    elif length[v] == 2:
        totals[v, 0], totals[v, 1] = 0.0, 0.0
    else:
        totals[v, 0], totals[v, 1] = prize, end - limits[v, READY]


@compiled
def whole(
    v: int, nodes: Array, n_nodes: int, model: Arrays, world: Arrays
) -> tuple[bool, float, float]:
    """Judge an order of nodes."""
    limits = model[6]
    (
        travel, service, node, is_port, cal_of, cal_at, open_h, tracks, share, fastest,
        scale, _, _,
    ) = world  # fmt: skip
    state = np.empty((1, 4))
    begin(state, limits[v])
    fits, end, prize = walk(
        nodes, n_nodes, ZERO, nodes, ZERO, state, NO, np.inf,
        travel[v if len(travel) > 1 else 0], service[v], node, limits[v], is_port[v],
        cal_of[v], cal_at, open_h, tracks, share, fastest, scale[0], scale[1],
    )  # fmt: skip
    return fits, prize, end - limits[v, READY]


@compiled
def _about_late_h(
    travel: FloatArray,
    service: FloatArray,
    tracks: FloatArray,
    step_h: float,
    radius: float,
    state: FloatArray,
    row: IntArray,
    i: Int,
    s: Int,
) -> float:
    """Roughly how much later the node after entry ``i`` is reached by way of a site.

    Each leg is taken to where the target is on leaving; a few distances in place of
    two meetings and the rest of the trips.
    """
    a, b = row[i], row[i + 1]
    clock = state[i, 0]
    x, y, z = where(tracks[a], step_h, clock)
    px, py, pz = where(tracks[s], step_h, clock)
    chord = np.sqrt((x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2)
    there = clock + travel[a, s] * distance_km(chord, radius) + service[s]
    x, y, z = where(tracks[s], step_h, there)
    px, py, pz = where(tracks[b], step_h, there)
    chord = np.sqrt((x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2)
    reach = there + travel[s, b] * distance_km(chord, radius)
    return float(reach + service[b] - state[i + 1, 0])


@compiled
def scan(
    v: int,
    wanted: Array,
    n_wanted: int,
    blink: float,
    rng: Array,
    best_at: Array,
    best_how: Array,
    best_h: Array,
    best_gain: Array,
    model: Arrays,
    plan: Arrays,
    world: Arrays,
) -> None:
    """Find the place of most gain for an added hour for each wanted site.

    Every place is judged by timing the rest of the vessel's trips anew. A walk is given
    up early where the visits after the place are so late that neither the deadline nor
    the best place known can be met; drift may shorten a delay, so twice the hours left
    are granted, and with calendars, which swallow delays, nothing is given up.
    """
    allowed, limits, ports = model[5], model[6], model[7]
    seq, length, _, cache, totals = plan
    (
        travel, service, node, is_port, cal_of, cal_at, open_h, tracks, share, fastest,
        scale, plain, splits,
    ) = world  # fmt: skip
    one = travel[v if len(travel) > 1 else 0]
    n, limit, row, state = length[v], limits[v], seq[v], cache[v]
    work_h, port_of, cals, step_h, radius = (
        service[v], is_port[v], cal_of[v], scale[0], scale[1],
    )  # fmt: skip
    spare = limit[UNTIL] - totals[v, 1]
    added = np.empty(2, dtype=row.dtype)
    for k in range(n_wanted):
        s = wanted[k]
        best_h[v, k] = np.inf
        if not allowed[v, s] or totals[v, 0] < -1e17:
            continue
        hope = node[s, PRIZE] + node[s, BONUS]
        best = 0.0
        for i in range(n - 1):
            if blink > 0.0 and uniform(rng) < blink:
                continue
            most = np.inf
            if plain[v] and n > 2:
                most = 2.0 * spare + 0.5
                if best > 0.0:
                    most = min(most, 2.0 * hope / best)
                if tracks.shape[1] > 0:  # a port call besides makes it later still
                    late = _about_late_h(
                        one, work_h, tracks, step_h, radius, state, row, i, s
                    )
                    if _SURE * late - _SURE_H > most:
                        continue
            added[0] = s
            fits, end, prize = walk(
                row, n, i, added, ONE, state, NO, most, one, work_h, node, limit,
                port_of, cals, cal_at, open_h, tracks, share, fastest, step_h, radius,
            )  # fmt: skip
            if fits:
                hours = end - limit[READY] - totals[v, 1]
                gain_ = prize - totals[v, 0]
                if gain_ > best * max(hours, 1e-3):
                    best = gain_ / max(hours, 1e-3)
                    best_at[v, k], best_how[v, k] = i, 0
                    best_h[v, k], best_gain[v, k] = hours, gain_
                continue
            if not splits[v]:
                continue
            for p in range(ports.shape[1]):
                if ports[v, p] < 0:
                    break
                for first in range(2):
                    added[first], added[1 - first] = ports[v, p], s
                    fits, end, prize = walk(
                        row, n, i, added, TWO, state, NO, most, one, work_h, node,
                        limit, port_of, cals, cal_at, open_h, tracks, share, fastest,
                        step_h, radius,
                    )  # fmt: skip
                    hours = end - limit[READY] - totals[v, 1]
                    gain_ = prize - totals[v, 0]
                    if fits and gain_ > best * max(hours, 1e-3):
                        best = gain_ / max(hours, 1e-3)
                        best_at[v, k] = i
                        best_how[v, k] = (2 if first == 0 else 1) + 2 * p
                        best_h[v, k], best_gain[v, k] = hours, gain_
