"""Bring waiting sites into a plan."""

import numpy as np

from core.jit import compiled
from core.routing._engine.evaluate import rescan, scan
from core.routing._engine.plan import bring_in
from core.routing._engine.random_numbers import uniform
from core.routing._engine.types import Array, Arrays, Int, World

__all__ = ["recreate"]


@compiled
def recreate(
    wanted: Array,
    n: Int,
    only: Int,
    power: float,
    noise: float,
    blink: float,
    least: float,
    rng: Array,
    work: Arrays,
    touched: Array,
    model: Arrays,
    plan: Arrays,
    world: World,
) -> None:
    """Bring in sites that fit, best score for an added hour first.

    Parameters
    ----------
    wanted, n
        Sites that wait; the array is shuffled.
    only
        The one vessel to use, -1 for all of those in ``work.open``.
    power
        Sites are ranked by ``gain score ** (power - 1) / hours``.
    noise
        Each rank is multiplied by ``1 + noise (2 u - 1)``, drawn once a site.
    blink
        Probability to pass a place over.
    least
        Score an added hour must bring at least.
    """
    best_at, best_how, best_h, best_gain, luck, open_ = work
    m = len(open_)
    score = model[2]
    for k in range(n):
        s = wanted[k]
        luck[s] = 1.0 + noise * (2.0 * uniform(rng) - 1.0)
        # A power of the score, not of each gain: raising is slow.
        luck[s] *= score[s] ** (power - 1.0)
    for v in range(m):
        if open_[v] and (only < 0 or only == v):
            scan(
                v,
                wanted,
                n,
                blink,
                rng,
                best_at,
                best_how,
                best_h,
                best_gain,
                model,
                plan,
                world,
            )
        else:
            best_h[v, :n] = np.inf
    while n > 0:
        top = -1.0
        top_v: Int = np.int64(-1)
        top_k: Int = np.int64(-1)
        k = 0
        while k < n:
            fits = False
            for v in range(m):
                h = best_h[v, k]
                if h == np.inf:
                    continue
                gain = best_gain[v, k]
                if gain < least * h or gain <= 0.0:
                    continue
                fits = True
                rank = gain * luck[wanted[k]] / max(h, 1e-6)
                if rank > top:
                    top, top_v, top_k = rank, v, k
            if fits:
                k += 1
                continue
            # What fits nowhere now will not fit later in this call.
            n -= 1
            wanted[k] = wanted[n]
            for v in range(m):
                best_h[v, k], best_gain[v, k] = best_h[v, n], best_gain[v, n]
                best_at[v, k], best_how[v, k] = best_at[v, n], best_how[v, n]
        if top_v < 0:
            break
        v, k = top_v, top_k
        at, how = best_at[v, k], best_how[v, k]
        bring_in(v, wanted[k], at, how, model, plan, world)
        touched[v] = True
        n -= 1
        wanted[k] = wanted[n]
        for u in range(m):
            best_h[u, k], best_gain[u, k] = best_h[u, n], best_gain[u, n]
            best_at[u, k], best_how[u, k] = best_at[u, n], best_how[u, n]
        rescan(
            v, at, how, wanted, n, blink, rng, best_at, best_how, best_h, best_gain,
            model, plan, world,
        )  # fmt: skip
