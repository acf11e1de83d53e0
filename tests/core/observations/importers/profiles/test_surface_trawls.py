"""Rules of reading the compiled surface net tows."""

import numpy as np
import pandas as pd
import pytest

from core.observations import QualityFlag
from tests.core.observations.importers.profiles.made_up import (
    published,
    read,
    reasons,
)

FILE = "surface_trawls_1971_2019.csv.gz"
ROW = {
    "X": 1,
    "Day": 9,
    "Month": 5,
    "Year": 2014,
    "Lat": 30.0,
    "Lon": -140.0,
    "km2": 1000,
    "Total.Wieght..g..km.2": "NA",
    "Source": "SOMEBODY",
    "Mesh.Size": 333,
    "Notes": "Not Corrected",
    "TowAreaM2": "NA",
    "CountTotalPlastics": "NA",
    "Corrected": "No",
    "wind": 5.5,
    "CorrectedConcentration": 1500,
}


def tows(*rows):
    return read("surface-trawls", [{**ROW, "X": i, **r} for i, r in enumerate(rows, 1)])


def test_a_tow_without_area_has_a_density_and_no_count():
    imported = tows({})
    row = imported.measurements.iloc[0]
    assert (row["quantity"], row["value"]) == ("items_per_km2", 1000.0)
    assert np.isnan(row["count"])
    assert row["size_min_mm"] == 0.333
    assert imported.events.empty


def test_a_counted_tow_has_count_and_effort_and_an_event():
    imported = tows({"km2": 5000, "TowAreaM2": 2000, "CountTotalPlastics": 10})
    row = imported.measurements.iloc[0]
    assert row["count"] == 10
    assert row["effort"] == pytest.approx(0.002)
    event = imported.events.iloc[0]
    assert (event["effort"], event["effort_unit"]) == (pytest.approx(0.002), "km2")
    assert event["wind_m_s"] == 5.5
    assert event["event"] == row["event"]


@pytest.mark.parametrize(
    ("density", "written", "count"), [(1500, 2e-3 / 1500, 3), (0, "Inf", 0)]
)
def test_area_over_density_in_place_of_a_count_is_undone(density, written, count):
    imported = tows(
        {"km2": density, "TowAreaM2": 2000, "CountTotalPlastics": written},
    )
    assert imported.measurements["count"].item() == count
    assert "area over density" in reasons(imported)[0]
    assert imported.measurements["quality_flag"].item() == QualityFlag.GOOD


def test_a_value_the_source_corrected_for_wind_says_so():
    imported = tows({"Corrected": "Yes"}, {})
    assert imported.measurements["correction"].tolist() == ["wind_corrected", ""]


def test_mass_is_a_measurement_of_its_own():
    imported = tows({"Total.Wieght..g..km.2": 12.5})
    assert imported.measurements["quantity"].tolist() == [
        "items_per_km2",
        "grams_per_km2",
    ]


@pytest.mark.parametrize(
    ("changes", "time", "precision"),
    [
        ({"Day": "NA"}, "2014-05-01", "month"),
        ({"Day": "NA", "Month": "NA"}, "2014-01-01", "year"),
        ({"Notes": "calculated and day set to 15", "Day": 15}, "2014-05-01", "month"),
        ({"Month": 10.5, "Day": 15}, "2014-10-01", "month"),
    ],
)
def test_a_date_keeps_how_exactly_it_is_known(changes, time, precision):
    row = tows(changes).measurements.iloc[0]
    assert row["observed_at"] == pd.Timestamp(time, tz="UTC")
    assert row["time_precision"] == precision


def test_tows_equal_in_place_date_and_value_are_kept_and_doubted():
    imported = tows({}, {}, {"km2": 2000})
    assert len(imported.measurements) == 3
    assert imported.measurements["quality_flag"].tolist() == [1, 3, 1]


def test_a_tow_with_neither_number_nor_mass_is_refused():
    imported = tows({"km2": "NA"}, {})
    assert [fault.row for fault in imported.rejected] == [1]


def test_longitude_180_west_is_a_place():
    assert tows({"Lon": -180}).measurements["lon"].item() == -180.0


def test_the_published_tows_come_out_as_their_notes_say():
    imported = published(FILE)
    frame = imported.measurements
    assert (imported.n_rows, imported.n_accepted) == (12_546, 12_546)
    assert imported.notes["zero_values"] == 4_619
    assert imported.notes["same_place_date_and_value"] == 332
    pieces = frame[frame["quantity"] == "items_per_km2"]
    assert (pieces["value"] == 0).sum() == 4_619
    assert 8.4e7 < pieces["value"].max() < 8.6e7
    assert (pieces["survey"] == "Eriksen 2023: SEA EDUCATION").sum() == 10_170
    assert frame["survey"].nunique() == 36
    weighed = len(frame) - len(pieces)
    assert round(100 * weighed / imported.n_rows) == 11
    corrected = frame[frame["correction"] == "wind_corrected"]
    assert corrected["source_row"].nunique() == 758


def test_counts_of_the_published_tows_agree_with_their_densities():
    frame = published(FILE).measurements
    counted = frame.dropna(subset=["count", "effort", "value"])
    assert len(counted) > 10_000
    made = counted["value"] * counted["effort"]
    assert np.allclose(counted["count"], made, rtol=0.05, atol=0.05)
