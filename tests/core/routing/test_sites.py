"""Sites: every wrong row is named, the rest is read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import RouteInputError
from core.routing import (
    SITE_COLUMNS,
    accept_sites,
    check_sites,
    parse_sites,
    read_sites,
    site_rows,
)

EXAMPLE = Path(__file__).parents[3] / "config" / "sites.example.csv"
HEADER = "site,lat,lon,mass_kg\n"
GOOD = "good,1,2,3\n"


def parse(text):
    return parse_sites(text.encode())


def refused(row, header=HEADER):
    """Fields refused of one row that stands beside a good one."""
    columns = header.strip().split(",")
    good = ",".join(["good", "1", "2", "3", *[""] * (len(columns) - 4)])
    read = parse(f"{header}{good}\n{row}\n")
    assert read.frame["site"].tolist() == ["good"]
    assert all(one.record.startswith("row 3") for one in read.rejected)
    return {one.field: one.reason for one in read.rejected}


def test_example_is_read_with_defaults():
    read = read_sites(EXAMPLE)
    assert (read.rejected, read.notes) == ((), ())
    assert tuple(read.frame.columns) == SITE_COLUMNS
    plain = read.frame.set_index("site").loc["N-04"]
    assert plain["mass_kg_low"] == plain["mass_kg_high"] == plain["mass_kg"]
    assert plain["service_h"] == 4.5
    assert np.isnan(read.frame["service_h"].iloc[0])


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("b,91,0,5", "lat", "degrees from -90 to 90; lat and lon may be swapped"),
        ("b,91,91,5", "lat", "degrees from -90 to 90"),
        ("b,0,360,5", "lon", "degrees from -180 to below 360"),
        ("b,0,nan,5", "lon", "expected degrees, as a number"),
        ("b,,0,5", "lat", "expected degrees, as a number"),
        ("b,0,0,0", "mass_kg", "expected a number above 0"),
        ("b,0,0,-1", "mass_kg", "expected a number above 0"),
        ("b,0,0,", "mass_kg", "expected a number above 0"),
        ("b,0,0,NaN", "mass_kg", "expected a number above 0"),
        ("b,0,0,inf", "mass_kg", "expected a number above 0"),
        ("b,0,0,1_000", "mass_kg", "expected a number above 0"),
        ("b,0,0,heavy", "mass_kg", "expected a number above 0"),
        ("b,0,0,1e400", "mass_kg", "expected a number above 0 to 1e+09"),
        ('b,0,0,"3,5"', "mass_kg", "write 30.5, not 30,5"),
        ("b,0,0,3,5", "", "no more fields than the header has"),
        ("b,0", "lon", "expected degrees"),
        ("good,0,0,1", "site", "a name of row 2, site good already, which is used"),
        (",0,0,1", "site", "expected 1 to 80 printable letters"),
        (f"{'x' * 10_000},0,0,1", "site", "expected 1 to 80 printable letters"),
        ("a\u202eb,0,0,1", "site", "expected 1 to 80 printable letters"),
        ("a\x1b[31m,0,0,1", "site", "expected 1 to 80 printable letters"),
        ('"a\nb",0,0,1', "", "a quote may be left open"),
    ],
)
def test_a_wrong_row_is_named_and_the_rest_is_read(row, field, said):
    assert said in refused(row)[field]


@pytest.mark.parametrize(
    ("columns", "values", "field"),
    [
        ("mass_kg_low", "9", "mass_kg"),
        ("mass_kg_high", "1", "mass_kg"),
        ("priority", "-1", "priority"),
        ("service_h", "1e5", "service_h"),
        ("category", "a\x00", "category"),
        ("open_from", "tomorrow", "open_from"),
        ("open_from", "0001-01-01T00:00+14:00", "open_from"),
        ("open_from,open_until", "2026-06-02,2026-06-01", "open_until"),
        ("prefer_from", "2026-06-01", "late_cost_kg_per_h"),
    ],
)
def test_what_is_optional_must_still_be_right(columns, values, field):
    header = f"site,lat,lon,mass_kg,{columns}\n"
    assert list(refused(f"b,0,0,5,{values}", header)) == [field]


def test_every_fault_of_a_row_is_listed():
    assert set(refused("b,95,x,-2")) == {"lon", "mass_kg"}
    assert set(refused("b,,x,-2")) == {"lat", "lon", "mass_kg"}


def test_of_two_sites_of_a_name_the_first_good_one_is_used():
    """The same name in another spelling of its accents is the same name."""
    read = parse(f"{HEADER}é,99,0,1\né,1,0,1\ne\u0301,2,0,1\n")
    assert read.frame["lat"].tolist() == [1.0]
    assert [one.record for one in read.rejected] == [
        "row 2, site é",
        "row 4, site e\u0301",
    ]


def test_a_file_without_a_good_row_is_refused_and_every_row_named():
    with pytest.raises(RouteInputError, match=r"row 2, site a: mass_kg.*row 3, site b"):
        parse(HEADER + "a,0,0,0\nb,0,0,-1\n")


@pytest.mark.parametrize(
    "text", ["", "\n\n", HEADER, "site,lat\na,1\n", "site,lat,lon,mass_kg,lat\n"]
)
def test_files_without_sites_are_refused(text):
    with pytest.raises(RouteInputError):
        parse(text)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00\x81",
        "site,lat,lon,mass_kg\nSão,1,2,3\n".encode("latin-1"),
        (HEADER + GOOD).encode("utf-16"),
    ],
)
def test_other_encodings_are_refused_with_a_hint(data):
    with pytest.raises(RouteInputError, match="not UTF-8 text; in a spreadsheet, save"):
        parse_sites(data)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffsite,lat,lon,mass_kg\na,1.5,2,3\n",
        "Site , LAT,lon,Mass_kg\r\na,1.5,2,3\r\n",
        "site;lat;lon;mass_kg\na;1.5;2;3\n",
        "site\tlat\tlon\tmass_kg\na\t1.5\t2\t3\n",
        "\n\nsite,lat,lon,mass_kg\n\n,,,\na,1.5,2,3\n",
        "site,lat,lon,mass_kg\ra,1.5,2,3\r",
    ],
)
def test_what_spreadsheets_write_is_read(text):
    read = parse(text)
    assert read.frame[["lat", "lon", "mass_kg"]].to_numpy().tolist() == [[1.5, 2, 3]]
    assert read.rejected == ()


def test_row_numbers_count_blank_lines():
    (one,) = parse(f"{HEADER}\n{GOOD}\n\nb,0,0,0\n").rejected
    assert one.record == "row 6, site b"


def test_decimal_commas_are_refused_with_a_hint():
    (one,) = parse("site;lat;lon;mass_kg\na;1;2;3\nb;1;2;1,234\n").rejected
    assert one.value == "'1,234'"
    assert "write 30.5" in one.reason


def test_columns_that_are_not_read_are_named():
    read = parse("site,lat,lon,mass_kg,depth_m\na,1,2,3,4\n")
    assert read.notes == ("sites: columns not read: 'depth_m'",)
    assert "depth_m" not in read.frame


def test_times_without_an_offset_are_utc():
    read = parse(
        "site,lat,lon,mass_kg,open_from,open_until\n"
        "a,1,2,3,2026-06-01T06:00,2026-06-01T20:00+02:00\n"
    )
    opens, closes = read.frame.loc[0, ["open_from", "open_until"]]
    assert opens == pd.Timestamp("2026-06-01T06:00Z")
    assert closes == pd.Timestamp("2026-06-01T18:00Z")


def test_frames_are_read_as_files_are():
    frame = pd.DataFrame(
        {"site": ["a", "b", "c"], "lat": 0, "lon": 0, "mass_kg": [5.0, None, [1]]}
    )
    read = accept_sites(frame)
    assert read.frame["site"].tolist() == ["a"]
    assert [one.record for one in read.rejected] == ["row 2, site b", "row 3, site c"]
    with pytest.raises(RouteInputError, match="row 2, site b: mass_kg"):
        check_sites(frame)


def test_rows_hold_only_what_was_given():
    rows = site_rows(parse(HEADER + GOOD).frame)
    assert rows == [
        {
            "site": "good",
            "lat": 1.0,
            "lon": 2.0,
            "mass_kg": 3.0,
            "mass_kg_low": 3.0,
            "mass_kg_high": 3.0,
            "priority": 1.0,
        }
    ]


def test_absent_file_is_refused(tmp_path):
    with pytest.raises(RouteInputError, match="cannot be read"):
        read_sites(tmp_path / "none.csv")
