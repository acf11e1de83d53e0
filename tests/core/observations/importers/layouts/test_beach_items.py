"""Rules of shore surveys by item codes. The surveys are made up."""

from datetime import UTC, datetime

import pytest

from core.errors import ObservationError
from core.observations.importers import import_file

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OSPAR = (
    "Country,Beach name,Survey date,Latitude,Longitude,Plastic: Bags [2],"
    "Plastic: Drinks [4],Rubber: Balloons [49],Paper: Butts [64],Metal: Cans [78]\n"
)


@pytest.fixture
def imported(written):
    def run(content, name="t.csv", **options):
        return import_file(written(name, content), now=NOW, **options)

    return run


def test_a_column_an_item_gives_counts_per_100_m(imported):
    result = imported(
        OSPAR + "XX,Strand A,2019-04-13,53.5,-9.9,3,,1,12,0\n"
        "XX,Strand B,2019-04-14,53.6,-9.8,,,,,\n"
    )
    assert (result.profile, result.n_rows) == ("ospar-beach", 2)
    frame = result.measurements
    assert frame[["item_code", "category", "count", "value"]].to_numpy().tolist() == [
        ["2", "plastic", 3.0, 3.0],
        ["49", "rubber", 1.0, 1.0],
        ["64", "plastic", 12.0, 12.0],  # filters are plastic, though listed as paper
        ["", "any_debris", 0.0, 0.0],
    ]
    assert set(frame["quantity"]) == {"items_per_100m"}
    assert set(frame["medium"]) == {"shore"}
    assert frame["event"].tolist() == ["Strand A"] * 3 + ["Strand B"]
    assert result.notes["length_of_100_m_by_protocol"] == 2
    assert result.events["effort"].tolist() == [100.0, 100.0]


@pytest.mark.parametrize(
    ("profile", "codes", "category"),
    [
        ("unep-beach", "PL02,PL07,FP04,ME03,GC02", "plastic"),
        ("msfd-beach", "J3,J4,J7,J8,J59", "plastic"),
        ("tsgml-beach", "G7 (bottles),G3,G4,G8,G59", "plastic"),
    ],
)
def test_each_list_is_known_by_its_codes(imported, profile, codes, category):
    text = f"Beach,Date,Lat,Lon,Length (m),{codes}\nA,2019-04-13,53.5,-9.9,50,2,,,,\n"
    result = imported(text)
    assert result.profile == profile
    (row,) = result.measurements.to_dict("records")
    assert (row["category"], row["effort"], row["value"]) == (category, 50.0, 4.0)


def test_a_length_that_cannot_be_leaves_the_count_without_a_rate(imported):
    head = "Beach,Date,Lat,Lon,Length (km),J3,J4,J7,J8,J59\n"
    result = imported(
        head + "A,2019-04-13,53.5,-9.9,0,2,,,,\nB,2019-04-13,53.5,-9.9,0.5,2,x,,,\n"
    )
    first, second = result.measurements.to_dict("records")
    assert first["value"] != first["value"]
    assert (first["count"], first["quality_flag"]) == (2.0, 3)
    assert (second["effort"], second["value"]) == (500.0, 0.4)
    assert {doubt.reason[:9] for doubt in result.doubts} == {"length is", "is no cou"}


def test_a_row_an_item_is_grouped_to_its_search(imported):
    result = imported(
        "beach,date,lat,lon,length_m,list,code,count\n"
        "A,2019-04-13,53.5,-9.9,100,TSG-ML,G7,2\n"
        "A,2019-04-13,53.5,-9.9,100,OSPAR,16,1\n"
        "B,2019-04-13,53.6,-9.9,100,TSG-ML,G124,x\n"
    )
    assert result.profile == "beach-item-rows"
    assert result.measurements["item_code"].tolist() == ["G7", "16"]
    assert len(result.events) == 2
    assert [(r.row, r.field) for r in result.rejected] == [(3, "count")]


def test_bare_numbers_need_their_list(imported):
    text = "beach,date,lat,lon,length,code,count\nA,2019-04-13,53.5,-9.9,100,16,2\n"
    with pytest.raises(ObservationError, match="in no layout"):
        imported(text)
    result = imported(text.replace("code", "OSPAR code"))
    assert result.measurements["item_list"].tolist() == ["OSPAR"]


def test_what_a_shore_survey_lacks_is_said(imported):
    with pytest.raises(ObservationError, match=r"OSPAR.*lacks latitude and longitude"):
        imported(
            OSPAR.replace("Latitude,Longitude,", "") + "XX,A,2019-04-13,1,2,3,4,5\n"
        )
    text = "Beach,Date,Lat,Lon,J3,J4,J7,J8,J59\nA,2019-04-13,53.5,-9.9,2,,,,\n"
    with pytest.raises(ObservationError, match=r"J codes.*lacks the length"):
        imported(text)
