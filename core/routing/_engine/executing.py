"""A plan carried out in one member after the other.

A vessel keeps the order of its plan. Before it leaves for a stop it works out whether
the stop can be done and the trip still ended in time, with its hold and its endurance;
otherwise it skips the stop and turns to the next. Port calls are never skipped.

Tracked, it knows where the patches are. Without tracking it plans each leg on the
forecast, sails to where the forecast says, and finds the patch there or not.
"""

import numpy as np
import numpy.typing as npt

from core.jit import compiled, entry
from core.routing._engine.careful import (
    ENDURANCE,
    HOLD,
    LOAD,
    READY,
    SPENT,
    TOLERANCE,
    UNTIL,
    call,
    gain,
    visit,
)
from core.routing._engine.meeting import distance_km, share_at, where

__all__ = [
    "GONE",
    "HOLD_FULL",
    "NO_TIME",
    "SERVED",
    "STRANDED",
    "execute_row",
    "execute_rows",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

SERVED, STRANDED, GONE, NO_TIME, HOLD_FULL = range(5)
#: A share this small is no patch any more.
_NOTHING = 1e-9


@compiled
def _trip_end(row: IntArray, n: int, k: int, is_port: BoolArray) -> int:
    """Entry of the port call, or of the end, that follows entry ``k``."""
    j = k
    while j < n - 1 and not is_port[row[j]]:
        j += 1
    return j


@compiled
def _apart_km(
    one: FloatArray, other: FloatArray, step_h: float, radius: float, hour: float
) -> float:
    x, y, z = where(one, step_h, hour)
    px, py, pz = where(other, step_h, hour)
    chord = np.sqrt((x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2)
    return distance_km(chord, radius)


@compiled
def execute_row(
    row: IntArray,
    n: int,
    factor: FloatArray,
    find_km: float,
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
    truth: FloatArray,
    afloat: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
    fate: IntArray,
    arrival: FloatArray,
    mass: FloatArray,
    worth: FloatArray,
) -> tuple[float, float]:
    """Carry out one vessel's row in one member; the hour it is free, and its prize.

    Parameters
    ----------
    factor : ndarray of float, shape (n,)
        True mass over the mass expected, by node.
    find_km : float
        How far from the forecast a patch is still found; below zero, it is tracked.
    tracks, share : ndarray of float
        What the vessel goes by: the member itself if tracked, else the forecast.
    truth, afloat : ndarray of float
        Positions and shares of the member.
    fate, arrival, mass, worth : ndarray, shape (nodes,)
        Filled by node: what became of the stop, hour of arrival, kg and prize.
    """
    clock = limit[READY]
    began, load = clock - limit[SPENT], limit[LOAD]
    in_port = limit[SPENT] == 0.0
    prize = 0.0
    deadline = limit[READY] + limit[UNTIL] + TOLERANCE
    here = row[0]
    for j in range(1, n):
        b = row[j]
        if is_port[b] or j == n - 1:
            clock = call(
                travel, node, is_port, cal_of, cal_at, open_h, tracks, fastest,
                step_h, radius, here, b, clock,
            )[1]  # fmt: skip
            began, load, in_port, here = clock, 0.0, True, b
            continue
        depart, arrive, start, done = visit(
            travel, service, cal_of, cal_at, open_h, tracks, fastest,
            step_h, radius, here, b, clock, in_port,
        )  # fmt: skip
        if not np.isfinite(arrive):
            fate[b] = GONE
            continue
        if share.shape[1] > 0 and share_at(share[b], step_h, arrive) <= _NOTHING:
            fate[b] = STRANDED
            continue
        taken, value = gain(node, afloat, step_h, b, arrive, start)
        # A vessel finds out how much there is only on the spot.
        known = taken if find_km < 0.0 else gain(node, share, step_h, b, arrive, 0.0)[0]
        if load + known > limit[HOLD] + TOLERANCE:
            fate[b] = HOLD_FULL
            continue
        since = began + (depart - clock if in_port else 0.0)
        at = _trip_end(row, n, j + 1, is_port)
        end, free = call(
            travel, node, is_port, cal_of, cal_at, open_h, tracks, fastest,
            step_h, radius, b, row[at], done,
        )  # fmt: skip
        if at < n - 1:
            free = call(
                travel, node, is_port, cal_of, cal_at, open_h, tracks, fastest,
                step_h, radius, row[at], row[n - 1], free,
            )[1]  # fmt: skip
        late = not free <= deadline
        if late or end - since > limit[ENDURANCE] + TOLERANCE:
            fate[b] = NO_TIME
            continue
        began, in_port, here = since, False, b
        if find_km >= 0.0:
            lost = afloat.shape[1] > 0 and (
                share_at(afloat[b], step_h, arrive) <= _NOTHING
            )
            if lost or _apart_km(tracks[b], truth[b], step_h, radius, arrive) > find_km:
                fate[b] = STRANDED if lost else GONE
                clock = arrive
                continue
        fate[b], arrival[b] = SERVED, arrive
        room = max(limit[HOLD] - load, 0.0)
        mass[b] = min(taken * factor[b], room)
        worth[b] = value * mass[b] / taken if taken > 0.0 else 0.0
        load += mass[b]
        prize += worth[b]
        clock = done
    return float(clock), prize


@entry
def execute_rows(
    rows: IntArray,
    lengths: npt.NDArray[np.int64],
    factors: FloatArray,
    find_km: float,
    travel: FloatArray,
    service: FloatArray,
    node: FloatArray,
    limits: FloatArray,
    is_port: BoolArray,
    cal_of: IntArray,
    cal_at: IntArray,
    open_h: FloatArray,
    tracks: FloatArray,
    share: FloatArray,
    plan_tracks: FloatArray,
    plan_share: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
    fate: IntArray,
    arrival: FloatArray,
    mass: FloatArray,
    worth: FloatArray,
    end_h: FloatArray,
) -> None:
    """Carry out every row in every member.

    ``tracks`` (members, n, times, 3) and ``share`` are the members; ``plan_tracks``
    and ``plan_share`` (1, n, times, ...) the forecast, used where ``find_km`` is not
    below zero. ``fate``, ``arrival``, ``mass`` and ``worth`` are (members, n),
    ``end_h`` (members, vessels); ``fastest`` (members, n). A row of no nodes is a
    vessel that stays.
    """
    for m in range(len(tracks)):
        for v in range(len(rows)):
            if lengths[v] < 2:
                continue
            one = travel[v] if len(travel) > 1 else travel[0]
            if find_km < 0.0:
                seen, kept = tracks[m], share[m]
            else:
                seen, kept = plan_tracks[0], plan_share[0]
            end_h[m, v] = execute_row(
                rows[v], lengths[v], factors[m], find_km, one, service[v], node,
                limits[v], is_port[v], cal_of[v], cal_at, open_h, seen, kept,
                tracks[m], share[m], fastest[m], step_h, radius, fate[m], arrival[m],
                mass[m], worth[m],
            )[0]  # fmt: skip
