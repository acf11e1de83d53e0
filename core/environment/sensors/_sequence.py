"""Gaps in the sequence numbers of one device."""

__all__ = ["SequenceCounter"]

#: A longer step is a device that counts otherwise, not a loss (assumption).
_MAX_GAP = 10_000


class SequenceCounter:
    """Counts what is missing; a number that arrives late is no longer missing.

    Attributes
    ----------
    n_restarts : int
        How often the device began anew.
    """

    def __init__(self) -> None:
        self.n_restarts = 0
        self._highest: int | None = None
        self._missing: set[int] = set()
        self._n_lost = 0  # missing before a restart, never to come

    @property
    def n_missing(self) -> int:
        """Numbers that were skipped and have not come since."""
        return self._n_lost + len(self._missing)

    def count(self, number: int | None, *, is_newer: bool) -> None:
        """Take the next number that arrived.

        Parameters
        ----------
        number : int or None
            The device's counter; ``None`` is ignored.
        is_newer : bool
            Whether the report was measured after all before it. A lower number on a
            newer report is a device that started again.
        """
        if number is None:
            return
        if self._highest is None:
            self._highest = number
        elif number > self._highest:
            gap = number - self._highest - 1
            if gap > _MAX_GAP:
                self._restart(number)
                return
            self._missing.update(range(self._highest + 1, number))
            self._highest = number
            self._settle()
        elif number in self._missing:
            self._missing.remove(number)
        elif is_newer:
            self._restart(number)

    def _restart(self, number: int) -> None:
        self.n_restarts += 1
        self._n_lost += len(self._missing)
        self._missing.clear()
        self._highest = number

    def _settle(self) -> None:
        """Give up waiting for the oldest, so that memory stays bounded."""
        excess = len(self._missing) - _MAX_GAP
        if excess > 0:
            for number in sorted(self._missing)[:excess]:
                self._missing.remove(number)
            self._n_lost += excess
