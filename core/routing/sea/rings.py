"""Polygons of a GeoJSON geometry, checked and brought onto the map."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from core.errors import RouteInputError

__all__ = ["polygon_of"]

FloatArray = npt.NDArray[np.float64]

_MAX_VERTICES = 20_000
_MAX_RINGS = 1_000
#: A mended polygon may differ by this share of its area, as rounding does.
_AREA_SHARE = 1e-3
_HALF_TURN = 180.0
_WHOLE_TURN = 360.0
_LEAST_RING = 4


def polygon_of(geometry: object) -> BaseGeometry:
    """Polygon or MultiPolygon of a GeoJSON geometry.

    Longitudes may run past 180 degrees. An edge that jumps by more than 180 degrees
    of longitude is taken the short way, across the 180th meridian; one that spans the
    whole map stays. What is not valid is mended only if that keeps the area: a ring
    that crosses itself like a bow tie could mean either of two areas, and is refused.

    Parameters
    ----------
    geometry : object
        What JSON gave.

    Returns
    -------
    Polygon or MultiPolygon
        Valid, longitude in [-180, 180].

    Raises
    ------
    RouteInputError
        If it is no polygon, or one that cannot be used.
    """
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if not isinstance(geometry, Mapping) or kind not in {"Polygon", "MultiPolygon"}:
        raise RouteInputError("expected a Polygon or MultiPolygon")
    given = geometry.get("coordinates")
    polygons = [given] if kind == "Polygon" else given
    if not isinstance(polygons, list | tuple) or not polygons:
        raise RouteInputError("expected coordinates")
    _count(polygons)
    return _joined([_one(rings) for rings in polygons])


def _count(polygons: Sequence[Any]) -> None:
    rings = [
        ring for rings in polygons if isinstance(rings, list | tuple) for ring in rings
    ]
    n_vertices = sum(len(ring) for ring in rings if isinstance(ring, list | tuple))
    if len(rings) > _MAX_RINGS or n_vertices > _MAX_VERTICES:
        raise RouteInputError(
            f"{len(rings)} rings with {n_vertices} vertices, expected at most "
            f"{_MAX_RINGS} and {_MAX_VERTICES}"
        )


def _joined(parts: list[BaseGeometry]) -> BaseGeometry:
    whole = shapely.union_all(parts)
    apart = sum(part.area for part in parts)
    if abs(whole.area - apart) > _AREA_SHARE * apart:
        raise RouteInputError("its polygons overlap")
    return whole


def _one(rings: object) -> BaseGeometry:
    if not isinstance(rings, list | tuple) or not rings:
        raise RouteInputError("expected a list of rings")
    shell, *holes = [_ring(ring) for ring in rings]
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2.0
    holes = [_beside(hole, middle) for hole in holes]
    drawn = shapely.Polygon(shell, holes)
    # Areas of rings by the shoelace formula: a bow tie's halves cancel in it.
    meant = shapely.Polygon(shell).area - sum(shapely.Polygon(h).area for h in holes)
    mended = _polygons_only(shapely.make_valid(drawn))
    if not drawn.is_valid and abs(mended.area - meant) > _AREA_SHARE * abs(meant):
        raise RouteInputError(
            f"not a valid polygon ({shapely.is_valid_reason(drawn):.80}), and mending "
            "it would change its area"
        )
    if not mended.area > 0.0:
        raise RouteInputError("it has no area")
    return _on_the_map(mended)


def _ring(ring: object) -> FloatArray:
    if not isinstance(ring, list | tuple) or len(ring) < _LEAST_RING:
        raise RouteInputError(f"expected rings of at least {_LEAST_RING} positions")
    xy = np.array([_position(one) for one in ring])
    if not np.array_equal(xy[0], xy[-1]):
        raise RouteInputError("a ring does not end where it begins")
    jumps = np.abs(np.diff(xy[:, 0]))
    if (jumps > _HALF_TURN).any() and not (jumps >= _WHOLE_TURN).any():
        xy[:, 0] = np.unwrap(xy[:, 0], period=_WHOLE_TURN)
        if abs(xy[-1, 0] - xy[0, 0]) > _HALF_TURN:
            raise RouteInputError(
                "a ring goes round a pole; draw it along the 180th meridian and the "
                "pole"
            )
    return xy


def _position(value: object) -> tuple[float, float]:
    good = isinstance(value, list | tuple) and 2 <= len(value) <= 4
    if not good or any(type(one) not in {int, float} for one in value):  # type: ignore[attr-defined]
        raise RouteInputError("expected positions as [longitude, latitude]")
    try:
        lon, lat = float(value[0]), float(value[1])  # type: ignore[index]
    except OverflowError as error:
        raise RouteInputError("a coordinate is too large") from error
    if not (isfinite(lon) and isfinite(lat)):
        raise RouteInputError("a coordinate is not a number")
    if not (abs(lat) <= 90.0 and abs(lon) <= _WHOLE_TURN):
        raise RouteInputError(
            f"longitude {lon:g}, latitude {lat:g} is outside [-360, 360], [-90, 90]"
        )
    return lon, lat


def _beside(hole: FloatArray, middle: float) -> FloatArray:
    """Move a hole by whole turns to where its shell was drawn."""
    own = (hole[:, 0].min() + hole[:, 0].max()) / 2.0
    turns = np.round((middle - own) / _WHOLE_TURN)
    return np.asarray(hole + np.array([_WHOLE_TURN * turns, 0.0]))


def _polygons_only(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all(parts[shapely.get_type_id(parts) == 3])


def _on_the_map(area: BaseGeometry) -> BaseGeometry:
    """Bring what runs past 180 degrees back into the map, in pieces."""
    world = shapely.box(-_HALF_TURN, -90.0, _HALF_TURN, 90.0)
    turns = (-_WHOLE_TURN, 0.0, _WHOLE_TURN)
    copies = [shapely.affinity.translate(area, xoff=turn) for turn in turns]
    return _polygons_only(
        shapely.union_all(shapely.intersection(np.array(copies), world))
    )
