"""Numbers of a variable, unpacked as CF says, never more than a limit allows."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from core.environment.files.source import READ_ERRORS, refused_as_broken
from core.environment.text import clean_text
from core.errors import InputError

__all__ = ["MAX_VALUES", "check_size", "contiguous_runs", "read_axis", "read_values"]

#: Values of one component read at most: 0.4 GB as float32. Assumption.
MAX_VALUES = 100_000_000
#: One stored chunk is unpacked whole, so its size is bounded too. Assumption.
MAX_CHUNK_BYTES = 1_000_000_000
#: NetCDF's own fill value for floats is 9.97e36; nothing in the sea comes near.
_DEFAULT_FILL = 9.9e36

Array = npt.NDArray[np.generic]


def check_size(shape: Sequence[int], *, record: str) -> None:
    """Refuse a field that is too large, before any of it is read."""
    n_values = 1
    for length in shape:
        n_values *= int(length)  # Python integers: a product that cannot overflow
    if n_values > MAX_VALUES:
        raise InputError(
            f"{record}: {' x '.join(map(str, shape))} values are asked for, at most "
            f"{MAX_VALUES:,} are read; give a box or a shorter period"
        )


def contiguous_runs(indexes: npt.NDArray[np.int64]) -> list[tuple[slice, bool]]:
    """Split indexes into slices that a file can be read by; True means flipped.

    Examples
    --------
    >>> contiguous_runs(np.array([3, 4, 0, 1]))
    [(slice(3, 5, None), False), (slice(0, 2, None), False)]
    >>> contiguous_runs(np.array([2, 1, 0]))
    [(slice(0, 3, None), True)]
    """
    if indexes.size > 1 and np.all(np.diff(indexes) == -1):
        return [(slice(int(indexes[-1]), int(indexes[0]) + 1), True)]
    breaks = np.flatnonzero(np.diff(indexes) != 1) + 1
    edges = [0, *breaks.tolist(), indexes.size]
    return [
        (slice(int(indexes[a]), int(indexes[b - 1]) + 1), False)
        for a, b in pairwise(edges)
        if b > a
    ]


def read_axis(
    dataset: xr.Dataset, name: str, *, record: str
) -> npt.NDArray[np.float64]:
    """Read a coordinate of one or two dimensions whole."""
    variable = dataset.variables[name]
    check_size(variable.shape, record=f"{record}, {clean_text(name)}")
    values, _ = read_values(dataset, name, {}, record=record)
    return values.astype(np.float64)


def read_values(
    dataset: xr.Dataset,
    name: str,
    indexers: Mapping[str, slice | int],
    *,
    record: str,
    order: Sequence[str] | None = None,
) -> tuple[npt.NDArray[np.float32] | npt.NDArray[np.float64], tuple[str, ...]]:
    """Read a part of a variable with fill values as NaN and packing undone.

    Parameters
    ----------
    dataset : xarray.Dataset
        As :func:`~core.environment.files.source.opened_dataset` gives it.
    name : str
        The variable.
    indexers : mapping of str to slice or int
        What to take along dimensions; a whole dimension where it is left out.
    record : str
        The file, for messages.
    order : sequence of str, optional
        Dimensions of the result.

    Returns
    -------
    values : ndarray of float32 or float64
        float32 where the file holds that or a packing of it.
    warnings : tuple of str
        Values that lay outside the variable's valid range.

    Raises
    ------
    InputError
        If the variable holds no numbers, or cannot be read.
    """
    variable = dataset.variables[name]
    said = f"{record}, {clean_text(name, longest=80)}"
    if variable.dtype.kind not in "iufb":
        raise InputError(f"{said}: expected numbers, got type {variable.dtype}")
    _check_chunk(variable, said)
    try:
        part = variable.isel(dict(indexers))
        check_size(part.shape, record=said)
        if order is not None:
            part = part.transpose(*order)
        raw = np.asarray(part.values)
    except InputError:
        raise
    except READ_ERRORS as error:
        raise refused_as_broken(said, error) from error
    return _unpacked(raw, variable.attrs, said)


def _check_chunk(variable: xr.Variable, said: str) -> None:
    stored = variable.encoding.get("chunksizes") or variable.encoding.get("chunks")
    n_bytes = variable.dtype.itemsize
    for length in stored or ():
        n_bytes *= int(length)
    if n_bytes > MAX_CHUNK_BYTES:
        raise InputError(
            f"{said}: stored in chunks of {n_bytes / 1e9:.1f} GB, at most "
            f"{MAX_CHUNK_BYTES / 1e9:g} GB are unpacked at once"
        )


def _unpacked(
    raw: Array, attrs: Mapping[str, object], said: str
) -> tuple[npt.NDArray[np.float32] | npt.NDArray[np.float64], tuple[str, ...]]:
    if str(attrs.get("_Unsigned", "")).lower() == "true" and raw.dtype.kind == "i":
        raw = raw.astype(raw.dtype.newbyteorder("=")).view(f"u{raw.dtype.itemsize}")
    missing = np.zeros(raw.shape, dtype=bool)
    for key in ("_FillValue", "missing_value"):
        for fill in _numbers(attrs, key, said):
            if not np.isnan(fill):
                with np.errstate(over="ignore"):
                    missing |= raw == np.asarray(fill).astype(raw.dtype)
    exact = raw.dtype.kind in "iub" and raw.dtype.itemsize > 2
    wide = raw.dtype.itemsize > 4 or exact
    scale, offset = (_one(attrs, "scale_factor", said), _one(attrs, "add_offset", said))
    packed = scale is not None or offset is not None
    values: npt.NDArray[np.float32] | npt.NDArray[np.float64] = (
        raw.astype(np.float64) if wide or packed else raw.astype(np.float32)
    )
    if raw.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            missing |= ~np.isfinite(values) | (np.abs(values) > _DEFAULT_FILL)
    notes = _outside_valid(values, missing, attrs, raw.dtype, scale, offset, said)
    if packed:
        values = values * (1.0 if scale is None else scale)
        values = values + (0.0 if offset is None else offset)
        if not wide:
            values = values.astype(np.float32)
    values[missing] = np.nan
    return values, notes


def _outside_valid(
    values: npt.NDArray[np.floating],
    missing: npt.NDArray[np.bool_],
    attrs: Mapping[str, object],
    stored: np.dtype[np.generic],
    scale: float | None,
    offset: float | None,
    said: str,
) -> tuple[str, ...]:
    """Mark values outside ``valid_range`` as missing, and say how many they are."""
    both = _numbers(attrs, "valid_range", said)
    low, high = both if len(both) == 2 else (None, None)
    low = _one(attrs, "valid_min", said) if low is None else low
    high = _one(attrs, "valid_max", said) if high is None else high
    if low is None and high is None:
        return ()
    # CF: limits are in packed numbers if their type is the packed one.
    key = next(k for k in ("valid_range", "valid_min", "valid_max") if k in attrs)
    if np.asarray(attrs[key]).dtype.kind != stored.kind and stored.kind in "iu":
        factor, shift = scale or 1.0, offset or 0.0
        ends = [None if e is None else (e - shift) / factor for e in (low, high)]
        low, high = ends if factor > 0 else ends[::-1]
    outside = np.zeros(values.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        if low is not None:
            outside |= values < low
        if high is not None:
            outside |= values > high
    outside &= ~missing
    missing |= outside
    n_outside = int(outside.sum())
    if not n_outside:
        return ()
    return (f"{n_outside} values outside the file's own valid range left out",)


def _numbers(attrs: Mapping[str, object], key: str, said: str) -> tuple[float, ...]:
    if key not in attrs:
        return ()
    try:
        found = np.atleast_1d(np.asarray(attrs[key])).astype(np.float64).ravel()
    except (TypeError, ValueError) as error:
        shown = clean_text(attrs[key], longest=60)
        raise InputError(f"{said}: {key} is {shown!r}, expected a number") from error
    return tuple(float(value) for value in found[:8])


def _one(attrs: Mapping[str, object], key: str, said: str) -> float | None:
    found = _numbers(attrs, key, said)
    if not found:
        return None
    if not np.isfinite(found[0]) or (key == "scale_factor" and found[0] == 0.0):
        raise InputError(f"{said}: {key} is {found[0]:g}, which undoes no packing")
    return found[0]
