import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from core.drift.skill.drifters import DrifterLimits, check_drifters, read_drifters
from core.errors import InputError, NotFoundError

OCEAN = Path(__file__).resolve().parents[5] / "shared" / "datasets" / "ocean"
START = pd.Timestamp("2023-05-01", tz="UTC")
KM = 1 / 111.195  # degrees of latitude in a km


def ocean_file(name):
    path = OCEAN / name
    if not path.is_file():
        pytest.skip(f"the data set {name} is not beside the checkout")
    return path


def track(n=24, *, drifter="a", step_km=1.0, every_h=1.0):
    """Drift northwards from 54 N 10 E."""
    hours = np.arange(n) * every_h
    return pd.DataFrame(
        {
            "drifter_id": drifter,
            "time": START + pd.to_timedelta(hours, unit="h"),
            "lat": 54 + np.arange(n) * step_km * KM,
            "lon": 10.0,
        }
    )


def reasons(table):
    return table.quality()["reasons"]


def test_a_clean_track_is_good_and_stays_as_it_is():
    table = check_drifters(track())
    assert table.quality()["flags"] == {"1": 24}
    hourly = table.hourly()
    assert hourly.n_segments == 1
    assert hourly.lat == pytest.approx(track()["lat"])
    # 1 km an hour northwards is 1/3.6 m/s.
    assert hourly.velocity()[:-1] == pytest.approx(np.full(23, 1j / 3.6), rel=1e-4)
    assert np.isnan(hourly.velocity()[-1])


def test_nothing_is_dropped_and_every_fault_has_a_reason():
    frame = track()
    bad = pd.DataFrame(
        {
            "drifter_id": ["a", "a", None, "a", "a", "a"],
            "time": [None, START, START, START, "1961-01-01", "2999-01-01"],
            "lat": [54, np.nan, 54, 95, 54, 54],
            "lon": [10, 10, 10, 10, 10, 10],
        }
    )
    bad["time"] = pd.to_datetime(bad["time"], utc=True, format="mixed")
    table = check_drifters(pd.concat([frame, bad]))
    assert len(table.rows) == 30
    assert reasons(table) == {
        "time, position or drifter missing or not understood": 3,
        "position not on Earth": 1,
        "time before satellite tracking (1978) or in the future": 2,
    }
    assert table.rows["flag"].tolist()[24:] == [9, 9, 9, 4, 4, 4]
    assert (table.rows["reason"] == "").equals(table.rows["flag"] == 1)


def test_repeats_keep_their_first_fix():
    frame = track(8)
    moved = frame.iloc[[3]].assign(lat=frame["lat"].iloc[3] + 0.2 * KM)
    table = check_drifters(pd.concat([frame, frame.iloc[[2, 2]], moved]))
    assert reasons(table) == {
        "exact repeat of a fix": 2,
        "time repeated with another position": 1,
    }
    assert len(table.good) == 8


@given(where=st.integers(0, 23), off=st.sampled_from([-20.0, 5.0, 30.0]))
def test_one_wild_fix_is_found_wherever_it_stands(where, off):
    frame = track()
    frame.loc[where, "lat"] -= off
    table = check_drifters(frame)
    assert table.rows.index[table.rows["flag"] == 4].tolist() == [where]
    assert reasons(table) == {"position not reachable from the other fixes": 1}


def test_deck_time_before_launch_and_after_stranding_is_suspect():
    deck = track(12, step_km=0.0)
    drift = track(24)
    drift["time"] += pd.Timedelta(hours=12)
    beach = track(12, step_km=0.001)
    beach["time"] += pd.Timedelta(hours=36)
    beach["lat"] += 24 * KM
    table = check_drifters(pd.concat([deck, drift, beach], ignore_index=True))
    flags = table.rows["flag"].to_numpy()
    assert set(flags[:11]) == {3}
    assert set(flags[13:36]) == {1}
    assert set(flags[37:]) == {3}


def test_a_single_fix_cannot_be_checked():
    table = check_drifters(track(1))
    assert table.quality()["flags"] == {"2": 1}
    assert table.hourly().n_segments == 0


def test_a_drifter_far_off_the_company_is_suspect():
    company = [track(drifter=str(i)).assign(lon=10 + 0.1 * i) for i in range(4)]
    shed = track(drifter="shed").assign(lat=lambda f: f["lat"] - 15)
    table = check_drifters(pd.concat([*company, shed]))
    assert reasons(table) == {"far from the company of the other drifters": 24}


def test_tracks_are_cut_at_gaps_not_bridged():
    frame = track(30).drop(index=range(10, 15))
    hourly = check_drifters(frame).hourly()
    assert np.bincount(hourly.segment).tolist() == [10, 15]
    wide = check_drifters(frame, limits=DrifterLimits(max_gap_h=6.0)).hourly()
    assert wide.n_segments == 1
    assert wide.lat[12] == pytest.approx(54 + 12 * KM)


def test_odd_intervals_are_put_on_whole_hours_of_the_first_fix():
    frame = track(49, step_km=0.5, every_h=0.5)
    hourly = check_drifters(frame).hourly()
    assert len(hourly.lat) == 25
    assert hourly.lat == pytest.approx(54 + np.arange(25) * KM)


def test_a_track_across_the_date_line_stays_one_track():
    frame = track(12).assign(lon=(179.9 + np.arange(12) * 0.02 + 180) % 360 - 180)
    table = check_drifters(frame)
    assert table.quality()["flags"] == {"1": 12}
    assert np.diff(table.hourly().lon) == pytest.approx(np.full(11, 0.02))


def test_wrong_units_of_velocity_are_refused_by_name():
    frame = track().assign(u_ocean_x=30.0, v_ocean_x=20.0)
    with pytest.raises(InputError, match=r"u_ocean_x must be in m/s.*row 1"):
        check_drifters(frame)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_limits_must_be_above_zero(value):
    with pytest.raises(InputError, match="max_gap_h must be above zero"):
        DrifterLimits(max_gap_h=value)


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_the_plain_layout_reads_the_same_from_every_format(tmp_path, suffix):
    path = tmp_path / f"drifters{suffix}"
    frame = track()
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    table = read_drifters(path)
    assert table.good["lat"].to_numpy() == pytest.approx(frame["lat"])
    assert (table.good["time"].to_numpy() == frame["time"].to_numpy()).all()
    assert table.models == ()
    assert not table.has_wind


def test_hostile_rows_are_flagged_not_lost(tmp_path):
    path = tmp_path / "d.csv"
    lines = ["drifter_id;time;lat;lon"]
    lines += [f"a;2023-05-01T{h:02}:00:00Z;{54 + h * KM};10" for h in range(8)]
    lines += ["=cmd|'/c calc'!A1;2023-05-01T09:00:00Z;54;10", "a;noon;54;10", "a;b", ""]
    path.write_text("\n".join(lines))
    table = read_drifters(path)
    assert len(table.rows) == 11
    assert table.quality()["flags"] == {"1": 8, "2": 1, "9": 2}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"id,when\n1,2\n", "lacks time, lat, lon"),
        ("a.csv", b"id,time,lat,lat\n", "names a column twice"),
        ("a.csv", b"drifter_id,time,lat,lon\n", "holds no positions"),
        ("a.csv", b"\x00\x01\x02", "no text file"),
        ("a.csv", gzip.compress(b"x" * 999)[:20], "broken gzip"),
        ("a.parquet", b"PAR1 not really", "cannot be read as Parquet"),
        ("a.nc", b"CDF but no", "cannot be read as NetCDF"),
        ("a.nc", b"lat,lon\n1,2\n", r"cannot be read as NetCDF$"),
    ],
)
def test_files_that_are_no_drifter_table_are_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_drifters(path)


def test_missing_files_folders_and_plain_numbers_as_time(tmp_path):
    with pytest.raises(NotFoundError):
        read_drifters(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_drifters(tmp_path)
    path = tmp_path / "n.parquet"
    track().assign(time=np.arange(24.0)).to_parquet(path)
    with pytest.raises(InputError, match="plain numbers"):
        read_drifters(path)


def test_netcdf_without_the_trajectory_shape_is_refused(tmp_path):
    path = tmp_path / "flat.nc"
    names = ("lon", "lat", "time")
    xr.Dataset({n: ("obs", np.arange(3.0)) for n in names}).to_netcdf(path)
    with pytest.raises(InputError, match="trajectory, obs"):
        read_drifters(path)
    xr.Dataset({"lon": ("obs", np.arange(3.0))}).to_netcdf(tmp_path / "lon.nc")
    with pytest.raises(InputError, match="lacks time, lat"):
        read_drifters(tmp_path / "lon.nc")


def test_barents_padding_gap_and_stranding():
    # The ocean README: 1,027 and 2,287 fixes, a 19-day gap in track 1, one stranded.
    table = read_drifters(ocean_file("drifters_barents_2022.nc"))
    sizes = table.rows.groupby("drifter_id").size()
    assert sorted(sizes) == [1027, 2287]
    assert "no records" in table.notes[0]
    assert reasons(table)["not moving: on deck, aground or moored"] > 100
    # Ashore from 18 October, then the gap of 29 October to 17 November.
    ashore = table.rows.loc[table.rows["flag"] == 3, "time"]
    assert ashore.min().strftime("%Y-%m-%d") == "2022-10-18"
    hourly = table.hourly()
    assert hourly.n_segments == 3
    cuts = np.flatnonzero(np.diff(hourly.segment))
    same = hourly.drifter[cuts] == hourly.drifter[cuts + 1]
    gaps_days = (hourly.time_s[cuts + 1] - hourly.time_s[cuts])[same] / 86400
    assert gaps_days.max() > 19


def test_baltic_telemetry_keeps_every_message_with_its_reason():
    # The ocean README: 6,947 exact repeats and 54 more of a time (their positions are
    # the same), 15 fixes far off, one id with a single row, 19,513 messages.
    table = read_drifters(ocean_file("drifters_baltic_2023_raw.csv.gz"))
    assert len(table.rows) == 19_513
    found = reasons(table)
    assert found["exact repeat of a fix"] == 6_947 + 54
    assert found["far from the company of the other drifters"] == 15
    assert found["no other fix of this drifter to check against"] == 1
    assert found["not moving: on deck, aground or moored"] > 1000
    hourly = table.hourly()
    assert np.nanmax(np.abs(hourly.velocity())) < 3.1
    assert (hourly.lat > 53).all()
    assert hourly.n_segments > 8
