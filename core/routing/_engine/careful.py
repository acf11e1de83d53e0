"""The careful evaluator: a vessel's trips in time, over calendars and moving targets.

It means exactly what :mod:`core.routing.timing` says; tests hold one against the other.
A vessel's trips are one row of nodes: the depot, sites and port calls in order, the
last node. Arrays that the functions share, here for one vessel and one member:

===========  ==================================================================
``travel``   (n, n) hours of a leg; hours a km where targets move
``service``  (n,) hours at a site
``node``     (n, 7) prize, demand_kg, unload_h, preferred from and to, penalty, bonus
``limit``    (6,) a row of the model's ``limits``
``is_port``  (n,) where it unloads
``cal_of``   (n,) calendar of a node, -1 for none
``cal_at``   (n_calendars + 1,) first row of each calendar in ``open_h``
``open_h``   (rows, 2) opening and closing hours
``tracks``   (n, times, 3) positions; no times where nothing moves
``share``    (n, times) share afloat
``fastest``  (n,) largest speed of a node, km/h
===========  ==================================================================
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.jit import compiled, entry
from core.routing._engine.meeting import distance_km, meet_h, share_at, where
from core.routing._engine.random_numbers import uniform
from core.routing._engine.types import Array, Arrays

__all__ = [
    "BONUS",
    "DEMAND",
    "ENDURANCE",
    "HOLD",
    "LOAD",
    "READY",
    "SPENT",
    "TOLERANCE",
    "UNTIL",
    "begin",
    "call",
    "gain",
    "leg",
    "scan",
    "time_row",
    "update",
    "visit",
    "walk",
    "whole",
    "work",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]
Int = int | np.integer[Any]

#: Plain numbers would be types of their own to numba, and compile ``walk`` four times.
_ZERO, _ONE, _TWO = np.int64(0), np.int64(1), np.int64(2)
_YES, _NO = np.bool_(True), np.bool_(False)
#: A place is passed over unseen where this part of the delay that is roughly expected,
#: less some hours, is still too much.
_SURE, _SURE_H = 0.7, 0.5
#: Hours and kg that rounding may exceed a limit by.
TOLERANCE = 1e-7

#: Columns of ``node`` and of ``limits``. The bonus is what the score of a pinned site
#: has above its prize.
PRIZE, DEMAND, UNLOAD, EARLY, LATE, PENALTY, BONUS = range(7)
HOLD, ENDURANCE, UNTIL, READY, SPENT, LOAD = range(6)


@compiled
def work(
    open_h: FloatArray, first: int, end: int, arrive_h: float, service_h: float
) -> tuple[float, float]:
    """When work begins and ends within the open hours of rows ``first`` to ``end``."""
    if not np.isfinite(arrive_h):
        return arrive_h, arrive_h + service_h
    begun = np.inf
    left = service_h
    for row in range(first, end):
        opens, closes = open_h[row, 0], open_h[row, 1]
        from_h = max(arrive_h, opens)
        if from_h > closes or (from_h == closes and left > 0.0):
            continue
        begun = min(begun, from_h)
        if left <= closes - from_h:
            return begun, from_h + left
        left -= closes - from_h
    return begun, np.inf


@compiled
def leg(
    travel: FloatArray,
    tracks: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
    a: int,
    b: int,
    depart_h: float,
) -> float:
    """Hours of a leg from one node, where it is on leaving, to another."""
    if tracks.shape[1] == 0:
        return float(travel[a, b])
    if a == b:
        return 0.0
    x, y, z = where(tracks[a], step_h, depart_h)
    return meet_h(
        tracks[b], fastest[b], step_h, radius, x, y, z, travel[a, b], depart_h
    )


@compiled
def _at_work(
    cal_of: IntArray,
    cal_at: IntArray,
    open_h: FloatArray,
    b: int,
    arrive_h: float,
    service_h: float,
) -> tuple[float, float]:
    which = cal_of[b]
    if which < 0:
        return arrive_h, arrive_h + service_h
    return work(open_h, cal_at[which], cal_at[which + 1], arrive_h, service_h)


@compiled
def visit(
    travel: FloatArray,
    service: FloatArray,
    cal_of: IntArray,
    cal_at: IntArray,
    open_h: FloatArray,
    tracks: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
    a: int,
    b: int,
    clock: float,
    in_port: bool,
) -> tuple[float, float, float, float]:
    """Leave ``a`` for the site ``b``: hours of leaving, arriving, beginning, ending.

    A vessel in port that would wait at sea waits in port instead.
    """
    arrive = clock + leg(travel, tracks, fastest, step_h, radius, a, b, clock)
    start, done = _at_work(cal_of, cal_at, open_h, b, arrive, service[b])
    waits = start - arrive
    if in_port and 0.0 < waits < np.inf:
        clock += waits
        arrive = clock + leg(travel, tracks, fastest, step_h, radius, a, b, clock)
        start, done = _at_work(cal_of, cal_at, open_h, b, arrive, service[b])
    return clock, arrive, start, done


@compiled
def call(
    travel: FloatArray,
    node: FloatArray,
    is_port: BoolArray,
    cal_of: IntArray,
    cal_at: IntArray,
    open_h: FloatArray,
    tracks: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
    a: int,
    b: int,
    clock: float,
) -> tuple[float, float]:
    """Leave ``a`` for the trip's end ``b``: hours of arriving and of being free."""
    end = clock + leg(travel, tracks, fastest, step_h, radius, a, b, clock)
    if not is_port[b]:
        return end, end
    return end, _at_work(cal_of, cal_at, open_h, b, end, node[b, UNLOAD])[1]


@compiled
def gain(
    node: FloatArray,
    share: FloatArray,
    step_h: float,
    b: int,
    arrive_h: float,
    start_h: float,
) -> tuple[float, float]:
    """Load taken at a site and its prize."""
    afloat = 1.0
    if share.shape[1] > 0 and np.isfinite(arrive_h):
        afloat = share_at(share[b], step_h, arrive_h)
    lost = 0.0
    if np.isfinite(start_h) and node[b, PENALTY] > 0.0:
        outside = max(node[b, EARLY] - start_h, start_h - node[b, LATE])
        lost = node[b, PENALTY] * max(outside, 0.0)
    worth = max(0.0, node[b, PRIZE] * afloat - lost)
    return node[b, DEMAND] * afloat, worth + node[b, BONUS]


@compiled
def walk(
    row: IntArray,
    n: Int,
    k: Int,
    added: IntArray,
    n_added: Int,
    state: FloatArray,
    keep: bool | np.bool_,
    most_h: float,
    travel: FloatArray,
    service: FloatArray,
    node: FloatArray,
    limit: FloatArray,
    is_port: BoolArray,
    cal_of: IntArray,
    cal_at: IntArray,
    open_h: FloatArray,
    tracks: FloatArray,
    share: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
) -> tuple[bool, float, float]:
    """Time a row from its entry ``k`` on, with nodes put in after that entry.

    Parameters
    ----------
    row, n : ndarray of int, int
        Nodes of the vessel in order, and how many there are.
    k : int
        Entry whose state is known.
    added, n_added : ndarray of int, int
        Nodes to put in after entry ``k`` for this walk only.
    state : ndarray of float, shape (>= n, 4)
        By entry: hour of leaving, hour the trip began (less the hours at sea before
        the plan), load aboard, prize so far.
    keep : bool
        Write the state of later entries; then ``n_added`` must be zero.
    most_h : float
        Give up where an entry after the nodes put in is left later by more than this.

    Returns
    -------
    feasible, end_h, prize : bool, float, float
        No more than ``False`` can be said once a limit is broken.
    """
    clock, began, load, prize = state[k, 0], state[k, 1], state[k, 2], state[k, 3]
    here = row[k]
    deadline = limit[READY] + limit[UNTIL] + TOLERANCE
    in_port = is_port[here] if k > 0 else limit[SPENT] == 0.0
    i, j = 0, k + 1
    while j < n:
        if i < n_added:
            there = added[i]
            i += 1
            is_end = is_port[there]
        else:
            there = row[j]
            is_end = is_port[there] or j == n - 1
            j += 1
        if is_end:
            end, clock = call(
                travel, node, is_port, cal_of, cal_at, open_h, tracks, fastest,
                step_h, radius, here, there, clock,
            )  # fmt: skip
            if end - began > limit[ENDURANCE] + TOLERANCE:
                return False, np.inf, 0.0
            began, load, in_port = clock, 0.0, True
        else:
            depart, arrive, start, done = visit(
                travel, service, cal_of, cal_at, open_h, tracks, fastest,
                step_h, radius, here, there, clock, in_port,
            )  # fmt: skip
            taken, worth = gain(node, share, step_h, there, arrive, start)
            if in_port:
                began += depart - clock
            load += taken
            if load > limit[HOLD] + TOLERANCE:
                return False, np.inf, 0.0
            prize += worth
            clock, in_port = done, False
        if not clock <= deadline:
            return False, np.inf, 0.0
        here = there
        if not keep:
            if i == n_added and j > k + 1 and clock - state[j - 1, 0] > most_h:
                return False, np.inf, 0.0
        else:
            state[j - 1, 0], state[j - 1, 1] = clock, began
            state[j - 1, 2], state[j - 1, 3] = load, prize
    return True, clock, prize


@compiled
def begin(state: FloatArray, limit: FloatArray) -> None:
    """Write the state of a vessel at its depot."""
    state[0, 0] = limit[READY]
    state[0, 1] = limit[READY] - limit[SPENT]
    state[0, 2] = limit[LOAD]
    state[0, 3] = 0.0


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
        seq[v], length[v], _ZERO, seq[v], _ZERO, cache[v], _YES, np.inf,
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
        nodes, n_nodes, _ZERO, nodes, _ZERO, state, _NO, np.inf,
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
                if tracks.shape[1] > 0 and not splits[v]:
                    late = _about_late_h(
                        one, work_h, tracks, step_h, radius, state, row, i, s
                    )
                    if _SURE * late - _SURE_H > most:
                        continue
            added[0] = s
            fits, end, prize = walk(
                row, n, i, added, _ONE, state, _NO, most, one, work_h, node, limit,
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
                        row, n, i, added, _TWO, state, _NO, most, one, work_h, node,
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


@entry
def time_row(
    row: IntArray,
    travel: FloatArray,
    service: FloatArray,
    node: FloatArray,
    limit: FloatArray,
    is_port: BoolArray,
    cal_of: IntArray,
    cal_at: IntArray,
    open_h: FloatArray,
    tracks: FloatArray,
    share: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
) -> tuple[bool, float, float]:
    """Whether a vessel can do a row of nodes, when it is free again, and its prize."""
    state = np.zeros((len(row), 4))
    begin(state, limit)
    return walk(
        row, np.int64(len(row)), _ZERO, row, _ZERO, state, _YES, np.inf, travel,
        service, node, limit, is_port, cal_of, cal_at, open_h, tracks, share, fastest,
        step_h, radius,
    )  # fmt: skip
