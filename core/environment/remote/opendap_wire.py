"""The three texts of DAP 2: structure (DDS), attributes (DAS) and data (DODS).

They are read by pydap's parsers from files that the guarded client brought; pydap's
own client is not used, for it would connect by itself.

References
----------
.. [1] "The Data Access Protocol: DAP 2.0", ESE-RFC-004.1.2.
"""

import io
import re
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.environment.remote.http_body import server_words
from core.errors import SourceError

with warnings.catch_warnings():
    # webob, which pydap needs, imports cgi; Python 3.11 and 3.12 say it will go, and
    # for 3.13 webob brings its own. Nothing here uses it.
    warnings.filterwarnings("ignore", "'cgi' is deprecated", DeprecationWarning)
    from pydap.handlers.dap import unpack_dap2_data
    from pydap.model import BaseType, GridType
    from pydap.parsers.das import DASParser
    from pydap.parsers.dds import DDSParser

__all__ = ["MAX_TEXT_BYTES", "DapVariable", "read_das", "read_dds", "read_dods"]

#: Structure and attributes are texts of some kB; more is no honest server.
MAX_TEXT_BYTES = 2_000_000
_DATA_MARK = re.compile(rb"\r?\nData:\r?\n")
_ERROR = re.compile(rb"\s*Error\s*\{")
_BROKEN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,  # RecursionError among them
    SyntaxError,
    MemoryError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class DapVariable:
    """An array of a remote dataset; ``dims`` are the names of its axes."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class _Strict:
    """Raise ValueError where pydap's parsers raise the bare ``Exception``."""

    buffer: str
    flags: int

    def consume(self, regexp: str) -> str:
        if not re.match(regexp, self.buffer, self.flags):
            raise ValueError(f"cannot read {self.buffer[:30]!r}")
        return str(super().consume(regexp))  # type: ignore[misc] # pydap's class


class _Dds(_Strict, DDSParser):  # type: ignore[misc] # pydap has no types
    pass


class _Das(_Strict, DASParser):  # type: ignore[misc] # pydap has no types
    pass


def read_dds(path: Path) -> dict[str, DapVariable]:
    """Read which arrays a dataset has.

    Grids count as the array they hold; sequences and structures are left out.

    Raises
    ------
    SourceError
        If it is not a DDS; the message says what the server wrote.
    """
    text = _text(path, "Dataset")
    try:
        dataset = _Dds(text).parse()
        return dict(_variables(dataset))
    except _BROKEN as error:
        raise SourceError(f"the server's structure (DDS) is broken: {error}") from error


def read_das(path: Path) -> dict[str, dict[str, Any]]:
    """Read the attributes of each variable; those of the dataset under ``""``.

    Raises
    ------
    SourceError
        If it is not a DAS; the message says what the server wrote.
    """
    text = _text(path, "Attributes")
    try:
        found = _Das(text).parse()
    except _BROKEN as error:
        raise SourceError(
            f"the server's attributes (DAS) are broken: {error}"
        ) from error
    attributes = {k: v for k, v in found.items() if isinstance(v, dict)}
    attributes[""] = attributes.pop("NC_GLOBAL", {})
    return attributes


def read_dods(
    path: Path, expected: dict[str, tuple[int, ...]]
) -> dict[str, npt.NDArray[np.generic]]:
    """Read the arrays of a data answer.

    Parameters
    ----------
    path : Path
        The answer.
    expected : dict
        Shape of each array that was asked for.

    Raises
    ------
    SourceError
        If an array is missing, cut off or of another shape.
    """
    data = path.read_bytes()
    mark = _DATA_MARK.search(data)
    if mark is None or _ERROR.match(data):
        raise SourceError(f"expected data, got {server_words(path, '')}")
    try:
        dataset = _Dds(data[: mark.start()].decode("ascii")).parse()
        declared = dict(_variables(dataset))
        for name, shape in expected.items():
            if name not in declared or declared[name].shape != shape:
                got = declared[name].shape if name in declared else "nothing"
                raise SourceError(f"{name}: asked for shape {shape}, got {got}")
        dataset.data = unpack_dap2_data(io.BytesIO(data[mark.end() :]), dataset)
        return {name: _array(dataset[name], expected[name]) for name in expected}
    except _BROKEN as error:
        raise SourceError(f"the data answer is cut off or broken: {error}") from error


def _array(variable: Any, shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    held = variable.array if isinstance(variable, GridType) else variable
    array = np.asarray(held.data).reshape(shape)
    return array.astype(array.dtype.newbyteorder("="))


def _variables(dataset: Any) -> list[tuple[str, DapVariable]]:
    found = []
    for child in dataset.children():
        held = child.array if isinstance(child, GridType) else child
        if isinstance(held, BaseType):
            shape = tuple(int(n) for n in held.shape)
            variable = DapVariable(child.name, tuple(held.dims), shape, held.dtype)
            found.append((child.name, variable))
    return found


def _text(path: Path, keyword: str) -> str:
    with path.open("rb") as file:
        data = file.read(MAX_TEXT_BYTES)
    text = data.decode("utf-8", errors="replace").strip()
    if not text.lower().startswith(keyword.lower()):
        raise SourceError(
            f"expected an OPeNDAP answer, got {server_words(path, '')}; is the address "
            "that of an OPeNDAP dataset?"
        )
    return text
