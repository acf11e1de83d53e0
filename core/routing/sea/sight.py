"""Lines of sight over the plane: which segments are clear of land.

A raster of the distance to the nearest coast sorts out the easy parts: a segment that
enters a cell deep inland is blocked, and far from any coast it is followed in strides
as long as that distance. Near a coast it is tested exactly against the polygons, in
pieces no longer than a cell.
"""

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

__all__ = ["Sight"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_CELLS = 1024
#: Free cells round the raster, so that everything beyond may share the border's.
_RIM = 3
#: A position lies up to 0.71 cells from its cell's middle, and so does the coast.
_SAFETY_CELLS = 1.5


class Sight:
    """Whether segments of the plane are clear of land.

    Parameters
    ----------
    land : ndarray of polygon
        Plane coordinates, km.
    """

    def __init__(self, land: npt.NDArray[np.object_]) -> None:
        self._land = land
        if not len(land):
            return
        shapely.prepare(land)
        self._tree = shapely.STRtree(land)
        west, south, east, north = shapely.total_bounds(land)
        self._cell_km = max(east - west, north - south) / (_CELLS - 2 * _RIM)
        self._origin = np.array([west, south]) - _RIM * self._cell_km
        self._stride = self._drawn()

    def _drawn(self) -> npt.NDArray[np.float32]:
        """Cells to the nearest coast: 0 beside it, negative deep inland."""
        edges = shapely.segmentize(shapely.boundary(self._land), self._cell_km / 2.0)
        row, col = self._cell_of(shapely.get_coordinates(edges))
        coast = np.zeros((_CELLS, _CELLS), dtype=bool)
        coast[row, col] = True
        labels, n_areas = ndimage.label(~coast)
        found, first = np.unique(labels, return_index=True)
        rows, cols = np.unravel_index(first[found > 0], coast.shape)
        middle = self._origin + (np.column_stack([cols, rows]) + 0.5) * self._cell_km
        inland = np.zeros(n_areas + 1, dtype=bool)
        inland[1:] = self.on_land(middle)
        distance = ndimage.distance_transform_edt(~coast) - _SAFETY_CELLS
        stride = np.where(inland[labels], -distance, distance)
        stride[distance <= 0.0] = 0.0
        return np.asarray(stride, dtype=np.float32)

    def _cell_of(
        self, xy: FloatArray
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        cell = (xy - self._origin) / self._cell_km
        np.clip(cell, 0, _CELLS - 1, out=cell)
        whole = cell.astype(np.intp)
        return whole[..., 1], whole[..., 0]

    def on_land(self, xy: FloatArray) -> BoolArray:
        """Whether positions (n, 2) lie on land."""
        inside = np.zeros(len(xy), dtype=bool)
        if len(self._land):
            points = shapely.points(xy)
            inside[self._tree.query(points, predicate="intersects")[0]] = True
        return inside

    def is_clear(self, start: FloatArray, end: FloatArray) -> BoolArray:
        """Whether each segment from ``start`` to ``end``, both (n, 2), is clear."""
        clear = np.ones(len(start), dtype=bool)
        if not len(self._land):
            return clear
        length = np.linalg.norm(end - start, axis=1) / self._cell_km
        course = (end - start) / np.maximum(length, 1e-12)[:, None]
        active = np.arange(len(start))
        gone = np.zeros(len(start))  # cells followed so far
        while len(active):
            here = start[active] + course[active] * gone[active, None]
            stride = self._stride[self._cell_of(here)]
            inland = stride < 0.0
            clear[active[inland]] = False
            unsure = active[stride == 0.0]
            until = np.minimum(gone[unsure] + 1.0, length[unsure])
            a = here[stride == 0.0]
            b = start[unsure] + course[unsure] * until[:, None]
            clear[unsure[self._touches(a, b)]] = False
            gone[active] += np.where(inland, 0.0, np.maximum(stride, 1.0))
            active = active[clear[active] & (gone[active] < length[active])]
        return clear

    def _touches(self, a: FloatArray, b: FloatArray) -> BoolArray:
        """Exact test of short segments."""
        touched = np.zeros(len(a), dtype=bool)
        lines = shapely.linestrings(np.stack([a, b], axis=1))
        line, polygon = self._tree.query(lines)
        hit = shapely.intersects(self._land[polygon], lines[line])
        touched[line[hit]] = True
        return touched
