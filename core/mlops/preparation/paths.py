"""Files of a foreign set: found without leaving its folder, told apart by suffix."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from core.errors import InputError
from core.mlops.preparation.records import plain

__all__ = ["PICTURE_SUFFIXES", "inside", "manifest_rows", "split_of", "walk"]

PICTURE_SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jfif", ".png", ".webp", ".tif", ".tiff"),
        *(".heic", ".heif", ".bmp", ".gif", ".avif"),
    )
)
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
#: Rows of a manifest or of boxes that are read; more is refused, not cut.
_MAX_ROWS = 5_000_000
_MAX_PATH = 2000


def split_of(name: str) -> str:
    """``train``, ``validation``, ``test``, or empty, from a folder's or file's name.

    Examples
    --------
    >>> split_of("valid"), split_of("train2017"), split_of("plastic")
    ('validation', 'train', '')
    """
    return _SPLITS.get(name.lower().rstrip("0123456789_-"), "")


def walk(root: Path) -> Iterator[Path]:
    """List every file below a folder that is not hidden; folder links stay closed."""
    for here, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(here, name)


def inside(root: Path, name: object) -> Path | None:
    """Path of a named file if it cannot leave a folder, otherwise None.

    Parameters
    ----------
    root : Path
        The folder.
    name : object
        From a label file; hostile until shown otherwise.
    """
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        return None
    windows = PureWindowsPath(name)
    posix = PurePosixPath(name.replace("\\", "/"))
    if windows.drive or windows.root or posix.is_absolute() or ".." in posix.parts:
        return None
    if len(name) > _MAX_PATH or any(
        len(p.encode("utf-8", "surrogatepass")) > 255 for p in posix.parts
    ):
        return None  # no file can have it, and asking the system raises an error
    path = root / posix
    try:
        is_inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name too long
        return None
    return path if is_inside else None


def manifest_rows(path: Path) -> list[dict[str, Any]]:
    """Read a CSV of labels.

    Raises
    ------
    InputError
        If it is no UTF-8 table, or has too many rows.
    """
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                rows.append({str(k).strip(): v for k, v in row.items() if k})
                if len(rows) > _MAX_ROWS:
                    raise InputError(f"{path.name} has over {_MAX_ROWS:,} rows")
    except OSError as error:
        raise InputError(f"cannot read {path.name}: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is no UTF-8 CSV: {plain(error)}") from error
    return rows
