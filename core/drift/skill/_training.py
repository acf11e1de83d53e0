"""Displacements that a forecast blend is fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.drift.skill._drifter_motion import KM_PER_H
from core.drift.skill.drifters import HourlyTracks
from core.drift.skill.windows import HISTORY_H, cut_windows

ComplexArray = npt.NDArray[np.complex128]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: Hours between the starts of training windows; they may overlap, tests never do.
STEP_H = 6


@dataclass(frozen=True)
class TrainingRows:
    """One row a training window: what happened and what the parts would give.

    Complex numbers are east + i north; ways in km, ``last_*`` are velocities over the
    hour before the start in m/s. ``begin_s`` and ``end_s`` bound all hours used.
    """

    way_km: ComplexArray
    current_km: ComplexArray
    wind_km: ComplexArray
    last_m_s: ComplexArray
    last_current_m_s: ComplexArray
    last_wind_m_s: ComplexArray
    horizon_h: FloatArray
    drifter: IntArray
    kind: IntArray
    begin_s: FloatArray
    end_s: FloatArray
    has_wind: bool

    def __len__(self) -> int:
        return len(self.way_km)

    def where(self, chosen: BoolArray) -> "TrainingRows":
        """Keep some rows."""
        kept: dict[str, Any] = {
            name: values[chosen]
            for name, values in vars(self).items()
            if isinstance(values, np.ndarray)
        }
        return replace(self, **kept)

    def scale_km(self) -> FloatArray:
        """Median displacement of each row's horizon, so that each weighs the same."""
        scale = np.ones(len(self))
        for horizon_h in np.unique(self.horizon_h):
            rows = self.horizon_h == horizon_h
            scale[rows] = max(float(np.median(np.abs(self.way_km[rows]))), 1e-3)
        return scale


def training_rows(tracks: HourlyTracks, horizons_h: Sequence[int]) -> TrainingRows:
    """Collect displacements over each horizon from starts six hours apart."""
    current = tracks.current
    if current is None:
        current = np.zeros(len(tracks.lat), dtype=np.complex128)
    wind = np.zeros_like(current) if tracks.wind is None else tracks.wind
    velocity = tracks.velocity()
    pieces: list[dict[str, Any]] = []
    for horizon_h in horizons_h:
        windows = cut_windows(tracks, horizon_h, step_h=STEP_H)
        start, hours = windows.start, windows.hours()
        last = start - 1
        known = np.isfinite(current[last]) & np.isfinite(wind[last])
        start, hours, last = start[known], hours[known], last[known]
        if not len(start):
            continue
        way = velocity[hours].sum(axis=1) * KM_PER_H
        pieces.append(
            {
                "way_km": way,
                "current_km": current[hours].sum(axis=1) * KM_PER_H,
                "wind_km": wind[hours].sum(axis=1) * KM_PER_H,
                "last_m_s": velocity[last],
                "last_current_m_s": current[last],
                "last_wind_m_s": wind[last],
                "horizon_h": np.full(len(start), float(horizon_h)),
                "drifter": tracks.drifter[start],
                "kind": tracks.kind[start],
                "begin_s": tracks.time_s[start - HISTORY_H],
                "end_s": tracks.time_s[hours[:, -1]] + 3600.0,
            }
        )
    names = TrainingRows.__dataclass_fields__.keys() - {"has_wind"}
    joined: dict[str, Any] = {
        name: np.concatenate([p[name] for p in pieces]) if pieces else np.empty(0)
        for name in names
    }
    return TrainingRows(**joined, has_wind=tracks.wind is not None)
