"""Collect what is wrong with the records of a table, column by column."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from core.observations.frame import Rejection

BoolArray = npt.NDArray[np.bool_]
Reason = str | Callable[[int], str]

_SHOWN = 80


def shown(value: object) -> str:
    """Value as a report shows it: one line, cut, control characters escaped."""
    text = value if isinstance(value, str) else str(value)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


class Faults:
    """Reasons per record, and which records are out.

    Parameters
    ----------
    rows : ndarray of int, shape (n,)
        Number of each record as the reader knows it.
    """

    def __init__(self, rows: npt.NDArray[np.int64]) -> None:
        self._rows = rows
        self.is_refused: BoolArray = np.zeros(len(rows), dtype=bool)
        self.is_doubtful: BoolArray = np.zeros(len(rows), dtype=bool)
        self.refused: list[Rejection] = []
        self.doubts: list[Rejection] = []

    def refuse(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> None:
        """Refuse the records where the mask is true."""
        self.is_refused |= mask
        self.refused.extend(self._reasons(mask, field, values, reason))

    def doubt(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> None:
        """Keep the records where the mask is true, but call them suspect."""
        self.is_doubtful |= mask
        self.doubts.extend(self._reasons(mask, field, values, reason))

    def _reasons(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> list[Rejection]:
        return [
            Rejection(
                row=int(self._rows[i]),
                field=field,
                value=shown(values[i]),
                reason=reason if isinstance(reason, str) else reason(i),
            )
            for i in np.flatnonzero(mask).tolist()
        ]
