"""Pass each call on to the evaluator of the problem."""

from core.jit import compiled
from core.routing._engine import careful_places, quick
from core.routing._engine.types import Array, Arrays, Int, World

__all__ = ["rescan", "scan", "update", "whole"]

_update, _scan, _whole = quick.update, quick.scan, quick.whole
_rescan = quick.rescan
_update_careful, _scan_careful = careful_places.update, careful_places.scan
_whole_careful = careful_places.whole


@compiled
def update(v: Int, model: Arrays, plan: Arrays, world: World) -> None:
    """Fill what is kept of a vessel."""
    if world is None:
        _update(v, model, plan)
    else:
        _update_careful(v, model, plan, world)


@compiled
def scan(
    v: Int,
    wanted: Array,
    n: Int,
    blink: float,
    rng: Array,
    best_at: Array,
    best_how: Array,
    best_h: Array,
    best_gain: Array,
    model: Arrays,
    plan: Arrays,
    world: World,
) -> None:
    """Find the best place in a vessel for each wanted site."""
    if world is None:
        _scan(
            v, wanted, n, blink, rng, best_at, best_how, best_h, best_gain, model, plan
        )
    else:
        _scan_careful(
            v, wanted, n, blink, rng, best_at, best_how, best_h, best_gain, model, plan,
            world,
        )  # fmt: skip


@compiled
def rescan(
    v: Int,
    into: Int,
    how: Int,
    wanted: Array,
    n: Int,
    blink: float,
    rng: Array,
    best_at: Array,
    best_how: Array,
    best_h: Array,
    best_gain: Array,
    model: Arrays,
    plan: Arrays,
    world: World,
) -> None:
    """Mend the best places in a vessel that has just got a site."""
    if world is None:  # noqa: SIM102 - numba prunes on this test alone
        if how == 0 and plan[1][v] > 3:
            _rescan(
                v, into, wanted, n, blink, rng, best_at, best_how, best_h, model, plan
            )
            return
    scan(
        v, wanted, n, blink, rng, best_at, best_how, best_h, best_gain, model, plan,
        world,
    )  # fmt: skip


@compiled
def whole(
    v: Int, nodes: Array, n_nodes: Int, model: Arrays, world: World
) -> tuple[bool, float, float]:
    """Judge an order of nodes."""
    if world is None:
        return _whole(v, nodes, n_nodes, model)
    return _whole_careful(v, nodes, n_nodes, model, world)
