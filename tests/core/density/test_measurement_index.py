"""Measurements of one layer: pooled, or median and range, and never mixed."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density import Bbox, MapFilter, poisson_interval
from core.density.measurement_index import (
    MEASURED_COLUMNS,
    MEASUREMENT_COLUMNS_READ,
    MeasurementIndex,
)
from core.errors import InputError, ObservationError
from core.geo import cell_of
from core.observations.quantities import quantity

PER_KM2, PER_100M = quantity("items_per_km2"), quantity("items_per_100m")
EMPTY = {
    "survey": "S",
    "event": "",
    "lat": 10.0,
    "lon": -140.0,
    "observed_at": pd.Timestamp("2020-01-01T00:00Z"),
    "category": "plastic",
    "item_list": "",
    "item_code": "",
    "size_class": "",
    "value": np.nan,
    "value_low": np.nan,
    "value_high": np.nan,
    "count": np.nan,
    "effort": np.nan,
    "correction": "",
    "quality_flag": 1,
    "simulated": False,
}


def index_of(*rows, measured=PER_KM2):
    frame = pd.DataFrame([{**EMPTY, **row} for row in rows], columns=list(EMPTY))
    frame["h3"] = [
        cell_of(lat=lat, lon=lon, resolution=9)
        for lat, lon in zip(frame["lat"], frame["lon"], strict=True)
    ]
    return MeasurementIndex({n: frame[n] for n in MEASUREMENT_COLUMNS_READ}, measured)


def only(index, chosen=None):
    cells = index.cells(chosen or MapFilter(), resolution=5)
    assert tuple(cells.columns) == MEASURED_COLUMNS
    assert len(cells) == 1
    return cells.iloc[0]


def test_counts_with_effort_are_pooled_before_they_are_divided():
    cell = only(
        index_of(
            {"event": "1", "count": 10, "effort": 1.0, "value": 10.0},
            {"event": "2", "count": 0, "effort": 9.0, "value": 0.0},
        )
    )
    assert cell["basis"] == "pooled"
    assert (cell["value"], cell["n"], cell["effort"]) == (1.0, 10, 10.0)
    assert (cell["low"], cell["high"]) == pytest.approx(poisson_interval(10, 10.0)[1:])


def test_a_value_of_a_length_of_shore_keeps_its_unit():
    # 30 items on 200 m are 15 per 100 m.
    cell = only(index_of({"count": 30, "effort": 200.0}, measured=PER_100M))
    assert cell["value"] == pytest.approx(15.0)
    assert cell["high"] == pytest.approx(100 * poisson_interval(30, 200.0)[2])


def test_the_kinds_of_one_net_share_its_effort():
    cell = only(
        index_of(
            {"event": "1", "category": "plastic", "count": 3, "effort": 2.0},
            {"event": "1", "category": "metal", "count": 1, "effort": 2.0},
        )
    )
    assert (cell["n"], cell["effort"], cell["n_events"]) == (4, 2.0, 1)
    assert cell["value"] == 2.0


def test_a_total_beside_its_parts_is_not_counted_a_second_time():
    rows = (
        {"event": "1", "category": "plastic", "value": 12.0},
        {"event": "1", "category": "metal", "value": 2.0},
        {"event": "1", "category": "any_debris", "value": 14.0},
        {"event": "2", "category": "any_debris", "value": 30.0},
    )
    cell = only(index_of(*rows))
    assert (cell["low"], cell["high"], cell["n_events"]) == (14.0, 30.0, 2)
    assert only(index_of(*rows), MapFilter(categories=("metal",)))["value"] == 2.0


def test_one_value_without_effort_makes_the_cell_a_median_and_says_so():
    cell = only(
        index_of(
            {"event": "1", "count": 1, "effort": 1.0},
            {"event": "2", "value": 5.0},
            {"event": "3", "value": 30.0},
        )
    )
    assert cell["basis"] == "median"
    assert (cell["value"], cell["low"], cell["high"]) == (5.0, 1.0, 30.0)
    assert np.isnan(cell["n"])
    assert np.isnan(cell["effort"])


def test_parts_of_one_event_are_added_before_the_median():
    cell = only(
        index_of(
            {"event": "1", "category": "plastic", "value": 2.0},
            {"event": "1", "category": "metal", "value": 2.0},
            {"event": "2", "value": 10.0},
            {"event": "3", "value": 1.0},
        )
    )
    assert (cell["value"], cell["low"], cell["high"]) == (4.0, 1.0, 10.0)


def test_grams_have_no_poisson_interval():
    grams = quantity("grams_per_km2")
    cell = only(index_of({"count": 30, "effort": 2.0}, measured=grams))
    assert (cell["basis"], cell["value"]) == ("median", 15.0)


def test_class_ranges_are_never_averaged():
    cell = only(
        index_of(
            {"event": "1", "value_low": 1.0, "value_high": 5.0},
            {"event": "2", "value_low": 6.0, "value_high": 20.0},
        )
    )
    assert cell["basis"] == "range"
    assert np.isnan(cell["value"])
    assert (cell["low"], cell["high"], cell["n_ranges"]) == (1.0, 20.0, 2)


def test_a_range_beside_numbers_stays_out_of_the_median_and_is_counted():
    cell = only(
        index_of(
            {"event": "1", "value_low": 1000.0, "value_high": 5000.0},
            {"event": "2", "value": 3.0},
        )
    )
    assert (cell["basis"], cell["value"], cell["high"]) == ("median", 3.0, 3.0)
    assert (cell["n_events"], cell["n_ranges"]) == (2, 1)


def test_an_event_that_told_kinds_apart_found_none_of_the_others():
    index = index_of(
        {"event": "1", "category": "plastic", "count": 3, "effort": 2.0},
        {"event": "2", "category": "any_debris", "count": 0, "effort": 8.0},
    )
    cell = only(index, MapFilter(categories=("metal",)))
    assert (cell["n"], cell["effort"], cell["status"]) == (
        0,
        10.0,
        "surveyed_none_seen",
    )
    assert cell["high"] == pytest.approx(poisson_interval(0, 10.0)[2])


def test_an_undivided_total_says_nothing_about_a_kind():
    index = index_of(
        {"event": "1", "category": "any_debris", "count": 7, "effort": 2.0}
    )
    assert only(index)["n"] == 7
    assert index.cells(MapFilter(categories=("metal",)), resolution=5).empty


def test_replicate_nets_are_further_events():
    cell = only(index_of({"count": 2, "effort": 1.0}, {"count": 4, "effort": 1.0}))
    assert (cell["n"], cell["effort"], cell["n_events"]) == (6, 2.0, 2)


def test_filters_choose_surveys_sizes_time_and_place():
    index = index_of(
        {"event": "1", "value": 1.0, "size_class": "micro"},
        {"event": "2", "value": 2.0, "survey": "T"},
        {"event": "3", "value": 4.0, "observed_at": pd.Timestamp("2021-01-01T00:00Z")},
        {"event": "4", "value": 8.0, "lat": 20.0},
    )
    for chosen, expected in (
        (MapFilter(surveys=("T",)), 2.0),
        (MapFilter(start=datetime(2020, 6, 1, tzinfo=UTC)), 4.0),
        (MapFilter(bbox=Bbox(-150.0, 15.0, -130.0, 25.0)), 8.0),
    ):
        assert only(index, chosen)["value"] == expected
    # The others looked for kinds and sizes as well and found none of that size.
    small = index.events(MapFilter(size_classes=("micro",)))
    assert sorted(small["value"]) == [0.0, 0.0, 0.0, 1.0]
    assert index.surveys == ("S", "T")
    assert index.size_classes == ("micro",)
    assert index.span == (
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2021, 1, 1, tzinfo=UTC),
    )
    assert index.bounds == Bbox(-140.0, 10.0, -140.0, 20.0)
    assert index.timeline(bins=2)["n_events"].tolist() == [3, 1]


def test_records_flagged_fail_are_left_out():
    index = index_of({"value": 1.0, "quality_flag": 4}, {"value": 2.0})
    assert len(index) == 1


def test_an_empty_layer_answers_with_nothing():
    index = index_of()
    assert index.cells(resolution=5).empty
    assert tuple(index.cells(resolution=5).columns) == MEASURED_COLUMNS
    assert index.span is None
    assert index.bounds is None
    assert index.timeline().empty
    assert not index.is_simulated()


def test_a_missing_column_is_refused():
    with pytest.raises(ObservationError, match="lack the column survey"):
        MeasurementIndex({}, PER_KM2)


def test_what_is_no_cell_is_refused():
    with pytest.raises(InputError, match="not an H3 cell"):
        index_of({"value": 1.0}).cell(MapFilter(), "no cell")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),  # event
            st.sampled_from([0.0, 1.0]),  # place
            st.integers(0, 5),  # count
            st.sampled_from(["plastic", "metal"]),
        ),
        min_size=1,
        max_size=10,
        unique_by=lambda row: (row[0], row[1], row[3]),
    )
)
@settings(max_examples=10, deadline=None)
def test_pooled_counts_add_up_over_cells(rows):
    index = index_of(
        *(
            {"event": str(e), "lat": 10 + p, "count": n, "effort": 1 + e, "category": c}
            for e, p, n, c in rows
        )
    )
    cells = index.cells(resolution=4)
    assert cells["n"].sum() == sum(n for *_, n, _ in rows)
    events = {(e, p) for e, p, *_ in rows}
    assert cells["effort"].sum() == sum(1 + e for e, _ in events)
    for name in cells["h3"]:
        row = cells.loc[cells["h3"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(index.cell(MapFilter(), name), row)


def test_the_items_of_one_walk_are_parts_of_it_and_no_further_walks():
    codes = [("G7", 4), ("G21", 6), ("G50", 10)]
    index = index_of(
        *(
            {
                "event": "walk",
                "item_list": "TSG-ML",
                "item_code": code,
                "count": count,
                "effort": 100.0,
            }
            for code, count in codes
        ),
        measured=PER_100M,
    )
    (event,) = index.events().to_dict("records")
    assert (event["count"], event["effort"]) == (20, 100.0)
    assert only(index)["value"] == pytest.approx(20.0)
    assert only(index)["n_events"] == 1


def test_an_event_says_whether_its_source_corrected_it():
    events = index_of(
        {"event": "1", "value": 4.0, "correction": "wind_corrected"},
        {"event": "2", "value": 2.0},
    ).events()
    assert events["corrected"].tolist() == [True, False]
