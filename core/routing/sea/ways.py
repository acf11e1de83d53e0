"""Shortest ways between positions over one part of the sea."""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from core.geo import great_circle_distance_km
from core.routing.sea._kernels import fill_ways, trace_way
from core.routing.sea.waters import Waters

__all__ = ["Ways"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: Rows taken at once, to keep temporaries small.
_ROWS = 256


class Ways:
    """Shortest ways between positions.

    Parameters
    ----------
    waters : Waters
        The part of the sea.
    lat, lon : ndarray of float, shape (n,)
        Positions outside every obstacle.
    sources : ndarray of int, optional
        Positions whose ways to all others are wanted; all when not given.
    reach_km : float
        Ways longer than this are not looked for.

    Attributes
    ----------
    distance_km : ndarray of float, shape (n, n)
        Infinity where no way is found, and between positions that are no sources.
    is_direct : ndarray of bool, shape (n, n)
        Whether the great circle itself is the way.
    clearance_km : float
        How far turning points keep off obstacles; 0 when no way has to turn.
    cut_off : ndarray of int
        Sources that no water seen here joins to most of the others.
    """

    def __init__(
        self,
        waters: Waters,
        lat: FloatArray,
        lon: FloatArray,
        *,
        sources: npt.NDArray[np.intp] | None = None,
        reach_km: float = np.inf,
    ) -> None:
        self._waters, self._lat, self._lon = waters, lat, lon
        self._xy = waters.plane.project(lat=lat, lon=lon)
        self.reach_km = reach_km
        n = len(lat)
        wanted = np.full(n, sources is None)
        if sources is not None:
            wanted[sources] = True
        self.distance_km = np.full((n, n), np.inf)
        blocked = self._go_straight(wanted)
        self.is_direct = np.isfinite(self.distance_km)
        self.cut_off = np.empty(0, dtype=np.intp)
        self.clearance_km = 0.0
        self._joins: tuple[IntArray, IntArray, FloatArray]
        if blocked.any():
            self.clearance_km = waters.graph.clearance_km
            self._join(np.flatnonzero(blocked))
            self._go_round(wanted & blocked)
            self.cut_off = self._without_water(wanted, blocked)

    def _go_straight(self, wanted: BoolArray) -> BoolArray:
        """Fill the pairs in sight; give the positions with a pair that is not."""
        n = len(wanted)
        blocked = np.zeros(n, dtype=bool)
        for start in range(0, n, _ROWS):
            rows = np.arange(start, min(start + _ROWS, n))
            apart_km = self._apart_km(rows, start)
            near = apart_km <= self.reach_km
            near &= wanted[rows, None] | wanted[None, start:]
            near &= rows[:, None] < np.arange(start, n)
            seen = near.copy()
            self._waters.sight.keep_clear(self._xy[rows], self._xy[start:], seen)
            apart_km[~seen] = np.inf
            self.distance_km[rows, start:] = apart_km
            mirrored = self.distance_km[start:, start : start + _ROWS]
            np.minimum(mirrored, apart_km.T, out=mirrored)
            blocked[rows] |= (near & ~seen).any(axis=1)
            blocked[start:] |= (near & ~seen).any(axis=0)
        np.fill_diagonal(self.distance_km, 0.0)
        return blocked

    def _apart_km(self, rows: npt.NDArray[np.intp], start: int) -> FloatArray:
        return great_circle_distance_km(
            lat1=self._lat[rows, None],
            lon1=self._lon[rows, None],
            lat2=self._lat[None, start:],
            lon2=self._lon[None, start:],
        )

    def _join(self, blocked: npt.NDArray[np.intp]) -> None:
        """Join positions to the corners they see."""
        corners = self._waters.graph.corners
        joined = corners.grazed_from(self._xy[blocked])
        # Inside the clearance a path leaves the corner's polygon from within, so
        # the grazing rule says nothing.
        joined[self._waters.in_clearance(self._xy[blocked])] = True
        self._waters.sight.keep_clear(self._xy[blocked], corners.xy, joined)
        row, corner = np.nonzero(joined)
        lat, lon = self._waters.corner_positions()
        position = blocked[row]
        km = great_circle_distance_km(
            lat1=self._lat[position],
            lon1=self._lon[position],
            lat2=lat[corner],
            lon2=lon[corner],
        )
        first = np.searchsorted(position, np.arange(len(self._lat) + 1))
        self._joins = (first.astype(np.int64), corner.astype(np.int64), km)

    def _go_round(self, sources: BoolArray) -> None:
        graph = self._waters.graph
        fill_ways(
            self.distance_km,
            np.flatnonzero(sources),
            sources,
            *self._joins,
            graph.first,
            graph.other,
            graph.km,
            self.reach_km,
        )

    def _without_water(self, wanted: BoolArray, blocked: BoolArray) -> IntArray:
        """Find sources that lie in other water than the most positions."""
        lost = np.flatnonzero(blocked & np.isinf(self.distance_km).any(axis=1))
        if not len(lost):
            return lost
        first, corner, _ = self._joins
        graph = self._waters.graph
        n, m = len(self._lat), len(graph.corners)
        rows = np.concatenate(
            [
                np.repeat(np.arange(n), np.diff(first)),
                n + np.repeat(np.arange(m), np.diff(graph.first)),
            ]
        )
        cols = n + np.concatenate([corner, graph.other])
        links = sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), (n + m, n + m))
        label = csgraph.connected_components(links, directed=False)[1][:n]
        most = np.bincount(label[blocked]).argmax()
        return np.asarray(lost[wanted[lost] & (label[lost] != most)])

    def waypoints(self, start: int, end: int) -> FloatArray:
        """Return ends and turning points of a way that was found.

        Returns
        -------
        ndarray of float, shape (n_points, 2)
            Latitude and longitude.
        """
        ends = np.column_stack([self._lat[[start, end]], self._lon[[start, end]]])
        if self.is_direct[start, end]:
            return ends
        a, b = min(start, end), max(start, end)
        graph = self._waters.graph
        corner = trace_way(a, b, *self._joins, graph.first, graph.other, graph.km)
        turns = np.column_stack(self._waters.corner_positions())[corner]
        return np.concatenate(
            [ends[:1], turns if a == start else turns[::-1], ends[1:]]
        )
