"""The region where a gridded density is above a threshold, as polygons."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

__all__ = ["area_above"]

FloatArray = npt.NDArray[np.float64]

# Edges of a grid cell: 0 south, 1 east, 2 north, 3 west. For each of the 16 patterns of
# corners above the threshold (south-west 1, south-east 2, north-east 4, north-west 8),
# the pairs of edges that the contour joins. The two saddles, 5 and 10, are decided by
# the cell's mean.
_LINES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((2, 0),),
    11: ((2, 1),),
    12: ((1, 3),),
    13: ((1, 0),),
    14: ((0, 3),),
}
_APART = {5: ((3, 0), (1, 2)), 10: ((0, 1), (2, 3))}
_JOINED = {5: ((3, 2), (1, 0)), 10: ((0, 3), (2, 1))}


def area_above(
    x: FloatArray, y: FloatArray, z: FloatArray, threshold: float
) -> BaseGeometry:
    """Polygons, holes included, where a gridded field exceeds a threshold.

    Marching squares, linear along the edges of the grid.

    Parameters
    ----------
    x, y : ndarray of float, shapes (n_x,) and (n_y,)
        Rising coordinates.
    z : ndarray of float, shape (n_y, n_x)
        The field; on the rim of the grid it must be at or below the threshold.
    threshold : float
        Level of the contour.

    Returns
    -------
    Polygon or MultiPolygon
        Empty if the field is nowhere above the threshold.
    """
    above = z > threshold
    case = (
        above[:-1, :-1] * 1
        + above[:-1, 1:] * 2
        + above[1:, 1:] * 4
        + above[1:, :-1] * 8
    )
    east_edge = _crossings(z[:, :-1], z[:, 1:], threshold)
    north_edge = _crossings(z[:-1], z[1:], threshold)
    # Every edge is computed once, so that lines of neighbouring cells meet exactly.
    on_east = np.stack(
        np.broadcast_arrays(x[:-1] + east_edge * np.diff(x), y[:, None]), axis=-1
    )
    on_north = np.stack(
        np.broadcast_arrays(x, y[:-1, None] + north_edge * np.diff(y)[:, None]), axis=-1
    )
    edges = (on_east[:-1], on_north[:, 1:], on_east[1:], on_north[:, :-1])
    mean = (z[:-1, :-1] + z[:-1, 1:] + z[1:, 1:] + z[1:, :-1]) / 4.0
    segments: list[FloatArray] = []
    for pattern, lines in _LINES.items():
        segments += _segments(edges, case == pattern, lines)
    for pattern in _APART:
        saddle = case == pattern
        segments += _segments(edges, saddle & (mean <= threshold), _APART[pattern])
        segments += _segments(edges, saddle & (mean > threshold), _JOINED[pattern])
    if not segments:
        return shapely.Polygon()
    lines = shapely.linestrings(np.concatenate(segments))
    faces = shapely.get_parts(shapely.polygonize(lines))
    inside = [face for face in faces if _is_above(face, x, y, z, threshold)]
    return shapely.union_all(inside) if inside else shapely.Polygon()


def _crossings(
    left: FloatArray, right: FloatArray, threshold: float
) -> npt.NDArray[np.float64]:
    """Where along an edge the field meets the threshold, as a share of the edge."""
    rise = right - left
    safe = np.where(rise == 0.0, 1.0, rise)
    # Kept off the corners: a crossing on a node would join two contours in one point.
    return np.clip((threshold - left) / safe, 1e-6, 1.0 - 1e-6)


def _segments(
    edges: tuple[FloatArray, ...],
    where: npt.NDArray[np.bool_],
    lines: tuple[tuple[int, int], ...],
) -> list[FloatArray]:
    if not where.any():
        return []
    return [np.stack([edges[a][where], edges[b][where]], axis=1) for a, b in lines]


def _is_above(
    face: BaseGeometry, x: FloatArray, y: FloatArray, z: FloatArray, threshold: float
) -> bool:
    """Whether a face of the contour lines is a part of the region or a hole in it.

    A face holds grid nodes of one side only, or none: then it is a sliver inside one
    cell, whose side the interpolated value tells.
    """
    point = shapely.point_on_surface(face)
    i = int(np.clip(np.searchsorted(x, point.x) - 1, 0, len(x) - 2))
    j = int(np.clip(np.searchsorted(y, point.y) - 1, 0, len(y) - 2))
    p = (point.x - x[i]) / (x[i + 1] - x[i])
    q = (point.y - y[j]) / (y[j + 1] - y[j])
    south = z[j, i] * (1 - p) + z[j, i + 1] * p
    north = z[j + 1, i] * (1 - p) + z[j + 1, i + 1] * p
    return bool(south * (1 - q) + north * q > threshold)
