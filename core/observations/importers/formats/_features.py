"""Features as rows of a table, their position in WGS 84."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ObservationError
from core.observations.frame import Rejection
from core.observations.importers.base import RawTable
from core.observations.importers.formats._limits import MAX_COLUMNS
from core.observations.importers.formats._tables import unique_names

__all__ = ["WGS84", "table_of_features"]

WGS84 = "EPSG:4326"


def table_of_features(frame: Any, path: Path, kind: str, *, name: str = "") -> RawTable:
    """Turn features into rows, the position as columns ``lat`` and ``lon`` in WGS 84.

    Lines become their middle, with both ends beside; areas become a point inside.

    Parameters
    ----------
    frame : GeoDataFrame or DataFrame
        Features; a layer without geometry stays a plain table.
    path : Path
        The file.
    kind : str
        Kind of the table.
    name : str
        Name of the layer.

    Raises
    ------
    ObservationError
        If there is no coordinate system and the numbers are no degrees.
    """
    notes: dict[str, int] = {}
    columns: dict[str, Any] = {}
    doubts: list[Rejection] = []
    geometry = getattr(frame, "_geometry_column_name", None)
    if geometry in frame.columns:
        shapes = _in_wgs84(frame, path.name, notes)
        columns = _positions(shapes, notes)
        doubts = _areas(shapes)
        notes["position_from_geometry"] = len(frame)
    plain = pd.DataFrame(frame.drop(columns=[geometry]) if columns else frame)
    plain = plain.reset_index(drop=True)
    if len(plain.columns) > MAX_COLUMNS:
        raise ObservationError(f"{path.name} has over {MAX_COLUMNS} columns")
    names = unique_names([*columns, *plain.columns])
    whole = pd.concat([pd.DataFrame(columns), plain], axis=1)
    whole.columns = pd.Index(names)
    return RawTable(
        name=name,
        frame=whole,
        rows=np.arange(1, len(whole) + 1),
        file=path.name,
        kind=kind,
        notes={key: count for key, count in notes.items() if count},
        path=path,
        doubts=tuple(doubts),
    )


def _areas(shapes: Any) -> list[Rejection]:
    """Doubt of each area: what was found in it lies at one point on the map."""
    reason = "an area, read as a point inside it"
    kinds = shapes.geom_type.fillna("").tolist()
    return [
        Rejection(row, "geometry", kind, reason)
        for row, kind in enumerate(kinds, 1)
        if kind in {"Polygon", "MultiPolygon"} and not shapes.iloc[row - 1].is_empty
    ]


def _in_wgs84(frame: Any, name: str, notes: dict[str, int]) -> Any:
    from pyproj.exceptions import ProjError

    shapes = frame.geometry.reset_index(drop=True)
    if shapes.crs is None:
        west, south, east, north = shapes.total_bounds
        inside = south >= -90 and north <= 90 and west >= -180 and east <= 360
        if not inside and np.isfinite([west, south, east, north]).all():
            raise ObservationError(
                f"{name} does not say its coordinate system (.prj), and its numbers "
                f"are no degrees: {west:g} to {east:g}, {south:g} to {north:g}"
            )
        notes["no_coordinate_system_read_as_wgs84"] = len(shapes)
        return shapes
    if shapes.crs.equals(WGS84, ignore_axis_order=True):
        return shapes
    try:
        moved = shapes.to_crs(WGS84)
    except (ProjError, ValueError, RuntimeError) as error:
        raise ObservationError(
            f"{name} has a coordinate system that cannot be brought to WGS 84"
        ) from error
    notes["brought_to_wgs84"] = len(shapes)
    return moved


def _positions(shapes: Any, notes: dict[str, int]) -> dict[str, Any]:
    import shapely

    kinds = shapes.geom_type.fillna("")
    filled = ~(shapes.is_empty | shapes.isna()).to_numpy(dtype=bool)
    line = kinds.isin({"LineString", "LinearRing"}).to_numpy(dtype=bool) & filled
    area = kinds.isin({"Polygon", "MultiPolygon"}).to_numpy(dtype=bool) & filled
    point = kinds.eq("Point").to_numpy(dtype=bool) & filled
    notes["lines_read_at_their_middle"] = int(line.sum())
    notes["areas_read_at_a_point_inside"] = int(area.sum())
    notes["geometry_without_one_position"] = int((~(line | area | point)).sum())
    plain = shapes.to_numpy()
    lat = np.full(len(plain), np.nan)
    lon = np.full(len(plain), np.nan)
    places = {
        "point": (point, plain[point]),
        # Tows and transects are short, so degrees along them are even enough.
        "line": (
            line,
            shapely.line_interpolate_point(plain[line], 0.5, normalized=True),
        ),
        "area": (area, shapely.point_on_surface(plain[area])),
    }
    for mask, found in places.values():
        lon[mask], lat[mask] = shapely.get_x(found), shapely.get_y(found)
    columns: dict[str, Any] = {"lat": lat, "lon": lon}
    if line.any():
        columns |= _ends(shapes, line)
        _unwrap_antimeridian(columns, notes)
    return columns


def _unwrap_antimeridian(columns: dict[str, Any], notes: dict[str, int]) -> None:
    """Put a line over 180 degrees at its start; its middle is half a world off."""
    over = np.abs(columns["end_lon"] - columns["start_lon"]) > 180.0
    columns["lat"] = np.where(over, columns["start_lat"], columns["lat"])
    columns["lon"] = np.where(over, columns["start_lon"], columns["lon"])
    notes["lines_over_180_degrees_read_at_their_start"] = int(over.sum())


def _ends(shapes: Any, mask: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """First and last vertex of lines, as a tow or transect runs."""
    out = {
        name: np.full(len(shapes), np.nan)
        for name in ("start_lat", "start_lon", "end_lat", "end_lon")
    }
    for i in np.flatnonzero(mask).tolist():
        coordinates = shapes.iloc[i].coords
        out["start_lon"][i], out["start_lat"][i] = coordinates[0][:2]
        out["end_lon"][i], out["end_lat"][i] = coordinates[-1][:2]
    return out
