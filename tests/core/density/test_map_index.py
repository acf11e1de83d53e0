"""The index against the frame functions, which count the same records row by row."""

from datetime import UTC, datetime

import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density import (
    Bbox,
    cell_density,
    expected_mass,
    poisson_interval,
    rows_in_cell,
    total_mass,
)
from core.density.map_filter import MapFilter
from core.density.map_index import INDEX_COLUMNS, MAP_COLUMNS, MapIndex
from core.density.places import cell_box, in_box
from core.errors import InputError, ObservationError
from core.geo import cell_of
from core.observations import make_observations
from tests.strategies import raw_observations

MASSES = ["area_km2", "mass_kg", "mass_low_kg", "mass_high_kg", "main_category"]


def columns_of(frame):
    """Columns as the store returns them."""
    columns = {name: frame[name].to_numpy() for name in INDEX_COLUMNS}
    columns["observed_at"] = (
        frame["observed_at"].dt.tz_localize(None).to_numpy("datetime64[us]")
    )
    columns["h3"] = np.array([int(x, 16) for x in frame["h3"]], dtype=np.uint64)
    for name in ("survey", "category", "size_class", "photo_sha256", "source"):
        columns[name] = frame[name].to_numpy(dtype=object)
    return columns


def index_of(frame):
    return MapIndex(columns_of(frame))


@st.composite
def close_observations(draw):
    """Few places and times, so that searches share cells and rows share searches."""
    frame = draw(raw_observations(max_rows=10))
    n = len(frame)

    def pick(values):
        return [draw(st.sampled_from(values)) for _ in range(n)]

    frame["lat"] = pick([10.0, 10.001, 10.4])
    frame["lon"] = pick([179.9999, -179.9999, 179.5])
    frame["observed_at"] = pick(["2020-01-01T00:00Z", "2020-06-01T00:00Z"])
    frame["effort_km2"] = pick([None, 0.5, 2.0])
    frame["survey"] = pick(["", "A", "B"])
    photo = pick(["", "", "ab" * 32])
    efforts = pd.Series(frame["effort_km2"].tolist())
    frame["photo_sha256"] = photo
    frame["effort_km2"] = efforts.mask(frame["photo_sha256"] != "", 0.7).tolist()
    checked = make_observations(frame)
    assert not checked.rejected
    return checked.accepted


filters = st.builds(
    MapFilter,
    surveys=st.lists(st.sampled_from(["A", "B", "no such"]), max_size=2).map(tuple),
    categories=st.lists(
        st.sampled_from(["plastic", "metal", "clean", "wood"]), max_size=2
    ).map(tuple),
    start=st.sampled_from([None, datetime(2020, 3, 1, tzinfo=UTC)]),
    end=st.sampled_from([None, datetime(2020, 6, 2, tzinfo=UTC)]),
    bbox=st.sampled_from([None, Bbox(179.0, 9.0, -179.99995, 10.2)]),
)


def kept_rows(frame, chosen):
    """Rows that survive a filter of surveys and time."""
    if chosen.surveys:
        frame = frame.loc[frame["survey"].isin(chosen.surveys)]
    if chosen.start:
        frame = frame.loc[frame["observed_at"] >= chosen.start]
    if chosen.end:
        frame = frame.loc[frame["observed_at"] < chosen.end]
    if chosen.bbox:
        inside = (frame["lon"] >= 179.0) | (frame["lon"] <= -179.99995)
        frame = frame.loc[inside & frame["lat"].between(9.0, 10.2)]
    return frame


def assert_same_map(frame, chosen, resolution):
    index, rows = index_of(frame), kept_rows(frame, chosen)
    options = {
        "resolution": resolution,
        "categories": list(chosen.categories) or None,
    }
    cells = index.cells(chosen, resolution=resolution)
    assert tuple(cells.columns) == MAP_COLUMNS
    pd.testing.assert_frame_equal(
        cells.drop(columns=MASSES), cell_density(rows, **options), rtol=1e-12
    )
    searched = cells.loc[cells["effort_km2"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        searched[["h3", *MASSES]],
        expected_mass(rows, **options)[["h3", *MASSES]],
        check_dtype=False,
        rtol=1e-12,
    )
    assert cells.loc[cells["effort_km2"] == 0, MASSES[:4]].isna().all(axis=None)
    mass, expected = (
        index.totals(chosen, resolution=resolution).mass,
        total_mass(rows, **options),
    )
    assert mass[:5] == pytest.approx(expected[:5], rel=1e-12)
    assert mass.shares == pytest.approx(expected.shares, rel=1e-12)


@given(raw_observations(), st.integers(0, 9))
@settings(max_examples=12, deadline=None)
def test_any_records_give_the_map_of_the_frame_functions(raw, resolution):
    assert_same_map(make_observations(raw).accepted, MapFilter(), resolution)


@given(close_observations(), filters, st.sampled_from([3, 6, 8]))
@settings(max_examples=15, deadline=None)
def test_any_filter_gives_the_map_of_the_filtered_frame(frame, chosen, resolution):
    assert_same_map(frame, chosen, resolution)


@given(close_observations(), filters)
@settings(max_examples=10, deadline=None)
def test_a_part_of_the_map_is_that_part_of_the_whole(frame, chosen):
    index, box = index_of(frame), Bbox(179.0, 10.1, -179.0, 11.0)
    # The box holds every place of the cells in it; one that cuts a cell cuts its sum.
    part = index.cells(chosen, resolution=6, within=box)
    whole = index.cells(chosen, resolution=6).set_index("h3")
    pd.testing.assert_frame_equal(part.set_index("h3"), whole.loc[part["h3"]])


@given(close_observations(), filters, st.sampled_from([2, 6, 9]))
@settings(max_examples=10, deadline=None)
def test_a_single_cell_is_the_row_of_the_map(frame, chosen, resolution):
    index = index_of(frame)
    cells = index.cells(chosen, resolution=resolution)
    for number, name in enumerate(cells["h3"]):
        row = cells.iloc[[number]].reset_index(drop=True)
        pd.testing.assert_frame_equal(index.cell(chosen, name), row)
        sources, frame_rows = (
            index.sources(chosen, name),
            kept_rows(index_rows(frame), chosen),
        )
        here = rows_in_cell(frame_rows, name)
        if chosen.categories:
            here = here.loc[here["category"].isin(chosen.categories)]
        assert sources["items"].sum() == here["count"].sum()
        assert sources["records"].sum() == len(here)
        assert sources["items"].is_monotonic_decreasing


def index_rows(frame):
    """Rows that an index holds."""
    return frame.loc[~frame["quality_flag"].isin([4, 9])]


def few(**changes):
    """Three transects of two surveys, the last without effort."""
    raw = {
        "lat": [10.0, 10.0, 20.0],
        "lon": [-140.0, -140.0, -150.0],
        "observed_at": ["2020-01-01T00:00Z", "2020-01-11T00:00Z", "2020-01-21T00:00Z"],
        "category": ["plastic", "metal", "plastic"],
        "count": [10, 0, 4],
        "effort_km2": [1.0, 9.0, None],
        "survey": ["A", "A", "B"],
        "size_class": ["macro", "meso", ""],
    }
    return make_observations(pd.DataFrame(raw | changes)).accepted


def test_counts_and_effort_are_pooled_before_they_are_divided():
    # 10 in 1 km2 and 0 in 9 km2: the mean of the two densities would be 5.
    cell = index_of(few()).cells(MapFilter(surveys=("A",)), resolution=5).iloc[0]
    assert (cell["n"], cell["density_per_km2"]) == (10, 1.0)


def test_a_size_class_chooses_what_is_counted_and_keeps_the_effort():
    totals = index_of(few()).totals(MapFilter(size_classes=("meso",)), resolution=5)
    assert (totals.n_items, totals.effort_km2) == (0, 10.0)
    assert totals.high == pytest.approx(poisson_interval(0, 10.0)[2])


def test_totals_hold_rate_and_sightings():
    totals = index_of(few()).totals(resolution=5)
    assert (totals.n_items, totals.n_sightings, totals.effort_km2) == (10, 4, 10.0)
    assert (totals.rate, totals.low, totals.high) == pytest.approx(
        poisson_interval(10, 10.0)
    )
    assert not totals.simulated
    assert not totals.from_photos


def test_overview_is_cells_and_totals():
    index = index_of(few())
    cells, totals = index.overview(resolution=4)
    pd.testing.assert_frame_equal(cells, index.cells(resolution=4))
    assert totals == index.totals(resolution=4)


def test_records_flagged_fail_or_missing_are_left_out():
    index = index_of(few(quality_flag=[4, 9, 3]))
    assert len(index) == 1
    assert index.surveys == ("B",)


def test_the_timeline_adds_up_and_ends_with_the_last_record():
    index = index_of(few())
    line = index.timeline(bins=3)
    assert line["n"].tolist() == [10, 0, 0]
    assert line["n_sightings"].tolist() == [0, 0, 4]
    assert line["effort_km2"].tolist() == [1.0, 9.0, 0.0]
    assert line["start"].iloc[0] == pd.Timestamp("2020-01-01T00:00Z")
    assert line["end"].iloc[-1] > pd.Timestamp("2020-01-21T00:00Z")
    assert (line["start"].iloc[1:].to_numpy() == line["end"].iloc[:-1].to_numpy()).all()


def test_the_timeline_of_nothing_is_empty():
    assert index_of(few()).timeline(MapFilter(surveys=("no such",))).empty


@given(close_observations(), filters, st.integers(1, 9))
@settings(max_examples=10, deadline=None)
def test_a_timeline_loses_no_item_and_no_effort(frame, chosen, bins):
    index = index_of(frame)
    line, totals = index.timeline(chosen, bins=bins), index.totals(chosen, resolution=2)
    assert line["n"].sum() == totals.n_items
    assert line["n_sightings"].sum() == totals.n_sightings
    assert line["effort_km2"].sum() == pytest.approx(totals.effort_km2)


def test_a_sample_is_capped_and_says_of_how_many():
    index = index_of(few())
    whole, part = index.sample(), index.sample(n=1, seed=3)
    assert whole.n_records == part.n_records == 2  # a count of zero is no point
    assert sorted(whole.points["count"]) == [4, 10]
    assert len(part.points) == 1
    pd.testing.assert_frame_equal(part.points, index.sample(n=1, seed=3).points)
    assert whole.points.sort_values("count")["with_effort"].tolist() == [False, True]


def test_what_occurs_can_be_listed():
    index = index_of(few())
    assert index.surveys == ("A", "B")
    assert index.categories == ("metal", "plastic")
    assert index.size_classes == ("macro", "meso")
    assert index.span == (
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2020, 1, 21, tzinfo=UTC),
    )
    assert index.bounds == Bbox(-150.0, 10.0, -140.0, 20.0)


def test_a_box_across_180_degrees_is_the_short_one():
    bounds = index_of(few(lon=[179.0, 179.5, -178.0])).bounds
    assert bounds == Bbox(179.0, 10.0, -178.0, 20.0)


def test_the_sources_of_a_cell_name_survey_photos_and_times():
    frame = few(photo_sha256=["ab" * 32, "ab" * 32, ""], effort_km2=[1.0, 1.0, None])
    index = index_of(frame)
    cell = cell_of(lat=10.0, lon=-140.0, resolution=4)
    sources = index.sources(MapFilter(), cell)
    assert sources["category"].tolist() == ["plastic", "metal"]
    assert sources["photos"].tolist() == [1, 1]
    assert sources["last"].max() == pd.Timestamp("2020-01-11T00:00Z")


@pytest.mark.parametrize("cell", ["", "no cell", "8" * 40])
def test_what_is_no_cell_has_no_sources(cell):
    with pytest.raises(InputError, match="is not an H3 cell"):
        index_of(few()).sources(MapFilter(), cell)


@pytest.mark.parametrize("lat", [89.99, -89.99, 0.0])
@pytest.mark.parametrize("lon", [0.0, 179.99])
def test_a_cell_s_box_holds_the_cell(lat, lon):
    for resolution in range(0, 10, 3):
        cell = cell_of(lat=lat, lon=lon, resolution=resolution)
        box = cell_box(cell)
        edge = np.array(h3_str.cell_to_boundary(cell))
        middle = np.array(h3_str.cell_to_latlng(cell))
        inner = np.vstack([edge, middle, [[lat, lon]]])
        assert in_box(inner[:, 0], inner[:, 1], box).all()


def test_an_empty_index_answers_with_nothing():
    index = index_of(few().iloc[:0])
    assert index.span is None
    assert index.bounds is None
    cells, totals = index.overview(resolution=5)
    assert cells.empty
    assert tuple(cells.columns) == MAP_COLUMNS
    assert (totals.n_items, totals.effort_km2, totals.mass.mass_kg) == (0, 0.0, 0.0)
    assert index.timeline().empty
    assert index.sample().points.empty


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lat", 91.0, r"lat 91 outside \[-90, 90\] \(row 1\)"),
        ("lon", np.nan, r"lon nan outside .* \(row 1\)"),
        ("count", -1, r"count -1 is not a whole number .* \(row 1\)"),
        ("effort_km2", 0.0, r"effort 0 km2 is not greater than 0 \(row 1\)"),
    ],
)
def test_a_bad_number_is_refused_with_its_row(name, value, message):
    columns = columns_of(few())
    columns[name] = columns[name].copy()
    columns[name][1] = value
    with pytest.raises(ObservationError, match=message):
        MapIndex(columns)


def test_a_missing_column_is_refused():
    columns = columns_of(few())
    del columns["h3"], columns["source"]
    with pytest.raises(ObservationError, match="lack the column h3, source"):
        MapIndex(columns)


@pytest.mark.parametrize(
    "options",
    [
        {"start": datetime(2020, 1, 1)},
        {
            "start": datetime(2020, 1, 2, tzinfo=UTC),
            "end": datetime(2020, 1, 2, tzinfo=UTC),
        },
        {"bbox": Bbox(0.0, 5.0, 1.0, 5.0)},
        {"bbox": Bbox(0.0, np.nan, 1.0, 5.0)},
    ],
)
def test_a_filter_of_nothing_is_refused(options):
    with pytest.raises(InputError):
        MapFilter(**options)


def test_a_filter_is_the_same_in_any_order():
    assert MapFilter(surveys=("B", "A")) == MapFilter(surveys=("A", "B", "B"))


def test_an_unknown_resolution_is_refused():
    with pytest.raises(InputError, match="H3 resolution 16 outside"):
        index_of(few()).cells(resolution=16)
