"""Files kept by their content: the name is the SHA-256 of the bytes."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.errors import NotFoundError, StorageError

__all__ = ["ContentFiles"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PIECE_BYTES = 1 << 20


class ContentFiles:
    """A folder of files under ``ab/cdef...``, written once, checked on each read.

    Parameters
    ----------
    root : Path
        The folder; made on the first write.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where a file lies, whether or not it is there.

        Raises
        ------
        StorageError
            If the name is no SHA-256, so no name from outside becomes a path.
        """
        if not _SHA256.fullmatch(sha256):
            raise StorageError(f"not a SHA-256 in hexadecimal: {sha256[:80]!r}")
        return self.root / sha256[:2] / sha256[2:]

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def put(self, data: bytes) -> str:
        """Keep bytes and return their SHA-256; keeping them twice is no error.

        The file is complete and on disk before it gets its name, so a killed process
        leaves no half file under a valid name.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if path.is_file() and path.stat().st_size == len(data):
            return sha256
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_durably(path, data)
        except OSError as error:
            raise StorageError(
                f"cannot write to {path.parent}: {error.strerror}"
            ) from error
        return sha256

    def put_file(self, source: Path) -> str:
        """Keep a copy of a file and return its SHA-256; of any size, read in pieces.

        The hash is that of the bytes that were copied, so a source that changes
        meanwhile cannot end up under a wrong name.

        Raises
        ------
        NotFoundError
            If there is no such file.
        StorageError
            If the file cannot be read, or the folder cannot be written.
        """
        try:
            with source.open("rb") as file:
                return self.put_stream(file)
        except FileNotFoundError:
            raise NotFoundError(f"no file {source}") from None
        except OSError as error:
            raise StorageError(f"cannot read {source}: {error.strerror}") from error

    def put_stream(self, source: IO[bytes]) -> str:
        """Keep what an open file holds from here on and return its SHA-256.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.root, prefix=".part-")
        except OSError as error:
            raise StorageError(f"cannot write to {self.root}: {error.strerror}") from (
                error
            )
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                sha256 = _copy_and_hash(source, file)
            path = self.path(sha256)
            size = temporary.stat().st_size
            if not (path.is_file() and path.stat().st_size == size):
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(path)
                _sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return sha256

    def checked_path(self, sha256: str) -> Path:
        """Path of a stored file whose bytes have just been checked, to open in place.

        Raises
        ------
        NotFoundError
            If there is no such file.
        StorageError
            If the file was changed since it was written.
        """
        path = self.path(sha256)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise NotFoundError(f"no stored file {sha256[:12]}") from None
        except OSError as error:
            raise StorageError(
                f"cannot read stored file {sha256[:12]}: {error.strerror}"
            ) from error
        _require_hash(sha256, found)
        return path

    def get(self, sha256: str) -> bytes:
        """Return the bytes behind a SHA-256.

        Raises
        ------
        NotFoundError
            If there is no such file.
        StorageError
            If the file was changed since it was written.
        """
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFoundError(f"no stored file {sha256[:12]}") from None
        except OSError as error:
            raise StorageError(
                f"cannot read stored file {sha256[:12]}: {error.strerror}"
            ) from error
        _require_hash(sha256, hashlib.sha256(data).hexdigest())
        return data

    def names(self) -> Iterator[str]:
        """SHA-256 of every stored file, in order."""
        for path in sorted(self.root.glob("??/*")):
            name = path.parent.name + path.name
            if _SHA256.fullmatch(name):
                yield name


def _require_hash(expected: str, found: str) -> None:
    if found != expected:
        raise StorageError(
            f"stored file {expected[:12]} is damaged: its hash is {found[:12]}"
        )


def _copy_and_hash(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := source.read(_PIECE_BYTES):
        digest.update(piece)
        target.write(piece)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()


def _write_durably(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    if os.name == "posix":  # the new name itself must reach the disk too
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
