"""The planner against a nearest-neighbour greedy: same problems, same run.

Seeds and search steps are fixed; prizes repeat, times depend on the machine. A greedy
vessel always sails to the nearest site it can still serve and bring home.
"""

import time

import numpy as np

from benchmarks import Row
from core.routing import RoutingProblem, Vessel, solve

__all__ = ["run"]

_SIZES = {50: 2000, 200: 1500, 1000: 300}  # sites to search steps
_HOLD_KG, _ENDURANCE_H, _N_VESSELS = 8_000.0, 72.0, 3


def run() -> list[Row]:
    """Time the first feasible plan and compare prizes."""
    rows: list[Row] = []
    for n_sites, steps in _SIZES.items():
        problem = _problem(n_sites)
        began = time.perf_counter()
        solve(problem, seconds=600, seed=1, iterations=1)
        first = time.perf_counter() - began
        began = time.perf_counter()
        plan = solve(problem, seconds=600, seed=1, iterations=steps)
        spent = time.perf_counter() - began
        greedy = _greedy(problem)
        rows += [
            _row(f"planner first plan, {n_sites} sites", first, "s"),
            _row(
                f"planner prize, {n_sites} sites",
                plan.prize,
                "kg",
                f"{steps} steps in {spent:.1f} s",
            ),
            _row(f"greedy prize, {n_sites} sites", greedy, "kg"),
            _row(f"planner over greedy, {n_sites} sites", plan.prize / greedy, "ratio"),
        ]
    return rows


def _row(measure: str, value: float, unit: str, note: str = "") -> Row:
    return {"measure": measure, "value": value, "unit": unit, "note": note}


def _problem(n_sites: int) -> RoutingProblem:
    """Sites over a square of 600 km round one port, masses as skewed as real ones."""
    rng = np.random.default_rng(n_sites)
    xy = rng.uniform(-300.0, 300.0, (n_sites + 1, 2))
    xy[0] = 0.0
    mass = np.minimum(rng.lognormal(5.5, 1.0, n_sites + 1), _HOLD_KG)
    mass[0] = 0.0
    return RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy[None], axis=2) / 18.52,
        prize=mass,
        service_h=np.where(mass > 0.0, 0.5 + mass / 400.0, 0.0),
        demand_kg=mass,
        vessels=(Vessel(_HOLD_KG, _ENDURANCE_H),) * _N_VESSELS,
    )


def _greedy(problem: RoutingProblem) -> float:
    left = set(problem.sites.tolist())
    total = 0.0
    for vessel in problem.vessels:
        here, hours, load = vessel.depot, 0.0, 0.0
        while True:
            fits = [
                site
                for site in left
                if load + problem.demand_kg[site] <= vessel.capacity_kg
                and hours
                + problem.travel_h[here, site]
                + problem.service_h[site]
                + problem.travel_h[site, vessel.last]
                <= vessel.endurance_h
            ]
            if not fits:
                break
            site = min(fits, key=lambda one: float(problem.travel_h[here, one]))
            hours += float(problem.travel_h[here, site] + problem.service_h[site])
            load += float(problem.demand_kg[site])
            total += float(problem.prize[site])
            left.discard(site)
            here = site
    return total
