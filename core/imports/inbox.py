"""Uploaded files that wait to be checked and kept; not part of what the store keeps."""

import hashlib
import shutil
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import IO

from core.errors import InputError, NotFoundError, StorageError
from core.imports.checking import FilePart

__all__ = ["Inbox"]

_PIECE_BYTES = 1 << 20
_MAX_NAME = 120
#: What was uploaded and never kept goes after this time (assumption: a working week).
_STALE_S = 7 * 24 * 3600.0


class Inbox:
    """Files by their content and name, under a folder of their own.

    Parameters
    ----------
    data_dir : Path
        Folder of the store; the inbox is ``inbox`` in it and no part of a backup.
    """

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "inbox"

    def put(self, name: str, source: IO[bytes]) -> FilePart:
        """Hold a copy of an upload.

        Raises
        ------
        InputError
            If its name has nothing that can be shown.
        StorageError
            If it cannot be written.
        """
        name = safe_name(name)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self.root, prefix=".part-", delete=False
            ) as part:
                sha256, size = _copy(source, part)
            path = self.root / sha256 / name
            path.parent.mkdir(exist_ok=True)
            Path(part.name).replace(path)
        except OSError as error:
            raise StorageError(
                f"cannot hold {name}: {error.strerror or error}"
            ) from error
        return FilePart(name=name, path=path, sha256=sha256, size_bytes=size)

    def get(self, sha256: str, name: str) -> FilePart:
        """Return a held file.

        Raises
        ------
        NotFoundError
            If it is not held any more.
        """
        path = self.root / Path(sha256).name / safe_name(name)
        if not path.is_file():
            raise NotFoundError(f"{name} is not held any more; upload it again")
        size = path.stat().st_size
        return FilePart(name=name, path=path, sha256=sha256, size_bytes=size)

    def drop(self, part: FilePart) -> None:
        """Let a file go; one that is gone already is no error."""
        if part.path.parent.parent == self.root:
            part.path.unlink(missing_ok=True)

    def sweep(self, *, older_than_s: float = _STALE_S) -> int:
        """Delete files held too long; returns how many."""
        gone = 0
        for folder in [p for p in self.root.glob("*") if p.is_dir()]:
            if time.time() - folder.stat().st_mtime > older_than_s:
                gone += sum(1 for _ in folder.iterdir())
                shutil.rmtree(folder)
        return gone


def safe_name(name: str) -> str:
    """Name of a file without folders, control characters and signs that reorder text.

    Raises
    ------
    InputError
        If nothing is left.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip()
    if not shown.strip("."):
        raise InputError("the file has no name")
    if len(shown) > _MAX_NAME:  # the ending says what it is
        shown = shown[: _MAX_NAME // 2] + shown[-_MAX_NAME // 2 :]
    return shown


def _copy(source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE_BYTES):
        digest.update(piece)
        target.write(piece)
        size += len(piece)
    return digest.hexdigest(), size
