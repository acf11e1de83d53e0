"""Refused messages, counted and kept with their reason, in bounded space."""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = ["DeadLetters", "RefusedMessage"]

#: Payload bytes kept of each; the rest of a flood of rubbish is of no use to anyone.
_KEPT_BYTES = 2000


@dataclass(frozen=True)
class RefusedMessage:
    """A message that could not be used.

    Attributes
    ----------
    received_at : datetime
        Arrival, UTC.
    topic : str
        MQTT topic.
    code, reason : str
        Kind of fault, and the fault in words.
    payload : bytes
        The first 2,000 bytes.
    n_bytes : int
        Size of the whole payload.
    """

    received_at: datetime
    topic: str
    code: str
    reason: str
    payload: bytes
    n_bytes: int

    @classmethod
    def of(
        cls,
        *,
        received_at: datetime,
        topic: str,
        code: str,
        reason: str,
        payload: bytes,
    ) -> "RefusedMessage":
        """Make a record and cut the payload."""
        kept = payload[:_KEPT_BYTES]
        return cls(received_at, topic, code, reason, kept, len(payload))


class DeadLetters:
    """Counts refused messages and keeps the last of them.

    Parameters
    ----------
    keeper : callable, optional
        Stores a batch durably, in bounded space, before it is acknowledged; raises a
        ``CleanupError`` if it cannot.
    keep : int
        Messages kept in memory.
    """

    def __init__(
        self,
        keeper: Callable[[Sequence[RefusedMessage]], object] | None = None,
        *,
        keep: int = 200,
    ) -> None:
        self._keeper = keeper
        self._last: deque[RefusedMessage] = deque(maxlen=keep)
        self._counts: Counter[str] = Counter()

    @property
    def last(self) -> tuple[RefusedMessage, ...]:
        """The newest refused messages, oldest first."""
        return tuple(self._last)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many were refused, by code."""
        return dict(self._counts)

    def add(self, messages: Sequence[RefusedMessage]) -> None:
        """Count and keep messages."""
        if not messages:
            return
        if self._keeper is not None:
            self._keeper(messages)
        self._last.extend(messages)
        self._counts.update(message.code for message in messages)
