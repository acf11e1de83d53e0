"""The nearest position at sea, for a port that lies on the drawn land."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km
from core.routing.sea.plane import Plane, land_on_plane
from core.routing.sea.sight import Sight

__all__ = ["SeaPosition", "nearest_sea"]

_SNAP_REACH_DEG = 6.0
_SNAP_CLEARANCES_KM = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class SeaPosition:
    """A position at sea and how far it was moved to get there."""

    lat: float
    lon: float
    moved_km: float


def nearest_sea(
    *, lat: float, lon: float, land: Sequence[BaseGeometry] | None = None
) -> SeaPosition:
    """Nearest position at sea, the same one when it is at sea already.

    Parameters
    ----------
    lat, lon : float
        WGS 84 degrees.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees.

    Raises
    ------
    RouteInputError
        If no sea lies within about 600 km.
    """
    plane = Plane.about(lat=lat, lon=lon)
    pieces = land_on_plane(plane, reach_deg=_SNAP_REACH_DEG, land=land)
    # The position is the origin of the plane; most are at sea, so the raster of the
    # land waits until one is not.
    if not shapely.intersects_xy(pieces, 0.0, 0.0).any():
        return SeaPosition(lat, lon, 0.0)
    sight = Sight(pieces)
    for clearance_km in _SNAP_CLEARANCES_KM:
        shore = shapely.boundary(
            shapely.union_all(shapely.buffer(pieces, clearance_km))
        )
        if shore.is_empty:
            break
        at = shapely.ops.nearest_points(shapely.Point(0.0, 0.0), shore)[1]
        xy = np.array([[at.x, at.y]])
        reach_km = EARTH_RADIUS_KM * np.tan(np.radians(_SNAP_REACH_DEG))
        if not sight.is_inside(xy)[0] and np.hypot(at.x, at.y) < reach_km:
            sea_lat, sea_lon = plane.unproject(xy)
            moved = great_circle_distance_km(
                lat1=lat, lon1=lon, lat2=sea_lat, lon2=sea_lon
            )
            return SeaPosition(float(sea_lat[0]), float(sea_lon[0]), float(moved[0]))
    raise RouteInputError(
        f"no sea within 600 km of latitude {lat:g}, longitude {lon:g}"
    )
