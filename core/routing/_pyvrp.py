"""The second engine: PyVRP's iterated local search on a prize-collecting model.

It knows neither endurance between port calls nor what a vessel brings from before the
plan; the engine's own evaluator judges what it finds.

PyVRP minimises distance plus uncollected prizes over whole numbers. Hours become
distance at 1,000 to the hour, and all prizes together are worth 30 times the whole
distance budget: measured on 30 published team-orienteering instances, weights from
10 to 100 end 0.8 % below the best known prize after 5 s, weights of 1 and less
93 to 100 % below (see docs/routing.md).

References
----------
.. [1] N. A. Wouda, L. Lan and W. Kool, "PyVRP: a high-performance VRP solver
   package", INFORMS J. Computing 36 (2024) 943-955.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvrp

from core.routing.problem import RoutingProblem, Trip

__all__ = ["search"]

_DISTANCE_PER_HOUR = 1_000
#: Fine enough that rounding a leg up costs less than 4 ms.
_DURATION_PER_HOUR = 1_000_000
_LOAD_PER_KG = 1_000
_PRIZE_WEIGHT = 30.0
_UNLIMITED = 1 << 40


def search(
    problem: RoutingProblem,
    candidates: npt.NDArray[np.integer[Any]],
    score: npt.NDArray[np.float64],
    *,
    seed: int,
    stop: Callable[[int], bool],
    shifts: bool = False,
) -> list[list[Trip]]:
    """Search a plan over candidate sites.

    Parameters
    ----------
    problem : RoutingProblem
        The problem; endurance within a horizon is not enforced unless ``shifts``.
    candidates : ndarray of int
        Sites that may be visited.
    score : ndarray of float, shape (n,)
        Worth of each node.
    seed : int
        Seed of the search.
    stop : callable
        Given the best cost so far, true once the search must end.
    shifts : bool
        Cut each vessel's horizon into fixed trips no longer than its endurance.

    Returns
    -------
    list of list of Trip
        Trips of each vessel.
    """
    model = _Model(problem, candidates, score, shifts=shifts)
    result = pyvrp.solve(
        model.data,
        stop,  # type: ignore[arg-type]  # it is called by position, whatever the name
        seed=seed,
        collect_stats=False,
        display=False,
    )
    if not result.is_feasible():
        return [[] for _ in problem.vessels]
    return model.trips(result.best)


class _Model:
    """The problem in PyVRP's whole numbers, and the way back."""

    def __init__(
        self,
        problem: RoutingProblem,
        candidates: npt.NDArray[np.integer[Any]],
        score: npt.NDArray[np.float64],
        *,
        shifts: bool,
    ) -> None:
        self._problem = problem
        self._candidates = candidates
        self._score = score[candidates]
        used = {x for v in problem.vessels for x in (v.depot, v.last, *v.ports)}
        self._depots = sorted(used)
        self._nodes = np.array([*self._depots, *candidates.tolist()], dtype=np.intp)
        self._vessel_of_type: list[int] = []
        types = [
            kind
            for v in range(len(problem.vessels))
            for kind in self._types(v, shifts=shifts)
        ]
        profiles: list[tuple[Any, Any]] = [
            self._matrices(v) for v in range(self._n_profiles)
        ]
        self.data = pyvrp.ProblemData(
            locations=[pyvrp.Location(0.0, 0.0) for _ in self._nodes],
            clients=self._clients(types),
            depots=[pyvrp.Depot(i) for i in range(len(self._depots))],
            vehicle_types=types,
            distance_matrices=[distance for distance, _ in profiles],
            duration_matrices=[duration for _, duration in profiles],
        )

    @property
    def _n_profiles(self) -> int:
        alike = self._problem.travel_h.ndim == 2 and self._problem.service_h.ndim == 1
        same_ports = len({v.ports for v in self._problem.vessels}) == 1
        alike = alike and same_ports and self._problem.may_serve is None
        return 1 if alike else len(self._problem.vessels)

    def _hours_of(self, vessel: int) -> float:
        """Hours from when a vessel is ready to its deadline."""
        problem = self._problem
        hours = problem.deadline_h(vessel) - problem.vessels[vessel].ready_h
        return max(hours, 0.0)

    def _matrices(
        self, vessel: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Distance and duration; the duration holds the work at the far end."""
        problem, nodes = self._problem, self._nodes
        travel = problem.travel_of(vessel)[np.ix_(nodes, nodes)]
        n_depots = len(self._depots)
        work = problem.service_of(vessel)[nodes].copy()
        work[:n_depots] = 0.0
        duration = travel + work[None, :]
        ports = problem.vessels[vessel].ports
        for i, node in enumerate(self._depots):
            if node in ports and problem.unload_h is not None:
                duration[n_depots:, i] += problem.unload_h[node]
        np.fill_diagonal(duration, 0.0)
        n_vessels = len(problem.vessels)
        far = 10.0 * max(self._hours_of(v) for v in range(n_vessels))
        far = min(far, 1e5)
        capped = np.minimum(duration, far)
        for i, site in enumerate(self._candidates.tolist()):
            if not problem.is_allowed(vessel, site):
                capped[:, n_depots + i] = far
        np.fill_diagonal(capped, 0.0)
        whole = np.ceil(capped * _DURATION_PER_HOUR).astype(np.int64)
        distance = np.rint(np.minimum(travel, far) * _DISTANCE_PER_HOUR)
        np.fill_diagonal(distance, 0.0)
        return distance.astype(np.int64), whole

    def _types(self, vessel: int, *, shifts: bool) -> list[pyvrp.VehicleType]:
        one = self._problem.vessels[vessel]
        index = self._depots.index
        hours = self._shift_hours(vessel) if shifts else [self._hours_of(vessel)]
        kinds = []
        for i, shift in enumerate(hours):
            # Later shifts begin where the first one ended, at a port.
            start = one.depot if i == 0 else one.last
            self._vessel_of_type.append(vessel)
            kinds.append(
                pyvrp.VehicleType(
                    capacity=[min(int(one.capacity_kg * _LOAD_PER_KG), _UNLIMITED)]
                    if np.isfinite(one.capacity_kg)
                    else [_UNLIMITED],
                    start_depot=index(start),
                    end_depot=index(one.last),
                    shift_duration=int(min(shift, 1e5) * _DURATION_PER_HOUR),
                    profile=0 if self._n_profiles == 1 else vessel,
                    reload_depots=[] if shifts else [index(p) for p in one.ports],
                )
            )
        return kinds

    def _shift_hours(self, vessel: int) -> list[float]:
        """Cut the horizon into fixed trips: whole endurances, then the rest."""
        one, limit = self._problem.vessels[vessel], self._hours_of(vessel)
        if one.last not in one.ports or one.endurance_h >= limit:
            return [min(one.endurance_h, limit)]
        n_full = int(limit // one.endurance_h)
        rest = limit - n_full * one.endurance_h
        return [one.endurance_h] * n_full + ([rest] if rest > 0.0 else [])

    def _clients(self, types: list[pyvrp.VehicleType]) -> list[pyvrp.Client]:
        problem = self._problem
        budget = sum(kind.shift_duration for kind in types) / _DURATION_PER_HOUR
        total = float(self._score.sum())
        scale = _PRIZE_WEIGHT * budget * _DISTANCE_PER_HOUR / total
        prizes = np.maximum(1, np.rint(self._score * scale))
        loads = np.ceil(problem.demand_kg[self._candidates] * _LOAD_PER_KG)
        return [
            pyvrp.Client(
                location=len(self._depots) + i,
                pickup=[int(load)],
                prize=int(prize),
                required=False,
            )
            for i, (prize, load) in enumerate(zip(prizes, loads, strict=True))
        ]

    def trips(self, solution: pyvrp.Solution) -> list[list[Trip]]:
        """Trips of each vessel."""
        plan: list[list[Trip]] = [[] for _ in self._problem.vessels]
        for route in sorted(solution.routes(), key=lambda r: r.vehicle_type()):
            vessel = self._vessel_of_type[route.vehicle_type()]
            start, sites = -1, list[int]()
            for activity in route:
                if not activity.is_depot():
                    sites.append(int(self._candidates[activity.idx]))
                    continue
                here = self._depots[activity.idx]
                if sites:
                    plan[vessel].append(Trip(start, tuple(sites), here))
                elif start >= 0 and here != start:
                    plan[vessel].append(Trip(start, (), here))
                start, sites = here, []
        return plan
