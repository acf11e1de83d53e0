"""Names of the types that kernels take."""

from typing import Any

import numpy.typing as npt

__all__ = ["Array", "Arrays", "Int", "World"]

Array = npt.NDArray[Any]
#: A model, a plan or other arrays that go together.
Arrays = tuple[Any, ...]
#: A whole number. Numba takes a plain 0 or -1 as a type of its own and
#: ``np.int64(0)`` as an integer; the kernels mix them.
Int = Any
World = Arrays | None
