"""Which sites a plan leaves, wholly or in part, and why."""

import numpy as np

from core.routing.outcome import LeftOut, Partial
from core.routing.problem import RoutePlan
from core.routing.setup import Setup

__all__ = ["left_behind"]


def left_behind(
    setup: Setup, found: RoutePlan
) -> tuple[tuple[LeftOut, ...], tuple[Partial, ...]]:
    """Sites without a visit, pinned ones first, and those that keep a part."""
    sites = setup.request.sites
    taken = np.zeros(len(sites))
    why: dict[int, int] = {}
    for i, load in enumerate(setup.loads):
        node = setup.n_places + i
        if node in found.unassigned:
            why.setdefault(load.row, node)
        else:
            taken[load.row] += load.mass_kg
    unassigned, partial = [], []
    for row, (name, mass) in enumerate(
        zip(sites["site"].tolist(), sites["mass_kg"].tolist(), strict=True)
    ):
        if row in setup.known:
            unassigned.append(setup.known[row])
        elif taken[row] == 0.0:
            unassigned.append(LeftOut(name, *_why(found, why[row])))
        elif mass - taken[row] > 1e-6 * mass:
            kept = float(taken[row])
            said = _why(found, why.get(row))
            partial.append(Partial(name, kept, mass - kept, *said))
    pinned = set(setup.request.rules.pinned)
    unassigned.sort(key=lambda one: one.site not in pinned)
    return tuple(unassigned), tuple(partial)


def _why(found: RoutePlan, node: int | None) -> tuple[str, str, str]:
    if node is None:
        more = "It holds more loads than one plan takes."
        return "hold", more, "Plan it again afterwards."
    return found.unassigned[node], found.details[node], found.remedies.get(node, "")
