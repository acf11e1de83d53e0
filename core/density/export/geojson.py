"""Cells as GeoJSON (RFC 7946), for files and for the map."""

import json
from typing import Any

import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

__all__ = ["cell_polygon", "cells_geojson"]

_WORLD = shapely.box(-180.0, -90.0, 180.0, 90.0)
#: Five decimals of a degree are about 1 m.
_DECIMALS = 5


def cell_polygon(cell: str) -> BaseGeometry:
    """Outline of a cell, counter-clockwise; cut in two where it crosses 180 degrees."""
    ring = [(lon, lat) for lat, lon in h3_str.cell_to_boundary(cell)]
    lon = np.array([point[0] for point in ring])
    if lon.max() - lon.min() <= 180.0:
        return orient(shapely.Polygon(ring))
    around = np.unwrap(lon, period=360.0)
    closing = np.unwrap(np.append(around, lon[0]), period=360.0)[-1]
    points = list(zip(around.tolist(), [p[1] for p in ring], strict=True))
    if abs(closing - around[0]) > 180.0:  # the ring goes round a pole
        pole = 90.0 if points[0][1] > 0 else -90.0
        points += [(float(closing), points[0][1]), (float(closing), pole)]
        points.append((points[0][0], pole))
    polygon = shapely.make_valid(shapely.Polygon(points))
    shifted = [
        translate(polygon, xoff=shift).intersection(_WORLD)
        for shift in (-360.0, 0.0, 360.0)
    ]
    # The union joins parts that only share the edge where the ring was opened.
    parts = shapely.get_parts(shapely.union_all(shifted))
    return shapely.MultiPolygon(
        [orient(part) for part in parts if part.geom_type == "Polygon"]
    )


def cells_geojson(cells: pd.DataFrame) -> dict[str, Any]:
    """Cells as a FeatureCollection; every column a property, NaN as null.

    Parameters
    ----------
    cells : DataFrame
        Has a column ``h3``; see :func:`core.density.cell_density`.
    """
    records = json.loads(cells.to_json(orient="records", double_precision=6))
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": record["h3"],
                "geometry": _rounded(cell_polygon(record["h3"])),
                "properties": record,
            }
            for record in records
        ],
    }


def _rounded(geometry: BaseGeometry) -> dict[str, Any]:
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, _DECIMALS))
    result: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return result
