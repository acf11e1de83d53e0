"""Fetching by way of the cache, with servers that fail in every way."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.config import Settings
from core.environment import open_forcing
from core.environment.remote.cache import EnvironmentCache
from core.environment.remote.fetch import Fetched, RemoteForcing
from core.environment.remote.guard import parse_hosts
from core.environment.remote.http import GuardedClient, Limits
from core.errors import SourceError, SourceRefused, SourceTimeout
from tests.core.environment.remote import _servers
from tests.core.environment.remote._servers import (
    LoopbackServer,
    cut,
    drip,
    free_port,
    in_turn,
    redirect,
    send,
    serving,
    silent,
    with_validators,
)
from tests.core.environment.remote._servers_ocean import (
    START,
    dap_routes,
    griddap_routes,
    netcdf_bytes,
    sea,
)

NETCDF = netcdf_bytes(sea(hours=3))
OTHER = netcdf_bytes(sea(hours=4))
FAST = Limits(
    total_s=5,
    first_byte_s=0.5,
    stall_s=0.3,
    least_bytes=100,
    attempts=2,
    backoff_s=0.01,
)


def remote(host: str, folder: Path, limits: Limits = FAST) -> RemoteForcing:
    client = GuardedClient(parse_hosts(host), limits=limits)
    return RemoteForcing(client, EnvironmentCache(folder))


def bytes_of(fetched: Fetched) -> bytes:
    assert fetched.path is not None
    return fetched.path.read_bytes()


def test_a_file_is_fetched_and_kept_by_its_content(tmp_path):
    with serving({"/a.nc": send(NETCDF)}) as server:
        fetched = remote(server.host, tmp_path).fetch_file(server.url("/a.nc"))
    assert bytes_of(fetched) == NETCDF
    assert fetched.path == tmp_path / f"{fetched.sha256}.nc"
    assert (fetched.from_cache, fetched.stale_since, fetched.reason) == (
        False,
        None,
        "",
    )
    assert not fetched.is_empty
    assert datetime.now(UTC) - fetched.fetched_at < timedelta(minutes=1)
    json.dumps(fetched.to_dict(), allow_nan=False)


def test_when_the_network_is_gone_the_cache_serves_and_says_since_when(tmp_path):
    with serving({"/a.nc": send(NETCDF)}) as server:
        far = remote(server.host, tmp_path)
        first = far.fetch_file(server.url("/a.nc"))
    second = far.fetch_file(server.url("/a.nc"))  # nobody listens any more
    assert bytes_of(second) == NETCDF
    assert second.from_cache
    assert second.stale_since == first.fetched_at
    assert "no connection" in second.reason
    with pytest.raises(SourceError, match="no connection"):
        far.fetch_file(server.url("/never-fetched.nc"))


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (silent(2), "no answer within"),
        (drip(NETCDF, every_s=0.02), "stalled"),
        (cut(NETCDF, 500), "broken answer"),
        (send(b"down", status=503), "answered 503: down"),
        (send(b"down", status=500), "answered 500: down"),
        (send(NETCDF[:-3000]), "cut-off NetCDF"),
        (send(b""), "empty answer"),
        (send(NETCDF, status=206), "answered 206"),
        (send(b"", status=204), "answered 204: nothing"),
        (send(b"", status=304), "answered 304"),
        (
            send(b"<html><title>Down for repair</title>"),
            "a web page, 'Down for repair'",
        ),
        (send(b"PK\x03\x04 something"), "a ZIP archive"),
        (send(b"\x00\x01\x02\x03\x04"), "a file that begins with 0001020304"),
        (send(b'{"detail": "gone"}'), "gone"),
    ],
)
def test_a_server_in_trouble_does_not_take_the_data_away(trouble, reason, tmp_path):
    with serving({"/a.nc": in_turn(send(NETCDF), trouble)}) as server:
        far = remote(server.host, tmp_path)
        far.fetch_file(server.url("/a.nc"))
        started = time.monotonic()
        stale = far.fetch_file(server.url("/a.nc"))
        assert time.monotonic() - started < 5
    assert bytes_of(stale) == NETCDF
    assert stale.stale_since is not None
    assert reason in stale.reason


@pytest.mark.parametrize("name", ["etag", "last_modified"])
def test_a_changed_index_of_the_cache_sends_no_header_of_its_own(name, tmp_path):
    with serving({"/a.nc": send(NETCDF, ETag='"1"')}) as server:
        far = remote(server.host, tmp_path)
        far.fetch_file(server.url("/a.nc"))
        (index,) = (tmp_path / "index").iterdir()
        row = json.loads(index.read_text()) | {name: "a\r\nX-Evil: y"}
        index.write_text(json.dumps(row))
        again = far.fetch_file(server.url("/a.nc"))
        assert bytes_of(again) == NETCDF
        assert "x-evil" not in server.asked[-1][1]


def test_a_refusal_is_not_covered_up_by_the_cache(tmp_path):
    with serving({"/a.nc": in_turn(send(NETCDF), send(b"", status=403))}) as server:
        remote(server.host, tmp_path).fetch_file(server.url("/a.nc"))
        with pytest.raises(SourceRefused, match="answered 403"):
            remote(server.host, tmp_path).fetch_file(server.url("/a.nc"))
        with pytest.raises(SourceRefused, match="not in the setting"):
            remote("", tmp_path).fetch_file(server.url("/a.nc"))
        server.routes["/a.nc"] = redirect("https://10.0.0.1/a.nc")
        with pytest.raises(SourceRefused, match="redirects"):
            remote(server.host, tmp_path).fetch_file(server.url("/a.nc"))


def test_what_did_not_change_is_not_sent_again(tmp_path):
    with serving({"/a.nc": with_validators(NETCDF, etag='"v1"')}) as server:
        far = remote(server.host, tmp_path)
        first = far.fetch_file(server.url("/a.nc"))
        second = far.fetch_file(server.url("/a.nc"))
        assert second.from_cache
        assert second.stale_since is None
        assert second.reason == "not changed on the server"
        assert second.fetched_at > first.fetched_at
        server.routes["/a.nc"] = with_validators(OTHER, etag='"v2"')
        third = far.fetch_file(server.url("/a.nc"))
    assert bytes_of(third) == OTHER
    assert not third.from_cache
    assert [h.get("if-none-match") for _, h in server.asked] == [None, '"v1"', '"v1"']


def test_a_date_is_used_where_there_is_no_etag(tmp_path):
    day = "Fri, 01 Mar 2024 00:00:00 GMT"
    with serving({"/a.nc": send(NETCDF, Last_Modified=day)}) as server:
        far = remote(server.host, tmp_path)
        far.fetch_file(server.url("/a.nc"))
        far.fetch_file(server.url("/a.nc"))
    assert server.asked[1][1]["if-modified-since"] == day


def test_a_young_file_is_taken_without_asking(tmp_path):
    with serving({"/a.nc": send(NETCDF)}) as server:
        far = remote(server.host, tmp_path)
        far.fetch_file(server.url("/a.nc"))
        again = far.fetch_file(server.url("/a.nc"), max_age_s=60)
    assert again.from_cache
    assert again.stale_since is None
    assert len(server.asked) == 1


def test_a_damaged_cached_file_is_fetched_again_whole(tmp_path):
    with serving({"/a.nc": with_validators(NETCDF, etag='"v1"')}) as server:
        far = remote(server.host, tmp_path)
        first = far.fetch_file(server.url("/a.nc"))
        assert first.path is not None
        first.path.write_bytes(NETCDF[:-1] + b"!")
        second = far.fetch_file(server.url("/a.nc"))
    assert bytes_of(second) == NETCDF
    assert not second.from_cache
    assert "if-none-match" not in server.asked[1][1]


def test_a_damaged_cached_file_is_never_served_without_network(tmp_path):
    with serving({"/a.nc": send(NETCDF)}) as server:
        far = remote(server.host, tmp_path)
        first = far.fetch_file(server.url("/a.nc"))
    assert first.path is not None
    first.path.write_bytes(b"damaged")
    with pytest.raises(SourceError, match="no connection"):
        far.fetch_file(server.url("/a.nc"))


def test_a_failed_fetch_leaves_nothing_behind(tmp_path):
    with serving({"/a.nc": cut(NETCDF, 500)}) as server, pytest.raises(SourceError):
        remote(server.host, tmp_path).fetch_file(server.url("/a.nc"))
    assert list(tmp_path.iterdir()) == []


def test_the_time_limit_covers_everything(tmp_path):
    limits = Limits(total_s=0.5, first_byte_s=9, attempts=9, backoff_s=0.01)
    with serving({"/a.nc": silent(5)}) as server:
        started = time.monotonic()
        with pytest.raises(SourceTimeout, match=r"not done after 0\.5 s"):
            remote(server.host, tmp_path, limits).fetch_file(server.url("/a.nc"))
    assert time.monotonic() - started < 2


def test_parts_of_grids_come_from_the_cache_too(tmp_path):
    routes = dap_routes(sea(hours=9)) | griddap_routes(sea(hours=9))
    box = {"bbox": (0.0, 0.0, 4.0, 4.0), "start": START, "end": START}
    with serving(routes) as server:
        far = remote(server.host, tmp_path)

        def both(names: tuple[str, ...] = ("uo", "vo")) -> list[Fetched]:
            dap, erddap = server.url("/dap/sea.nc"), server.url("/erddap")
            return [
                far.fetch_opendap(dap, variables=names, **box),  # type: ignore[arg-type]
                far.fetch_griddap(erddap, "sim_sea", variables=names, **box),  # type: ignore[arg-type]
            ]

        fresh = both()
    stale = both(("vo", "uo"))  # the order of names is no other request
    for before, after in zip(fresh, stale, strict=True):
        assert (before.from_cache, after.from_cache) == (False, True)
        assert after.sha256 == before.sha256
        assert after.stale_since == before.fetched_at
        assert "no connection" in after.reason
    assert list(tmp_path.glob(".part-*")) == []


def test_what_was_fetched_is_opened_as_forcing(tmp_path):
    routes = dap_routes(sea(hours=9)) | griddap_routes(sea(hours=9))
    box = (-3.0, 30.0, 3.0, 35.0)
    end = START + timedelta(hours=4)
    with serving(routes) as server:
        far = remote(server.host, tmp_path)
        found = [
            far.fetch_opendap(
                server.url("/dap/sea.nc"), bbox=box, start=START, end=end
            ),
            far.fetch_griddap(
                server.url("/erddap"), "sim_sea", bbox=box, start=START, end=end
            ),
            far.fetch_griddap(
                server.url("/erddap"),
                "sim_sea",
                bbox=(3, 30, 9, 35),
                start=START,
                end=end,
            ),
        ]
    for fetched, lon in zip(found, (1.0, 1.0, 5.0), strict=True):
        assert fetched.path is not None
        (current,) = open_forcing(fetched.path)
        assert current.kind == "current"
        assert current.sha256 == fetched.sha256
        current.require(start=START, end=end, lat=32.0, lon=lon)
        # The sea's own rule: lon/100 + hour/10,000 and lat/100 + hour/10,000.
        u, v = current.at(time=START.timestamp() + 7200, lat=32.0, lon=lon)
        assert float(u) == pytest.approx(lon / 100 + 2e-4, abs=1e-6)
        assert float(v) == pytest.approx(0.32 + 2e-4, abs=1e-6)


@contextmanager
def program(file: Path, port: int, *mode: str) -> Iterator[subprocess.Popen[str]]:
    """The server as a process of its own, ready when this yields."""
    process = subprocess.Popen(
        [sys.executable, "-I", _servers.__file__, str(file), str(port), *mode],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_server_killed_in_the_middle_and_restarted_still_delivers(tmp_path):
    file = tmp_path / "a.nc"
    file.write_bytes(NETCDF)
    port = free_port()
    limits = Limits(total_s=20, stall_s=15, attempts=8, backoff_s=0.05)
    far = remote(f"127.0.0.1:{port}", tmp_path / "cache", limits)
    got: list[Fetched] = []

    def fetch() -> None:
        got.append(far.fetch_file(f"http://127.0.0.1:{port}/a.nc"))

    with program(file, port, "half") as first:
        thread = threading.Thread(target=fetch)
        thread.start()
        assert first.stdout is not None
        assert first.stdout.readline() == "half\n"  # half of the file is on its way
        first.kill()
        first.wait()
    with program(file, port):
        thread.join(20)
    assert not thread.is_alive()
    assert bytes_of(got[0]) == NETCDF
    assert not got[0].from_cache


def test_a_server_killed_in_the_middle_for_good_leaves_the_cached_file(tmp_path):
    file = tmp_path / "a.nc"
    file.write_bytes(NETCDF)
    port = free_port()
    limits = Limits(total_s=20, stall_s=15, attempts=3, backoff_s=0.02)
    far = remote(f"127.0.0.1:{port}", tmp_path / "cache", limits)
    url = f"http://127.0.0.1:{port}/a.nc"
    with program(file, port):
        first = far.fetch_file(url)
    got: list[Fetched] = []
    with program(file, port, "half") as second:
        thread = threading.Thread(target=lambda: got.append(far.fetch_file(url)))
        thread.start()
        assert second.stdout is not None
        assert second.stdout.readline() == "half\n"
        second.kill()
        second.wait()
        thread.join(20)
    assert bytes_of(got[0]) == NETCDF
    assert got[0].stale_since == first.fetched_at
    assert "after 3 attempts" in got[0].reason


def test_a_server_that_comes_back_between_attempts_is_found(tmp_path):
    server = LoopbackServer({"/a.nc": send(NETCDF)}, port=free_port())
    limits = Limits(total_s=10, attempts=9, backoff_s=0.05)
    timer = threading.Timer(0.3, server.start)
    timer.start()
    try:
        fetched = remote(server.host, tmp_path, limits).fetch_file(server.url("/a.nc"))
    finally:
        timer.join()
        server.stop()
    assert bytes_of(fetched) == NETCDF


def test_a_key_in_the_address_is_not_shown(tmp_path, caplog):
    caplog.set_level("DEBUG")
    with serving({"/a.nc": in_turn(cut(NETCDF, 5), send(NETCDF))}) as server:
        fetched = remote(server.host, tmp_path).fetch_file(
            server.url("/a.nc?token=hunter2")
        )
    assert "hunter2" not in caplog.text
    assert "hunter2" not in json.dumps(fetched.to_dict())
    assert "attempt 1" in caplog.text


def test_settings_give_the_limits_and_the_folder(tmp_path):
    settings = Settings(
        data_dir=tmp_path,
        forcing_hosts="ocean.example",
        forcing_max_mb=7,
        forcing_timeout_s=9,
    )
    far = RemoteForcing.from_settings(settings, protected=lambda: {"a"})
    assert far.client.limits.max_bytes == 7_000_000
    assert far.client.limits.total_s == 9
    assert [entry.host for entry in far.client.hosts] == ["ocean.example"]
    assert far.cache.root == tmp_path / "cache" / "environment"
    with pytest.raises(SourceRefused, match=r"listed: none"):
        RemoteForcing.from_settings(Settings(data_dir=tmp_path)).fetch_file(
            "https://ocean.example/a.nc"
        )


def test_nothing_is_asked_when_the_modules_are_loaded():
    code = (
        "import socket\n"
        "def no(*a, **k): raise SystemExit('network used')\n"
        "socket.socket.connect = socket.getaddrinfo = no\n"
        "import core.environment.remote.fetch, core.environment.remote.opendap_file\n"
        "import core.environment.remote.erddap, erddapy.core.url\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[4],
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
