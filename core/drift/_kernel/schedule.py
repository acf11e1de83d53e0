"""When a run puts out positions, and where its steps begin and end."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Span", "output_times", "spans"]

FloatArray = npt.NDArray[np.float64]

#: Share of an interval below which two times count as one: seconds since 1970 are
#: kept to 2e-7 s, and 86400 / 0.1 must not give one row more than it should.
_SAME = 1e-6


class Span(NamedTuple):
    """Equal steps between two times without a frame or an output between them."""

    start_s: float
    end_s: float
    n_steps: int
    row: int | None  # of the output, if the end is one


def output_times(start_s: float, end_s: float, every_s: float | None) -> FloatArray:
    """Start, every so often, and the end exactly."""
    length = abs(end_s - start_s)
    if length == 0.0:
        return np.array([start_s])
    n = 0 if every_s is None else int(np.ceil(length / every_s * (1.0 - 1e-12))) - 1
    steps = np.arange(max(n, 0) + 1) * (every_s or 0.0)
    if every_s is not None and steps.size > 1 and length - steps[-1] < _SAME * every_s:
        steps = steps[:-1]
    return np.append(start_s + np.sign(end_s - start_s) * steps, end_s)


def spans(times: FloatArray, clocks: list[FloatArray], dt_s: float) -> list[Span]:
    """Cut the run at its outputs and at every frame.

    Parameters
    ----------
    times : ndarray of float
        Output times, rising or falling.
    clocks : list of ndarray of float
        Frame times of each field.
    dt_s : float
        Longest step.

    Returns
    -------
    list of Span
        One span of no steps for a run of no time.
    """
    low, high = float(times.min()), float(times.max())
    frames = np.concatenate(clocks)
    inside = frames[(frames > low) & (frames < high)]
    rows = {float(time): row for row, time in enumerate(times)}
    edges = np.unique(np.concatenate([times, inside]))
    if times[-1] < times[0]:
        edges = edges[::-1]
    if times.size == 1:
        return [Span(low, high, 0, 0)]
    found = []
    for first, last in pairwise(edges.tolist()):
        n_steps = max(1, int(np.ceil(abs(last - first) / dt_s * (1.0 - 1e-9))))
        found.append(Span(first, last, n_steps, rows.get(last)))
    return found
