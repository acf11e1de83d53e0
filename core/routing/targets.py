"""Debris that drifts: where each node is, hour by hour, in every member.

Positions are given in three coordinates, so that neither 180 degrees nor a pole is
special: on a sphere they are points of its surface and a distance is the arc over the
chord, on a plane the third coordinate is zero and a distance is the chord.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from core.errors import RouteInputError

__all__ = ["DriftingTargets"]

FloatArray = npt.NDArray[np.float64]

#: Each interval of time is searched for a meeting in this many pieces.
_PIECES = 8


@dataclass(frozen=True, eq=False)
class DriftingTargets:
    """Positions of every node of a routing problem over time, by member.

    Between two times positions and shares go on a straight line; after the last they
    stay as they are.

    Parameters
    ----------
    time_h : array_like of float, shape (n_times,)
        Hours after the plan's start: from 0, equally spaced, two at least.
    position_km : array_like of float, shape (n_members, n_times, n, 3)
        Position of every node; ports stand still. One member is a forecast without
        doubt about it.
    share : array_like of float, shape (n_members, n_times, n)
        Share of the mass still afloat and worth a visit, in [0, 1].
    pace_h_per_km : array_like of float, shape (n, n) or (n_vessels, n, n)
        Hours a vessel needs for a kilometre of the straight way from node to node:
        its speed over ground, and the way round land; infinity where there is none.
    radius_km : float, optional
        Radius of the sphere the positions lie on; a plane when not given.

    Raises
    ------
    RouteInputError
        If shapes disagree or a number cannot be used.
    """

    time_h: FloatArray
    position_km: FloatArray
    share: FloatArray
    pace_h_per_km: FloatArray
    radius_km: float | None = None

    def __post_init__(self) -> None:
        for name in ("time_h", "position_km", "share", "pace_h_per_km"):
            values = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, values)
        step = np.diff(self.time_h)
        if self.time_h.ndim != 1 or len(self.time_h) < 2 or self.time_h[0] != 0.0:
            raise RouteInputError("time_h must start at 0 and hold two times at least")
        if not (step > 0.0).all() or not np.allclose(step, step[0]):
            raise RouteInputError("time_h must be equally spaced and ascend")
        if self.position_km.ndim != 4 or self.position_km.shape[3] != 3:
            raise RouteInputError(
                f"position_km has shape {self.position_km.shape}, expected "
                "(n_members, n_times, n, 3)"
            )
        members, times, n, _ = self.position_km.shape
        if times != len(self.time_h) or self.share.shape != (members, times, n):
            raise RouteInputError(
                f"position_km {self.position_km.shape}, share {self.share.shape} and "
                f"time_h {self.time_h.shape} do not fit together"
            )
        if self.pace_h_per_km.shape[-2:] != (n, n) or self.pace_h_per_km.ndim > 3:
            raise RouteInputError(
                f"pace_h_per_km has shape {self.pace_h_per_km.shape}, expected "
                f"({n}, {n}) or (n_vessels, {n}, {n})"
            )
        if not np.isfinite(self.position_km).all():
            raise RouteInputError("position_km holds a value that is no number")
        if not ((self.share >= 0.0) & (self.share <= 1.0)).all():
            raise RouteInputError("share holds a value outside [0, 1]")
        if not (self.pace_h_per_km >= 0.0).all():
            raise RouteInputError("pace_h_per_km holds a value below zero or NaN")

    @property
    def n_members(self) -> int:
        """Members of the ensemble."""
        return len(self.position_km)

    def pace_of(self, vessel: int) -> FloatArray:
        """Hours a kilometre from node to node for a vessel, (n, n)."""
        pace = self.pace_h_per_km
        return pace if pace.ndim == 2 else pace[vessel]

    def position_at(self, node: int, hour: float, *, member: int = 0) -> FloatArray:
        """Position of a node, (3,), km."""
        return self._between(self.position_km[member, :, node], hour)

    def share_at(self, node: int, hour: float, *, member: int = 0) -> float:
        """Share of a node's mass still afloat."""
        return float(self._between(self.share[member, :, node], hour))

    def _between(self, values: FloatArray, hour: float) -> FloatArray:
        at = min(max(hour / self.time_h[1], 0.0), len(self.time_h) - 1.0)
        k = min(int(at), len(self.time_h) - 2)
        part = at - k
        return np.asarray((1.0 - part) * values[k] + part * values[k + 1])

    def distance_km(self, a: FloatArray, b: FloatArray) -> float:
        """Distance between two positions: the arc, or the chord on a plane."""
        chord = float(np.linalg.norm(a - b))
        if self.radius_km is None:
            return chord
        half = min(chord / (2.0 * self.radius_km), 1.0)
        return 2.0 * self.radius_km * float(np.arcsin(half))

    def meeting_h(
        self, vessel: int, start: int, end: int, depart_h: float, *, member: int = 0
    ) -> float:
        """Hours from leaving one node, where it is then, to meeting another.

        The earliest ``dt`` with ``pace * distance(p, q(depart + dt)) = dt``; infinity
        where the vessel never catches up within the hours known.
        """
        pace = float(self.pace_of(vessel)[start, end])
        here = self.position_at(start, depart_h, member=member)

        def behind(dt: float) -> float:
            there = self.position_at(end, depart_h + dt, member=member)
            return pace * self.distance_km(here, there) - dt

        if start == end or behind(0.0) <= 0.0:
            return 0.0
        if not np.isfinite(pace):
            return float("inf")
        step = self.time_h[1] / _PIECES
        before = 0.0
        while depart_h + before < self.time_h[-1]:
            after = (np.floor((depart_h + before) / step + 1e-9) + 1.0) * step
            after -= depart_h
            if behind(after) <= 0.0:
                return float(brentq(behind, before, after, xtol=1e-12))
            before = after
        # What is met later has come to rest.
        last = self.position_at(end, self.time_h[-1], member=member)
        return pace * self.distance_km(here, last)

    def mean(self) -> "DriftingTargets":
        """Targets of one member: mean position and share over all members."""
        position = self.position_km.mean(axis=0, keepdims=True)
        if self.radius_km is not None:
            length = np.linalg.norm(position, axis=3, keepdims=True)
            position = position * (self.radius_km / np.maximum(length, 1e-9))
        share = self.share.mean(axis=0, keepdims=True)
        return replace(self, position_km=position, share=share)
