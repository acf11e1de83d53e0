"""One cycle of the search: ruin, recreate, accept or turn back, ever colder."""

from math import log

import numpy as np

from core.jit import compiled, entry
from core.routing._engine.evaluate import scan, update, whole
from core.routing._engine.improve import shorten
from core.routing._engine.plan import copy_touched, worth
from core.routing._engine.random_numbers import below, uniform
from core.routing._engine.record import record
from core.routing._engine.recreate import recreate
from core.routing._engine.ruin import ruin
from core.routing._engine.types import Array, Arrays, Int, World

__all__ = ["fill_plan", "fits", "reach", "refresh", "run_cycle", "waiting"]

#: Where so few sites wait, all are tried; otherwise those near what was taken out.
_ALL_WAITING = 200
_MOST_WANTED = 120


@entry
def refresh(model: Arrays, plan: Arrays, world: World) -> None:
    """Fill what an evaluator keeps, and who visits what, from ``seq``."""
    seq, length, vessel_of, _, _ = plan
    is_site = model[8]
    vessel_of[:] = -1
    for v in range(len(length)):
        update(v, model, plan, world)
        for i in range(1, length[v] - 1):
            if is_site[seq[v, i]]:
                vessel_of[seq[v, i]] = v


@entry
def fits(v: Int, nodes: Array, n_nodes: Int, model: Arrays, world: World) -> bool:
    """Tell whether an order of nodes keeps every limit of a vessel."""
    return whole(v, nodes, n_nodes, model, world)[0]


@entry
def reach(
    wanted: Array, rng: Array, work: Arrays, model: Arrays, plan: Arrays, world: World
) -> Array:
    """Tell which sites some vessel of a plan has room for."""
    best_at, best_how, best_h, best_gain = work[0], work[1], work[2], work[3]
    fits = np.zeros(len(wanted), dtype=np.bool_)
    for v in range(len(plan[1])):
        scan(
            v,
            wanted,
            len(wanted),
            0.0,
            rng,
            best_at,
            best_how,
            best_h,
            best_gain,
            model,
            plan,
            world,
        )
        for k in range(len(wanted)):
            if best_h[v, k] < np.inf:
                fits[k] = True
    return fits


@entry
def fill_plan(
    wanted: Array,
    n: Int,
    only: Int,
    power: float,
    noise: float,
    least: float,
    rng: Array,
    work: Arrays,
    model: Arrays,
    plan: Arrays,
    world: World,
) -> None:
    """Bring sites into a plan, into one vessel or (-1) any."""
    touched = np.zeros(len(plan[1]), dtype=np.bool_)
    work[5][:] = True
    recreate(
        wanted,
        n,
        only,
        power,
        noise,
        0.0,
        least,
        rng,
        work,
        touched,
        model,
        plan,
        world,
    )
    for v in range(len(touched)):
        if touched[v]:
            shorten(v, model, plan, world)


@compiled
def waiting(
    n_taken: Int,
    taken: Array,
    near: Array,
    row_of: Array,
    sites: Array,
    rng: Array,
    stamp: Array,
    wanted: Array,
    vessel_of: Array,
) -> Int:
    """List the sites that may come in; return how many."""
    n = 0
    if len(sites) <= _ALL_WAITING:
        for s in sites:
            if vessel_of[s] < 0:
                wanted[n] = s
                n += 1
        return n
    for k in range(n_taken):
        if vessel_of[taken[k]] < 0:
            wanted[n] = taken[k]
            stamp[taken[k]] = True
            n += 1
    tries = 0
    while n < _MOST_WANTED and tries < 3 * _MOST_WANTED:
        tries += 1
        s = sites[below(rng, len(sites))]
        if n_taken and tries % 8:
            row = row_of[taken[below(rng, n_taken)]]
            s = near[row, int(uniform(rng) ** 1.5 * near.shape[1])]
        if s >= 0 and vessel_of[s] < 0 and not stamp[s]:
            stamp[s] = True
            wanted[n] = s
            n += 1
    for k in range(n):
        stamp[wanted[k]] = False
    return n


@entry
def run_cycle(
    first: Int,
    last: Int,
    total: Int,
    settings: tuple[float, ...],
    ways: Array,
    rng: Array,
    sites: Array,
    near: Array,
    row_of: Array,
    angle: Array,
    names: Array,
    kind: Array,
    routes: Arrays,
    work: Arrays,
    marks: Arrays,
    model: Arrays,
    now: Arrays,
    trial: Arrays,
    best: Arrays,
    world: World,
) -> Int:
    """Search from iteration ``first`` to ``last`` of a cycle of ``total``.

    ``now``, ``trial`` and ``best`` are plans; ``trial`` equals ``now`` on entry and on
    return. ``settings`` are the temperatures of begin and end, the price of an hour,
    the most sites taken out, bounds of the power of the gain, noise, blink, the least
    gain an hour, and how far below the best a plan's routes are still kept.
    Returns the number of the last iteration that improved ``best``, -1 for none.
    """
    hot, cold, hour_price, most, low, high, noise, blink, least, keep = settings
    taken, wanted, gone, stamp = marks
    open_ = work[5]
    touched = np.zeros(len(now[1]), dtype=np.bool_)
    worth_now, worth_best = worth(now[4], hour_price), worth(best[4], hour_price)
    cooling = log(cold / hot) / max(total, 1)
    improved = -1
    for step in range(first, last):
        heat = hot * np.exp(cooling * step)
        touched[:] = False
        u, way = uniform(rng), 0
        while way < len(ways) - 1 and u > ways[way]:
            way += 1
        size = 1 + below(rng, int(most))
        n = ruin(way, size, near, angle, rng, gone, taken, touched, model, trial, world)
        n_taken = n
        n = waiting(n, taken, near, row_of, sites, rng, stamp, wanted, trial[2])
        open_[:] = True
        if len(sites) > _ALL_WAITING and n_taken:
            # Vessels from which nothing was taken are full, as a rule.
            for v in range(len(open_)):
                open_[v] = touched[v] or uniform(rng) < 0.2
        power = low + (high - low) * uniform(rng)
        recreate(
            wanted,
            n,
            np.int64(-1),
            power,
            noise * uniform(rng),
            blink,
            least,
            rng,
            work,
            touched,
            model,
            trial,
            world,
        )
        worth_trial = worth(trial[4], hour_price)
        bar = worth_now + heat * log(max(uniform(rng), 1e-300))
        if worth_trial > bar - 0.5 * abs(hour_price):
            shorter = False
            for v in range(len(touched)):
                if touched[v] and shorten(v, model, trial, world):
                    shorter = True
            if shorter:
                n = waiting(
                    n_taken,
                    taken,
                    near,
                    row_of,
                    sites,
                    rng,
                    stamp,
                    wanted,
                    trial[2],
                )
                recreate(
                    wanted,
                    n,
                    np.int64(-1),
                    power,
                    noise,
                    0.0,
                    least,
                    rng,
                    work,
                    touched,
                    model,
                    trial,
                    world,
                )
                worth_trial = worth(trial[4], hour_price)
        if worth_trial > bar:
            if worth_trial > worth_best - keep:
                for v in range(len(touched)):
                    if touched[v]:
                        record(v, names, kind, routes, model, trial)
            copy_touched(touched, model, trial, now)
            worth_now = worth_trial
            if worth_now > worth_best + 1e-9:
                touched[:] = True
                copy_touched(touched, model, now, best)
                worth_best, improved = worth_now, step
        else:
            copy_touched(touched, model, now, trial)
    return improved
