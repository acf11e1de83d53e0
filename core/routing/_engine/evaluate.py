"""Pass each call on to the evaluator of the problem."""

from core.jit import compiled
from core.routing._engine import quick
from core.routing._engine.types import Array, Arrays, World

__all__ = ["scan", "update", "whole"]

_update, _scan, _whole = quick.update, quick.scan, quick.whole


@compiled
def update(v: int, model: Arrays, plan: Arrays, world: World) -> None:
    """Fill what is kept of a vessel."""
    if world is None:
        _update(v, model, plan)


@compiled
def scan(
    v: int,
    wanted: Array,
    n: int,
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


@compiled
def whole(
    v: int, nodes: Array, n_nodes: int, model: Arrays, world: World
) -> tuple[bool, float, float]:
    """Judge an order of nodes."""
    if world is None:
        return _whole(v, nodes, n_nodes, model)
    return False, 0.0, 0.0
