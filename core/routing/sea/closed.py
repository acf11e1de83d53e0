"""Closed areas: parts of the sea that legs keep out of, always or for a time.

They come from a person's file: GeoJSON (RFC 7946) or a zipped shapefile. An area that
cannot be used is named and left out, and the rest is kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.errors import RouteInputError
from core.routing.rejected import Rejected, shown
from core.routing.sea.rings import polygon_of

__all__ = [
    "ClosedArea",
    "ClosedAreasRead",
    "areas_at",
    "closed_during",
    "parse_closed_areas",
]

_MAX_BYTES = 20_000_000
_MAX_AREAS = 2_000
_MAX_NAME = 120
_MAX_REASON = 500
_MONTHS = 12
_ZIP_START = b"PK\x03\x04"


@dataclass(frozen=True, eq=False)
class ClosedArea:
    """An area that vessels keep out of.

    Parameters
    ----------
    name : str
        What people call it.
    polygon : Polygon or MultiPolygon
        Degrees, longitude in [-180, 180], valid, cut at 180 degrees; edges are
        straight on a plain longitude-latitude map, as in GeoJSON.
    reason : str
        Why it is closed.
    from_at, until_at : datetime, optional
        First and last moment it is closed, UTC; open-ended when not given.
    months : frozenset of int
        Months of the year (1 to 12, UTC) in which it is closed; every month when
        empty.
    """

    name: str
    polygon: BaseGeometry
    reason: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    months: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what is no polygon on the map."""
        polygon = self.polygon
        if polygon.geom_type not in {"Polygon", "MultiPolygon"} or polygon.is_empty:
            raise RouteInputError(f"closed area {self.name}: expected a polygon")
        west, south, east, north = polygon.bounds
        on_map = -180.0 <= west <= east <= 180.0 and -90.0 <= south <= north <= 90.0
        if not on_map or not polygon.is_valid:
            raise RouteInputError(
                f"closed area {self.name}: expected a valid polygon with longitude "
                "in [-180, 180]"
            )

    def is_closed_during(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether it is closed at any moment from ``start_at`` to ``end_at``."""
        first = max(start_at, self.from_at or start_at)
        last = min(end_at, self.until_at or end_at)
        return first <= last and (
            not self.months or bool(self.months & _months_between(first, last))
        )


@dataclass(frozen=True)
class ClosedAreasRead:
    """Areas of a file, and what of it was left out."""

    areas: tuple[ClosedArea, ...]
    rejected: tuple[Rejected, ...]


def _months_between(first: datetime, last: datetime) -> set[int]:
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    n_months = (last.year - first.year) * _MONTHS + last.month - first.month
    return {(first.month - 1 + k) % _MONTHS + 1 for k in range(min(n_months, 11) + 1)}


def closed_during(
    areas: Sequence[ClosedArea], start_at: datetime, end_at: datetime
) -> tuple[ClosedArea, ...]:
    """Areas closed at any moment of a time span.

    A plan takes them as closed for its whole span: that is the careful side, and a
    plan does not depend on when a vessel passes.
    """
    return tuple(area for area in areas if area.is_closed_during(start_at, end_at))


def areas_at(
    areas: Sequence[ClosedArea], *, lat: npt.ArrayLike, lon: npt.ArrayLike
) -> tuple[ClosedArea | None, ...]:
    """First of some areas that holds each position; its edge belongs to it."""
    at = shapely.points(np.atleast_1d(lon), np.atleast_1d(lat))
    found: list[ClosedArea | None] = [None] * len(at)
    for area in reversed(areas):
        shapely.prepare(area.polygon)
        for i in np.flatnonzero(shapely.intersects(area.polygon, at)):
            found[i] = area
    return tuple(found)


def parse_closed_areas(data: bytes) -> ClosedAreasRead:
    """Read closed areas from GeoJSON or a zipped shapefile.

    Parameters
    ----------
    data : bytes
        A FeatureCollection or one Feature, with Polygon or MultiPolygon geometries
        and the properties ``name``, ``reason``, ``from`` and ``until`` (ISO 8601 with
        a time zone) and ``months`` (a list of 1 to 12), all optional. Or a zip with
        one shapefile that has columns of these names, ``months`` as ``"5,6,7"``.

    Raises
    ------
    RouteInputError
        If the file as a whole cannot be read.
    """
    if len(data) > _MAX_BYTES:
        raise RouteInputError(
            f"the file of closed areas has {len(data)} bytes, expected at most "
            f"{_MAX_BYTES}"
        )
    if data.startswith(_ZIP_START):
        from core.routing.sea.closed_shapefile import features_of_zip

        features: Sequence[Any] = features_of_zip(data)
    else:
        features = _features(data)
    if len(features) > _MAX_AREAS:
        raise RouteInputError(
            f"{len(features)} closed areas, expected at most {_MAX_AREAS}"
        )
    areas, rejected = [], []
    for i, feature in enumerate(features):
        try:
            areas.append(_area(feature, i))
        except _RefusedError as refused:
            rejected.append(refused.as_rejected(feature, i))
    return ClosedAreasRead(tuple(areas), tuple(rejected))


def _features(data: bytes) -> list[Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RouteInputError(
            f"closed areas: expected GeoJSON or a zipped shapefile, got {error!s:.80}"
        ) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        return [document]
    features = document.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise RouteInputError(
            "closed areas: expected a GeoJSON FeatureCollection or Feature"
        )
    return features


class _RefusedError(Exception):
    """One field of a record cannot be used."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason

    def as_rejected(self, feature: object, i: int) -> Rejected:
        return Rejected(_label(feature, i), self.field, shown(self.value), self.reason)


def _properties(feature: object) -> Mapping[str, Any]:
    found = feature.get("properties") if isinstance(feature, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _label(feature: object, i: int) -> str:
    name = _properties(feature).get("name")
    return f"area {i + 1}" + (f", {name:.60}" if isinstance(name, str) and name else "")


def _area(feature: object, i: int) -> ClosedArea:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise _RefusedError("type", feature, "expected a Feature")
    fields = _properties(feature)
    from_at, until_at = _moment(fields, "from"), _moment(fields, "until")
    if from_at and until_at and until_at < from_at:
        raise _RefusedError("until", fields["until"], "expected no earlier than 'from'")
    try:
        polygon = polygon_of(feature.get("geometry"))
    except RouteInputError as error:
        raise _RefusedError("geometry", "", str(error)) from error
    return ClosedArea(
        name=_text(fields, "name", _MAX_NAME) or f"area {i + 1}",
        polygon=polygon,
        reason=_text(fields, "reason", _MAX_REASON),
        from_at=from_at,
        until_at=until_at,
        months=_months(fields.get("months")),
    )


def _text(fields: Mapping[str, Any], field: str, longest: int) -> str:
    value = fields.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise _RefusedError(
            field, value, f"expected a text of at most {longest} characters"
        )
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _moment(fields: Mapping[str, Any], field: str) -> datetime | None:
    value = fields.get(field)
    if value is None or value == "":
        return None
    expected = "expected a time with its zone, like 2026-05-01T00:00:00Z"
    if not isinstance(value, str):
        raise _RefusedError(field, value, expected)
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise _RefusedError(field, value, expected)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _RefusedError(field, value, expected) from error


def _months(value: object) -> frozenset[int]:
    if value is None:
        return frozenset()
    months = value if isinstance(value, list) else []
    good = all(type(one) is int and 1 <= one <= _MONTHS for one in months)
    if not good or not 0 < len(months) <= _MONTHS:
        raise _RefusedError("months", value, "expected a list of months from 1 to 12")
    return frozenset(months)
