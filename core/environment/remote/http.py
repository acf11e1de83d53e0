"""Getting one file from a listed server, within limits of size and time.

One request is: check the address, connect to the very address that was checked, ask,
follow redirects with the same check each time, and write the body to a file while
counting. Failures that may pass (no connection, a broken or stalled answer, an
overloaded server) are tried again, later each time, until the time is used up.
"""

import contextlib
import http.client
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection, socket
from urllib.parse import urljoin

from core.environment.remote.guard import (
    HostEntry,
    Target,
    check_addresses,
    check_url,
    public_url,
    resolve,
)
from core.environment.remote.http_body import save_body, server_words
from core.environment.remote.http_socket import (
    Connect,
    Deadline,
    DeadlineSocket,
    Pace,
    secure,
)
from core.errors import SourceError, SourceRefused, SourceTimeout

__all__ = ["Answer", "GuardedClient", "Limits"]

logger = logging.getLogger(__name__)

_REDIRECTS = {301, 302, 303, 307, 308}
#: Answers of a server that may do better a little later (RFC 9110, RFC 6585).
_PASSING = {408, 429, 502, 503, 504}
_CONNECT_S = 10.0  # assumption: a server that does not take a connection by then is off
_MAX_ERROR_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long; the defaults of times and pace are assumptions."""

    total_s: float = 120.0
    max_bytes: int = 500_000_000
    first_byte_s: float = 60.0
    stall_s: float = 20.0
    least_bytes: int = 1024
    redirects: int = 5
    attempts: int = 5
    backoff_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: the body is in the file ``path``."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    path: Path
    size: int

    def words(self) -> str:
        """Return the body of an error as a sentence for a person."""
        return server_words(self.path, self.headers.get("content-type", ""))


class _TryAgain(Exception):  # noqa: N818 - never leaves this module
    """One attempt failed in a way that may pass."""

    def __init__(
        self, reason: str, *, timed_out: bool = False, after_s: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.timed_out = timed_out
        self.after_s = after_s


def _connect(address: str, port: int, timeout_s: float) -> socket:
    return create_connection((address, port), timeout=timeout_s)


class GuardedClient:
    """Asks listed servers and no others.

    Parameters
    ----------
    hosts : sequence of HostEntry
        The allow-list, from ``parse_hosts``.
    limits : Limits
        How much and how long.
    resolver : callable, optional
        ``(host, port) -> addresses``; the system's by default.
    connect : callable, optional
        Opens a connection to an address; the system's by default.
    """

    def __init__(
        self,
        hosts: Sequence[HostEntry],
        *,
        limits: Limits | None = None,
        resolver: Callable[[str, int], list[str]] = resolve,
        connect: Connect = _connect,
    ) -> None:
        self.hosts = tuple(hosts)
        self.limits = limits or Limits()
        self._resolver = resolver
        self._connect = connect

    def get(
        self,
        url: str,
        sink: Path,
        *,
        deadline: Deadline | None = None,
        headers: Mapping[str, str] | None = None,
        check: Callable[[Path], str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """Get a URL into a file.

        Parameters
        ----------
        url : str
            What to get.
        sink : Path
            Written anew by each attempt.
        deadline : Deadline, optional
            Shared by the requests of one fetch; a new one by default.
        headers : mapping, optional
            Further request headers.
        check : callable, optional
            Looks at the file of a good answer: returns what it lacks if trying again
            may mend it, an empty text if it is whole, or raises.
        max_bytes : int, optional
            A smaller limit of size, for answers that are known to be short.

        Returns
        -------
        Answer
            Also for an answer other than 200 that trying again does not mend.

        Raises
        ------
        SourceRefused
            If the guard refuses the address or the answer is too large.
        SourceTimeout
            If the server is too slow or the time is used up.
        SourceError
            If the server cannot be reached or its answers stay broken.
        """
        deadline = deadline or Deadline(self.limits.total_s)
        target = check_url(url, self.hosts)
        most = min(max_bytes or self.limits.max_bytes, self.limits.max_bytes)
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._once(target, sink, deadline, headers or {}, check, most)
            except _TryAgain as problem:
                last = problem
            logger.info("attempt %d at %s: %s", attempt, public_url(url), last)
            pause = max(self.limits.backoff_s * 2 ** (attempt - 1), last.after_s)
            if attempt == self.limits.attempts or pause >= deadline.remaining_s():
                break
            time.sleep(pause)
        kind = SourceTimeout if last.timed_out else SourceError
        tried = f"after {attempt} attempts" if attempt > 1 else "at the first attempt"
        raise kind(f"{target.host}: {last} ({tried})") from last

    def _once(
        self,
        target: Target,
        sink: Path,
        deadline: Deadline,
        headers: Mapping[str, str],
        check: Callable[[Path], str] | None,
        max_bytes: int,
    ) -> Answer:
        for _ in range(self.limits.redirects + 1):
            answer = self._ask(target, sink, deadline, headers, max_bytes)
            if answer.status not in _REDIRECTS:
                break
            target = self._redirected(target, answer.headers.get("location", ""))
        else:
            raise SourceRefused(
                f"{target.host}: more than {self.limits.redirects} redirects"
            )
        if answer.status in _PASSING:
            raise _TryAgain(
                f"answered {answer.status}: {answer.words()}",
                after_s=_retry_after(answer.headers),
            )
        if answer.status == http.client.OK and check is not None:
            lacking = check(answer.path)
            if lacking:
                raise _TryAgain(lacking)
        return answer

    def _redirected(self, target: Target, location: str) -> Target:
        if not location:
            raise SourceError(f"{target.host}: a redirect that leads nowhere")
        try:
            new = check_url(urljoin(target.url, location), self.hosts)
        except (SourceRefused, ValueError) as error:
            raise SourceRefused(f"{target.host} redirects: {error}") from error
        if new.is_loopback and not target.is_loopback:
            raise SourceRefused(f"{target.host} redirects to this machine: refused")
        return new

    def _ask(
        self,
        target: Target,
        sink: Path,
        deadline: Deadline,
        headers: Mapping[str, str],
        max_bytes: int,
    ) -> Answer:
        try:
            with self._opened(target, deadline) as connection:
                connection.putrequest(
                    "GET", target.path, skip_host=True, skip_accept_encoding=True
                )
                sent = {
                    "Host": target.host_header,
                    "User-Agent": "gyre",
                    "Accept-Encoding": "gzip",
                    "Connection": "close",
                    **headers,
                }
                for name, value in sent.items():
                    connection.putheader(name, value)
                connection.endheaders()
                response = connection.getresponse()
                size = _keep(response, sink, max_bytes)
                found = {k.lower(): v for k, v in response.getheaders()}
                return Answer(target.url, response.status, found, sink, size)
        except TimeoutError as error:
            raise _TryAgain(str(error), timed_out=True) from error
        except ssl.SSLCertVerificationError as error:
            raise SourceError(
                f"{target.host}: its certificate is not trusted, {error.verify_message}"
            ) from error
        except http.client.HTTPException as error:
            raise _TryAgain(f"broken answer ({type(error).__name__})") from error
        except OSError as error:
            raise _TryAgain(f"no connection: {error.strerror or error}") from error

    @contextlib.contextmanager
    def _opened(
        self, target: Target, deadline: Deadline
    ) -> Iterator[http.client.HTTPConnection]:
        sock = self._socket_to(target, deadline)
        try:
            if target.scheme == "https":
                sock.settimeout(deadline.wait_s(_CONNECT_S))
                sock = secure(sock, target.host)
            pace = Pace(
                first_byte_s=self.limits.first_byte_s,
                stall_s=self.limits.stall_s,
                least_bytes=self.limits.least_bytes,
            )
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = DeadlineSocket(sock, deadline, pace)
            yield connection
        finally:
            sock.close()

    def _socket_to(self, target: Target, deadline: Deadline) -> socket:
        """Connect to an address that was checked, never to a name."""
        addresses = self._addresses(target, deadline)
        check_addresses(target.host, addresses, loopback=target.is_loopback)
        problem: OSError = OSError("the name has no address")
        for address in addresses:
            try:
                wait_s = deadline.wait_s(_CONNECT_S)
                return self._connect(address, target.port, wait_s)
            except OSError as error:
                problem = error
        raise problem

    def _addresses(self, target: Target, deadline: Deadline) -> list[str]:
        """Resolve a name in a thread, for a system resolver knows no time limit."""
        found: list[list[str]] = []
        failed: list[SourceError] = []

        def ask() -> None:
            try:
                found.append(self._resolver(target.host, target.port))
            except SourceError as error:
                failed.append(error)

        thread = threading.Thread(target=ask, daemon=True, name="gyre-resolve")
        thread.start()
        thread.join(deadline.wait_s(_CONNECT_S))
        if failed:
            raise _TryAgain(str(failed[0])) from failed[0]
        if not found:
            raise TimeoutError("no name server answered")
        return found[0]


def _keep(response: http.client.HTTPResponse, sink: Path, max_bytes: int) -> int:
    if response.status in _REDIRECTS or response.status == http.client.NOT_MODIFIED:
        return 0
    if response.status == http.client.OK:
        return save_body(response, sink, max_bytes=max_bytes)
    return save_body(response, sink, max_bytes=_MAX_ERROR_BYTES, cut=True)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds the server asks to wait; a date is not used."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() else 0.0
