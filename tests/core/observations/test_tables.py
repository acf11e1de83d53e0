"""Rules of reading and writing observation tables."""

import gzip
import io
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import ObservationError
from core.observations import make_observations, read_observations, write_observations
from tests.strategies import raw_observations

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HEAD = "lat,lon,observed_at,category,count"
ROW = "30,-140,2026-06-01T10:00:00Z,plastic,3"


@pytest.fixture
def written(tmp_path):
    """Write bytes or text to a file and read it as observations."""

    def read(content, name="t.csv"):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
        return read_observations(path, now=NOW)

    return read


def test_the_contract_layout_is_read(written):
    checked = written(
        "lat,lon,observed_at,category,count,mass_kg,effort_km2,survey,size_class,"
        "quality_flag\n30,-140,2026-06-01T10:00:00Z,glass,0,,0.5,leg 1,macro,2\n"
    )
    row = checked.accepted.iloc[0]
    assert (row["count"], row["effort_km2"], row["survey"]) == (0, 0.5, "leg 1")
    assert (row["size_class"], row["quality_flag"]) == ("macro", 2)
    assert checked.mapping["lat"] == "lat"


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEAD}\n{ROW}\n".encode(),
        f"{HEAD}\r\n{ROW}\r\n".encode(),
        f"{HEAD}\n{ROW}\n\n\n".encode(),
        f"{HEAD}\n{ROW}\n".replace(",", ";").encode(),
        f"{HEAD}\n{ROW}\n".replace(",", "\t").encode(),
        f"{HEAD}\n{ROW}\n".encode("utf-16"),
        gzip.compress(f"{HEAD}\n{ROW}\n".encode()),
        f"Latitude,Longitude,Observed At,Category,Count\n{ROW}\n".encode(),
    ],
    ids=["bom", "crlf", "blank", "semicolon", "tab", "utf16", "gzip", "headings"],
)
def test_notations_of_a_file_give_the_same_record(written, content):
    expected = written(f"{HEAD}\n{ROW}\n").accepted
    pd.testing.assert_frame_equal(written(content).accepted, expected)


def test_latin_1_is_read_and_noted(written):
    checked = written(f"{HEAD},survey\n{ROW},Gijón\n".encode("latin-1"))
    assert checked.accepted["survey"][0] == "Gijón"
    assert checked.notes == {"read_as_latin-1": 1}


def test_decimal_commas_are_read_where_the_comma_is_no_delimiter(written):
    checked = written(
        "lat;lon;observed_at;category;count;effort_km2\n"
        "30,5;-140,25;2026-06-01T10:00:00Z;plastic;3;1.000,5\n"
    )
    row = checked.accepted.iloc[0]
    assert (row["lat"], row["lon"], row["effort_km2"]) == (30.5, -140.25, 1000.5)
    assert checked.notes == {"decimal_commas": 1}


def test_thousands_commas_in_quotes_are_read(written):
    checked = written(f'{HEAD}\n{ROW[:-1]}"1,816"\n')
    assert checked.accepted["count"].tolist() == [1816]


def test_a_ragged_record_is_refused_alone(written):
    checked = written(f"{HEAD}\n{ROW}\n{ROW},7\n30,-140\n{ROW[:-1]}4\n")
    assert checked.accepted["count"].tolist() == [3, 4]
    assert [(r.row, r.reason) for r in checked.rejected] == [
        (2, "6 fields, expected 5"),
        (3, "2 fields, expected 5"),
    ]
    assert checked.n_rows == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n  \n", "is empty"),
        (
            b"latitute,lon,observed_at,category,count\n",
            r"lacks lat \(perhaps latitute\); it has",
        ),
        (b"a,b,c\n1,2,3\n", "lacks lat, lon, observed_at, category, count"),
        (f"{HEAD},latitude\n{ROW},1\n".encode(), "two columns for lat"),
        (b"PK\x03\x04rest", "workbook or zip"),
        (b"\x1f\x8b\x08broken", "broken gzip"),
        (b"lat\x00,lon\n", "no text file"),
        (f'{HEAD}\n"{"x" * 200_000}\n{ROW}\n'.encode(), "quote may never close"),
    ],
    ids=["empty", "blank", "typo", "other", "twice", "zip", "gzip", "nul", "quote"],
)
def test_a_file_that_cannot_be_understood_is_refused_in_words(written, content, words):
    with pytest.raises(ObservationError, match=words):
        written(content)


def test_a_heading_without_records_is_no_error(written):
    checked = written(HEAD + "\n")
    assert checked.n_rows == 0
    assert len(checked.accepted) == 0


@pytest.mark.parametrize("name", ["no.csv", "no.parquet"])
def test_missing_file_is_refused(tmp_path, name):
    with pytest.raises(ObservationError, match=r"no\.(csv|parquet)"):
        read_observations(tmp_path / name)


def test_folder_and_broken_parquet_are_refused(tmp_path, written):
    with pytest.raises(ObservationError, match="is a folder"):
        read_observations(tmp_path)
    with pytest.raises(ObservationError, match="no readable Parquet"):
        written(b"PAR1 is not enough", "x.parquet")
    path = tmp_path / "y.parquet"
    pd.DataFrame({"lat": [1.0]}).to_parquet(path)
    with pytest.raises(ObservationError, match="lacks lon"):
        read_observations(path)


def test_formula_cells_are_defused_on_writing_and_restored_on_reading(tmp_path):
    frame = make_observations(
        pd.read_csv(io.StringIO(f"{HEAD}\n{ROW}\n")).assign(survey="=cmd()")
    ).accepted
    path = tmp_path / "o.csv"
    write_observations(frame, path)
    assert ",'=cmd()," in path.read_text(encoding="utf-8")
    assert read_observations(path).accepted["survey"][0] == "=cmd()"


@pytest.mark.parametrize("name", ["o.csv", "o.csv.gz", "o.parquet"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(frame=raw_observations())
def test_export_then_import_is_the_identity(tmp_path, name, frame):
    accepted = make_observations(frame, now=NOW).accepted
    path = tmp_path / name
    write_observations(accepted, path)
    again = read_observations(path, now=NOW)
    pd.testing.assert_frame_equal(again.accepted, accepted)
    assert again.rejected == ()
    assert again.duplicates == 0
