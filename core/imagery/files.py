"""Photo files: found, read within limits, named safely, identified by content."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from core.errors import ImageError, NotFoundError
from core.imagery.formats import Limits

__all__ = ["content_hash", "find_photos", "read_photo_file", "safe_display_name"]

_MAX_NAME = 120
#: Control characters, bidirectional overrides and other invisible ones, unassigned
#: and private code points, lone surrogates, line and paragraph separators.
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))


def content_hash(data: bytes) -> str:
    """Identify a file by its content: SHA-256, 64 hexadecimal digits.

    Examples
    --------
    >>> content_hash(b"abc")[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(data).hexdigest()


def find_photos(paths: Iterable[str | Path]) -> list[Path]:
    """List the files that stand behind paths; folders are walked.

    Everything in a folder that is not hidden counts, whatever its suffix, broken
    links and pipes too, so that what is refused is reported and not silently missing.
    Links to files are followed, links to folders are not.

    Parameters
    ----------
    paths : iterable of str or Path
        Files and folders, in the order wanted.

    Returns
    -------
    list of Path
        Each file once, in the order given; a folder's files sorted by path.

    Raises
    ------
    NotFoundError
        If a path does not exist.
    ImageError
        If a path is neither a file nor a folder (a pipe or device, say).
    """
    found: dict[str, Path] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for file in _walk(path):
                found.setdefault(os.path.realpath(file), file)
        elif path.is_file():
            found.setdefault(os.path.realpath(path), path)
        elif path.exists():
            raise ImageError(f"neither a file nor a folder: {path}")
        else:
            raise NotFoundError(f"no such file or folder: {path}")
    return list(found.values())


def _walk(folder: Path) -> list[Path]:
    files = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(here, name) for name in names if not name.startswith(".")]
    return sorted(files)


def read_photo_file(path: str | Path, *, limits: Limits | None = None) -> bytes:
    """Read a photo's bytes, without reading more than the limit.

    Raises
    ------
    ImageError
        If the file is empty, too large or cannot be read.
    """
    limits = limits or Limits()
    if not Path(path).is_file():  # opening a pipe would wait for ever
        raise ImageError(
            "the file cannot be read: it is gone, a broken link, a pipe or a device"
        )
    try:
        with Path(path).open("rb") as file:
            limits.check_bytes(os.fstat(file.fileno()).st_size)
            data = file.read(limits.max_bytes + 1)
    except OSError as error:
        raise ImageError(f"the file cannot be read: {error.strerror}") from error
    limits.check_bytes(len(data))  # it may have grown or shrunk since
    return data


def safe_display_name(name: str) -> str:
    """Make a file name from outside safe to show, log and store.

    Folders are dropped, hidden characters replaced, and very long names shortened
    in the middle, so that the suffix stays.

    Parameters
    ----------
    name : str
        As the browser or file system gave it.

    Returns
    -------
    str
        One line of at most 120 visible characters; ``unnamed`` if nothing is left.

    Examples
    --------
    >>> safe_display_name("../../etc/DJI_0001.JPG")
    'DJI_0001.JPG'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).rstrip("/\\"))[-1]
    shown = "".join(
        "\ufffd" if unicodedata.category(char) in _HIDDEN_CATEGORIES else char
        for char in last
    ).strip()
    if len(shown) > _MAX_NAME:
        shown = f"{shown[: _MAX_NAME - 21]}…{shown[-20:]}"
    return shown if shown.strip(".") else "unnamed"
