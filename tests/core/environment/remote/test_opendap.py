"""The part of a remote grid that covers a box and a time, over DAP 2."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from core.environment import open_forcing
from core.environment.grid import is_around_the_globe, lon_axis
from core.environment.remote.box import check_box, covering_run, covering_runs_lon
from core.environment.remote.cache import EnvironmentCache
from core.environment.remote.fetch import Fetched, RemoteForcing
from core.environment.remote.guard import parse_hosts
from core.environment.remote.http import GuardedClient, Limits
from core.environment.remote.opendap import Axis, Selection, dap_base
from core.environment.remote.opendap_file import joined
from core.environment.remote.opendap_wire import read_das, read_dds, read_dods
from core.errors import InputError, SourceError, SourceRefused
from tests.core.environment.remote._servers import (
    LoopbackServer,
    Route,
    cut,
    send,
    serving,
)
from tests.core.environment.remote._servers_ocean import START, dap_routes, sea

FAST = Limits(total_s=10, attempts=2, backoff_s=0.01)
BOX = (10.5, 30.5, 15.0, 35.0)


def remote(
    server: LoopbackServer, folder: Path, limits: Limits = FAST
) -> RemoteForcing:
    client = GuardedClient(parse_hosts(server.host), limits=limits)
    return RemoteForcing(client, EnvironmentCache(folder))


def fetch(
    routes: dict[str, Route],
    folder: Path,
    *,
    bbox: tuple[float, float, float, float] = BOX,
    start: datetime = START + timedelta(hours=5.5),
    end: datetime = START + timedelta(hours=8),
    variables: tuple[str, ...] = (),
    limits: Limits = FAST,
) -> Fetched:
    with serving(routes) as server:
        return remote(server, folder, limits).fetch_opendap(
            server.url("/dap/sea.nc"),
            bbox=bbox,
            start=start,
            end=end,
            variables=variables,
        )


def opened(fetched: Fetched) -> xr.Dataset:
    assert fetched.path is not None
    with xr.open_dataset(fetched.path, decode_times=False) as data:
        return data.load()


def test_only_the_box_is_fetched_with_one_node_and_frame_around_it(tmp_path):
    data = opened(fetch(dap_routes(sea()), tmp_path))
    assert data["longitude"].values.tolist() == [10, 12, 14, 16]
    assert data["latitude"].values.tolist() == [36, 34, 32, 30]
    assert data["time"].values.tolist() == [5, 6, 7, 8]
    # The value of a node tells which node it is: lon/100 + hour/10,000.
    np.testing.assert_allclose(
        data["uo"].values[0, 0], [0.1005, 0.1205, 0.1405, 0.1605]
    )
    np.testing.assert_allclose(
        data["vo"].values[3, :, 0], [0.3608, 0.3408, 0.3208, 0.3008]
    )


def test_attributes_come_along_so_that_the_file_explains_itself(tmp_path):
    data = opened(fetch(dap_routes(sea()), tmp_path))
    assert data.attrs["title"] == "Simulated sea"
    assert data["uo"].attrs["standard_name"] == "eastward_sea_water_velocity"
    assert data["time"].attrs["units"] == "hours since 2024-03-01"
    assert data["uo"].encoding["_FillValue"] == np.float32(1e20)
    assert data["uo"].dtype == np.float32


def test_variables_that_move_debris_are_found_or_may_be_named(tmp_path):
    assert set(opened(fetch(dap_routes(sea()), tmp_path)).data_vars) == {"uo", "vo"}
    one = fetch(dap_routes(sea()), tmp_path, variables=("vo",))
    assert set(opened(one).data_vars) == {"vo"}
    with pytest.raises(InputError, match=r"salt: name variables .* it has uo, vo"):
        fetch(dap_routes(sea()), tmp_path, variables=("salt",))


def test_packed_numbers_stay_packed(tmp_path):
    packed = sea()
    attributes = packed["uo"].attrs | {"scale_factor": 0.001, "_FillValue": -32768}
    packed["uo"] = (
        packed["uo"].dims,
        (packed["uo"].values * 1000).round().astype("i2"),
        attributes,
    )
    fetched = fetch(dap_routes(packed), tmp_path, variables=("uo",))
    assert fetched.path is not None
    with xr.open_dataset(fetched.path, mask_and_scale=False, decode_times=False) as raw:
        assert raw["uo"].dtype.kind == "i"
        assert raw["uo"].attrs["scale_factor"] == 0.001
    np.testing.assert_allclose(
        opened(fetched)["uo"].values[0, 0], [0.1, 0.12, 0.14, 0.161], atol=0.001
    )


def test_of_several_depths_the_one_nearest_the_surface_is_taken(tmp_path):
    deep = sea(depth=np.array([50.0, 10.0, 0.0]), hours=10)
    data = opened(fetch(dap_routes(deep), tmp_path))
    assert data["depth"].values.tolist() == [0]
    np.testing.assert_allclose(data["uo"].values[0, 0, 0, 0], 0.1005)


@pytest.mark.parametrize(
    ("south", "north", "lat"),
    [(60.0, 75.0, [60, 58]), (-75.0, -60.0, [-58, -60]), (30.0, 30.0, [30, 28])],
)
def test_a_box_that_touches_one_line_of_the_grid_brings_a_field(
    south, north, lat, tmp_path
):
    fetched = fetch(
        dap_routes(sea(hours=10)), tmp_path, bbox=(10.5, south, 15.0, north)
    )
    assert opened(fetched)["latitude"].values.tolist() == lat
    assert fetched.path is not None
    open_forcing(fetched.path)


def lofted(values, **attrs) -> xr.Dataset:
    """Wind on several heights, or on another axis with the attributes given."""
    names = {"uo": "eastward_wind", "vo": "northward_wind"}
    made = sea(depth=np.asarray(values), hours=10)
    for name, standard in names.items():
        made[name].attrs["standard_name"] = standard
    made["depth"].attrs = attrs
    return made


def test_of_several_heights_of_wind_10_m_is_taken(tmp_path):
    high = lofted([2.0, 10.0, 80.0], units="m", positive="up")
    assert opened(fetch(dap_routes(high), tmp_path))["depth"].values.tolist() == [10]


@pytest.mark.parametrize(
    ("name", "attrs", "reason"),
    [
        ("ensemble", {}, "3 members of an ensemble along 'ensemble'"),
        ("ens", {"standard_name": "realization"}, "3 members of an ensemble"),
        ("isobaric", {"units": "hPa"}, "3 levels of pressure along 'isobaric'"),
    ],
)
def test_no_member_and_no_pressure_is_taken_without_a_word(
    name, attrs, reason, tmp_path
):
    other = lofted([0.0, 1.0, 2.0], **attrs).rename(depth=name)
    with pytest.raises(InputError, match=reason):
        fetch(dap_routes(other), tmp_path)


@given(
    n=st.integers(4, 40), start=st.floats(-180, 180), west=st.floats(-180, 180),
    width=st.floats(0.1, 340.0), wrap=st.sampled_from([None, -180.0, 0.0]),
    falling=st.booleans(),
)  # fmt: skip
def test_parts_of_a_ring_are_joined_so_that_they_cover_the_box(
    n, start, west, width, wrap, falling
):
    stored = start + 360.0 / n * np.arange(n)
    if wrap is not None:  # counted in one turn, which may begin inside the axis
        stored = (stored - wrap) % 360.0 + wrap
    stored = stored[::-1] if falling else stored
    runs = covering_runs_lon(stored, west, west + width)
    axis = Axis("lon", "lon", stored, stored, {})
    coordinates, arrays = joined(
        (axis,), ("lon",), [Selection({"lon": run}) for run in runs],
        [{"column": np.arange(first, last + 1)} for first, last in runs],
    )  # fmt: skip
    # As the reader of the file will take it.
    lon, columns = lon_axis(coordinates["lon"], record="f")
    off = (lon - stored[arrays["column"][columns]] + 180.0) % 360.0 - 180.0
    assert np.abs(off).max() < 1e-6
    ahead = (west - lon[0] + 1e-6) % 360.0
    assert is_around_the_globe(lon) or ahead + width <= np.ptp(lon) + 1e-5


SEAMS = {
    "0 to 360": np.arange(0.0, 360.0, 2.0),
    "-180 to 180": np.arange(-180.0, 180.0, 2.0),
    "both ends": np.arange(0.0, 361.0, 2.0),
    "falling": np.arange(358.0, -1.0, -2.0)[::-1],
}


@pytest.mark.parametrize("lon", SEAMS.values(), ids=SEAMS.keys())
@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ((-3.0, 0.0, 3.0, 4.0), [-4, -2, 0, 2, 4]),
        ((177.0, 0.0, -177.0, 4.0), [176, 178, 180, -178, -176]),
        ((177.0, 0.0, 183.0, 4.0), [176, 178, 180, -178, -176]),
    ],
)
def test_a_box_over_a_seam_comes_in_one_piece(lon, bbox, expected, tmp_path):
    data = opened(fetch(dap_routes(sea(lon=lon, hours=10)), tmp_path, bbox=bbox))
    values = data["longitude"].values
    assert np.all(np.diff(values) > 0)
    east = (values + 180) % 360 - 180
    assert [(e + 180) % 360 - 180 for e in expected] == east.tolist()
    # Each column still holds its own value.
    np.testing.assert_allclose(data["uo"].values[0, 0], east / 100 + 0.0005, atol=1e-6)


def test_an_area_or_time_outside_the_grid_is_an_empty_answer_that_says_what_there_is(
    tmp_path,
):
    regional = sea(lon=np.arange(0.0, 41.0), lat=np.arange(30.0, 46.0), hours=24)
    for outside in (
        {"bbox": (-20.0, 31.0, -10.0, 33.0)},
        {"bbox": (10.0, -5.0, 12.0, 5.0)},
        {"start": START + timedelta(days=9), "end": START + timedelta(days=10)},
    ):
        fetched = fetch(dap_routes(regional), tmp_path, **outside)
        assert fetched.is_empty
        assert fetched.path is None
        assert fetched.reason == (
            "the grid covers latitude 30 to 45, longitude 0 to 40, 2024-03-01 00:00 to "
            "2024-03-01 23:00 UTC"
        )


def test_a_request_larger_than_the_limit_is_refused_before_data_is_asked_for(tmp_path):
    with serving(dap_routes(sea())) as server:
        far = remote(server, tmp_path, Limits(max_bytes=400_000, attempts=1))
        with pytest.raises(
            SourceRefused, match=r"request is for 4\.22 MB, at most 0\.4"
        ):
            far.fetch_opendap(
                server.url("/dap/sea.nc"),
                bbox=(-180, -90, 180, 90),
                start=START,
                end=START + timedelta(days=9),
            )
    # 48 h x 61 x 180 nodes x 2 variables x 4 bytes = 4.22 MB
    assert not any("uo" in path for path, _ in server.asked)


@pytest.mark.parametrize(
    ("ending", "broken", "reason"),
    [
        (".dds", send(b"<html><title>Log in</title>"), "got a web page, 'Log in'"),
        (".dds", send(b"Dataset { Float32 u[x = ; } s;"), "structure .* is broken"),
        (".dds", send(b"Dataset {" + b"Structure {" * 5000), "structure .* is broken"),
        (".das", send(b'Attributes { a { String b "c'), "attributes .* are broken"),
        (".dods", send(b'Error { code = 1005; message = "axis gone"; };'), "axis gone"),
        (".dods", send(b"Dataset { } s;\nData:\n"), "asked for shape"),
        (".dods", send(b"nonsense"), "expected data, got nonsense"),
        (".dods", cut(b"Dataset {" * 100, 50), "broken answer"),
        (".das", send(b"busy", status=503), "answered 503: busy"),
    ],
)
def test_a_server_that_breaks_the_protocol_is_told_in_words(
    ending, broken, reason, tmp_path
):
    routes = dap_routes(sea()) | {f"/dap/sea.nc{ending}": broken}
    with pytest.raises(SourceError, match=reason):
        fetch(routes, tmp_path)


def test_a_refusal_of_the_server_is_told_in_its_words(tmp_path):
    refusal = send(b'Error { code = 403; message = "members only"; };', status=403)
    with pytest.raises(SourceRefused, match="answered 403: members only"):
        fetch(dap_routes(sea()) | {"/dap/sea.nc.dds": refusal}, tmp_path)


def test_a_grid_without_latitude_and_longitude_axes_is_not_cut(tmp_path):
    rotated = sea().rename(latitude="rlat", longitude="rlon")
    for name in ("rlat", "rlon"):
        rotated[name].attrs = {"units": "degrees", "standard_name": f"grid_{name}"}
    with pytest.raises(SourceError, match="expected one lat axis, got axes time, rlat"):
        fetch(dap_routes(rotated), tmp_path)


def test_the_answer_is_cut_off_inside_the_data(tmp_path):
    path = tmp_path / "a.dods"
    path.write_bytes(
        b"Dataset {\n Float32 u[x = 3];\n} s;\nData:\n"
        b"\x00\x00\x00\x03\x00\x00\x00\x03" + np.array([1, 2], ">f4").tobytes()
    )
    with pytest.raises(SourceError, match="cut off or broken"):
        read_dods(path, {"u": (3,)})
    path.write_bytes(path.read_bytes() + np.array([3], ">f4").tobytes())
    assert read_dods(path, {"u": (3,)})["u"].tolist() == [1.0, 2.0, 3.0]


def test_the_texts_of_the_protocol_are_read(tmp_path):
    # The example of the DAP 2.0 specification, section 6, shortened.
    path = tmp_path / "text"
    path.write_text(
        "Dataset {\n  Int16 lat[lat = 180];\n  Grid {\n   Array:\n"
        "    Float64 sst[time = 404][lat = 180];\n   Maps:\n"
        "    Int16 time[time = 404];\n    Int16 lat[lat = 180];\n  } sst;\n} weekly;\n"
    )
    found = read_dds(path)
    assert found["sst"].dims == ("time", "lat")
    assert found["sst"].shape == (404, 180)
    assert found["lat"].shape == (180,)
    path.write_text(
        'Attributes {\n  sst {\n    String long_name "a; \\"quoted\\" {name}";\n'
        "    Float32 actual_range -1.8, 35.09;\n  }\n"
        '  NC_GLOBAL {\n    String title "T";\n  }\n}\n'
    )
    attributes = read_das(path)
    assert attributes["sst"]["actual_range"] == [-1.8, 35.09]
    assert attributes[""]["title"] == "T"


def test_the_address_of_a_page_of_the_dataset_is_the_address_of_the_dataset():
    for ending in ("", ".html", ".dds", ".das", "?u[0:1]"):
        assert dap_base("https://a.example/dap/sea.nc" + ending) == (
            "https://a.example/dap/sea.nc"
        )


@pytest.mark.parametrize(
    ("bbox", "reason"),
    [
        ((0, 50, 10, 40), "south 50 is north of its north 40"),
        ((0, -91, 10, 40), r"south -91 outside \[-90, 90\]"),
        ((0, 0, 1000, 40), r"east 1000 outside"),
        ((-170, 0, 300, 40), "more than the whole earth"),
        ((float("nan"), 0, 1, 1), "four numbers"),
    ],
)
def test_a_box_that_cannot_be_is_refused(bbox, reason):
    with pytest.raises(InputError, match=reason):
        check_box(bbox, START, START)


def test_a_time_without_zone_or_the_wrong_way_round_is_refused():
    with pytest.raises(InputError, match="has no time zone"):
        check_box(BOX, START.replace(tzinfo=None), START)
    with pytest.raises(InputError, match="is before start"):
        check_box(BOX, START, START - timedelta(seconds=1))


axis_values = st.lists(
    st.integers(-1000, 1000), min_size=1, max_size=30, unique=True
).map(lambda v: np.array(sorted(v), dtype=float))


@given(axis_values, st.integers(-1100, 1100), st.integers(0, 500), st.booleans())
def test_a_run_is_the_shortest_that_covers_the_interval(values, low, width, falling):
    high = low + width
    axis = values[::-1] if falling else values
    run = covering_run(axis, low, high)
    touches = low <= values.max() and high >= values.min()
    assert (run is not None) == touches
    if run is None:
        return
    part = axis[run[0] : run[1] + 1]
    # Brute force: every node inside, and at most one beyond each end.
    inside = [v for v in values if low <= v <= high]
    assert set(inside) <= set(part)
    assert part.min() <= low or part.min() == values.min()
    assert part.max() >= high or part.max() == values.max()
    assert sum(part < low) <= 1
    assert sum(part > high) <= 1


@given(
    st.integers(-180, 179),
    st.integers(0, 359),
    st.integers(-180, 180),
    st.sampled_from([1, 3, 10]),
    st.booleans(),
)
def test_longitude_runs_hold_every_node_inside_and_nothing_far(
    west, width, first, step, regional
):
    n = 60 // step if regional else 360 // step
    values = first + step * np.arange(float(n))
    runs = covering_runs_lon(values, west, west + width)
    taken = [i for a, b in runs for i in range(a, b + 1)]
    assert len(taken) == len(set(taken))
    ahead = (values - west) % 360
    inside = set(np.flatnonzero(ahead <= width).tolist())
    assert inside <= set(taken)
    for i in set(taken) - inside:
        assert min(ahead[i] - width, 360 - ahead[i]) <= step
    if not regional:  # a global grid covers every box
        assert taken


def test_an_axis_that_turns_back_is_refused():
    with pytest.raises(InputError, match="neither rises nor falls"):
        covering_run(np.array([0.0, 2.0, 1.0]), 0, 1)
    with pytest.raises(InputError, match="no usable values"):
        covering_runs_lon(np.array([np.nan]), 0, 1)
