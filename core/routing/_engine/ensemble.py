"""A cycle of the search that is judged by carrying plans out in many members.

Places are still found on the mean tracks, where a plan keeps every limit; whether a
plan is accepted is decided by what it brings when it is carried out.
"""

from math import log

import numpy as np

from core.jit import compiled, entry
from core.routing._engine.cycle import waiting
from core.routing._engine.executing import execute_row
from core.routing._engine.plan import copy_touched
from core.routing._engine.random_numbers import below, uniform
from core.routing._engine.recreate import recreate
from core.routing._engine.ruin import ruin
from core.routing._engine.types import Array, Arrays

__all__ = ["carry_out", "run_ensemble_cycle"]

#: Part of the mean that counts beside a quantile, so that a plan which is better in
#: the other members is not taken as equal.
_MEAN_PART = 0.02


@compiled
def _carry_out(
    v: int, by: Array, plan: Arrays, model: Arrays, world: Arrays, members: Arrays
) -> None:
    """Prize of a vessel in each member, into ``by[:, v]``."""
    seq, length, _, _, _ = plan
    limits = model[6]
    travel, service, node, is_port, cal_of, cal_at, open_h = world[:7]
    tracks, share, fastest, scale, fate, factor, room = members
    if length[v] == 2:
        by[:, v] = 0.0
        return
    one = travel[v if len(travel) > 1 else 0]
    for k in range(len(by)):
        by[k, v] = execute_row(
            seq[v], length[v], factor, -1.0, one, service[v], node, limits[v],
            is_port[v], cal_of[v], cal_at, open_h, tracks[k], share[k], tracks[k],
            share[k], fastest[k], scale[0], scale[1], fate, room[0], room[1], room[2],
        )[1]  # fmt: skip


@compiled
def _statistic(by: Array, quantile: float) -> float:
    """Mean over the members where the quantile is below zero, else the quantile."""
    totals = np.zeros(len(by))
    for k in range(len(by)):
        for v in range(by.shape[1]):
            totals[k] += by[k, v]
    mean = totals.mean()
    if quantile < 0.0:
        return float(mean)
    totals.sort()
    at = quantile * (len(totals) - 1)
    low = min(int(at), len(totals) - 2)
    part = at - low
    value = (1.0 - part) * totals[low] + part * totals[low + 1]
    return float((1.0 - _MEAN_PART) * value + _MEAN_PART * mean)


@entry
def carry_out(
    quantile: float, plan: Arrays, model: Arrays, world: Arrays, members: Arrays
) -> float:
    """Mean or quantile of a plan's prize over the members."""
    by = np.zeros((len(members[0]), len(plan[1])))
    for v in range(len(plan[1])):
        _carry_out(v, by, plan, model, world, members)
    return _statistic(by, quantile)


@entry
def run_ensemble_cycle(
    first: int,
    last: int,
    total: int,
    settings: tuple[float, ...],
    ways: Array,
    rng: Array,
    sites: Array,
    near: Array,
    row_of: Array,
    angle: Array,
    work: Arrays,
    marks: Arrays,
    model: Arrays,
    now: Arrays,
    trial: Arrays,
    best: Arrays,
    world: Arrays,
    quantile: float,
    members: Arrays,
) -> int:
    """Search as :func:`core.routing._engine.cycle.run_cycle` does, judged otherwise.

    ``members`` are the tracks (k, n, times, 3), shares, largest speeds and scale of
    the members plans are carried out in, and room for one execution.
    """
    hot, cold, hour_price, most, low, high, noise, blink, least, _ = settings
    taken, wanted, gone, stamp = marks
    n_vessels = len(now[1])
    touched = np.zeros(n_vessels, dtype=np.bool_)
    by_now = np.zeros((len(members[0]), n_vessels))
    for v in range(n_vessels):
        _carry_out(v, by_now, now, model, world, members)
    by_trial = by_now.copy()
    worth_now = _statistic(by_now, quantile) - hour_price * now[4][:, 1].sum()
    by_best = by_now.copy()
    for v in range(n_vessels):
        _carry_out(v, by_best, best, model, world, members)
    worth_best = _statistic(by_best, quantile) - hour_price * best[4][:, 1].sum()
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
        n = waiting(n, taken, near, row_of, sites, rng, stamp, wanted, trial[2])
        work[5][:] = True
        power = low + (high - low) * uniform(rng)
        recreate(
            wanted, n, -1, power, noise * uniform(rng), blink, least, rng, work,
            touched, model, trial, world,
        )  # fmt: skip
        for v in range(n_vessels):
            if touched[v]:
                _carry_out(v, by_trial, trial, model, world, members)
        worth_trial = _statistic(by_trial, quantile)
        worth_trial -= hour_price * trial[4][:, 1].sum()
        if worth_trial > worth_now + heat * log(max(uniform(rng), 1e-300)):
            copy_touched(touched, model, trial, now)
            by_now[:] = by_trial
            worth_now = worth_trial
            if worth_now > worth_best + 1e-9:
                touched[:] = True
                copy_touched(touched, model, now, best)
                worth_best, improved = worth_now, step
        else:
            copy_touched(touched, model, now, trial)
            by_trial[:] = by_now
    return improved
