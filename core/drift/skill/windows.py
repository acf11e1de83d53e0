"""Forecast windows along observed tracks.

A window starts at an hour of a segment at which ``HISTORY_H`` hours lie behind, and
ends ``horizon_h`` hours later on the same segment. Starts step by the horizon, so that
windows of one horizon do not overlap; the first start of a segment is its sixth hour.
Windows in which an ocean model or the wind is unknown at the start of one of their
hours are left out and counted. On the TReX drifters this gives 7208, 1717 and 794
windows of 6, 24 and 48 h.

A velocity during an hour is the velocity at its start: the model as found along the
observed track, which a forecast does not know ahead. Errors of a real forecast, whose
model velocities stand along its own track, are therefore larger.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drift.skill.drifters import HourlyTracks
from core.errors import InputError

__all__ = ["HISTORY_H", "Windows", "cut_windows"]

IntArray = npt.NDArray[np.int64]

#: Hours observed before a forecast starts; persistence takes their mean velocity.
HISTORY_H = 6


@dataclass(frozen=True)
class Windows:
    """Windows of one horizon.

    Attributes
    ----------
    start : ndarray of int, shape (n,)
        Index of each start among the hourly positions.
    horizon_h : int
        Length of the windows, hours.
    n_without_model : int
        Windows left out because a model was unknown along them.
    """

    start: IntArray
    horizon_h: int
    n_without_model: int = 0

    def __len__(self) -> int:
        return len(self.start)

    def hours(self) -> IntArray:
        """Index of every hour's start, shape (n, horizon_h)."""
        return self.start[:, None] + np.arange(self.horizon_h)

    def points(self) -> IntArray:
        """Index of every position, the start included, shape (n, horizon_h + 1)."""
        return self.start[:, None] + np.arange(self.horizon_h + 1)


def cut_windows(
    tracks: HourlyTracks, horizon_h: int, *, step_h: int | None = None
) -> Windows:
    """Find the windows of one horizon.

    Parameters
    ----------
    tracks : HourlyTracks
        The tracks.
    horizon_h : int
        Whole hours, at least one.
    step_h : int, optional
        Hours between starts; the horizon if not given, so that none overlap.

    Returns
    -------
    Windows
        In the order of the tracks.

    Raises
    ------
    InputError
        If the horizon or the step is not a whole number of hours from one.
    """
    step = horizon_h if step_h is None else step_h
    if int(horizon_h) != horizon_h or horizon_h < 1 or int(step) != step or step < 1:
        raise InputError(
            f"horizon and step must be whole hours from 1, got {horizon_h} and {step}"
        )
    sizes = np.bincount(tracks.segment, minlength=tracks.n_segments)
    first = np.cumsum(sizes) - sizes
    starts = [
        np.arange(at + HISTORY_H, at + size - horizon_h, step)
        for at, size in zip(first, sizes, strict=True)
    ]
    start = np.concatenate([np.empty(0, dtype=np.int64), *starts]).astype(np.int64)
    windows = Windows(start, int(horizon_h))
    known = [*tracks.currents.values(), *([] if tracks.wind is None else [tracks.wind])]
    if not known or not len(start):
        return windows
    is_known = np.all([np.isfinite(values) for values in known], axis=0)
    complete = is_known[windows.hours()].all(axis=1)
    return Windows(start[complete], int(horizon_h), int((~complete).sum()))
