"""One file from a server that may be slow, broken, lying or hostile."""

import gzip
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.environment.remote.guard import HostEntry, parse_hosts
from core.environment.remote.http import Answer, GuardedClient, Limits
from core.environment.remote.http_socket import Deadline
from core.errors import SourceError, SourceRefused, SourceTimeout, StorageError
from tests.core.environment.remote._servers import (
    Route,
    chunked,
    cut,
    drip,
    drip_header,
    free_port,
    in_turn,
    redirect,
    send,
    serving,
    silent,
    zipped,
)

DATA = bytes(range(256)) * 400  # 102,400 bytes
#: Short enough for a test, long enough for a busy machine.
FAST = Limits(
    total_s=5,
    first_byte_s=0.8,
    stall_s=0.4,
    least_bytes=100,
    backoff_s=0.01,
    attempts=3,
)


def get(route: Route, sink: Path, *, limits: Limits = FAST) -> Answer:
    with serving({"/a": route}) as server:
        client = GuardedClient(parse_hosts(server.host), limits=limits)
        return client.get(server.url("/a"), sink)


@pytest.fixture
def sink(tmp_path: Path) -> Path:
    return tmp_path / "sink"


@pytest.mark.parametrize("route", [send(DATA), chunked(DATA), zipped(DATA)])
def test_the_bytes_arrive_however_they_are_sent(route, sink):
    answer = get(route, sink)
    assert answer.status == 200
    assert answer.size == len(DATA)
    assert sink.read_bytes() == DATA


def test_only_what_is_needed_is_told_to_the_server(sink):
    with serving({"/a": send(DATA)}) as server:
        client = GuardedClient(parse_hosts(server.host), limits=FAST)
        client.get(server.url("/a?u[0:1]"), sink, headers={"If-None-Match": '"1"'})
    ((path, headers),) = server.asked
    assert path == "/a?u[0:1]"
    assert headers == {
        "host": server.host,
        "user-agent": "gyre",
        "accept-encoding": "gzip",
        "connection": "close",
        "if-none-match": '"1"',
    }


def test_an_error_of_the_server_is_an_answer_with_its_words(sink):
    text = b'Error {\n code=404;\n message="Not Found: no matching results.";\n}'
    answer = get(send(text, status=404), sink)
    assert answer.status == 404
    assert answer.words() == "Not Found: no matching results."


@pytest.mark.parametrize(
    "broken",
    [
        cut(DATA, 1000),
        cut(DATA, 0),
        chunked(DATA, whole=False),
        send(gzip.compress(DATA)[:500], Content_Encoding="gzip"),
        send(b"busy", status=503),
        send(b"busy", status=429, Retry_After="0"),
        lambda request: request.wfile.write(b"nonsense\r\n\r\n"),
        lambda request: None,
        silent(3),
        drip(DATA, every_s=0.02),
    ],
)
def test_a_broken_answer_is_asked_for_again(broken, sink):
    assert get(in_turn(broken, send(DATA)), sink).size == len(DATA)
    assert sink.read_bytes() == DATA


def test_a_server_that_stays_broken_is_named_with_the_number_of_attempts(sink):
    with pytest.raises(SourceError, match=r"127\.0\.0\.1: .* \(after 3 attempts\)"):
        get(cut(DATA, 1000), sink)
    with pytest.raises(SourceError, match="answered 503: busy"):
        get(send(b"busy", status=503), sink)


def test_a_server_that_is_not_there_is_a_failed_source(sink):
    host = f"127.0.0.1:{free_port()}"
    client = GuardedClient(parse_hosts(host), limits=FAST)
    with pytest.raises(SourceError, match="no connection: Connection refused"):
        client.get(f"http://{host}/a", sink)


def timed(call: Callable[[], object], kind: type[SourceError]) -> tuple[float, str]:
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        call()
    return time.monotonic() - started, str(caught.value)


ONCE = Limits(total_s=30, first_byte_s=0.5, stall_s=0.3, least_bytes=100, attempts=1)


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        (silent(3), "no answer within 0.5 s"),
        (drip(DATA, every_s=0.05), "stalled: [0-9]+ bytes in 0.3 s"),
        (drip_header(every_s=0.05), "stalled"),
    ],
)
def test_a_stalled_server_is_cut_long_before_the_time_is_up(route, reason, sink):
    took_s, message = timed(partial(get, route, sink, limits=ONCE), SourceTimeout)
    assert took_s < 2.5
    assert "at the first attempt" in message
    assert re.search(reason, message)


def test_the_whole_fetch_ends_at_its_deadline_however_the_server_tries(sink):
    # The pace is kept, so only the total limit can end this one.
    limits = Limits(total_s=0.6, stall_s=0.2, least_bytes=1, attempts=9)
    took_s, message = timed(
        partial(get, drip(DATA, every_s=0.01), sink, limits=limits), SourceTimeout
    )
    assert 0.5 < took_s < 2
    assert "not done after 0.6 s" in message


def test_pauses_grow_and_never_run_past_the_deadline(sink, monkeypatch):
    slept: list[float] = []
    clock = SimpleNamespace(sleep=slept.append)
    monkeypatch.setattr("core.environment.remote.http.time", clock)
    limits = Limits(total_s=3.0, attempts=5, backoff_s=0.5)
    with pytest.raises(SourceError, match="after 4 attempts"):
        get(send(b"", status=503), sink, limits=limits)
    assert slept == [0.5, 1.0, 2.0]  # the next would be 4 s, past the 3 s


def test_a_server_may_say_how_long_to_wait(sink, monkeypatch):
    slept: list[float] = []
    clock = SimpleNamespace(sleep=slept.append)
    monkeypatch.setattr("core.environment.remote.http.time", clock)
    get(in_turn(send(b"", status=429, Retry_After="2"), send(DATA)), sink)
    assert slept == [2.0]
    with pytest.raises(SourceError, match="at the first attempt"):
        get(send(b"", status=429, Retry_After="9999"), sink)


SMALL = Limits(total_s=5, max_bytes=50_000, attempts=2, backoff_s=0.01)


@pytest.mark.parametrize(
    "route",
    [
        send(DATA),  # says so itself
        chunked(DATA),  # does not say
        zipped(bytes(10_000_000)),  # 10 kB that unpack to 10 MB
        lambda request: request.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + DATA),
        send(DATA, Content_Length="-1"),
    ],
)
def test_an_answer_that_is_too_large_is_cut_at_the_limit(route, sink):
    with pytest.raises(SourceRefused, match=r"at most 0\.05 MB are taken"):
        get(route, sink, limits=SMALL)
    assert not sink.exists() or sink.stat().st_size <= SMALL.max_bytes


def test_a_length_that_is_too_small_ends_the_answer_there(sink):
    assert get(send(DATA, Content_Length="10"), sink).size == 10


def test_an_unknown_encoding_is_refused(sink):
    with pytest.raises(SourceError, match="encoded as 'br', unknown"):
        get(send(DATA, Content_Encoding="br"), sink)
    with pytest.raises(SourceError, match="compressed answer is broken"):
        get(send(DATA, Content_Encoding="gzip"), sink)


def test_a_long_error_page_is_cut_without_an_error(sink):
    answer = get(send(b"<html><title>Sorry</title>" + DATA * 3, status=500), sink)
    assert answer.status == 500
    assert answer.words() == "a web page, 'Sorry'"


def test_a_redirect_on_the_same_server_is_followed(sink):
    with serving({"/old": redirect("/new?x=1"), "/new": send(DATA)}) as server:
        client = GuardedClient(parse_hosts(server.host), limits=FAST)
        assert client.get(server.url("/old"), sink).url == server.url("/new?x=1")
    assert sink.read_bytes() == DATA


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.2:81/a", "redirects: 127.0.0.2:81 is not in the setting"),
        ("https://other.example/a", "redirects: other.example:443 is not in the"),
        ("https://private.example/a", "private.example leads to 10.0.0.1, a private"),
        ("http://private.example/a", "redirects: private.example: only https"),
        ("https://169.254.169.254/meta", "redirects: .* link-local"),
        ("file:///etc/passwd", "redirects: expected a URL with https"),
        ("//user:pw@private.example/a", "redirects: URL with a user name"),
        ("http://[::1", "redirects"),
    ],
)
def test_every_redirect_is_checked_like_the_first_address(location, reason, sink):
    def resolver(host: str, _port: int) -> list[str]:
        return ["10.0.0.1"] if host == "private.example" else [host]

    with serving({"/a": redirect(location)}) as server:
        hosts = parse_hosts(f"{server.host}, private.example, 169.254.169.254")
        client = GuardedClient(hosts, limits=FAST, resolver=resolver)
        with pytest.raises(SourceRefused, match=reason):
            client.get(server.url("/a"), sink)


def test_redirects_in_a_circle_end(sink):
    with pytest.raises(SourceRefused, match="more than 5 redirects"):
        get(redirect("/a"), sink)
    with pytest.raises(SourceError, match="leads nowhere"):
        get(send(b"", status=302), sink)


def forbidden_connect(_address: str, _port: int, _timeout_s: float) -> socket.socket:
    raise AssertionError("connected to an address that was not allowed")


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "::ffff:10.0.0.1"], ["fd00::1"]]
)
def test_a_name_that_leads_inside_is_refused_before_any_connection(addresses, sink):
    client = GuardedClient(
        [HostEntry("ocean.example")],
        limits=FAST,
        resolver=lambda _host, _port: addresses,
        connect=forbidden_connect,
    )
    with pytest.raises(SourceRefused, match=r"ocean\.example leads to"):
        client.get("https://ocean.example/a.nc", sink)


def test_the_address_connected_to_is_the_one_that_was_checked(sink):
    # A rebinding name server: outside when asked first, inside ever after.
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    connected: list[str] = []

    def connect(address: str, _port: int, _timeout_s: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    client = GuardedClient(
        [HostEntry("ocean.example")],
        limits=FAST,
        resolver=lambda _host, _port: answers.pop(0),
        connect=connect,
    )
    with pytest.raises(SourceRefused, match="this machine"):
        client.get("https://ocean.example/a.nc", sink)
    assert connected == ["8.8.8.8"]  # and never the second answer


def test_the_next_address_is_tried_when_the_first_does_not_answer(sink):
    with serving({"/a": send(DATA)}) as server:
        port = server.host.rpartition(":")[2]
        client = GuardedClient(
            parse_hosts(f"localhost:{port}"),
            limits=FAST,
            resolver=lambda _host, _port: ["127.0.0.9", "127.0.0.1"],
        )
        assert client.get(f"http://localhost:{port}/a", sink).size == len(DATA)


def test_a_name_server_that_never_answers_is_cut_too(sink):
    wake = threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        wake.wait(10)
        return ["8.8.8.8"]

    client = GuardedClient(
        [HostEntry("ocean.example")],
        limits=Limits(total_s=0.2, attempts=1),
        resolver=resolver,
        connect=forbidden_connect,
    )
    took_s, message = timed(
        lambda: client.get("https://ocean.example/a", sink), SourceTimeout
    )
    wake.set()
    assert took_s < 2
    assert "no name server answered" in message


def test_one_deadline_covers_several_requests(sink):
    deadline = Deadline(0.3)
    time.sleep(0.31)
    with serving({"/a": send(DATA)}) as server:
        client = GuardedClient(parse_hosts(server.host), limits=FAST)
        with pytest.raises(SourceTimeout):
            client.get(server.url("/a"), sink, deadline=deadline)
    assert server.asked == []


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_network(tmp_path):
    with pytest.raises(StorageError, match="cannot write"):
        get(send(DATA), tmp_path / "missing" / "sink")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_https_to_a_server_without_a_trusted_certificate_is_refused(tmp_path, sink):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving({"/a": send(DATA)}, tls=context) as server:
        host = server.host.replace("127.0.0.1", "localhost")
        client = GuardedClient(parse_hosts(host), limits=FAST)
        with pytest.raises(SourceError, match="certificate is not trusted, self"):
            client.get(f"https://{host}/a", sink)
        assert server.asked == []
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(certificate))
            assert client.get(f"https://{host}/a", sink).size == len(DATA)
            other = GuardedClient(parse_hosts(server.host), limits=FAST)
            with pytest.raises(SourceError, match="certificate is not trusted, IP"):
                other.get(f"https://{server.host}/a", sink)
