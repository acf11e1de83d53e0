"""Names of the types that kernels take."""

from typing import Any

import numpy.typing as npt

__all__ = ["Array", "Arrays", "World"]

Array = npt.NDArray[Any]
#: A model, a plan or other arrays that go together.
Arrays = tuple[Any, ...]
World = Arrays | None
