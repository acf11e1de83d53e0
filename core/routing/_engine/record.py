"""Keep good routes for a recombination."""

import numpy as np

from core.jit import compiled
from core.routing._engine.types import Array, Arrays, Int

__all__ = ["record"]


@compiled
def record(
    v: Int, names: Array, kind: Array, routes: Arrays, model: Arrays, plan: Arrays
) -> None:
    """Keep what a vessel does, once for each set of sites; shorter replaces longer.

    ``names`` are random 64-bit numbers: the sum of those of its sites names a set.
    The oldest of the ``size`` places is taken over when all are used.
    """
    nodes, n_nodes, of_kind, hours, sums, table, count = routes
    seq, length, _, _, totals = plan
    is_site = model[8]
    n = length[v]
    if n > nodes.shape[1]:
        return
    name = names[len(is_site) + kind[v]]
    for i in range(1, n - 1):
        if is_site[seq[v, i]]:
            name += names[seq[v, i]]
    slot = int(name % np.uint64(len(table)))
    at = table[slot]
    if at >= 0 and sums[at] == name:
        if hours[at] <= totals[v, 1] + 1e-9:
            return
    else:
        at = count[0] % len(nodes)
        count[0] += 1
        table[slot] = at
    for i in range(n):
        nodes[at, i] = seq[v, i]
    n_nodes[at], of_kind[at], hours[at], sums[at] = n, kind[v], totals[v, 1], name
