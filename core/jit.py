"""Compile functions with numba, and keep the machine code where that can be kept."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
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
#: What Python would need to call a function takes a fifth of the time to compile.
_INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: F) -> F:
    """Compile a function that only other compiled functions may call."""
    return cast("F", numba.njit(**_OPTIONS, **_INNER)(function))


def entry(function: F) -> F:
    """Compile a function that Python calls, and keep the machine code.

    It goes beside the module, or to the user's cache folder where the package cannot
    be written (numba looks there by itself), or to ``NUMBA_CACHE_DIR``. Where no
    folder can be written at all it is compiled anew in each process.

    Whatever it calls must lie in the folder of its module: numba takes kept code as
    good while the file of the function itself is unchanged, whatever became of the
    functions that it calls. The hash of the folder in the name mends that.
    """
    plain = function.__qualname__
    module = Path(function.__code__.co_filename)
    fingerprint = _fingerprint(module.parent)
    function.__qualname__ = f"{plain}_{fingerprint}"
    try:
        made = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        return cast("F", numba.njit(**_OPTIONS)(function))
    _forget_stale(Path(made.stats.cache_path), f"{module.stem}.{plain}", fingerprint)
    return cast("F", made)


def _forget_stale(folder: Path, name: str, fingerprint: str) -> None:
    """Remove what was kept of earlier states of a folder."""
    kept = re.compile(
        rf"{re.escape(name)}_([0-9a-f]{{12}})-\d+\.py\d+t?(\.\d+)?\.nb[ci]"
    )
    for path in folder.glob(f"{name}_*.nb[ci]"):
        found = kept.fullmatch(path.name)
        if found and found[1] != fingerprint:
            try:
                path.unlink(missing_ok=True)
            except OSError:  # another user's, or a folder that turned read-only
                return


@cache
def _fingerprint(folder: Path) -> str:
    """Hash of the modules in a folder."""
    digest = hashlib.sha256()
    for module in sorted(folder.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:12]
