"""What limits a fleet: how much more a little more of each thing would bring.

Each thing is changed by itself and the problem is searched again from the present
plan, with the same effort. What the search finds in the unchanged problem, with three
seeds, says how much of a difference is noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import RouteInputError
from core.routing.edits import time_plan
from core.routing.explain.moving import one_member
from core.routing.outcome import PlanLimit
from core.routing.problem import RoutingProblem, Trip, Vessel
from core.routing.solver import solve

__all__ = ["find_levers", "within_noise"]

Trips = list[list[Trip]]

_SEEDS = 3
_TONNE_KG = 1000.0


@dataclass(frozen=True, eq=False)
class _Change:
    """One thing changed."""

    what: str
    change: float
    unit: str
    problem: RoutingProblem


def within_noise(limit: PlanLimit) -> bool:
    """Whether a gain is no larger than what the search itself varies by."""
    return limit.mass_kg <= limit.noise_kg


def find_levers(
    problem: RoutingProblem,
    trips: Sequence[Sequence[Trip]],
    *,
    seconds: float = 30.0,
    seed: int = 1,
    iterations: int | None = None,
    speed_kn: Sequence[float] | None = None,
    least_prize_per_h: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[PlanLimit, ...]:
    """Search with one more hour, tonne, knot and vessel, and say what each brings.

    One more hour of horizon and of endurance, one more tonne of hold for each vessel,
    one knot more for each, an hour less in port, and one more vessel of each kind.
    Calendars and drift are known as far as the problem holds them: an hour beyond them
    is an hour to sail home in.

    Parameters
    ----------
    problem : RoutingProblem
        The problem; drifting targets are taken at their mean.
    trips : sequence of sequence of Trip
        The present plan, within every limit.
    seconds : float, default 30
        Longest time for all searches together, shared evenly.
    seed, iterations
        Effort of each search, see :func:`core.routing.solve`.
    speed_kn : sequence of float, optional
        Speed of each vessel in transit; without it the knot is not tried.
    least_prize_per_h : float, default 0
        As the plan was searched with.
    progress : callable, optional
        Told ``(searches done, all)``.
    cancelled : callable, optional
        Asked now and then; once true the search ends with a PlanningError.

    Returns
    -------
    tuple of PlanLimit
        What brings most first. Masses are those of the plan that is best by prize;
        where a kilogram counts more at some sites, a gain in prize may cost mass.

    Raises
    ------
    RouteInputError
        If the plan breaks a limit, or a figure cannot be used.
    """
    mean = one_member(problem)
    begun = time_plan(mean, trips)
    if begun.violations:
        raise RouteInputError(f"the plan breaks a limit: {begun.violations[0].message}")
    changes = _changes(mean, speed_kn)
    n_runs = _SEEDS + len(changes)

    def run(one: RoutingProblem, start: Trips, number: int, with_seed: int) -> Trips:
        found = solve(
            one,
            seconds=seconds / n_runs,
            seed=with_seed,
            iterations=iterations,
            least_prize_per_h=least_prize_per_h,
            start=start,
            reasons=False,
            cancelled=cancelled,
        )
        if progress is not None:
            progress(number + 1, n_runs)
        return found.trips

    start = [list(own) for own in begun.trips]
    bases = [run(mean, start, i, seed + i) for i in range(_SEEDS)]
    best = max(bases, key=lambda one: time_plan(mean, one).prize)
    masses = [time_plan(mean, one).mass_kg for one in bases]
    base_kg, noise_kg = time_plan(mean, best).mass_kg, max(masses) - min(masses)
    limits = []
    for i, one in enumerate(changes):
        more = len(one.problem.vessels) - len(mean.vessels)
        found = run(one.problem, [*best, *([] for _ in range(more))], _SEEDS + i, seed)
        gain_kg = time_plan(one.problem, found).mass_kg - base_kg
        gain_kg = round(gain_kg, 3) + 0.0  # no gain is 0, not -0
        limits.append(PlanLimit(one.what, one.change, one.unit, gain_kg, noise_kg))
    return tuple(sorted(limits, key=lambda one: -one.mass_kg))


def _changes(
    problem: RoutingProblem, speed_kn: Sequence[float] | None
) -> list[_Change]:
    made = []
    if problem.horizon_h is not None:
        later = replace(problem, horizon_h=problem.horizon_h + 1.0)
        made.append(_Change("time until all must be back", 1.0, "h", later))
    longer = _vessels(problem, lambda v: replace(v, endurance_h=v.endurance_h + 1.0))
    if any(np.isfinite(v.endurance_h) for v in problem.vessels):
        made.append(_Change("endurance of each vessel", 1.0, "h", longer))
    if any(np.isfinite(v.capacity_kg) for v in problem.vessels):
        wider = _vessels(
            problem, lambda v: replace(v, capacity_kg=v.capacity_kg + _TONNE_KG)
        )
        made.append(_Change("hold of each vessel", _TONNE_KG, "kg", wider))
    if speed_kn is not None:
        faster = _faster(problem, speed_kn)
        made.append(_Change("speed of each vessel", 1.0, "kn", faster))
    if problem.unload_h is not None and (problem.unload_h > 0.0).any():
        quicker = replace(problem, unload_h=np.maximum(problem.unload_h - 1.0, 0.0))
        made.append(_Change("hours of a port call", -1.0, "h", quicker))
    for v in _kinds(problem):
        what = f"vessels like {problem.name_of(v)}"
        made.append(_Change(what, 1.0, "vessel", _with_copy(problem, v)))
    return made


def _vessels(
    problem: RoutingProblem, change: Callable[[Vessel], Vessel]
) -> RoutingProblem:
    return replace(problem, vessels=tuple(change(one) for one in problem.vessels))


def _faster(problem: RoutingProblem, speed_kn: Sequence[float]) -> RoutingProblem:
    """Legs of vessels that sail a knot faster; currents are not taken apart."""
    speed = np.asarray(speed_kn, dtype=np.float64)
    n = len(problem.vessels)
    if speed.shape != (n,) or not ((speed > 0.0) & np.isfinite(speed)).all():
        raise RouteInputError(f"speed_kn is {list(speed_kn)}, expected {n} above 0")
    share = (speed / (speed + 1.0))[:, None, None]
    targets = problem.targets
    if targets is not None:
        targets = replace(targets, pace_h_per_km=targets.pace_h_per_km * share)
    return replace(problem, travel_h=problem.travel_h * share, targets=targets)


def _kinds(problem: RoutingProblem) -> list[int]:
    """First vessel of each kind: alike in hold, endurance, hours and permissions."""
    kinds: list[int] = []
    for v in range(len(problem.vessels)):
        if not any(_alike(problem, v, other) for other in kinds):
            kinds.append(v)
    return kinds


def _alike(problem: RoutingProblem, v: int, other: int) -> bool:
    a, b = problem.vessels[v], problem.vessels[other]
    limits = [(x.capacity_kg, x.endurance_h, set(x.ports)) for x in (a, b)]
    rows = (
        problem.travel_h if problem.travel_h.ndim == 3 else None,
        problem.service_h if problem.service_h.ndim == 2 else None,
        problem.may_serve,
    )
    return limits[0] == limits[1] and all(
        row is None or np.array_equal(row[v], row[other]) for row in rows
    )


def _with_copy(problem: RoutingProblem, v: int) -> RoutingProblem:
    """One more vessel like another, fresh from port where that one can unload."""
    old = problem.vessels[v]
    start = old.depot if old.depot in old.ports or not old.ports else old.ports[0]
    fresh = replace(
        old,
        name=f"another {problem.name_of(v)}",
        depot=start,
        end=old.last,
        reload_at=old.ports,
        spent_h=0.0,
        load_kg=0.0,
        ready_h=0.0,
    )

    targets = problem.targets
    if targets is not None:
        pace = _one_more(targets.pace_h_per_km, v, 3)
        targets = replace(targets, pace_h_per_km=pace)
    return replace(
        problem,
        vessels=(*problem.vessels, fresh),
        travel_h=_one_more(problem.travel_h, v, 3),
        service_h=_one_more(problem.service_h, v, 2),
        calendar_of=_one_more(problem.calendar_of, v, 2),
        may_serve=_one_more(problem.may_serve, v, 2),
        targets=targets,
    )


def _one_more(values: Any, v: int, n_axes: int) -> Any:
    """Repeat the row of a vessel, where an array has a row for each."""
    if values is None or values.ndim < n_axes:
        return values
    return np.concatenate([values, values[v : v + 1]])
