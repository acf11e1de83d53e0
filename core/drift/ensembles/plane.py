"""An equal-area plane around a cloud of positions, valid at 180 degrees.

Lambert's azimuthal equal-area projection of the sphere, so an area on the plane is the
area on Earth, and a cloud across 180 degrees or near a pole is no special case.

References
----------
.. [1] J. P. Snyder, "Map projections: a working manual", USGS Professional Paper 1395
   (1987), equations 24-2 to 24-4 and 20-14, 20-15.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.errors import InputError
from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["Plane", "mean_position", "split_at_180"]

FloatArray = npt.NDArray[np.float64]


def mean_position(*, lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[float, float]:
    """Mean of positions on the sphere: the direction of their mean vector, degrees.

    Raises
    ------
    InputError
        If there is no position, or they cancel out (spread evenly round the Earth).
    """
    phi, lam = np.radians(np.atleast_1d(lat)), np.radians(np.atleast_1d(lon))
    if phi.size == 0:
        raise InputError("the mean of no position is not defined")
    x, y = np.mean(np.cos(phi) * np.cos(lam)), np.mean(np.cos(phi) * np.sin(lam))
    z = np.mean(np.sin(phi))
    if np.hypot(np.hypot(x, y), z) < 1e-9:
        raise InputError("positions are spread round the Earth; they have no mean")
    lat_deg = float(np.degrees(np.arctan2(z, np.hypot(x, y))))
    return lat_deg, float(normalise_lon(np.degrees(np.arctan2(y, x))))


@dataclass(frozen=True)
class Plane:
    """Equal-area plane touching the sphere at a position; coordinates in km."""

    lat: float
    lon: float

    def to_km(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """East and north of the plane's origin, km."""
        phi, phi0 = np.radians(lat), np.radians(self.lat)
        dlam = np.radians(np.asarray(lon, dtype=np.float64) - self.lon)
        cos_c = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(dlam)
        scale = EARTH_RADIUS_KM * np.sqrt(2.0 / np.maximum(1.0 + cos_c, 1e-12))
        x = scale * np.cos(phi) * np.sin(dlam)
        y = scale * (
            np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(dlam)
        )
        return np.asarray(x), np.asarray(y)

    def to_degrees(
        self, *, x_km: npt.ArrayLike, y_km: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Latitude, and longitude that runs on past 180 without a jump."""
        x, y = np.asarray(x_km, dtype=np.float64), np.asarray(y_km, dtype=np.float64)
        rho = np.hypot(x, y)
        half = np.clip(rho / (2.0 * EARTH_RADIUS_KM), 0.0, 1.0)
        c, phi0 = 2.0 * np.arcsin(half), np.radians(self.lat)
        safe = np.where(rho > 0.0, rho, 1.0)
        sin_phi = np.cos(c) * np.sin(phi0) + y * np.sin(c) * np.cos(phi0) / safe
        dlam = np.arctan2(
            x * np.sin(c),
            safe * np.cos(phi0) * np.cos(c) - y * np.sin(phi0) * np.sin(c),
        )
        lat = np.degrees(np.arcsin(np.clip(sin_phi, -1.0, 1.0)))
        return np.asarray(lat), np.asarray(self.lon + np.degrees(dlam))

    def geometry_to_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """Bring a geometry of the plane to longitude and latitude, cut at 180."""

        def convert(points: FloatArray) -> FloatArray:
            lat, lon = self.to_degrees(x_km=points[:, 0], y_km=points[:, 1])
            return np.column_stack([lon, lat])

        return split_at_180(shapely.transform(geometry, convert))

    def holds_a_pole(self, geometry: BaseGeometry) -> bool:
        """Whether a geometry of the plane covers a pole, where longitude ends."""
        poles = np.array([self.to_km(lat=pole, lon=0.0) for pole in (90.0, -90.0)])
        return bool(shapely.intersects_xy(geometry, poles[:, 0], poles[:, 1]).any())


def split_at_180(geometry: BaseGeometry) -> BaseGeometry:
    """Cut what runs past 180 degrees and bring it back, as RFC 7946 asks."""
    west, _, east, _ = geometry.bounds
    if west >= -180.0 and east <= 180.0:
        return geometry
    world = shapely.box(-180.0, -90.0, 180.0, 90.0)
    pieces = [
        shapely.intersection(
            shapely.transform(geometry, lambda p, t=turn: np.add(p, (t, 0.0))), world
        )
        for turn in (-360.0, 0.0, 360.0)
    ]
    kept = [
        part
        for piece in pieces
        for part in shapely.get_parts(piece)
        if part.geom_type in {"Polygon", "LineString"} and not part.is_empty
    ]
    if len(kept) == 1:
        return kept[0]
    many = shapely.multipolygons
    if kept and kept[0].geom_type == "LineString":
        many = shapely.multilinestrings
    return many(kept)
