"""Zip files from strangers: bounded in members and size, paths never followed."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations.importers.formats._limits import (
    MAX_MEMBERS,
    MAX_UNPACKED_BYTES,
)

__all__ = ["base_name", "members", "opened", "read_member", "unpack"]

_CHUNK = 1024 * 1024


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip; whatever is wrong with it is said in plain words.

    Raises
    ------
    ObservationError
        If it is broken, locked, has too many members or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, path.name)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ObservationError(
            f"{path.name} is a broken zip: {shown(error)}"
        ) from error
    except (RuntimeError, OSError, ValueError) as error:
        if isinstance(error, ObservationError):
            raise
        raise ObservationError(
            f"{path.name} cannot be unpacked: {shown(error)}"
        ) from error


def _check(archive: zipfile.ZipFile, name: str) -> None:
    found = archive.infolist()
    if len(found) > MAX_MEMBERS:
        raise ObservationError(
            f"{name} holds {len(found)} files, at most {MAX_MEMBERS}"
        )
    if any(member.flag_bits & 0x1 for member in found):
        raise ObservationError(f"{name} is locked by a password")
    if sum(member.file_size for member in found) > MAX_UNPACKED_BYTES:
        limit = MAX_UNPACKED_BYTES // 1024**2
        raise ObservationError(f"{name} unpacks to more than {limit} MiB")


def base_name(member: zipfile.ZipInfo) -> str:
    """Name of a member without folders, whichever way its path is written."""
    return PurePosixPath(member.filename.replace("\\", "/")).name


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Files of a zip, without folders and the shadows macOS adds."""
    return [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and "__MACOSX" not in member.filename
        and not base_name(member).startswith("._")
    ]


def read_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    limit: int = MAX_UNPACKED_BYTES,
) -> bytes:
    """Content of one member, never more than the limit.

    Raises
    ------
    ObservationError
        If it unpacks to more.
    """
    with archive.open(member) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ObservationError(
            f"{base_name(member)} unpacks to more than {limit // 1024**2} MiB"
        )
    return data


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> None:
    """Write one member under a name of ours.

    Raises
    ------
    ObservationError
        If it unpacks to more than the limit.
    """
    left = MAX_UNPACKED_BYTES
    with archive.open(member) as source, to.open("wb") as target:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise ObservationError(f"{base_name(member)} unpacks to too much")
            target.write(chunk)
