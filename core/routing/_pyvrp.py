"""The search: PyVRP's iterated local search on a prize-collecting model.

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

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvrp

from core.errors import PlanningError
from core.routing.problem import RoutingProblem, Trip

__all__ = ["Effort", "search"]

_DISTANCE_PER_HOUR = 1_000
#: Fine enough that rounding a leg up costs less than 4 ms.
_DURATION_PER_HOUR = 1_000_000
_LOAD_PER_KG = 1_000
_PRIZE_WEIGHT = 30.0
_UNLIMITED = 1 << 40


@dataclass
class Effort:
    """When to stop searching, whom to tell, and what was spent.

    Parameters
    ----------
    seconds : float
        Wall-clock limit.
    patience : int
        Steps without a better plan after which the search ends. Runs that end this
        way repeat exactly for a seed; runs that end by the clock need not.
    iterations : int, optional
        Limit of steps.
    progress : callable, optional
        Told ``(done, total)`` in per cent.
    cancelled : callable, optional
        Asked now and then; the search ends with an error once it answers true.
    """

    seconds: float
    patience: int = 6_000
    iterations: int | None = None
    progress: Callable[[int, int], None] | None = None
    cancelled: Callable[[], bool] | None = None
    n_steps: int = 0
    share: tuple[float, float] = (0.0, 1.0)
    _began: float = field(default=0.0, repr=False)
    _steps: int = field(default=0, repr=False)
    _since_best: int = field(default=0, repr=False)
    _best: float = field(default=np.inf, repr=False)
    _told: int = field(default=-1, repr=False)

    def begin(self) -> None:
        """Start a search with the clock at zero."""
        self._began, self._steps = time.monotonic(), 0
        self._since_best, self._best = 0, np.inf

    def __call__(self, best_cost: float) -> bool:
        """Decide whether to stop; PyVRP asks before every step."""
        if best_cost < self._best:
            self._best, self._since_best = best_cost, 0
        spent = time.monotonic() - self._began
        share = max(
            spent / self.seconds,
            self._since_best / self.patience,
            0.0 if self.iterations is None else self._steps / self.iterations,
        )
        if self._steps % 64 == 0:
            self.report(min(share, 1.0))
        if share >= 1.0:
            return True
        self._steps += 1
        self._since_best += 1
        self.n_steps += 1
        return False

    def report(self, share: float) -> None:
        """Tell how far this search is, and end if someone cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise PlanningError("planning was cancelled; no plan was made")
        first, last = self.share
        per_cent = max(self._told, int(100.0 * (first + (last - first) * share)))
        if self.progress is not None and per_cent > self._told:
            self._told = per_cent
            self.progress(per_cent, 100)


def search(
    problem: RoutingProblem,
    candidates: npt.NDArray[np.intp],
    *,
    seed: int,
    effort: Effort,
    shifts: bool = False,
) -> list[list[Trip]]:
    """Search a plan over candidate sites.

    Parameters
    ----------
    problem : RoutingProblem
        The problem; endurance within a horizon is not enforced unless ``shifts``.
    candidates : ndarray of int
        Sites that may be visited.
    seed : int
        Seed of the search.
    effort : Effort
        When to stop.
    shifts : bool
        Cut each vessel's horizon into fixed trips no longer than its endurance.

    Returns
    -------
    list of list of Trip
        Trips of each vessel.
    """
    model = _Model(problem, candidates, shifts=shifts)
    effort.begin()
    result = pyvrp.solve(
        model.data, effort, seed=seed, collect_stats=False, display=False
    )
    if not result.is_feasible():
        return [[] for _ in problem.vessels]
    return model.trips(result.best)


class _Model:
    """The problem in PyVRP's whole numbers, and the way back."""

    def __init__(
        self,
        problem: RoutingProblem,
        candidates: npt.NDArray[np.intp],
        *,
        shifts: bool,
    ) -> None:
        self._problem = problem
        self._candidates = candidates
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
        return 1 if alike and same_ports else len(self._problem.vessels)

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
        far = 10.0 * max(problem.limit_h(v) for v in range(len(problem.vessels)))
        far = min(far, 1e5)
        capped = np.minimum(duration, far)
        whole = np.ceil(capped * _DURATION_PER_HOUR).astype(np.int64)
        distance = np.rint(np.minimum(travel, far) * _DISTANCE_PER_HOUR)
        np.fill_diagonal(distance, 0.0)
        return distance.astype(np.int64), whole

    def _types(self, vessel: int, *, shifts: bool) -> list[pyvrp.VehicleType]:
        one = self._problem.vessels[vessel]
        index = self._depots.index
        hours = self._shift_hours(vessel) if shifts else [self._problem.limit_h(vessel)]
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
        one, limit = self._problem.vessels[vessel], self._problem.limit_h(vessel)
        if one.last not in one.ports or one.endurance_h >= limit:
            return [min(one.endurance_h, limit)]
        n_full = int(limit // one.endurance_h)
        rest = limit - n_full * one.endurance_h
        return [one.endurance_h] * n_full + ([rest] if rest > 0.0 else [])

    def _clients(self, types: list[pyvrp.VehicleType]) -> list[pyvrp.Client]:
        problem = self._problem
        budget = sum(kind.shift_duration for kind in types) / _DURATION_PER_HOUR
        total = float(problem.prize[self._candidates].sum())
        scale = _PRIZE_WEIGHT * budget * _DISTANCE_PER_HOUR / total
        prizes = np.maximum(1, np.rint(problem.prize[self._candidates] * scale))
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
