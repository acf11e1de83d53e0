"""A chart of the map's cells on which an area is drawn, by lasso or box."""

from math import cos, radians
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import streamlit as st

from core.coastline import land_in_bbox
from dashboard.components.charts import figure
from dashboard.components.small_map import filled
from dashboard.theme import CIVIDIS, MAP_COLOURS, theme_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from dashboard.components._frame import MapFrame

__all__ = ["draw_chart", "drawing_figure"]

_HEIGHT_PX, _WIDTH_PX = 520, 900
_MARKER_PX = (5, 16)
#: A coast finer than a pixel of the chart is not sent.
_COAST_SHARE = 1 / 900
_WIDE_DEG = 40.0


def draw_chart(
    cells: "pd.DataFrame",
    values: "pd.Series[float]",
    frame: "MapFrame",
    *,
    unit: str,
    key: str,
) -> "Mapping[str, Any]":
    """Draw the cells in lasso mode; return what was drawn.

    Parameters
    ----------
    cells : DataFrame
        With ``lat`` and ``lon`` of each cell's centre.
    values : Series
        What colours each cell; NaN draws it empty.
    frame : MapFrame
        Extent of the chart.
    unit : str
        Unit of the values.
    key : str
        Widget key; a new one forgets the drawing.

    Returns
    -------
    mapping
        ``selection`` of `st.plotly_chart`: ``lasso`` and ``box``.
    """
    drawn: Any = st.plotly_chart(
        drawing_figure(cells, values, frame, unit=unit),
        theme="streamlit",
        key=key,
        alt="Cells of the map with the coastline, to draw an area on. By keyboard, "
        "give the box by numbers instead.",
        on_select="rerun",
        selection_mode=("lasso", "box"),
        config={
            "displaylogo": False,
            "displayModeBar": True,
            "modeBarButtons": [
                ["lasso2d", "select2d"],
                ["zoom2d", "pan2d", "resetScale2d"],
            ],
            "scrollZoom": False,
        },
    )
    found: Mapping[str, Any] = drawn["selection"]
    return found


def drawing_figure(
    cells: "pd.DataFrame", values: "pd.Series[float]", frame: "MapFrame", *, unit: str
) -> "go.Figure":
    """Cells and coast as a flat chart of longitude and latitude."""
    import plotly.graph_objects as go

    colours = MAP_COLOURS[theme_name()]
    frame = filled(frame, width_px=_WIDTH_PX, height_px=_HEIGHT_PX - 90)
    drawn = figure(height=_HEIGHT_PX)
    land_x, land_y = _land(frame)
    drawn.add_trace(
        go.Scatter(
            x=land_x,
            y=land_y,
            fill="toself",
            mode="lines",
            line={"color": _rgb(colours.coast), "width": 1},
            fillcolor=_rgb(colours.land),
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for trace in _cell_traces(cells, values, frame, unit):
        drawn.add_trace(trace)
    stretch = 1.0 / cos(radians((frame.south + frame.north) / 2.0))
    drawn.update_layout(dragmode="lasso", plot_bgcolor=_rgb(colours.sea))
    drawn.update_xaxes(
        range=[frame.west, frame.east], constrain="domain", title="Longitude (°)"
    )
    drawn.update_yaxes(
        range=[frame.south, frame.north],
        scaleanchor="x",
        scaleratio=stretch,
        constrain="domain",
        title="Latitude (°)",
    )
    return drawn


def _cell_traces(
    cells: "pd.DataFrame", values: "pd.Series[float]", frame: "MapFrame", unit: str
) -> "list[go.Scatter]":
    """Cells with a value in its colour, the others as outlines."""
    import plotly.graph_objects as go

    filled = (values > 0).to_numpy(dtype=bool)
    known = np.log10(values.to_numpy(dtype=np.float64)[filled])
    ticks = _ticks(known)
    coast = _rgb(MAP_COLOURS[theme_name()].coast)
    place = {
        "x": np.array([round(frame.place(lon), 4) for lon in cells["lon"]]),
        "y": cells["lat"].round(4).to_numpy(),
    }
    common = {
        "mode": "markers",
        "hoverinfo": "skip",
        "showlegend": False,
        "selected": {"marker": {"opacity": 1.0}},
        "unselected": {"marker": {"opacity": 0.55}},
    }
    size = _marker_px(len(cells))
    return [
        go.Scatter(
            **{axis: at[~filled] for axis, at in place.items()},
            **common,
            marker={"symbol": "hexagon-open", "size": size, "color": coast},
        ),
        go.Scatter(
            **{axis: at[filled] for axis, at in place.items()},
            **common,
            marker={
                "symbol": "hexagon",
                "size": size,
                "color": known,
                "colorscale": [[i / 9, c] for i, c in enumerate(CIVIDIS)],
                "line": {"color": coast, "width": 0.6},
                "showscale": bool(ticks),
                "colorbar": {
                    "title": {"text": unit, "side": "right"},
                    "tickvals": ticks,
                    "ticktext": [f"{10.0**tick:,.6g}" for tick in ticks],
                },
            },
        ),
    ]


def _marker_px(n_cells: int) -> float:
    small, large = _MARKER_PX
    return float(np.clip(160.0 / max(n_cells, 1) ** 0.5, small, large))


def _ticks(known: "np.ndarray[Any, np.dtype[np.float64]]") -> list[int]:
    if not len(known):
        return []
    return list(range(int(np.floor(known.min())), int(np.ceil(known.max())) + 1))


def _land(frame: "MapFrame") -> tuple[list[float | None], list[float | None]]:
    """Outlines of the land in the frame, one after the other, gaps between."""
    wide = frame.width > _WIDE_DEG
    xs: list[float | None] = []
    ys: list[float | None] = []
    for shift in (-360.0, 0.0, 360.0):
        west, east = max(frame.west - shift, -180.0), min(frame.east - shift, 180.0)
        if west >= east:
            continue
        found = land_in_bbox(
            west=west,
            south=frame.south,
            east=east,
            north=frame.north,
            scale="110m" if wide else "50m",
        )
        for land in found:
            thin = shapely.simplify(land, frame.width * _COAST_SHARE)
            at = np.round(shapely.get_coordinates(thin.exterior), 3)
            xs += [*(at[:, 0] + shift).tolist(), None]
            ys += [*at[:, 1].tolist(), None]
    return xs, ys


def _rgb(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return f"rgb({red},{green},{blue})"
