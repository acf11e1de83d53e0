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
from core.routing._engine.meeting import meet_h, share_at, where
from core.routing._engine.types import Int

__all__ = [
    "BONUS",
    "DEMAND",
    "ENDURANCE",
    "HOLD",
    "LOAD",
    "NO",
    "ONE",
    "PRIZE",
    "READY",
    "SPENT",
    "TOLERANCE",
    "TWO",
    "UNTIL",
    "YES",
    "ZERO",
    "begin",
    "call",
    "gain",
    "leg",
    "time_row",
    "visit",
    "walk",
    "work",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

#: Plain numbers would be types of their own to numba, and compile ``walk`` four times.
ZERO, ONE, TWO = np.int64(0), np.int64(1), np.int64(2)
YES, NO = np.bool_(True), np.bool_(False)
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
    here: Any = row[k]
    deadline = limit[READY] + limit[UNTIL] + TOLERANCE
    in_port: Any = is_port[here] if k > 0 else limit[SPENT] == 0.0
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
        row, np.int64(len(row)), ZERO, row, ZERO, state, YES, np.inf, travel,
        service, node, limit, is_port, cal_of, cal_at, open_h, tracks, share, fastest,
        step_h, radius,
    )  # fmt: skip
