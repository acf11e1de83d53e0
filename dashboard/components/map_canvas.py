"""One canvas of the Debris map: legend above, cells, an area, what was clicked."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import shapely
import streamlit as st

from dashboard import map_data
from dashboard.components.density_map import cell_layers, picked_cell, picked_layer
from dashboard.components.formats import interval
from dashboard.components.maps import MapFrame, Scale, draw_map, legend
from dashboard.map_views import PRIORITY, Drawing, drawing
from dashboard.state import StateKey
from dashboard.theme import MAP_COLOURS, theme_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pydeck as pdk

    from core.density import Area, MapFilter

__all__ = ["PICKED", "area_layer", "canvas"]

PICKED = StateKey[str | None]("map", "picked", None)


def canvas(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    name: str,
    frame: MapFrame,
    *,
    key: str,
    scale: Scale | None = None,
    under: "Sequence[pdk.Layer]" = (),
    over: "Sequence[pdk.Layer]" = (),
    marks: "Mapping[str, str] | None" = None,
    also: str = "",
    height: int = 600,
    width_px: int = 880,
) -> None:
    """Draw a view with its legend; remember the cell that was clicked.

    Parameters
    ----------
    layer, chosen : MapLayer, MapFilter
        What to show.
    name : str
        View, one of ``map_views.view_names``.
    frame : MapFrame
        Extent of the map.
    key : str
        Widget key.
    scale : Scale, optional
        Values to colours; fitted to the values unless given.
    under, over : sequence of pydeck Layer
        Drawn below and above the cells.
    marks : mapping of str to str, optional
        Further marks of the legend.
    also : str
        Further words for a person who cannot see the map.
    height, width_px : int
        Size of the canvas, or its smallest width.
    """
    found = drawing(layer, chosen, name)
    view = found.view if scale is None else replace(found.view, scale=scale)
    found = replace(found, view=view)
    legend(view.scale, label=view.label, marks=view.marks | dict(marks or {}))
    if found.cells.empty:
        st.caption("No record in this part of the period.")
    picked = PICKED.get()
    n_seen = int((found.cells["status"] == "surveyed").sum())
    n_none = int((found.cells["status"] == "surveyed_none_seen").sum())
    clicked = draw_map(
        [
            *under,
            *_layers(layer, chosen, found, frame),
            *([picked_layer(picked, frame)] if picked else []),
            *over,
        ],
        frame,
        key=key,
        height=height,
        width_px=width_px,
        alt=f"Map of {view.label.lower()}: {n_seen} cells with debris, {n_none} "
        f"surveyed cells with none.{also} The table below holds every figure.",
        select=True,
    )
    _remember(picked_cell(clicked), key)
    if found.note:
        st.caption(found.note)


def _layers(
    layer: map_data.MapLayer, chosen: "MapFilter", found: Drawing, frame: MapFrame
) -> "list[pdk.Layer]":
    layers = cell_layers(
        found.cells,
        found.view,
        frame,
        tiles=map_data.tiles_of(chosen, found.view, layer=layer),
        points=found.points,
        labels=map_data.record_labels(),
    )
    if found.view.name == PRIORITY:
        _add_priority_tips(layers, found)
    return layers


def _add_priority_tips(layers: "list[pdk.Layer]", found: Drawing) -> None:
    said = {
        row["h3"]: "Priority "
        + interval(row["priority"], row["priority_low"], row["priority_high"])
        for row in found.cells.to_dict("records")
    }
    for one in layers:
        for shape in one.data or ():
            shape["tip"] = f"{said[shape['h3']]}\n{shape['tip']}"


def _remember(cell: str | None, key: str) -> None:
    """Keep what was clicked last on any of the maps until its panel is closed.

    A map whose layers change forgets its selection, so none says nothing.
    """
    seen = f"{key}_clicked"
    if cell == st.session_state.get(seen):
        return
    st.session_state[seen] = cell
    if cell is not None and cell != PICKED.get():
        PICKED.set(cell)
        st.rerun()


def area_layer(area: "Area", frame: MapFrame) -> "pdk.Layer":
    """Outline of an area, in the longitudes of the map."""
    import pydeck as pdk

    paths: list[dict[str, Any]] = []
    for part in shapely.get_parts(area.polygon):
        for ring in (part.exterior, *part.interiors):
            thin = shapely.simplify(ring, frame.width / 2000.0)
            at = shapely.get_coordinates(thin)
            middle = float(at[:, 0].min() + at[:, 0].max()) / 2.0
            shift = frame.place(middle) - middle
            paths.append(
                {"path": [[round(x + shift, 4), round(y, 4)] for x, y in at.tolist()]}
            )
    return pdk.Layer(
        "PathLayer",
        paths,
        id="area",
        get_path="path",
        get_color=[*MAP_COLOURS[theme_name()].text, 255],
        width_min_pixels=2.5,
        width_max_pixels=2.5,
    )
