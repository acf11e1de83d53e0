"""Rules of reading the NCEI microplastics database in its three forms."""

import numpy as np
import pandas as pd
import pytest

from core.observations import QualityFlag
from tests.core.observations.importers.profiles.made_up import (
    published,
    read,
    reasons,
)

WORLD = "ncei_microplastics.parquet"
PORTAL = "ncei_portal_schema_north_pacific.csv.gz"
ROW = {
    "OBJECTID": 7,
    "Oceans": "Pacific Ocean",
    "Sampling.Method": "Manta net",
    "Microplastics.Measurement.Density": 0.2,
    "Unit": "pieces/m3",
    "Density.Class.Range": "0.005-1",
    "Latitude": 30.0,
    "Longitude": -140.0,
    "Date": "05/10/2009",
}
PORTAL_ROW = {
    "OBJECTID": 7,
    "Sampling Method": "Manta net",
    "Measurement": 0.2,
    "Unit": "pieces/m3",
    "Density Range": "0.005-1",
    "Short Reference": "Doe et al. 2010",
    "Long Reference": 'Doe, J., "Nets", 2010',
    "Latitude": 30.0,
    "Longitude": -140.0,
    "Date": "5/10/2009 12:00:00 AM",
    "GlobalID": "x",
}
SETTING_ROW = {
    "Latitude (degree)": 30.0,
    "Longitude (degree)": -140.0,
    "Ocean": "Pacific Ocean",
    "Region": "",
    "Marine Setting": "Ocean surface",
    "Microplastics Measurement": 0.2,
    "Unit": "pieces/m3",
    "Concentration Class": "0.005-1",
    "Sample Date": "5/10/2009",
}


def world(*rows):
    return read(
        "ncei-microplastics", [{**ROW, "OBJECTID": i, **r} for i, r in enumerate(rows)]
    )


def only(imported):
    assert len(imported.measurements) == 1
    return imported.measurements.iloc[0]


def sample(method, unit, text, value=1.0):
    return {
        "Sampling.Method": method,
        "Unit": unit,
        "Density.Class.Range": text,
        "Microplastics.Measurement.Density": value,
    }


@pytest.mark.parametrize(
    ("method", "unit", "text", "quantity", "medium"),
    [
        ("Neuston net", "pieces/m3", "0.005-1", "items_per_m3", "sea_surface"),
        ("plankton net", "pieces/m3", "1-10", "items_per_m3", "sea_surface"),
        ("Van Dorn sampler", "pieces/m3", ">=10", "items_per_m3", "water_column"),
        ("PVC cylinder", "pieces/m3", "500-30000", "items_per_m3", "shore_sediment"),
        ("Hand picking", "pieces/m3", "0-100", "items_per_m3", "shore_sediment"),
        ("Hand picking", "pieces/10 mins", "2-40", "items_per_10min", "shore"),
        ("Megacorer", "pieces kg-1 d.w.", "2-20", "items_per_kg", "sea_bed"),
        ("Metal spoon", "pieces kg-1 d.w.", ">200", "items_per_kg", "shore_sediment"),
    ],
)
def test_unit_method_and_range_tell_quantity_and_medium(
    method, unit, text, quantity, medium
):
    imported = world(sample(method, unit, text, None if "mins" in unit else 1.0))
    row = only(imported)
    assert (row["quantity"], row["medium"]) == (quantity, medium)


def test_sand_and_water_of_one_unit_are_two_layers():
    imported = world(
        sample("Manta net", "pieces/m3", "1-10", 5.0),
        sample("Trowel", "pieces/m3", "500-30000", 600.0),
    )
    layers = imported.measurements[["quantity", "medium"]].drop_duplicates()
    assert len(layers) == 2


def test_a_conflict_of_method_and_range_is_doubted_and_the_range_decides():
    imported = world(sample("Aluminum bucket", "pieces/m3", ">=10", 700.0))
    row = only(imported)
    assert row["medium"] == "sea_surface"
    assert row["quality_flag"] == QualityFlag.SUSPECT
    assert "not of what the method samples" in reasons(imported)[0]


def test_hand_picking_has_bounds_and_no_number():
    row = only(world(sample("Hand picking", "pieces/10 mins", "40-200", None)))
    assert np.isnan(row["value"])
    assert (row["value_low"], row["value_high"]) == (40.0, 200.0)


def test_an_open_class_has_no_upper_bound():
    row = only(world(sample("Hand picking", "pieces/10 mins", ">200", None)))
    assert row["value_low"] == 200.0
    assert np.isnan(row["value_high"])


def test_a_range_turned_into_a_date_is_read_back_with_a_doubt():
    imported = world(sample("Hand picking", "pieces/10 mins", "Feb-40", None))
    row = only(imported)
    assert (row["value_low"], row["value_high"]) == (2.0, 40.0)
    assert row["quality_flag"] == QualityFlag.SUSPECT
    doubt = imported.doubts[0]
    assert (doubt.value, doubt.field) == ("Feb-40", "Density.Class.Range")
    assert "2-40" in doubt.reason


def test_a_range_that_no_class_fits_is_left_out_and_refused_without_a_number():
    picked = sample("Hand picking", "pieces/10 mins", "Mar-99", None)
    netted = sample("Manta net", "pieces/m3", "Mar-99", 0.2)
    imported = world(picked, netted)
    assert imported.n_rejected == 1
    row = only(imported)
    assert row["value"] == 0.2
    assert np.isnan(row["value_low"])


def test_the_world_table_writes_the_day_first_and_the_portal_the_month():
    assert only(world({}))["observed_at"] == pd.Timestamp("2009-10-05", tz="UTC")
    portal = only(read("ncei-portal", [PORTAL_ROW]))
    assert portal["observed_at"] == pd.Timestamp("2009-05-10", tz="UTC")


def test_a_day_that_is_no_day_in_its_order_is_refused():
    imported = world({"Date": "05/13/2009"}, {})
    assert [fault.row for fault in imported.rejected] == [1]
    assert imported.rejected[0].field == "observed_at"


def test_replicate_tows_are_kept_with_and_without_a_number():
    assert len(world({}, {}).measurements) == 2
    unnumbered = read("ncei-settings", [SETTING_ROW, SETTING_ROW])
    assert len(unnumbered.measurements) == 2
    assert unnumbered.notes["replicates_kept"] == 1


def test_the_portal_keeps_its_citation():
    assert only(read("ncei-portal", [PORTAL_ROW]))["source"] == "Doe et al. 2010"


def test_the_form_with_settings_tells_sand_by_its_setting():
    sand = {
        **SETTING_ROW,
        "Marine Setting": "Beach",
        "Concentration Class": "100-500",
        "Microplastics Measurement": 120,
    }
    imported = read("ncei-settings", [SETTING_ROW, sand])
    media = imported.measurements["medium"].tolist()
    assert media == ["sea_surface", "shore_sediment"]
    assert imported.doubts == ()


@pytest.mark.parametrize(
    ("setting", "unit", "name", "medium", "low"),
    [
        ("Ocean surface", "pieces/m3", "Medium", "sea_surface", 0.005),
        ("Ocean water column", "pieces/m3", "High", "water_column", 1.0),
        ("Beach", "pieces/m3", "Medium", "shore_sediment", 500.0),
        ("Beach", "pieces/10 mins", "Medium", "shore", 2.0),
        ("Ocean sediment", "pieces kg-1 d.w.", "Low", "sea_bed", 2.0),
        ("Lake", "pieces/m3", "Low", "fresh_water", 0.0005),
    ],
)
def test_a_named_class_gives_the_bounds_of_its_setting(
    setting, unit, name, medium, low
):
    row = {
        **SETTING_ROW,
        "Marine Setting": setting,
        "Unit": unit,
        "Concentration Class": name,
        "Microplastics Measurement": "",
    }
    imported = read("ncei-settings", [row])
    found = only(imported)
    assert (found["medium"], found["value_low"]) == (medium, low)
    assert [d for d in imported.doubts if "land" not in d.reason] == []


def test_an_order_of_dates_that_only_the_rows_tell_is_noted():
    rows = [SETTING_ROW, {**SETTING_ROW, "Sample Date": "25/12/2009"}]
    imported = read("ncei-settings", rows)
    assert imported.notes["dates_read_day_first"] == 2
    assert imported.measurements["observed_at"].iloc[0] == pd.Timestamp(
        "2009-10-05", tz="UTC"
    )


def test_a_range_that_a_workbook_holds_as_a_date_is_read_back():
    picked = sample("Hand picking", "pieces/10 mins", "1940-02-01 00:00:00", None)
    imported = world(picked)
    assert only(imported)["value_high"] == 40.0
    assert "2-40" in imported.doubts[0].reason


@pytest.mark.parametrize("unit", ["pieces/l", "", "items/km2"])
def test_another_unit_is_refused(unit):
    imported = world({"Unit": unit})
    assert imported.n_rejected == 1
    assert any(fault.field == "Unit" for fault in imported.rejected)


def test_the_world_table_comes_out_as_its_notes_say():
    imported = published(WORLD)
    frame = imported.measurements
    assert (imported.n_rows, imported.n_accepted) == (22_259, 22_259)
    counts = frame["quantity"].value_counts().to_dict()
    assert counts == {
        "items_per_m3": 16_024,
        "items_per_10min": 5_817,
        "items_per_kg": 418,
    }
    assert imported.notes["range_without_value"] == 5_817
    assert imported.notes["zero_values"] == 4_872
    assert imported.notes["replicates_kept"] == 851
    picked = frame[frame["quantity"] == "items_per_10min"]
    assert picked["value"].isna().all()
    assert picked["value_low"].notna().all()
    assert frame["observed_at"].min() == pd.Timestamp("1972-04-20", tz="UTC")
    assert frame["observed_at"].max() == pd.Timestamp("2022-11-30", tz="UTC")
    per_m3 = frame[frame["quantity"] == "items_per_m3"]
    median = per_m3.groupby("medium")["value"].median()
    assert 0.005 < median["sea_surface"] < 0.02
    assert median["shore_sediment"] > 900
    assert not (frame["lat"].abs() > 90).any()


def test_both_exports_of_one_record_have_one_id_but_for_rounded_positions():
    world_ids = set(published(WORLD).measurements["measurement_id"])
    portal = published(PORTAL).measurements
    assert len(portal) == 1_852
    shared = portal["measurement_id"].isin(world_ids).sum()
    assert shared == 1_797
