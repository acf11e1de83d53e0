"""Paths as a map draws them: longitude-latitude chords, cut at 180 degrees.

Whether a path crosses land is asked here of the plain coastline in degrees, not of
the plane the path was found on, so that the answer checks the search.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from core.coastline import land_polygons
from core.geo import great_circle_points, normalise_lon
from core.routing.sea.closed import ClosedArea

__all__ = ["crosses_closed", "crosses_land", "drawn_path", "split_at_antimeridian"]

FloatArray = npt.NDArray[np.float64]

#: Pieces of a path inside an area shorter than this (0.1 m) are rounding.
_TINY_DEG = 1e-6


def drawn_path(turns: FloatArray, *, step_km: float) -> FloatArray:
    """Great circles through turning points, as points at most ``step_km`` apart.

    Parameters
    ----------
    turns : ndarray of float, shape (n, 2)
        Latitude and longitude.
    step_km : float
        Longest chord.
    """
    pieces = [
        great_circle_points(lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1], step_km=step_km)
        for a, b in pairwise(turns)
    ]
    return np.concatenate([turns[:1], *[piece[1:] for piece in pieces]])


def split_at_antimeridian(path: FloatArray) -> list[FloatArray]:
    """Cut a path where it crosses 180 degrees, as RFC 7946 section 3.1.9 asks.

    Parameters
    ----------
    path : ndarray of float, shape (n, 2)
        Latitude and longitude.

    Returns
    -------
    list of ndarray of float, shape (m, 2)
        Longitude and latitude (GeoJSON order) of each part, at least two points.
    """
    lat = path[:, 0]
    lon = np.unwrap(normalise_lon(path[:, 1]), period=360.0)
    parts: list[list[tuple[float, float]]] = [[]]
    turn = _turn_of(float(lon[0]))
    parts[0].append((float(lon[0]) - turn, float(lat[0])))
    for i in range(1, len(lat)):
        here = _turn_of(float(lon[i]))
        if here != turn:
            edge = turn + (180.0 if here > turn else -180.0)
            share = (edge - lon[i - 1]) / (lon[i] - lon[i - 1])
            crossing = float(lat[i - 1] + share * (lat[i] - lat[i - 1]))
            parts[-1].append((edge - turn, crossing))
            parts.append([(edge - here, crossing)])
            turn = here
        parts[-1].append((float(lon[i]) - turn, float(lat[i])))
    return [_with_two_points(part) for part in parts]


def _turn_of(lon: float) -> float:
    """Full turns to take off so that a longitude lies in [-180, 180)."""
    return float(np.floor((lon + 180.0) / 360.0) * 360.0)


def _with_two_points(part: list[tuple[float, float]]) -> FloatArray:
    return np.array(part if len(part) > 1 else part * 2)


@lru_cache(maxsize=1)
def _bundled_tree() -> shapely.STRtree:
    land = np.array(land_polygons("50m"), dtype=object)
    shapely.prepare(land)
    return shapely.STRtree(land)


def crosses_land(
    path: FloatArray, *, land: Sequence[BaseGeometry] | None = None
) -> bool:
    """Whether a path, drawn with straight chords on a map, touches land.

    Parameters
    ----------
    path : ndarray of float, shape (n, 2)
        Latitude and longitude.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees.
    """
    tree = _bundled_tree() if land is None else shapely.STRtree(list(land))
    parts = [shapely.linestrings(part) for part in split_at_antimeridian(path)]
    hits = tree.query(np.array(parts, dtype=object), predicate="intersects")
    return bool(hits.size)


def crosses_closed(path: FloatArray, closed: Sequence[ClosedArea]) -> ClosedArea | None:
    """Find a closed area that a path enters, drawn with straight chords on a map.

    A path that starts or ends inside an area may leave or reach it: the pieces at its
    ends do not count.

    Parameters
    ----------
    path : ndarray of float, shape (n, 2)
        Latitude and longitude.
    closed : sequence of ClosedArea
        Areas to keep out of.
    """
    if not closed or not len(path):
        return None
    lon = np.unwrap(normalise_lon(path[:, 1]), period=360.0)
    xy = np.column_stack([lon, path[:, 0]])
    line = shapely.linestrings(xy)
    near = [area for area in closed if shapely.intersects(_turned(area), line)]
    if not near:
        return None
    # Areas may touch, so a path is followed through all of them at once.
    spans = _spans_inside(xy, shapely.union_all([_turned(area) for area in near]))
    whole = float(np.linalg.norm(np.diff(xy, axis=0), axis=1).sum())
    for first, last in spans:
        at_an_end = first <= _TINY_DEG or last >= whole - _TINY_DEG
        if not at_an_end and last - first > _TINY_DEG:
            middle = shapely.line_interpolate_point(line, (first + last) / 2.0)
            return min(near, key=lambda area: shapely.distance(_turned(area), middle))
    return None


def _spans_inside(xy: FloatArray, area: BaseGeometry) -> list[tuple[float, float]]:
    """Stretches of a line inside an area, as lengths from its start."""
    chords = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    start = np.concatenate([[0.0], np.cumsum(shapely.length(chords))])
    parts, chord = shapely.get_parts(
        shapely.intersection(chords, area), return_index=True
    )
    held = ~shapely.is_empty(parts)
    spans: list[tuple[float, float]] = []
    for part, k in zip(parts[held], chord[held], strict=True):
        ends = shapely.points(shapely.get_coordinates(part)[[0, -1]])
        apart = shapely.distance(ends, shapely.points(xy[k]))
        spans.append((start[k] + apart.min(), start[k] + apart.max()))
    joined: list[tuple[float, float]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + _TINY_DEG:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _turned(area: ClosedArea) -> BaseGeometry:
    """Area with its copies a turn to the west and east, joined across 180 degrees."""
    return shapely.union_all(
        [
            shapely.affinity.translate(area.polygon, xoff=turn)
            for turn in (-360.0, 0.0, 360.0)
        ]
    )
