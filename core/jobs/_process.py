"""A mark that tells whether a process still lives: a locked file.

A process id is not enough: inside a container the next process often gets the same
id. The operating system drops a lock the moment its process ends, however it ends.
"""

import os
import socket
import uuid
from pathlib import Path
from typing import IO

__all__ = ["ProcessMark", "is_alive"]

if os.name == "nt":  # pragma: no cover - Linux and macOS are what is supported
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProcessMark:
    """Holds a lock as long as this process, or until it is released.

    Parameters
    ----------
    folder : Path
        Shared by every process that uses the same store; made if missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._path = folder / f"{self.owner}.lock"
        self._file = self._path.open("wb")
        _lock(self._file)

    def release(self) -> None:
        """Say that this owner works no more."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def is_alive(owner: str, folder: Path) -> bool:
    """Whether the process behind an owner's mark still lives.

    A dead owner's file is removed on the way.
    """
    path = folder / f"{owner}.lock"
    try:
        with path.open("rb+") as file:
            _lock(file)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False
    except (BlockingIOError, PermissionError):
        return True
    return False
