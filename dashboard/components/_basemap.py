"""What lies under and over every map: sea, land, grid of degrees, scale bar."""

from math import cos, floor, radians
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.coastline import land_geojson
from core.units import km_to_nautical_miles
from dashboard.components._frame import MAX_LAT, MapFrame, round_down, round_up
from dashboard.components.formats import number
from dashboard.theme import MAP_COLOURS, theme_name

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = ["base_layers", "reference_layers"]

_KM_PER_DEGREE = 111.195
_WIDE_DEG = 40.0
_TEXT_SIZE, _NORTH_SIZE = 12, 15


def base_layers(frame: MapFrame) -> list["pdk.Layer"]:
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    middle = (frame.west + frame.east) / 2
    sea = [
        [middle - 180, -MAX_LAT],
        [middle + 180, -MAX_LAT],
        [middle + 180, MAX_LAT],
        [middle - 180, MAX_LAT],
    ]
    return [
        pdk.Layer(
            "SolidPolygonLayer",
            [{"ring": sea}],
            id="sea",
            get_polygon="ring",
            get_fill_color=list(colours.sea),
        ),
        pdk.Layer(
            "GeoJsonLayer",
            _land(frame.west, frame.south, frame.east, frame.north),
            id="land",
            filled=True,
            stroked=True,
            get_fill_color=list(colours.land),
            get_line_color=list(colours.coast),
            line_width_min_pixels=0.7,
        ),
        pdk.Layer(
            "PathLayer",
            _grid(frame)[0],
            id="grid",
            get_path="path",
            get_color=[*colours.grid, 150],
            width_min_pixels=0.6,
            width_max_pixels=0.6,
        ),
    ]


@st.cache_data(show_spinner=False, max_entries=32)
def _land(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Land around a frame: fine near it, coarse for the rest of the world."""
    wide = east - west > _WIDE_DEG
    if wide:
        left, right, bottom, top = (
            -180.0 + (west + east) / 2,
            180.0 + (west + east) / 2,
            -MAX_LAT,
            MAX_LAT,
        )
    else:
        pad_x, pad_y = (east - west) * 2.0 + 2.0, (north - south) * 2.0 + 2.0
        left, right = west - pad_x, east + pad_x
        bottom, top = max(south - pad_y, -MAX_LAT), min(north + pad_y, MAX_LAT)
    features: list[dict[str, Any]] = []
    for shift in (-360.0, 0.0, 360.0):
        part_west, part_east = max(left - shift, -180.0), min(right - shift, 180.0)
        if part_west >= part_east:
            continue
        cut = land_geojson(
            west=part_west,
            south=bottom,
            east=part_east,
            north=top,
            scale="110m" if wide else "50m",
        )
        features += [_shifted(feature, shift) for feature in cut["features"]]
    return {"type": "FeatureCollection", "features": features}


def _shifted(feature: dict[str, Any], shift: float) -> dict[str, Any]:
    if shift == 0.0:
        return feature
    rings = [
        [[round(x + shift, 3), y] for x, y in ring]
        for ring in feature["geometry"]["coordinates"]
    ]
    return {**feature, "geometry": {"type": "Polygon", "coordinates": rings}}


def reference_layers(frame: MapFrame) -> list["pdk.Layer"]:
    """Degrees of the grid, north, and a scale bar that is right at any zoom."""
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    labels = _grid(frame)[1]
    bar, bar_label = _scale_bar(frame)
    text = {
        "get_position": "at",
        "get_text": "text",
        "get_size": _TEXT_SIZE,
        "get_color": list(colours.text),
        "character_set": pdk.types.String("auto"),
        "font_family": pdk.types.String("sans-serif"),
    }
    return [
        pdk.Layer(
            "TextLayer",
            labels,
            id="grid-labels",
            get_text_anchor=pdk.types.String("start"),
            get_alignment_baseline=pdk.types.String("bottom"),
            get_pixel_offset=[4, -3],
            **text,
        ),
        pdk.Layer(
            "TextLayer",
            [{"at": _north_at(frame), "text": "↑\nN"}],
            id="north",
            get_text_anchor=pdk.types.String("middle"),
            get_alignment_baseline=pdk.types.String("center"),
            **{**text, "get_size": _NORTH_SIZE},
        ),
        pdk.Layer(
            "PathLayer",
            bar,
            id="scale-bar",
            get_path="path",
            get_color=list(colours.text),
            width_min_pixels=2,
            width_max_pixels=2,
        ),
        pdk.Layer(
            "TextLayer",
            bar_label,
            id="scale-bar-label",
            get_text_anchor=pdk.types.String("middle"),
            get_alignment_baseline=pdk.types.String("bottom"),
            get_pixel_offset=[0, -8],
            **text,
        ),
    ]


#: Nearer than this share of the extent to the upper or right edge, a label is cut off.
_LABEL_SHARE = 0.05


def _north_at(frame: MapFrame) -> list[float]:
    return [
        round(frame.east - 0.03 * frame.width, 5),
        round(frame.north - 0.06 * frame.height, 5),
    ]


def _grid(frame: MapFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    step = round_up(max(frame.width, frame.height) / 6.0)
    step = min(step, 30.0)
    lines: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    reach = 14  # a canvas is wider than the frame, and people pan
    first_x, last_x = floor(frame.west / step) - reach, floor(frame.east / step) + reach
    first_y = floor(frame.south / step) - reach
    last_y = floor(frame.north / step) + reach
    ys = [y * step for y in range(first_y, last_y + 1) if abs(y * step) <= MAX_LAT]
    xs = [x * step for x in range(first_x, last_x + 1)]
    for x in xs:
        lines.append({"path": [[round(x, 4), ys[0]], [round(x, 4), ys[-1]]]})
        if frame.west <= x <= frame.east - _LABEL_SHARE * frame.width:
            labels.append({"at": [round(x, 4), frame.south], "text": _meridian(x)})
    for y in ys:
        lines.append({"path": [[xs[0], round(y, 4)], [xs[-1], round(y, 4)]]})
        if frame.south < y <= frame.north - _LABEL_SHARE * frame.height:
            labels.append({"at": [frame.west, round(y, 4)], "text": _parallel(y)})
    return lines, labels


def _meridian(lon: float) -> str:
    lon = (lon + 180.0) % 360.0 - 180.0
    side = "" if lon in (0.0, -180.0) else "E" if lon > 0 else "W"
    return f"{abs(round(lon, 3)):g}°{side}"


def _parallel(lat: float) -> str:
    side = "" if lat == 0 else "N" if lat > 0 else "S"
    return f"{abs(round(lat, 3)):g}°{side}"


def _scale_bar(frame: MapFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    y = frame.south + frame.height * 0.06
    km_per_degree = _KM_PER_DEGREE * cos(radians(y))
    length_km = round_down(frame.width * km_per_degree / 6.0)
    x1 = frame.east - frame.width * 0.03
    x0 = x1 - length_km / km_per_degree
    tick = frame.height * 0.012
    path = [[x0, y + tick], [x0, y], [x1, y], [x1, y + tick]]
    nautical = km_to_nautical_miles(length_km)
    text = f"{number(length_km, 'km')} ({number(nautical, 'nm')})"
    return (
        [{"path": [[round(a, 5), round(b, 5)] for a, b in path]}],
        [{"at": [round((x0 + x1) / 2, 5), round(y, 5)], "text": text}],
    )
