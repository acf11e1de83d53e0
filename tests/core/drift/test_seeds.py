import gzip

import pandas as pd
import pytest
from hypothesis import given

from core.drift.seeds import MAX_SEEDS, SEED_COLUMNS, read_seeds
from core.errors import InputError
from tests.strategies import seed_frames

GOOD = """lat,lon,time,category,mass_kg
-35.5,20.25,2002-01-02T06:00:00Z,net,120
-35.6,200.5,2002-01-02T08:00:00+02:00,Plastic bottle,
-35.7,21,,,
"""


def write(tmp_path, text, name="s.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_seeds_of_the_contract_are_read_with_units_and_utc(tmp_path):
    read = read_seeds(write(tmp_path, GOOD))
    frame = read.accepted
    assert tuple(frame.columns) == SEED_COLUMNS
    assert list(frame["seed"]) == [0, 1, 2]
    assert frame["time"].dtype == "datetime64[us, UTC]"
    assert frame["time"][1] == pd.Timestamp("2002-01-02T06:00Z")
    assert pd.isna(frame["time"][2])
    assert frame["lon"][1] == pytest.approx(-159.5)
    assert list(frame["category"]) == ["net", "bottle", "unknown"]
    assert frame["mass_kg"][0] == 120
    assert not read.rejected
    assert not read.flagged
    assert read.n_rows == 3


def test_position_alone_is_enough(tmp_path):
    read = read_seeds(write(tmp_path, "lat,lon\n1,2\n"))
    assert read.accepted[["lat", "lon"]].to_numpy().tolist() == [[1.0, 2.0]]
    assert pd.isna(read.accepted["radius_m"][0])


def test_bad_rows_are_named_and_the_rest_stays(tmp_path):
    rows = [
        ("91,0,,,", "lat", "latitude 91 outside"),
        ("nan,0,,,", "lat", "expected a number"),
        ("1_0,0,,,", "lat", "expected a number"),
        ("0,400,,,", "lon", "longitude 400 outside"),
        ("0,,,,", "lon", "expected a number"),
        ("0,0,yesterday,,", "time", "expected ISO 8601"),
        ("0,0,0021-01-01,,", "time", "outside the years"),
        ("0,0,,,-5", "mass_kg", "expected 0 to"),
        ("0,0,,,inf", "mass_kg", "expected a number"),
        ("0,0,,clean,", "category", "no debris"),
        ("0,0,,,,9", "", "more fields than the heading"),
    ]
    text = "lat,lon,time,category,mass_kg\n" + "".join(f"{row}\n" for row, _, _ in rows)
    read = read_seeds(write(tmp_path, text + "2,3,,,\n"))
    assert len(read.rejected) == len(rows)
    for number, (issue, (_, field, reason)) in enumerate(
        zip(read.rejected, rows, strict=True), start=1
    ):
        assert issue.row == number
        assert issue.field == field
        assert reason in issue.reason
    assert list(read.accepted["seed"]) == [len(rows)]


def test_mending_a_row_renames_no_other_seed(tmp_path):
    broken = read_seeds(write(tmp_path, GOOD.replace("-35.5,20.25", "bad,20.25")))
    mended = read_seeds(write(tmp_path, GOOD))
    later = mended.accepted.iloc[1:].reset_index(drop=True)
    pd.testing.assert_frame_equal(broken.accepted, later)


def test_unknown_category_is_kept_and_flagged(tmp_path):
    read = read_seeds(write(tmp_path, "lat,lon,category\n0,0,=cmd|calc\n"))
    assert list(read.accepted["category"]) == ["unknown"]
    assert read.flagged[0].field == "category"
    assert read.flagged[0].value == "=cmd|calc"
    assert "unknown kind" in read.flagged[0].reason


# The middle of Australia and the middle of the Pacific.
def test_seed_on_land_is_kept_and_flagged(tmp_path):
    read = read_seeds(write(tmp_path, "lat,lon\n-25,135\n0,-150\n"))
    assert list(read.accepted["on_land"]) == [True, False]
    assert [(issue.row, issue.reason) for issue in read.flagged] == [
        (1, "position is on land")
    ]


@pytest.mark.parametrize("name", ["a\nb", "x" * 81, "zero\u200bwidth"])
def test_hostile_seed_names_are_refused(name):
    frame = pd.DataFrame({"lat": [0.0, 1.0], "lon": [0.0, 1.0],
                          "seed_id": [name, "../../etc"]})  # fmt: skip
    read = read_seeds(frame)
    assert [issue.field for issue in read.rejected] == ["seed_id"]
    # A name is only ever shown, never used as a path.
    assert list(read.accepted["seed_id"]) == ["../../etc"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lack the columns lat, lon; found none"),
        ("lat,mass_kg\n1,2\n", "lack the columns lon"),
        ("lat,lon\n", "there are no seeds"),
        ("lat,lon,longitude\n1,2,3\n", "column lon twice"),
        ("lat,lon\n" + "0,0\n" * (MAX_SEEDS + 1), "more than 20000 seeds"),
    ],
)
def test_useless_file_is_refused_as_a_whole(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_seeds(write(tmp_path, text))


def test_unreadable_files_are_refused_without_a_traceback(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read: none\.csv"):
        read_seeds(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_seeds(tmp_path)
    (tmp_path / "b.csv").write_bytes(b"lat,lon\n\xff\xfe\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_seeds(tmp_path / "b.csv")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(GOOD.encode())[:-12])
    with pytest.raises(InputError, match="no readable gzip"):
        read_seeds(tmp_path / "b.csv.gz")
    (tmp_path / "b.parquet").write_bytes(b"PAR1junkPAR1")
    with pytest.raises(InputError, match="no readable Parquet"):
        read_seeds(tmp_path / "b.parquet")
    (tmp_path / "long.csv").write_text("lat,lon\n" + "1" * 200_000 + ",2\n")
    with pytest.raises(InputError, match="not CSV"):
        read_seeds(tmp_path / "long.csv")


def test_gzip_and_parquet_read_the_same(tmp_path):
    plain = read_seeds(write(tmp_path, GOOD)).accepted
    (tmp_path / "s.csv.gz").write_bytes(gzip.compress(GOOD.encode()))
    pd.testing.assert_frame_equal(read_seeds(tmp_path / "s.csv.gz").accepted, plain)
    plain.to_parquet(tmp_path / "s.parquet")
    again = read_seeds(tmp_path / "s.parquet").accepted
    pd.testing.assert_frame_equal(again, plain)


def test_parquet_with_too_many_rows_is_refused_before_it_is_unpacked(tmp_path):
    rows = MAX_SEEDS + 1
    pd.DataFrame({"lat": [0.0] * rows, "lon": [0.0] * rows}).to_parquet(
        tmp_path / "s.parquet"
    )
    with pytest.raises(InputError, match="more than 20000 seeds"):
        read_seeds(tmp_path / "s.parquet")


def test_columns_of_no_meaning_are_left_alone_whatever_they_hold(tmp_path):
    frame = pd.DataFrame(
        {"lat": [1.0], "Lon": [2.0], "notes": [[1, 2]], "x": [b"\xff"]}
    )
    frame.to_parquet(tmp_path / "s.parquet")
    for source in (frame, tmp_path / "s.parquet"):
        assert read_seeds(source).accepted["lon"][0] == 2.0


@given(seed_frames())
def test_valid_seeds_are_all_accepted_and_reading_them_again_changes_nothing(frame):
    read = read_seeds(frame)
    assert not read.rejected
    assert len(read.accepted) == len(frame)
    assert read.accepted["lon"].between(-180, 180, inclusive="left").all()
    again = read_seeds(read.accepted.drop(columns="seed"))
    pd.testing.assert_frame_equal(again.accepted, read.accepted)
