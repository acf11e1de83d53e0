"""Shortest ways by sea between positions, within an angle of a centre."""

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from core.geo import great_circle_distance_km
from core.routing.sea.corners import Corners, find_corners
from core.routing.sea.plane import Plane
from core.routing.sea.sight import Sight

__all__ = ["Region"]

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

#: Clearances tried from fine to coarse until the corners are few enough.
_CLEARANCES_KM = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
#: Wide enough to close the hairlines between pieces of land, not a strait.
_HAIRLINE_KM = 0.01


class Region:
    """Ways by sea within ``reach_km`` of the plane's centre.

    Parameters
    ----------
    plane : Plane
        The plane the land is drawn on.
    land : ndarray of polygon
        Land in plane coordinates.
    reach_km : float
        Plane distance from the centre within which land is complete.
    lat, lon : ndarray of float, shape (n,)
        Positions at sea.
    sources : ndarray of int, optional
        Positions whose ways to all others are wanted; all when not given.
    max_corners : int
        Above this many corners the land is drawn more coarsely.

    Attributes
    ----------
    distance_km : ndarray of float, shape (n, n)
        Infinity where no way is found, and between positions that are no sources.
    clearance_km : float
        How far turning points keep off land; 0 when no leg has to turn.
    """

    def __init__(
        self,
        plane: Plane,
        land: npt.NDArray[np.object_],
        *,
        reach_km: float,
        lat: FloatArray,
        lon: FloatArray,
        sources: IndexArray | None = None,
        max_corners: int = 2500,
    ) -> None:
        self._land, self._sight = land, Sight(land)
        self._lat, self._lon = lat, lon
        self._xy = plane.project(lat=lat, lon=lon)
        n = len(lat)
        wanted = np.zeros(n, dtype=bool)
        wanted[np.arange(n) if sources is None else sources] = True
        self._direct = self._clear_pairs(wanted)
        self.distance_km = self._great_circles()
        self.clearance_km = 0.0
        self._before = np.full((n, n), -1, dtype=np.int32)
        blocked = wanted & (~self._direct).any(axis=1)
        if blocked.any():
            corners = self._find_corners(reach_km, max_corners)
            corner_lat, corner_lon = plane.unproject(corners.xy)
            self._lat = np.concatenate([lat, corner_lat])
            self._lon = np.concatenate([lon, corner_lon])
            self._go_round(corners, np.flatnonzero(blocked))

    def _clear_pairs(self, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        clear = np.eye(len(wanted), dtype=bool)
        rows, cols = np.triu_indices(len(wanted), 1)
        kept = wanted[rows] | wanted[cols]
        rows, cols = rows[kept], cols[kept]
        seen = self._sight.is_clear(self._xy[rows], self._xy[cols])
        rows, cols = rows[seen], cols[seen]
        clear[rows, cols] = clear[cols, rows] = True
        return clear

    def _great_circles(self) -> FloatArray:
        n = len(self._direct)
        distance_km = np.full((n, n), np.inf)
        rows, cols = np.nonzero(self._direct)
        distance_km[rows, cols] = self._length_km(rows, cols)
        np.fill_diagonal(distance_km, 0.0)
        return distance_km

    def _length_km(self, rows: IndexArray, cols: IndexArray) -> FloatArray:
        return great_circle_distance_km(
            lat1=self._lat[rows],
            lon1=self._lon[rows],
            lat2=self._lat[cols],
            lon2=self._lon[cols],
        )

    def _find_corners(self, reach_km: float, max_corners: int) -> Corners:
        for clearance_km in _CLEARANCES_KM:
            self.clearance_km = clearance_km
            corners = find_corners(
                self._land, clearance_km=clearance_km, reach_km=reach_km
            )
            if len(corners) <= max_corners:
                break
        return corners

    def _go_round(self, corners: Corners, sources: IndexArray) -> None:
        """Fill blocked pairs by Dijkstra over the corners of the land."""
        n = len(self._direct)
        length, before = csgraph.dijkstra(
            self._graph(corners),
            directed=False,
            indices=sources,
            return_predecessors=True,
        )
        self._before = np.full((n, n + len(corners)), -1, dtype=np.int32)
        self._before[sources] = before
        via = np.full((n, n), np.inf)
        via[sources] = length[:, :n]
        # Dijkstra sums in another order from the other end: keep one of the two.
        via = np.minimum(via, via.T)
        self.distance_km = np.where(self._direct, self.distance_km, via)

    def _graph(self, corners: Corners) -> sparse.csr_matrix:
        n, m = len(self._xy), len(corners)
        xy = np.concatenate([self._xy, corners.xy])
        grazed = corners.grazed_from(corners.xy)
        first, second = np.nonzero(np.triu(grazed & grazed.T, 1))
        to_corner = corners.grazed_from(self._xy)
        # Inside the clearance a path leaves the corner's polygon from within, so
        # the grazing rule says nothing.
        inside = shapely.STRtree(corners.outline).query(
            shapely.points(self._xy), predicate="intersects"
        )[0]
        to_corner[inside] = True
        position, corner = np.nonzero(to_corner)
        rows = np.concatenate([position, first + n])
        cols = np.concatenate([corner + n, second + n])
        seen = self._sight.is_clear(xy[rows], xy[cols])
        rows, cols = rows[seen], cols[seen]
        # A stored zero would read as "no edge".
        length = np.maximum(self._length_km(rows, cols), 1e-9)
        return sparse.csr_matrix((length, (rows, cols)), shape=(n + m, n + m))

    def enclosed(self, index: IndexArray) -> npt.NDArray[np.bool_]:
        """Whether positions lie in water that land closes in on every side."""
        joined = shapely.union_all(shapely.buffer(self._land, _HAIRLINE_KM))
        rings = [
            shapely.get_interior_ring(part, i)
            for part in shapely.get_parts(joined)
            for i in range(int(shapely.get_num_interior_rings(part)))
        ]
        inside = np.zeros(len(index), dtype=bool)
        if rings:
            lakes = shapely.STRtree(shapely.polygons(np.array(rings, dtype=object)))
            points = shapely.points(self._xy[index])
            inside[lakes.query(points, predicate="intersects")[0]] = True
        return inside

    def waypoints(self, start: int, end: int) -> FloatArray:
        """Return ends and turning points of a way, (n, 2) latitude, longitude."""
        if self._direct[start, end]:
            nodes = [start, end]
        elif self._before[start, end] >= 0:
            nodes = self._traced(start, end)
        else:  # searched from the other end only
            nodes = self._traced(end, start)[::-1]
        return np.column_stack([self._lat[nodes], self._lon[nodes]])

    def _traced(self, start: int, end: int) -> list[int]:
        nodes = [end]
        while nodes[-1] != start:
            nodes.append(int(self._before[start, nodes[-1]]))
        return nodes[::-1]
