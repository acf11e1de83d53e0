"""Density cells as map layers: what was found, how sure, where nobody looked."""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import InputError
from dashboard.components._frame import MapFrame, Scale
from dashboard.components.formats import number
from dashboard.components.maps import records
from dashboard.components.survey_words import counted
from dashboard.theme import MAP_COLOURS, theme_name

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = ["MAX_MAP_CELLS", "VIEWS", "DensityView", "cell_layers", "density_view"]

#: More cells than this make a map larger than 3 MB.
MAX_MAP_CELLS = 8_000
VIEWS = ("Density", "Uncertainty", "Effort", "Sightings")
_ALPHA = 225


@dataclass(frozen=True)
class DensityView:
    """One way to colour the cells: the values, their scale, and its name."""

    name: str
    label: str
    value: "pd.Series[float]"
    scale: Scale
    marks: dict[str, str]


def density_view(cells: pd.DataFrame, name: str) -> DensityView:
    """Values and scale of a view; cells without a value are NaN.

    Parameters
    ----------
    cells : DataFrame
        From :func:`core.density.cell_density`.
    name : str
        One of ``VIEWS``.
    """
    surveyed = cells["effort_km2"] > 0
    seen = surveyed & (cells["n"] > 0)
    none_seen = {"⬡": "surveyed, none seen"} if (surveyed & ~seen).any() else {}
    sighted = {"●": "sighted, no effort known"} if (~surveyed).any() else {}
    if name == "Density":
        values, label, unit = (
            cells["density_per_km2"].where(seen),
            "Debris",
            "items per km²",
        )
        scale = Scale.over(values.tolist(), unit)
    elif name == "Uncertainty":
        # Upper over lower limit: 1 would be certain; none seen has no lower limit.
        values = (cells["high"] / cells["low"].where(seen)).astype("float64")
        label, sighted = "Upper over lower limit", {}
        scale = Scale.over(
            values.tolist(),
            "times",
            ramp="fade_dark" if theme_name() == "dark" else "fade_light",
        )
    elif name == "Effort":
        values, label, none_seen, sighted = (
            cells["effort_km2"].where(surveyed),
            "Area searched",
            {},
            {},
        )
        scale = Scale.over(values.tolist(), "km²")
    elif name == "Sightings":
        counted = cells["n"].where(surveyed, 0) + cells["n_sightings"]
        values, label, none_seen, sighted = counted.where(counted > 0), "Seen", {}, {}
        scale = Scale.over(values.tolist(), "items")
    else:
        raise InputError(f"no map view {name!r}, expected one of {', '.join(VIEWS)}")
    return DensityView(name, label, values, scale, {**none_seen, **sighted})


def cell_layers(
    cells: pd.DataFrame, view: DensityView, frame: MapFrame
) -> list["pdk.Layer"]:
    """Layers of a view: filled cells, empty outlines, dots for bare sightings.

    Raises
    ------
    InputError
        If there are more than ``MAX_MAP_CELLS`` cells.
    """
    import pydeck as pdk

    if len(cells) > MAX_MAP_CELLS:
        raise InputError(
            f"{len(cells):,} cells on one map, at most {MAX_MAP_CELLS:,}; narrow the "
            "filters or choose larger cells"
        )
    colours = MAP_COLOURS[theme_name()]
    rows = [
        {**row, "tip": _tip(row), "value": value}
        for row, value in zip(records(cells), view.value.tolist(), strict=True)
    ]
    filled = [row for row in rows if isfinite(row["value"])]
    layers = [
        _polygons(
            pdk,
            [
                {
                    "h3": row["h3"],
                    "tip": row["tip"],
                    "ring": _ring(row["h3"], frame),
                    "colour": [*view.scale.colour(row["value"]), _ALPHA],
                }
                for row in filled
            ],
            "cells",
            fill="colour",
            outline=colours.coast,
        )
    ]
    if view.name in ("Density", "Uncertainty"):
        hollow = [
            {"h3": r["h3"], "tip": r["tip"], "ring": _ring(r["h3"], frame)}
            for r in rows
            if r["effort_km2"] > 0 and not isfinite(r["value"])
        ]
        layers.append(
            _polygons(
                pdk,
                hollow,
                "cells-none-seen",
                fill=[*colours.text, 12],
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


def _ring(cell: str, frame: MapFrame) -> list[list[float]]:
    """Outline of a cell in the longitudes of the frame, uncut across 180 degrees."""
    import h3.api.basic_str as h3_str

    boundary = h3_str.cell_to_boundary(cell)
    first = frame.place(boundary[0][1])
    ring = []
    for lat, lon in boundary:
        near = first + (lon - first + 180.0) % 360.0 - 180.0
        ring.append([round(near, 4), round(lat, 4)])
    return ring


def _tip(row: dict[str, Any]) -> str:
    """Tooltip of a cell, as plain text."""
    lines = []
    if row["effort_km2"] > 0:
        searched = number(row["effort_km2"], "km²", digits=2)
        low, high = number(row["low"], digits=2), number(row["high"], digits=2)
        lines.append(f"{counted(row['n'], 'item')} in {searched} searched")
        if row["n"] > 0:
            middle = number(row["density_per_km2"], digits=2)
            lines.append(f"{middle} items per km² ({low} to {high})")
        else:
            lines.append(f"At most {high} items per km² (95 %)")
    if row["n_sightings"] > 0:
        lines.append(f"{counted(row['n_sightings'], 'item')} sighted, effort unknown")
    return "\n".join(lines) or "Never surveyed"
