"""Fetched files kept on disk by their content, found again by the request.

Layout: ``<sha256>.nc`` holds a file, ``index/<hash of the request>.json`` says which
file a request brought, when, and how to ask whether it changed. Everything is written
beside its place and moved there, so two processes may work at once and a killed one
leaves nothing half written under a valid name.
"""

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError, StorageError

__all__ = ["CacheEntry", "EnvironmentCache", "file_sha256"]

logger = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
#: A part file this old belongs to a process that died (assumption).
_DEAD_PART_S = 24 * 3600.0
#: A file used this recently is not removed: somebody may be about to open it.
_IN_USE_S = 60.0


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """What a request brought.

    ``fetched_at`` is the last time the server gave these bytes or confirmed them.
    """

    sha256: str
    url: str
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _nothing_protected() -> Collection[str]:
    return ()


class EnvironmentCache:
    """A folder of fetched files.

    Parameters
    ----------
    root : Path
        The folder; made on the first write.
    max_bytes : int
        Files used longest ago are removed beyond this. The default is an assumption.
    protected : callable, optional
        Gives the SHA-256 of files that stay whatever the limit, as those that a stored
        forcing uses.
    """

    def __init__(
        self,
        root: Path,
        *,
        max_bytes: int = 5_000_000_000,
        protected: Callable[[], Collection[str]] = _nothing_protected,
    ) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self._protected = protected

    def path(self, sha256: str) -> Path:
        """Where a file lies, whether or not it is there.

        Raises
        ------
        InputError
            If the name is no SHA-256, so no name from outside becomes a path.
        """
        if not _SHA256.fullmatch(sha256):
            raise InputError(f"not a SHA-256 in hexadecimal: {sha256[:80]!r}")
        return self.root / f"{sha256}.nc"

    def find(self, request: Mapping[str, object]) -> CacheEntry | None:
        """Return what a request brought before, if its file is still whole.

        A damaged file is removed, so that it is fetched again.
        """
        entry = self._read_entry(self._index_path(request))
        if entry is None:
            return None
        path = self.path(entry.sha256)
        try:
            found = file_sha256(path)
        except OSError:
            return None
        if found != entry.sha256:
            logger.warning("cached file %s is damaged, removed", entry.sha256[:12])
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):  # a read-only cache still serves
            os.utime(path)
        return entry

    @contextlib.contextmanager
    def part(self) -> Iterator[Path]:
        """Give a file beside the cache to write to; it is gone afterwards.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.root, prefix=".part-")
        except OSError as error:
            raise StorageError(
                f"cannot write to {self.root}: {error.strerror}"
            ) from error
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def put(
        self,
        part: Path,
        request: Mapping[str, object],
        *,
        url: str,
        etag: str = "",
        last_modified: str = "",
    ) -> CacheEntry:
        """Keep a file that was written to a part, under its content.

        Returns
        -------
        CacheEntry
            As ``find`` will return it.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        sha256 = file_sha256(part)
        entry = CacheEntry(sha256, url, _now(), etag, last_modified)
        try:
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(self.path(sha256))
        except OSError as error:
            raise StorageError(
                f"cannot write to {self.root}: {error.strerror}"
            ) from error
        self._write_entry(request, entry)
        self.prune(keep=sha256)
        return entry

    def confirm(self, request: Mapping[str, object], entry: CacheEntry) -> CacheEntry:
        """Note that the server called a kept file still current."""
        fresh = replace(entry, fetched_at=_now())
        self._write_entry(request, fresh)
        return fresh

    def prune(self, *, keep: str = "") -> list[str]:
        """Remove the files used longest ago until the rest fits the limit.

        Parameters
        ----------
        keep : str, optional
            SHA-256 of a file that stays in any case.

        Returns
        -------
        list of str
            SHA-256 of each file removed.
        """
        found = []
        now = time.time()
        for path in self.root.glob("*.nc"):
            with contextlib.suppress(FileNotFoundError):  # another process pruned
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        over = sum(size for _, size, _ in found) - self.max_bytes
        stays = {keep, *self._protected()} if over > 0 else set()
        removed = []
        for used_at, size, path in sorted(found):
            if over <= 0 or now - used_at < _IN_USE_S:
                break
            if path.stem in stays:
                continue
            path.unlink(missing_ok=True)
            removed.append(path.stem)
            over -= size
        self._sweep(now, drop_entries=bool(removed))
        return removed

    def _sweep(self, now: float, *, drop_entries: bool) -> None:
        """Remove parts of dead processes and entries whose file is gone."""
        for part in self.root.glob(".part-*"):
            with contextlib.suppress(FileNotFoundError):
                if now - part.stat().st_mtime <= _DEAD_PART_S:
                    continue
                if part.is_dir():
                    shutil.rmtree(part, ignore_errors=True)
                else:
                    part.unlink()
        if not drop_entries:
            return
        for index in self.root.glob("index/*.json"):
            entry = self._read_entry(index)
            if entry is None or not self.path(entry.sha256).exists():
                index.unlink(missing_ok=True)

    def _index_path(self, request: Mapping[str, object]) -> Path:
        canonical = json.dumps(request, sort_keys=True, separators=(",", ":"))
        name = hashlib.sha256(canonical.encode()).hexdigest()
        return self.root / "index" / f"{name}.json"

    def _read_entry(self, index: Path) -> CacheEntry | None:
        """Read an entry; one that cannot be understood counts as none."""
        try:
            row = json.loads(index.read_text(encoding="utf-8"))
            fetched_at = datetime.fromisoformat(row["fetched_at"])
            if not _SHA256.fullmatch(row["sha256"]) or fetched_at.tzinfo is None:
                return None
            names = ("sha256", "url", "etag", "last_modified")
            values = {name: str(row[name]) for name in names}
            return CacheEntry(**values, fetched_at=fetched_at)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def _write_entry(self, request: Mapping[str, object], entry: CacheEntry) -> None:
        row = asdict(entry) | {
            "fetched_at": entry.fetched_at.isoformat(),
            "request": dict(request),
        }
        index = self._index_path(request)
        with self.part() as part:
            try:
                index.parent.mkdir(parents=True, exist_ok=True)
                part.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
                part.replace(index)
            except OSError as error:
                raise StorageError(
                    f"cannot write to {index.parent}: {error.strerror}"
                ) from error


def _now() -> datetime:
    return datetime.now(UTC)
