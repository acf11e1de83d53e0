"""Opening a file of ocean data without trusting it.

The first bytes decide how a file is read, never its name. HDF5 files go through h5py
after a look for links that lead out of the file; classic NetCDF through scipy, which
is plain Python; Zarr after a look at its codecs, one of which would run code.
Nothing is loaded here: variables stay on disk until a part of them is asked for.
"""

import hashlib
import logging
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import h5py
import xarray as xr

from core.environment.text import clean_text
from core.errors import InputError

if TYPE_CHECKING:
    import zarr

__all__ = ["READ_ERRORS", "content_hash", "opened_dataset", "refused_as_broken"]

_LOG = logging.getLogger(__name__)

#: What the readers raise on a broken file. MemoryError is here because a file may
#: declare anything; what is wrong with it is the same to the reader.
READ_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    LookupError,
    RuntimeError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    EOFError,
    MemoryError,
    BufferError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_CLASSIC = (b"CDF\x01", b"CDF\x02")
_CDF5 = b"CDF\x05"
_ZIP = b"PK\x03\x04"
#: What other files begin with, and what to do about them.
_OTHER_FILES: tuple[tuple[bytes, str], ...] = (
    (b"GRIB", "a GRIB file; convert it to NetCDF (for example with cdo or wgrib2)"),
    (b"\x1f\x8b", "a gzip file; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"PAR1", "a Parquet table, not a field on a grid"),
    (b"%PDF", "a PDF document"),
    (b"<", "a web page or XML document, often the error page of a server"),
    (b"{", "a JSON document"),
)
_ZARR_FILES = (".zgroup", ".zmetadata", "zarr.json", ".zarray")
#: Codecs that turn bytes into numbers and do nothing else.
_PLAIN_CODECS = (
    *("blosc", "zstd", "gzip", "zlib", "lz4", "bz2", "lzma", "crc32c", "crc32"),
    *("adler32", "fletcher32", "shuffle", "delta", "fixedscaleoffset", "quantize"),
    *("bitround", "packbits", "astype"),
)
_SAFE_CODECS = frozenset(
    {
        *_PLAIN_CODECS,
        *(f"numcodecs.{name}" for name in _PLAIN_CODECS),
        *("bytes", "transpose", "sharding_indexed", "vlen-utf8", "string"),
    }
)
#: More variables than this are no forcing file. Assumption.
MAX_VARIABLES = 2_000


def refused_as_broken(name: str, error: Exception) -> InputError:
    """Return the error for a file that its reader could not follow."""
    said = clean_text(error, longest=160) or type(error).__name__
    return InputError(f"{name}: the file is broken or cut off ({said}); fetch it again")


@contextmanager
def opened_dataset(path: Path) -> Iterator[xr.Dataset]:
    """Open a NetCDF file or Zarr store as stored: undecoded, nothing loaded.

    Raises
    ------
    InputError
        If the path holds no readable NetCDF or Zarr; the message names the file, what
        it is instead, and what to do.
    """
    name = clean_text(path.name, longest=120)
    try:
        with warnings.catch_warnings():
            # Readers warn of odd files; what matters is checked and said by us.
            warnings.simplefilter("ignore")
            dataset = _open(path, name)
    except InputError:
        raise
    except READ_ERRORS as error:
        _LOG.info("cannot open %s", path, exc_info=True)
        raise refused_as_broken(name, error) from error
    try:
        if len(dataset.variables) > MAX_VARIABLES:
            raise InputError(
                f"{name}: {len(dataset.variables)} variables, at most {MAX_VARIABLES}"
            )
        yield dataset
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset.close()


def _is_url(path: Path) -> bool:
    """Whether an address was given for a file; a path has lost one of its slashes."""
    return path.parts[:1] in (("https:",), ("http:",))


def _open(path: Path, name: str) -> xr.Dataset:
    if path.is_dir():
        if not any((path / file).is_file() for file in _ZARR_FILES):
            raise InputError(f"{name}: a folder without Zarr metadata")
        return _open_zarr(path, name)
    if not path.is_file():
        remedy = (
            "; fetch it first: python -m core forcing fetch" if _is_url(path) else ""
        )
        raise InputError(f"{name}: no such file{remedy}")
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise InputError(f"{name}: the file is empty; fetch it again")
    if head == _HDF5:
        _check_hdf5(path, name)
        return _open_plain(path, "h5netcdf")
    if head.startswith(_CLASSIC):
        return _open_plain(path, "scipy")
    if head.startswith(_CDF5):
        return _open_plain(path, "netcdf4")
    if head.startswith(_ZIP):
        return _open_zarr(path, name)
    for magic, what in _OTHER_FILES:
        if head.lstrip().startswith(magic):
            raise InputError(f"{name}: {what}; expected NetCDF or Zarr")
    raise InputError(
        f"{name}: neither NetCDF nor Zarr (it begins with {head!r}); a NetCDF file "
        "begins with 'CDF' or the HDF5 signature"
    )


def _open_plain(path: Path, engine: str) -> xr.Dataset:
    return xr.open_dataset(
        path,
        engine=engine,
        decode_cf=False,
        create_default_indexes=False,
        cache=False,
    )


def _check_hdf5(path: Path, name: str) -> None:
    """Refuse data that lie in other files: reading them would read anything."""
    with h5py.File(path, "r") as file:
        for key in file:
            link = file.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise InputError(f"{name}: {clean_text(key)!r} leads to another file")
            if isinstance(link, h5py.SoftLink):
                raise InputError(f"{name}: {clean_text(key)!r} is a soft link")
            item = file[key]
            if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                raise InputError(
                    f"{name}: the values of {clean_text(key)!r} lie in another file"
                )


def _open_zarr(path: Path, name: str) -> xr.Dataset:
    # Zarr takes half a second to import, which only its own files should cost.
    import zarr
    from zarr.storage import LocalStore, ZipStore

    store: LocalStore | ZipStore
    if path.is_dir():
        store = LocalStore(path, read_only=True)
    else:
        store = ZipStore(path, mode="r")
    try:
        _check_codecs(zarr.open_group(store, mode="r", use_consolidated=False), name)
        dataset = xr.open_dataset(
            cast("Any", store),  # xarray takes a zarr store but does not declare it
            engine="zarr",
            consolidated=False,
            decode_cf=False,
            create_default_indexes=False,
            chunks=None,
            cache=False,
        )
    except READ_ERRORS:
        store.close()
        raise
    dataset.set_close(store.close)
    return dataset


def _check_codecs(group: "zarr.Group", name: str) -> None:
    for key, array in group.arrays():
        strange = _codecs(array) - _SAFE_CODECS
        if strange:
            raise InputError(
                f"{name}: {clean_text(key)!r} is packed with "
                f"{clean_text(', '.join(sorted(strange)))}, which is not read"
            )


def _codecs(array: "zarr.Array[Any]") -> set[str]:
    """Names of every codec an array names, those inside a shard included."""
    found: set[str] = set()
    waiting: list[object] = [array.metadata.to_dict()]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if isinstance(item.get("id"), str):
                found.add(str(item["id"]).lower())
            for key, value in item.items():
                if key in {"codecs", "index_codecs"} and isinstance(
                    value, list | tuple
                ):
                    found |= {
                        str(codec["name"]).lower()
                        for codec in value
                        if isinstance(codec, dict) and "name" in codec
                    }
                if key != "attributes":
                    waiting.append(value)
        elif isinstance(item, list | tuple):
            waiting.extend(item)
    return found


def content_hash(path: Path) -> str:
    """SHA-256 of a file, or of a folder's file names and contents in sorted order."""
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    for file_path in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file_path.relative_to(path).as_posix().encode() + b"\0")
        with file_path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
