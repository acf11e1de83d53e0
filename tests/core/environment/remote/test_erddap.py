"""Parts of gridded datasets of an ERDDAP server."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from core.environment.remote import erddap
from core.environment.remote.cache import EnvironmentCache
from core.environment.remote.erddap import erddap_base, griddap_url
from core.environment.remote.fetch import Fetched, RemoteForcing
from core.environment.remote.guard import parse_hosts
from core.environment.remote.http import GuardedClient, Limits
from core.environment.remote.opendap import Axis, Selection
from core.environment.remote.opendap_wire import DapVariable
from core.errors import InputError, SourceError, SourceRefused
from tests.core.environment.remote._servers import LoopbackServer, Route, send, serving
from tests.core.environment.remote._servers_ocean import (
    START,
    griddap_error,
    griddap_routes,
    netcdf_bytes,
    sea,
)

FAST = Limits(total_s=10, attempts=2, backoff_s=0.01)
NC = "/erddap/griddap/sim_sea.nc"


def ask(
    server: LoopbackServer,
    folder: Path,
    *,
    bbox: tuple[float, float, float, float] = (10.5, 30.5, 15.0, 35.0),
    start: datetime = START + timedelta(hours=5.5),
    end: datetime = START + timedelta(hours=8),
    limits: Limits = FAST,
) -> Fetched:
    client = GuardedClient(parse_hosts(server.host), limits=limits)
    return RemoteForcing(client, EnvironmentCache(folder)).fetch_griddap(
        server.url("/erddap/"), "sim_sea", bbox=bbox, start=start, end=end
    )


def fetch(routes: dict[str, Route], folder: Path, **options: object) -> Fetched:
    with serving(routes) as server:
        return ask(server, folder, **options)  # type: ignore[arg-type]


def opened(fetched: Fetched) -> xr.Dataset:
    assert fetched.path is not None
    with xr.open_dataset(fetched.path, decode_times=False) as data:
        return data.load()


def test_the_file_that_the_server_cuts_out_covers_the_box(tmp_path):
    with serving(griddap_routes(sea())) as server:
        data = opened(ask(server, tmp_path))
    assert data["longitude"].values.tolist() == [10, 12, 14, 16]
    assert data["latitude"].values.tolist() == [36, 34, 32, 30]
    hours = (data["time"].values - START.timestamp()) / 3600
    assert hours.tolist() == [5, 6, 7, 8]
    np.testing.assert_allclose(
        data["vo"].values[3, :, 0], [0.3608, 0.3408, 0.3208, 0.3008]
    )
    # Values in brackets, in the order of each axis; brackets are percent-encoded.
    path = server.asked[-1][0]
    assert path.startswith(
        NC + "?uo%5B(2024-03-01T05:00:00Z):1:(2024-03-01T08:00:00Z)%5D"
    )
    assert "%5B(36.0):1:(30.0)%5D%5B(10.0):1:(16.0)%5D,vo%5B" in path


@pytest.mark.parametrize(
    "grid",
    [
        sea(lat=np.arange(-60.0, 61.0, 2.0), hours=12),
        sea(lon=np.arange(-180.0, 180.0, 2.0), hours=12),
        sea(depth=np.array([0.0, 5.0, 10.0]), hours=12),
    ],
)
def test_other_axes_are_asked_for_in_their_own_order(grid, tmp_path):
    data = opened(fetch(griddap_routes(grid), tmp_path))
    assert sorted(data["latitude"].values.tolist()) == [30, 32, 34, 36]
    assert data["longitude"].values.tolist() == [10, 12, 14, 16]
    np.testing.assert_allclose(
        data["uo"].values[0].reshape(-1)[:4], [0.1005, 0.1205, 0.1405, 0.1605]
    )


def test_a_box_over_the_seam_of_the_server_comes_in_one_piece(tmp_path):
    data = opened(fetch(griddap_routes(sea(hours=12)), tmp_path, bbox=(-3, 0, 3, 4)))
    assert data["longitude"].values.tolist() == [-4, -2, 0, 2, 4]
    np.testing.assert_allclose(
        data["uo"].values[0, 0], [-0.0395, -0.0195, 0.0005, 0.0205, 0.0405], atol=1e-6
    )


def test_no_matching_results_is_an_empty_answer_and_no_failure(tmp_path):
    message = "Not Found: Your query produced no matching results. (nothing there)"
    for code in (404, 500):
        routes = griddap_routes(sea()) | {NC: griddap_error(code, message)}
        fetched = fetch(routes, tmp_path)
        assert fetched.is_empty
        assert fetched.reason == message
        assert fetched.sha256 == ""
    outside = fetch(
        griddap_routes(sea(hours=24)),
        tmp_path,
        start=START + timedelta(days=30),
        end=START + timedelta(days=31),
    )
    assert outside.is_empty
    assert "to 2024-03-01 23:00 UTC" in outside.reason


def test_other_errors_of_the_server_are_told_in_its_words(tmp_path):
    wordy = griddap_error(400, 'Bad Request: Query error: "x" is odd')
    with pytest.raises(SourceRefused, match=r'answered 400: Bad .* "x" is odd'):
        fetch(griddap_routes(sea()) | {NC: wordy}, tmp_path)
    with pytest.raises(
        SourceRefused, match="answered 404: Not Found: Currently unknown"
    ):
        fetch(
            griddap_routes(sea())
            | {
                "/erddap/griddap/sim_sea.dds": griddap_error(
                    404, "Not Found: Currently unknown datasetID=sim_sea"
                )
            },
            tmp_path,
        )
    with pytest.raises(SourceError, match=r"answered 500: .*out of memory"):
        memory = griddap_error(500, "Internal Server Error: out of memory")
        fetch(griddap_routes(sea()) | {NC: memory}, tmp_path)


def test_an_html_page_instead_of_data_is_named(tmp_path):
    page = send(
        b"<!DOCTYPE html><title>ERDDAP - Error</title>", content_type="text/html"
    )
    with pytest.raises(
        SourceError, match="expected a NetCDF file, got a web page, 'ERDDAP - E"
    ):
        fetch(griddap_routes(sea()) | {NC: page}, tmp_path)


def test_a_classic_file_that_is_cut_short_does_not_become_zeros(tmp_path):
    data = netcdf_bytes(sea(hours=3))
    short = send(data[:-4000])  # its length is said to be right
    with pytest.raises(SourceError, match="a cut-off NetCDF file"):
        fetch(griddap_routes(sea()) | {NC: short}, tmp_path)
    assert list(tmp_path.glob("*.nc")) == []


def test_too_much_is_refused_before_the_server_has_to_cut_it_out(tmp_path):
    with (
        serving(griddap_routes(sea())) as server,
        pytest.raises(SourceRefused, match=r"request is for 4\.22 MB"),
    ):
        ask(
            server,
            tmp_path,
            bbox=(-180, -90, 180, 90),
            end=START + timedelta(days=9),
            start=START,
            limits=Limits(max_bytes=400_000, attempts=1),
        )
    assert not any(path.startswith(NC) for path, _ in server.asked)


@pytest.mark.parametrize("dataset", ["", "../admin", "a/b", "a?b", "a b", "a" * 201])
def test_a_name_that_is_no_dataset_is_refused(dataset):
    with pytest.raises(InputError, match="expected letters"):
        erddap_base("https://ocean.example/erddap", dataset)


def test_the_address_is_the_one_of_the_documentation():
    # griddap's documentation: start:stride:stop in round brackets, every axis in
    # order and the same for each variable; times in ISO 8601 with Z.
    def axis(name: str, role: str, values: list[float]) -> Axis:
        array = np.array(values)
        return Axis(name, role, array, array, {})

    axes = (
        axis("time", "time", [0.0, 0.5, 86400.0]),
        axis("latitude", "lat", [0.1, 0.2, 0.3]),
        axis("longitude", "lon", [350.25, 350.5]),
    )
    dims = ("time", "latitude", "longitude")
    variables = tuple(
        DapVariable(n, dims, (3, 3, 2), np.dtype("f4")) for n in ("u", "v")
    )
    selection = Selection({"time": (1, 2), "latitude": (0, 2), "longitude": (0, 1)})
    base = erddap_base("https://ocean.example/erddap/", "set-1.2_x")
    part = (
        "%5B(1970-01-01T00:00:00.500Z):1:(1970-01-02T00:00:00Z)%5D"
        "%5B(0.1):1:(0.3)%5D%5B(350.25):1:(350.5)%5D"
    )
    assert griddap_url(base, variables, axes, selection) == (
        f"https://ocean.example/erddap/griddap/set-1.2_x.nc?u{part},v{part}"
    )


def test_the_list_of_servers_that_comes_with_erddapy_is_never_used():
    # erddapy looks servers up by name through the network; only its pure writer of
    # addresses may be used.
    text = Path(erddap.__file__).read_text(encoding="utf-8")
    assert "ERDDAP(" not in text
    assert "urlopen" not in text
