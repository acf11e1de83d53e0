"""Problems with hours of work relaxed, and how long work then goes on closed hours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing.problem import RoutingProblem, Trip
from core.routing.timing import TripTiming, time_trips

__all__ = ["Causes", "Closed", "closed_hours", "relaxed_problems", "shared_hours"]

FloatArray = npt.NDArray[np.float64]

#: For each calendar of a problem, the open hours of each of its components alone
#: ("weather", "daylight", "crew", ...); the calendar is what all of them share.
Causes = Sequence[Mapping[str, FloatArray]]

WEATHER = "weather"


@dataclass(frozen=True)
class Closed:
    """Work beyond open hours: how long, and which components were closed."""

    hours: float
    names: tuple[str, ...]


def shared_hours(a: FloatArray, b: FloatArray) -> FloatArray:
    """Hours that two lists of open hours share, shape (n, 2)."""
    a, b = (np.asarray(x, dtype=np.float64).reshape(-1, 2) for x in (a, b))
    pieces = []
    i = j = 0
    while i < len(a) and j < len(b):
        opens, closes = max(a[i, 0], b[j, 0]), min(a[i, 1], b[j, 1])
        if closes > opens:
            pieces.append((opens, closes))
        if a[i, 1] <= b[j, 1]:
            i += 1
        else:
            j += 1
    return np.array(pieces, dtype=np.float64).reshape(-1, 2)


def relaxed_problems(
    problem: RoutingProblem, causes: Causes | None
) -> dict[str, RoutingProblem]:
    """Take away what the weather closes, and all closed hours.

    Returns
    -------
    dict of str to RoutingProblem
        By the reason the relaxation stands for: ``weather`` where the causes name
        it, ``time_window``; empty without calendars.
    """
    if problem.calendar_of is None or not problem.calendars:
        return {}
    made = {}
    if causes is not None:
        if len(causes) != len(problem.calendars):
            raise RouteInputError(
                f"causes name {len(causes)} calendars, the problem has "
                f"{len(problem.calendars)}"
            )
        if any(WEATHER in one for one in causes):
            made["weather"] = _without_weather(problem, causes)
    made["time_window"] = replace(problem, calendars=(), calendar_of=None)
    return made


def _without_weather(problem: RoutingProblem, causes: Causes) -> RoutingProblem:
    calendars: list[FloatArray] = []
    number = np.full(len(causes), -1, dtype=np.intp)
    for i, components in enumerate(causes):
        kept = [hours for name, hours in components.items() if name != WEATHER]
        if WEATHER not in components:
            kept = [problem.calendars[i]]
        if kept:
            hours = kept[0]
            for other in kept[1:]:
                hours = shared_hours(hours, other)
            number[i] = len(calendars)
            calendars.append(hours)
    rows = problem.calendar_of
    assert rows is not None  # noqa: S101 - asked by the caller
    of = np.where(rows >= 0, number[rows], -1)
    return replace(problem, calendars=tuple(calendars), calendar_of=of)


def closed_hours(
    problem: RoutingProblem,
    relaxed: RoutingProblem,
    vessel: int,
    trips: list[Trip],
    causes: Causes | None,
) -> Closed:
    """How long trips work while the calendars are closed, timed as if they were not."""
    total = 0.0
    names: dict[str, None] = {}
    for node, start_h, end_h in _works(trips, time_trips(relaxed, vessel, trips)):
        actual = problem.open_hours(vessel, node)
        if actual is None or not np.isfinite(end_h):
            continue
        span = np.array([[start_h, end_h]])
        free = relaxed.open_hours(vessel, node)
        worked = span if free is None else shared_hours(span, free)
        total += _length(worked) - _length(shared_hours(worked, actual))
        for name, hours in _components(problem, causes, vessel, node).items():
            if _length(worked) - _length(shared_hours(worked, hours)) > 1e-6:
                names[name] = None
    return Closed(total, tuple(names))


def _works(
    trips: list[Trip], timed: list[TripTiming]
) -> Iterator[tuple[int, float, float]]:
    """Work on site and in port: node, begin, end."""
    for trip, one in zip(trips, timed, strict=True):
        for visit in one.visits:
            yield visit.node, visit.start_h, visit.leave_h
        if one.free_h > one.end_h:
            yield trip.end, one.end_h, one.free_h


def _components(
    problem: RoutingProblem, causes: Causes | None, vessel: int, node: int
) -> Mapping[str, FloatArray]:
    rows = problem.calendar_of
    if causes is None or rows is None:
        return {}
    which = int(rows[node] if rows.ndim == 1 else rows[vessel, node])
    return causes[which] if which >= 0 else {}


def _length(hours: FloatArray) -> float:
    return float((hours[:, 1] - hours[:, 0]).sum())
