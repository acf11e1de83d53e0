"""The map of one filter with its time slider, or with the drift's hours."""

from typing import TYPE_CHECKING

from dashboard import map_data
from dashboard.components.map_canvas import area_layer, canvas
from dashboard.components.map_drift import (
    OVERLAY_MARKS,
    drift_caption,
    drift_extent,
    drift_player,
)
from dashboard.components.map_time import (
    Part,
    period_parts,
    shown_part,
    time_slider,
    within_part,
)
from dashboard.map_views import drawing

if TYPE_CHECKING:
    import pydeck as pdk

    from core.density import Area, MapFilter
    from core.forecasts import Forecast
    from dashboard.components.maps import MapFrame

__all__ = ["played_map"]

_KEY = "map_deck"


def played_map(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    name: str,
    frame: "MapFrame",
    *,
    area: "Area | None" = None,
    drift: "Forecast | None" = None,
) -> Part | None:
    """Draw the map and the slider below it; return the part of the period shown.

    Parameters
    ----------
    layer, chosen : MapLayer, MapFilter
        What is shown.
    name : str
        View, one of ``VIEWS``.
    frame : MapFrame
        Extent of the map.
    area : Area, optional
        Outlined on the map.
    drift : Forecast, optional
        Lies over the cells; its hours then take the slider.
    """
    extra = [] if area is None else [area_layer(area, frame)]
    marks = {} if area is None else {"▭": "chosen area"}
    if drift is not None:
        _with_drift(
            layer, chosen, name, drift_extent(drift, frame), drift, extra, marks
        )
        return None
    index = (
        map_data.measured_index(layer)
        if layer.is_measured
        else map_data.index_of(layer)
    )
    span = index.span
    start, end = chosen.start, chosen.end
    parts = [] if span is None else period_parts(start or span[0], end or span[1])
    # One scale for all parts, so that colours can be compared while it plays.
    scale = drawing(layer, chosen, name).view.scale

    def draw(part: Part | None) -> None:
        canvas(
            layer,
            chosen if part is None else within_part(chosen, part),
            name,
            frame,
            key=_KEY,
            scale=scale,
            over=extra,
            marks=marks,
            also="" if part is None else f" Only {part.name}.",
        )

    time_slider(parts, draw, key="map_play")
    return shown_part(parts)


def _with_drift(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    name: str,
    frame: "MapFrame",
    drift: "Forecast",
    extra: "list[pdk.Layer]",
    marks: dict[str, str],
) -> None:
    def draw(under: "list[pdk.Layer]", over: "list[pdk.Layer]", also: str) -> None:
        canvas(
            layer,
            chosen,
            name,
            frame,
            key=_KEY,
            under=under,
            over=[*over, *extra],
            marks=OVERLAY_MARKS | marks,
            also=also,
        )

    drift_caption(drift, frame)
    drift_player(drift, frame, draw)
