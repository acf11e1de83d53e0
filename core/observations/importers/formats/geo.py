"""GeoJSON, GeoPackage and zipped Shapefile: features as rows, in WGS 84."""

import json
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import ObservationError
from core.observations import _text_table
from core.observations._faults import shown
from core.observations.importers.base import RawTable
from core.observations.importers.formats import _archive
from core.observations.importers.formats._features import WGS84, table_of_features
from core.observations.importers.formats._limits import MAX_FEATURES

__all__ = [
    "geojson_tables",
    "geopackage_tables",
    "shapefile_tables",
]

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
            crs=_crs(document, path.name),
        )
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise ObservationError(
            f"{path.name} has a feature that cannot be read: {shown(error)}"
        ) from error
    return (table_of_features(frame, path, "geojson"),)


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ObservationError(f"{name} is no valid JSON: {shown(error)}") from error
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
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        return None if geometry is None else shape(geometry)
    except ShapelyError as error:
        raise ValueError(str(error)) from error


def _crs(document: dict[str, Any], name: str) -> Any:
    """Coordinate system of the 2008 format, else the one the standard fixes."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    stated = properties.get("name") if isinstance(properties, dict) else None
    try:
        return CRS.from_user_input(stated if isinstance(stated, str) else WGS84)
    except CRSError as error:
        raise ObservationError(
            f"{name} names a coordinate system nobody knows: {shown(stated)}"
        ) from error


def geopackage_tables(path: Path, name: str = "") -> tuple[RawTable, ...]:
    """Read every layer of a GeoPackage.

    Raises
    ------
    ObservationError
        If it is broken or has no layer.
    """
    import geopandas as gpd

    with _read("GeoPackage", path.name):
        layers = [str(layer) for layer in gpd.list_layers(path)["name"]]
    tables = [_layer(path, layer, "gpkg", name or path.name) for layer in layers]
    if not tables:
        raise ObservationError(f"{path.name} has no layer")
    return tuple(tables)


@contextmanager
def _read(kind: str, file: str) -> Iterator[list[warnings.WarningMessage]]:
    """Say what GDAL cannot read, and collect what it only warns of."""
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", RuntimeWarning)
            yield told
    except (RuntimeError, ValueError, OSError, TypeError) as error:
        raise ObservationError(
            f"{file} is no readable {kind}: {shown(error)}"
        ) from error


def _layer(path: Path, layer: str | None, kind: str, file: str) -> RawTable:
    import geopandas as gpd

    with _read(kind, file) as told:
        frame = gpd.read_file(path, layer=layer, rows=MAX_FEATURES + 1)
    if len(frame) > MAX_FEATURES:
        raise ObservationError(f"{file} has over {MAX_FEATURES} features")
    table = table_of_features(frame, Path(file), kind, name=layer or "")
    if told:
        return replace(table, notes={**table.notes, "warnings_of_reader": len(told)})
    return table


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
