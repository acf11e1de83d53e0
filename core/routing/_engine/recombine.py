"""Recombine the routes kept: choose the best that share no site."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from core.routing._engine.tables import Tables

__all__ = ["recombine"]

Routes = tuple[npt.NDArray[Any], ...]


def recombine(
    tables: Tables, routes: Routes, names: npt.NDArray[np.uint64], *, most: int = 800
) -> list[tuple[int, npt.NDArray[np.int32]]] | None:
    """Choose routes for the vessels so that the scores sum to the most.

    A set packing: one route at most for each vessel of a kind, each site on one route
    at most.

    Returns
    -------
    list of (vessel, nodes), optional
        None where nothing was found in the time allowed.
    """
    nodes, n_nodes, of_kind, _, _, _, count = routes
    n = min(int(count[0]), len(nodes))
    if n == 0:
        return None
    score, is_site = tables.model[2], tables.model[8]
    chosen = np.arange(n)
    gain = np.array([score[nodes[r, 1 : n_nodes[r] - 1]].sum() for r in chosen])
    if n > most:
        chosen = np.sort(np.argsort(-gain, kind="stable")[:most])
        gain = gain[chosen]
    rows, columns = [], []
    n_all = len(is_site)
    for j, r in enumerate(chosen.tolist()):
        sites = nodes[r, 1 : n_nodes[r] - 1]
        sites = sites[is_site[sites]]
        rows += [*sites.tolist(), n_all + int(of_kind[r])]
        columns += [j] * (len(sites) + 1)
    m = len(tables.kind)
    most_of = np.r_[np.ones(n_all), np.bincount(tables.kind, minlength=m)]
    table = coo_array(
        (np.ones(len(rows)), (rows, columns)), shape=(n_all + m, len(chosen))
    ).tocsr()
    used = np.diff(table.indptr) > 0
    found = milp(
        -gain,
        constraints=LinearConstraint(table[used], -np.inf, most_of[used]),
        integrality=np.ones(len(chosen)),
        bounds=Bounds(0.0, 1.0),
        options={"node_limit": 50},
    )
    if found.x is None:
        return None
    free = {int(k): np.flatnonzero(tables.kind == k).tolist() for k in tables.kind}
    return [
        (free[int(of_kind[r])].pop(), nodes[r, : n_nodes[r]].copy())
        for r in chosen[found.x > 0.5].tolist()
    ]
