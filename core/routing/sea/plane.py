"""A plane in which great circles are straight lines, and the land drawn on it.

The gnomonic projection maps every great circle to a straight line, so planar
geometry answers whether a great-circle leg crosses land, across 180 degrees and near
a pole as anywhere else. It holds less than a hemisphere; work here stays within
``MAX_REACH_DEG`` of the centre.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.coastline import land_polygons
from core.geo import EARTH_RADIUS_KM, cell_centre, cell_of, normalise_lon

__all__ = [
    "MAX_REACH_DEG",
    "Plane",
    "land_on_plane",
    "unit_vectors",
    "widened_on_plane",
]

FloatArray = npt.NDArray[np.float64]

#: Beyond this angle from the centre the projection stretches lengths 15 times and
#: more, and 90 degrees lies at infinity.
MAX_REACH_DEG = 75.0
_TILE_DEG = 5
#: Edges along a tile's border are parallels, not great circles; cut this short they
#: stay within a metre of one.
_SEGMENT_DEG = 0.25
#: Land is widened tile by tile in a plane of the tile's own, which stretches lengths
#: by 0.4 % at its corners; so much more keeps the margin everywhere, and lets the
#: outline be thinned out by half of it.
_MARGIN_SPARE = 0.02
#: H3 resolutions for the middle of positions spread over at least so many degrees.
_MIDDLES = ((16.0, 1), (4.0, 2), (0.0, 3))


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    """Positions as unit vectors from the Earth's centre, shape (..., 3)."""
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
        mean = unit_vectors(np.atleast_1d(lat), np.atleast_1d(lon)).mean(axis=0)
        norm = float(np.linalg.norm(mean))
        if norm < 1e-6:  # positions spread evenly over the Earth have no middle
            return cls(np.array([1.0, 0.0, 0.0]))
        return cls(mean / norm)

    def rounded(self, spread_deg: float) -> "Plane":
        """Plane about a fixed middle near this one, the same for similar positions.

        Parameters
        ----------
        spread_deg : float
            Largest angle of the positions from the middle; the fixed middles (centres
            of H3 cells) lie closer for positions that lie closer.
        """
        resolution = next(r for least, r in _MIDDLES if spread_deg >= least)
        here = self.unproject(np.zeros((1, 2)))
        lat, lon = cell_centre(
            cell_of(lat=float(here[0][0]), lon=float(here[1][0]), resolution=resolution)
        )
        return Plane(unit_vectors(lat, lon))

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
        cosine = np.clip(unit_vectors(lat, lon) @ self.centre, -1.0, 1.0)
        return np.asarray(np.degrees(np.arccos(cosine)))

    def project(self, *, lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
        """Plane coordinates in km, shape (..., 2)."""
        vectors = unit_vectors(lat, lon)
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
    tiles = [
        piece
        for _, _, pieces in _tiles_near(plane, reach_deg, land)
        for piece in pieces
    ]
    return _drawn(plane, tiles)


def widened_on_plane(
    plane: Plane,
    *,
    reach_deg: float,
    margin_km: float,
    land: Sequence[BaseGeometry] | None = None,
) -> npt.NDArray[np.object_]:
    """Land widened by a distance, within an angle of the plane's centre.

    Parameters
    ----------
    plane : Plane
        Where to draw it.
    reach_deg : float
        How far from the centre land matters.
    margin_km : float
        How far land is widened on the ground; up to 3 % more is taken.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees.

    Returns
    -------
    ndarray of polygon
        In plane coordinates; they overlap.
    """
    drawn: list[BaseGeometry] = []
    for west, south, pieces in _tiles_near(plane, reach_deg, land):
        half = _TILE_DEG / 2.0
        local = Plane.about(lat=south + half, lon=west + half)
        wide = shapely.union_all(
            shapely.buffer(_drawn(local, pieces), margin_km * (1.0 + _MARGIN_SPARE))
        )
        thin = shapely.simplify(wide, margin_km * _MARGIN_SPARE / 2.0)
        drawn.extend(_polygons_of(_moved(thin, local, plane)))
    return np.array(drawn, dtype=object)


def _moved(geometry: BaseGeometry, source: Plane, target: Plane) -> BaseGeometry:
    """Redraw a geometry of one plane on another; straight lines stay straight."""

    def redrawn(xy: FloatArray) -> FloatArray:
        lat, lon = source.unproject(xy)
        return target.project(lat=lat, lon=lon)

    return shapely.transform(geometry, redrawn)


def _tiles_near(
    plane: Plane, reach_deg: float, land: Sequence[BaseGeometry] | None
) -> Iterator[tuple[int, int, Sequence[BaseGeometry]]]:
    """West and south edge of each tile with land near the plane, and the land."""
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
    for x, y in zip(west[near].tolist(), south[near].tolist(), strict=True):
        pieces = _bundled_tile(x, y) if other is None else _cut_tile(other, x, y)
        if pieces:
            yield x, y, pieces


def _drawn(plane: Plane, pieces: Sequence[BaseGeometry]) -> npt.NDArray[np.object_]:
    if not len(pieces):
        return np.empty(0, dtype=object)

    def to_plane(coordinates: FloatArray) -> FloatArray:
        return plane.project(lat=coordinates[:, 1], lon=coordinates[:, 0])

    return _polygons_of(shapely.transform(np.array(pieces), to_plane))


def _polygons_of(
    geometry: BaseGeometry | npt.NDArray[np.object_],
) -> npt.NDArray[np.object_]:
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
    return np.asarray(parts[shapely.get_type_id(parts) == 3], dtype=object)
