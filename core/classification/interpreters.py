"""LiteRT interpreters of one model, one for each thread that predicts."""

import contextlib
import queue
from collections.abc import Iterator
from typing import Any

from core.errors import ModelError

__all__ = ["InterpreterPool"]


class InterpreterPool:
    """Lends an interpreter to each thread; made when asked for, and kept.

    Parameters
    ----------
    model : bytes
        The LiteRT model, already compared with its manifest.
    """

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()

    @property
    def model_id(self) -> str:
        """Name and version, for errors."""
        return "the model"

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[Any]:
        try:
            interpreter = self._idle.get_nowait()
        except queue.Empty:
            interpreter = self._new_interpreter()
        try:
            yield interpreter
        finally:
            self._idle.put(interpreter)

    def _new_interpreter(self) -> Any:
        from ai_edge_litert.interpreter import Interpreter

        try:
            interpreter = Interpreter(model_content=self._model, num_threads=1)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"LiteRT cannot use {self.model_id}: {error}") from error
        return interpreter
