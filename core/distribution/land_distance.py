"""How far a place is from the nearest coast of the bundled map."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from core.coastline import is_on_land, land_polygons
from core.distribution._checks import checked_places
from core.geo import EARTH_RADIUS_KM

__all__ = ["land_distance_km", "unit_vectors"]

FloatArray = npt.NDArray[np.float64]
#: Points are set along the coast at most this far apart, so that a distance is never
#: more than half of it too long.
_SPACING_KM = 10.0
#: Edges along these lines are where the map was cut, not coasts.
_CUT_LON_DEG, _CUT_LAT_DEG = 179.999, -89.9
_LAND_CAP_LAT_DEG = -89.0


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    """Positions on the unit sphere, shape (n, 3): no date line and no poles."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1
    )


def land_distance_km(*, lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    """Distance to the nearest coast at 1:50 million, 0 on land.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    ndarray of float, shape (n,)
        Great circle, km; at most 5 km too long beside the drawn coast. The map leaves
        out islands below about 1 km.

    Raises
    ------
    InputError
        If a position is not on Earth.
    """
    lats, lons = checked_places(lat, lon)
    chord = _coast().query(unit_vectors(lats, lons))[0]
    distance = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2.0, 1.0))
    # The map's Antarctica ends short of the pole; all south of 89 S is land.
    ashore = is_on_land(lat=np.maximum(lats, _LAND_CAP_LAT_DEG), lon=lons)
    return np.where(ashore, 0.0, distance)


@lru_cache(maxsize=1)
def _coast() -> "cKDTree[None]":
    return cKDTree(np.concatenate([_line(ring) for ring in _rings()]))


def _rings() -> list[FloatArray]:
    polygons = np.array(land_polygons("50m"), dtype=object)
    rings = shapely.get_rings(polygons)
    return [shapely.get_coordinates(ring) for ring in rings]


def _line(ring: FloatArray) -> FloatArray:
    """Points along a ring, without the edges at which the map was cut."""
    start, end = ring[:-1], ring[1:]
    is_cut = (
        (np.abs(start[:, 0]) > _CUT_LON_DEG) & (np.abs(end[:, 0]) > _CUT_LON_DEG)
    ) | ((start[:, 1] < _CUT_LAT_DEG) & (end[:, 1] < _CUT_LAT_DEG))
    a = unit_vectors(start[~is_cut, 1], start[~is_cut, 0])
    b = unit_vectors(end[~is_cut, 1], end[~is_cut, 0])
    length = EARTH_RADIUS_KM * np.linalg.norm(b - a, axis=1)
    n = np.maximum(np.ceil(length / _SPACING_KM), 1).astype(np.int64)
    which = np.repeat(np.arange(len(n)), n)
    step = (np.arange(len(which)) - np.repeat(np.cumsum(n) - n, n)) / n[which]
    points = a[which] + step[:, None] * (b - a)[which]
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))
