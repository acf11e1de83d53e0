"""Servers on loopback that behave as outside ones do, well and badly.

Only the standard library is imported, so that the file also runs as a program that can
be killed in the middle of an answer: ``python _servers.py FILE PORT [half]``.
"""

import contextlib
import gzip
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: Writes one answer.
Route = Callable[[BaseHTTPRequestHandler], None]


class LoopbackServer:
    """A server in a thread; can be stopped and started again at the same port.

    Parameters
    ----------
    routes : dict
        Path without query to the function that answers it; others get 404.
    """

    def __init__(
        self,
        routes: dict[str, Route],
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.routes = routes
        self._tls = tls
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._port = port
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {k.lower(): v for k, v in self.headers.items()}
                owner.asked.append((self.path, headers))
                route = owner.routes.get(self.path.partition("?")[0], not_found)
                self.close_connection = True
                with contextlib.suppress(OSError):  # the client hung up
                    route(self)

            def handle(self) -> None:
                with contextlib.suppress(ssl.SSLError):  # the client did not trust us
                    super().handle()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        if self._tls is not None:
            # The handshake is left to the thread of the request.
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        ).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


@contextlib.contextmanager
def serving(
    routes: dict[str, Route], *, tls: ssl.SSLContext | None = None
) -> Iterator[LoopbackServer]:
    server = LoopbackServer(routes, tls=tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def send(
    data: bytes, *, status: int = 200, content_type: str = "", **headers: str
) -> Route:
    """Answer with bytes; a header name is written with ``_`` for ``-``."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        given = {k.replace("_", "-"): v for k, v in headers.items()}
        if content_type:
            given["Content-Type"] = content_type
        given.setdefault("Content-Length", str(len(data)))
        for name, value in given.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)

    return answer


not_found = send(b"no such page", status=404, content_type="text/plain")


def redirect(location: str, *, status: int = 302) -> Route:
    return send(b"", status=status, Location=location)


def in_turn(*routes: Route) -> Route:
    """Answer by one route after the other; the last one stays."""
    left = list(routes)

    def answer(request: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def cut(data: bytes, n_sent: int) -> Route:
    """Promise all, send a part, hang up."""
    return send(data[:n_sent], Content_Length=str(len(data)))


def drip(data: bytes, *, every_s: float) -> Route:
    """Send one byte at a time."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        for i in range(len(data)):
            request.wfile.write(data[i : i + 1])
            time.sleep(every_s)

    return answer


def drip_header(*, every_s: float) -> Route:
    """Never get to the end of the header, a byte at a time."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
        for _ in range(1000):
            request.wfile.write(b"x")
            time.sleep(every_s)

    return answer


def silent(seconds: float) -> Route:
    return lambda _request: time.sleep(seconds)


def chunked(data: bytes, *, n_chunks: int = 4, whole: bool = True) -> Route:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        step = len(data) // n_chunks + 1
        for i in range(0, len(data), step):
            piece = data[i : i + step]
            request.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if whole:
            request.wfile.write(b"0\r\n\r\n")

    return answer


def zipped(data: bytes) -> Route:
    return send(gzip.compress(data), Content_Encoding="gzip")


def with_validators(data: bytes, *, etag: str) -> Route:
    """Answer 304 to who has these bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.headers.get("If-None-Match") == etag:
            send(b"", status=304, ETag=etag)(request)
        else:
            send(data, ETag=etag)(request)

    return answer


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _main(file: str, port: str, *mode: str) -> None:
    data = Path(file).read_bytes()

    def half(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[: len(data) // 2])
        request.wfile.flush()
        sys.stdout.write("half\n")
        sys.stdout.flush()
        time.sleep(60)

    server = LoopbackServer({"/a.nc": half if mode else send(data)}, port=int(port))
    server.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    _main(*sys.argv[1:])
