"""Compile functions with numba, and keep the machine code where that can be kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled", "entry"]

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    # Only the contraction of a*b + c: NaN marks land and must keep its meaning.
    "fastmath": {"contract"},
}


def compiled(function: F) -> F:
    """Compile a function that only other compiled functions call."""
    return cast("F", numba.njit(**_OPTIONS)(function))


def entry(function: F) -> F:
    """Compile a function that Python calls, and keep the machine code.

    It goes beside the module, or to the user's cache folder where the package cannot
    be written (numba looks there by itself), or to ``NUMBA_CACHE_DIR``. Where no
    folder can be written at all it is compiled anew in each process.
    """
    function.__qualname__ = f"{function.__qualname__}_{_FINGERPRINT}"
    try:
        return cast("F", numba.njit(cache=True, **_OPTIONS)(function))
    except RuntimeError:
        return cast("F", numba.njit(**_OPTIONS)(function))


def _fingerprint() -> str:
    """Hash of the kernel's modules.

    Numba takes kept code as good while the file of the function called is unchanged,
    whatever became of the functions that it calls; the hash in the name mends that.
    """
    digest = hashlib.sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:12]


_FINGERPRINT = _fingerprint()
