"""Team orienteering: the planner, PyVRP alone, OR-Tools and a k-means baseline.

Made-up instances of the form of Chao, Golden and Wasil (1996): 21 to 102 nodes, 2 to 4
vessels, no load, one limit of hours for each vessel. ``uniform`` resembles their sets 1
to 4 and 7, ``square`` and ``diamond`` sets 5 and 6. Gaps are to the best prize seen by
any method here or in longer runs (``_BEST``, 60 s with other seeds).

OR-Tools is a peer to compare with, not a requirement; without it its rows are left out
and a note says so.

References
----------
.. [1] I-M. Chao, B. L. Golden and E. A. Wasil, "The team orienteering problem",
   European J. Operational Research 88 (1996) 464-474.
"""

import importlib.util
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from benchmarks import Row
from core.routing import RoutingProblem, Vessel, solve
from core.routing._check import check_trips
from core.routing._effort import Effort, Share
from core.routing._pyvrp import search as search_by_pyvrp

__all__ = ["run"]

_SECONDS = 10.0
_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class _Form:
    """How an instance is made; ``hours`` in shares of a tour through all sites."""

    family: str
    n: int
    vessels: int
    hours: float
    seed: int
    prizes: str = "uniform"

    @property
    def name(self) -> str:
        return f"{self.family} {self.n}/{self.vessels} {self.hours:g} #{self.seed}"


_FORMS = (
    _Form("uniform", 21, 2, 0.7, 16),
    _Form("uniform", 32, 4, 0.8, 15),
    _Form("uniform", 33, 3, 0.8, 14),
    _Form("uniform", 100, 2, 0.5, 4),
    _Form("uniform", 100, 2, 0.6, 126),
    _Form("uniform", 100, 2, 1.0, 130),
    _Form("uniform", 100, 3, 0.7, 3),
    _Form("uniform", 100, 4, 0.5, 1),
    _Form("uniform", 102, 4, 0.7, 6),
    _Form("uniform", 102, 4, 1.1, 201),
    _Form("uniform", 102, 3, 0.5, 7, "distance"),
    _Form("clustered", 100, 4, 0.6, 8),
    _Form("clustered", 100, 3, 0.9, 9),
    _Form("diamond", 64, 3, 0.6, 10, "distance"),
    _Form("diamond", 64, 4, 0.9, 205, "distance"),
    _Form("square", 66, 3, 0.9, 13, "distance"),
    _Form("square", 66, 4, 0.5, 206, "distance"),
)


def run() -> list[Row]:
    """Compare on every instance; mean and worst gaps by family."""
    methods = _methods()
    gaps: dict[tuple[str, str], list[float]] = defaultdict(list)
    for form in _FORMS:
        problem = _instance(form)
        prizes = {
            name: [method(problem, seed) for seed in seeds]
            for name, (method, seeds) in methods.items()
        }
        best = max(max(own) for own in prizes.values())
        for name, own in prizes.items():
            gaps[name, form.family] += [100.0 * (1.0 - one / best) for one in own]
    rows = [
        row
        for name in methods
        for family in dict.fromkeys(form.family for form in _FORMS)
        for row in _rows(f"{name}, {family}", gaps[name, family])
    ]
    for name in methods:
        all_gaps = [gap for (of, _), own in gaps.items() if of == name for gap in own]
        rows += _rows(f"{name}, all", all_gaps)
    if "OR-Tools" not in methods:
        rows.append(
            {
                "measure": "OR-Tools",
                "value": float("nan"),
                "unit": "%",
                "note": "not installed, left out",
            }
        )
    return rows


def _rows(measure: str, gaps: list[float]) -> list[Row]:
    note = f"{len(gaps)} runs of {_SECONDS:g} s"
    return [
        {
            "measure": f"{measure}, mean gap",
            "value": float(np.mean(gaps)),
            "unit": "%",
            "note": note,
        },
        {"measure": f"{measure}, worst gap", "value": max(gaps), "unit": "%"},
    ]


_Method = Callable[[RoutingProblem, int], float]


def _methods() -> dict[str, tuple[_Method, tuple[int, ...]]]:
    methods: dict[str, tuple[_Method, tuple[int, ...]]] = {
        "planner": (_planner, _SEEDS),
        "PyVRP alone": (_pyvrp, _SEEDS),
    }
    if importlib.util.find_spec("ortools") is not None:
        methods["OR-Tools"] = (_ortools, _SEEDS[:1])
    methods["k-means, nearest neighbour"] = (_kmeans, _SEEDS)
    return methods


def _instance(form: _Form) -> RoutingProblem:
    rng = np.random.default_rng(form.seed)
    xy = _places(form, rng)
    middle = xy.mean(axis=0)
    if form.family in ("uniform", "clustered"):
        middle = middle + rng.uniform(-10.0, 10.0, 2)
    order = np.argsort(np.linalg.norm(xy - middle, axis=1), kind="stable")
    # Start and end are the two nodes in the middle.
    xy = xy[np.r_[order[0], order[2:], order[1]]]
    hours = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    if form.prizes == "uniform":
        prize = rng.integers(1, 41, form.n).astype(float)
    else:
        outside = np.minimum(hours[0], hours[:, -1]) / hours.max()
        prize = np.round(outside * 20.0) * 5.0 + 5.0
    prize[[0, -1]] = 0.0
    # Length of a tour through random points (Beardwood, Halton, Hammersley 1959).
    tour = 0.7124 * np.sqrt(form.n * np.prod(np.ptp(xy, axis=0)))
    limit = round(float(tour * form.hours / form.vessels), 1)
    limit = max(limit, round(float(hours[0, -1] * 1.5 + 1.2 * np.median(hours[0])), 1))
    vessel = Vessel(capacity_kg=np.inf, endurance_h=limit, depot=0, end=form.n - 1)
    return RoutingProblem(
        travel_h=hours,
        prize=prize,
        service_h=np.zeros(form.n),
        demand_kg=np.zeros(form.n),
        vessels=(vessel,) * form.vessels,
    )


def _places(form: _Form, rng: np.random.Generator) -> np.ndarray:
    n = form.n
    if form.family == "uniform":
        return rng.uniform(0.0, 100.0, (n, 2))
    if form.family == "clustered":
        centres = rng.uniform(0.0, 100.0, (max(3, n // 12), 2))
        return centres[rng.integers(len(centres), size=n)] + rng.normal(0, 6.0, (n, 2))
    if form.family == "diamond":
        grid = [
            (x, y)
            for x in range(-9, 10)
            for y in range(-9, 10)
            if abs(x) + abs(y) <= 9 and (x + y) % 2 == 0
        ]
        grid = sorted(grid, key=lambda one: abs(one[0]) + abs(one[1]))[:n]
        return 2.0 * np.array(grid, dtype=float)
    side = int(np.ceil(np.sqrt(n)))
    square = [(x, y) for x in range(side) for y in range(side)]
    return 2.0 * np.array(square[:n], dtype=float)


def _planner(problem: RoutingProblem, seed: int) -> float:
    return solve(problem, seconds=_SECONDS, seed=seed).prize


def _pyvrp(problem: RoutingProblem, seed: int) -> float:
    effort = Effort(seconds=_SECONDS, patience=1 << 40)
    stop = Share(effort, _SECONDS, 1 << 40)
    sites = problem.sites.astype(np.intp)
    trips = search_by_pyvrp(problem, sites, problem.prize, seed=seed, stop=stop)
    return sum(check_trips(problem, trips))


def _kmeans(problem: RoutingProblem, seed: int) -> float:
    """Cut the sites into areas by k-means; each vessel sails to the nearest next."""
    n = len(problem.prize)
    square = problem.travel_h**2
    centre = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * centre @ square @ centre)
    xy = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0.0))
    m = len(problem.vessels)
    label = KMeans(m, n_init=10, random_state=seed).fit_predict(xy[problem.sites])
    total = 0.0
    for v, vessel in enumerate(problem.vessels):
        left = problem.sites[label == v].tolist()
        here, hours = vessel.depot, 0.0
        while left:
            site = min(left, key=lambda one: float(problem.travel_h[here, one]))
            left.remove(site)
            to = hours + float(problem.travel_h[here, site])
            if to + problem.travel_h[site, vessel.last] <= vessel.endurance_h:
                here, hours = site, to
                total += float(problem.prize[site])
    return total


def _ortools(problem: RoutingProblem, seed: int) -> float:
    """Disjunctions with the prizes as penalties, guided local search."""
    # A peer for comparison, not a requirement.
    from ortools.constraint_solver import (  # type: ignore[import-not-found]
        pywrapcp,
        routing_enums_pb2,
    )

    n, m, scale = len(problem.prize), len(problem.vessels), 1000
    starts = [vessel.depot for vessel in problem.vessels]
    ends = [vessel.last for vessel in problem.vessels]
    manager = pywrapcp.RoutingIndexManager(n, m, starts, ends)
    model = pywrapcp.RoutingModel(manager)
    hours = np.ceil(problem.travel_h * scale).astype(int).tolist()

    def leg(a: int, b: int) -> int:
        return int(hours[manager.IndexToNode(a)][manager.IndexToNode(b)])

    transit = model.RegisterTransitCallback(leg)
    model.SetArcCostEvaluatorOfAllVehicles(transit)
    limit = int(problem.vessels[0].endurance_h * scale)
    model.AddDimension(transit, 0, limit, True, "hours")
    # All prizes together weigh 30 times the hours of the fleet, as for PyVRP.
    weight = 30.0 * m * limit / float(problem.prize.sum())
    for site in problem.sites.tolist():
        penalty = int(problem.prize[site] * weight)
        model.AddDisjunction([manager.NodeToIndex(site)], penalty)
    options: Any = pywrapcp.DefaultRoutingSearchParameters()
    options.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    options.time_limit.FromMilliseconds(int(_SECONDS * 1000))
    found = model.SolveWithParameters(options)
    total = 0.0
    for v in range(m):
        at = model.Start(v)
        while found is not None and not model.IsEnd(at):
            total += float(problem.prize[manager.IndexToNode(at)])
            at = found.Value(model.NextVar(at))
    return total
