"""A run's history read while it grows: who logs it, who tells the time left.

The training loop appends a line an epoch to ``history.jsonl``; reading that file,
and not a callback, serves every kind of training and a run resumed after a kill.
"""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["HistoryFollower", "progress_words", "read_history"]

_log = logging.getLogger(__name__)
_EVERY_S = 2.0
_TOLD = ("loss", "val_accuracy", "val_macro_f1")


def read_history(path: Path) -> list[dict[str, Any]]:
    """Read the lines of a history; a line cut short by a kill is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("epoch"), int):
            rows.append(row)
    return rows


class HistoryFollower:
    """Calls a function with the whole history whenever it grew, from a thread.

    Parameters
    ----------
    path : Path
        The history; it need not exist yet.
    on_growth : callable
        Called with all rows and the number of those it was called with before.
        Rows that stood there at the start are given at once.
    every_s : float, default 2
        Seconds between two looks.
    """

    def __init__(
        self,
        path: Path,
        on_growth: Callable[[Sequence[dict[str, Any]], int], None],
        *,
        every_s: float = _EVERY_S,
    ) -> None:
        self._path, self._on_growth, self._every_s = path, on_growth, every_s
        self._seen = 0
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_done.set()
        self._thread.join()
        self._look()

    def _run(self) -> None:
        while not self._is_done.wait(self._every_s):
            self._look()

    def _look(self) -> None:
        rows = read_history(self._path)
        if len(rows) <= self._seen:
            return
        seen, self._seen = self._seen, len(rows)
        try:
            self._on_growth(rows, seen)
        except Exception:  # whoever watches must not end what is watched
            _log.exception("following %s", self._path)


def progress_words(
    label: str, rows: Sequence[dict[str, Any]], n_epochs: int, *, n_later: int = 0
) -> str:
    """Say how far a run is and how long the rest will take at its latest pace.

    Parameters
    ----------
    label : str
        Of the run.
    rows : sequence of dict
        Its history, not empty.
    n_epochs : int
        Epochs of this run.
    n_later : int, default 0
        Epochs of the runs that follow.
    """
    last = rows[-1]
    parts = [f"{label}: epoch {last['epoch']} of {n_epochs}"]
    parts += [
        f"{key.replace('_', ' ')} {last[key]:.3f}"
        for key in _TOLD
        if isinstance(last.get(key), int | float)
    ]
    paces = sorted(
        float(row["seconds"]) for row in rows[-3:] if row.get("seconds") is not None
    )
    left = max(n_epochs - last["epoch"], 0) + n_later
    if paces and left:
        parts.append(f"{_duration(left * paces[len(paces) // 2])} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s"
    minutes = seconds / 60
    return f"about {minutes:.0f} min" if minutes < 90 else f"about {minutes / 60:.1f} h"
