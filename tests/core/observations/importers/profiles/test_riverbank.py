"""Rules of reading the riverbank samplings of school classes."""

import numpy as np
import pytest

from core.observations import QualityFlag
from tests.core.observations.importers.profiles.made_up import (
    published,
    read,
    reasons,
)

FILE = "riverbank_litter_plastic_pirates_2022_2024.csv.gz"
CIRCLES, VARIETY = "RiversideLitterCircles_", "RiversideWasteVariety_"
ROW = {
    "DatasetID": "xx_1",
    "DatasetQualified": 1,
    "DatasetReasonDisqualified": "na",
    "SamplingDate": "2022-10-18",
    "SamplingCoordinatesLatitude": 48.0,
    "SamplingCoordinatesLongitude": 14.4,
    f"{CIRCLES}Qualified": 1,
    f"{CIRCLES}DisqualifiedReason": "na",
    f"{CIRCLES}Results_NumberOfStationsSampled": 9,
    f"{CIRCLES}Results_PaperTotal": "na",
    f"{CIRCLES}Results_PlasticTotal": 21,
    f"{CIRCLES}Results_OverallTotal": 21,
    f"{CIRCLES}Results_AveragePerM2": 0.3333,
    f"{VARIETY}Qualified": 1,
    f"{VARIETY}DisqualifiedReason": "na",
    f"{VARIETY}Results_PlasticBags": 5,
    f"{VARIETY}Results_SingleUsePlasticTotal": 5,
    f"{VARIETY}Results_GlassBottles": 0,
    f"{VARIETY}Results_TotalNumber(incl.SUP)": 5,
    f"{VARIETY}Results_LengthOfRiverbankSearchedM": 50,
    f"{VARIETY}Results_WidthOfRiverbankSearchedM": 20,
    f"{VARIETY}Results_WeightPlasticWasteKG": 1,
    f"{VARIETY}Results_WeightAllWasteKG": 2,
}


def banks(*rows):
    return read("plastic-pirates-riverbanks", [{**ROW, **r} for r in rows])


def by_quantity(imported, quantity):
    frame = imported.measurements
    return frame[frame["quantity"] == quantity]


def test_the_two_methods_are_two_quantities_with_their_own_effort():
    imported = banks({})
    circles = by_quantity(imported, "items_per_m2").iloc[0]
    assert circles["effort"] == 63.0  # nine circles of 7 m2
    assert circles["value"] == pytest.approx(21 / 63)
    stretch = by_quantity(imported, "items_per_100m").iloc[0]
    assert (stretch["count"], stretch["effort"], stretch["value"]) == (5, 50.0, 10.0)
    assert set(imported.measurements["medium"]) == {"river_bank"}


def test_totals_beside_their_parts_are_left_out():
    assert len(by_quantity(banks({}), "items_per_100m")) == 1


@pytest.mark.parametrize("word", ["na", "NA", ""])
def test_words_for_missing_are_no_zero(word):
    missing = {name: word for name in ROW if "Results_" in name}
    imported = banks(missing, {})
    assert [fault.row for fault in imported.rejected] == [1]


def test_a_sampling_that_found_nothing_is_a_zero():
    imported = banks({f"{VARIETY}Results_PlasticBags": 0})
    row = by_quantity(imported, "items_per_100m").iloc[0]
    assert (row["category"], row["count"], row["value"]) == ("any_debris", 0, 0.0)


@pytest.mark.parametrize(
    ("judged", "flag"),
    [
        ("1", QualityFlag.GOOD),
        ("0", QualityFlag.FAIL),
        ("na", QualityFlag.NOT_EVALUATED),
    ],
)
def test_what_the_experts_judged_is_the_flag_of_its_method(judged, flag):
    why = {f"{CIRCLES}DisqualifiedReason": "no photos"}
    imported = banks({f"{CIRCLES}Qualified": judged, **why})
    circles = by_quantity(imported, "items_per_m2").iloc[0]
    assert circles["quality_flag"] == flag
    assert ("no photos" in circles["note"]) == (judged == "0")
    stretch = by_quantity(imported, "items_per_100m").iloc[0]
    assert stretch["quality_flag"] == QualityFlag.GOOD


def test_a_set_that_was_not_accepted_fails_as_a_whole():
    frame = banks({"DatasetQualified": 0}).measurements
    assert set(frame["quality_flag"]) == {QualityFlag.FAIL}


def test_weights_are_marked_as_not_verified():
    row = by_quantity(banks({}), "grams_per_100m").iloc[0]
    assert (row["count"], row["value"]) == (2000.0, 4000.0)
    assert row["quality_flag"] == QualityFlag.NOT_EVALUATED
    assert row["note"] == "weight not verified"


def test_more_plastic_than_waste_doubts_the_weight_and_no_count():
    imported = banks({f"{VARIETY}Results_WeightPlasticWasteKG": 3})
    assert "more than all waste" in reasons(imported)[0]
    weight = by_quantity(imported, "grams_per_100m").iloc[0]
    assert weight["quality_flag"] == QualityFlag.SUSPECT
    items = by_quantity(imported, "items_per_100m").iloc[0]
    assert items["quality_flag"] == QualityFlag.GOOD


def test_an_average_over_another_area_doubts_the_circles():
    imported = banks({f"{CIRCLES}Results_AveragePerM2": 2.0})
    assert "another average" in reasons(imported)[0]
    circles = by_quantity(imported, "items_per_m2").iloc[0]
    assert circles["quality_flag"] == QualityFlag.SUSPECT


def test_a_number_given_twice_names_two_samplings():
    imported = banks({}, {f"{VARIETY}Results_PlasticBags": 6})
    assert imported.measurements["event"].nunique() == 2
    assert reasons(imported).count("number given to two samplings") == 2


def test_without_a_length_the_count_stays_without_a_density():
    imported = banks({f"{VARIETY}Results_LengthOfRiverbankSearchedM": 0})
    row = by_quantity(imported, "items_per_100m").iloc[0]
    assert row["count"] == 5
    assert np.isnan(row["value"])


def test_the_published_samplings_come_out_as_their_notes_say():
    imported = published(FILE)
    assert imported.n_rows == 771
    assert imported.n_accepted + imported.n_rejected == 771
    frame = imported.measurements
    assert set(frame["medium"]) == {"river_bank"}
    assert set(frame["quality_flag"]) == {1, 2, 3, 4}
    assert frame["lat"].between(37, 58).all()
    weights = frame[frame["quantity"] == "grams_per_100m"]
    assert (weights["quality_flag"] != QualityFlag.GOOD).all()
