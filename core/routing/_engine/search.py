"""Cycles of the search, each begun otherwise, until the effort is spent."""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.routing._engine.cycle import fill_plan, fits, reach, refresh, run_cycle
from core.routing._engine.random_numbers import stream
from core.routing._engine.recombine import recombine
from core.routing._engine.tables import (
    Plan,
    Tables,
    decode,
    empty_plan,
    encode,
    make_tables,
    with_sites,
)
from core.routing.problem import RoutingProblem, Trip

__all__ = ["CHUNK", "Course", "Search", "Stop"]

#: Steps between two looks at the clock.
CHUNK = 200
_POOL = 4096
#: Steps between two recombinations, which take as long as some thousand steps.
_RECOMBINE_EVERY = 30_000
#: Sites brought into a first plan at a time.
_BLOCK = 300
#: Above so many sites every cycle goes on from the best plan: none ends in time anew.
_MANY = 400
#: Routes of more nodes are not kept for a recombination.
_LONGEST = 400


class Stop(Protocol):
    """Decides when to stop."""

    def spent(self, n_steps: int, *, improved: bool) -> bool:
        """Count steps made; true once the search must end."""


@dataclass(frozen=True)
class Course:
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
        *,
        seed: int,
        least_prize_per_h: float = 0.0,
        world: Plan | None = None,
    ) -> None:
        self.problem, self.world = problem, world
        self.rng = stream(seed)
        self.dice = np.random.default_rng(seed)
        self.least = float(least_prize_per_h)
        self.tables: Tables = make_tables(problem)
        self.now = empty_plan(problem, self.tables)
        self.trial = empty_plan(problem, self.tables)
        self.peak = empty_plan(problem, self.tables)
        self.best = empty_plan(problem, self.tables)
        for plan in (self.now, self.trial, self.peak, self.best):
            refresh(self.tables.model, plan, world)
        n, m = problem.travel_h.shape[-1], len(problem.vessels)
        self.work = _work(n, m, len(self.tables.sites))
        fits = reach(
            self.tables.sites,
            self.rng,
            self.work,
            self.tables.model,
            self.now,
            world,
        )
        self.sites = self.tables.sites[fits]
        self.tables = with_sites(self.tables, self.sites)
        self.names = np.random.default_rng(7).integers(
            1, 1 << 63, n + m, dtype=np.uint64
        )
        self.routes = _routes(min(self.tables.width, _LONGEST))
        self.marks = (
            np.zeros(n, dtype=np.int32),
            np.zeros(n, dtype=np.int32),
            np.zeros(n, dtype=np.bool_),
            np.zeros(n, dtype=np.bool_),
        )
        self._set_scales()
        self.found_by: str | None = None
        self._next = ""
        self._number = self._since_recombined = 0
        self.log: list[tuple[Any, ...]] = []

    def _set_scales(self) -> None:
        """Set what a typical site brings, and the worth of an hour beside it."""
        problem, score = self.problem, self.problem.prize[self.sites]
        self.mean_score = max(float(score.mean()), 1e-12) if len(score) else 1.0
        hours = float(self.tables.model[6][:, 2].clip(1e-9, 1e5).sum())
        # An hour is worth something only between plans of one prize.
        middle = float(np.median(score)) if len(score) else 1.0
        self.tie = 0.01 * middle * len(problem.vessels) / hours
        self.tie = max(self.tie, self.least)

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

    def begin_with(self, trips: list[list[Trip]], source: str) -> None:
        """Begin the next cycle from trips of another engine, brought within limits."""
        self._set(self.now, empty_plan(self.problem, self.tables))
        for v, own in enumerate(trips):
            alone: list[list[Trip]] = [[] for _ in trips]
            alone[v] = own
            plan = encode(self.problem, self.tables, alone)
            sites = np.array([s for trip in own for s in trip.sites], dtype=np.int32)
            if fits(v, plan[0][v], int(plan[1][v]), self.tables.model, self.world):
                self.now[0][v], self.now[1][v] = plan[0][v], plan[1][v]
                refresh(self.tables.model, self.now, self.world)
            elif len(sites):
                self._fill(1.0, 0.0, sites, v)
        self._fill(1.0, 0.0)
        if self._keep(self.now):
            self.found_by = source
        self._next = source

    def construct(self, stop: Stop | None = None) -> None:
        """Bring sites into an empty plan, those that bring most for an hour first.

        Where there are many, block by block, until told to stop.
        """
        self._set(self.now, empty_plan(self.problem, self.tables))
        blocks = math.ceil(len(self.sites) / _BLOCK)
        for block in np.array_split(self._by_rate(), max(blocks, 1)):
            self._fill(1.0, 0.0, block)
            if stop is not None and stop.spent(0, improved=False):
                break
        self._keep(self.now)

    def _by_rate(self) -> npt.NDArray[np.int32]:
        """Sites in order of what they bring for work and the legs to near ones."""
        travel, service, score = self.tables.model[:3]
        near = self.tables.near[:, : min(4, self.tables.near.shape[1])]
        legs = travel[0][self.sites[:, None], near].mean(axis=1)
        hours = legs + service[0][self.sites]
        order = np.argsort(-score[self.sites] / np.maximum(hours, 1e-9), kind="stable")
        return self.sites[order]

    def run(self, stop: Stop, *, cycles: int | None = None) -> None:
        """Search until told to stop, or for a number of cycles."""
        number, over = self._number, False
        end = np.inf if cycles is None else number + cycles
        while not over and number < end:
            course = self._course(number)
            how = self._begin_cycle(number)
            start = self.score(self.now)
            over = self._cycle(course, stop)
            after = self.score(self.peak)
            self._since_recombined += course.n_steps
            if self._since_recombined >= _RECOMBINE_EVERY and self.can_recombine:
                self._recombine()
            self.log.append((number, how, start, after, self.score(self.best), course))
            number = self._number = number + 1

    def _cycle(self, course: Course, stop: Stop) -> bool:
        tables = self.tables
        refresh(tables.model, self.now, self.world)
        self._set(self.trial, self.now)
        self._set(self.peak, self.now)
        over = False
        # Where a step takes long, look at the clock more often.
        chunk = max(4, min(CHUNK, 40_000 // max(len(self.sites), 1)))
        for first in range(0, course.n_steps, chunk):
            last = min(first + chunk, course.n_steps)
            run_cycle(
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
                self.peak,
                self.world,
            )
            over = stop.spent(last - first, improved=self._keep(self.peak))
            if over:
                break
        return over

    def _course(self, number: int) -> Course:
        """Draw the temperatures, the share taken out and the ways of a cycle."""
        dice, n = self.dice, len(self.tables.sites)
        many = n > _MANY
        low_hot, high_hot = (-2.0, -0.5) if many else (-1.3, 0.2)
        hot = self.mean_score * 10.0 ** dice.uniform(low_hot, high_hot)
        cold = hot * 10.0 ** dice.uniform(-2.5, -1.0)
        most = min(dice.uniform(0.08, 0.5) * n, 10.0 + 30.0 * dice.random())
        most = max(min(n, 6), most)
        weights = dice.dirichlet(np.array([1.0, 2.0, 1.5, 0.7, 0.6, 0.25, 0.15]))
        steps = int(dice.choice([1_500, 3_000, 6_000, 12_000]))
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
        # One type, or numba compiles again.
        return Course(tuple(map(float, settings)), np.cumsum(weights), steps)

    def _begin_cycle(self, number: int) -> str:
        """Begin at the best plan, at a part of it, or anew by sectors."""
        draw = self.dice.random()
        if number == 0:
            return "present"
        if self._next:
            source, self._next = self._next, ""
            return source
        n_vessels = len(self.problem.vessels)
        many = len(self.sites) > _MANY
        if many or draw < (0.2 if n_vessels > 1 else 0.4):
            self._set(self.now, self.best)
            return "best"
        if draw < 0.4:
            self._set(self.now, self.best)
            self._clear(int(self.dice.integers(n_vessels)))
            self._fill(self.dice.uniform(0.7, 2.0), self.dice.uniform(0.3, 0.9))
            return "best but one"
        self._set(self.now, empty_plan(self.problem, self.tables))
        if draw < 0.75:
            self._deal()
            how = "sectors"
        else:
            how = "fresh"
        self._fill(self.dice.uniform(0.7, 2.0), self.dice.uniform(0.0, 0.6))
        self._keep(self.now)
        return how

    def _clear(self, v: int) -> None:
        """Let a vessel of the present plan stay."""
        self.now[0][v, 1] = self.problem.vessels[v].last
        self.now[1][v] = 2
        refresh(self.tables.model, self.now, self.world)

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

    @property
    def can_recombine(self) -> bool:
        """Whether routes can be exchanged: several vessels, each on its own."""
        several = len(self.problem.vessels) > 1 and len(self.sites) <= _MANY
        return several and self.world is None

    def _recombine(self) -> None:
        self._since_recombined = 0
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
        self._keep(self.now)

    def _keep(self, plan: Plan) -> bool:
        """Take a plan as the best where it is better."""
        better = self.worth(plan) > self.worth(self.best) + 1e-9
        if better:
            self._set(self.best, plan)
            self.found_by = None
        return better

    def _set(self, target: Plan, source: Plan) -> None:
        for to, values in zip(target, source, strict=True):
            to[:] = values
        if target is self.now:
            refresh(self.tables.model, self.now, self.world)


def _work(n: int, m: int, n_sites: int) -> Plan:
    """Room for the best places of each site, and the rest a recreation needs."""
    return (
        np.zeros((m, n_sites), dtype=np.int64),
        np.zeros((m, n_sites), dtype=np.int64),
        np.zeros((m, n_sites)),
        np.zeros((m, n_sites)),
        np.zeros(n),
        np.ones(m, dtype=np.bool_),
    )


def _routes(columns: int) -> Plan:
    """Room for the routes kept for a recombination."""
    return (
        np.zeros((_POOL, columns), dtype=np.int32),
        np.zeros(_POOL, dtype=np.int64),
        np.zeros(_POOL, dtype=np.int32),
        np.zeros(_POOL),
        np.zeros(_POOL, dtype=np.uint64),
        np.full(4 * _POOL + 1, -1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )
