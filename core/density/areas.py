"""Areas on the sphere: what a person drew or uploaded, and the sea inside it.

An edge of an area is a straight line in longitude and latitude, as GeoJSON has it
(RFC 7946, 3.1.1). Its area on the sphere then has a closed form: by Green's theorem it
is the integral of sin(latitude) over longitude along its rings.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from core.coastline import land_in_bbox
from core.density._area_files import read_polygons
from core.density.cells import Bbox
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["MAX_AREA_BYTES", "Area", "make_area", "parse_area", "polygon_area_km2"]

FloatArray = npt.NDArray[np.float64]

#: A larger file is refused: an area of interest needs a few thousand corners.
MAX_AREA_BYTES = 20_000_000
#: More corners than this make every question about the area slow.
MAX_CORNERS = 200_000
_WORLD = shapely.box(-180.0, -90.0, 180.0, 90.0)
_MAX_NAME = 120


@dataclass(frozen=True)
class Area:
    """A part of the Earth's surface that somebody marked.

    Attributes
    ----------
    name : str
        What people call it.
    polygon : shapely Polygon or MultiPolygon
        Valid, WGS 84 degrees, longitude in [-180, 180]; cut in two at 180 degrees.
    notes : tuple of str
        What was read otherwise than written, for a person.
    """

    name: str
    polygon: BaseGeometry
    notes: tuple[str, ...] = ()

    @cached_property
    def area_km2(self) -> float:
        """Area on the sphere, land included, km2."""
        return polygon_area_km2(self.polygon)

    @cached_property
    def sea(self) -> BaseGeometry:
        """The part that is not land at 1:50 million."""
        west, south, east, north = self.polygon.bounds
        land = land_in_bbox(west=west, south=south, east=east, north=north)
        return shapely.difference(self.polygon, shapely.union_all(land))

    @cached_property
    def sea_km2(self) -> float:
        """Area of the sea inside, km2."""
        return polygon_area_km2(self.sea)

    @cached_property
    def bbox(self) -> Bbox:
        """Smallest box around the area; west greater than east crosses 180 degrees."""
        west, south, east, north = self.polygon.bounds
        parts = np.array([p.bounds for p in shapely.get_parts(self.polygon)])
        if west > -180.0 or east < 180.0 or len(parts) == 1:
            return Bbox(west, south, east, north)
        left = parts[:, 0] + np.where(parts[:, 2] <= 0.0, 360.0, 0.0)
        right = parts[:, 2] + np.where(parts[:, 2] <= 0.0, 360.0, 0.0)
        if right.max() - left.min() >= 360.0:
            return Bbox(west, south, east, north)
        return Bbox(float(left.min()), south, float(right.max()) - 360.0, north)

    def covers(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Whether positions lie inside or on the edge.

        Parameters
        ----------
        lat, lon : array_like of float, shape (n,)
            WGS 84 degrees.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        x, y = normalise_lon(lon), np.asarray(lat, dtype=np.float64)
        shapely.prepare(self.polygon)
        inside = shapely.intersects_xy(self.polygon, x, y)
        # A point at exactly 180 degrees is stored at -180 and belongs to both edges.
        seam = (x == -180.0) & ~inside
        inside[seam] = shapely.intersects_xy(self.polygon, 180.0, y[seam])
        return np.asarray(inside)


def parse_area(data: bytes, name: str) -> Area:
    """Read an area from a file that somebody uploaded.

    Parameters
    ----------
    data : bytes
        GeoJSON (a Polygon, MultiPolygon, Feature or FeatureCollection), a zipped
        shapefile, or a GeoPackage. All polygons of the file together are the area.
    name : str
        Name of the file; the area gets it without folders and ending.

    Returns
    -------
    Area
        Self-crossing outlines are mended and areas across 180 degrees are cut there;
        ``notes`` says so.

    Raises
    ------
    InputError
        If the file is too large, broken, no area, or not on Earth; the message says
        what was expected and what came.
    """
    if len(data) > MAX_AREA_BYTES:
        raise InputError(
            f"{_short(name)}: {len(data) / 1e6:.0f} MB, an area may have at most "
            f"{MAX_AREA_BYTES / 1e6:.0f} MB; simplify its outline"
        )
    shapes, notes = read_polygons(data, name)
    return make_area(_stem(name), shapes, notes=notes, record=_short(name))


def make_area(
    name: str,
    shapes: BaseGeometry | list[BaseGeometry],
    *,
    notes: tuple[str, ...] = (),
    record: str = "area",
) -> Area:
    """Bring polygons in degrees onto the map as one valid area.

    Parameters
    ----------
    name : str
        What people call it.
    shapes : shapely geometry or list of them
        Polygons and MultiPolygons; longitude from -360 to 360.
    notes : tuple of str
        What was already read otherwise than written.
    record : str
        How a message names the area.

    Raises
    ------
    InputError
        If nothing of them covers any part of the Earth.
    """
    polygons = _polygons(shapely.get_parts(shapes))
    said = list(notes)
    corners = int(sum(shapely.get_num_coordinates(one) for one in polygons))
    if not polygons:
        raise InputError(f"{record}: holds no polygon; draw or export an area")
    if corners > MAX_CORNERS:
        raise InputError(
            f"{record}: {corners:,} corners, an area may have at most "
            f"{MAX_CORNERS:,}; simplify its outline"
        )
    placed = []
    for polygon in polygons:
        _refuse_off_earth(polygon, record)
        placed.append(_on_the_map(_mended(_unwrapped(polygon, said), said), said))
    joined = shapely.union_all(placed)
    parts = _polygons(shapely.get_parts(joined))
    if not parts or joined.area == 0.0:
        raise InputError(f"{record}: its outline encloses nothing")
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return Area(name, whole, tuple(dict.fromkeys(said)))


def polygon_area_km2(polygon: BaseGeometry) -> float:
    """Area on the sphere of a polygon in degrees, km2, exact for straight edges.

    Parameters
    ----------
    polygon : shapely geometry
        Polygons in it count, holes taken off; points and lines have no area.

    Examples
    --------
    >>> round(polygon_area_km2(shapely.box(-180.0, -90.0, 180.0, 90.0)) / 1e6)
    510
    """
    total = 0.0
    for part in _polygons(shapely.get_parts(polygon)):
        total += _ring_area(part.exterior)
        total -= sum(_ring_area(hole) for hole in part.interiors)
    return total


def _ring_area(ring: BaseGeometry) -> float:
    lon, lat = np.radians(shapely.get_coordinates(ring)).T
    half_step = np.diff(lat) / 2.0
    middle = (lat[:-1] + lat[1:]) / 2.0
    # Integral of sin(lat) along an edge; numpy's sinc has a pi inside.
    along = np.diff(lon) * np.sin(middle) * np.sinc(half_step / np.pi)
    return float(EARTH_RADIUS_KM**2 * abs(along.sum()))


def _refuse_off_earth(polygon: BaseGeometry, record: str) -> None:
    at = shapely.get_coordinates(polygon)
    if not np.isfinite(at).all():
        raise InputError(f"{record}: a corner is not a number")
    lon, lat = at[:, 0], at[:, 1]
    if np.abs(lat).max() > 90.0 or np.abs(lon).max() > 360.0:
        bad = int(np.argmax((np.abs(lat) > 90.0) | (np.abs(lon) > 360.0)))
        raise InputError(
            f"{record}: corner {lon[bad]:g}, {lat[bad]:g} is not a longitude and "
            "latitude in degrees; export the area in WGS 84 (EPSG:4326)"
        )


def _unwrapped(polygon: BaseGeometry, notes: list[str]) -> BaseGeometry:
    """Take an edge that jumps from 179 to -179 the short way round."""
    lon = shapely.get_coordinates(polygon)[:, 0]
    width = float(lon.max() - lon.min())
    rings = [polygon.exterior, *polygon.interiors]
    jumps = max(float(np.abs(np.diff(_lon(ring))).max()) for ring in rings)
    # An edge of a whole turn is the edge of a world map and no jump.
    if not 180.0 < jumps < 360.0 or width >= 360.0:
        return polygon
    shell, *holes = [_unwrapped_ring(ring) for ring in rings]
    if abs(shell[-1, 0] - shell[0, 0]) > 180.0:
        raise InputError(
            "the area goes round a pole; cut it along 180 degrees, so that its outline "
            "runs up to the pole and back"
        )
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2.0
    for hole in holes:
        offset = (hole[:, 0].min() + hole[:, 0].max()) / 2.0 - middle
        hole[:, 0] -= 360.0 * np.round(offset / 360.0)
    notes.append("an edge wider than 180 degrees was taken the short way round")
    return shapely.Polygon(shell, holes)


def _unwrapped_ring(ring: BaseGeometry) -> FloatArray:
    at = shapely.get_coordinates(ring)
    at[:, 0] = np.unwrap(at[:, 0], period=360.0)
    return np.asarray(at)


def _lon(ring: BaseGeometry) -> FloatArray:
    return np.asarray(shapely.get_coordinates(ring)[:, 0])


def _mended(polygon: BaseGeometry, notes: list[str]) -> BaseGeometry:
    if polygon.is_valid:
        return polygon
    notes.append("an outline that crosses itself was mended; check its shape")
    return shapely.make_valid(polygon)


def _on_the_map(polygon: BaseGeometry, notes: list[str]) -> BaseGeometry:
    west, _, east, _ = polygon.bounds
    if west >= -180.0 and east <= 180.0:
        return polygon
    if west < 180.0 < east or west < -180.0 < east:
        notes.append("the area lies across 180 degrees and was cut there")
    copies = [
        translate(polygon, xoff=turn).intersection(_WORLD)
        for turn in (-720.0, -360.0, 0.0, 360.0, 720.0)
    ]
    return shapely.union_all(copies)


def _polygons(shapes: npt.ArrayLike) -> list[BaseGeometry]:
    """Every polygon among geometries, collections opened."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
    return [p for p in parts if p.geom_type == "Polygon" and not p.is_empty]


def _short(name: str) -> str:
    """File name without folders and control characters, for a message."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[:_MAX_NAME] or "area"


def _stem(name: str) -> str:
    last = _short(name)
    return last.rpartition(".")[0].strip() or last
