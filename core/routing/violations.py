"""Which limits the trips of a plan break, by how much, and from which stop on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from core.routing.problem import RoutingProblem, Trip
from core.routing.timing import TripTiming, work_hours

__all__ = ["Violation", "find_violations"]

_SLACK = 1e-6


@dataclass(frozen=True)
class Violation:
    """A limit that a plan breaks.

    Attributes
    ----------
    kind : str
        ``hold``, ``endurance``, ``time_window`` (back too late, or work that is never
        done in the hours there are), ``unreachable``, ``forbidden``, ``port`` (a
        vessel cannot unload there) or ``twice`` (visited before).
    vessel : int
        Which vessel.
    trip, stop : int or None
        Which of its trips, and which stop of it, where it can be told.
    amount : float
        By how much, in ``unit``; 0 where nothing can be counted.
    unit : str
        ``kg``, ``h`` or empty.
    message : str
        The same in a sentence.
    """

    kind: str
    vessel: int
    trip: int | None
    stop: int | None
    amount: float
    unit: str
    message: str


def find_violations(
    problem: RoutingProblem,
    trips: Sequence[Sequence[Trip]],
    timing: Sequence[Sequence[TripTiming]],
) -> tuple[Violation, ...]:
    """List what timed trips break, vessel by vessel in the order of time.

    Parameters
    ----------
    problem : RoutingProblem
        The limits.
    trips, timing : sequence of sequence
        For each vessel its trips and their times.
    """
    found: list[Violation] = []
    seen: dict[int, int] = {}
    for v, (own, timed) in enumerate(zip(trips, timing, strict=True)):
        found.extend(_calls(problem, v, own))
        for t, (trip, one) in enumerate(zip(own, timed, strict=True)):
            found.extend(_permissions(problem, v, t, trip, seen))
            found.extend(_limits(problem, v, t, one))
        found.extend(_never_done(problem, v, own, timed))
        found.extend(_late(problem, v, timed))
    return tuple(found)


def _calls(
    problem: RoutingProblem, v: int, trips: Sequence[Trip]
) -> Iterator[Violation]:
    """Trips that do not begin where the one before ended, at a port."""
    vessel, name = problem.vessels[v], problem.name_of(v)
    here = vessel.depot
    for t, trip in enumerate(trips):
        if trip.start != here:
            said = f"{name} does not end a trip where trip {t + 1} begins."
            yield Violation("port", v, t, None, 0.0, "", said)
        elif t and here not in vessel.ports:
            said = f"{name} cannot unload at {problem.site_name(here)}."
            yield Violation("port", v, t, None, 0.0, "", said)
        here = trip.end
    if trips and here != vessel.last:
        said = f"{name} does not end at {problem.site_name(vessel.last)}."
        yield Violation("port", v, len(trips) - 1, None, 0.0, "", said)


def _permissions(
    problem: RoutingProblem, v: int, t: int, trip: Trip, seen: dict[int, int]
) -> Iterator[Violation]:
    name = problem.name_of(v)
    for k, site in enumerate(trip.sites):
        if site in seen:
            other = problem.name_of(seen[site])
            said = f"{name} visits {problem.site_name(site)}, which {other} visits too."
            if seen[site] == v:
                said = f"{name} visits {problem.site_name(site)} more than once."
            yield Violation("twice", v, t, k, 0.0, "", said)
        seen.setdefault(site, v)
        if not problem.is_allowed(v, site):
            said = f"The rules keep {name} from {problem.site_name(site)}."
            yield Violation("forbidden", v, t, k, 0.0, "", said)


def _limits(
    problem: RoutingProblem, v: int, t: int, one: TripTiming
) -> Iterator[Violation]:
    """Hold and endurance of one trip."""
    vessel, name = problem.vessels[v], problem.name_of(v)
    over_kg = one.load_kg - vessel.capacity_kg
    if over_kg > _SLACK:
        load = one.load_kg - sum(visit.load_kg for visit in one.visits)
        at: int | None = None
        for k, visit in enumerate(one.visits):
            load += visit.load_kg
            if load > vessel.capacity_kg + _SLACK:
                at = k
                break
        where = (
            "" if at is None else f" from {problem.site_name(one.visits[at].node)} on"
        )
        yield Violation(
            "hold",
            v,
            t,
            at,
            over_kg,
            "kg",
            f"{name} carries {over_kg:.0f} kg above its hold of "
            f"{vessel.capacity_kg:.0f} kg on trip {t + 1}{where}.",
        )
    over_h = one.sea_h - vessel.endurance_h
    in_all = (
        problem.horizon_h is None and vessel.spent_h == 0.0
    )  # told once, at the end
    if _SLACK < over_h < inf and not in_all:
        yield Violation(
            "endurance",
            v,
            t,
            None,
            over_h,
            "h",
            f"{name} is at sea {over_h:.1f} h beyond its endurance of "
            f"{vessel.endurance_h:.1f} h on trip {t + 1}.",
        )


def _never_done(
    problem: RoutingProblem, v: int, trips: Sequence[Trip], timed: Sequence[TripTiming]
) -> Iterator[Violation]:
    """Find the first thing of a vessel that cannot be done; nothing after it can."""
    name = problem.name_of(v)
    for t, (trip, one) in enumerate(zip(trips, timed, strict=True)):
        for k, visit in enumerate(one.visits):
            where = problem.site_name(visit.node)
            if not isfinite(visit.arrive_h):
                said = f"{name} has no way by sea to {where} on trip {t + 1}."
                yield Violation("unreachable", v, t, k, 0.0, "", said)
                return
            if not isfinite(visit.leave_h):
                yield _unfinished(problem, v, t, k, visit.node, visit.arrive_h)
                return
        if not isfinite(one.end_h):
            where = problem.site_name(trip.end)
            said = f"{name} has no way by sea to {where} at the end of trip {t + 1}."
            yield Violation("unreachable", v, t, None, 0.0, "", said)
            return
        if not isfinite(one.free_h):
            yield _unfinished(problem, v, t, None, trip.end, one.end_h)
            return


def _unfinished(
    problem: RoutingProblem, v: int, t: int, k: int | None, node: int, arrive_h: float
) -> Violation:
    """Work that is not done in the hours there are."""
    needed = problem.unload_h if k is None else problem.service_of(v)
    service_h = float(needed[node])  # type: ignore[index]
    done_h = 0.0
    hours = problem.open_hours(v, node)
    if hours is not None and isfinite(work_hours(problem, v, node, arrive_h, 0.0)[0]):
        done_h = sum(
            max(closes - max(opens, arrive_h), 0.0) for opens, closes in hours.tolist()
        )
    lack_h = max(service_h - done_h, 0.0)
    what = "Unloading" if k is None else "Work"
    return Violation(
        "time_window",
        v,
        t,
        k,
        lack_h,
        "h",
        f"{what} of {problem.name_of(v)} at {problem.site_name(node)} lacks "
        f"{lack_h:.1f} of {service_h:.1f} h: it arrives at hour {arrive_h:.1f}, and "
        "no more open hours are left.",
    )


def _late(
    problem: RoutingProblem, v: int, timed: Sequence[TripTiming]
) -> Iterator[Violation]:
    if not timed:
        return
    late_h = timed[-1].free_h - problem.deadline_h(v)
    if not _SLACK < late_h < inf:
        return
    name = problem.name_of(v)
    if problem.horizon_h is None:
        said = f"{name} is at sea {late_h:.1f} h beyond its endurance in all."
        yield Violation("endurance", v, None, None, late_h, "h", said)
        return
    said = f"{name} has ended and unloaded {late_h:.1f} h after the plan ends."
    yield Violation("time_window", v, len(timed) - 1, None, late_h, "h", said)
