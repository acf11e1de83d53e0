"""Rules of how records are accounted for, whatever the profile."""

import numpy as np
import pandas as pd
import pytest

from core.observations import QualityFlag
from core.observations.frame import Rejection
from core.observations.importers.base import ImportContext, RawTable
from core.observations.importers.profiles import DATASET_PROFILES
from core.observations.importers.profiles._headings import find_heading
from core.observations.importers.profiles._reading import Reading, record_hashes
from tests.core.observations.importers.profiles.made_up import (
    NOW,
    published,
    table,
)

PLACE = {"lat": 30.0, "lon": -140.0, "observed_at": "2020-05-01"}
WHAT = {"quantity": "items_per_km2", "medium": "sea_surface"}


def reading(*rows, **changes):
    raw = table(rows)
    raw = RawTable(
        **{**{name: getattr(raw, name) for name in raw.__dataclass_fields__}, **changes}
    )
    return Reading(raw, ImportContext(now=NOW))


def add(into, index, **columns):
    into.add_measurements(np.array(index), **PLACE, **WHAT, **columns)


def test_every_record_is_accepted_refused_or_a_repeat():
    into = reading({"a": 1}, {"a": 2}, {"a": 3}, {"a": 4})
    add(into, [0, 1, 2], value=[1.0, 1.0, -1.0])
    done = into.finish("x")
    assert (done.n_rows, done.n_accepted) == (4, 1)
    assert {fault.row for fault in done.rejected} == {3, 4}
    assert [fault.row for fault in done.repeated] == [2]
    assert "nothing was measured" in done.rejected[-1].reason


def test_a_record_with_one_good_row_is_kept_and_the_bad_row_told_as_a_doubt():
    into = reading({"a": 1})
    add(into, [0, 0], value=[1.0, -1.0], item_code=["G1", "G3"])
    done = into.finish("x")
    assert done.rejected == ()
    assert len(done.measurements) == 1
    assert done.doubts[0].reason == "left out: value is negative"


def test_a_doubt_flags_and_notes_every_row_of_its_record_only():
    into = reading({"a": "?"}, {"a": 1})
    into.doubt(np.array([True, False]), "a", ["?", "1"], "unclear")
    add(into, [0, 0, 1], value=[1.0, 2.0, 3.0])
    done = into.finish("x")
    assert done.measurements["quality_flag"].tolist() == [3, 3, 1]
    assert done.measurements["note"].tolist() == ["unclear", "unclear", ""]


def test_a_reading_notes_a_record_and_leaves_its_flag():
    into = reading({"a": "EL"})
    into.read_as(np.array([True]), "a", ["EL"], "read as GR")
    add(into, [0], value=[1.0])
    done = into.finish("x")
    assert done.measurements["quality_flag"].item() == QualityFlag.GOOD
    assert done.measurements["note"].item() == "read as GR"
    assert done.doubts == (Rejection(1, "a", "EL", "read as GR"),)


def test_the_worse_of_two_flags_counts():
    into = reading({"a": 1}, {"a": 2})
    into.doubt(np.array([True, False]), "a", ["1", "2"], "unclear")
    add(into, [0, 1], value=[1.0, 2.0], quality_flag=[2, 4])
    assert into.finish("x").measurements["quality_flag"].tolist() == [3, 4]


def test_a_refused_record_gives_no_row_of_any_kind():
    into = reading({"a": 1})
    add(into, [0], value=[1.0])
    into.add_events(np.array([0]), lat=1.0, lon=1.0, started_at="2020", medium="shore")
    into.keep_table("specimens", pd.DataFrame({"x": [1]}))
    into.refuse(np.array([True]), "a", ["1"], "no")
    done = into.finish("x")
    assert done.n_rejected == done.n_rows == 1
    assert len(done.measurements) == len(done.events) == 0
    assert done.tables["specimens"].empty


def test_a_table_of_details_does_not_keep_a_record_that_gave_nothing():
    into = reading({"a": 1}, {"a": 2})
    into.keep_table("details", pd.DataFrame({"x": [1, 2]}), aside=True)
    add(into, [1], value=[1.0])
    done = into.finish("x")
    assert done.n_rejected == 1
    assert done.tables["details"]["source_row"].tolist() == [2]


def test_what_the_reader_of_the_format_refused_counts_as_rows():
    ragged = (Rejection(2, "", "1,2", "2 fields, expected 1"),)
    into = reading({"a": 1}, refused=ragged)
    add(into, [0], value=[1.0])
    done = into.finish("x")
    assert (done.n_rows, done.n_rejected, done.n_accepted) == (2, 1, 1)


def test_a_number_that_is_none_refuses_if_required_and_is_a_doubt_otherwise():
    into = reading({"a": "many", "b": "few"}, {"a": "1", "b": "1e16"})
    assert np.isnan(into.numbers("a", required=True)[0])
    assert np.isnan(into.numbers("b")).all()
    add(into, [0, 1], value=[1.0, 2.0])
    done = into.finish("x")
    assert [fault.row for fault in done.rejected] == [1]
    assert done.doubts[0] == Rejection(2, "b", "1e16", "not a finite number; left out")


def test_equal_records_have_equal_hashes_and_a_row_number_does_not_count():
    frame = pd.DataFrame({"#": ["1", "2", "3"], "a": ["x", "x", "y"]})
    first, second, third = record_hashes(frame, without=("#",))
    assert first == second != third


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Sampling.Method", "Sampling Method"),
        ("sampling_method", "Sampling Method"),
        ("Total.Wieght..g..km.2", "Total Wieght g km 2"),
    ],
)
def test_a_heading_is_found_whatever_a_tool_did_to_its_blanks(heading, name):
    assert find_heading([heading, "x"], name) == heading


def test_headings_that_differ_by_case_only_are_told_apart():
    both = ["Micro", "micro"]
    assert [find_heading(both, name) for name in both] == both
    assert find_heading(both, "MICRO") is None


def test_every_profile_has_its_own_name_and_refuses_a_foreign_table():
    names = [profile.name for profile in DATASET_PROFILES]
    assert len(set(names)) == len(names)
    foreign = table([{"lat": 1, "lon": 2, "count": 3}])
    assert {profile.match([foreign]).score for profile in DATASET_PROFILES} == {0.0}


def test_a_near_match_names_what_it_lacks():
    for profile in DATASET_PROFILES:
        required = getattr(profile, "required", ())
        if len(required) < 4:
            continue
        near = table([dict.fromkeys(required[1:], "1")])
        match = profile.match([near])
        assert 0 < match.score < 1, profile.name
        assert match.lacks == required[:1], profile.name


def test_a_published_file_read_twice_gives_the_same_ids():
    first = published("gpgp2015_2016_stations.csv.gz")
    published.cache_clear()
    again = published("gpgp2015_2016_stations.csv.gz")
    assert first.events["event_id"].tolist() == again.events["event_id"].tolist()
