"""Read tensors from the old torch file format, without torch and without trust.

Such a file is five pickles in a row (magic number, protocol, system, the tensors'
description, the storage keys), followed for each key by an int64 count and the raw
values. Only four names may occur in the pickles; everything else is refused before
it is looked up, so a prepared file cannot run code.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from core.errors import ModelError

__all__ = ["read_torch_tensors"]

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}


class _Described(NamedTuple):
    """Where a tensor lies: storage key and view, before any value is read."""

    storage_key: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _describe(
    storage: tuple[Any, str, str, str, int, Any],
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    *_: object,
) -> _Described:
    kind, key = storage[1], storage[2]
    dtype: np.dtype[Any] = _DTYPES[kind]
    return _Described(key, dtype, offset, tuple(shape), tuple(strides))


class _TensorReader(pickle.Unpickler):
    """An unpickler that knows four names and no others."""

    _ALLOWED: dict[tuple[str, str], Any] = {  # noqa: RUF012 - constant
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _describe,
        ("torch", "FloatStorage"): "FloatStorage",
        ("torch", "LongStorage"): "LongStorage",
    }

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        try:
            return self._ALLOWED[module_name, global_name]
        except KeyError:
            raise ModelError(
                f"the weights file asks for {module_name}.{global_name}, "
                "which is not one of the four names a tensor file needs"
            ) from None

    def persistent_load(self, pid: Any) -> Any:
        return pid


def read_torch_tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read every tensor of an old-format torch file.

    Parameters
    ----------
    path : Path
        The ``.pth`` file.

    Returns
    -------
    dict of str to ndarray
        The tensors by name, in file order, as contiguous copies.

    Raises
    ------
    ModelError
        If the file is not of this format, is cut short, or names anything but
        tensors.
    """
    with path.open("rb") as file:
        try:
            parts = [_TensorReader(file).load() for _ in range(5)]
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError) as error:
            raise ModelError(f"{path.name} is not a readable tensor file") from error
        magic, _protocol, _system, described, keys = parts
        if magic != _MAGIC:
            raise ModelError(f"{path.name} does not start with the torch magic number")
        dtypes = {item.storage_key: item.dtype for item in described.values()}
        storages = {key: _read_storage(file, dtypes[key], path.name) for key in keys}
    return {
        name: _view(storages[item.storage_key], item, name)
        for name, item in described.items()
    }


def _read_storage(file: BinaryIO, dtype: np.dtype[Any], name: str) -> npt.NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    data = file.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise ModelError(f"{name} is cut short: a storage of {count} values is missing")
    return np.frombuffer(data, dtype=dtype)


def _view(storage: npt.NDArray[Any], item: _Described, name: str) -> npt.NDArray[Any]:
    # Storages keep the layout of their TensorFlow origin, so strides matter.
    last = item.offset + sum(
        (n - 1) * s for n, s in zip(item.shape, item.strides, strict=True)
    )
    if item.offset < 0 or min(item.strides, default=0) < 0 or last >= storage.size:
        raise ModelError(f"tensor {name} reaches outside its storage")
    view = np.lib.stride_tricks.as_strided(
        storage[item.offset :],
        shape=item.shape,
        strides=tuple(s * storage.itemsize for s in item.strides),
        writeable=False,
    )
    return np.array(view, order="C")
