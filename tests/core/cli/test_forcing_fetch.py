import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import xarray as xr
from typer.testing import CliRunner, Result

from core.cli._app import app, exit_code_of
from core.errors import CleanupError
from tests.core.environment.remote._servers import (
    LoopbackServer,
    free_port,
    send,
    serving,
)
from tests.core.environment.remote._servers_ocean import (
    dap_routes,
    griddap_routes,
    netcdf_bytes,
    sea,
)

ROOT = Path(__file__).resolve().parents[3]
NETCDF = netcdf_bytes(sea(hours=3))
BOX = (
    "--bbox",
    "-3,30,3,35",
    "--start",
    "2024-03-01T01:00Z",
    "--end",
    "2024-03-01T02:30",
)


@pytest.fixture
def server():
    routes = dap_routes(sea(hours=9)) | griddap_routes(sea(hours=9))
    with serving(routes | {"/a.nc": send(NETCDF)}) as server:
        yield server


@pytest.fixture
def fetch(tmp_path, monkeypatch):
    """Run the command; its data folder is ``tmp_path``."""
    # The pauses between attempts are tested with the client.
    monkeypatch.setattr(
        "core.environment.remote.http.time",
        SimpleNamespace(sleep=lambda _seconds: None),
    )
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path))

    def run(host: str, *args: str) -> Result:
        monkeypatch.setenv("GYRE_FORCING_HOSTS", host)
        return CliRunner().invoke(app, ["forcing", "fetch", *args])

    return run


def test_a_file_is_written_and_then_served_without_the_server(
    tmp_path, fetch, server: LoopbackServer
):
    out = tmp_path / "F.nc"
    args = (server.url("/a.nc"), "--out", str(out), "--json")
    done = fetch(server.host, *args)
    assert (done.exit_code, done.stderr) == (0, "")
    first = json.loads(done.stdout)
    assert first["path"] == str(out)
    assert first["from_cache"] is False
    assert out.read_bytes() == NETCDF
    out.unlink()
    server.stop()
    # Without --json the same is said in words.
    done = fetch(server.host, *args[:-1])
    assert done.exit_code == 0
    assert "stale since" in done.stdout
    assert "no connection" in done.stdout
    assert out.read_bytes() == NETCDF
    assert list(tmp_path.glob(".part-*")) == []


def test_parts_of_grids_are_written(tmp_path, fetch, server: LoopbackServer):
    found = []
    for name, place in (
        ("dap.nc", (server.url("/dap/sea.nc"),)),
        ("erddap.nc", ("--erddap", server.url("/erddap"), "--dataset", "sim_sea")),
    ):
        out = tmp_path / name
        done = fetch(server.host, *place, *BOX, "--out", str(out))
        assert (done.exit_code, done.stderr) == (0, "")
        with xr.open_dataset(out, decode_times=False) as data:
            found.append(data["uo"].load())
    assert found[0].shape == (3, 4, 5)
    assert (found[0].to_numpy() == found[1].to_numpy()).all()


def test_nothing_there_is_said_and_no_failure(tmp_path, fetch, server: LoopbackServer):
    later = [text.replace("2024", "2025") for text in BOX]
    out = tmp_path / "F.nc"
    done = fetch(server.host, server.url("/dap/sea.nc"), *later, "--out", str(out))
    assert done.exit_code == 0
    assert done.stdout.startswith(
        "nothing to write: the grid covers latitude -60 to 60"
    )
    assert not out.exists()


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["https://other.example/a.nc"], 3, "not in the setting forcing_hosts"),
        (["http://HOST/a.nc?x"], 3, "answered 404"),
        (["http://GONE/a.nc"], 5, "no connection"),
        ([], 2, "give URL, or --erddap"),
        (["http://HOST/a.nc", "--erddap", "http://HOST/erddap"], 2, "give URL, or"),
        (["--erddap", "http://HOST/erddap"], 2, "give URL, or --erddap SERVER with"),
        (["http://HOST/a.nc", "--bbox", "1,2,3,4"], 2, "go together"),
        (["http://HOST/a.nc", "--variables", "u"], 2, "needs --bbox"),
        (["http://HOST/dap/sea.nc", *BOX, "--bbox", "1,2,3"], 2, "not four numbers"),
        (["http://HOST/dap/sea.nc", *BOX, "--end", "soon"], 2, "not a time like"),
        (["http://HOST/dap/sea.nc", *BOX, "--bbox", "0,9,1,8"], 3, "is north of"),
        (["http://HOST/dap/sea.nc", *BOX, "--variables", "salt"], 3, "it has uo, vo"),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_words(
    args, code, message, tmp_path, fetch, server
):
    server.routes.pop("/a.nc")
    gone = f"127.0.0.1:{free_port()}"
    args = [a.replace("HOST", server.host).replace("GONE", gone) for a in args]
    out = tmp_path / "F.nc"
    done = fetch(f"{server.host},{gone}", *args, "--out", str(out))
    if isinstance(done.exception, CleanupError):
        assert exit_code_of(done.exception) == code
        assert message in str(done.exception)
    else:
        assert done.exit_code == code
        assert message in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""
    assert not out.exists()


def test_a_host_that_is_not_listed_leaves_by_exit_code_3(tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "core", "forcing", "fetch"),
            *("https://other.example/a.nc", "--out", str(tmp_path / "F.nc")),
        ],
        cwd=ROOT,
        env=os.environ | {"GYRE_DATA_DIR": str(tmp_path), "GYRE_FORCING_HOSTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == (
        "error: other.example:443 is not in the setting forcing_hosts (listed: none)\n"
    )
