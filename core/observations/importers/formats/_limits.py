"""Limits that hold for every format, and how they are said."""

from pathlib import Path

from core.errors import ObservationError

__all__ = [
    "MAX_CELLS",
    "MAX_COLUMNS",
    "MAX_FEATURES",
    "MAX_FILE_BYTES",
    "MAX_MEMBERS",
    "MAX_UNPACKED_BYTES",
    "check_size",
    "head",
]

#: Assumption: no table of field records is larger; a year of a world database is not.
MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_CELLS = 200_000_000
MAX_COLUMNS = 5_000
MAX_FEATURES = 5_000_000
MAX_MEMBERS = 1_000


def head(path: Path, n_bytes: int = 64) -> bytes:
    """First bytes of a file.

    Raises
    ------
    ObservationError
        If it is a folder, missing, or cannot be read.
    """
    if path.is_dir():
        raise ObservationError(f"{path.name} is a folder, expected a file")
    try:
        with path.open("rb") as file:
            return file.read(n_bytes)
    except OSError as error:
        raise ObservationError(f"cannot read {path.name}: {error.strerror}") from error


def check_size(path: Path) -> None:
    """Refuse a file over the limit.

    Raises
    ------
    ObservationError
        If it has more than `MAX_FILE_BYTES`.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024**2
        raise ObservationError(f"{path.name} is larger than {limit} MiB")
