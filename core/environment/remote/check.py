"""Whether a fetched file is a whole NetCDF file, before anything reads it.

The NetCDF library reads a cut-off classic file without a word and gives zeros for what
is missing, so the length that the header promises is compared with the file.
"""

from pathlib import Path

from core.environment.remote.http_body import server_words
from core.errors import SourceError

__all__ = ["lacking_in_netcdf"]

_HDF5 = b"\x89HDF\r\n\x1a\n"
#: Classic, 64-bit offset and 64-bit data.
_CLASSIC = (b"CDF\x01", b"CDF\x02", b"CDF\x05")


def lacking_in_netcdf(path: Path) -> str:
    """Say what a NetCDF file lacks.

    Parameters
    ----------
    path : Path
        A file that came from a server.

    Returns
    -------
    str
        Empty if the file is whole; else what is missing, as when an answer was cut off.

    Raises
    ------
    SourceError
        If it is something else, as an error page; the message says what came.
    """
    with path.open("rb") as file:
        magic = file.read(8)
    if magic != _HDF5 and magic[:4] not in _CLASSIC:
        if not magic:
            return "an empty answer instead of a NetCDF file"
        raise SourceError(f"expected a NetCDF file, got {_what_came(path, magic)}")
    if magic == _HDF5:
        return _lacking_in_hdf5(path)
    # The reader below knows the first two formats; the third is checked by size only.
    return _lacking_in_64bit(path) if magic[:4] == _CLASSIC[2] else _cut_off(path)


def _lacking_in_hdf5(path: Path) -> str:
    """Open the file and follow none of its links: they may lead outside."""
    import h5py  # the three readers here load slowly, and only one is needed

    try:
        with h5py.File(path, "r") as file:
            n_names = len(file)
    except (OSError, RuntimeError, ValueError) as error:
        return f"a damaged or cut-off NetCDF file ({_short(error)})"
    if n_names == 0:
        raise SourceError("expected ocean data, got an empty HDF5 file")
    return ""


def _lacking_in_64bit(path: Path) -> str:
    import netCDF4

    try:
        with netCDF4.Dataset(path) as dataset:
            n_bytes = [v.size * v.dtype.itemsize for v in dataset.variables.values()]
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        return f"a damaged or cut-off NetCDF file ({_short(error)})"
    if not n_bytes or sum(n_bytes) > path.stat().st_size:
        return "a cut-off NetCDF file (shorter than its variables)"
    return ""


def _cut_off(path: Path) -> str:
    """Read a classic file with a reader that notices missing bytes."""
    from scipy.io import netcdf_file

    try:
        with netcdf_file(path, mmap=False):
            return ""
    except (ValueError, TypeError, IndexError, KeyError, OSError, MemoryError) as error:
        return f"a cut-off NetCDF file ({_short(error)})"


def _what_came(path: Path, magic: bytes) -> str:
    if magic[:2] == b"PK":
        return "a ZIP archive"
    if magic[:2] == b"\x1f\x8b":
        return "a gzip archive"
    if magic[:4] == b"GRIB":
        return "a GRIB file"
    if b"\x00" in magic:
        return f"a file that begins with {magic.hex()}"
    return server_words(path, "")


def _short(error: Exception) -> str:
    return str(error).partition(": '")[0][:120]
