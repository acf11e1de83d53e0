"""Where the photos of a batch lie: a folder or a zip archive on this machine.

A batch is listed first and read later, photo by photo, on whatever thread judges it.
Nothing in it is trusted: names are only shown, a link never leads out of a folder that
a page was allowed, and no file is read beyond the limit of one photo.
"""

import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.errors import AccessError, ImageError, InputError, NotFoundError
from core.imagery import Limits, find_photos, inspect_photo, read_photo_file
from core.surveys.judging import BatchPhoto

__all__ = [
    "BatchPlace",
    "allowed_place",
    "batch_places",
    "is_simulated_batch",
    "list_batch",
]

_MAX_FILES = 100_000
#: Folders and archives offered for choice, and how deep they are looked for.
_MAX_PLACES, _MAX_DEPTH = 200, 3
#: Photos looked at to tell a simulated batch.
_PEEKED = 8
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class BatchPlace:
    """A folder or zip archive that photos may be taken from.

    Attributes
    ----------
    path : Path
        Where it is.
    label : str
        How it is shown: relative to the allowed folder's parent.
    n_files : int
        Files directly in the folder; 0 for an archive, which is not opened.
    """

    path: Path
    label: str
    n_files: int


def list_batch(
    path: Path, *, within: Path | None = None, only: Collection[str] | None = None
) -> list[BatchPhoto]:
    """List the photos of a folder or zip archive, in order of their names.

    Everything that is not hidden counts, so that what cannot be used is reported.

    Parameters
    ----------
    path : Path
        Folder, zip archive, or one photo.
    within : Path, optional
        Folder that nothing may lead out of; links are then refused.
    only : collection of str, optional
        Only these files of the batch, as named by `BatchPhoto.file`.

    Raises
    ------
    NotFoundError
        If there is no such folder or file.
    InputError
        If it is no zip archive, or holds too many files.
    AccessError
        If it lies outside the folder it must be in.
    """
    if within is not None:
        allowed_place(path, [within])
    if not path.exists():
        raise NotFoundError(f"no such folder or file: {path}")
    photos = _zipped(path) if _is_zip(path) else _lying(path, within)
    if len(photos) > _MAX_FILES:
        raise InputError(
            f"{path.name} holds {len(photos):,} files, at most {_MAX_FILES:,} are "
            "taken at once: split it"
        )
    if only is None:
        return photos
    wanted = set(only)
    gone = wanted - {photo.file for photo in photos}
    return [photo for photo in photos if photo.file in wanted] + [
        BatchPhoto(file=name, load=partial(_say_gone, name)) for name in sorted(gone)
    ]


def _say_gone(name: str) -> bytes:
    raise ImageError(f"the file is no longer there: {Path(name).name}")


def _lying(path: Path, within: Path | None) -> list[BatchPhoto]:
    base = path if path.is_dir() else path.parent
    return [
        BatchPhoto(file=str(file.relative_to(base)), load=_reader(file, within))
        for file in find_photos([path])
    ]


def _reader(file: Path, within: Path | None) -> Callable[[], bytes]:
    if within is None:
        return partial(_read, file)
    return partial(_read_inside, file, within)


def _read(file: Path) -> bytes:
    if not file.exists() and not file.is_symlink():
        return _say_gone(file.name)
    return read_photo_file(file)


def _read_inside(file: Path, within: Path) -> bytes:
    """Read a file that is looked at again, as it may have changed since listed."""
    if file.is_symlink():
        raise ImageError("a link, which is not followed")
    if not file.resolve().is_relative_to(within.resolve()):
        raise ImageError("the file lies outside the folder that is allowed")
    return _read(file)


def _is_zip(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".zip"


def _zipped(path: Path) -> list[BatchPhoto]:
    """List the members of an archive; they are read one by one, never unpacked."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(f"{path.name} is no zip archive, or damaged") from error
    return [
        BatchPhoto(file=info.filename, load=partial(_read_member, archive, info))
        for info in sorted(archive.infolist(), key=lambda info: info.filename)
        if not info.is_dir() and not _is_hidden(info.filename)
    ]


def _is_hidden(name: str) -> bool:
    """Whether a member is hidden, as what macOS adds to every archive."""
    parts = name.replace("\\", "/").split("/")
    return any(
        (part.startswith(".") and part not in (".", "..")) or part == "__MACOSX"
        for part in parts
    )


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read a member, and no more than a photo may have, whatever it says."""
    limits = Limits()
    limits.check_bytes(info.file_size)
    if info.flag_bits & _ENCRYPTED:
        raise ImageError("the archive needs a password for this file")
    try:
        with archive.open(info) as file:
            data = file.read(limits.max_bytes + 1)
    except NotImplementedError as error:
        raise ImageError("packed in a way that cannot be read") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise ImageError("the archive is damaged at this file") from error
    limits.check_bytes(len(data))
    return data


def is_simulated_batch(photos: Iterable[BatchPhoto]) -> bool:
    """Whether the first photos of a batch that can be read say they are simulated.

    Raises
    ------
    InputError
        If some of them are and some are not; they need surveys of their own.
    """
    said: list[bool] = []
    for photo in photos:
        try:
            header = inspect_photo(photo.load(), name=photo.file)
        except (ImageError, NotFoundError):
            continue
        said.append(header.simulated)
        if len(said) == _PEEKED:
            break
    if any(said) and not all(said):
        raise InputError(
            "some of these photos are simulated and some are real; they need surveys "
            "of their own: put one kind into another folder"
        )
    return any(said)


def allowed_place(path: Path, roots: Iterable[Path]) -> tuple[Path, Path]:
    """Return a path and the allowed folder that it lies in.

    Parameters
    ----------
    path : Path
        Absolute.
    roots : iterable of Path
        Folders that are allowed, with all that lies in them.

    Raises
    ------
    AccessError
        If it lies in none of them, goes up by ``..``, or over a link.
    """
    if ".." in path.parts:
        raise AccessError("a folder is named without .. on its way")
    for root in roots:
        top = root.resolve()
        for base in (root, top):
            if not path.is_relative_to(base):
                continue
            inner = path.relative_to(base)
            way = [
                top.joinpath(*inner.parts[:n]) for n in range(1, len(inner.parts) + 1)
            ]
            if any(step.is_symlink() for step in way):
                raise AccessError("a link on the way to the folder is not followed")
            return top / inner, top
    raise AccessError(
        "photos are taken only from the folders named by GYRE_PHOTO_FOLDERS"
    )


def batch_places(roots: Iterable[Path]) -> list[BatchPlace]:
    """List the folders with files, and zip archives, that a page may offer.

    Parameters
    ----------
    roots : iterable of Path
        Folders that are allowed; those that do not exist are passed over.

    Returns
    -------
    list of BatchPlace
        At most 200, up to three folders deep; links and hidden ones are left out.
    """
    found: list[BatchPlace] = []
    for root in roots:
        top = root.resolve()
        if top.is_dir():
            _gather(top, top, found, depth=0)
    return found[:_MAX_PLACES]


def _gather(folder: Path, top: Path, found: list[BatchPlace], *, depth: int) -> None:
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # not ours to read
        return
    seen = [e for e in entries if not e.name.startswith(".") and not e.is_symlink()]
    files = [e for e in seen if e.is_file()]
    archives = [e for e in files if _is_zip(e)]
    n_photos = len(files) - len(archives)
    if n_photos:
        found.append(BatchPlace(folder, str(folder.relative_to(top.parent)), n_photos))
    for archive in archives:
        found.append(BatchPlace(archive, str(archive.relative_to(top.parent)), 0))
    if depth < _MAX_DEPTH and len(found) < _MAX_PLACES:
        for inner in seen:
            if inner.is_dir():
                _gather(inner, top, found, depth=depth + 1)
