"""A part of the sea, its obstacles, and the ways between the obstacles' corners."""

import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from core.geo import EARTH_RADIUS_KM, great_circle_distance_km
from core.routing.sea import _store
from core.routing.sea.corners import Corners, find_corners
from core.routing.sea.obstacles import Obstacles
from core.routing.sea.plane import Plane
from core.routing.sea.sight import Sight

__all__ = ["CornerGraph", "Waters", "waters_of"]

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Clearances tried from fine to coarse until the corners are few enough.
_CLEARANCES_KM = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
#: Wide enough to close the hairlines between pieces of land, not a strait.
_HAIRLINE_KM = 0.01
#: Part of every key; a change to how corners are found or joined raises it.
_VERSION = 1
#: Waters kept in memory, some 20 MB each.
_KEPT = 6


@dataclass(frozen=True, eq=False)
class CornerGraph:
    """Corners of the obstacles, and which of them see each other.

    Parameters
    ----------
    corners : Corners
        In the plane.
    clearance_km : float
        How far they keep off the obstacles.
    first, other, km : ndarray
        The graph in compressed sparse rows, both directions.
    """

    corners: Corners
    clearance_km: float
    first: IntArray
    other: IntArray
    km: FloatArray

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as plain arrays, for a file."""
        _, points, (rings, polygons) = shapely.to_ragged_array(self.corners.outline)
        return {
            "xy": self.corners.xy,
            "before": self.corners.before,
            "after": self.corners.after,
            "points": points,
            "rings": np.asarray(rings, dtype=np.int64),
            "polygons": np.asarray(polygons, dtype=np.int64),
            "clearance_km": np.array(self.clearance_km),
            "first": self.first,
            "other": self.other,
            "km": self.km,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> "CornerGraph":
        """Make the graph of what :meth:`to_arrays` gave."""
        outline = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON,
            arrays["points"],
            (arrays["rings"], arrays["polygons"]),
        )
        corners = Corners(arrays["xy"], arrays["before"], arrays["after"], outline)
        return cls(
            corners,
            float(arrays["clearance_km"]),
            arrays["first"],
            arrays["other"],
            arrays["km"],
        )


class Waters:
    """The sea within an angle of a plane's centre.

    Parameters
    ----------
    obstacles : Obstacles
        What legs keep clear of.
    plane : Plane
        The plane they are drawn on.
    reach_deg : float
        How far from the centre obstacles are complete.
    max_corners : int
        Above this many corners the obstacles are drawn more coarsely.
    cache_dir : Path, optional
        Where the graph of the corners is kept.
    """

    def __init__(
        self,
        obstacles: Obstacles,
        plane: Plane,
        *,
        reach_deg: float,
        max_corners: int,
        cache_dir: Path | None = None,
    ) -> None:
        self.plane, self.reach_deg = plane, reach_deg
        self._max_corners = max_corners
        self._pieces = obstacles.on_plane(plane, reach_deg=reach_deg)
        self.sight = Sight(self._pieces)
        self._key = _key(obstacles, plane, reach_deg, max_corners)
        self._path = cache_dir / f"{self._key[:32]}.npz" if cache_dir else None
        self._graph: CornerGraph | None = None
        self._lock = Lock()

    @property
    def graph(self) -> CornerGraph:
        """The corners and the ways between them, from the disk where kept there."""
        with self._lock:
            if self._graph is None:
                self._graph = self._kept() or self._found()
            return self._graph

    def _kept(self) -> CornerGraph | None:
        if self._path is None:
            return None
        arrays = _store.load(self._path, key=self._key)
        return None if arrays is None else CornerGraph.from_arrays(arrays)

    def corner_positions(self) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude of the corners."""
        return self.plane.unproject(self.graph.corners.xy)

    def _found(self) -> CornerGraph:
        reach_km = EARTH_RADIUS_KM * float(np.tan(np.radians(self.reach_deg)))
        for clearance_km in _CLEARANCES_KM:
            corners = find_corners(
                self._pieces, clearance_km=clearance_km, reach_km=reach_km
            )
            if len(corners) <= self._max_corners:
                break
        grazed = corners.grazed_from(corners.xy)
        seen = np.triu(grazed & grazed.T, 1)
        self.sight.keep_clear(corners.xy, corners.xy, seen)
        row, other = np.nonzero(seen | seen.T)
        lat, lon = self.plane.unproject(corners.xy)
        km = great_circle_distance_km(
            lat1=lat[row], lon1=lon[row], lat2=lat[other], lon2=lon[other]
        )
        first = np.searchsorted(row, np.arange(len(corners) + 1))
        logger.debug("%d corners, %d lines of sight", len(corners), len(row))
        found = CornerGraph(
            corners, clearance_km, first.astype(np.int64), other.astype(np.int64), km
        )
        if self._path is not None and len(corners):
            _store.save(self._path, key=self._key, arrays=found.to_arrays())
        return found

    def in_clearance(self, xy: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether positions (n, 2) lie nearer to an obstacle than its corners do."""
        inside = np.zeros(len(xy), dtype=bool)
        outline = self.graph.corners.outline
        found = shapely.STRtree(outline).query(
            shapely.points(xy), predicate="intersects"
        )
        inside[found[0]] = True
        return inside

    def enclosed(self, xy: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether positions (n, 2) lie in water closed in on every side."""
        joined = shapely.union_all(shapely.buffer(self._pieces, _HAIRLINE_KM))
        rings = [
            shapely.get_interior_ring(part, i)
            for part in shapely.get_parts(joined)
            for i in range(int(shapely.get_num_interior_rings(part)))
        ]
        inside = np.zeros(len(xy), dtype=bool)
        if rings:
            lakes = shapely.STRtree(shapely.polygons(np.array(rings, dtype=object)))
            found = lakes.query(shapely.points(xy), predicate="intersects")
            inside[found[0]] = True
        return inside


_recent: OrderedDict[tuple[str, Path | None], Waters] = OrderedDict()
_recent_lock = Lock()


def waters_of(
    obstacles: Obstacles,
    plane: Plane,
    *,
    reach_deg: float,
    max_corners: int,
    cache_dir: Path | None = None,
) -> Waters:
    """Waters as :class:`Waters` makes them, or the same ones made not long ago."""
    key = (_key(obstacles, plane, reach_deg, max_corners), cache_dir)
    with _recent_lock:
        kept = _recent.get(key)
        if kept is not None:
            _recent.move_to_end(key)
            return kept
    made = Waters(
        obstacles,
        plane,
        reach_deg=reach_deg,
        max_corners=max_corners,
        cache_dir=cache_dir,
    )
    with _recent_lock:
        _recent[key] = made
        while len(_recent) > _KEPT:
            _recent.popitem(last=False)
    return made


def _key(obstacles: Obstacles, plane: Plane, reach_deg: float, max_corners: int) -> str:
    """Hash of everything the corners depend on."""
    digest = hashlib.sha256(obstacles.key.encode())
    digest.update(plane.centre.astype("<f8").tobytes())
    digest.update(repr((_VERSION, reach_deg, max_corners)).encode())
    return digest.hexdigest()
