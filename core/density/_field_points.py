"""Points that stand for an area, and the arc of longitudes around a survey."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.errors import InputError
from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["even_points", "shortest_arc"]

FloatArray = npt.NDArray[np.float64]

#: Points that stand for a polygon when it is summed.
_POINTS_IN_A_POLYGON = 1_000
#: Grid points tried to find them, at most; a thin polygon gets fewer.
_MOST_TRIED = 200_000


def shortest_arc(lon: FloatArray) -> tuple[float, float]:
    """Start and width of the shortest arc that holds all longitudes, degrees."""
    around = np.unique(normalise_lon(lon))
    gaps = np.append(np.diff(around), around[0] + 360.0 - around[-1])
    widest = int(np.argmax(gaps))
    return float(around[(widest + 1) % len(around)]), float(360.0 - gaps[widest])


def even_points(polygon: BaseGeometry) -> FloatArray:
    """Points of an even grid inside a polygon: latitude, longitude and km2 of each."""
    parts = [p for p in shapely.get_parts(polygon) if p.area > 0.0]
    if not parts:
        raise InputError("the area is empty")
    whole = sum(part.area for part in parts)
    return np.vstack(
        [
            _points_in(part, max(round(_POINTS_IN_A_POLYGON * part.area / whole), 4))
            for part in parts
        ]
    )


def _points_in(part: BaseGeometry, n_wanted: int) -> FloatArray:
    west, south, east, north = part.bounds
    n_tried = min(n_wanted * (east - west) * (north - south) / part.area, _MOST_TRIED)
    n_lon = max(round(np.sqrt(n_tried * (east - west) / (north - south))), 1)
    n_lat = max(round(n_tried / n_lon), 1)
    lat = south + (np.arange(n_lat) + 0.5) * (north - south) / n_lat
    lon = west + (np.arange(n_lon) + 0.5) * (east - west) / n_lon
    lats, lons = (x.ravel() for x in np.meshgrid(lat, lon, indexing="ij"))
    shapely.prepare(part)
    inside = shapely.contains_xy(part, lons, lats)
    if not inside.any():
        point = part.representative_point()
        lats, lons, inside = np.array([point.y]), np.array([point.x]), np.array([True])
    lats, lons = lats[inside], lons[inside]
    # Each point stands for its share of the polygon, on the sphere.
    degrees = part.area / len(lats)
    area = np.radians(1.0) ** 2 * EARTH_RADIUS_KM**2 * np.cos(np.radians(lats))
    return np.column_stack([lats, lons, area * degrees])
