"""Plans over drifting debris, carried out in the simulated double gyre.

60 sites, 3 vessels, 72 h, seeds 1 to 6 (seeds from 100 on were used to develop). Every
figure is the share of all mass that is collected when the plan is carried out; steps
are fixed, so the shares repeat. Times are CPU time of this process.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import Row
from benchmarks._drift_instances import (
    HORIZON_H,
    greedy_kg,
    make_instance,
    members_of,
    still_at,
)
from core.routing import DriftingTargets, RoutingProblem, Trip, execute, solve

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["run"]

SEEDS = (1, 2, 3, 4, 5, 6)
_PEAKS_KM_H = (0.9, 1.8, 3.6)
_STILL_STEPS, _STEPS, _ENSEMBLE_STEPS = 8_000, 6_000, 5_000
#: A forecast that is wrong: the real current is 30 % stronger and 0.4 rad ahead.
_WRONG = 1.3, 0.4
_MEMBERS, _OTHER_MEMBERS = 50, 150

Trips = list[list[Trip]]


def run() -> list[Row]:
    """Compare ways to plan over drift; all numbers are shares unless said."""
    solve(make_instance(100, 1.8).problem, seconds=600, iterations=1)  # compile
    rows: list[Row] = []
    for peak in _PEAKS_KM_H:
        rows += _by_current(peak)
    return rows + _robust(1.8) + _robust(3.6)


def _plan(problem: RoutingProblem, steps: int, quantile: float | None = None) -> Trips:
    return solve(
        problem, seconds=3600, seed=1, iterations=steps, quantile=quantile,
        reasons=False,
    ).trips  # fmt: skip


def _share(problem: RoutingProblem, trips: Trips) -> float:
    return float(execute(problem, trips).total_kg[0] / problem.prize.sum())


def _blind(problem: RoutingProblem, trips: Trips) -> float:
    """Share collected by vessels that sail to where the patches were at the start."""
    targets = problem.targets
    assert targets is not None  # noqa: S101 - made with them
    old = np.repeat(targets.position_km[:, :1], len(targets.time_h), axis=1)
    done = execute(
        problem, trips, track=False, forecast=replace(targets, position_km=old)
    )
    return float(done.total_kg[0] / problem.prize.sum())


def _by_current(peak: float) -> list[Row]:
    found: dict[str, list[float]] = {}

    def keep(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    cpu = []
    for seed in SEEDS:
        one = make_instance(seed, peak)
        problem, total = one.problem, one.problem.prize.sum()
        first = _plan(still_at(one, 0.0), _STILL_STEPS)
        keep("blind, t=0", _blind(problem, first))
        keep("tracked, t=0", _share(problem, first))
        middle = _plan(still_at(one, HORIZON_H / 2.0), _STILL_STEPS)
        keep("tracked, mid-horizon", _share(problem, middle))
        began = time.process_time()
        ours = _plan(problem, _STEPS)
        cpu.append(time.process_time() - began)
        keep("ours", _share(problem, ours))
        keep("greedy, nearest", greedy_kg(problem, by_rate=False) / total)
        keep("greedy, mass an hour", greedy_kg(problem, by_rate=True) / total)
        phase_h = _WRONG[1] / (2.0 * np.pi) * one.gyre.period_h
        real = replace(problem, targets=one.other(_WRONG[0], phase_h))
        keep("wrong forecast, tracked, t=0", _share(real, first))
        keep("wrong forecast, ours", _share(real, ours))
    name = f"{peak:g} km/h"
    rows = [_row(f"{name}: {what}", np.mean(x), "share") for what, x in found.items()]
    greedy = np.maximum(found["greedy, nearest"], found["greedy, mass an hour"])
    return [
        *rows,
        _gain(f"{name}: ours over tracked t=0", found["ours"], found["tracked, t=0"]),
        _gain(f"{name}: ours over the better greedy", found["ours"], greedy),
        _gain(
            f"{name}: wrong forecast, ours over tracked t=0",
            found["wrong forecast, ours"],
            found["wrong forecast, tracked, t=0"],
        ),
        _row(f"{name}: CPU of our plan", np.mean(cpu), "s"),
    ]


def _gain(name: str, ours: list[float], other: list[float] | np.ndarray) -> Row:
    gain = 100.0 * (np.array(ours) / np.array(other) - 1.0)
    return _row(name, gain.mean(), "%", f"{gain.min():.1f} to {gain.max():.1f}")


def _robust(peak: float) -> list[Row]:
    """Plan over 50 members of an uncertain current, carry out in 200 others."""
    plans: dict[str, Callable[[RoutingProblem], Trips]] = {
        "mean track": lambda p: _plan(_one(p, _targets(p).mean()), _ENSEMBLE_STEPS),
        "best mean": lambda p: _plan(p, _ENSEMBLE_STEPS),
        "best 10 % quantile": lambda p: _plan(p, _ENSEMBLE_STEPS, quantile=0.1),
    }
    mean: dict[str, list[float]] = {name: [] for name in plans}
    low: dict[str, list[float]] = {name: [] for name in plans}
    for seed in SEEDS:
        one = make_instance(seed, peak)
        known = _one(one.problem, members_of(one, _MEMBERS, seed=seed))
        others = _one(one.problem, members_of(one, _OTHER_MEMBERS, seed=1000 + seed))
        for name, plan in plans.items():
            kg = execute(others, plan(known)).total_kg / one.problem.prize.sum()
            mean[name].append(float(kg.mean()))
            low[name].append(float(np.quantile(kg, 0.1)))
    name = f"uncertain {peak:g} km/h"
    rows = [
        _row(f"{name}: {what}, {which}", np.mean(values[what]), "share")
        for what in plans
        for which, values in (("mean", mean), ("10 % quantile", low))
    ]
    robust = low["best 10 % quantile"]
    return [
        *rows,
        _gain(f"{name}: quantile, robust over mean track", robust, low["mean track"]),
        _gain(f"{name}: quantile, robust over best mean", robust, low["best mean"]),
    ]


def _targets(problem: RoutingProblem) -> DriftingTargets:
    assert problem.targets is not None  # noqa: S101 - made with them
    return problem.targets


def _one(problem: RoutingProblem, targets: DriftingTargets) -> RoutingProblem:
    return replace(problem, targets=targets)


def _row(
    measure: str, value: float | np.floating[Any], unit: str, note: str = ""
) -> Row:
    return {"measure": measure, "value": float(value), "unit": unit, "note": note}
