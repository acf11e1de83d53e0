"""GeoJSON, GeoPackage and zipped Shapefile: features as rows, in WGS 84."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ObservationError
from core.observations import _text_table
from core.observations.importers.base import RawTable
from core.observations.importers.formats import _archive
from core.observations.importers.formats._limits import MAX_COLUMNS, MAX_FEATURES
from core.observations.importers.formats._tables import unique_names

__all__ = [
    "geojson_tables",
    "geopackage_tables",
    "shapefile_tables",
    "table_of_features",
]

_WGS84 = "EPSG:4326"
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def geojson_tables(path: Path, data: bytes | None = None) -> tuple[RawTable, ...]:
    """Read a GeoJSON file: properties, and the position from the geometry.

    Raises
    ------
    ObservationError
        If it is no GeoJSON of features.
    """
    import geopandas as gpd

    raw = _text_table.content(path) if data is None else data
    document = _document(_text_table.decoded(raw, path.name)[0], path.name)
    features = document.get("features")
    if document.get("type") == "Feature":
        features = [document]
    if not isinstance(features, list) or not all(map(_is_feature, features)):
        raise ObservationError(f"{path.name} is JSON, but no GeoJSON of features")
    if not features:
        raise ObservationError(f"{path.name} has no features")
    try:
        frame = gpd.GeoDataFrame(
            [dict(feature.get("properties") or {}) for feature in features],
            geometry=[_shape(feature.get("geometry")) for feature in features],
            crs=_named_crs(document) or _WGS84,
        )
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise ObservationError(
            f"{path.name} has a feature that cannot be read: {error!s:.80}"
        ) from error
    return (table_of_features(frame, path, "geojson"),)


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ObservationError(f"{name} is no valid JSON: {error!s:.80}") from error
    if not isinstance(document, dict):
        raise ObservationError(f"{name} is JSON, but no GeoJSON of features")
    return document


def _is_feature(feature: object) -> bool:
    return (
        isinstance(feature, dict)
        and isinstance(feature.get("properties"), dict | None)
        and isinstance(feature.get("geometry"), dict | None)
    )


def _shape(geometry: dict[str, Any] | None) -> Any:
    from shapely import GEOSException
    from shapely.geometry import shape

    try:
        return None if geometry is None else shape(geometry)
    except GEOSException as error:
        raise ValueError(str(error)) from error


def _named_crs(document: dict[str, Any]) -> str:
    """Coordinate system of the 2008 format, which the standard no longer has."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else ""


def geopackage_tables(path: Path, name: str = "") -> tuple[RawTable, ...]:
    """Read every layer of a GeoPackage.

    Raises
    ------
    ObservationError
        If it is broken or has no layer.
    """
    import geopandas as gpd

    try:
        layers = [str(layer) for layer in gpd.list_layers(path)["name"]]
    except (RuntimeError, ValueError, OSError) as error:  # of GDAL
        raise ObservationError(f"{path.name} is no readable GeoPackage") from error
    tables = [_layer(path, layer, "gpkg", name or path.name) for layer in layers]
    if not tables:
        raise ObservationError(f"{path.name} has no layer")
    return tuple(tables)


def _layer(path: Path, layer: str | None, kind: str, file: str) -> RawTable:
    import geopandas as gpd

    try:
        frame = gpd.read_file(path, layer=layer, rows=MAX_FEATURES + 1)
    except (RuntimeError, ValueError, OSError, TypeError) as error:  # of GDAL
        raise ObservationError(f"{file} cannot be read: {error!s:.80}") from error
    if len(frame) > MAX_FEATURES:
        raise ObservationError(f"{file} has over {MAX_FEATURES} features")
    return table_of_features(frame, Path(file), kind, name=layer or "")


def shapefile_tables(path: Path) -> tuple[RawTable, ...]:
    """Read each shapefile of a zip; without a .prj the absence is said.

    Raises
    ------
    ObservationError
        If a part is missing or broken.
    """
    with _archive.opened(path) as archive, tempfile.TemporaryDirectory() as folder:
        found = _parts(archive, Path(folder), path.name)
        return tuple(
            _layer(shape, None, "shapefile", path.name) for shape in sorted(found)
        )


def _parts(archive: Any, folder: Path, name: str) -> set[Path]:
    """Unpack the parts under names of ours; a path in the zip reaches nothing."""
    stems: dict[str, int] = {}
    have: dict[int, set[str]] = {}
    for member in _archive.members(archive):
        stem, dot, suffix = member.filename.rpartition(".")
        suffix = (dot + suffix).lower()
        if suffix not in _PARTS:
            continue
        number = stems.setdefault(stem, len(stems))
        have.setdefault(number, set()).add(suffix)
        _archive.unpack(archive, member, folder / f"layer{number}{suffix}")
    shapes = [number for number, parts in have.items() if ".shp" in parts]
    for number in shapes:
        if missing := {".shx", ".dbf"} - have[number]:
            raise ObservationError(
                f"{name} lacks the {', '.join(sorted(missing))} of its shapefile"
            )
    return {folder / f"layer{number}.shp" for number in shapes}


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
    geometry = getattr(frame, "_geometry_column_name", None)
    if geometry in frame.columns:
        columns = _positions(_in_wgs84(frame, path.name, notes), notes)
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
    )


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
    if shapes.crs.equals(_WGS84, ignore_axis_order=True):
        return shapes
    try:
        moved = shapes.to_crs(_WGS84)
    except (ProjError, ValueError, RuntimeError) as error:
        raise ObservationError(
            f"{name} has a coordinate system that cannot be brought to WGS 84"
        ) from error
    notes["brought_to_wgs84"] = len(shapes)
    return moved


def _positions(shapes: Any, notes: dict[str, int]) -> dict[str, Any]:
    kinds = shapes.geom_type.fillna("")
    line = kinds.isin({"LineString", "LinearRing"}).to_numpy(dtype=bool)
    area = kinds.isin({"Polygon", "MultiPolygon"}).to_numpy(dtype=bool)
    point = kinds.eq("Point").to_numpy(dtype=bool)
    filled = ~(shapes.is_empty | shapes.isna()).to_numpy(dtype=bool)
    notes["lines_read_at_their_middle"] = int((line & filled).sum())
    notes["areas_read_at_a_point_inside"] = int((area & filled).sum())
    notes["geometry_without_one_position"] = int((~(line | area | point)).sum())
    lat = np.full(len(shapes), np.nan)
    lon = np.full(len(shapes), np.nan)
    places: dict[str, Any] = {
        "point": (point & filled, lambda part: part),
        "line": (line & filled, lambda part: part.interpolate(0.5, normalized=True)),
        "area": (area & filled, lambda part: part.representative_point()),
    }
    for mask, place in places.values():
        if mask.any():
            lon[mask], lat[mask] = _xy(place(shapes[mask]))
    columns: dict[str, Any] = {"lat": lat, "lon": lon}
    if (line & filled).any():
        columns |= _ends(shapes, line & filled)
    return columns


def _xy(points: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return points.x.to_numpy(dtype=np.float64), points.y.to_numpy(dtype=np.float64)


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
