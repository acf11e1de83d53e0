"""A socket that cannot hold its reader longer than agreed.

A plain socket timeout starts anew with every byte, so a server that sends one byte a
second holds a reader for ever. Here every wait is cut by the deadline of the whole
fetch, and a server that falls below a least pace is cut earlier.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable

__all__ = ["Connect", "Deadline", "DeadlineSocket", "Pace", "secure"]

#: Opens a connection: (address, port, timeout in s).
Connect = Callable[[str, int, float], socket.socket]


class Deadline:
    """The moment by which everything must be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining_s(self) -> float:
        """Seconds left; zero or less once it has passed."""
        return self._end - time.monotonic()

    def wait_s(self, at_most: float) -> float:
        """Seconds a wait may take: ``at_most``, or what is left.

        Raises
        ------
        TimeoutError
            If nothing is left.
        """
        left = min(self.remaining_s(), at_most)
        if left <= 0:
            raise TimeoutError(f"not done after {self.seconds:g} s")
        return left


class Pace:
    """The least number of bytes in each stretch of time.

    Parameters
    ----------
    first_byte_s : float
        Longest wait for the first byte; a server may need it to cut out a box.
    stall_s : float
        Length of each stretch after it.
    least_bytes : int
        Bytes that must arrive in each stretch.
    """

    def __init__(
        self, *, first_byte_s: float, stall_s: float, least_bytes: int
    ) -> None:
        self._stall_s = stall_s
        self._least = least_bytes
        self._received = 0
        self._started = False
        self._until = time.monotonic() + first_byte_s
        self._first_byte_s = first_byte_s

    def wait_s(self) -> float:
        """Seconds until the present stretch ends.

        Raises
        ------
        TimeoutError
            If too little came in the stretch.
        """
        now = time.monotonic()
        if now >= self._until:
            if not self._started:
                raise TimeoutError(f"no answer within {self._first_byte_s:g} s")
            if self._received < self._least:
                raise TimeoutError(
                    f"stalled: {self._received} bytes in {self._stall_s:g} s"
                )
            self._received, self._until = 0, now + self._stall_s
        return self._until - now

    def count(self, n_bytes: int) -> None:
        """Take note of bytes that arrived."""
        if not self._started:
            self._started = True
            self._until = time.monotonic() + self._stall_s
        self._received += n_bytes


class DeadlineSocket:
    """What ``http.client`` needs of a socket, with limits on every wait."""

    def __init__(self, sock: socket.socket, deadline: Deadline, pace: Pace) -> None:
        self._sock = sock
        self._deadline = deadline
        self._pace = pace

    def sendall(self, data: bytes) -> None:
        """Send a request."""
        self._sock.settimeout(self._deadline.wait_s(self._pace.wait_s()))
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a reader of the answer; ``mode`` is always ``rb``."""
        return io.BufferedReader(_Raw(self))

    def close(self) -> None:
        """Do nothing: ``http.client`` calls this while the answer is still read.

        Whoever opened the socket closes it.
        """

    def receive(self, buffer: memoryview) -> int:
        """Read what is there into a buffer; 0 at the end.

        Raises
        ------
        TimeoutError
            If the deadline passed or the server is too slow.
        """
        while True:
            self._sock.settimeout(self._deadline.wait_s(self._pace.wait_s()))
            try:
                n_bytes = self._sock.recv_into(buffer)
            except TimeoutError:
                continue  # the two limits above say which of them has passed
            self._pace.count(n_bytes)
            return n_bytes


class _Raw(io.RawIOBase):
    def __init__(self, owner: DeadlineSocket) -> None:
        self._owner = owner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        return self._owner.receive(memoryview(buffer))  # type: ignore[arg-type]


def secure(sock: socket.socket, host: str) -> ssl.SSLSocket:
    """Begin TLS; the certificate must be valid for the host's name.

    Certificates come from the system (or SSL_CERT_FILE) and from the list that comes
    with ``requests``, because small containers have none.

    Raises
    ------
    ssl.SSLError
        If the certificate is not trusted or names another host.
    """
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # slow to load, seldom needed

    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context.wrap_socket(sock, server_hostname=host)
