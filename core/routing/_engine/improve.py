"""Shorten the trips of a vessel: 2-opt and or-opt, where things stand still."""

import numpy as np

from core.jit import compiled
from core.routing._engine.evaluate import update
from core.routing._engine.types import Array, Arrays, Int, World

__all__ = ["shorten"]


@compiled
def shorten(v: Int, model: Arrays, plan: Arrays, world: World) -> bool:
    """Shorten each trip until neither move helps; true where something changed."""
    if world is not None:
        return False
    seq, length = plan[0], plan[1]
    travel, is_site = model[0], model[8]
    q = v if travel.shape[0] > 1 else 0
    changed = False
    first: Int = np.int64(0)
    for last in range(1, length[v]):
        if is_site[seq[v, last]]:
            continue
        better = last - first > 2
        while better:
            better = _reverse(q, v, first, last, travel, seq)
            better = _move(q, v, first, last, travel, seq) or better
            changed = changed or better
        first = last
    if changed:
        update(v, model, plan, world)
    return changed


@compiled
def _reverse(q: Int, v: Int, first: Int, last: Int, travel: Array, seq: Array) -> bool:
    """Turn round the stretch between two legs of a trip wherever that saves hours."""
    found = False
    for i in range(first, last - 2):
        a, b = seq[v, i], seq[v, i + 1]
        turned = 0.0
        for j in range(i + 2, last):
            c, d = seq[v, j], seq[v, j + 1]
            turned += travel[q, c, seq[v, j - 1]] - travel[q, seq[v, j - 1], c]
            delta = travel[q, a, c] + travel[q, b, d] - travel[q, a, b]
            delta += turned - travel[q, c, d]
            if delta < -1e-9:
                low, high = i + 1, j
                while low < high:
                    seq[v, low], seq[v, high] = seq[v, high], seq[v, low]
                    low += 1
                    high -= 1
                found = True
                break
    return found


@compiled
def _move(q: Int, v: Int, first: Int, last: Int, travel: Array, seq: Array) -> bool:
    """Move one to three visits to another leg of the trip wherever that saves hours."""
    for size in range(1, 4):
        for i in range(first + 1, last - size + 1):
            j = i + size - 1
            a, b, c, d = seq[v, i - 1], seq[v, i], seq[v, j], seq[v, j + 1]
            saved = travel[q, a, b] + travel[q, c, d] - travel[q, a, d]
            if saved < 1e-9:
                continue
            for k in range(first, last):
                if i - 1 <= k <= j:
                    continue
                e, f = seq[v, k], seq[v, k + 1]
                added = travel[q, e, b] + travel[q, c, f] - travel[q, e, f]
                if added < saved - 1e-9:
                    _shift(v, i, size, k, seq)
                    return True
    return False


@compiled
def _shift(v: Int, i: Int, size: Int, k: Int, seq: Array) -> None:
    """Move ``size`` visits from position ``i`` to the leg after position ``k``."""
    for _ in range(size):
        if k < i:  # the last of them goes in front, again and again
            node = seq[v, i + size - 1]
            for j in range(i + size - 1, k + 1, -1):
                seq[v, j] = seq[v, j - 1]
            seq[v, k + 1] = node
        else:
            node = seq[v, i]
            for j in range(i, k):
                seq[v, j] = seq[v, j + 1]
            seq[v, k] = node
