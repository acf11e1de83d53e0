"""Cycles of the search, each begun otherwise, until the effort is spent."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.routing._engine.cycle import fill_plan, refresh, run_cycle
from core.routing._engine.random_numbers import stream
from core.routing._engine.recombine import recombine
from core.routing._engine.tables import (
    Plan,
    Tables,
    decode,
    empty_plan,
    encode,
    make_tables,
)
from core.routing.problem import RoutingProblem, Trip

__all__ = ["Search", "Stop"]

_CHUNK = 200
_POOL = 4096


class Stop(Protocol):
    """Decides when to stop."""

    def spent(self, n_steps: int, *, improved: bool) -> bool:
        """Count steps made; true once the search must end."""


@dataclass(frozen=True)
class _Course:
    """What a cycle is drawn to be."""

    settings: tuple[float, ...]
    ways: npt.NDArray[np.float64]
    n_steps: int


class Search:
    """A search over one problem.

    Parameters
    ----------
    problem : RoutingProblem
        The problem.
    sites : ndarray of int
        Sites that may be visited.
    seed : int
        Seed of the search.
    least_prize_per_h : float
        Sites that bring less for the hours they add stay out.
    world : tuple of ndarray, optional
        What the careful evaluator knows; None for the quick one.
    """

    def __init__(
        self,
        problem: RoutingProblem,
        sites: npt.NDArray[np.intp],
        *,
        seed: int,
        least_prize_per_h: float = 0.0,
        world: Plan | None = None,
    ) -> None:
        self.problem, self.world = problem, world
        self.tables: Tables = make_tables(problem, sites)
        self.rng = stream(seed)
        self.dice = np.random.default_rng(seed)
        self.least = least_prize_per_h
        n, m = problem.travel_h.shape[-1], len(problem.vessels)
        self.now = empty_plan(problem, self.tables)
        self.trial = empty_plan(problem, self.tables)
        self.best = empty_plan(problem, self.tables)
        for plan in (self.now, self.trial, self.best):
            refresh(self.tables.model, plan, world)
        self.names = np.random.default_rng(7).integers(
            1, 1 << 63, n + m, dtype=np.uint64
        )
        columns = min(self.tables.width, 400)
        self.routes = (
            np.zeros((_POOL, columns), dtype=np.int32),
            np.zeros(_POOL, dtype=np.int64),
            np.zeros(_POOL, dtype=np.int32),
            np.zeros(_POOL),
            np.zeros(_POOL, dtype=np.uint64),
            np.full(4 * _POOL + 1, -1, dtype=np.int64),
            np.zeros(1, dtype=np.int64),
        )
        n_sites = len(sites)
        self.work = (
            np.zeros((m, n_sites), dtype=np.int64),
            np.zeros((m, n_sites), dtype=np.int64),
            np.zeros((m, n_sites)),
            np.zeros((m, n_sites)),
            np.zeros(n),
            np.ones(m, dtype=np.bool_),
        )
        self.marks = (
            np.zeros(n, dtype=np.int32),
            np.zeros(n, dtype=np.int32),
            np.zeros(n, dtype=np.bool_),
            np.zeros(n, dtype=np.bool_),
        )
        score = self.tables.model[2]
        self.mean_score = float(score[sites].mean()) if n_sites else 1.0
        hours = float(self.tables.model[6][:, 2].clip(max=1e5).sum())
        # An hour is worth something only between plans of one prize.
        self.tie = 0.01 * float(np.median(score[sites])) * m / max(hours, 1e-9)
        self.tie = max(self.tie, least_prize_per_h)
        self.log: list[tuple[Any, ...]] = []

    def worth(self, plan: Plan) -> float:
        """Score of a plan, and as a tie-break its hours."""
        totals = plan[4]
        return float((totals[:, 0] - self.tie * totals[:, 1]).sum())

    def score(self, plan: Plan) -> float:
        """Prize of a plan, with what pinned sites count on top."""
        return float(plan[4][:, 0].sum())

    @property
    def trips(self) -> list[list[Trip]]:
        """Trips of the best plan."""
        return decode(self.problem, self.best)

    def begin_with(self, trips: list[list[Trip]]) -> None:
        """Take trips as the present plan."""
        self._set(self.now, encode(self.problem, self.tables, trips))
        self._keep()

    def construct(self) -> None:
        """Bring sites into an empty plan, those that bring most for an hour first."""
        self._set(self.now, empty_plan(self.problem, self.tables))
        self._fill(1.0, 0.0)
        self._keep()

    def run(self, stop: Stop) -> None:
        """Search until told to stop."""
        number, over = 0, False
        while not over:
            course = self._course(number)
            how = self._begin_cycle(number)
            start = self.score(self.now)
            over = self._cycle(course, stop)
            after = self.score(self.best)
            if len(self.problem.vessels) > 1 and self.world is None:
                self._recombine(stop)
            self.log.append((number, how, start, after, self.score(self.best), course))
            number += 1

    def _cycle(self, course: _Course, stop: Stop) -> bool:
        tables = self.tables
        refresh(tables.model, self.now, self.world)
        self._set(self.trial, self.now)
        for first in range(0, course.n_steps, _CHUNK):
            last = min(first + _CHUNK, course.n_steps)
            improved = run_cycle(
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
                self.names,
                tables.kind,
                self.routes,
                self.work,
                self.marks,
                tables.model,
                self.now,
                self.trial,
                self.best,
                self.world,
            )
            if stop.spent(last - first, improved=improved >= 0):
                return True
        return False

    def _course(self, number: int) -> _Course:
        """Draw the temperatures, the share taken out and the ways of a cycle."""
        dice, n = self.dice, len(self.tables.sites)
        hot = self.mean_score * 10.0 ** dice.uniform(-1.3, 0.2)
        cold = hot * 10.0 ** dice.uniform(-2.5, -1.0)
        most = max(2.0, min(dice.uniform(0.08, 0.5) * n, 10 + 30 * dice.random()))
        weights = dice.dirichlet(np.array([1.0, 2.0, 1.5, 0.7, 0.6, 0.25, 0.15]))
        steps = int(dice.choice([4_000, 8_000, 16_000, 32_000]))
        low = dice.uniform(0.6, 1.2)
        settings = (
            hot,
            cold,
            self.tie,
            most,
            low,
            low + dice.uniform(0.0, 1.0),
            dice.uniform(0.1, 0.8),
            dice.uniform(0.0, 0.12),
            self.least,
            2.0 * self.mean_score,
        )
        return _Course(settings, np.cumsum(weights), steps)

    def _begin_cycle(self, number: int) -> str:
        """Begin at the best plan, at a part of it, or anew by sectors."""
        draw = self.dice.random()
        if number == 0:
            return "present"
        if draw < 0.4:
            self._set(self.now, self.best)
            return "best"
        self._set(self.now, empty_plan(self.problem, self.tables))
        if draw < 0.7:
            self._deal()
            how = "sectors"
        else:
            how = "fresh"
        self._fill(self.dice.uniform(0.7, 2.0), self.dice.uniform(0.0, 0.6))
        self._keep()
        return how

    def _deal(self) -> None:
        """Deal the sites by direction, to each vessel its sector."""
        tables, m = self.tables, len(self.problem.vessels)
        turn = (tables.angle[tables.sites] + self.dice.random()) % 1.0
        order = tables.sites[np.argsort(turn, kind="stable")]
        for v, own in zip(
            self.dice.permutation(m), np.array_split(order, m), strict=True
        ):
            self._fill(1.0, 0.3, own, int(v))

    def _fill(
        self,
        power: float,
        noise: float,
        wanted: npt.NDArray[np.int32] | None = None,
        only: int = -1,
    ) -> None:
        if wanted is None:
            out = self.now[2][self.tables.sites] < 0
            wanted = self.tables.sites[out]
        fill_plan(
            np.array(wanted, dtype=np.int32),
            len(wanted),
            only,
            float(power),
            float(noise),
            self.least,
            self.rng,
            self.work,
            self.tables.model,
            self.now,
            self.world,
        )

    def _recombine(self, stop: Stop) -> None:
        found = recombine(self.tables, self.routes, self.names)
        if found is None:
            return
        plan = empty_plan(self.problem, self.tables)
        for v, nodes in found:
            plan[0][v, : len(nodes)] = nodes
            plan[1][v] = len(nodes)
        self._set(self.now, plan)
        refresh(self.tables.model, self.now, self.world)
        self._fill(1.0, 0.0)
        self._keep()

    def _keep(self) -> None:
        """Take the present plan as the best where it is better."""
        refresh(self.tables.model, self.now, self.world)
        if self.worth(self.now) > self.worth(self.best) + 1e-9:
            self._set(self.best, self.now)

    def _set(self, target: Plan, source: Plan) -> None:
        for to, values in zip(target, source, strict=True):
            to[:] = values
        if target is self.now:
            refresh(self.tables.model, self.now, self.world)
