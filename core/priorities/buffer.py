"""Polygons on the sphere, widened by a distance in kilometres."""

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from core.errors import InputError
from core.geo import EARTH_RADIUS_KM

__all__ = ["buffered"]

#: A polygon is widened piece by piece: within 15 degrees of its middle an azimuthal
#: map stretches distances by 1.2 % at most (c / sin c).
_PIECE_DEG = 20.0
#: Straight edges on the map are bent on the sphere; points this near follow them.
_STEP_DEG = 0.25
_POLE_DEG = 89.0

FloatArray = npt.NDArray[np.float64]


def buffered(polygon: BaseGeometry, distance_km: float) -> BaseGeometry:
    """Widen a polygon by a distance on the sphere.

    Parameters
    ----------
    polygon : Polygon or MultiPolygon
        Degrees, longitude in [-180, 180].
    distance_km : float
        How far around it, km, zero or more.

    Returns
    -------
    Polygon or MultiPolygon
        Longitude may run past 180 degrees. Within about 1 % of the distance.

    Raises
    ------
    InputError
        If it would reach a pole.
    """
    pieces = [_widened(piece, distance_km) for piece in _pieces(polygon)]
    return shapely.union_all([polygon, *pieces])


def _pieces(polygon: BaseGeometry) -> list[BaseGeometry]:
    west, south, east, north = polygon.bounds
    columns = np.arange(west, east, _PIECE_DEG)
    rows = np.arange(south, north, _PIECE_DEG)
    boxes = [
        shapely.box(x, y, x + _PIECE_DEG, y + _PIECE_DEG) for x in columns for y in rows
    ]
    cut = shapely.get_parts(shapely.intersection(polygon, np.array(boxes)))
    return [piece for piece in cut if piece.geom_type == "Polygon"]


def _widened(piece: BaseGeometry, distance_km: float) -> BaseGeometry:
    west, south, east, north = piece.bounds
    reach_deg = np.degrees(distance_km / EARTH_RADIUS_KM)
    if max(abs(south), abs(north)) + reach_deg > _POLE_DEG:
        raise InputError(
            f"a buffer of {distance_km:g} km would reach a pole; give a smaller one"
        )
    middle_lon = (west + east) / 2.0
    flat = pyproj.Proj(
        proj="aeqd",
        lat_0=(south + north) / 2.0,
        lon_0=middle_lon,
        R=EARTH_RADIUS_KM * 1000.0,
    )

    def onto(points: FloatArray) -> FloatArray:
        return np.column_stack(flat(points[:, 0], points[:, 1]))

    def back(points: FloatArray) -> FloatArray:
        lon, lat = flat(points[:, 0], points[:, 1], inverse=True)
        return np.column_stack([_near(np.asarray(lon), middle_lon), lat])

    there = shapely.transform(shapely.segmentize(piece, _STEP_DEG), onto)
    wide = shapely.make_valid(there).buffer(distance_km * 1000.0, quad_segs=16)
    return shapely.make_valid(shapely.transform(wide, back))


def _near(lon: FloatArray, middle: float) -> FloatArray:
    """Turn longitudes to within 180 degrees of a middle."""
    return np.asarray((lon - middle + 180.0) % 360.0 - 180.0 + middle)
