"""Arrays kept on the disk between runs, under a hash of what they were made from.

A file is a zip of plain arrays, never of objects. It holds the whole key and a hash of
its own content: one that is cut short, changed, or made from something else is not
used, and is written anew.
"""

import hashlib
import logging
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["load", "save"]

logger = logging.getLogger(__name__)

Arrays = dict[str, npt.NDArray[Any]]

#: Files and contents above these sizes are not ours.
_MAX_FILE_BYTES = 200_000_000
_MAX_CONTENT_BYTES = 500_000_000
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def save(path: Path, *, key: str, arrays: Arrays) -> None:
    """Write arrays under a key; a folder that cannot be written is only logged.

    The file appears whole or not at all.
    """
    marks = {"key": _text(key), "content": _text(_hash_of(key, arrays))}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(file, allow_pickle=False, **marks, **arrays)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("sea distances are not kept at %s: %s", path, error)


def load(path: Path, *, key: str) -> Arrays | None:
    """Read what :func:`save` wrote under the key; nothing if it cannot be used."""
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise ValueError("the file is too large")
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MAX_CONTENT_BYTES:
                raise ValueError("the content is too large")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        kept_key, content = (_read(arrays.pop(name)) for name in ("key", "content"))
        if kept_key != key or content != _hash_of(key, arrays):
            raise ValueError("it was made from something else, or was changed")
    except _UNREADABLE as error:
        logger.warning("%s is not used: %s", path, error)
        return None
    return arrays


def _text(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode("ascii"), dtype=np.uint8)


def _read(array: npt.NDArray[Any]) -> str:
    return array.astype(np.uint8).tobytes().decode("ascii")


def _hash_of(key: str, arrays: Arrays) -> str:
    digest = hashlib.sha256(key.encode("ascii"))
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
