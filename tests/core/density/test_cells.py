import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density import (
    DENSITY_COLUMNS,
    Bbox,
    cell_density,
    poisson_interval,
    rows_in_cell,
    suggest_resolution,
)
from core.errors import InputError, ObservationError
from core.geo import cell_of, cells_in_bbox

HERE = {"lat": 31.2, "lon": -140.1}


def rows(*records, **shared):
    """Observation rows at one place and time, one dict a row."""
    base = {
        **HERE,
        "observed_at": pd.Timestamp("2026-05-01T10:00Z"),
        "category": "plastic",
        "count": 0,
        "effort_km2": 1.0,
        "survey": "S1",
        "photo_sha256": "",
    }
    return pd.DataFrame([{**base, **shared, **record} for record in records])


def only(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def test_counts_and_effort_are_pooled_before_they_are_divided():
    # The mean of the two densities would be 5.0.
    cell = only(
        cell_density(rows({"count": 10}, {"count": 0, "effort_km2": 9.0}), resolution=6)
    )
    assert (cell["n"], cell["effort_km2"]) == (10, 10.0)
    assert cell["density_per_km2"] == pytest.approx(1.0)
    assert (cell["low"], cell["high"]) == pytest.approx(poisson_interval(10, 10.0)[1:])


def test_a_row_has_the_columns_of_the_contract():
    cell = only(cell_density(rows({"count": 12, "effort_km2": 2.4}), resolution=7))
    assert list(cell.index) == list(DENSITY_COLUMNS)
    assert cell["h3"] == cell_of(**HERE, resolution=7)
    assert (cell["low"], cell["high"]) == pytest.approx((2.584, 8.734), abs=5e-4)


def test_surveyed_none_seen_is_not_never_surveyed():
    box = Bbox(-140.2, 31.1, -140.0, 31.3)
    frame = cell_density(rows({"count": 0}), resolution=7, bbox=box)
    listed = set(
        cells_in_bbox(west=-140.2, south=31.1, east=-140.0, north=31.3, resolution=7)
    )
    assert set(frame["h3"]) == listed
    status = frame.set_index("h3")["status"]
    assert status[cell_of(**HERE, resolution=7)] == "surveyed_none_seen"
    assert (status == "never_surveyed").sum() == len(listed) - 1
    never = frame.loc[frame["status"] == "never_surveyed"]
    assert never[["density_per_km2", "low", "high"]].isna().all(axis=None)
    none_seen = frame.loc[frame["status"] == "surveyed_none_seen"].iloc[0]
    assert none_seen["high"] == pytest.approx(2.9957, abs=1e-4)


def test_categories_of_one_transect_share_its_effort():
    frame = rows(
        {"category": "plastic", "count": 3},
        {"category": "metal", "count": 2},
        {"category": "glass", "count": 1},
        effort_km2=2.0,
    )
    cell = only(cell_density(frame, resolution=6))
    assert (cell["n"], cell["effort_km2"]) == (6, 2.0)


def test_a_category_that_comes_back_is_a_further_search():
    cell = only(cell_density(rows(*[{"count": 3}] * 4, effort_km2=0.6), resolution=6))
    assert cell["n"] == 12
    assert cell["effort_km2"] == pytest.approx(2.4)


def test_size_classes_of_one_transect_share_its_effort():
    frame = rows(
        {"size_class": "macro", "count": 1}, {"size_class": "meso", "count": 4}
    )
    assert only(cell_density(frame, resolution=6))["effort_km2"] == 1.0


def test_transects_at_other_times_or_of_other_surveys_add_up():
    frame = rows(
        {"count": 1},
        {"category": "metal", "observed_at": pd.Timestamp("2026-05-02T10:00Z")},
        {"category": "glass", "survey": "S2"},
    )
    assert only(cell_density(frame, resolution=6))["effort_km2"] == 3.0


def test_rows_of_one_photo_share_its_effort_even_in_one_category():
    frame = rows(
        {"count": 1}, {"count": 1}, {"category": "metal"}, photo_sha256="ab" * 32
    )
    cell = only(cell_density(frame, resolution=6))
    assert (cell["n"], cell["effort_km2"]) == (2, 1.0)


def test_two_photos_at_one_place_and_time_are_two_searches():
    frame = rows({"photo_sha256": "a"}, {"photo_sha256": "b", "category": "metal"})
    assert only(cell_density(frame, resolution=6))["effort_km2"] == 2.0


def test_a_photo_with_two_efforts_is_refused():
    frame = rows({"effort_km2": 1.0}, {"effort_km2": 2.0}, photo_sha256="cafe" * 16)
    with pytest.raises(ObservationError, match=r"photo cafecafecafe .*\(row 1\)"):
        cell_density(frame, resolution=6)


def test_rows_without_effort_are_sightings_and_make_no_density():
    cell = only(cell_density(rows({"count": 7, "effort_km2": np.nan}), resolution=6))
    assert (cell["n"], cell["n_sightings"], cell["effort_km2"]) == (7, 7, 0.0)
    assert cell["status"] == "never_surveyed"
    assert np.isnan(cell["density_per_km2"])


def test_sightings_do_not_enter_the_density_of_their_cell():
    frame = rows({"count": 2}, {"count": 50, "effort_km2": np.nan})
    cell = only(cell_density(frame, resolution=6))
    assert (cell["n"], cell["n_sightings"]) == (2, 50)
    assert cell["density_per_km2"] == pytest.approx(2.0)


def test_no_effort_column_makes_every_row_a_sighting():
    frame = rows({"count": 7}).drop(columns="effort_km2")
    assert only(cell_density(frame, resolution=6))["n_sightings"] == 7


def test_seaweed_is_no_debris_but_its_photo_was_effort():
    frame = rows({"category": "biota", "count": 5}, {"category": "clean"})
    cell = only(cell_density(frame, resolution=6))
    assert (cell["n"], cell["status"]) == (0, "surveyed_none_seen")


def test_counting_one_category_keeps_the_effort_of_all():
    frame = rows(
        {"category": "plastic", "count": 3, "photo_sha256": "a"},
        {"category": "metal", "count": 1, "photo_sha256": "b"},
    )
    cell = only(cell_density(frame, resolution=6, categories=["plastic"]))
    assert (cell["n"], cell["effort_km2"]) == (3, 2.0)


def test_rows_flagged_fail_are_left_out_and_suspect_ones_kept():
    frame = rows(
        {"count": 1, "quality_flag": 1},
        {"count": 2, "quality_flag": 3, "category": "metal"},
        {"count": 4, "quality_flag": 4, "category": "glass", "effort_km2": 8.0},
    )
    cell = only(cell_density(frame, resolution=6))
    assert (cell["n"], cell["effort_km2"]) == (3, 1.0)


@pytest.mark.parametrize("effort", [0.0, -2.0, float("inf"), float("-inf")])
def test_zero_effort_is_refused_naming_the_row(effort):
    frame = rows({"count": 1}, {"count": 1, "effort_km2": effort})
    with pytest.raises(ObservationError, match=r"effort .* \(row 1\)"):
        cell_density(frame, resolution=6)


@pytest.mark.parametrize("count", [-1, 1.5, float("nan")])
def test_bad_count_is_refused_naming_the_row(count):
    with pytest.raises(ObservationError, match=r"count .* \(row 1\)"):
        cell_density(rows({}, {"count": count}), resolution=6)


@pytest.mark.parametrize(
    "place", [{"lat": 91.0}, {"lat": float("nan")}, {"lon": 400.0}]
)
def test_position_off_the_earth_is_refused_naming_the_row(place):
    with pytest.raises(ObservationError, match=r"outside .* \(row 2\)"):
        cell_density(rows({}, {}, place), resolution=6)


def test_missing_column_is_refused():
    with pytest.raises(ObservationError, match="lack the column count"):
        cell_density(rows({}).drop(columns="count"), resolution=6)


def test_no_rows_and_no_box_give_no_cells():
    frame = cell_density(rows({}).iloc[:0], resolution=6)
    assert frame.empty
    assert list(frame.columns) == list(DENSITY_COLUMNS)


def test_box_over_the_antimeridian_holds_both_sides_and_nothing_else():
    frame = rows(
        {"lat": 0.0, "lon": 179.9, "count": 1},
        {"lat": 0.0, "lon": -179.9, "count": 2},
        {"lat": 0.0, "lon": 0.0, "count": 4},
    )
    cells = cell_density(frame, resolution=4, bbox=Bbox(179.0, -1.0, -179.0, 1.0))
    assert cells["n"].sum() == 3
    assert cells["lon"].abs().min() > 178.0


def test_longitudes_above_180_are_brought_into_range():
    frame = rows({"lon": 219.9, "count": 1})
    assert only(cell_density(frame, resolution=6))["h3"] == cell_of(
        **HERE, resolution=6
    )


def test_too_many_cells_are_refused_with_a_way_out():
    with pytest.raises(InputError, match=r"more than 100,000; use resolution 3 "):
        cell_density(rows({}), resolution=9, bbox=Bbox(-180.0, -80.0, 180.0, 80.0))


@pytest.mark.parametrize("resolution", [-1, 16])
@pytest.mark.parametrize("bbox", [None, Bbox(0.0, 0.0, 1.0, 1.0)])
def test_resolution_that_does_not_exist_is_refused(resolution, bbox):
    with pytest.raises(InputError, match="outside 0 to 15"):
        cell_density(rows({}), resolution=resolution, bbox=bbox)


@pytest.mark.parametrize("box", [(0.0, 5.0, 1.0, 5.0), (0.0, 6.0, 1.0, 5.0)])
def test_empty_box_is_refused(box):
    with pytest.raises(InputError, match="empty"):
        cell_density(rows({}), resolution=5, bbox=box)


def test_suggested_resolution_keeps_the_cells_below_the_limit():
    for box in (
        Bbox(-140, 30, -139, 31),
        Bbox(-160, 20, -120, 45),
        Bbox(170, 0, -170, 9),
    ):
        resolution = suggest_resolution(box)
        n = len(cell_density(rows({}), resolution=resolution, bbox=box))
        assert n <= 5_500  # cells of a resolution differ in size by up to a third


def test_rows_in_a_cell_are_those_counted_in_it():
    frame = rows({"count": 2}, {"count": 3}, {"count": 5, "lat": 20.0})
    inside = rows_in_cell(frame, cell_of(**HERE, resolution=6))
    assert inside["count"].tolist() == [2, 3]


@pytest.mark.parametrize("name", ["", "zz", "863642d6ffffffff" * 3])
def test_a_cell_that_does_not_exist_is_refused(name):
    with pytest.raises(InputError, match="is not an H3 cell"):
        rows_in_cell(rows({}), name)


observation_rows = st.lists(
    st.fixed_dictionaries(
        {
            "lat": st.floats(-80.0, 80.0),
            "lon": st.floats(-180.0, 179.9),
            "count": st.integers(0, 500),
            "effort_km2": st.one_of(st.just(np.nan), st.floats(0.01, 50.0)),
            "category": st.sampled_from(["plastic", "metal", "clean", "fishing_gear"]),
            "photo_sha256": st.sampled_from(["", ""]),
            "survey": st.sampled_from(["A", "B"]),
        }
    ),
    min_size=1,
    max_size=25,
)


@given(records=observation_rows)
@settings(max_examples=30, deadline=None)
def test_density_integrates_to_the_count(records):
    frame = rows(*records)
    cells = cell_density(frame, resolution=3)
    counted = frame.loc[(frame["category"] != "clean") & frame["effort_km2"].notna()]
    integral = (cells["density_per_km2"] * cells["effort_km2"]).sum()
    assert integral == pytest.approx(counted["count"].sum())


@given(records=observation_rows, data=st.data())
@settings(max_examples=30, deadline=None)
def test_order_and_labels_of_rows_change_nothing(records, data):
    frame = rows(*records)
    order = data.draw(st.permutations(range(len(frame))))
    shuffled = frame.iloc[order].set_axis([f"r{i}" for i in order])
    pd.testing.assert_frame_equal(
        cell_density(frame, resolution=4), cell_density(shuffled, resolution=4)
    )


def test_a_hundred_thousand_rows_take_less_than_a_second():
    rng = np.random.default_rng(4)
    n = 100_000
    frame = pd.DataFrame(
        {
            "lat": rng.uniform(20, 40, n),
            "lon": rng.uniform(-160, -130, n),
            "observed_at": pd.Timestamp("2026-01-01T00:00Z")
            + pd.to_timedelta(rng.integers(0, 10_000, n), unit="min"),
            "category": rng.choice(["plastic", "metal", "clean"], n),
            "count": rng.poisson(0.4, n),
            "effort_km2": rng.uniform(0.01, 0.2, n),
            "survey": rng.choice(["A", "B"], n),
            "photo_sha256": "",
        }
    )
    started = time.process_time()
    cells = cell_density(frame, resolution=4)
    assert time.process_time() - started < 2.0  # twice the target, for slow machines
    assert cells["n"].sum() == frame.loc[frame["category"] != "clean", "count"].sum()
