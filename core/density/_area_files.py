"""Polygons out of a file somebody uploaded: GeoJSON, zipped shapefile, GeoPackage.

The bytes come from anywhere. Kinds are told by content and not by name; a zip is
unpacked under limits and under names of our own; GDAL only ever sees a file that was
recognised, alone in a folder that is thrown away.
"""

import io
import json
import sqlite3
import tempfile
import warnings
import zipfile
import zlib
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from core.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_polygons"]

_MAX_MEMBERS = 100
_MAX_UNPACKED_BYTES = 100_000_000
_MAX_FEATURES = 20_000
#: A shapefile needs the first three; the others are read where they are there.
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ZIP_MARK, _SQLITE_MARK = b"PK\x03\x04", b"SQLite format 3\x00"
_EXPECTED = "expected GeoJSON, a zipped shapefile or a GeoPackage"


def read_polygons(data: bytes, name: str) -> tuple[list[BaseGeometry], tuple[str, ...]]:
    """Polygons of a file in WGS 84 degrees, and what had to be assumed.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no polygon.
    """
    shown = PurePosixPath(name.replace("\\", "/")).name[:120] or "area"
    if not data.strip():
        raise InputError(f"{shown}: the file is empty; {_EXPECTED}")
    if data.startswith(_ZIP_MARK):
        return _zipped_shapefile(data, shown)
    if data.startswith(_SQLITE_MARK):
        return _geopackage(data, shown)
    return _geojson(data, shown)


def _geojson(data: bytes, shown: str) -> tuple[list[BaseGeometry], tuple[str, ...]]:
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{shown}: is no readable file; {_EXPECTED}") from error
    geometries = _geometries(document, shown)
    crs = _named_crs(document)
    notes: list[str] = []
    shapes = [_shape(one, shown) for one in geometries]
    areas = _only_areas(shapes, shown, notes)
    if crs is not None:
        areas = _in_degrees(_frame(areas, crs, shown), shown)
    return areas, tuple(notes)


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _geometries(document: Any, shown: str) -> list[Any]:
    if not isinstance(document, dict):
        raise InputError(f"{shown}: is JSON but not GeoJSON; {_EXPECTED}")
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list) or not features:
            raise InputError(f"{shown}: its FeatureCollection holds no feature")
        if len(features) > _MAX_FEATURES:
            raise InputError(
                f"{shown}: {len(features):,} features, at most {_MAX_FEATURES:,}"
            )
        return [_geometry_of(one) for one in features]
    if kind == "Feature":
        return [document.get("geometry")]
    if kind in ("Polygon", "MultiPolygon", "GeometryCollection"):
        return [document]
    raise InputError(
        f"{shown}: GeoJSON of type {str(kind)[:40]!r}, expected a Polygon, "
        "MultiPolygon, Feature or FeatureCollection"
    )


def _geometry_of(feature: Any) -> Any:
    return feature.get("geometry") if isinstance(feature, dict) else None


def _shape(geometry: Any, shown: str) -> BaseGeometry | None:
    if geometry is None:  # RFC 7946 allows a feature without a place
        return None
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except (ShapelyError, ValueError, RecursionError) as error:
        raise InputError(
            f"{shown}: an outline is broken; every ring needs at least four corners in "
            "numbers, the last equal to the first"
        ) from error


def _named_crs(document: dict[str, Any]) -> str | None:
    """Coordinate system that old GeoJSON names; RFC 7946 has none but WGS 84."""
    try:
        name = str(document["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        return None
    return None if name.upper().endswith(("CRS84", ":4326")) else name[:80]


def _only_areas(
    shapes: list[BaseGeometry | None], shown: str, notes: list[str]
) -> list[BaseGeometry]:
    known = [s for s in shapes if s is not None and not s.is_empty]
    areas = [s for s in known if shapely.get_dimensions(s) == 2]
    if not areas:
        kinds = sorted({s.geom_type for s in known})
        held = f"only {', '.join(kinds)}" if kinds else "no geometry"
        raise InputError(f"{shown}: holds {held}, expected a polygon")
    if len(areas) < len(shapes):
        notes.append(f"{len(shapes) - len(areas)} features without an area left out")
    if len(areas) > 1:
        notes.append(f"{len(areas)} polygons taken together")
    return [shapely.force_2d(one) for one in areas]


def _zipped_shapefile(
    data: bytes, shown: str
) -> tuple[list[BaseGeometry], tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="gyre-area-") as folder:
        target = Path(folder)
        endings = _unpacked(data, shown, target)
        frame = _read(target / "area.shp", shown)
        notes: list[str] = []
        if ".prj" not in endings:
            notes.append("the shapefile names no coordinates; taken as WGS 84 degrees")
        return _from_frame(frame, shown, notes)


def _unpacked(data: bytes, shown: str, target: Path) -> set[str]:
    """Unpack the parts of the one shapefile in a zip; returns their endings."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _shape_members(archive, shown)
            unpacked = 0
            for ending, info in members.items():
                with archive.open(info) as part:
                    content = part.read(_MAX_UNPACKED_BYTES - unpacked + 1)
                unpacked += len(content)
                if unpacked > _MAX_UNPACKED_BYTES:
                    raise InputError(_too_large(shown))
                (target / f"area{ending}").write_bytes(content)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
        OSError,
    ) as error:
        # A password raises RuntimeError, an unknown packing NotImplementedError.
        raise InputError(
            f"{shown}: the zip is cut off, damaged or locked; pack the shapefile again"
        ) from error
    return set(members)


def _shape_members(archive: zipfile.ZipFile, shown: str) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MAX_MEMBERS:
        raise InputError(f"{shown}: {len(infos)} files, at most {_MAX_MEMBERS}")
    if sum(info.file_size for info in infos) > _MAX_UNPACKED_BYTES:
        raise InputError(_too_large(shown))
    paths = [(PurePosixPath(info.filename), info) for info in infos]
    real = [(p, i) for p, i in paths if "__MACOSX" not in p.parts and not i.is_dir()]
    shapes = [p for p, _ in real if p.suffix.lower() == ".shp"]
    if len(shapes) != 1:
        held = "no shapefile" if not shapes else f"{len(shapes)} shapefiles"
        raise InputError(f"{shown}: holds {held}, expected one")
    stem = shapes[0].with_suffix("")
    parts = {
        p.suffix.lower(): info
        for p, info in real
        if p.with_suffix("") == stem and p.suffix.lower() in _SHAPE_PARTS
    }
    missing = [ending for ending in _SHAPE_PARTS[:3] if ending not in parts]
    if missing:
        raise InputError(
            f"{shown}: the shapefile lacks its {' and '.join(missing)} file"
        )
    return parts


def _too_large(shown: str) -> str:
    return (
        f"{shown}: unpacks to more than {_MAX_UNPACKED_BYTES / 1e6:.0f} MB; simplify "
        "the outline"
    )


def _geopackage(data: bytes, shown: str) -> tuple[list[BaseGeometry], tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="gyre-area-") as folder:
        file = Path(folder) / "area.gpkg"
        file.write_bytes(data)
        names = _layers(file, shown)
        shapes: list[BaseGeometry] = []
        notes: list[str] = []
        for layer in names:
            found, said = _from_frame(_read(file, shown, layer=layer), shown, [])
            shapes += found
            notes += said
    if len(names) > 1:
        notes.append(f"{len(names)} layers taken together")
    return shapes, tuple(notes)


def _layers(file: Path, shown: str) -> list[str]:
    """Tables of a GeoPackage that hold shapes; a stored query is not run.

    A query could be made to run for ever, so it is refused before GDAL opens the file.
    """
    listed = (
        "SELECT g.table_name, g.geometry_type_name, coalesce(m.type, '') FROM "
        "gpkg_geometry_columns g LEFT JOIN sqlite_master m ON m.name = g.table_name"
    )
    queries = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'view' AND (name LIKE 'gpkg%' "
        "OR name LIKE 'rtree%')"
    )
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as found:
            is_hostile = bool(found.execute(queries).fetchone()[0])
            rows = [] if is_hostile else found.execute(listed).fetchall()
    except sqlite3.DatabaseError as error:
        raise InputError(f"{shown}: the GeoPackage is damaged or cut off") from error
    if is_hostile or any(kind != "table" for _, _, kind in rows):
        raise InputError(
            f"{shown}: the GeoPackage holds a stored query in place of a layer; export "
            "the area as a plain layer"
        )
    areas = [str(name) for name, kind, _ in rows if "POLYGON" in str(kind).upper()]
    names = areas or [str(name) for name, _, _ in rows]
    if not names:
        raise InputError(f"{shown}: the GeoPackage holds no layer with places")
    return names


def _read(file: Path, shown: str, *, layer: str | None = None) -> "gpd.GeoDataFrame":
    import geopandas as gpd
    from pyogrio.errors import DataLayerError, DataSourceError, GeometryError

    # GDAL warns of every oddity it can read past; what matters is checked below.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            frame = gpd.read_file(
                file, layer=layer, engine="pyogrio", rows=_MAX_FEATURES + 1, columns=[]
            )
    except (
        DataSourceError,
        DataLayerError,
        GeometryError,
        ShapelyError,
        RuntimeError,
        ValueError,
    ) as error:
        raise InputError(f"{shown}: is damaged or cut off, expected shapes") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{shown}: holds a table without places, expected polygons")
    if len(frame) > _MAX_FEATURES:
        raise InputError(f"{shown}: more than {_MAX_FEATURES:,} features")
    return frame


def _from_frame(
    frame: "gpd.GeoDataFrame", shown: str, notes: list[str]
) -> tuple[list[BaseGeometry], tuple[str, ...]]:
    areas = _only_areas(list(frame.geometry), shown, notes)
    if frame.crs is None:
        return areas, tuple(notes)
    return _in_degrees(_frame(areas, frame.crs, shown), shown), tuple(notes)


def _frame(areas: list[BaseGeometry], crs: Any, shown: str) -> "gpd.GeoDataFrame":
    import geopandas as gpd
    from pyproj.exceptions import CRSError

    try:
        return gpd.GeoDataFrame(geometry=areas, crs=crs)
    except CRSError as error:
        raise InputError(
            f"{shown}: its coordinate system {str(crs)[:40]!r} is not known; export "
            "the area in WGS 84 (EPSG:4326)"
        ) from error


def _in_degrees(frame: "gpd.GeoDataFrame", shown: str) -> list[BaseGeometry]:
    from pyproj.exceptions import ProjError

    if frame.crs.to_epsg() == 4326:
        return list(frame.geometry)
    try:
        turned = frame.to_crs(4326)
    except (ProjError, ValueError) as error:
        raise InputError(
            f"{shown}: cannot be turned into degrees; export the area in WGS 84 "
            "(EPSG:4326)"
        ) from error
    at = shapely.get_coordinates(np.array(list(turned.geometry), dtype=object))
    if not np.isfinite(at).all():
        raise InputError(
            f"{shown}: lies outside the reach of its coordinate system; export the "
            "area in WGS 84 (EPSG:4326)"
        )
    return list(turned.geometry)
