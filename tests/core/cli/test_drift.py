import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from core.cli._app import app, exit_code_of
from core.drift.seeds import read_seeds
from core.errors import InputError, SourceError

OCEAN = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "ocean"
#: One degree of the equator, km.
DEGREE_KM = 111.194927

STANDARD_NAMES = {
    "current": ("eastward_sea_water_velocity", "northward_sea_water_velocity"),
    "wind": ("eastward_wind", "northward_wind"),
    "stokes": (
        "sea_surface_wave_stokes_drift_eastward_velocity",
        "sea_surface_wave_stokes_drift_northward_velocity",
    ),
}


def cf_file(path, *, hours=(0, 6, 12, 18, 24, 30), half=2.0, land=None, **kinds):
    """A small CF file in the Gulf of Guinea; each kind is a constant (u, v)."""
    lat = lon = np.linspace(-half, half, 17)
    times = pd.Timestamp("2024-03-01") + pd.to_timedelta(hours, unit="h")
    data = {}
    for kind, (u, v) in kinds.items():
        for name, value in zip(STANDARD_NAMES[kind], (u, v), strict=True):
            values = np.full((len(times), lat.size, lon.size), value, dtype="float32")
            if land is not None and kind == "current":
                values[:, :, lon > land] = np.nan
            attributes = {"standard_name": name, "units": "m s-1"}
            data[name] = (("time", "lat", "lon"), values, attributes)
    axes = {
        "time": times,
        "lat": ("lat", lat, {"standard_name": "latitude", "units": "degrees_north"}),
        "lon": ("lon", lon, {"standard_name": "longitude", "units": "degrees_east"}),
    }
    xr.Dataset(data, coords=axes).to_netcdf(path)
    return path


@pytest.fixture
def currents(tmp_path):
    return cf_file(tmp_path / "c.nc", current=(0.5, 0.0))


def seeds_file(tmp_path, text="lat,lon\n0,0\n"):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    return path


def run(*args):
    return CliRunner().invoke(app, ["drift", *map(str, args)])


def done(*args):
    result = run(*args, "--json")
    assert result.exit_code == 0, f"{result.output}\n{result.exception!r}"
    return json.loads(result.stdout)


def refused(*args, kind=InputError, code=3):
    result = run(*args)
    assert isinstance(result.exception, kind), result.output
    assert exit_code_of(result.exception) == code
    return result


def test_table_of_the_contract_is_written_hourly(tmp_path, currents):
    out = tmp_path / "t.parquet"
    summary = done("--seeds", seeds_file(tmp_path), "--currents", currents,
                   "--hours", 12, "--ensemble", 20, "--out", out)  # fmt: skip
    table = pd.read_parquet(out)
    assert list(table.columns[:6]) == ["seed", "member", "time", "lat", "lon", "status"]
    assert len(table) == 20 * 13
    assert list(table["time"][:13]) == list(
        pd.date_range("2024-03-01", periods=13, freq="h", tz="UTC")
    )
    assert set(table["status"]) == {"afloat"}
    # 0.5 m/s for 12 h is 21.6 km.
    alone = table[(table["member"] == 0) & (table["hour"] == 12)].iloc[0]
    assert alone["lon"] * DEGREE_KM == pytest.approx(21.6, rel=1e-5)
    (seed,) = summary["seeds"]
    assert seed["expected"]["lon"] * DEGREE_KM == pytest.approx(21.6, abs=10)
    assert seed["area_90_km2"] > seed["area_50_km2"] > 0
    assert seed["stranding"]["probability"] == 0.0
    assert seed["stays_put"]["at"] == {"lat": 0.0, "lon": 0.0}
    assert seed["persistence"]["at"]["lon"] * DEGREE_KM == pytest.approx(21.6, rel=1e-4)
    assert summary["rejected"] == []
    assert "start of the forcing" in summary["release"]
    assert not list(tmp_path.glob("*.part"))


def test_wind_and_stokes_come_from_files_of_their_own_or_the_same(tmp_path, currents):
    wind = cf_file(tmp_path / "w.nc", wind=(10.0, 0.0))
    both = cf_file(tmp_path / "b.nc", current=(0.5, 0.0), wind=(10.0, 0.0))
    stokes = cf_file(tmp_path / "k.nc", stokes=(0.0, 0.2))
    seeds = seeds_file(tmp_path, "lat,lon,category\n0,0,bottle\n")
    common = ["--seeds", seeds, "--hours", 10, "--ensemble", 1,
              "--out", tmp_path / "t.parquet", "--currents"]  # fmt: skip
    ends = [
        done(*common, *files)["seeds"][0]
        for files in ([currents, "--wind", wind], [both],
                      [both, "--stokes", stokes])
    ]  # fmt: skip
    # A bottle takes 3.64 % of 10 m/s, beside Stokes drift 2.34 %; 1 m/s is 36 km.
    assert ends[0]["expected"]["lon"] * DEGREE_KM == pytest.approx(0.864 * 36, rel=1e-4)
    assert ends[1]["expected"] == ends[0]["expected"]
    assert ends[2]["expected"]["lon"] * DEGREE_KM == pytest.approx(0.734 * 36, rel=1e-4)
    assert ends[2]["expected"]["lat"] * DEGREE_KM == pytest.approx(7.2, rel=1e-3)
    assert ends[2]["windage"] == pytest.approx(0.0234)
    assert ends[2]["stranding"] is None
    assert ends[2]["area_90_km2"] is None


def test_repeated_files_are_joined_in_time(tmp_path):
    first = cf_file(tmp_path / "1.nc", hours=(0, 12), current=(0.5, 0.0))
    second = cf_file(tmp_path / "2.nc", hours=(12, 24, 36), current=(0.5, 0.0))
    args = ["--seeds", seeds_file(tmp_path), "--hours", 30, "--ensemble", 1,
            "--out", tmp_path / "t.parquet"]  # fmt: skip
    assert done(*args, "--currents", second, "--currents", first)["seeds"]
    refused(*args, "--currents", first)
    other = cf_file(tmp_path / "3.nc", hours=(24, 36), half=1.0, current=(0.5, 0.0))
    result = refused(*args, "--currents", first, "--currents", other)
    assert "different grids" in str(result.exception)


def test_bad_rows_are_named_and_the_rest_is_followed(tmp_path, currents):
    seeds = seeds_file(
        tmp_path,
        "lat,lon,time,category,mass_kg,seed_id\n"
        "0,0,2024-03-01T03:00:00Z,net,10,good\n"
        "95,0,,,,\n"
        "50,0,,,,\n"
        "0,0,2024-03-02T03:00:00Z,,,late\n"
        "0.1,0,,kelp,,odd\n",
    )
    out = tmp_path / "t.parquet"
    result = run("--seeds", seeds, "--currents", currents, "--hours", 6, "--out", out,
                 "--ensemble", 3, "--json")  # fmt: skip
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert [row["row"] for row in summary["rejected"]] == [2, 3, 4]
    assert [row["row"] for row in summary["flagged"]] == [5]
    assert sorted(pd.read_parquet(out)["seed"].unique()) == [0, 4]
    for words in ("latitude 95", "outside the current", "(row 4)", "unknown kind"):
        assert words in result.stderr
    good, odd = summary["seeds"]
    assert (good["seed_id"], good["released_at"]) == ("good", "2024-03-01T03:00:00Z")
    assert (odd["row"], odd["released_at"]) == (5, "2024-03-01T00:00:00Z")


def test_start_releases_every_seed_at_once(tmp_path, currents):
    seeds = seeds_file(tmp_path, "lat,lon,time\n0,0,2030-01-01\n0,1,\n")
    summary = done("--seeds", seeds, "--currents", currents, "--hours", 3,
                   "--start", "2024-03-01T12:00:00+02:00", "--ensemble", 2,
                   "--out", tmp_path / "t.parquet")  # fmt: skip
    assert {seed["released_at"] for seed in summary["seeds"]} == {
        "2024-03-01T10:00:00Z"
    }
    assert summary["release"] == "--start"


def test_time_not_covered_says_what_is(tmp_path, currents):
    out = tmp_path / "t.parquet"
    args = ["--seeds", seeds_file(tmp_path), "--currents", currents, "--out", out]
    late = refused(*args, "--hours", 31)
    early = refused(*args, "--hours", 2, "--start", "2024-02-28T00:00:00Z")
    for result in (late, early):
        assert "2024-03-01T00:00:00Z to 2024-03-02T06:00:00Z" in str(result.exception)
    assert not out.exists()


def test_a_single_moment_of_forcing_is_refused(tmp_path):
    one = cf_file(tmp_path / "1.nc", hours=(0,), current=(0.5, 0.0))
    result = refused("--seeds", seeds_file(tmp_path), "--currents", one, "--hours", 2,
                     "--out", tmp_path / "t.parquet")  # fmt: skip
    assert "one moment, 2024-03-01T00:00:00Z" in str(result.exception)


def test_files_that_cannot_be_used_are_all_named(tmp_path, currents):
    (tmp_path / "broken.nc").write_bytes(b"CDF\x01nonsense")
    wind = cf_file(tmp_path / "w.nc", wind=(5.0, 0.0))
    result = refused("--seeds", seeds_file(tmp_path), "--hours", 2,
                     "--currents", tmp_path / "broken.nc", "--currents", wind,
                     "--currents", tmp_path / "none.nc",
                     "--out", tmp_path / "t.parquet")  # fmt: skip
    for words in ("broken.nc", "w.nc holds no current; found wind", "none.nc"):
        assert words in str(result.exception)
    result = refused("--seeds", tmp_path / "no.csv", "--hours", 2, "--currents",
                     currents, "--out", tmp_path / "t.parquet")  # fmt: skip
    assert "no.csv" in str(result.exception)


@pytest.mark.parametrize(
    "options",
    [
        ["--hours", "2.5"], ["--hours", "0"], ["--hours", "nan"],
        ["--hours", "9999"], ["--hours", "2", "--ensemble", "0"],
        ["--hours", "2", "--start", "soon"], ["--hours", "2", "--out", "t.csv"],
        ["--hours", "2", "--position-error", "-1"],
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(tmp_path, currents, options):
    result = run("--seeds", seeds_file(tmp_path), "--currents", currents,
                 "--out", tmp_path / "t.parquet", *options)  # fmt: skip
    assert result.exit_code == 2


def test_folder_that_does_not_exist_is_refused_before_any_work(tmp_path, currents):
    result = refused("--seeds", "none.csv", "--currents", currents, "--hours", 2,
                     "--out", tmp_path / "no" / "t.parquet")  # fmt: skip
    assert "folder" in str(result.exception)


def test_geojson_holds_regions_tracks_and_coast(tmp_path):
    # A current of 1 m/s towards land 0.3 degrees east, in the open sea of the map.
    currents = cf_file(tmp_path / "c.nc", current=(1.0, 0.0), land=0.3)
    out = tmp_path / "r.geojson"
    summary = done("--seeds", seeds_file(tmp_path, "lat,lon,mass_kg\n0,0,8\n"),
                   "--currents", currents, "--hours", 24, "--ensemble", 30,
                   "--out", tmp_path / "t.parquet", "--geojson", out)  # fmt: skip
    document = json.loads(out.read_text(encoding="utf-8"))
    features = document["features"]
    kinds = [feature["properties"]["kind"] for feature in features]
    assert kinds.count("region") == 2 * 25
    tracks = [f["properties"]["track"] for f in features
              if f["properties"]["kind"] == "track"]  # fmt: skip
    assert tracks == ["unperturbed", "stays_put", "persistence"]
    stranding = summary["seeds"][0]["stranding"]
    assert stranding["probability"] > 0.5
    assert stranding["low"] < stranding["probability"] <= stranding["high"]
    assert stranding["expected_kg"] == pytest.approx(8 * stranding["probability"])
    # The bundled coast is 400 km away from this made-up one.
    assert [part["segment"] for part in stranding["segments"]] == ["none"]


def test_seed_on_land_of_the_forcing_is_told(tmp_path):
    currents = cf_file(tmp_path / "c.nc", current=(1.0, 0.0), land=0.3)
    args = ["--seeds", seeds_file(tmp_path, "lat,lon\n0,1\n0,0\n"), "--currents",
            currents, "--hours", 2, "--ensemble", 12,
            "--out", tmp_path / "t.parquet"]  # fmt: skip
    ashore, afloat = done(*args)["seeds"]
    assert ashore["starts_on_forcing_land"]
    assert ashore["stranding"]["probability"] == 1.0
    assert not afloat["starts_on_forcing_land"]
    assert run(*args).stdout.count("lies on land of the forcing's grid") == 1


def test_map_across_180_degrees_is_cut_there(tmp_path):
    cf_file(tmp_path / "c.nc", current=(1.0, 0.0))
    with xr.open_dataset(tmp_path / "c.nc") as whole:
        whole.load().assign_coords(lon=whole["lon"] + 180.0).to_netcdf(
            tmp_path / "d.nc"
        )
    out = tmp_path / "r.geojson"
    summary = done("--seeds", seeds_file(tmp_path, "lat,lon\n0,179.8\n"), "--currents",
                   tmp_path / "d.nc", "--hours", 12, "--ensemble", 20, "--out",
                   tmp_path / "t.parquet", "--geojson", out)  # fmt: skip
    # 43.2 km is 0.389 degrees: to 179.811 W.
    alone = pd.read_parquet(tmp_path / "t.parquet").query("member == 0 and hour == 12")
    assert alone["lon"].iloc[0] == pytest.approx(-179.8115, abs=1e-3)
    assert summary["seeds"][0]["moved_km"] == pytest.approx(43.2, abs=20)
    shapes = {f["geometry"]["type"] for f in json.loads(out.read_text())["features"]}
    assert {"MultiLineString", "MultiPolygon"} <= shapes


def test_a_table_that_cannot_be_written_is_refused(tmp_path, currents):
    (tmp_path / "t.parquet").mkdir()
    result = refused("--seeds", seeds_file(tmp_path), "--currents", currents, "--hours",
                     2, "--ensemble", 2, "--out", tmp_path / "t.parquet")  # fmt: skip
    assert "cannot write" in str(result.exception)
    assert not list(tmp_path.glob("*.part"))


def test_same_seed_writes_the_same_table_and_another_does_not(tmp_path, currents):
    tables = []
    for seed in (3, 3, 4):
        out = tmp_path / "t.parquet"
        done("--seeds", seeds_file(tmp_path), "--currents", currents, "--hours", 4,
             "--ensemble", 5, "--seed", seed, "--out", out)  # fmt: skip
        tables.append(pd.read_parquet(out))
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])


def test_no_errors_at_all_leave_only_the_start(tmp_path, currents):
    out = tmp_path / "t.parquet"
    done("--seeds", seeds_file(tmp_path), "--currents", currents, "--hours", 4,
         "--ensemble", 5, "--current-error", 0, "--position-error", 0,
         "--out", out)  # fmt: skip
    ends = pd.read_parquet(out).query("hour == 4")
    assert np.ptp(ends["lon"]) == pytest.approx(0.0, abs=1e-12)


def test_backward_run_goes_against_the_current(tmp_path, currents):
    out = tmp_path / "t.parquet"
    summary = done("--seeds", seeds_file(tmp_path), "--currents", currents, "--hours",
                   12, "--ensemble", 5, "--backward", "--out", out)  # fmt: skip
    end = pd.read_parquet(out).query("member == 0 and hour == -12").iloc[0]
    assert end["lon"] * DEGREE_KM == pytest.approx(-21.6, rel=1e-5)
    assert end["time"] == pd.Timestamp("2024-03-01T18:00Z")
    assert "end of the forcing" in summary["release"]


def test_summary_for_people_names_place_area_chance_and_baselines(tmp_path, currents):
    seeds = seeds_file(tmp_path, "lat,lon,seed_id\n0,0,=cmd\n")
    result = run("--seeds", seeds, "--currents", currents, "--hours", 6, "--out",
                 tmp_path / "t.parquet", "--ensemble", 20)  # fmt: skip
    assert result.exit_code == 0
    for words in ("seed 0 (=cmd) after 6 h: expected at", "90 % area", "strands with 0",
                  "stays put would be", "persistence would be",
                  "released at the start of the forcing"):  # fmt: skip
        assert words in result.stdout


def test_coastline_option_strands_on_the_bundled_coast(tmp_path):
    # Lome lies at 6.1 N: a current towards north meets the coast of Togo.
    lat, lon = np.linspace(4, 8, 17), np.linspace(0, 3, 13)
    shape = (2, lat.size, lon.size)
    xr.Dataset(
        {"uo": (("time", "lat", "lon"), np.zeros(shape, "float32"), {"units": "m s-1"}),
         "vo": (("time", "lat", "lon"), np.ones(shape, "float32"), {"units": "m s-1"})},
        coords={"time": pd.to_datetime(["2024-03-01", "2024-03-03"]), "lat": lat,
                "lon": lon},
    ).to_netcdf(tmp_path / "c.nc")  # fmt: skip
    args = ["--seeds", seeds_file(tmp_path, "lat,lon\n6,1.3\n"), "--currents",
            tmp_path / "c.nc", "--hours", 12, "--ensemble", 11, "--current-error", 0,
            "--out", tmp_path / "t.parquet"]  # fmt: skip
    assert done(*args)["seeds"][0]["stranding"]["probability"] == 0.0
    shore = done(*args, "--coastline")["seeds"][0]["stranding"]
    assert shore["probability"] == 1.0
    assert shore["segments"][0]["segment"].startswith("coast10-")


def test_scheduler_that_does_not_answer_is_exit_code_5(tmp_path, currents, monkeypatch):
    monkeypatch.setattr("core.drift.ensembles.scheduler._CONNECT_S", 0.3)
    monkeypatch.setenv("GYRE_DASK_SCHEDULER", "tcp://127.0.0.1:9")
    refused("--seeds", seeds_file(tmp_path), "--currents", currents, "--hours", 2,
            "--out", tmp_path / "t.parquet", kind=SourceError, code=5)  # fmt: skip


def test_example_of_the_schema_is_a_seeds_file_that_works(tmp_path):
    shown = CliRunner().invoke(app, ["schema", "seeds", "--example"])
    read = read_seeds(seeds_file(tmp_path, shown.stdout))
    assert read.n_rows == len(read.accepted) == 3
    assert not read.flagged
    assert read.accepted["radius_m"][0] == 500.0


def ocean(name):
    path = OCEAN / name
    if not path.exists():
        pytest.skip("the shared ocean files are not at hand")
    return path


def test_drift_on_globcurrent(tmp_path):
    seeds = seeds_file(tmp_path, "lat,lon,time,category\n"
                       "-35.5,24.25,2002-01-02T06:00:00Z,net\n"
                       "-37.2,23.0,2002-06-01,plastic\n")  # fmt: skip
    summary = done("--seeds", seeds, "--currents",
                   ocean("globcurrent_agulhas_2002_daily.nc"), "--hours", 48,
                   "--ensemble", 20, "--out", tmp_path / "t.parquet")  # fmt: skip
    assert len(summary["seeds"]) == 2
    # In the core of the Agulhas Current water runs south-west at over 1 m/s.
    first = summary["seeds"][0]
    assert 100 < first["moved_km"] < 300
    assert first["expected"]["lat"] < -35.8
    assert first["expected"]["lon"] < 23.9


def test_drift_with_current_and_wind_of_washington(tmp_path):
    current = ocean("model_currents_washington_coast_2023-03-02_3hourly.nc")
    wind = ocean("gfs_wind_washington_coast_2023-03-02_3hourly.nc")
    seeds = seeds_file(tmp_path, "lat,lon,category\n48.2,-125.2,foam\n")
    args = ["--seeds", seeds, "--currents", current, "--ensemble", 1,
            "--out", tmp_path / "t.parquet"]  # fmt: skip
    blown = done(*args, "--wind", wind, "--hours", 24)
    # The current starts 12 h after the wind, so the two are covered from then on.
    assert blown["seeds"][0]["released_at"] == "2023-03-02T12:00:00Z"
    still = done(*args, "--hours", 24)
    assert blown["seeds"][0]["expected"] != still["seeds"][0]["expected"]
    result = refused(*args, "--wind", wind, "--hours", 37)
    assert "2023-03-02T12:00:00Z to 2023-03-04T00:00:00Z" in str(result.exception)
