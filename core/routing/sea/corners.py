"""The corners that a shortest path round obstacles can turn at.

A shortest path among polygons is straight except at convex corners, and there it
grazes the polygon: the corner's two edges lie on one side of it. Keeping only such
segments (the tangent graph) leaves a few per cent of all pairs to test against land.

References
----------
.. [1] Y.-H. Liu and S. Arimoto, "Path planning using a tangent graph for mobile
   robots among polygonal and curved obstacles", Int. J. Robotics Research 11 (1992)
   376-382.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from core.routing.sea._kernels import grazed_matrix

__all__ = ["Corners", "find_corners"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Corners:
    """Convex corners of the widened land, with their neighbours on the outline.

    Parameters
    ----------
    xy, before, after : ndarray of float, shape (n, 2)
        Corner and its two neighbours on the outline, plane coordinates in km.
    outline : ndarray of polygon
        The widened land itself.
    """

    xy: FloatArray
    before: FloatArray
    after: FloatArray
    outline: npt.NDArray[np.object_]

    def __len__(self) -> int:
        """Count the corners."""
        return len(self.xy)

    def grazed_from(self, xy: FloatArray) -> BoolArray:
        """Whether a segment from each position grazes each corner, (m, n)."""
        return grazed_matrix(np.ascontiguousarray(xy), self.xy, self.before, self.after)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def find_corners(
    land: npt.NDArray[np.object_], *, clearance_km: float, reach_km: float
) -> Corners:
    """Corners of land widened by a clearance.

    Parameters
    ----------
    land : ndarray of polygon
        Plane coordinates, km.
    clearance_km : float
        How far the outline stands off. It is then simplified by nine tenths of
        that, so it keeps at least one tenth off and never cuts the land itself.
    reach_km : float
        Corners farther than this from the plane's centre are left out: land is not
        complete there.
    """
    if not len(land):
        nothing = np.empty((0, 2))
        return Corners(nothing, nothing, nothing, np.empty(0, dtype=object))
    wide = shapely.buffer(land, clearance_km, quad_segs=2, join_style="mitre")
    outline = shapely.get_parts(
        shapely.simplify(shapely.union_all(wide), 0.9 * clearance_km)
    )
    outline = shapely.orient_polygons(outline)
    pieces = [_ring_corners(ring) for ring in _rings(outline)]
    xy, before, after = (np.concatenate(part) for part in zip(*pieces, strict=True))
    near = np.hypot(xy[:, 0], xy[:, 1]) <= reach_km
    return Corners(xy[near], before[near], after[near], outline)


def _rings(polygons: npt.NDArray[np.object_]) -> list[FloatArray]:
    """Coordinates of every ring, without the repeated last point."""
    return [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(polygons)]


def _ring_corners(ring: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Corners where the polygon, left of its ring, is convex."""
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    convex = _cross(ring - before, after - ring) > 0.0
    return ring[convex], before[convex], after[convex]
