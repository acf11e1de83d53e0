"""Lines of sight over the plane: which segments are clear of obstacles.

A raster of the distance to the nearest coast sorts out the easy parts: a segment that
enters a cell deep inland is blocked, and far from any coast it is followed in strides
as long as that distance. Near a coast it is tested exactly against the edges of the
coast that lie in the cells it passes.
"""

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from core.routing.sea._kernels import clear_matrix, clear_pairs

__all__ = ["Sight"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_CELLS = 1024
#: Free cells round the raster, so that everything beyond may share the border's.
_RIM = 3
#: A position lies up to 0.71 cells from its cell's middle, and so does the coast.
_SAFETY_CELLS = 1.5


class Sight:
    """Whether segments of the plane are clear of obstacles.

    Parameters
    ----------
    obstacles : ndarray of polygon
        Plane coordinates, km.
    """

    def __init__(self, obstacles: npt.NDArray[np.object_]) -> None:
        self._obstacles = obstacles
        if not len(obstacles):
            return
        shapely.prepare(obstacles)
        self._tree = shapely.STRtree(obstacles)
        west, south, east, north = shapely.total_bounds(obstacles)
        self._cell_km = max(east - west, north - south) / (_CELLS - 2 * _RIM)
        self._origin = np.array([west, south]) - _RIM * self._cell_km
        self._edges, self._first = self._edges_by_cell()
        self._stride = self._drawn()

    def _edges_by_cell(self) -> tuple[FloatArray, npt.NDArray[np.int64]]:
        """Edges of the coast in cells, cut to half a cell and sorted by cell."""
        rings = shapely.get_rings(self._obstacles)
        short = shapely.segmentize(rings, self._cell_km / 2.0)
        xy, ring = shapely.get_coordinates(short, return_index=True)
        xy = (xy - self._origin) / self._cell_km
        joined = ring[1:] == ring[:-1]
        edges = np.concatenate([xy[:-1], xy[1:]], axis=1)[joined]
        # So short an edge lies within the two by two cells about its ends.
        col, row = (
            np.floor(edges[:, ::2]).astype(int),
            np.floor(edges[:, 1::2]).astype(int),
        )
        two_rows, two_cols = row[:, 0] != row[:, 1], col[:, 0] != col[:, 1]
        every = np.ones(len(edges), dtype=bool)
        cells, owners = [], []
        for kept, i, j in (
            (every, 0, 0),
            (two_rows, 1, 0),
            (two_cols, 0, 1),
            (two_rows & two_cols, 1, 1),
        ):
            cells.append(row[kept, i] * _CELLS + col[kept, j])
            owners.append(np.flatnonzero(kept))
        cell, owner = np.concatenate(cells), np.concatenate(owners)
        order = np.argsort(cell, kind="stable")
        first = np.searchsorted(cell[order], np.arange(_CELLS * _CELLS + 1))
        return np.ascontiguousarray(edges[owner[order]]), first.astype(np.int64)

    def _drawn(self) -> npt.NDArray[np.float32]:
        """Cells to the nearest coast: 0 beside it, negative deep inland."""
        coast = (np.diff(self._first) > 0).reshape(_CELLS, _CELLS)
        labels, n_areas = ndimage.label(~coast)
        found, first = np.unique(labels, return_index=True)
        rows, cols = np.unravel_index(first[found > 0], coast.shape)
        middle = self._origin + (np.column_stack([cols, rows]) + 0.5) * self._cell_km
        inland = np.zeros(n_areas + 1, dtype=bool)
        inland[1:] = self.is_inside(middle)
        distance = ndimage.distance_transform_edt(~coast) - _SAFETY_CELLS
        stride = np.where(inland[labels], -distance, distance)
        stride[distance <= 0.0] = 0.0
        return np.asarray(stride, dtype=np.float32)

    def is_inside(self, xy: FloatArray) -> BoolArray:
        """Whether positions (n, 2) lie in an obstacle."""
        inside = np.zeros(len(xy), dtype=bool)
        if len(self._obstacles):
            points = shapely.points(xy)
            inside[self._tree.query(points, predicate="intersects")[0]] = True
        return inside

    def is_clear(self, start: FloatArray, end: FloatArray) -> BoolArray:
        """Whether each segment from ``start`` to ``end``, both (n, 2), is clear.

        Segments start and end outside every obstacle.
        """
        if not len(self._obstacles):
            return np.ones(len(start), dtype=bool)
        return clear_pairs(
            self._in_cells(start),
            self._in_cells(end),
            self._stride,
            self._first,
            self._edges,
        )

    def keep_clear(self, start: FloatArray, end: FloatArray, wanted: BoolArray) -> None:
        """Take out of ``wanted`` (n, m) the segments that are not clear.

        Parameters
        ----------
        start, end : ndarray of float, shape (n, 2) and (m, 2)
            Outside every obstacle.
        wanted : ndarray of bool, shape (n, m)
            The segments to test; changed in place.
        """
        if len(self._obstacles):
            clear_matrix(
                self._in_cells(start),
                self._in_cells(end),
                wanted,
                self._stride,
                self._first,
                self._edges,
            )

    def _in_cells(self, xy: FloatArray) -> FloatArray:
        return np.ascontiguousarray((xy - self._origin) / self._cell_km)
