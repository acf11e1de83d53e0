"""Cells as tables: CSV that is safe to open, and GeoPackage for a GIS."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.density.areas import Area
from core.density.export.geojson import cell_polygon

__all__ = ["cells_csv", "cells_geopackage", "harmless_csv"]

#: A cell that begins like this is a formula to a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cells_csv(cells: pd.DataFrame) -> bytes:
    """Cells as comma-separated UTF-8; a missing number is empty.

    Parameters
    ----------
    cells : DataFrame
        A row an H3 cell.
    """
    return harmless_csv(cells)


def harmless_csv(frame: pd.DataFrame) -> bytes:
    """Write any table as CSV in which a spreadsheet finds no formula.

    Text that would be run gets an apostrophe before it; numbers stay numbers and
    times are ISO 8601 in UTC.
    """
    safe = frame.copy()
    for name in safe.columns:
        if isinstance(safe[name].dtype, pd.DatetimeTZDtype):
            utc = safe[name].dt.tz_convert("UTC")
            safe[name] = utc.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif not pd.api.types.is_numeric_dtype(safe[name].dtype):
            safe[name] = safe[name].map(_harmless, na_action="ignore")
    return safe.replace([np.inf, -np.inf], np.nan).to_csv(index=False).encode("utf-8")


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def cells_geopackage(cells: pd.DataFrame, *, area: Area | None = None) -> bytes:
    """Cells as the layer ``cells`` of a GeoPackage, and an area as the layer ``area``.

    Parameters
    ----------
    cells : DataFrame
        A row an H3 cell; has a column ``h3``.
    area : Area, optional
        An area chosen on the map.
    """
    import geopandas as gpd

    outlines = [cell_polygon(str(cell)) for cell in cells["h3"]]
    layers = {"cells": gpd.GeoDataFrame(cells, geometry=outlines, crs=4326)}
    if area is not None:
        layers["area"] = gpd.GeoDataFrame(
            {
                "name": [area.name],
                "area_km2": [area.area_km2],
                "sea_km2": [area.sea_km2],
            },
            geometry=[area.polygon],
            crs=4326,
        )
    with tempfile.TemporaryDirectory(prefix="gyre-export-") as folder:
        file = Path(folder) / "map.gpkg"
        for name, frame in layers.items():
            frame.to_file(
                file,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                geometry_type="MultiPolygon",
                promote_to_multi=True,
            )
        return file.read_bytes()
