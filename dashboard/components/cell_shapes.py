"""Cells as shapes of a map layer: outlines, tooltips and colours."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.components.formats import number
from dashboard.components.survey_words import counted
from dashboard.theme import MAP_COLOURS, scale_colour

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.components._frame import Scale
    from dashboard.theme import RampName, ThemeName

__all__ = [
    "ALPHA",
    "NONE_SEEN_ALPHA",
    "cell_ring",
    "cell_tip",
    "tile_bytes",
    "tile_features",
]

#: How opaque cells are: what lies below shows a little.
ALPHA, NONE_SEEN_ALPHA = 225, 12
#: Views that outline the cells where nothing was found.
HOLLOW_VIEWS = ("Density", "Uncertainty", "Measured")
_TILE_PX = 512
_RAMP_STEPS = 256


def cell_ring(cell: str, near_lon: float, decimals: int = 4) -> list[list[float]]:
    """Outline of a cell in the longitudes of a place, uncut across 180 degrees.

    Parameters
    ----------
    cell : str
        Name of the cell.
    near_lon : float
        Longitude that the first corner lies within half a turn of, degrees.
    decimals : int
        Digits to keep.
    """
    import h3.api.basic_str as h3_str

    boundary = h3_str.cell_to_boundary(cell)
    first = near_lon + (boundary[0][1] - near_lon + 180.0) % 360.0 - 180.0
    ring = []
    for lat, lon in boundary:
        near = first + (lon - first + 180.0) % 360.0 - 180.0
        ring.append([round(near, decimals), round(lat, decimals)])
    return ring


def cell_tip(row: Mapping[Any, Any], unit: str = "") -> str:
    """Tooltip of a cell, as plain text.

    Parameters
    ----------
    row : mapping
        Row of :meth:`core.density.MapIndex.cells`, or of the same method of
        :class:`core.density.measurement_index.MeasurementIndex`.
    unit : str
        Unit of a measurement.
    """
    if "basis" in row:
        return _measured_tip(row, unit)
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


def _measured_tip(row: Mapping[Any, Any], unit: str) -> str:
    events = counted(int(row["n_events"]), "sample")
    low, high = number(row["low"], digits=2), number(row["high"], digits=2)
    if row["basis"] == "range":
        return f"Between {low} and {high} {unit}\n{events}, classes only"
    if row["basis"] == "pooled" and row["n"] == 0:
        said = f"None found: at most {high} {unit} (95 %)"
    else:
        middle = number(row["value"], digits=2)
        said = f"{middle} {unit} ({low} to {high})"
    how = "95 % interval" if row["basis"] == "pooled" else "median, least and most"
    lines = [said, f"{events}, {how}"]
    if row["n_ranges"]:
        lines.append(f"{int(row['n_ranges'])} with a class range only")
    return "\n".join(lines)


def tile_features(
    cells: "pd.DataFrame",
    values: "pd.Series[float]",
    scale: "Scale",
    *,
    view: str,
    theme: "ThemeName",
    zoom: int,
) -> list[dict[str, Any]]:
    """GeoJSON features of the cells of one tile.

    Parameters
    ----------
    cells : DataFrame
        From :func:`core.density.map_tiles.tile_cells`.
    values : Series
        What colours them; NaN where nothing was seen.
    scale : Scale
        Values to colours.
    view : str
        One of ``density_views.VIEWS``.
    theme : str
        ``light`` or ``dark``.
    zoom : int
        Decides how many digits an outline needs.

    Returns
    -------
    list of dict
        Properties ``h3``, ``tip`` and ``c`` (fill with alpha), and ``s`` where the
        outline is strong: nothing was seen there. A cell where something was sighted
        and nothing searched is a point.
    """
    colours = MAP_COLOURS[theme]
    steps = _ramp(scale.ramp)
    # A tenth of a pixel.
    decimals = len(str(int(_TILE_PX * 2**zoom / 360.0))) + 1
    features = []
    for row, value in zip(cells.to_dict("records"), values.tolist(), strict=True):
        fill, strong = None, False
        if isfinite(value):
            share = round(scale.share(value) * (_RAMP_STEPS - 1))
            fill = [*steps[share], ALPHA]
        elif view in HOLLOW_VIEWS and row["status"] != "never_surveyed":
            fill, strong = [*colours.text, NONE_SEEN_ALPHA], True
        if fill is not None:
            ring = cell_ring(row["h3"], row["lon"], decimals)
            shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        elif view == "Density" and row["n_sightings"] > 0:
            fill = [*colours.text, 200]
            at = [round(row["lon"], decimals), round(row["lat"], decimals)]
            shape = {"type": "Point", "coordinates": at}
        else:
            continue
        said = {"h3": row["h3"], "tip": cell_tip(row, scale.unit), "c": fill}
        if strong:
            said["s"] = 1
        features.append({"type": "Feature", "geometry": shape, "properties": said})
    return features


def tile_bytes(features: list[dict[str, Any]]) -> bytes:
    """Tile as compact JSON."""
    text = json.dumps(
        features, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )
    return text.encode()


def _ramp(ramp: "RampName") -> list[tuple[int, int, int]]:
    return [
        scale_colour(float(share), ramp=ramp)
        for share in np.linspace(0.0, 1.0, _RAMP_STEPS)
    ]
