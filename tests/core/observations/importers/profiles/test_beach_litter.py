"""Rules of reading the wide table of Marine LitterWatch."""

import numpy as np
import pandas as pd
import pytest

from core.coastline import is_on_land
from core.observations import QualityFlag
from core.observations.importers.profiles._shore import is_far_inland
from tests.core.observations.importers.profiles.made_up import (
    published,
    read,
    reasons,
)

FILE = "beach_litter_mlw_2014_2023.csv.gz"
ROW = {
    "CommunityName": "Somebody",
    "BeachName": "Some beach",
    "BeachCountrycode": "ES",
    "BeachRegionalSea": "Mediterranean Sea",
    "BeachLength_m": 200,
    "EventDate": "20180509",
    "EventType": "Monitoring",
    "NatRef": "",
    "lon_x1": 2.20,
    "lat_y1": 41.38,
    "lon_x2": 2.21,
    "lat_y2": 41.39,
    "G1": "",
    "G3": "",
    "G4": "",
    "G59": "",
    "G200": "",
}
#: Degrees a metre of Web Mercator is at the equator.
PER_METRE = 360.0 / (2.0 * np.pi * 6_378_137.0)


def beaches(*rows):
    return read("marine-litterwatch", [{**ROW, **r} for r in rows])


def test_each_code_found_is_a_measurement_over_the_length_of_the_beach():
    imported = beaches({"G1": 4, "G200": 1, "G3": 0})
    frame = imported.measurements
    assert frame["item_code"].tolist() == ["G1", "G200"]
    assert frame["category"].tolist() == ["plastic", "glass"]
    assert frame["value"].tolist() == [2.0, 0.5]  # 4 and 1 items in 200 m
    assert frame["count"].tolist() == [4, 1]
    assert set(frame["effort"]) == {200.0}
    assert set(frame["quantity"]) == {"items_per_100m"}
    event = imported.events.iloc[0]
    assert (event["effort"], event["effort_unit"]) == (200.0, "m")
    assert event["started_at"] == pd.Timestamp("2018-05-09", tz="UTC")
    assert set(frame["event"]) == {event["event"]}


def test_fishing_gear_of_any_material_is_fishing_gear():
    assert beaches({"G59": 1}).measurements["category"].item() == "fishing_gear"


def test_an_event_without_items_is_a_real_zero():
    row = beaches({}).measurements.iloc[0]
    assert (row["category"], row["count"], row["value"]) == ("any_debris", 0, 0.0)


@pytest.mark.parametrize("length", [0, 5001, 1_335_000])
def test_a_length_that_cannot_be_one_keeps_the_count_without_a_density(length):
    imported = beaches({"BeachLength_m": length, "G1": 3})
    row = imported.measurements.iloc[0]
    assert row["count"] == 3
    assert np.isnan(row["value"])
    assert np.isnan(row["effort"])
    assert row["quality_flag"] == QualityFlag.SUSPECT
    assert "no items per 100 m" in reasons(imported)[0]


def test_degrees_taken_for_metres_are_multiplied_back_with_a_doubt():
    damaged = {
        "lon_x1": 14.5 * PER_METRE,
        "lat_y1": 40.5 * PER_METRE,
        "lon_x2": 14.6 * PER_METRE,
        "lat_y2": 40.6 * PER_METRE,
    }
    imported = beaches(damaged)
    event = imported.events.iloc[0]
    assert event["lat"] == pytest.approx(40.5, abs=1e-6)
    assert event["lon"] == pytest.approx(14.5, abs=1e-6)
    assert event["end_lat"] == pytest.approx(40.6, abs=1e-6)
    assert event["quality_flag"] == QualityFlag.SUSPECT
    assert "multiplied back" in reasons(imported)[0]


def test_a_position_at_0_0_is_missing_and_not_multiplied():
    imported = beaches({"lon_x1": 0, "lat_y1": 0})
    assert imported.events["lat"].item() == 0.0
    assert "often a missing position" in reasons(imported)[0]


@pytest.mark.parametrize(
    ("written", "code"), [("EL", "GR"), ("UK", "GB"), ("Int", ""), ("FR", "FR")]
)
def test_country_codes_are_those_of_iso(written, code):
    imported = beaches({"BeachCountrycode": written})
    name = imported.events["event"].item()
    expected = "Some beach, 2018-05-09"
    assert name == (f"{code}, {expected}" if code else expected)
    assert len(imported.doubts) == int(written != code)
    assert imported.events["quality_flag"].item() == QualityFlag.GOOD


def test_beaches_of_a_landlocked_country_are_banks():
    assert beaches({"BeachCountrycode": "CH"}).events["medium"].item() == "river_bank"


def test_a_beach_far_inland_that_names_no_sea_is_a_bank_and_said_so():
    paris = {"lon_x1": 2.35, "lat_y1": 48.86, "BeachRegionalSea": ""}
    inland = beaches(paris)
    assert inland.events["medium"].item() == "river_bank"
    assert "far inland" in reasons(inland)[0]
    assert beaches({"BeachRegionalSea": ""}).events["medium"].item() == "shore"


def test_far_inland_is_land_on_every_side():
    lat, lon = np.array([48.86, 41.38, 30.0]), np.array([2.35, 2.20, -140.0])
    assert is_far_inland(lat=lat, lon=lon).tolist() == [True, False, False]


def test_double_rows_are_told_as_repeats_and_their_items_counted_once():
    imported = beaches({"G1": 4}, {"G1": 4})
    assert imported.n_duplicates == 1
    assert imported.measurements["count"].sum() == 4
    assert len(imported.events) == 1


def test_two_events_of_one_beach_and_day_have_two_names():
    imported = beaches({"G1": 4}, {"G1": 5})
    assert imported.n_accepted == 2
    assert imported.events["event"].nunique() == 2
    assert imported.measurements["event"].nunique() == 2


def test_a_negative_count_is_left_out_and_said():
    imported = beaches({"G1": -4, "G3": 2})
    assert imported.measurements["count"].tolist() == [2]
    assert reasons(imported) == ["negative; left out"]


def test_a_code_our_list_does_not_know_is_other_and_counted():
    imported = beaches({"G999": 2})
    assert imported.measurements["category"].item() == "other"
    assert imported.notes["items_of_unknown_code"] == 1


def test_the_published_beaches_come_out_as_their_notes_say():
    imported = published(FILE)
    assert imported.n_rows == 3_607
    assert imported.n_duplicates == 12
    assert imported.n_rejected == 0
    assert imported.totals["items in the file"] == 2_377_133
    assert imported.notes["events_without_items"] == 121
    told = reasons(imported)
    assert sum("multiplied back" in reason for reason in told) == 76
    assert told.count("longer than 5 km; no items per 100 m") == 25
    assert told.count("no length; no items per 100 m") == 6
    surveys = imported.events["survey"].value_counts()
    assert surveys.sum() == 3_607 - 12
    assert surveys["Marine LitterWatch monitoring"] <= 945
    swiss = imported.events["event"].str.startswith("CH, ")
    assert set(imported.events.loc[swiss, "medium"]) == {"river_bank"}


def test_the_published_items_are_all_there_but_for_the_double_rows():
    imported = published(FILE)
    kept = imported.measurements["count"].sum()
    doubles = imported.totals["items in the file"] - kept
    assert 0 < doubles < 20_000


def test_the_published_italian_beaches_are_back_in_italy():
    imported = published(FILE)
    rows = {d.row for d in imported.doubts if "multiplied back" in d.reason}
    beach = imported.events[imported.events["source_row"].isin(rows)]
    assert beach["lat"].between(36.5, 46.0).all()
    assert beach["lon"].between(8.0, 18.6).all()
    near = is_on_land(lat=beach["lat"], lon=beach["lon"])
    assert 0.2 < near.mean() <= 1.0
