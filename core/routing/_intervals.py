"""Intervals of open hours: ascending, apart, as tuples so that equal ones are one."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

__all__ = [
    "Spans",
    "clip",
    "daily",
    "intersect",
    "is_open",
    "joined",
    "measure_h",
    "spans_of_margins",
    "tidy",
]

Spans = tuple[tuple[float, float], ...]
FloatArray = npt.NDArray[np.float64]

#: Gaps of a minute and less are none: rounding, or midnights of a sun that stays up.
_GAP_H = 0.02
#: An opening shorter than six minutes is not worth setting the gear for.
_LEAST_H = 0.1
_DIGITS = 2


def joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """Sort intervals and join those that touch."""
    made: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if made and begin <= made[-1][1] + _GAP_H:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        elif end > begin:
            made.append((begin, end))
    return tuple(made)


def clip(spans: Spans, hours: float) -> Spans:
    """Cut intervals to a plan that runs from hour 0."""
    cut = ((max(begin, 0.0), min(end, hours)) for begin, end in spans)
    return tuple((begin, end) for begin, end in cut if end > begin)


def intersect(one: Spans, other: Spans) -> Spans:
    """Hours that lie in both."""
    made = []
    i = j = 0
    while i < len(one) and j < len(other):
        begin = max(one[i][0], other[j][0])
        end = min(one[i][1], other[j][1])
        if end > begin:
            made.append((begin, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(made)


def daily(
    spans: Iterable[tuple[float, float]], start_hour: float, hours: float
) -> Spans:
    """Repeat hours of the day over a plan that starts at ``start_hour`` of a day."""
    days = range(-2, int(hours // 24.0) + 3)
    repeated = [
        (24.0 * day + begin - start_hour, 24.0 * day + end - start_hour)
        for day in days
        for begin, end in spans
    ]
    return clip(joined(repeated), hours)


def tidy(spans: Spans) -> Spans:
    """Round to 0.01 h, never outwards by more than that, and drop short openings."""
    rounded = joined((round(b, _DIGITS), round(e, _DIGITS)) for b, e in spans)
    return tuple(span for span in rounded if span[1] - span[0] >= _LEAST_H)


def measure_h(spans: Spans) -> float:
    """Sum of the hours."""
    return sum(end - begin for begin, end in spans)


def is_open(spans: Spans, hour: float) -> bool:
    """Whether an hour lies in an interval."""
    return any(begin <= hour <= end for begin, end in spans)


def spans_of_margins(hour: FloatArray, margin: FloatArray) -> list[Spans]:
    """Intervals where a margin is zero or more, one tuple for each row.

    The margin goes on a straight line between hours, so crossings lie where it is
    zero; beside an infinite margin (nothing known) the crossing is in the middle.

    Parameters
    ----------
    hour : ndarray of float, shape (n_hours,)
        Ascending.
    margin : ndarray of float, shape (n, n_hours)
        Infinite where nothing limits.
    """
    good = margin >= 0.0
    always: Spans = ((float(hour[0]), float(hour[-1])),)
    made: list[Spans] = [always if row else () for row in np.asarray(good.all(axis=1))]
    for row in np.flatnonzero(good.any(axis=1) & ~good.all(axis=1)):
        turns = np.flatnonzero(good[row, 1:] != good[row, :-1])
        before, after = margin[row, turns], margin[row, turns + 1]
        with np.errstate(invalid="ignore"):
            part = before / (before - after)
        part = np.where(np.isfinite(part), part, 0.5)
        part = np.where(np.isinf(before) | np.isinf(after), 0.5, part)
        at = hour[turns] + part * (hour[turns + 1] - hour[turns])
        edges = at.tolist()
        if good[row, 0]:
            edges.insert(0, float(hour[0]))
        if good[row, -1]:
            edges.append(float(hour[-1]))
        made[row] = tuple(zip(edges[::2], edges[1::2], strict=True))
    return made
