"""Read any file of field records into tables as they stand.

What a file is, its first bytes say; its name is only a hint for text.
"""

import gzip
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations.importers.base import RawTable
from core.observations.importers.formats import _archive
from core.observations.importers.formats._limits import (
    MAX_FILE_BYTES,
    check_size,
    head,
)
from core.observations.importers.formats.dwca import archive_tables, has_meta
from core.observations.importers.formats.excel import workbook_tables
from core.observations.importers.formats.geo import (
    geojson_tables,
    geopackage_tables,
    shapefile_tables,
)
from core.observations.importers.formats.netcdf import netcdf_tables
from core.observations.importers.formats.parquet import parquet_tables
from core.observations.importers.formats.text import text_tables

__all__ = ["SUFFIXES", "open_tables"]

#: Endings of files that can be read, for a file chooser.
SUFFIXES: tuple[str, ...] = (
    "csv", "tsv", "txt", "gz", "xlsx", "xlsm", "xlsb", "xls", "ods", "geojson", "json",
    "parquet", "pq", "gpkg", "zip", "nc", "nc4",
)  # fmt: skip
_TEXT_ENDINGS = (".csv", ".tsv", ".txt")
_OTHER_KINDS = {
    b"%PDF": "a PDF; ask its author for the table",
    b"\x89PNG": "a picture, not a table",
    b"\xff\xd8\xff": "a picture, not a table",
    b"\x00\x00\x27\x0a": "the .shp of a shapefile; zip it with its .dbf, .shx and .prj",
    b"Rar!": "a RAR archive; unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
    b"ARROW": "an Arrow file; save it as Parquet",
}


def open_tables(path: Path | str) -> tuple[RawTable, ...]:
    """Read a file into its tables, before anybody gives them a meaning.

    Parameters
    ----------
    path : Path or str
        Comma, semicolon, tab or bar separated text (UTF-8 with or without BOM, UTF-16,
        latin-1; gzipped or not), an Excel or OpenDocument workbook, GeoJSON, Parquet, a
        GeoPackage, a zipped shapefile, NetCDF, a Darwin Core archive, or a zip of one
        of these.

    Returns
    -------
    tuple of RawTable
        At least one: a sheet, layer or record type each.

    Raises
    ------
    ObservationError
        If the file cannot be read; says what it is and what is wrong with it.
    """
    path = Path(path)
    start = head(path)
    check_size(path)
    if not start:
        raise ObservationError(f"{path.name} is empty")
    for magic, what in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise ObservationError(f"{path.name} is {what}")
    if start.startswith(b"PK\x03\x04"):
        return _of_zip(path)
    if start.startswith(b"PK"):
        raise ObservationError(f"{path.name} is an empty or split zip")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return workbook_tables(path)
    if start.startswith(b"PAR1"):
        return parquet_tables(path)
    if start.startswith(b"SQLite format 3"):
        return geopackage_tables(path)
    if start.startswith((b"\x89HDF", b"CDF\x01", b"CDF\x02", b"CDF\x05")):
        return netcdf_tables(path)
    if start.startswith(b"\x1f\x8b"):
        return _of_text(path, _gunzipped(path))
    return _of_text(path, None)


def _of_text(path: Path, data: bytes | None) -> tuple[RawTable, ...]:
    start = (head(path) if data is None else data[:64]).removeprefix(b"\xef\xbb\xbf")
    if start.lstrip().startswith((b"{", b"[")):
        return geojson_tables(path, data)
    return text_tables(path, data)


def _gunzipped(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ObservationError(
            f"{path.name} is a broken gzip file: {shown(error)}"
        ) from error
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024**2
        raise ObservationError(f"{path.name} unpacks to more than {limit} MiB")
    if not data:
        raise ObservationError(f"{path.name} is empty")
    return data


def _of_zip(path: Path) -> tuple[RawTable, ...]:
    """Tables of a zip: a workbook, an archive, shapefiles, or one file inside."""
    with _archive.opened(path) as archive:
        found = _archive.members(archive)
        names = [_archive.base_name(member) for member in found]
        inner = [member.filename for member in found]
    if "[Content_Types].xml" in inner or "mimetype" in inner:
        return workbook_tables(path)
    if has_meta(names):
        return archive_tables(path)
    if any(name.lower().endswith(".shp") for name in names):
        return shapefile_tables(path)
    return _of_members(path)


def _of_members(path: Path) -> tuple[RawTable, ...]:
    tables: list[RawTable] = []
    with _archive.opened(path) as archive, tempfile.TemporaryDirectory() as folder:
        for number, member in enumerate(_archive.members(archive)):
            name = _archive.base_name(member)
            if name.lower().endswith(_TEXT_ENDINGS):
                data = _archive.read_member(archive, member)
                tables.extend(_renamed(text_tables(path, data), name))
            elif name.lower().endswith(".geojson"):
                data = _archive.read_member(archive, member)
                tables.extend(_renamed(geojson_tables(path, data), name))
            elif name.lower().endswith(".gpkg"):
                inside = Path(folder) / f"{number}.gpkg"
                _archive.unpack(archive, member, inside)
                tables.extend(geopackage_tables(inside, path.name))
    if not tables:
        raise ObservationError(
            f"{path.name} holds no table: expected a shapefile, a GeoPackage, GeoJSON, "
            "text tables or a Darwin Core archive (meta.xml)"
        )
    return tuple(tables)


def _renamed(tables: tuple[RawTable, ...], name: str) -> list[RawTable]:
    return [replace(table, name=table.name or name) for table in tables]
