"""Rules of reading nets and visual transects of Eriksen et al. 2014."""

import numpy as np
import pandas as pd

from core.observations import QualityFlag
from tests.core.observations.importers.profiles.made_up import published, read, reasons

FILE = "eriksen2014_trawls_and_visual.csv.gz"
SIZES = (".335-.999 mm", "1.00-4.75 mm", "4.75-200 mm", ">200 mm")
ROW = {
    "Latitude": 30.0,
    "Longitude": -140.0,
    "Month": 5,
    "Day": 9,
    "Year": 2011,
    "Total pieces/km^2": "2,000.00",
    "Micro": "2000.00",
    "Macro": "0.00",
    "Total Weight": "3.50",
    "micro": "3.50",
    "macro": "0.00",
    "Source": "Somebody",
    "Mesh Size": "335um",
    **{f"Count/km^2 {size}": "" for size in SIZES},
    **{f"g/km^2 {size}": "" for size in SIZES},
    "Count/km^2 .335-.999 mm": "1,500.00",
    "Count/km^2 1.00-4.75 mm": "500",
    "g/km^2 1.00-4.75 mm": "3.5",
    "Sea State (Beaufort Scale)": "2.5",
}


def tows(*rows):
    return read("eriksen-2014", [{**ROW, **r} for r in rows])


def test_size_classes_are_measured_apart_and_totals_left_out():
    frame = tows({}).measurements
    items = frame[frame["quantity"] == "items_per_km2"]
    assert items["value"].tolist() == [1500.0, 500.0]
    assert items["size_min_mm"].tolist() == [0.335, 1.0]
    assert items["size_max_mm"].tolist() == [0.999, 4.75]
    assert frame.loc[frame["quantity"] == "grams_per_km2", "value"].tolist() == [3.5]
    assert len(set(frame["event"])) == 1


def test_thousands_commas_are_read_and_counted():
    assert tows({}).notes["thousands_commas"] == 2


def test_a_class_the_method_cannot_see_is_no_zero():
    visual = {
        **{f"Count/km^2 {size}": "" for size in SIZES[:3]},
        "Count/km^2 >200 mm": "0",
        "g/km^2 1.00-4.75 mm": "",
        "Total pieces/km^2": "0",
        "Total Weight": "0",
        "Mesh Size": ">200mm",
    }
    frame = tows(visual).measurements
    assert frame["size_class"].tolist() == [">200 mm"]
    assert frame["value"].item() == 0.0
    assert frame["method"].item() == "visual >200mm"


def test_a_year_of_two_digits_is_read_with_a_doubt():
    imported = tows({"Year": 12})
    assert imported.measurements["observed_at"].iloc[0] == pd.Timestamp(
        "2012-05-09", tz="UTC"
    )
    assert (imported.measurements["quality_flag"] == QualityFlag.SUSPECT).all()
    assert reasons(imported) == ["two digits read as 2012"]


def test_a_fractional_beaufort_is_kept_and_one_above_12_left_out():
    imported = tows({}, {"Sea State (Beaufort Scale)": "15"})
    beaufort = imported.events["beaufort"].tolist()
    assert beaufort[0] == 2.5
    assert np.isnan(beaufort[1])
    assert reasons(imported) == ["above Beaufort 12; left out"]


def test_a_total_that_is_not_the_sum_of_its_classes_is_doubted():
    assert "not the sum" in reasons(tows({"Total pieces/km^2": "900"}))[0]


def test_a_double_row_is_told_as_a_repeat():
    imported = tows({}, {}, {"Day": 10})
    assert imported.n_duplicates == 1
    assert imported.n_accepted == 2
    assert len(imported.measurements) == 6


def test_the_published_tows_come_out_as_their_notes_say():
    imported = published(FILE)
    frame = imported.measurements
    assert imported.n_rows == 1_571
    assert imported.n_accepted == 1_569
    assert imported.n_duplicates == 2
    assert reasons(imported).count("two digits read as 2012") == 2
    assert frame["observed_at"].dt.year.min() == 2007
    methods = imported.events["method"].value_counts()
    assert methods["net 335um"] == 679
    assert imported.events["beaufort"].max() <= 12
