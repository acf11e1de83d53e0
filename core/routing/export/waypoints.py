"""A leg's path as few waypoints, however a chart system draws between them.

Some systems draw the great circle between two waypoints, others the rhumb line. The
waypoints here stand so close that both stay within 0.5 km of the planned path, and
that neither touches land where the path does not.
"""

import numpy as np
import numpy.typing as npt

from core.geo import EARTH_RADIUS_KM, great_circle_points, normalise_lon
from core.routing.sea.map_lines import crosses_land, drawn_path

__all__ = ["leg_waypoints"]

FloatArray = npt.NDArray[np.float64]

#: The 0.5 km are the least clearance that sea legs keep from land they go round. The
#: deviation is taken at the points of the path; halfway between two of them that stand
#: a third of the way it is an eighth larger.
_TOLERANCE_KM = 0.5 / 1.125
#: Longest spacing, 100 nm; 50 nm above 70 degrees, where systems differ most.
_SPACING_KM = 185.2
_POLAR_SPACING_KM = 92.6
_POLAR_DEG = 70.0
_STEP_KM = 25.0


def leg_waypoints(path: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Choose waypoints along a path.

    Parameters
    ----------
    path : ndarray of float, shape (n, 2)
        Latitude and longitude.

    Returns
    -------
    points : ndarray of float, shape (m, 2)
        Latitude and longitude to 6 decimals, both ends included.
    share : ndarray of float, shape (m,)
        Part of the path's length behind each point, from 0 to 1.
    """
    fine = drawn_path(path, step_km=_STEP_KM)
    along = np.concatenate([[0.0], np.cumsum(_steps_km(fine))])
    clear = not crosses_land(fine)
    kept = [0]
    while kept[-1] < len(fine) - 1:
        kept.append(_furthest(fine, along, kept[-1], clear=clear))
    points = np.round(fine[kept], 6)
    points[:, 1] = normalise_lon(points[:, 1])
    total = along[-1]
    share = along[kept] / total if total > 0.0 else np.linspace(0, 1, len(kept))
    return points, share


def _furthest(fine: FloatArray, along: FloatArray, i: int, *, clear: bool) -> int:
    """Find the last point that can be reached from point ``i`` in one go."""
    polar = np.abs(fine[i, 0]) > _POLAR_DEG
    spacing_km = _POLAR_SPACING_KM if polar else _SPACING_KM
    j = i + 1
    while j + 1 < len(fine) and along[j + 1] - along[i] <= spacing_km:
        if not _may_span(fine[i : j + 2], clear=clear):
            break
        j += 1
    return j


def _may_span(part: FloatArray, *, clear: bool) -> bool:
    a, b = part[0], part[-1]
    if max(_off_great_circle_km(part), _off_rhumb_line_km(part)) > _TOLERANCE_KM:
        return False
    if not clear:
        return True
    circle = great_circle_points(
        lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1], step_km=_STEP_KM
    )
    return not (crosses_land(circle) or crosses_land(np.array([a, b])))


def _steps_km(path: FloatArray) -> FloatArray:
    vectors = _vectors(path)
    chord = np.linalg.norm(np.diff(vectors, axis=0), axis=1)
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)))


def _vectors(path: FloatArray) -> FloatArray:
    lat, lon = np.radians(path[:, 0]), np.radians(path[:, 1])
    return np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def _off_great_circle_km(part: FloatArray) -> float:
    """Largest distance of the points from the great circle through the ends."""
    vectors = _vectors(part)
    pole = np.cross(vectors[0], vectors[-1])
    size = float(np.linalg.norm(pole))
    if size == 0.0:
        return float(_steps_km(part).sum())
    off = np.arcsin(np.clip(vectors @ (pole / size), -1.0, 1.0))
    return float(EARTH_RADIUS_KM * np.abs(off).max())


def _off_rhumb_line_km(part: FloatArray) -> float:
    """Largest distance from the rhumb line, which is straight in Mercator's plane."""
    lat = np.radians(np.clip(part[:, 0], -89.9, 89.9))
    x = np.radians(np.unwrap(part[:, 1], period=360.0))
    y = np.arctanh(np.sin(lat))
    dx, dy = x[-1] - x[0], y[-1] - y[0]
    length = float(np.hypot(dx, dy))
    if length == 0.0:
        return float(_steps_km(part).sum())
    off = np.abs(dx * (y - y[0]) - dy * (x - x[0])) / length
    return float(EARTH_RADIUS_KM * (off * np.cos(lat)).max())
