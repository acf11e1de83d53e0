"""The search for plans that do well when they are carried out in many members."""

import numpy as np

from core.routing._engine.careful_world import careful_world, tracks_of
from core.routing._engine.cycle import refresh
from core.routing._engine.ensemble import carry_out, run_ensemble_cycle
from core.routing._engine.search import CHUNK, Course, Search, Stop
from core.routing._engine.tables import Plan
from core.routing.problem import RoutingProblem, Trip
from core.routing.targets import DriftingTargets

__all__ = ["EnsembleSearch"]


class EnsembleSearch(Search):
    """A search whose plans are judged by carrying them out.

    Parameters
    ----------
    problem : RoutingProblem
        The problem with the mean of its targets: a plan keeps every limit there.
    members : DriftingTargets
        Members that plans are carried out in.
    quantile : float, optional
        Which quantile of the prize is maximised; the mean when not given.
    seed, least_prize_per_h
        As for the plain search.
    """

    def __init__(
        self,
        problem: RoutingProblem,
        members: DriftingTargets,
        *,
        quantile: float | None,
        seed: int,
        least_prize_per_h: float = 0.0,
    ) -> None:
        n = len(problem.prize)
        self._quantile = -1.0 if quantile is None else quantile
        self._members = (
            *tracks_of(members),
            np.zeros(n, dtype=np.int32),
            np.ones(n),
            np.zeros((3, n)),
        )
        self.candidates: list[list[list[Trip]]] = []
        self._world = careful_world(problem)
        super().__init__(
            problem,
            seed=seed,
            least_prize_per_h=least_prize_per_h,
            world=self._world,
        )

    def worth(self, plan: Plan) -> float:
        """Statistic of the prize over the members, and as a tie-break its hours."""
        value = carry_out(
            self._quantile, plan, self.tables.model, self._world, self._members
        )
        return float(value - self.tie * plan[4][:, 1].sum())

    def _cycle(self, course: Course, stop: Stop) -> bool:
        tables = self.tables
        refresh(tables.model, self.now, self.world)
        self._set(self.trial, self.now)
        self._set(self.peak, self.now)
        over = False
        for first in range(0, course.n_steps, CHUNK):
            last = min(first + CHUNK, course.n_steps)
            run_ensemble_cycle(
                first,
                last,
                course.n_steps,
                course.settings,
                course.ways,
                self.rng,
                tables.sites,
                tables.near,
                tables.row_of,
                tables.angle,
                self.work,
                self.marks,
                tables.model,
                self.now,
                self.trial,
                self.peak,
                self._world,
                self._quantile,
                self._members,
            )
            better = self._keep(self.peak)
            if better:
                self.candidates.append(self.trips)
            over = stop.spent(last - first, improved=better)
            if over:
                break
        return over
