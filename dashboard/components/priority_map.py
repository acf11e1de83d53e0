"""Places by priority on a map, with the sensitive areas around them."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any

import shapely
import streamlit as st

from dashboard.components.formats import interval, number
from dashboard.components.maps import MapFrame, Scale, draw_map, legend, records
from dashboard.components.priority_words import UNIT, place_name
from dashboard.theme import MAP_COLOURS, theme_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pydeck as pdk

    from core.priorities import SensitiveArea

__all__ = ["no_area_note", "priority_map"]

_HEIGHT = 460
_ALPHA = 225
_MIN_PX, _MAX_PX = 5.0, 18.0
#: Outlines are drawn to this part of the map's width, less than a pixel or two.
_FINENESS = 1.0 / 1_000.0
_SHOWN = (
    "place",
    "lat",
    "lon",
    "mass_kg",
    "mass_low_kg",
    "mass_high_kg",
    "priority",
    "priority_low",
    "priority_high",
    "reason",
    "rank",
)


def priority_map(
    frame: "pd.DataFrame", areas: "Sequence[SensitiveArea]", extent: MapFrame
) -> str | None:
    """Draw places coloured by priority; return the place that was clicked.

    Parameters
    ----------
    frame : DataFrame
        Ranked places of :class:`dashboard.priority_data.Ranking`.
    areas : sequence of SensitiveArea
        Areas to outline.
    extent : MapFrame
        Extent of all observations, so that the view stays while filters change.
    """
    scale = Scale.over(frame["priority"].tolist(), UNIT)
    marks = {"▢": "sensitive area"} if areas else {}
    is_cells = "h3" in frame
    if is_cells and (frame["priority"] == 0.0).any():
        marks["⬡"] = "searched, none seen"
    legend(scale, label="Priority", marks=marks)
    rows = [
        {**row, "tip": _tip(row), "colour": _colour(row["priority"], scale)}
        for row in records(frame[list(_SHOWN)])
    ]
    layers = [_cells(rows, extent) if is_cells else _circles(rows, scale, extent)]
    n_known = int((frame["priority"] > 0.0).sum())
    picked = draw_map(
        [*layers, *_outlines(areas, extent)],
        extent,
        key="priorities_deck",
        height=_HEIGHT,
        alt=f"Map of {n_known} places by priority and {len(areas)} sensitive areas. "
        "The table below holds every figure.",
        select=True,
    )
    chosen = (p[0] for layer, p in picked.items() if layer != "priority-areas")
    return next((str(one["place"]) for one in chosen if "place" in one), None)


def _cells(rows: list[dict[str, Any]], extent: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    drawn = [
        {
            "place": row["place"],
            "tip": row["tip"],
            "ring": _ring(row["place"], extent),
            "colour": row["colour"] or [*colours.text, 12],
        }
        for row in rows
    ]
    return pdk.Layer(
        "PolygonLayer",
        drawn,
        id="priority-places",
        get_polygon="ring",
        get_fill_color="colour",
        get_line_color=[*colours.coast, 180],
        line_width_min_pixels=1,
        line_width_max_pixels=1,
        stroked=True,
        filled=True,
        pickable=True,
        auto_highlight=True,
        highlight_color=[255, 255, 255, 70],
    )


def _circles(rows: list[dict[str, Any]], scale: Scale, extent: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    drawn = [
        {
            "place": row["place"],
            "tip": row["tip"],
            "at": [round(extent.place(row["lon"]), 4), round(row["lat"], 4)],
            "colour": row["colour"] or [*colours.text, 40],
            "size": _MIN_PX + (_MAX_PX - _MIN_PX) * scale.share(row["priority"] or 0.0),
        }
        for row in rows[::-1]  # what goes first is drawn on top
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        drawn,
        id="priority-places",
        get_position="at",
        get_radius="size",
        radius_units=pdk.types.String("pixels"),
        get_fill_color="colour",
        get_line_color=list(colours.sea),
        stroked=True,
        line_width_min_pixels=1,
        pickable=True,
        auto_highlight=True,
        highlight_color=[255, 255, 255, 70],
    )


def _outlines(
    areas: "Sequence[SensitiveArea]", extent: MapFrame
) -> "Iterator[pdk.Layer]":
    import pydeck as pdk

    drawn = [
        {
            "polygon": rings,
            "tip": f"{area.name}\nDebris counts {number(area.factor, digits=2)} times",
        }
        for area in areas
        for rings in _polygons(area, extent)
    ]
    if drawn:
        text = MAP_COLOURS[theme_name()].text
        yield pdk.Layer(
            "PolygonLayer",
            drawn,
            id="priority-areas",
            get_polygon="polygon",
            get_fill_color=[*text, 18],
            get_line_color=[*text, 255],
            stroked=True,
            line_width_min_pixels=1.5,
            pickable=False,
        )


def _polygons(area: "SensitiveArea", extent: MapFrame) -> Iterator[list[Any]]:
    """Rings of an area in the longitudes of the map."""
    simple = shapely.simplify(area.reach, extent.width * _FINENESS)
    for part in shapely.get_parts(simple):
        rings = json.loads(shapely.to_geojson(part))["coordinates"]
        middle = (part.bounds[0] + part.bounds[2]) / 2.0
        turn = extent.place(middle) - middle
        yield [[[round(x + turn, 4), round(y, 4)] for x, y in ring] for ring in rings]


def _ring(cell: str, extent: MapFrame) -> list[list[float]]:
    """Outline of a cell in the longitudes of the map, uncut across 180 degrees."""
    import h3.api.basic_str as h3_str

    boundary = h3_str.cell_to_boundary(cell)
    first = extent.place(boundary[0][1])
    return [
        [round(first + (lon - first + 180.0) % 360.0 - 180.0, 4), round(lat, 4)]
        for lat, lon in boundary
    ]


def _colour(value: float | None, scale: Scale) -> list[int] | None:
    if value is None or not isfinite(value) or value <= 0.0:
        return None
    return [*scale.colour(value), _ALPHA]


def _tip(row: dict[str, Any]) -> str:
    """Tooltip of a place, as plain text."""
    head = f"No. {row['rank']}, {place_name(row)}" if row["rank"] else place_name(row)
    if row["priority"] is None:
        return f"{head}\nMass not known"
    kilograms = _interval(row, "mass_kg", "mass_low_kg", "mass_high_kg")
    worth = _interval(row, "priority", "priority_low", "priority_high")
    if not row["priority"]:
        most = number(row["mass_high_kg"], "kg", digits=2)
        return f"{head}\nNone seen; at most {most}"
    why = row["reason"].replace("; ", "\n")  # a long line would leave the map
    return f"{head}\n{kilograms} expected\n{worth} of average harm\n{why}"


def _interval(row: dict[str, Any], value: str, low: str, high: str) -> str:
    limits = [float("nan") if row[n] is None else row[n] for n in (value, low, high)]
    return interval(limits[0], limits[1], limits[2], "kg")


def no_area_note(areas: "Sequence[SensitiveArea]") -> None:
    """Say that sensitivity is the same everywhere while there is no area."""
    if not areas:
        st.caption(
            "No sensitive area yet: every place counts the same. Add reserves, reefs, "
            "nesting beaches or ranges under Sensitive areas."
        )
