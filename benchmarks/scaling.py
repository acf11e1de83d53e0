"""How plans come as the number of sites grows: first feasible, and within 1 %.

Two types of vessels with holds, reloads and a horizon of 72 h. Times run from the call
of ``solve``, model building and reasons for every site left out included, compiling
not. The time to 1 % is that of the shortest run, of a few lengths, whose prize is
within 1 % of the run of 60 s; prizes depend on the machine.
"""

import time

import numpy as np

from benchmarks import Row
from core.routing import RoutingProblem, Vessel, solve

__all__ = ["run"]

_SIZES = (50, 200, 1_000, 5_000)
_LENGTHS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
_FULL_S = 60.0


def run() -> list[Row]:
    """Time the first feasible plan and the way to 1 % of a long run."""
    solve(_problem(4), seconds=1.0, iterations=1)
    rows: list[Row] = []
    for n_sites in _SIZES:
        problem = _problem(n_sites)
        began = time.perf_counter()
        first = solve(problem, seconds=0.01, seed=1)
        spent = time.perf_counter() - began
        full = solve(problem, seconds=_FULL_S, seed=1)
        enough = next(
            (
                seconds
                for seconds in _LENGTHS_S
                if solve(problem, seconds=seconds, seed=1).prize >= 0.99 * full.prize
            ),
            _FULL_S,
        )
        rows += [
            {
                "measure": f"first plan, {n_sites} sites",
                "value": spent,
                "unit": "s",
                "note": f"{first.prize / full.prize:.3f} of the prize of 60 s",
            },
            {
                "measure": f"within 1 % of 60 s, {n_sites} sites",
                "value": enough,
                "unit": "s",
                "note": f"prize {full.prize:.0f}, {full.iterations} steps",
            },
        ]
    return rows


def _problem(n_sites: int) -> RoutingProblem:
    """Sites over a square of 600 km round two ports, masses as skewed as real ones."""
    rng = np.random.default_rng(n_sites)
    xy = rng.uniform(-300.0, 300.0, (n_sites + 2, 2))
    xy[:2] = [[0.0, 0.0], [150.0, 100.0]]
    mass = np.minimum(rng.lognormal(5.5, 1.0, n_sites + 2), 4_000.0)
    mass[:2] = 0.0
    unload = np.zeros(n_sites + 2)
    unload[:2] = 2.0
    large = Vessel(8_000.0, 48.0, depot=0, reload_at=(0, 1))
    small = Vessel(4_000.0, 24.0, depot=0, reload_at=(0, 1))
    return RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy[None], axis=2) / 18.52,
        prize=mass,
        service_h=np.where(mass > 0.0, 0.5 + mass / 400.0, 0.0),
        demand_kg=mass,
        vessels=(large,) * 3 + (small,) * 3,
        horizon_h=72.0,
        unload_h=unload,
    )
