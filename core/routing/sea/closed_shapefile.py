"""Features of a zipped shapefile, in the form of GeoJSON."""

import json
import tempfile
import zipfile
import zlib
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from core.errors import RouteInputError

__all__ = ["features_of_zip"]

_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_NEEDED = {".shp", ".shx", ".dbf", ".prj"}
_MAX_PART_BYTES = 50_000_000
_MAX_MEMBERS = 1_000
_FIELDS = ("name", "reason", "from", "until", "months")


def features_of_zip(data: bytes) -> list[dict[str, Any]]:
    """Read the one shapefile of a zip.

    Members are written under names of our own in a folder that is removed again, so
    a path in the zip reaches nothing.

    Parameters
    ----------
    data : bytes
        The zip.

    Raises
    ------
    RouteInputError
        If it holds no shapefile, or more than one, or one that cannot be read.
    """
    try:
        with (
            zipfile.ZipFile(BytesIO(data)) as archive,
            tempfile.TemporaryDirectory() as folder,
        ):
            _unpack(archive, Path(folder))
            return _features(Path(folder) / "areas.shp")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise RouteInputError(
            f"closed areas: the zip cannot be read: {error!s:.80}"
        ) from error


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS:
        raise RouteInputError(f"closed areas: the zip has {len(members)} members")
    by_suffix: dict[str, list[zipfile.ZipInfo]] = {}
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if "__MACOSX" not in name.parts and name.suffix.lower() in _PARTS:
            by_suffix.setdefault(name.suffix.lower(), []).append(member)
    missing = _NEEDED - by_suffix.keys()
    if missing or any(len(found) > 1 for found in by_suffix.values()):
        raise RouteInputError(
            "closed areas: expected a zip with one shapefile (.shp, .shx, .dbf and "
            ".prj, which says how its coordinates are meant)"
        )
    for suffix, (member,) in by_suffix.items():
        with archive.open(member) as part:
            content = part.read(_MAX_PART_BYTES + 1)
        if len(content) > _MAX_PART_BYTES:
            raise RouteInputError(
                f"closed areas: the {suffix} has more than {_MAX_PART_BYTES} bytes"
            )
        (folder / f"areas{suffix}").write_bytes(content)


def _features(path: Path) -> list[dict[str, Any]]:
    import geopandas as gpd

    try:
        frame = gpd.read_file(path)
        if frame.crs is None:
            raise RouteInputError("closed areas: the .prj cannot be read")
        frame = frame.to_crs("EPSG:4326")
    except (RuntimeError, ValueError) as error:  # of GDAL and PROJ
        raise RouteInputError(
            f"closed areas: the shapefile cannot be read: {error!s:.80}"
        ) from error
    column = {str(name).lower(): name for name in frame.columns}
    features = []
    for _, row in frame.iterrows():
        fields = {
            field: _plain(row[column[field]]) for field in _FIELDS if field in column
        }
        months = fields.get("months")
        if isinstance(months, str):
            fields["months"] = _numbers(months)
        shape = row[frame.geometry.name]
        geometry = (
            None if shape is None else json.loads(json.dumps(shape.__geo_interface__))
        )
        features.append({"type": "Feature", "properties": fields, "geometry": geometry})
    return features


def _plain(value: Any) -> Any:
    """Return a cell as JSON would hold it; an empty one as nothing."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return None
    if hasattr(value, "isoformat"):
        return _with_zone(value.isoformat())
    text = str(value).strip()
    return text or None


def _with_zone(text: str) -> str:
    """Take dates as UTC: a shapefile's have no time zone."""
    return f"{text[:19]}Z" if "T" in text else f"{text[:10]}T00:00:00Z"


def _numbers(text: str) -> Any:
    parts = text.replace(";", ",").split(",")
    stripped = [part.strip() for part in parts if part.strip()]
    return [int(one) for one in stripped] if all(map(str.isdigit, stripped)) else text
