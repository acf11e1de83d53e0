"""The quick evaluator: sums along each trip judge a place in a few steps.

``cache[v, i]`` holds, for the trip that the leg after position ``i`` belongs to: hours
at sea and kg aboard on leaving position ``i``, and those of the whole trip.
"""

import numpy as np
import numpy.typing as npt

from core.jit import compiled
from core.routing._engine.random_numbers import uniform
from core.routing._engine.types import Array, Arrays, Int

__all__ = ["TOLERANCE", "needs_calls", "rescan", "scan", "update", "whole"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

#: Rounding of sums of hours and kg; far below a second and a gram.
TOLERANCE = 1e-7


@compiled
def is_port(ports: IntArray, v: Int, node: Int) -> bool:
    """Whether a vessel may unload at a node."""
    for q in range(ports.shape[1]):  # noqa: SIM110 - numba knows no any()
        if ports[v, q] == node:
            return True
    return False


@compiled
def update(v: Int, model: Arrays, plan: Arrays) -> None:
    """Fill the sums of a vessel."""
    travel, service, score, demand, unload, _, limits, ports, is_site = model
    seq, length, _, cache, totals = plan
    q = v if travel.shape[0] > 1 else 0
    w = v if service.shape[0] > 1 else 0
    n = length[v]
    sea, load, worth, port_h, all_h = limits[v, 4], limits[v, 5], 0.0, 0.0, 0.0
    begin = 0
    cache[v, 0, 0], cache[v, 0, 1] = sea, load
    for i in range(1, n):
        node = seq[v, i]
        sea += travel[q, seq[v, i - 1], node]
        if is_site[node]:
            sea += service[w, node]
            load += demand[node]
            worth += score[node]
            cache[v, i, 0], cache[v, i, 1] = sea, load
            continue
        for j in range(begin, i):
            cache[v, j, 2], cache[v, j, 3] = sea, load
        all_h += sea
        if i < n - 1 or is_port(ports, v, node):
            port_h += unload[node]
        sea = load = 0.0
        begin = i
        cache[v, i, 0], cache[v, i, 1] = 0.0, 0.0
    # Hours from ready_h on; those spent before do not count again.
    cache[v, n - 1, 2] = all_h + port_h - limits[v, 4]
    totals[v, 0] = worth
    totals[v, 1] = cache[v, n - 1, 2] if n > 2 else 0.0


@compiled
def whole(
    v: Int, nodes: Array, n_nodes: Int, model: Arrays
) -> tuple[bool, float, float]:
    """Judge an order of nodes."""
    travel, service, score, demand, unload, _, limits, ports, is_site = model
    q = v if travel.shape[0] > 1 else 0
    w = v if service.shape[0] > 1 else 0
    sea, load, worth, all_h = limits[v, 4], limits[v, 5], 0.0, -limits[v, 4]
    fits = True
    for i in range(1, n_nodes):
        node = nodes[i]
        sea += travel[q, nodes[i - 1], node]
        if is_site[node]:
            sea += service[w, node]
            load += demand[node]
            worth += score[node]
            continue
        if sea > limits[v, 1] + TOLERANCE or load > limits[v, 0] + TOLERANCE:
            fits = False
        all_h += sea
        if i < n_nodes - 1 or is_port(ports, v, node):
            all_h += unload[node]
        sea = load = 0.0
    return fits and all_h <= limits[v, 2] + TOLERANCE, worth, all_h


@compiled
def scan(
    v: Int,
    wanted: Array,
    n_wanted: Int,
    blink: float,
    rng: Array,
    best_at: Array,
    best_how: Array,
    best_h: Array,
    best_gain: Array,
    model: Arrays,
    plan: Arrays,
) -> None:
    """Find the place of least added hours in a vessel for each wanted site."""
    travel, service, score, demand, unload, allowed, limits, ports, _ = model
    seq, length, _, cache, _ = plan
    q = v if travel.shape[0] > 1 else 0
    w = v if service.shape[0] > 1 else 0
    n = length[v]
    # A vessel that stays has no hours yet; its way from start to end comes on top.
    base = cache[v, 1, 2] if n == 2 else 0.0
    calls = needs_calls(v, limits)
    # Plain -1 and 0 would be types of their own, and compile everything twice.
    none, zero = np.int64(-1), np.int64(0)
    for k in range(n_wanted):
        s = wanted[k]
        best_h[v, k], best_gain[v, k] = np.inf, score[s]
        if allowed[v, s]:
            least, at, how = _least(
                v, q, s, service[w, s], demand[s], zero, n - 1, np.inf, none, zero,
                calls, blink, rng, travel, unload, limits, ports, seq, n, cache,
            )  # fmt: skip
            best_at[v, k], best_how[v, k], best_h[v, k] = at, how, least + base


@compiled
def rescan(
    v: Int,
    into: Int,
    wanted: Array,
    n_wanted: Int,
    blink: float,
    rng: Array,
    best_at: Array,
    best_how: Array,
    best_h: Array,
    model: Arrays,
    plan: Arrays,
) -> None:
    """Mend the best places after a site went in after position ``into``, alone.

    Only the two new legs are looked at, unless the best place is gone.
    """
    travel, service, _, demand, unload, _, limits, ports, _ = model
    seq, length, _, cache, _ = plan
    q = v if travel.shape[0] > 1 else 0
    w = v if service.shape[0] > 1 else 0
    n = length[v]
    calls = needs_calls(v, limits)
    spare = limits[v, 2] + TOLERANCE - cache[v, n - 1, 2]
    for k in range(n_wanted):
        least, at, how = best_h[v, k], best_at[v, k], best_how[v, k]
        if least == np.inf:
            continue
        s = wanted[k]
        first, last = into, into + 2
        if at > into:
            at += 1
        kept = least <= spare and at != into and how == 0
        if kept and calls:
            kept = (
                cache[v, at, 2] + least <= limits[v, 1] + TOLERANCE
                and cache[v, at, 3] + demand[s] <= limits[v, 0] + TOLERANCE
            )
        if not kept:
            first, last, at, how = 0, n - 1, -1, 0
            # Where nothing but the deadline limits, least hours too many is final.
            gone = least > spare and not calls
            least = np.inf
            if gone:
                last = 0
        least, at, how = _least(
            v, q, s, service[w, s], demand[s], first, last, least, at, how, calls,
            blink, rng, travel, unload, limits, ports, seq, n, cache,
        )  # fmt: skip
        best_at[v, k], best_how[v, k], best_h[v, k] = at, how, least


@compiled
def needs_calls(v: Int, limits: Array) -> bool:
    """Whether port calls between trips can help: where a trip is limited."""
    return bool(limits[v, 0] < np.inf or limits[v, 1] < limits[v, 2])


@compiled
def _least(
    v: Int,
    q: Int,
    s: Int,
    work: float,
    kg: float,
    first: Int,
    last: Int,
    least: float,
    at: Int,
    how: Int,
    calls: bool,
    blink: float,
    rng: Array,
    travel: Array,
    unload: Array,
    limits: Array,
    ports: Array,
    seq: Array,
    n: Int,
    cache: Array,
) -> tuple[float, Int, Int]:
    """Find a place of fewer added hours than ``least`` among some legs."""
    hold, most_h = limits[v, 0] + TOLERANCE, limits[v, 1] + TOLERANCE
    spare = limits[v, 2] + TOLERANCE - cache[v, n - 1, 2]
    for i in range(first, last):
        a, b = seq[v, i], seq[v, i + 1]
        to = travel[q, a, s] + work
        across = travel[q, a, b]
        d = to + travel[q, s, b] - across
        if (
            d < least
            and d <= spare
            and cache[v, i, 2] + d <= most_h
            and cache[v, i, 3] + kg <= hold
            and not (blink > 0.0 and uniform(rng) < blink)
        ):
            least, at, how = d, i, 0
        if not calls:
            continue
        sea, load = cache[v, i, 0], cache[v, i, 1]
        rest = cache[v, i, 2] - sea - across
        rest_kg = cache[v, i, 3] - load
        for p in range(ports.shape[1]):
            port = ports[v, p]
            if port < 0:
                break
            d = to + travel[q, s, port] + unload[port]
            d += travel[q, port, b] - across
            if (
                d < least
                and d <= spare
                and sea + to + travel[q, s, port] <= most_h
                and load + kg <= hold
                and travel[q, port, b] + rest <= most_h
                and rest_kg <= hold
            ):
                least, at, how = d, i, 1 + 2 * p
            d = travel[q, a, port] + unload[port] + travel[q, port, s] + work
            d += travel[q, s, b] - across
            if (
                d < least
                and d <= spare
                and sea + travel[q, a, port] <= most_h
                and load <= hold
                and travel[q, port, s] + work + travel[q, s, b] + rest <= most_h
                and rest_kg + kg <= hold
            ):
                least, at, how = d, i, 2 + 2 * p
    return least, at, how
