"""Time the same trips with many sites in turn: the reference, over arrays.

Follows :mod:`core.routing.timing` rule by rule. What is one number there is an array
here, an entry for each site that stands at the open place of the trips.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.problem import RoutingProblem
from core.routing.targets import DriftingTargets

__all__ = ["OPEN", "Clock", "State"]

FloatArray = npt.NDArray[np.float64]
Nodes = int | npt.NDArray[np.intp]

#: Stands in a trip where each site is tried in turn.
OPEN = -1
_STEPS = 80
_CLOSE_H = 1e-8


@dataclass
class State:
    """Where a vessel stands in time, for each site tried."""

    clock: FloatArray
    depart: FloatArray
    spent_h: float
    load_kg: FloatArray
    prize: FloatArray


@dataclass(frozen=True, eq=False)
class _Calendar:
    opens: FloatArray
    closes: FloatArray
    before: FloatArray
    after: FloatArray

    def work(self, arrive: FloatArray, service: FloatArray) -> tuple[FloatArray, ...]:
        """When work begins and ends; infinity where it is never done."""
        n = len(self.opens)
        if not n:  # never opens
            never = np.full(arrive.shape, np.inf)
            return never, never
        side = np.searchsorted(self.closes, arrive, side="right")
        # Work of no length may be done at the very hour of closing.
        exact = np.searchsorted(self.closes, arrive, side="left")
        first = np.where(service > 0.0, side, exact)
        inside = first < n
        k = np.minimum(first, n - 1)
        begun = np.where(inside, np.maximum(arrive, self.opens[k]), np.inf)
        done = self.before[k] + np.maximum(arrive, self.opens[k]) - self.opens[k]
        wanted = np.where(inside, done + service, np.inf)
        last = np.searchsorted(self.after, wanted - 1e-9, side="left")
        j = np.minimum(last, n - 1)
        ended = np.where(last < n, self.opens[j] + wanted - self.before[j], np.inf)
        return begun, np.maximum(ended, begun)


def _calendar(hours: FloatArray) -> _Calendar:
    after = np.cumsum(hours[:, 1] - hours[:, 0])
    return _Calendar(hours[:, 0], hours[:, 1], np.r_[0.0, after[:-1]], after)


class Clock:
    """Times of one vessel's trips in which each of ``sites`` stands in turn."""

    def __init__(
        self, problem: RoutingProblem, vessel: int, sites: npt.NDArray[np.intp]
    ) -> None:
        self.problem = problem
        self.vessel = vessel
        self.sites = sites
        self.calendars = [_calendar(one) for one in problem.calendars]
        self.fastest = None if problem.targets is None else _fastest(problem.targets)

    def nodes(self, node: int) -> Nodes:
        """Return the node, or every site where the place is open."""
        return self.sites if node == OPEN else node

    def leg(self, a: int, b: int, depart: FloatArray) -> FloatArray:
        """Hours of a leg begun at ``depart``."""
        start, end = self.nodes(a), self.nodes(b)
        targets = self.problem.targets
        if targets is None:
            hours = self.problem.travel_of(self.vessel)[start, end]
            return np.broadcast_to(np.asarray(hours, dtype=np.float64), depart.shape)
        if a == b:
            return np.zeros_like(depart)
        known = np.where(np.isfinite(depart), depart, 0.0)
        return np.where(
            np.isfinite(depart), self._meet(targets, start, end, known), np.inf
        )

    def _meet(
        self, targets: DriftingTargets, start: Nodes, end: Nodes, depart: FloatArray
    ) -> FloatArray:
        """First meeting: no target closes in faster than its greatest speed."""
        pace = np.broadcast_to(targets.pace_of(self.vessel)[start, end], depart.shape)
        reach = np.isfinite(pace)
        pace = np.where(reach, pace, 0.0)
        assert self.fastest is not None  # noqa: S101 - made with the targets
        slack = 1.0 + 1.05 * pace * self.fastest[end]
        here = _position(targets, start, depart)
        hours = np.zeros_like(depart)
        for _ in range(_STEPS):
            there = _position(targets, end, depart + hours)
            behind = pace * _distance(targets, here, there) - hours
            if (behind < _CLOSE_H).all():
                break
            hours = hours + np.maximum(behind, 0.0) / slack
        return np.where(reach, hours, np.inf)

    def work(
        self, node: int, arrive: FloatArray, service: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """When work begins and ends."""
        rows = self.problem.calendar_of
        if rows is None:
            return arrive, arrive + service
        row = rows if rows.ndim == 1 else rows[self.vessel]
        which = np.broadcast_to(row[self.nodes(node)], arrive.shape)
        begun, ended = arrive.copy(), arrive + service
        for one in np.unique(which[which >= 0]).tolist():
            here = (which == one) & np.isfinite(arrive)
            begun[here], ended[here] = self.calendars[one].work(
                arrive[here], service[here]
            )
        return begun, ended

    def visit(self, state: State, a: int, b: int, *, first: bool) -> None:
        """Sail to a node and work there."""
        nodes = self.nodes(b)
        service = np.broadcast_to(
            self.problem.service_of(self.vessel)[nodes], state.clock.shape
        )
        arrive = state.clock + self.leg(a, b, state.clock)
        begun, ended = self.work(b, arrive, service)
        if first and state.spent_h == 0.0:
            waits = begun - arrive
            later = (waits > 0.0) & np.isfinite(waits)
            if later.any():
                state.depart = np.where(later, state.depart + waits, state.depart)
                arrive = state.depart + self.leg(a, b, state.depart)
                begun, ended = self.work(b, arrive, service)
        share = self._share(nodes, arrive)
        state.load_kg = state.load_kg + self.problem.demand_kg[nodes] * share
        worth = self.problem.prize[nodes] * share - self._penalty(nodes, begun)
        state.prize = state.prize + np.maximum(worth, 0.0)
        state.clock = ended

    def _share(self, nodes: Nodes, arrive: FloatArray) -> FloatArray:
        targets = self.problem.targets
        if targets is None:
            return np.ones_like(arrive)
        return _between(
            targets.share[0], targets, nodes, np.where(np.isfinite(arrive), arrive, 0.0)
        )

    def _penalty(self, nodes: Nodes, begun: FloatArray) -> FloatArray:
        preferred = self.problem.preferred_h
        if preferred is None:
            return np.zeros_like(begun)
        early, late = preferred[nodes, 0], preferred[nodes, 1]
        begun = np.where(np.isfinite(begun), begun, np.clip(0.0, early, late))
        outside = np.maximum(np.maximum(early - begun, begun - late), 0.0)
        return np.asarray(self.problem.penalty_per_h[nodes] * outside)  # type: ignore[index]

    def call(self, state: State, a: int, b: int) -> tuple[FloatArray, FloatArray]:
        """Sail to the end of a trip and unload; return its hours at sea and load."""
        ended = state.clock + self.leg(a, b, state.clock)
        sea_h = state.spent_h + ended - state.depart
        load_kg, free = state.load_kg, ended
        if b in self.problem.vessels[self.vessel].ports:
            unload = np.full_like(ended, self.problem.unload_h[b])  # type: ignore[index]
            free = self.work(b, ended, unload)[1]
        state.clock, state.depart, state.spent_h = free, free, 0.0
        state.load_kg = np.zeros_like(load_kg)
        return sea_h, load_kg


def _fastest(targets: DriftingTargets) -> FloatArray:
    """Greatest speed of each node, km/h."""
    steps = np.linalg.norm(np.diff(targets.position_km[0], axis=0), axis=2)
    return np.asarray(steps.max(axis=0) / targets.time_h[1])


def _between(
    values: FloatArray, targets: DriftingTargets, nodes: Nodes, hour: FloatArray
) -> FloatArray:
    """Interpolate values (n_times, n, ...) at an hour for each entry."""
    last = len(targets.time_h) - 1
    at = np.clip(hour / targets.time_h[1], 0.0, float(last))
    k = np.minimum(at.astype(np.intp), last - 1)
    part = at - k
    if values.ndim == 3:
        part = part[:, None]
    return np.asarray((1.0 - part) * values[k, nodes] + part * values[k + 1, nodes])


def _position(targets: DriftingTargets, nodes: Nodes, hour: FloatArray) -> FloatArray:
    return _between(targets.position_km[0], targets, nodes, hour)


def _distance(targets: DriftingTargets, a: FloatArray, b: FloatArray) -> FloatArray:
    chord = np.sqrt(((a - b) ** 2).sum(axis=1))
    if targets.radius_km is None:
        return np.asarray(chord)
    half = np.minimum(chord / (2.0 * targets.radius_km), 1.0)
    return np.asarray(2.0 * targets.radius_km * np.arcsin(half))
