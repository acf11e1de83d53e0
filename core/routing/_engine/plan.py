"""Change a plan: bring a site in, take sites out, copy vessels."""

from core.jit import compiled
from core.routing._engine.evaluate import update, whole
from core.routing._engine.types import Array, Arrays, Int, World

__all__ = ["bring_in", "copy_touched", "take_out", "tidy", "worth"]


@compiled
def bring_in(
    v: Int, s: Int, at: Int, how: Int, model: Arrays, plan: Arrays, world: World
) -> None:
    """Insert a site, and a port call beside it, after a position."""
    seq, length, vessel_of, _, _ = plan
    ports = model[7]
    n = length[v]
    more = 1 if how == 0 else 2
    for i in range(n - 1, at, -1):
        seq[v, i + more] = seq[v, i]
    if how == 0:
        seq[v, at + 1] = s
    elif how % 2 == 1:
        seq[v, at + 1], seq[v, at + 2] = s, ports[v, (how - 1) // 2]
    else:
        seq[v, at + 1], seq[v, at + 2] = ports[v, (how - 2) // 2], s
    length[v] = n + more
    vessel_of[s] = v
    update(v, model, plan, world)


@compiled
def take_out(v: Int, gone: Array, model: Arrays, plan: Arrays, world: World) -> None:
    """Remove the marked sites of a vessel, and the calls that are then in vain."""
    seq, length, vessel_of, _, _ = plan
    is_site = model[8]
    kept, calls, sites = 1, 0, 0
    for i in range(1, length[v]):
        node = seq[v, i]
        if is_site[node]:
            if gone[node]:
                vessel_of[node] = -1
                continue
            sites += 1
        elif i < length[v] - 1:
            calls += 1
        seq[v, kept] = node
        kept += 1
    if sites == 0 and calls:
        seq[v, 1] = seq[v, kept - 1]
        kept, calls = 2, 0
    length[v] = kept
    if calls:
        tidy(v, model, plan, world)
    else:
        update(v, model, plan, world)


@compiled
def tidy(v: Int, model: Arrays, plan: Arrays, world: World) -> None:
    """Drop or change the port calls without which the vessel is home earlier."""
    seq, length = plan[0], plan[1]
    ports, is_site = model[7], model[8]
    _, _, hours = whole(v, seq[v], length[v], model, world)
    i = 1
    while i < length[v] - 1:
        port = seq[v, i]
        if is_site[port]:
            i += 1
            continue
        n = length[v]
        for j in range(i, n - 1):
            seq[v, j] = seq[v, j + 1]
        fits, _, less = whole(v, seq[v], n - 1, model, world)
        if fits and less <= hours:
            length[v], hours = n - 1, less
            continue
        for j in range(n - 1, i, -1):
            seq[v, j] = seq[v, j - 1]
        best = port
        for p in range(ports.shape[1]):
            if ports[v, p] < 0:
                break
            seq[v, i] = ports[v, p]
            fits, _, less = whole(v, seq[v], n, model, world)
            if fits and less < hours - 1e-9:
                best, hours = ports[v, p], less
        seq[v, i] = best
        i += 1
    update(v, model, plan, world)


@compiled
def copy_touched(touched: Array, model: Arrays, source: Arrays, target: Arrays) -> None:
    """Make the touched vessels of one plan like those of another."""
    seq, length, _, cache, totals = source
    seq_to, length_to, vessel_to, cache_to, totals_to = target
    is_site = model[8]
    for v in range(len(length)):
        if touched[v]:
            for i in range(1, length_to[v] - 1):
                vessel_to[seq_to[v, i]] = -1
    for v in range(len(length)):
        if not touched[v]:
            continue
        for i in range(length[v]):
            node = seq[v, i]
            seq_to[v, i] = node
            for c in range(cache.shape[2]):
                cache_to[v, i, c] = cache[v, i, c]
            if is_site[node]:
                vessel_to[node] = v
        length_to[v] = length[v]
        totals_to[v, 0], totals_to[v, 1] = totals[v, 0], totals[v, 1]


@compiled
def worth(totals: Array, hour_price: float) -> float:
    """Score of a plan less its hours at a price."""
    total = 0.0
    for v in range(len(totals)):
        total += totals[v, 0] - hour_price * totals[v, 1]
    return total
