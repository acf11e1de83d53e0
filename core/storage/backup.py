"""Backup and restore: the database and every stored file in one archive.

The archive is a plain tar (photos do not compress): ``gyre.db`` first, then
``files/<sha256>``. It is complete or it does not exist, and a restore checks every byte
before anything is put in place.
"""

import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, StorageError
from core.storage.database import sqlite_path
from core.storage.files import ContentFiles
from core.storage.store import Store, open_store

__all__ = ["BackupResult", "restore_backup", "write_backup"]

_DATABASE = "gyre.db"
_FILE = re.compile(r"files/([0-9a-f]{64})")


@dataclass(frozen=True)
class BackupResult:
    """What an archive holds: stored files, and the size of the whole, in bytes."""

    n_files: int
    n_bytes: int


def write_backup(store: Store, path: Path) -> BackupResult:
    """Write everything the store keeps into one archive, while it is in use.

    Files are only ever added, so a snapshot of the database taken first refers to no
    file that is missing.

    Raises
    ------
    StorageError
        If the archive cannot be written, or a stored file is damaged.
    """
    n_files = 0
    with _named_faults(path), _replacing(path) as temporary:
        with tarfile.open(temporary, "w") as archive:
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                snapshot = Path(folder) / _DATABASE
                _copy_database(store.path, snapshot)
                archive.add(snapshot, arcname=_DATABASE)
            for sha256 in store.files.names():
                stored = store.files.checked_path(sha256)
                entry = tarfile.TarInfo(f"files/{sha256}")
                entry.size = stored.stat().st_size
                with stored.open("rb") as content:
                    archive.addfile(entry, content)
                n_files += 1
        n_bytes = temporary.stat().st_size
    return BackupResult(n_files, n_bytes)


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Yield a file that takes its name only once it is complete and on disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _named_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"backup {path}: {error}") from error


def restore_backup(path: Path, *, url: str, data_dir: Path) -> BackupResult:
    """Put an archive's database and files where there are none.

    Parameters
    ----------
    path : Path
        The archive.
    url : str
        Database to make; it must not exist, so nothing is ever overwritten.
    data_dir : Path
        Folder of the stored files; files that are there already stay.

    Raises
    ------
    InputError
        If the archive is not one of ours, is damaged, or the database exists.
    StorageError
        If the files cannot be written.
    """
    target = sqlite_path(url)
    if target.exists():
        raise InputError(f"{target} exists; move it away first, nothing is overwritten")
    with _named_faults(path):
        data_dir.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data_dir) as name:
            staged = Path(name)
            n_files = _unpack(path, staged)
            database = staged / _DATABASE
            _check_database(database)
            for sha256 in ContentFiles(staged / "files").names():
                ContentFiles(data_dir / "files").put_file(
                    ContentFiles(staged / "files").checked_path(sha256)
                )
            # Last, so that a restore cut short leaves no database to trust.
            shutil.move(database, target)
    open_store(url, data_dir=data_dir).close()
    return BackupResult(n_files, path.stat().st_size)


def _unpack(path: Path, staged: Path) -> int:
    files = ContentFiles(staged / "files")
    n_files = 0
    try:
        with tarfile.open(path, "r:") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                match = _FILE.fullmatch(entry.name)
                if content is None or not (match or entry.name == _DATABASE):
                    raise InputError(f"{path.name} holds {entry.name!r}, not a backup")
                if match is None:
                    with (staged / _DATABASE).open("wb") as out:
                        shutil.copyfileobj(content, out)
                    continue
                if files.put_stream(content) != match.group(1):
                    raise InputError(f"{path.name}: {entry.name[:18]} is damaged")
                n_files += 1
    except tarfile.TarError as error:
        raise InputError(f"{path.name} is no backup, or is cut short") from error
    except FileNotFoundError:
        raise InputError(f"no backup at {path}") from None
    return n_files


def _check_database(database: Path) -> None:
    if not database.exists():
        raise InputError("the backup holds no database")
    with closing(sqlite3.connect(database)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise InputError(f"the backup's database is damaged: {said}")
