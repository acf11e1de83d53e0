"""The bundled coastline: Natural Earth land at two scales, and what lies on it.

Natural Earth is in the public domain; the files are the TopoJSON of the npm package
``world-atlas`` 2.0.2, unchanged. The 1:50 million coast leaves out islands below about
1 km and is drawn to about 1 km, so a position nearer than that to the coast is not
certainly at sea.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

__all__ = ["is_on_land", "land_geojson", "land_in_bbox", "land_polygons"]

_ASSETS = Path(__file__).resolve().parent / "assets"

Scale = Literal["50m", "110m"]
_HALF_TURN_DEG = 180.0


@lru_cache(maxsize=2)
def land_polygons(scale: Scale = "50m") -> tuple[BaseGeometry, ...]:
    """Land as valid polygons in WGS 84 degrees, longitude in [-180, 180]."""
    topology = json.loads((_ASSETS / f"land-{scale}.json").read_text(encoding="utf-8"))
    arcs = _decoded_arcs(topology)
    parts: list[BaseGeometry] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        groups = geometry["arcs"]
        for rings in groups if geometry["type"] == "MultiPolygon" else [groups]:
            shell, *holes = [_on_the_map(_ring(ring, arcs)) for ring in rings]
            land = shapely.difference(shell, shapely.union_all(holes))
            parts.extend(_polygons(land))
    return tuple(parts)


def _polygons(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Leave out the points and lines that a cut may produce."""
    return [
        part
        for part in shapely.get_parts(geometry)
        if part.geom_type == "Polygon" and not part.is_empty
    ]


def _on_the_map(ring: npt.NDArray[np.float64]) -> BaseGeometry:
    """Bring a ring that runs past 180 degrees back into the map, in pieces."""
    world = shapely.box(-180.0, -90.0, 180.0, 90.0)
    area = shapely.make_valid(shapely.Polygon(ring))
    copies = [shapely.affinity.translate(area, xoff=turn) for turn in (-360, 0, 360)]
    return shapely.union_all(shapely.intersection(np.array(copies), world))


def _decoded_arcs(topology: dict[str, Any]) -> list[npt.NDArray[np.float64]]:
    """Undo TopoJSON's delta encoding and quantisation."""
    scale = np.array(topology["transform"]["scale"])
    translate = np.array(topology["transform"]["translate"])
    return [
        np.cumsum(np.asarray(arc, dtype=np.float64), axis=0) * scale + translate
        for arc in topology["arcs"]
    ]


def _ring(
    indices: list[int], arcs: list[npt.NDArray[np.float64]]
) -> npt.NDArray[np.float64]:
    """Join arcs into a ring; a negative index means the arc runs backwards.

    The files have no cut at 180 degrees, so longitudes are unwrapped to run on past
    it, and a ring that goes once round the Earth is closed through its pole.
    """
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    joined = np.concatenate([pieces[0], *[piece[1:] for piece in pieces[1:]]])
    joined[:, 0] = np.unwrap(joined[:, 0], period=360.0)
    if abs(joined[-1, 0] - joined[0, 0]) > _HALF_TURN_DEG:
        pole = float(np.copysign(90.0, joined[:, 1].mean()))
        caps = [[joined[-1, 0], pole], [joined[0, 0], pole]]
        joined = np.concatenate([joined, caps])
    return joined


@lru_cache(maxsize=1)
def _prepared_land() -> npt.NDArray[np.object_]:
    """Land polygons with their edges indexed, which makes a query 100 times faster."""
    polygons = np.array(land_polygons("50m"), dtype=object)
    shapely.prepare(polygons)
    return polygons


@lru_cache(maxsize=1)
def _land_tree() -> shapely.STRtree:
    return shapely.STRtree(land_polygons("50m"))


def is_on_land(*, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether positions lie on land at 1:50 million.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees, longitude in [-180, 180).

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    lats, lons = np.atleast_1d(lat), np.atleast_1d(lon)
    polygons = _prepared_land()
    points, boxes = _land_tree().query(shapely.points(lons, lats))
    inside = shapely.intersects_xy(polygons[boxes], lons[points], lats[points])
    on_land = np.zeros(len(lats), dtype=bool)
    on_land[points[inside]] = True
    return on_land


def land_in_bbox(
    *, west: float, south: float, east: float, north: float, scale: Scale = "50m"
) -> list[BaseGeometry]:
    """Land polygons cut to a box (west < east), for a map or a grid."""
    box = shapely.box(west, south, east, north)
    cut = shapely.intersection(np.array(land_polygons(scale), dtype=object), box)
    return [polygon for part in cut for polygon in _polygons(part)]


def land_geojson(
    *, west: float, south: float, east: float, north: float, scale: Scale = "50m"
) -> dict[str, Any]:
    """Land cut to a box as a GeoJSON FeatureCollection, coordinates to 1e-3 degrees."""
    polygons = land_in_bbox(west=west, south=south, east=east, north=north, scale=scale)
    rounded = shapely.set_precision(np.array(polygons, dtype=object), 1e-3)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": json.loads(shapely.to_geojson(polygon)),
            }
            for polygon in rounded
            if not polygon.is_empty
        ],
    }
