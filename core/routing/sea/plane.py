"""A plane in which great circles are straight lines, and the land drawn on it.

The gnomonic projection maps every great circle to a straight line, so planar
geometry answers whether a great-circle leg crosses land, across 180 degrees and near
a pole as anywhere else. It holds less than a hemisphere; work here stays within
``MAX_REACH_DEG`` of the centre.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.coastline import land_polygons
from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["MAX_REACH_DEG", "Plane", "land_on_plane"]

FloatArray = npt.NDArray[np.float64]

#: Beyond this angle from the centre the projection stretches lengths 15 times and
#: more, and 90 degrees lies at infinity.
MAX_REACH_DEG = 75.0
_TILE_DEG = 5
#: Edges along a tile's border are parallels, not great circles; cut this short they
#: stay within a metre of one.
_SEGMENT_DEG = 0.25


def _unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1
    )


@dataclass(frozen=True, eq=False)
class Plane:
    """Gnomonic projection about a centre; coordinates in km.

    Parameters
    ----------
    centre : ndarray of float, shape (3,)
        Unit vector to the point of contact.
    """

    centre: FloatArray

    @classmethod
    def about(cls, *, lat: npt.ArrayLike, lon: npt.ArrayLike) -> "Plane":
        """Plane about the mean of some positions."""
        mean = _unit_vectors(np.atleast_1d(lat), np.atleast_1d(lon)).mean(axis=0)
        norm = float(np.linalg.norm(mean))
        if norm < 1e-6:  # positions spread evenly over the Earth have no middle
            return cls(np.array([1.0, 0.0, 0.0]))
        return cls(mean / norm)

    @property
    def _axes(self) -> tuple[FloatArray, FloatArray]:
        pole = np.array([0.0, 0.0, 1.0])
        east = np.cross(pole, self.centre)
        if np.linalg.norm(east) < 1e-9:
            east = np.array([0.0, 1.0, 0.0])
        east = east / np.linalg.norm(east)
        return east, np.cross(self.centre, east)

    def angle_deg(self, *, lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
        """Angle between positions and the centre."""
        cosine = np.clip(_unit_vectors(lat, lon) @ self.centre, -1.0, 1.0)
        return np.asarray(np.degrees(np.arccos(cosine)))

    def project(self, *, lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
        """Plane coordinates in km, shape (..., 2)."""
        vectors = _unit_vectors(lat, lon)
        east, north = self._axes
        depth = vectors @ self.centre
        plane = np.stack([vectors @ east, vectors @ north], axis=-1)
        return np.asarray(EARTH_RADIUS_KM * plane / depth[..., None])

    def unproject(self, xy: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude of plane coordinates."""
        east, north = self._axes
        scaled = np.asarray(xy) / EARTH_RADIUS_KM
        vectors = self.centre + scaled[..., :1] * east + scaled[..., 1:] * north
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
        lat = np.degrees(np.arcsin(np.clip(vectors[..., 2], -1.0, 1.0)))
        lon = np.degrees(np.arctan2(vectors[..., 1], vectors[..., 0]))
        return np.asarray(lat), normalise_lon(lon)


@lru_cache(maxsize=1)
def _bundled_tree() -> shapely.STRtree:
    return shapely.STRtree(land_polygons("50m"))


@lru_cache(maxsize=4096)
def _bundled_tile(west: int, south: int) -> tuple[BaseGeometry, ...]:
    return _cut_tile(_bundled_tree(), west, south)


def _cut_tile(tree: shapely.STRtree, west: int, south: int) -> tuple[BaseGeometry, ...]:
    bounds = (west, south, west + _TILE_DEG, south + _TILE_DEG)
    found = tree.geometries.take(tree.query(shapely.box(*bounds)))
    if not len(found):
        return ()
    cut = shapely.segmentize(shapely.clip_by_rect(found, *bounds), _SEGMENT_DEG)
    return tuple(
        part
        for part in shapely.get_parts(shapely.make_valid(cut))
        if part.geom_type in {"Polygon", "MultiPolygon"} and not part.is_empty
    )


def land_on_plane(
    plane: Plane, *, reach_deg: float, land: Sequence[BaseGeometry] | None = None
) -> npt.NDArray[np.object_]:
    """Land within an angle of the plane's centre, as many small polygons.

    Parameters
    ----------
    plane : Plane
        Where to draw it.
    reach_deg : float
        How far from the centre land matters.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees.

    Returns
    -------
    ndarray of polygon
        In plane coordinates; neighbours share borders, so they cover land without
        gaps but are not merged.
    """
    west, south = (
        axis.ravel()
        for axis in np.meshgrid(
            np.arange(-180, 180, _TILE_DEG), np.arange(-90, 90, _TILE_DEG)
        )
    )
    half = _TILE_DEG / 2.0
    angle = plane.angle_deg(lat=south + half, lon=west + half)
    near = angle <= min(reach_deg, MAX_REACH_DEG) + half * np.sqrt(2.0)
    other = None if land is None else shapely.STRtree(list(land))
    tiles: list[BaseGeometry] = []
    for x, y in zip(west[near].tolist(), south[near].tolist(), strict=True):
        tiles.extend(_bundled_tile(x, y) if other is None else _cut_tile(other, x, y))
    if not tiles:
        return np.empty(0, dtype=object)

    def to_plane(coordinates: FloatArray) -> FloatArray:
        return plane.project(lat=coordinates[:, 1], lon=coordinates[:, 0])

    drawn = shapely.make_valid(shapely.transform(np.array(tiles), to_plane))
    parts = shapely.get_parts(shapely.get_parts(drawn))
    return np.asarray(parts[shapely.get_type_id(parts) == 3], dtype=object)
