"""Rules of checking a table of observations."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ObservationError
from core.geo import cell_of
from core.observations import (
    OBSERVATION_COLUMNS,
    OBSERVATION_DTYPES,
    QualityFlag,
    empty_observations,
    make_observations,
)
from tests.strategies import raw_observations

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GOOD = {
    "lat": 30.0,
    "lon": -140.0,
    "observed_at": "2026-06-01T10:00:00Z",
    "category": "plastic",
    "count": 3,
}


def check(*records, **changes):
    """Check records made of the good one and what differs."""
    rows = [{**GOOD, **record} for record in records] or [{**GOOD, **changes}]
    return make_observations(pd.DataFrame(rows), now=NOW)


def only_reason(**changes):
    checked = check(**changes)
    assert len(checked.accepted) == 0
    assert len(checked.rejected) == 1
    return checked.rejected[0]


def test_a_good_record_gets_an_id_a_cell_and_flag_good():
    checked = check()
    row = checked.accepted.iloc[0]
    assert list(checked.accepted.columns) == list(OBSERVATION_COLUMNS)
    assert {k: str(v) for k, v in checked.accepted.dtypes.items()} == OBSERVATION_DTYPES
    assert row["h3"] == cell_of(lat=30.0, lon=-140.0, resolution=9)
    assert len(row["observation_id"]) == 32
    assert row["quality_flag"] == QualityFlag.GOOD
    assert row["source"] == "table"
    assert np.isnan(row["mass_kg"])
    assert np.isnan(row["effort_km2"])


def test_an_empty_frame_has_the_right_types():
    checked = make_observations(pd.DataFrame(columns=list(GOOD)))
    assert {k: str(v) for k, v in checked.accepted.dtypes.items()} == OBSERVATION_DTYPES
    pd.testing.assert_frame_equal(checked.accepted, empty_observations())


def test_missing_column_is_named():
    with pytest.raises(ObservationError, match="missing column count"):
        make_observations(pd.DataFrame([GOOD]).drop(columns="count"))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("lat", 95.0, "outside"),
        ("lat", float("nan"), "missing"),
        ("lat", float("inf"), "infinite"),
        ("lat", "abc", "not a number"),
        ("lon", 361.0, "outside"),
        ("lon", "", "missing"),
        ("observed_at", "03/04/2026", "ISO 8601"),
        ("observed_at", "2026", "ISO 8601"),
        ("observed_at", "2026-02-30", "ISO 8601"),
        ("observed_at", "", "missing"),
        ("category", "unicorn", "unknown category"),
        ("category", "", "missing"),
        ("count", -1, "negative"),
        ("count", 1.5, "whole"),
        ("count", float("inf"), "infinite"),
        ("count", None, "missing"),
        ("count", 10**12, "above"),
        ("mass_kg", -0.1, "negative"),
        ("mass_kg", "inf", "infinite"),
        ("effort_km2", 0.0, "not above 0"),
        ("effort_km2", "-inf", "not above 0"),
        ("quality_flag", 7, "quality flag"),
        ("survey", "a\nb", "control"),
        ("survey", "x" * 201, "longer"),
        ("source", "rumour", "source"),
        ("confidence", 1.2, "outside"),
        ("simulated", "maybe", "true or false"),
    ],
)
def test_impossible_values_are_refused_with_field_and_reason(field, value, words):
    checked = check(**{field: value})
    assert len(checked.accepted) == 0
    reasons = [r for r in checked.rejected if r.field == field]
    assert reasons
    assert any(words in r.reason for r in reasons)
    assert {r.row for r in checked.rejected} == {1}


def test_a_bad_record_never_loses_the_others():
    checked = check({}, {"lat": 95}, {"count": 4}, {"count": -2, "lat": "x"})
    assert checked.accepted["count"].tolist() == [3, 4]
    assert checked.n_rejected == 2
    assert sorted({r.row for r in checked.rejected}) == [2, 4]
    assert len(checked.rejected) == 3


def test_swapped_position_is_suspected_in_words():
    # As published in the mega-plastic rows of the garbage-patch table.
    assert "swapped" in only_reason(lat=-141.2, lon=33.5).reason


def test_unknown_category_names_the_nearest_and_the_list():
    reason = only_reason(category="Rope").reason
    assert "nearest: fishing_gear" in reason
    assert "paper_cardboard" in reason


def test_clean_with_items_is_a_contradiction():
    assert "nothing was seen" in only_reason(category="clean").reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lat": 0.0004, "lon": 0.0001}, "0, 0"),
        ({"lat": 47.0, "lon": 8.0}, "on land"),
        ({"observed_at": "2030-01-01T00:00:00Z"}, "future"),
        ({"observed_at": "1700-01-01T00:00:00Z"}, "before 1900"),
        ({"effort_km2": 5e5}, "m2"),
        ({"count": 0, "mass_kg": 2.0}, "without an item"),
    ],
)
def test_doubtful_records_are_kept_and_marked_suspect(changes, words):
    checked = check(**changes)
    assert checked.accepted["quality_flag"].tolist() == [QualityFlag.SUSPECT]
    assert words in checked.doubts[0].reason
    assert checked.flags["quality_3"] == 1


@pytest.mark.parametrize("flag", [4, 9])
def test_a_worse_flag_of_the_source_is_kept(flag):
    checked = check(lat=47.0, lon=8.0, quality_flag=flag)
    assert checked.accepted["quality_flag"].tolist() == [flag]


def test_notation_is_read_and_counted():
    checked = check(
        count="1,816",
        lon=220.0,
        observed_at="2026-06-01 10:00",
        category=" Fishing gear",
    )
    row = checked.accepted.iloc[0]
    assert (row["count"], row["lon"], row["category"]) == (1816, -140.0, "fishing_gear")
    assert row["observed_at"] == pd.Timestamp("2026-06-01T10:00Z")
    assert checked.notes == {
        "thousands_commas": 1,
        "longitude_0_to_360": 1,
        "time_without_offset_read_as_utc": 1,
        "category_spelling": 1,
    }


def test_offsets_are_turned_into_utc():
    checked = check(observed_at="2026-06-01T12:00:00+02:00")
    assert checked.accepted["observed_at"][0] == pd.Timestamp("2026-06-01T10:00Z")
    assert checked.notes == {}


def test_longitude_180_has_one_name():
    checked = check({"lon": 180.0}, {"lon": -180.0})
    assert checked.accepted["lon"].tolist() == [-180.0]
    assert checked.duplicates == 1


def test_zero_without_effort_is_kept_and_noted():
    checked = check(count=0)
    assert len(checked.accepted) == 1
    assert checked.notes == {"zero_without_effort": 1}


def test_equal_records_are_kept_once_and_reported():
    checked = check({}, {"count": 9}, {})
    assert len(checked.accepted) == 2
    assert checked.duplicates == 1
    assert checked.repeated[0].row == 3
    assert "equal to row 1" in checked.repeated[0].reason


def test_replicate_tows_are_kept_apart_by_the_replicate_column():
    checked = check({"replicate": "1"}, {"replicate": "2"}, {"replicate": "2"})
    assert len(checked.accepted) == 2
    assert checked.duplicates == 1


def test_an_edited_record_does_not_keep_its_old_id():
    before = check(replicate="7").accepted
    kept = check(observation_id=before["observation_id"][0]).accepted
    edited = check(observation_id=before["observation_id"][0], count=4).accepted
    assert kept["observation_id"][0] == before["observation_id"][0]
    assert edited["observation_id"][0] != before["observation_id"][0]


def test_hostile_names_stay_text():
    name = "../../etc/passwd'); DROP TABLE observation;-- =cmd|' /C calc'!A0 \u202e"
    refused = check(survey=name)
    assert len(refused.accepted) == 0  # the direction override is a control character
    fine = check(survey=name[:-2])
    assert fine.accepted["survey"][0] == name[:-2]


def test_a_reason_shows_a_long_value_cut_and_on_one_line():
    rejection = check(survey="a\n" * 500).rejected[0]
    assert len(rejection.value) <= 80
    assert "\n" not in rejection.value


@settings(max_examples=40, deadline=None)
@given(raw_observations(), st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_row_order(frame, random):
    order = list(range(len(frame)))
    random.shuffle(order)
    first = make_observations(frame, now=NOW).accepted
    second = make_observations(frame.iloc[order], now=NOW).accepted
    key = ["observation_id"]
    pd.testing.assert_frame_equal(
        first.sort_values(key, ignore_index=True),
        second.sort_values(key, ignore_index=True),
    )


@settings(max_examples=40, deadline=None)
@given(raw_observations())
def test_checking_twice_changes_nothing(frame):
    once = make_observations(frame, now=NOW).accepted
    twice = make_observations(once, now=NOW)
    pd.testing.assert_frame_equal(once, twice.accepted)
    assert twice.rejected == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*GOOD, "mass_kg", "survey", "simulated", "quality_flag"]),
            st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.none()),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_rubbish_is_sorted_into_accepted_rejected_or_repeated(records):
    frame = pd.DataFrame([{**GOOD, **record} for record in records], dtype="object")
    checked = make_observations(frame, now=NOW)
    total = len(checked.accepted) + checked.n_rejected + checked.duplicates
    assert total == checked.n_rows == len(records)
