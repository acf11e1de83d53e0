"""Sensitive areas from a file that somebody uploaded, and as GeoJSON for the store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from core.density.areas import MAX_AREA_BYTES, parse_area
from core.errors import InputError
from core.priorities.areas import SensitiveArea, factor_of_value

__all__ = [
    "AreasRead",
    "area_from_row",
    "area_geojson",
    "area_properties",
    "parse_sensitive_areas",
    "read_area",
]

_MAX_AREAS = 2_000


@dataclass(frozen=True)
class AreasRead:
    """Areas of a file, and what of it was left out, each with its reason."""

    areas: tuple[SensitiveArea, ...]
    refused: tuple[str, ...] = ()


def read_area(
    data: bytes,
    file_name: str,
    *,
    name: str = "",
    factor: float,
    kind: str = "sensitive",
    months: frozenset[int] = frozenset(),
    buffer_km: float = 0.0,
) -> tuple[SensitiveArea, tuple[str, ...]]:
    """Read a file as one area, all its polygons together, with the properties given.

    Parameters
    ----------
    data, file_name
        GeoJSON, zipped shapefile or GeoPackage, see
        :func:`core.density.areas.parse_area`.
    name : str
        What people call it; the name of the file if empty.
    factor, kind, months, buffer_km
        See :class:`SensitiveArea`.

    Returns
    -------
    area, notes
        Notes say what was read otherwise than written.

    Raises
    ------
    InputError
        If the file or a property cannot be used.
    """
    found = parse_area(data, file_name)
    area = SensitiveArea(
        name=" ".join(name.split()) or found.name,
        polygon=found.polygon,
        factor=factor,
        kind=kind,
        months=months,
        buffer_km=buffer_km,
    )
    return area, found.notes


def parse_sensitive_areas(data: bytes) -> AreasRead:
    """Read a GeoJSON FeatureCollection (or Feature) of areas with properties.

    Parameters
    ----------
    data : bytes
        Each feature a Polygon or MultiPolygon in degrees with the properties
        ``factor`` (1 to 100) or ``value`` (0 to 1, see :func:`factor_of_value`) and,
        if known, ``name``, ``kind``, ``months`` (a list of 1 to 12) and ``buffer_km``.

    Returns
    -------
    AreasRead
        One bad feature does not lose the others.

    Raises
    ------
    InputError
        If the file cannot be read, or no feature of it can be used.
    """
    features = _features(data)
    areas: list[SensitiveArea] = []
    refused: list[str] = []
    for number, feature in enumerate(features, start=1):
        try:
            areas.append(_area(feature, number))
        except InputError as error:
            refused.append(f"feature {number}: {error}")
    if not areas:
        raise InputError("; ".join(refused[:20]) or "the file holds no area")
    return AreasRead(tuple(areas), tuple(refused))


def area_geojson(area: SensitiveArea) -> dict[str, Any]:
    """Return the geometry of an area as GeoJSON, rings as RFC 7946 wants them."""
    turned = shapely.orient_polygons(shapely.normalize(area.polygon))
    made: dict[str, Any] = json.loads(shapely.to_geojson(turned))
    return made


def area_properties(area: SensitiveArea) -> dict[str, Any]:
    """Return what an area says beside its name, kind and geometry."""
    return {
        "factor": area.factor,
        "months": sorted(area.months),
        "buffer_km": area.buffer_km,
    }


def area_from_row(row: Mapping[str, Any]) -> SensitiveArea:
    """Read an area as the store lists it.

    Parameters
    ----------
    row : mapping
        ``area_id, name, kind, geojson, properties``; ``geojson`` may be a geometry or a
        feature.

    Raises
    ------
    InputError
        If the row is no sensitive area.
    """
    document = row["geojson"]
    if document.get("type") == "Feature":
        document = document["geometry"]
    fields = row["properties"]
    return SensitiveArea(
        name=row["name"],
        polygon=_geometry(document),
        factor=_factor(fields),
        kind=row["kind"],
        months=_months(fields.get("months")),
        buffer_km=_number(fields.get("buffer_km") or 0.0, "buffer_km"),
        area_id=str(row["area_id"]),
    )


def _features(data: bytes) -> Sequence[Any]:
    if len(data) > MAX_AREA_BYTES:
        raise InputError(
            f"the file of areas has {len(data) / 1e6:.0f} MB, at most "
            f"{MAX_AREA_BYTES / 1e6:.0f} MB is read"
        )
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"expected GeoJSON with a factor for each area, got {error!s:.80}"
        ) from error
    kind = document.get("type") if isinstance(document, Mapping) else None
    if kind == "Feature":
        return [document]
    features = document.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise InputError("expected a GeoJSON FeatureCollection or Feature")
    if len(features) > _MAX_AREAS:
        raise InputError(f"{len(features)} areas, at most {_MAX_AREAS} are read")
    return features


def _area(feature: object, number: int) -> SensitiveArea:
    if not isinstance(feature, Mapping):
        raise InputError("expected a Feature")
    fields = feature.get("properties")
    fields = fields if isinstance(fields, Mapping) else {}
    name = fields.get("name")
    return SensitiveArea(
        name=_name(name) or f"area {number}",
        polygon=_geometry(feature.get("geometry")),
        factor=_factor(fields),
        kind=str(fields.get("kind") or "sensitive"),
        months=_months(fields.get("months")),
        buffer_km=_number(fields.get("buffer_km") or 0.0, "buffer_km"),
    )


def _name(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _factor(fields: Mapping[str, Any]) -> float:
    factor, value = fields.get("factor"), fields.get("value")
    if factor is not None and value is not None:
        raise InputError("has both a factor and a value; expected one of them")
    if factor is not None:
        return _number(factor, "factor")
    if value is not None:
        return factor_of_value(_number(value, "value"))
    raise InputError(
        'has no factor; expected the property "factor" (1 to 100: how much debris '
        'counts there) or "value" (0 to 1)'
    )


def _number(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{field} is {str(value)[:40]!r}, expected a number")
    return float(value)


def _months(value: object) -> frozenset[int]:
    if value is None or value == []:
        return frozenset()
    months = value if isinstance(value, list) else [value]
    if not all(type(one) is int and 1 <= one <= 12 for one in months):
        raise InputError(f"months is {str(value)[:40]!r}, expected a list of 1 to 12")
    return frozenset(months)


def _geometry(value: object) -> BaseGeometry:
    if not isinstance(value, Mapping) or value.get("type") not in (
        "Polygon",
        "MultiPolygon",
    ):
        raise InputError("expected a Polygon or MultiPolygon geometry")
    try:
        return shapely.from_geojson(json.dumps(value))
    except (ShapelyError, ValueError, RecursionError) as error:
        raise InputError(
            "an outline is broken; every ring needs four corners or more in numbers, "
            "the last equal to the first"
        ) from error
