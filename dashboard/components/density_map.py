"""Map layers of debris: cells that grow finer, points, a smooth field, a choice."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import InputError
from dashboard.components._frame import MapFrame
from dashboard.components.cell_shapes import (
    ALPHA,
    HOLLOW_VIEWS,
    NONE_SEEN_ALPHA,
    cell_ring,
    cell_tip,
)
from dashboard.components.density_views import (
    VIEWS,
    DensityView,
    column_view,
    density_view,
)
from dashboard.components.formats import when
from dashboard.components.maps import records
from dashboard.components.survey_words import counted
from dashboard.theme import MAP_COLOURS, theme_name

if TYPE_CHECKING:
    import pydeck as pdk

    from core.density import PointSample

__all__ = [
    "MAX_MAP_CELLS",
    "VIEWS",
    "DensityView",
    "cell_layers",
    "column_view",
    "density_view",
    "picked_cell",
    "picked_layer",
    "point_layer",
]

#: More cells than this make a map larger than 3 MB.
MAX_MAP_CELLS = 8_000
#: The browser asks for no closer tiles than these and enlarges them instead.
_MAX_TILE_ZOOM = 12


def cell_layers(
    cells: pd.DataFrame,
    view: DensityView,
    frame: MapFrame,
    *,
    tiles: str | None = None,
    points: "PointSample | None" = None,
    labels: Mapping[str, str] | None = None,
) -> "list[pdk.Layer]":
    """Layers of a view, from the bottom up.

    Parameters
    ----------
    cells : DataFrame
        From :meth:`core.density.MapIndex.cells`.
    view : DensityView
        From `density_view` for the same cells.
    frame : MapFrame
        The map's extent; cells are drawn in its longitudes.
    tiles : str, optional
        Address of tiles from ``map_data.tiles_of``: then the browser fetches cells
        that grow finer with the zoom, and ``cells`` are not sent.
    points : PointSample, optional
        What the Sightings view draws instead of cells.
    labels : mapping of str to str, optional
        Category codes to names, for the tooltips of points.

    Raises
    ------
    InputError
        If there are more than ``MAX_MAP_CELLS`` cells to send.
    """
    if view.name == "Sightings" and points is not None:
        return [point_layer(points, view, frame, labels or {})]
    if tiles is not None:
        return [_tile_layer(tiles)]
    if len(cells) > MAX_MAP_CELLS:
        raise InputError(
            f"{len(cells):,} cells on one map, at most {MAX_MAP_CELLS:,}; narrow the "
            "filters or choose larger cells"
        )
    return _still_layers(cells, view, frame)


def picked_cell(picked: Mapping[str, Sequence[Mapping[str, Any]]]) -> str | None:
    """Name of the cell that was clicked, in what `draw_map` returns."""
    for objects in picked.values():
        for one in objects:
            name = one.get("h3") or dict(one.get("properties") or {}).get("h3")
            if name:
                return str(name)
    return None


def picked_layer(cell: str, frame: MapFrame) -> "pdk.Layer":
    """Thick outline of the chosen cell."""
    import pydeck as pdk

    ring = cell_ring(cell, (frame.west + frame.east) / 2)
    return pdk.Layer(
        "PathLayer",
        [{"path": [*ring, ring[0]]}],
        id="picked-cell",
        get_path="path",
        get_color=[213, 94, 0, 255],
        width_min_pixels=3,
        width_max_pixels=3,
        joint_rounded=True,
    )


def point_layer(
    points: "PointSample",
    view: DensityView,
    frame: MapFrame,
    labels: Mapping[str, str],
) -> "pdk.Layer":
    """Draw records as points, coloured by their count.

    Parameters
    ----------
    points : PointSample
        From ``map_data.sample``.
    view : DensityView
        The Sightings view of the same points.
    frame : MapFrame
        Points are drawn in its longitudes.
    labels : mapping of str to str
        Category codes to names.
    """
    import pydeck as pdk

    return pdk.Layer(
        "ScatterplotLayer",
        [
            {
                "at": [round(frame.place(one["lon"]), 4), round(one["lat"], 4)],
                "c": [*view.scale.colour(one["count"]), ALPHA],
                "tip": _point_tip(one, labels),
            }
            for one in points.points.to_dict("records")
        ],
        id="points",
        get_position="at",
        get_fill_color="c",
        get_line_color=[*MAP_COLOURS[theme_name()].coast, 200],
        line_width_min_pixels=0.5,
        stroked=True,
        get_radius=1,
        radius_min_pixels=4,
        radius_max_pixels=4,
        pickable=True,
    )


def _point_tip(one: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    kind = labels.get(one["category"], one["category"])
    lines = [
        f"{counted(one['count'], 'item')}: {kind}",
        when(one["observed_at"]),
        str(one["survey"])[:60],
    ]
    return "\n".join(line for line in lines if line)


def _tile_layer(address: str) -> "pdk.Layer":
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    strong, line = [*colours.text, 180], [*colours.coast, 180]
    return pdk.Layer(
        "TileLayer",
        pdk.types.String(address),
        id="cells",
        max_zoom=_MAX_TILE_ZOOM,
        # A worker script would come from another host.
        load_options={"worker": False, "core": {"worker": False}},
        get_fill_color="properties.c",
        get_line_color=f"properties.s ? {strong} : {line}",
        stroked=True,
        filled=True,
        line_width_min_pixels=1,
        line_width_max_pixels=1,
        point_radius_min_pixels=4,
        point_radius_max_pixels=4,
        pickable=True,
        auto_highlight=True,
        highlight_color=[255, 255, 255, 70],
    )


def _still_layers(
    cells: pd.DataFrame, view: DensityView, frame: MapFrame
) -> "list[pdk.Layer]":
    """Cells of one resolution, sent with the page."""
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    middle = (frame.west + frame.east) / 2
    rows = [
        {**row, "tip": cell_tip(row, view.scale.unit), "value": value}
        for row, value in zip(records(cells), view.value.tolist(), strict=True)
    ]

    def shape(row: dict[str, Any]) -> dict[str, Any]:
        ring = cell_ring(row["h3"], middle)
        return {"h3": row["h3"], "tip": row["tip"], "ring": ring}

    filled = [
        {**shape(row), "colour": [*view.scale.colour(row["value"]), ALPHA]}
        for row in rows
        if isfinite(row["value"])
    ]
    layers = [_polygons(pdk, filled, "cells", fill="colour", outline=colours.coast)]
    if view.name in HOLLOW_VIEWS:
        hollow = [
            shape(row)
            for row in rows
            if row["status"] != "never_surveyed" and not isfinite(row["value"])
        ]
        layers.append(
            _polygons(
                pdk,
                hollow,
                "cells-none-seen",
                fill=[*colours.text, NONE_SEEN_ALPHA],
                outline=colours.text,
            )
        )
    if view.name == "Density":
        layers.append(_dots(pdk, rows, frame, colours.text))
    return layers


def _dots(
    pdk: Any, rows: list[dict[str, Any]], frame: MapFrame, colour: tuple[int, int, int]
) -> "pdk.Layer":
    """Mark the cells where something was sighted and nothing was searched."""
    return pdk.Layer(
        "ScatterplotLayer",
        [
            {
                "h3": row["h3"],
                "tip": row["tip"],
                "at": [round(frame.place(row["lon"]), 4), round(row["lat"], 4)],
            }
            for row in rows
            if row["effort_km2"] == 0 and row["n_sightings"] > 0
        ],
        id="sightings",
        get_position="at",
        get_fill_color=[*colour, 200],
        get_radius=1,
        radius_min_pixels=4,
        radius_max_pixels=4,
        pickable=True,
    )


def _polygons(
    pdk: Any,
    rows: list[dict[str, Any]],
    layer_id: str,
    *,
    fill: str | list[int],
    outline: tuple[int, int, int],
) -> "pdk.Layer":
    return pdk.Layer(
        "PolygonLayer",
        rows,
        id=layer_id,
        get_polygon="ring",
        get_fill_color=fill,
        get_line_color=[*outline, 180],
        line_width_min_pixels=1,
        line_width_max_pixels=1,
        stroked=True,
        filled=True,
        pickable=True,
        auto_highlight=True,
        highlight_color=[255, 255, 255, 70],
    )
