"""Ways out of a margin or a closed area, to where legs may sail freely."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from core.geo import great_circle_distance_km
from core.routing.sea.plane import Plane
from core.routing.sea.waters import Waters
from core.routing.sea.ways import Ways

__all__ = ["CLOSED_SHARE", "MARGIN_SHARE", "WayOut", "at_once", "ways_out"]

FloatArray = npt.NDArray[np.float64]

#: Points of the outline tried as the end of a way out, the nearest first, in a box
#: of this many times the distance to the nearest.
_CANDIDATES = 80
_AROUND = 4.0
#: Ways out kept for a position: the shortest, and others that end elsewhere.
_KEPT = 4
#: Longest way out, as a share of the shortest, out of a margin and of a closed area.
#: A way to the other end of a strait may save a voyage round a continent.
MARGIN_SHARE = 3.0
CLOSED_SHARE = 1.5


@dataclass(frozen=True, eq=False)
class WayOut:
    """Ways out from one position.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (k,)
        Where they reach open water; k is 0 where there is none.
    km : ndarray of float, shape (k,)
        Their lengths, the shortest first.
    turns : list of ndarray of float, shape (n, 2)
        Latitude and longitude from the position to each end.
    """

    lat: FloatArray
    lon: FloatArray
    km: FloatArray
    turns: list[FloatArray]


def at_once(lat: float, lon: float) -> WayOut:
    """Return the way out from a position that lies in open water: none is needed."""
    here = np.array([[lat, lon]])
    return WayOut(here[:, 0], here[:, 1], np.zeros(1), [here])


def ways_out(
    waters: Waters,
    inner: Waters,
    lat: FloatArray,
    lon: FloatArray,
    *,
    longest_share: float,
) -> list[WayOut]:
    """Ways out of the obstacles of some waters.

    Parameters
    ----------
    waters : Waters
        Their obstacles are to be left.
    inner : Waters
        The same sea; its fewer obstacles bind on the way out as well.
    lat, lon : ndarray of float, shape (n,)
        Positions inside the obstacles of ``waters``, outside those of ``inner``.
    longest_share : float
        Longest way kept, as a share of the shortest.
    """
    outline = waters.graph.corners.outline
    tree = shapely.STRtree(outline)
    xy = waters.plane.project(lat=lat, lon=lon)
    found = tree.query(shapely.points(xy), predicate="intersects")
    around = dict(zip(found[0].tolist(), found[1].tolist(), strict=True))
    return [
        _chosen(
            inner.plane,
            _ways_from(xy[i], outline[around[i]], inner) if i in around else [],
            longest_share,
        )
        for i in range(len(xy))
    ]


def _ways_from(xy: FloatArray, around: BaseGeometry, inner: Waters) -> list[FloatArray]:
    edge = shapely.boundary(around)
    ends = _candidates(xy, edge)
    start = np.broadcast_to(xy, ends.shape)
    seen = inner.sight.is_clear(start, ends)
    lines = (
        [np.stack([xy, end]) for end in ends[seen]]
        if seen.any()
        else _round_corners(xy, ends, inner)
    )
    return [_until_out(line, edge) for line in lines]


def _candidates(xy: FloatArray, edge: BaseGeometry) -> FloatArray:
    """Nearest point of the outline, and points of it some way round."""
    line = shapely.shortest_line(edge, shapely.Point(xy))
    nearest: FloatArray = shapely.get_coordinates(line)[:1]
    apart_km = float(shapely.length(line))
    if apart_km == 0.0:
        return nearest
    west, south = xy - _AROUND * apart_km
    east, north = xy + _AROUND * apart_km
    around = shapely.clip_by_rect(edge, west, south, east, north)
    points = shapely.get_coordinates(shapely.segmentize(around, apart_km / 2.0))
    kept = np.argsort(np.linalg.norm(points - xy, axis=1), kind="stable")
    return np.concatenate([nearest, points[kept[:_CANDIDATES]]])


def _round_corners(xy: FloatArray, ends: FloatArray, inner: Waters) -> list[FloatArray]:
    """Ways to ends that cannot be seen, round the corners of the inner obstacles."""
    lat, lon = inner.plane.unproject(np.concatenate([xy[None], ends]))
    free = np.flatnonzero(~inner.sight.is_inside(ends)) + 1
    at = np.concatenate([[0], free])
    ways = Ways(inner, lat[at], lon[at], sources=np.array([0]))
    reached = np.flatnonzero(np.isfinite(ways.distance_km[0, 1:])) + 1
    turns = [ways.waypoints(0, int(end)) for end in reached]
    return [inner.plane.project(lat=turn[:, 0], lon=turn[:, 1]) for turn in turns]


def _until_out(line: FloatArray, edge: BaseGeometry) -> FloatArray:
    """Cut a line where it first meets the outline."""
    drawn = shapely.linestrings(line)
    met = shapely.get_coordinates(shapely.intersection(drawn, edge))
    if not len(met):
        return line
    at = shapely.line_locate_point(drawn, shapely.points(met)).min()
    until: FloatArray = shapely.get_coordinates(shapely.ops.substring(drawn, 0.0, at))
    return until


def _chosen(plane: Plane, lines: list[FloatArray], longest_share: float) -> WayOut:
    """Keep the shortest way and others that end well apart from it."""
    turns = [np.column_stack(plane.unproject(line)) for line in lines if len(line) > 1]
    km = np.array([_length_km(turn) for turn in turns])
    kept: list[int] = []
    for i in np.argsort(km, kind="stable").tolist():
        if km[i] > longest_share * km.min() or len(kept) == _KEPT:
            break
        apart = [_length_km(np.stack([turns[i][-1], turns[j][-1]])) for j in kept]
        if min(apart, default=np.inf) >= km.min():
            kept.append(i)
    ends = np.array([turns[i][-1] for i in kept]).reshape(-1, 2)
    return WayOut(ends[:, 0], ends[:, 1], km[kept], [turns[i] for i in kept])


def _length_km(turns: FloatArray) -> float:
    a, b = turns[:-1], turns[1:]
    return float(
        great_circle_distance_km(
            lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
        ).sum()
    )
