"""Rules of NOAA shoreline surveys. The sites are made up."""

from datetime import UTC, datetime

import pytest

from core.errors import ObservationError
from core.observations.importers import import_file

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ITEMS = "Plastic Bags,Plastic Straws,Beverage bottles,Aerosol cans,Tires,Jars"
PLACE = "Shoreline Name,Survey Date,Latitude Start,Longitude Start"
AREA = "Transect Length (m),Shoreline Width (m),Transect ID"


@pytest.fixture
def imported(written):
    def run(content):
        return import_file(written("t.csv", content), now=NOW)

    return run


def test_transects_give_items_per_square_metre(imported):
    result = imported(
        f"{PLACE},{AREA},{ITEMS}\n"
        "Point A,2013-06-03,48.3,-124.6,5,20,7,3,0,,1,,\n"
        "Point A,2013-06-03,48.3,-124.6,5,20,9,,,,,,\n"
    )
    assert result.profile == "mdmap-shoreline"
    frame = result.measurements
    assert set(frame["quantity"]) == {"items_per_m2"}
    # 5 m by 20 m are 100 m2.
    assert frame[["event", "item_code", "value"]].to_numpy().tolist() == [
        ["Point A 7", "plastic_bags", 0.03],
        ["Point A 7", "metal_aerosol_cans", 0.01],
        ["Point A 9", "", 0.0],
    ]


def test_a_material_is_left_out_where_its_items_stand_beside(imported):
    result = imported(
        f"{PLACE},{AREA},Plastic,{ITEMS}\n"
        "Point A,2013-06-03,48.3,-124.6,5,20,7,3,3,,,,,\n"
    )
    assert result.measurements["item_code"].tolist() == ["plastic_bags"]
    assert result.notes["totals_left_aside"] == 1


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("Metal bottle or container caps", "metal_other"),
        ("Cloth bags", "cloth_other"),
        ("Glass cups", "glass_other"),
        ("Glass beverage bottles", "glass_beverage_bottles"),
        ("Plastic: Bottle or container caps", "plastic_caps"),
        ("Hard plastic fragments", "plastic_fragments_hard"),
        ("Plastic Foamed", "plastic_fragments_foamed"),
    ],
)
def test_an_item_keeps_the_material_it_is_named_with(imported, heading, code):
    result = imported(
        f"{PLACE},Length (m),Tires,Jars,Aerosol cans,Balloons,{heading}\n"
        "Point A,2013-06-03,48.3,-124.6,100,,,,,4\n"
    )
    row = result.measurements.iloc[0]
    assert (row["item_code"], row["count"]) == (code, 4)


def test_two_columns_of_one_code_are_added(imported):
    result = imported(
        f"{PLACE},Length (m),Tires,Jars,Metal cups,Metal straws\n"
        "Point A,2013-06-03,48.3,-124.6,100,,,4,4\n"
    )
    assert result.measurements["count"].tolist() == [8]
    assert result.repeated == ()


def test_a_site_without_transects_gives_items_per_100_m(imported):
    result = imported(
        f"{PLACE},Length (m),Plastic,Metal,Glass,Rubber\n"
        "Point A,2013-06-03,48.3,-124.6,100,3,,1,\n"
    )
    assert set(result.measurements["quantity"]) == {"items_per_100m"}
    assert result.measurements["category"].tolist() == ["plastic", "glass"]


def test_an_area_that_cannot_be_leaves_the_counts(imported):
    result = imported(
        f"{PLACE},{AREA},{ITEMS}\nPoint A,2013-06-03,48.3,-124.6,5,0,7,3,,,,,\n"
    )
    (row,) = result.measurements.to_dict("records")
    assert row["value"] != row["value"]
    assert (row["count"], row["quality_flag"]) == (3.0, 3)


def test_what_a_shoreline_survey_lacks_is_said(imported):
    with pytest.raises(ObservationError, match=r"MDMAP.*lacks shoreline width"):
        imported(f"{PLACE},{ITEMS}\nPoint A,2013-06-03,48.3,-124.6,3,,,,,\n")
