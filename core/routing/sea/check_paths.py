"""A second opinion on a path: from the plain map, not from the search's plane."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from core.coastline import land_polygons
from core.geo import EARTH_RADIUS_KM
from core.routing.sea.closed import ClosedArea
from core.routing.sea.map_lines import crosses_closed, crosses_land, drawn_path
from core.routing.sea.plane import unit_vectors

__all__ = ["distance_to_land_km", "path_faults"]

FloatArray = npt.NDArray[np.float64]

#: The margin is checked at points this share of it apart, on path and coast.
_STEP_SHARE = 0.1
_LEAST_STEP_KM = 0.1
_KM_PER_DEG = np.pi * EARTH_RADIUS_KM / 180.0


def path_faults(
    path: FloatArray,
    *,
    land: Sequence[BaseGeometry] | None = None,
    closed: Sequence[ClosedArea] = (),
    margin_km: float = 0.0,
) -> list[str]:
    """Name what is wrong with a leg's path, each as a sentence; often nothing.

    Parameters
    ----------
    path : ndarray of float, shape (n, 2)
        Latitude and longitude, drawn with straight chords.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees.
    closed : sequence of ClosedArea
        Areas to keep out of; a path may leave one it starts in and reach one it
        ends in.
    margin_km : float
        Distance to keep from land; a path may leave and reach the margin once, at
        its ends. It is checked at points, to a tenth of it.
    """
    faults = []
    if crosses_land(path, land=land):
        faults.append("it crosses land")
    area = crosses_closed(path, closed)
    if area is not None:
        faults.append(f"it crosses the closed area {area.name}")
    if margin_km > 0.0:
        least_km = _closest_km(path, land, margin_km)
        if least_km < margin_km:
            faults.append(
                f"it comes within {least_km:.2f} km of land, expected {margin_km:g} km"
            )
    return faults


def _closest_km(
    path: FloatArray, land: Sequence[BaseGeometry] | None, margin_km: float
) -> float:
    """Least distance to land between leaving the margin and reaching it again."""
    step_km = max(_STEP_SHARE * margin_km, _LEAST_STEP_KM)
    points = drawn_path(path, step_km=step_km)
    apart = distance_to_land_km(
        lat=points[:, 0], lon=points[:, 1], within_km=margin_km, land=land
    )
    # Points of the coast are half a step from its nearest drawn point at most.
    free = np.flatnonzero(apart + step_km / 2.0 >= margin_km)
    if not len(free):
        return np.inf
    between = apart[free[0] : free[-1] + 1]
    least = float(between.min())
    return np.inf if least + step_km / 2.0 >= margin_km else least


def distance_to_land_km(
    *,
    lat: FloatArray,
    lon: FloatArray,
    within_km: float,
    land: Sequence[BaseGeometry] | None = None,
) -> FloatArray:
    """Distance of positions to the drawn coast, infinity beyond ``within_km``.

    The coast is taken as points a tenth of ``within_km`` apart (0.1 km at least), so
    a distance is too long by a twentieth at most.
    """
    step_km = max(_STEP_SHARE * within_km, _LEAST_STEP_KM)
    reach_deg = (within_km + step_km) / _KM_PER_DEG
    polygons = land_polygons("50m") if land is None else tuple(land)
    boxes = shapely.box(*_boxes_about(lat, lon, reach_deg).T)
    tree = shapely.STRtree(shapely.boundary(np.array(polygons, dtype=object)))
    box, coast = tree.query(boxes)
    near = shapely.intersection(tree.geometries[coast], boxes[box])
    lines = near[~shapely.is_empty(near)]
    if not len(lines):
        return np.full(len(lat), np.inf)
    xy = shapely.get_coordinates(shapely.segmentize(lines, step_km / _KM_PER_DEG))
    points = cKDTree(unit_vectors(xy[:, 1], xy[:, 0]))
    chord, _ = points.query(unit_vectors(lat, lon))
    apart = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2.0, 1.0))
    return np.where(apart <= within_km, apart, np.inf)


def _boxes_about(lat: FloatArray, lon: FloatArray, reach_deg: float) -> FloatArray:
    """Boxes on the map that hold everything near stretches of positions."""
    boxes = []
    for start in range(0, len(lat), 64):
        part = slice(start, start + 64)
        south = max(lat[part].min() - reach_deg, -90.0)
        north = min(lat[part].max() + reach_deg, 90.0)
        shrink = max(np.cos(np.radians(max(abs(south), abs(north)))), 1e-6)
        east_deg = min(reach_deg / shrink, 360.0)
        turned = np.unwrap(lon[part], period=360.0)
        west, east = turned.min() - east_deg, turned.max() + east_deg
        for turn in (-360.0, 0.0, 360.0):
            left, right = max(west + turn, -180.0), min(east + turn, 180.0)
            if left < right:
                boxes.append((left, south, right, north))
    return np.array(boxes)
