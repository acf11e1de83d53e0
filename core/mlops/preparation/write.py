"""Write a prepared set beside its place, move it there as a whole, and take it back.

Everything is first written below ``.preparing`` in the target. Each file gets its
name only when it is whole, so a killed run goes on with what is there. When all is
written, a list of moves is kept and then carried out; a run that finds the list
finishes it.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from core.errors import InputError, NotFoundError, StorageError
from core.imagery import content_hash, decode_photo, read_photo_file
from core.mlops.preparation.paths import inside
from core.mlops.preparation.plan import Piece

__all__ = ["MARKER", "STAGE", "read_marker", "staged", "undo", "write_pieces"]

STAGE = ".preparing"
LOCK = ".preparing.lock"
MARKER = "processed/preparation.json"
FORMAT = "gyre-prepared/1"
_MOVES = "moves.json"
_QUALITY = 95


def read_marker(target: Path) -> dict[str, Any] | None:
    """Read what a prepared set says of itself, or None if there is none.

    Raises
    ------
    InputError
        If the file is there and is not ours.
    """
    path = target / MARKER
    if not path.is_file():
        return None
    try:
        marker = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if not isinstance(marker, dict) or marker.get("format") != FORMAT:
        raise InputError(f"{path} is no mark of a prepared set")
    return marker


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Open the folder beside which a set is written; one run at a time.

    A run that was killed while moving is finished first.

    Raises
    ------
    StorageError
        If another run is writing there.
    """
    import fcntl

    stage, lock_file = target / STAGE, target / LOCK
    try:
        target.mkdir(parents=True, exist_ok=True)
        lock = lock_file.open("w")
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageError(f"another run is preparing {target}") from error
        if (stage / _MOVES).is_file():
            _move(target, stage)
        stage.mkdir(exist_ok=True)
        try:
            yield stage
        finally:
            lock_file.unlink(missing_ok=True)
            _drop_empty(stage, target)


def _drop_empty(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def write_pieces(
    target: Path,
    stage: Path,
    pieces: Sequence[Piece],
    tables: Mapping[str, str],
    marker: Mapping[str, Any],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a set and move it to its place.

    Parameters
    ----------
    target : Path
        Gets ``raw/images`` and ``processed``.
    stage : Path
        As `staged` gave it.
    pieces : sequence of Piece
        Pictures.
    tables : mapping of str to str
        Text of each further file, by path relative to the target.
    marker : mapping
        What the set says of itself; ``files`` is added.
    progress : callable, optional
        Called with pictures done and total.

    Raises
    ------
    InputError
        If the target holds such folders of somebody else's, or a picture changed
        since it was looked at.
    """
    wanted = {piece.path for piece in pieces} | {piece.raw for piece in pieces}
    _drop_others(stage, wanted)
    for number, piece in enumerate(pieces, start=1):
        _write_piece(stage, piece)
        if progress is not None:
            progress(number, len(pieces))
    for name, text in tables.items():
        _put(stage / name, text.encode("utf-8", errors="backslashreplace"))
    files = {
        name: (stage / name).stat().st_size for name in sorted(wanted | set(tables))
    }
    content = {"format": FORMAT, **marker, "files": files}
    _put(stage / MARKER, json.dumps(content, indent=1, allow_nan=False).encode())
    moves = ["raw/images", "processed/train", "processed/validation", *tables, MARKER]
    moves = [name for name in moves if (stage / name).exists()]
    check_free(target, moves)
    _put(stage / _MOVES, json.dumps(moves).encode())
    _move(target, stage)


def check_free(target: Path, names: Sequence[str]) -> None:
    """Refuse a target that holds something under a name we would write.

    Raises
    ------
    InputError
        Naming what is there.
    """
    for name in names:
        path = target / name
        is_empty = path.is_dir() and not path.is_symlink() and not any(path.iterdir())
        if path.is_symlink() or (path.exists() and not is_empty):
            raise InputError(f"{path} is there already and is not ours; move it away")


def _drop_others(stage: Path, wanted: set[str]) -> None:
    """Remove what an earlier run with another plan left in the stage."""
    for part in ("raw", "processed"):
        for here, _, names in os.walk(stage / part):
            for name in names:
                path = Path(here, name)
                if path.relative_to(stage).as_posix() not in wanted:
                    path.unlink()


def _write_piece(stage: Path, piece: Piece) -> None:
    raw, path = stage / piece.raw, stage / piece.path
    if not raw.is_file():
        data = read_photo_file(piece.item.sourced.path)
        if content_hash(data) != piece.item.look.sha256:
            name = piece.item.sourced.name
            raise InputError(f"{name} changed while it was prepared; start again")
        _put(raw, data)
    if path.is_file():
        return
    if piece.window is None and piece.item.look.is_plain_jpeg:
        _share(raw, path)
        return
    pixels = decode_photo(raw.read_bytes(), name=raw.name).pixels
    if piece.window is not None:
        left, top, right, bottom = piece.window
        pixels = pixels[top:bottom, left:right]
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY, subsampling=0)
    _put(path, out.getvalue())


def _share(raw: Path, path: Path) -> None:
    """Give a file a second name; where the disk cannot, copy it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(raw, path)
    except OSError:
        _put(path, raw.read_bytes())


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


def _move(target: Path, stage: Path) -> None:
    """Carry out the kept list of moves; what was moved before is passed over."""
    for name in json.loads((stage / _MOVES).read_text(encoding="utf-8")):
        old, new = stage / name, target / name
        if not old.exists():
            continue
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            if new.is_dir():
                new.rmdir()  # empty, or this fails and nothing is lost
            old.replace(new)
        except OSError as error:
            raise StorageError(f"cannot move {new}: {error.strerror}") from error
    shutil.rmtree(stage)


def undo(target: Path) -> dict[str, Any]:
    """Remove a prepared set: what we wrote and nobody changed, and nothing else.

    Parameters
    ----------
    target : Path
        As it was given to prepare.

    Returns
    -------
    dict
        ``removed`` (number of files) and ``kept`` (names of files that were changed
        since).

    Raises
    ------
    NotFoundError
        If nothing of ours is there.
    InputError
        If the mark of the set is not ours or names a path outside.
    """
    marker = read_marker(target)
    stage = target / STAGE
    if marker is None:
        if not stage.is_dir():
            raise NotFoundError(f"{target} holds no set that was prepared here")
        with staged(target):
            marker = read_marker(target)  # a move that was cut off is finished now
    removed, kept, folders = 0, [], set()
    for name, size in (marker or {}).get("files", {}).items():
        path = inside(target, name)
        if path is None or path.is_symlink():
            raise InputError(f"{target / MARKER} names a path outside: {name!r}")
        if not path.is_file():
            continue
        if path.stat().st_size != size:
            kept.append(name)
            continue
        path.unlink()
        removed += 1
        folders |= {p for p in path.parents if p != target and target in p.parents}
    _drop_empty(*sorted(folders, key=lambda p: len(p.parts), reverse=True))
    (target / MARKER).unlink(missing_ok=True)
    if stage.is_dir():
        shutil.rmtree(stage)
    _drop_empty(target / "processed", target)
    return {"removed": removed, "kept": kept}
