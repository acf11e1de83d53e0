"""Closed areas as a layer of a map."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dashboard.components.maps import MapFrame

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = ["closed_layers"]

_CLOSED = (120, 120, 120)


def closed_layers(
    features: Sequence[Mapping[str, Any]], frame: MapFrame
) -> "list[pdk.Layer]":
    """Layers of closed areas given as GeoJSON features; tooltips name them."""
    import pydeck as pdk

    drawn = [
        {"polygon": polygon, "tip": _tip(feature["properties"])}
        for feature in features
        for polygon in _polygons(feature["geometry"], frame)
    ]
    if not drawn:
        return []
    return [
        pdk.Layer(
            "PolygonLayer",
            drawn,
            id="planner-closed",
            get_polygon="polygon",
            get_fill_color=[*_CLOSED, 70],
            get_line_color=[*_CLOSED, 255],
            stroked=True,
            line_width_min_pixels=1.5,
            pickable=True,
        )
    ]


def _tip(properties: Mapping[str, Any]) -> str:
    name = properties.get("name") or "Closed area"
    reason = properties.get("reason")
    return f"{name}\n{reason}" if reason else str(name)


def _polygons(
    geometry: Mapping[str, Any], frame: MapFrame
) -> Iterator[list[list[list[float]]]]:
    parts = geometry["coordinates"]
    for rings in parts if geometry["type"] == "MultiPolygon" else [parts]:
        yield [[[frame.place(p[0]), p[1]] for p in ring] for ring in rings]
