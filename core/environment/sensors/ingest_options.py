"""Sizes and times of the intake."""

from dataclasses import dataclass

from core.environment.sensors._payload import MAX_BYTES

__all__ = ["Backoff", "IngestOptions"]

_SHARE_OF_OUTAGE = 0.01


@dataclass(frozen=True)
class IngestOptions:
    """How the intake behaves.

    Attributes
    ----------
    batch_size, batch_s : int, float
        A batch is stored when it is this large or its oldest message this old. A
        broker with Mosquitto's default sends 20 messages and then waits for us, so
        this bounds the rate to 20 messages in 0.05 s; its time to store comes on top.
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
        Shortest and longest wait before the next try, for the broker and the sink:
        a hundredth of the time that it has been failing.
    first_connection_s : float
        Give up if the first connection has not succeeded by then; a later loss is
        mended for ever.
    drain_s : float
        Longest time a stop may take to store and acknowledge what was received.
    """

    batch_size: int = 200
    batch_s: float = 0.05
    max_in_flight: int = 1000
    max_bytes: int = MAX_BYTES
    keepalive_s: int = 20
    session_expiry_s: int = 7 * 24 * 3600
    backoff_s: float = 0.1
    max_backoff_s: float = 10.0
    first_connection_s: float = 30.0
    drain_s: float = 5.0


class Backoff:
    """Waits that grow with the time that something has been failing.

    They are short because a broker that restarts without our session drops what
    devices send before we are back.
    """

    def __init__(self, options: IngestOptions) -> None:
        self._shortest_s, self._longest_s = options.backoff_s, options.max_backoff_s
        self._since: float | None = None
        self._until = float("-inf")

    def is_over(self, now: float) -> bool:
        """Whether the next try may be made."""
        return now >= self._until

    def fail(self, now: float) -> None:
        """Note that a try failed, or is about to be made."""
        if self._since is None:
            self._since = now
        wait_s = (now - self._since) * _SHARE_OF_OUTAGE
        self._until = now + min(max(wait_s, self._shortest_s), self._longest_s)

    def hold(self, now: float, n_short: int) -> None:
        """Wait twice as long for each short success in a row."""
        # The exponent is bounded: the wait is long before it is.
        wait_s = self._shortest_s * 2.0 ** min(n_short, 20)
        self._until = max(self._until, now + min(wait_s, self._longest_s))

    def reset(self) -> None:
        """Note that all is well."""
        self._since, self._until = None, float("-inf")
