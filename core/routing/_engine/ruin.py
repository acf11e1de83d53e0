"""Take sites out of a plan, in several ways."""

import numpy as np

from core.jit import compiled
from core.routing._engine.plan import take_out
from core.routing._engine.random_numbers import below, uniform
from core.routing._engine.types import Array, Arrays, Int, World

__all__ = ["STRINGS", "ruin"]

#: Ways to choose what is taken out.
SCATTERED, STRINGS, NEAR, WORST, SECTOR, TRIP, VESSEL = range(7)


@compiled
def ruin(
    way: Int,
    most: Int,
    near: Array,
    angle: Array,
    rng: Array,
    gone: Array,
    taken: Array,
    touched: Array,
    model: Arrays,
    plan: Arrays,
    world: World,
) -> Int:
    """Take about ``most`` sites out; list them in ``taken`` and return how many."""
    _seq, length, vessel_of, _, _ = plan
    n = 0
    if way == SCATTERED:
        n = _scattered(most, rng, gone, taken, model, plan)
    elif way == STRINGS:
        n = _strings(most, near, rng, gone, taken, model, plan)
    elif way == NEAR:
        n = _near(most, near, rng, gone, taken, vessel_of)
    elif way == WORST:
        n = _worst(most, rng, gone, taken, model, plan)
    elif way == SECTOR:
        n = _sector(most, angle, rng, gone, taken, model, plan)
    else:
        n = _trip(way == TRIP, rng, gone, taken, model, plan)
    for k in range(n):
        touched[vessel_of[taken[k]]] = True
    for v in range(len(length)):
        if touched[v]:
            take_out(v, gone, model, plan, world)
    for k in range(n):
        gone[taken[k]] = False
    return n


@compiled
def _any_site(rng: Array, model: Arrays, plan: Arrays) -> Int:
    """Draw a visited site; -1 where a few tries find none."""
    seq, length = plan[0], plan[1]
    is_site = model[8]
    total: Int = np.int64(0)
    for v in range(len(length)):
        total += length[v] - 2
    if total == 0:
        return -1
    for _ in range(8):
        k = below(rng, total)
        for v in range(len(length)):
            if k < length[v] - 2:
                if is_site[seq[v, k + 1]]:
                    return int(seq[v, k + 1])
                break
            k -= length[v] - 2
    return -1


@compiled
def _scattered(
    most: Int, rng: Array, gone: Array, taken: Array, model: Arrays, plan: Arrays
) -> Int:
    n = 0
    for _ in range(most):
        s = _any_site(rng, model, plan)
        if s >= 0 and not gone[s]:
            gone[s] = True
            taken[n] = s
            n += 1
    return n


@compiled
def _strings(
    most: Int,
    near: Array,
    rng: Array,
    gone: Array,
    taken: Array,
    model: Arrays,
    plan: Arrays,
) -> Int:
    """Strings of neighbouring visits about a site (Christiaens, Vanden Berghe 2020)."""
    seq, length, vessel_of, _, _ = plan
    is_site = model[8]
    n = 0
    centre = below(rng, len(near))
    done = np.zeros(len(length), dtype=np.bool_)
    longest = 1 + below(rng, max(1, most))
    for k in range(near.shape[1]):
        s = near[centre, k]
        if s < 0 or n >= most:
            break
        v = vessel_of[s]
        if v < 0 or done[v]:
            continue
        done[v] = True
        at = 1
        while seq[v, at] != s:
            at += 1
        size = min(1 + below(rng, longest), most - n)
        first = max(1, at - below(rng, size))
        # A few visits in the middle of a string may stay.
        skip = below(rng, size) if uniform(rng) < 0.3 else -1
        for i in range(first, min(first + size, length[v] - 1)):
            node = seq[v, i]
            if is_site[node] and i - first != skip:
                gone[node] = True
                taken[n] = node
                n += 1
    return n


@compiled
def _near(
    most: Int, near: Array, rng: Array, gone: Array, taken: Array, vessel_of: Array
) -> Int:
    n = 0
    centre = below(rng, len(near))
    for k in range(near.shape[1]):
        s = near[centre, k]
        if s < 0 or n >= most:
            break
        if vessel_of[s] >= 0 and uniform(rng) < 0.85:
            gone[s] = True
            taken[n] = s
            n += 1
    return n


@compiled
def _worst(
    most: Int, rng: Array, gone: Array, taken: Array, model: Arrays, plan: Arrays
) -> Int:
    """Sites that bring little for their hours, each time the worst of a few drawn."""
    seq, _length, vessel_of, _, _ = plan
    travel, service, score = model[0], model[1], model[2]
    n = 0
    for _ in range(most):
        least, chosen = np.inf, -1
        for _ in range(6):
            s = _any_site(rng, model, plan)
            if s < 0 or gone[s]:
                continue
            v = vessel_of[s]
            at = 1
            while seq[v, at] != s:
                at += 1
            q = v if travel.shape[0] > 1 else 0
            w = v if service.shape[0] > 1 else 0
            a, b = seq[v, at - 1], seq[v, at + 1]
            saved = travel[q, a, s] + travel[q, s, b] - travel[q, a, b]
            rate = score[s] / max(saved + service[w, s], 1e-9)
            if rate < least:
                least, chosen = rate, s
        if chosen >= 0:
            gone[chosen] = True
            taken[n] = chosen
            n += 1
    return n


@compiled
def _sector(
    most: Int,
    angle: Array,
    rng: Array,
    gone: Array,
    taken: Array,
    model: Arrays,
    plan: Arrays,
) -> Int:
    """Sites that lie in one direction from the first depot."""
    seq, length = plan[0], plan[1]
    is_site = model[8]
    middle, n = uniform(rng), 0
    width = 0.03 + 0.2 * uniform(rng)
    for v in range(len(length)):
        for i in range(1, length[v] - 1):
            s = seq[v, i]
            if n < 3 * most and is_site[s]:
                apart = abs(angle[s] - middle)
                if min(apart, 1.0 - apart) < width:
                    gone[s] = True
                    taken[n] = s
                    n += 1
    return n


@compiled
def _trip(
    one: bool, rng: Array, gone: Array, taken: Array, model: Arrays, plan: Arrays
) -> Int:
    """All sites of a trip, or of all trips of a vessel."""
    seq, length, vessel_of, _, _ = plan
    is_site = model[8]
    s = _any_site(rng, model, plan)
    if s < 0:
        return 0
    v, first, last = vessel_of[s], 1, length[vessel_of[s]] - 1
    if one:
        at = 1
        while seq[v, at] != s:
            at += 1
        first = last = at
        while is_site[seq[v, first - 1]] and first > 1:
            first -= 1
        while is_site[seq[v, last]]:
            last += 1
    n = 0
    for i in range(first, last):
        if is_site[seq[v, i]]:
            gone[seq[v, i]] = True
            taken[n] = seq[v, i]
            n += 1
    return n
