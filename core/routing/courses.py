"""The way by sea of each leg, from where a vessel is to where it meets its stop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.geo import normalise_lon
from core.routing.sea import SeaNetwork, nearest_sea
from core.routing.setup import Setup
from core.routing.targets import DriftingTargets

__all__ = ["Course", "Courses", "Span", "courses_for", "degrees_of"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """A leg in nodes and hours."""

    start: int
    end: int
    depart_h: float
    arrive_h: float


@dataclass(frozen=True, eq=False)
class Course:
    """A way by sea.

    Attributes
    ----------
    path : ndarray of float, shape (n_points, 2)
        Latitude and longitude.
    distance_km : float
        Its length; infinite where there is no way, and then ``path`` is the straight
        line.
    """

    path: FloatArray
    distance_km: float


class Courses(Protocol):
    """What finds the courses of a vessel's legs."""

    def find(self, spans: Sequence[Span]) -> list[Course]:
        """Courses of legs, in nodes of the part."""
        ...


def courses_for(
    setup: Setup, nodes: Sequence[int], targets: DriftingTargets | None
) -> Courses:
    """Courses between nodes of the problem, that lie still or drift."""
    if targets is None:
        return _StillCourses(setup, tuple(nodes))
    return _MovingCourses(setup, targets)


@dataclass(frozen=True)
class _StillCourses:
    setup: Setup
    nodes: tuple[int, ...]
    _known: dict[tuple[int, int], Course] = field(default_factory=dict)

    def find(self, spans: Sequence[Span]) -> list[Course]:
        return [self._course(span) for span in spans]

    def _course(self, span: Span) -> Course:
        sea = self.setup.sea
        a, b = (int(self.setup.sea_node[self.nodes[i]]) for i in (span.start, span.end))
        if (a, b) not in self._known:
            self._known[a, b] = _course(sea, a, b)
        return self._known[a, b]


@dataclass(frozen=True)
class _MovingCourses:
    """Courses between the places where nodes are expected at the hours of the legs."""

    setup: Setup
    targets: DriftingTargets

    def find(self, spans: Sequence[Span]) -> list[Course]:
        if not spans:
            return []
        ends = [
            self._at_sea(node, hour)
            for span in spans
            for node, hour in (
                (span.start, span.depart_h),
                (span.end, span.arrive_h),
            )
        ]
        lat, lon = np.array(ends).T
        sea = self.setup.network(lat=lat, lon=lon)
        return [_course(sea, 2 * i, 2 * i + 1) for i in range(len(spans))]

    def _at_sea(self, node: int, hour: float) -> tuple[float, float]:
        """Where a node is expected, or the sea nearest to it."""
        lat, lon = degrees_of(self.targets.position_at(node, hour))
        try:
            sea = nearest_sea(lat=lat, lon=lon)
        except RouteInputError:
            return lat, lon
        return sea.lat, sea.lon


def _course(sea: SeaNetwork, a: int, b: int) -> Course:
    distance_km = float(sea.distance_km[a, b])
    if not np.isfinite(distance_km):
        ends = np.stack([sea.lat[[a, b]], sea.lon[[a, b]]], axis=1)
        return Course(ends, distance_km)
    return Course(sea.path(a, b), distance_km)


def degrees_of(position_km: FloatArray) -> tuple[float, float]:
    """Latitude and longitude of a position on the sphere of the targets."""
    x, y, z = position_km.tolist()
    lat = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return float(lat), float(normalise_lon(np.degrees(np.arctan2(y, x))))
