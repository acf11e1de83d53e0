"""Sizes and times of the intake."""

from dataclasses import dataclass

from core.environment.sensors._payload import MAX_BYTES

__all__ = ["IngestOptions"]


@dataclass(frozen=True)
class IngestOptions:
    """How the intake behaves.

    Attributes
    ----------
    batch_size, batch_s : int, float
        A batch is stored when it is this large or its oldest message this old.
    max_in_flight : int
        Messages the broker may send before one is acknowledged; it holds the rest.
    max_bytes : int
        Larger payloads are refused. Above 16 times this the broker does not send
        them at all.
    keepalive_s : int
        A silent connection is given up after at most twice this.
    session_expiry_s : int
        How long the broker keeps our session and its messages while we are away.
    backoff_s, max_backoff_s : float
        First and longest wait before the next try, for the broker and the sink.
    first_connection_s : float
        Give up if the first connection has not succeeded by then; a later loss is
        mended for ever.
    drain_s : float
        Longest time a stop may take to store and acknowledge what was received.
    """

    batch_size: int = 200
    batch_s: float = 0.25
    max_in_flight: int = 1000
    max_bytes: int = MAX_BYTES
    keepalive_s: int = 20
    session_expiry_s: int = 7 * 24 * 3600
    backoff_s: float = 0.2
    max_backoff_s: float = 10.0
    first_connection_s: float = 30.0
    drain_s: float = 5.0


class Backoff:
    """A wait that doubles with each failure."""

    def __init__(self, options: IngestOptions) -> None:
        self._first_s, self._longest_s = options.backoff_s, options.max_backoff_s
        self._wait_s = 0.0
        self._until = float("-inf")

    def is_over(self, now: float) -> bool:
        return now >= self._until

    def fail(self, now: float) -> None:
        self._wait_s = min(max(2 * self._wait_s, self._first_s), self._longest_s)
        self._until = now + self._wait_s

    def reset(self) -> None:
        self._wait_s, self._until = 0.0, float("-inf")
