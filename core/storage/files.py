"""Files kept by their content: the name is the SHA-256 of the bytes."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.errors import NotFoundError, StorageError

__all__ = ["ContentFiles"]

_SHA256 = re.compile(r"[0-9a-f]{64}")


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
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise StorageError(
                f"stored file {sha256[:12]} is damaged: its hash is {found[:12]}"
            )
        return data

    def names(self) -> Iterator[str]:
        """SHA-256 of every stored file, in order."""
        for path in sorted(self.root.glob("??/*")):
            name = path.parent.name + path.name
            if _SHA256.fullmatch(name):
                yield name


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
    if os.name == "posix":  # the new name itself must reach the disk too
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
