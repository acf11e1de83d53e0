"""Rules of reading specimens and item codes, which have no place on a map."""

import numpy as np
import pytest

from tests.core.observations.importers.profiles.made_up import (
    headings,
    profile,
    published,
    read,
    reasons,
    table,
)


def specimen(name, **values):
    blank = dict.fromkeys(headings(name), "")
    return {**blank, "#": 1, **values}


def test_a_piece_keeps_its_numbers_with_their_units_and_its_category():
    row = specimen(
        "gpgp-rise-velocity",
        **{
            "Size class (cm)": "0.5 - 1.5",
            "Type": "N",
            "Length (mm)": 12.5,
            "Median Wb Saltwater (cm*s-1)": 4.2,
        },
    )
    kept = read("gpgp-rise-velocity", [row]).tables["specimens"].iloc[0]
    assert kept["length_mm"] == 12.5
    assert kept["rise_median_saltwater_cm_s"] == 4.2
    assert np.isnan(kept["mass_g"])
    assert kept["category"] == "fishing_gear"
    assert (kept["size_min_mm"], kept["size_max_mm"]) == (5.0, 15.0)


@pytest.mark.parametrize("value", ["0", "-1"])
def test_a_piece_without_a_mass_is_doubted(value):
    row = specimen("gpgp-area-weight", **{"Dry weight (kg)": value})
    assert reasons(read("gpgp-area-weight", [row])) == ["mass_kg is not above 0"]


def test_a_number_that_is_none_is_left_out_and_said():
    row = specimen("gpgp-area-weight", **{"Length (m)": "long", "Width (m)": 1})
    imported = read("gpgp-area-weight", [row])
    assert imported.doubts[0].value == "long"
    assert np.isnan(imported.tables["specimens"]["length_m"].item())
    assert imported.tables["specimens"]["note"].item() != ""


def test_an_item_code_gets_our_category_and_an_unknown_one_is_other():
    rows = [
        {
            "generalcode": "G200",
            "category": "Glass/ceramics",
            "generalname": "Bottles ",
        },
        {"generalcode": "G999", "category": "Plastic", "generalname": "Unheard of"},
        {"generalcode": "", "category": "Plastic", "generalname": "Nameless"},
    ]
    imported = read("litter-codes", rows)
    listed = imported.tables["item_list"]
    assert listed["category"].tolist() == ["glass", "other"]
    assert listed["label"].tolist() == ["Bottles", "Unheard of"]
    assert imported.n_rejected == 1
    assert imported.notes["codes_not_in_our_list"] == 2


@pytest.mark.parametrize(
    ("file", "name", "rows"),
    [
        ("gpgp2015_2016_object_types.csv.gz", "specimens", 2_410),
        ("gpgp2015_2016_rising_speed.csv.gz", "specimens", 764),
        ("gpgp2015_2016_area_weight.csv.gz", "specimens", 162),
        ("litter_codes_tsgml.csv", "item_list", 164),
    ],
)
def test_published_tables_are_kept_whole(file, name, rows):
    imported = published(file)
    assert len(imported.tables[name]) == imported.n_rows == rows
    assert imported.measurements.empty
    assert imported.observations.empty


def test_published_object_types_come_out_as_their_notes_say():
    kept = published("gpgp2015_2016_object_types.csv.gz").tables["specimens"]
    counted = kept["object_type"].value_counts()
    assert counted[["Rope", "Hard plastic fragment", "Line"]].tolist() == [
        466,
        327,
        203,
    ]


def test_every_published_item_code_is_in_our_list():
    imported = published("litter_codes_tsgml.csv")
    assert "codes_not_in_our_list" not in imported.notes


def test_a_table_of_codes_is_not_taken_for_records():
    codes = table([{"generalcode": "G1", "category": "Plastic", "generalname": "x"}])
    assert profile("litter-codes").match([codes]).score == 1.0
