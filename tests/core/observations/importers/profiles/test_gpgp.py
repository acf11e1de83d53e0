"""Rules of reading the Great Pacific Garbage Patch tables that have a place."""

import numpy as np
import pandas as pd
import pytest

from core.errors import ObservationError
from core.observations import QualityFlag
from core.observations.importers.profiles._gpgp import size_bounds_mm
from tests.core.observations.importers.profiles.made_up import (
    companion_names,
    published,
    read,
    reasons,
    table,
)

CONCENTRATION = {
    "Size class": "Microplastics (0.05-0.5 cm)",
    "#": 1,
    "Sampling event ID": "1.1",
    "Longitude (degrees)": -140.0,
    "Latitude (degrees)": 30.0,
    "Sampling type": "Manta trawl",
    "Midpoint Estimate (# km-2)": 200.0,
    "Midpoint Estimate (g km-2)": 20.0,
    "Lower Estimate (# km-2)": 100.0,
    "Lower Estimate (g km-2)": 10.0,
    "Higher Estimate (# km-2)": 400.0,
    "Higher Estimate (g km-2)": 40.0,
    "Raw Data (# km-2)": 90.0,
    "Raw data (g km-2)": "",
}
STATION = {
    "#": 1,
    "Sampling event ID": "1.2000000000000002",
    "Sampling type": "Manta trawl",
    "Platform name": "RV Nowhere",
    "Start day (UTC)": 9,
    "Start month (UTC)": 8,
    "Start year (UTC)": 2015,
    "Start UTC time (hours)": 23.5,
    "End UTC time (hours)": 0.25,
    "Start latitude (degrees)": 30.0,
    "Start longitude (degrees)": -140.0,
    "End latitude (degrees)": 30.05,
    "End longitude (degrees)": -140.0,
    "Sampling distance (km)": 5.56,
    "Sampling width (km)": 0.0009,
    "Sampling area (km2)": 0.005004,
    "Wind speed (Knots)": 10.0,
    "Sea state (Beaufort)": 3.0,
    "Observations": "",
}
CONTENT = {
    "#": 1,
    "Sampling event ID": "1.2",
    "Sampling type": "Manta trawl",
    "Size class (cm)": "0.5 - 1.5",
    "Material": "Plastic",
    "Type": "H",
    "Number of particles": 8,
    "Dry mass (g)": 0.5,
    "Observations": "",
}
OBJECT = {
    "#": 1,
    "Sampling event ID": "468",
    "Start longitude debris (degrees)": -141.0,
    "Start latitude debris (degrees)": 33.0,
    "Image ID (at The Ocean Cleanup database)": "C01_161002_182654_01459G1",
    "Object type": "Bundled net",
    "< 50 cm?": "no",
    "Lower weight (kg)": 1.0,
    "Mid weight (kg)": 2.0,
    "Upper weight (kg)": 3.0,
}


def test_the_middle_estimate_has_the_lower_and_higher_as_its_range():
    imported = read("gpgp-concentration", [CONCENTRATION])
    items, grams = imported.measurements.to_dict("records")
    assert (items["value_low"], items["value"], items["value_high"]) == (100, 200, 400)
    assert (grams["quantity"], grams["value"]) == ("grams_per_km2", 20.0)
    assert items["correction"] == "wind_corrected"
    assert (items["size_min_mm"], items["size_max_mm"]) == (0.5, 5.0)
    assert imported.tables["raw_concentrations"]["raw_items_per_km2"].item() == 90.0


def test_exchanged_coordinates_are_exchanged_back_with_a_doubt():
    swapped = {
        **CONCENTRATION,
        "Size class": "Megaplastics (>50 cm)",
        "Longitude (degrees)": 33.5,
        "Latitude (degrees)": -141.2,
        "Sampling type": "RGB mosaic",
    }
    imported = read("gpgp-concentration", [CONCENTRATION, swapped])
    mega = imported.measurements[imported.measurements["size_class"] == "Megaplastics"]
    assert set(mega["lat"]) == {33.5}
    assert set(mega["lon"]) == {-141.2}
    assert set(mega["quality_flag"]) == {QualityFlag.SUSPECT}
    assert set(mega["correction"]) == {""}
    assert len(imported.doubts) == 1
    assert imported.doubts[0].value == "-141.2, 33.5"


def test_size_classes_in_cm_are_bounds_in_mm():
    low, high = size_bounds_mm(["0.15 - 0.5", "> 50", "Macroplastics (5-50 cm)", "?"])
    assert low[:3] == [1.5, 500.0, 50.0]
    assert high[0] == 5.0
    assert np.isnan([high[1], low[3], high[3]]).all()


def test_a_tow_has_its_times_effort_and_wind():
    imported = read("gpgp-stations", [STATION])
    event = imported.events.iloc[0]
    assert event["event"] == "1.2"
    assert event["started_at"] == pd.Timestamp("2015-08-09T23:30:00Z")
    assert event["ended_at"] == pd.Timestamp("2015-08-10T00:15:00Z")
    assert event["effort"] == 0.005004
    # 10 knots are 10 nautical miles of 1,852 m in 3,600 s.
    assert event["wind_m_s"] == pytest.approx(18_520 / 3600)
    assert imported.doubts == ()


def test_a_flight_without_hours_has_its_day():
    flight = {
        **STATION,
        **dict.fromkeys(STATION, ""),
        "#": 2,
        "Sampling event ID": "468",
        "Start day (UTC)": 2,
        "Start month (UTC)": 10,
        "Start year (UTC)": 2016,
        "Start latitude (degrees)": 33.0,
        "Start longitude (degrees)": -140.0,
        "Sampling area (km2)": 10.6,
    }
    event = read("gpgp-stations", [flight]).events.iloc[0]
    assert event["started_at"] == pd.Timestamp("2016-10-02", tz="UTC")
    assert pd.isna(event["ended_at"])


@pytest.mark.parametrize("hour", ["-1", "24.5", "1e12"])
def test_an_hour_that_is_none_is_left_out_with_a_doubt(hour):
    imported = read("gpgp-stations", [{**STATION, "Start UTC time (hours)": hour}])
    event = imported.events.iloc[0]
    assert event["started_at"] == pd.Timestamp("2015-08-09", tz="UTC")
    assert "no hour of a day; left out" in reasons(imported)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"End latitude (degrees)": 31.0}, "km apart"),
        ({"Sampling area (km2)": 0.05}, "length times width"),
    ],
)
def test_a_tow_that_does_not_fit_its_length_or_area_is_doubted(change, reason):
    assert reason in reasons(read("gpgp-stations", [{**STATION, **change}]))[0]


def test_contents_take_place_time_and_area_from_stations_beside_them():
    imported = read("gpgp-trawl-contents", [CONTENT], companions=[table([STATION])])
    items, grams = imported.measurements.to_dict("records")
    assert items["observed_at"] == pd.Timestamp("2015-08-09T23:30:00Z")
    assert items["value"] == pytest.approx(8 / 0.005004)
    assert (items["count"], items["effort"]) == (8, 0.005004)
    assert grams["value"] == pytest.approx(0.5 / 0.005004)


def test_contents_take_stations_that_were_stored_before():
    stored = read("gpgp-stations", [STATION]).events
    asked = []

    def events(names):
        asked.extend(names)
        return stored

    imported = read("gpgp-trawl-contents", [CONTENT], events=events)
    assert asked == ["1.2"]
    assert imported.measurements["effort"].iloc[0] == 0.005004


def test_contents_without_stations_are_refused_saying_what_they_need():
    with pytest.raises(ObservationError, match="table of stations"):
        read("gpgp-trawl-contents", [CONTENT])
    nothing = read("gpgp-stations", [STATION]).events.iloc[:0]
    with pytest.raises(ObservationError, match="table of stations"):
        read("gpgp-trawl-contents", [CONTENT], events=lambda names: nothing)
    assert companion_names("gpgp-trawl-contents") == ("gpgp2015_2016_stations",)


def test_contents_of_an_unknown_tow_are_refused_alone():
    rows = [CONTENT, {**CONTENT, "#": 2, "Sampling event ID": "99.1"}]
    imported = read("gpgp-trawl-contents", rows, companions=[table([STATION])])
    assert [fault.row for fault in imported.rejected] == [2]
    assert imported.n_accepted == 1


@pytest.mark.parametrize(
    ("material", "kind", "category"),
    [
        ("Plastic", "H", "plastic"),
        ("Plastic", "N", "fishing_gear"),
        ("Plastic", "P", "plastic"),
        ("Plastic", "F", "plastic"),
        ("Glass", "", "glass"),
        ("Tar", "", "other"),
        ("Seed", "", "biota"),
    ],
)
def test_material_and_type_tell_the_category(material, kind, category):
    row = {**CONTENT, "Material": material, "Type": kind}
    imported = read("gpgp-trawl-contents", [row], companions=[table([STATION])])
    assert set(imported.measurements["category"]) == {category}


def test_batches_that_came_out_alike_are_kept_apart_by_their_number():
    rows = [CONTENT, {**CONTENT, "#": 2}]
    imported = read("gpgp-trawl-contents", rows, companions=[table([STATION])])
    assert len(imported.measurements) == 4


@pytest.mark.parametrize("remark", ["100+ particles", "1 particle?"])
def test_a_number_its_source_calls_a_guess_is_doubted(remark):
    row = {**CONTENT, "Observations": remark}
    imported = read("gpgp-trawl-contents", [row], companions=[table([STATION])])
    assert set(imported.measurements["quality_flag"]) == {QualityFlag.SUSPECT}


def test_an_object_seen_from_the_air_is_a_sighting_with_its_middle_weight():
    imported = read("gpgp-aerial-objects", [OBJECT])
    row = imported.observations.iloc[0]
    assert (row["category"], row["count"], row["mass_kg"]) == ("fishing_gear", 1, 2.0)
    assert np.isnan(row["effort_km2"])
    assert (row["lat"], row["lon"]) == (33.0, -141.0)
    assert row["observed_at"] == pd.Timestamp("2016-10-02", tz="UTC")
    kept = imported.tables["objects"].iloc[0]
    assert (kept["Lower weight (kg)"], kept["Upper weight (kg)"]) == (1.0, 3.0)


def test_an_object_without_a_weight_has_none():
    weights = {"Lower weight (kg)": 0.0, "Mid weight (kg)": 0, "Upper weight (kg)": 0}
    imported = read("gpgp-aerial-objects", [{**OBJECT, **weights}])
    assert np.isnan(imported.observations["mass_kg"].item())
    assert "no weight" in reasons(imported)[0]


def test_objects_of_an_unknown_kind_are_other():
    row = {**OBJECT, "Object type": "Unknown"}
    category = read("gpgp-aerial-objects", [row]).observations["category"].item()
    assert category == "other"


def test_the_published_concentrations_come_out_as_their_notes_say():
    imported = published("gpgp2015_2016_concentration.csv.gz")
    frame = imported.measurements
    assert (imported.n_rows, imported.n_accepted) == (1_184, 1_184)
    assert len(imported.doubts) == 31
    assert frame["lat"].between(20, 45).all()
    assert frame["lon"].between(-160, -120).all()
    grams = frame[frame["quantity"] == "grams_per_km2"].groupby("size_class")["value"]
    assert grams.mean().round().to_dict() == {
        "Microplastics": 1_642,
        "Mesoplastics": 2_542,
        "Macroplastics": 16_720,
        "Megaplastics": 40_496,
    }


def test_the_published_stations_come_out_as_their_notes_say():
    imported = published("gpgp2015_2016_stations.csv.gz")
    events = imported.events
    assert events["method"].value_counts().to_dict() == {
        "Manta trawl": 501,
        "Mega trawl": 151,
        "RGB mosaic": 31,
    }
    assert round(imported.totals["area sampled (km2)"]) == 328
    assert events["event"].is_unique
    ships = events[events["method"] != "RGB mosaic"]["started_at"]
    assert ships.min() >= pd.Timestamp("2015-07-01", tz="UTC")
    assert ships.max() < pd.Timestamp("2015-10-01", tz="UTC")


def test_the_published_contents_come_out_with_their_stations():
    imported = published("gpgp2015_2016_trawl_debris.csv.gz")
    assert (imported.n_rows, imported.n_accepted) == (5_988, 5_988)
    frame = imported.measurements
    assert frame["event"].nunique() == 652
    items = frame[frame["quantity"] == "items_per_km2"]
    assert items["count"].sum() == imported.totals["items"]
    assert (items["effort"] > 0).all()


def test_contents_over_area_agree_with_what_the_source_calls_raw():
    """For macroplastic the published raw value is number over area of the tow."""
    contents = published("gpgp2015_2016_trawl_debris.csv.gz").measurements
    plastic = contents[
        (contents["quantity"] == "items_per_km2")
        & contents["category"].isin(["plastic", "fishing_gear"])
        & (contents["method"] == "Mega trawl")
        & contents["size_min_mm"].between(50, 499)
    ]
    made = plastic.groupby("event")["value"].sum()
    raw = published("gpgp2015_2016_concentration.csv.gz").tables["raw_concentrations"]
    macro = raw[raw["size_class"].str.startswith("Macro")].set_index("event")
    ratio = made / macro["raw_items_per_km2"].reindex(made.index)
    assert ratio.median() == pytest.approx(1.0, abs=0.02)


def test_the_published_objects_weigh_what_their_notes_say():
    imported = published("gpgp2015_2016_aerial_mosaic_debris.csv.gz")
    assert len(imported.observations) == 1_595
    mass_kg = imported.observations["mass_kg"].sum()
    assert round(mass_kg / 1000, 1) == 13.5
    assert imported.totals["mass mid (kg)"] == pytest.approx(mass_kg)


def test_the_published_history_comes_out_as_its_notes_say():
    imported = published("gpgp_historical_1972_2015.csv.gz")
    assert (imported.n_rows, imported.n_accepted) == (3_532, 3_532)
    assert imported.notes["inside_the_patch"] == 509
    assert set(imported.measurements["time_precision"]) == {"month"}


def test_history_reads_half_a_month_with_a_doubt():
    row = {
        "#": 1,
        "Data Reference": "Somebody  1979",
        "Sampling Year": 1976,
        "Sampling Month": 10.5,
        "Longitude (degrees)": -160.0,
        "Latitude (degrees)": 40.0,
        "Sampling type": "Neuston",
        "Mesh Size (microns)": 335,
        "Microplastic Numerical Concentration (#/km²)": "",
        "Microplastic Mass Concentration (g/km²)": 1.5,
        "Inside GPGP?": 0,
    }
    imported = read("gpgp-historical", [row])
    measured = imported.measurements.iloc[0]
    assert measured["quantity"] == "grams_per_km2"
    assert measured["observed_at"] == pd.Timestamp("1976-10-01", tz="UTC")
    assert measured["quality_flag"] == QualityFlag.SUSPECT
    assert measured["survey"] == "Lebreton 2018 history: Somebody 1979"
