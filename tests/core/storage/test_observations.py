"""Rules of keeping observation frames."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import StorageError
from core.observations import empty_observations, make_observations
from core.storage import AddResult, open_store
from tests.strategies import raw_observations


def test_what_was_added_is_read_back_the_same(store, frame):
    assert store.observations.add(frame) == AddResult(3, 0)
    pd.testing.assert_frame_equal(store.observations.frame(), frame)


def test_adding_twice_writes_nothing_new(store, frame):
    store.observations.add(frame)
    assert store.observations.add(frame) == AddResult(0, 3)
    assert store.observations.count() == 3


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(raw=raw_observations())
def test_storing_is_the_identity(tmp_path_factory, raw):
    accepted = make_observations(raw).accepted
    folder = tmp_path_factory.mktemp("store")
    with open_store(f"sqlite:///{folder / 'g.db'}") as store:
        store.observations.add(accepted)
        expected = accepted.sort_values(
            ["observed_at", "observation_id"], ignore_index=True
        )
        pd.testing.assert_frame_equal(store.observations.frame(), expected)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"survey": "south"}, ["glass", "clean"]),
        ({"survey": ["north", "south"]}, ["plastic", "glass", "clean"]),
        ({"survey": []}, []),
        ({"categories": ["glass", "plastic"]}, ["plastic", "glass"]),
        ({"since": datetime(2026, 6, 2, tzinfo=UTC)}, ["glass", "clean"]),
        ({"until": datetime(2026, 6, 2, tzinfo=UTC)}, ["plastic"]),
        ({"bbox": (-160.0, 0.0, -100.0, 30.5)}, ["plastic"]),
        ({"bbox": (170.0, 0.0, -145.0, 40.0)}, ["glass", "clean"]),
    ],
)
def test_filters(store, frame, filters, expected):
    store.observations.add(frame)
    assert store.observations.frame(**filters)["category"].tolist() == expected


def test_naive_filter_times_are_refused(store):
    with pytest.raises(StorageError, match="without a zone"):
        store.observations.frame(since=datetime(2026, 6, 2))


def test_rows_stored_after_a_moment_are_told_apart(store, frame):
    before = datetime.now(UTC)
    assert store.observations.stored_since(before).empty
    store.observations.add(frame)
    found = store.observations.stored_since(before)
    assert (found["ingested_at"] > before).all()
    pd.testing.assert_frame_equal(found.drop(columns="ingested_at"), frame)
    assert store.observations.stored_since(datetime.now(UTC)).empty
    with pytest.raises(StorageError, match="time without a zone"):
        store.observations.stored_since(datetime(2026, 5, 1))


def test_an_empty_store_gives_an_empty_frame_with_types(store):
    pd.testing.assert_frame_equal(store.observations.frame(), empty_observations())
    assert store.observations.add(empty_observations()) == AddResult(0, 0)


def test_a_frame_without_its_columns_is_refused(store, frame):
    with pytest.raises(StorageError, match="lacks h3"):
        store.observations.add(frame.drop(columns="h3"))


def photo_frame(category):
    raw = pd.DataFrame(
        {
            "lat": [30.0],
            "lon": [-140.0],
            "observed_at": ["2026-06-01"],
            "category": [category],
            "count": [0 if category == "clean" else 1],
            "source": ["photo"],
            "photo_sha256": ["ab" * 32],
            "model": ["m@1"],
        }
    )
    return make_observations(raw).accepted


def test_a_correction_supersedes_and_its_undoing_restores(store):
    first, second = photo_frame("plastic"), photo_frame("wood")
    store.observations.add(first)
    store.observations.replace_for_photo("ab" * 32, second)
    assert store.observations.frame()["category"].tolist() == ["wood"]
    assert len(store.observations.frame(include_superseded=True)) == 2
    old = next(
        r for r in store.observations.for_photo("ab" * 32) if r["category"] == "plastic"
    )
    assert old["superseded_by"] == second["observation_id"][0]
    store.observations.replace_for_photo("ab" * 32, first)
    assert store.observations.frame()["category"].tolist() == ["plastic"]


def test_a_row_of_another_photo_is_refused(store):
    with pytest.raises(StorageError, match="another photo"):
        store.observations.replace_for_photo("cd" * 32, photo_frame("wood"))


def test_summary_counts_rows_and_items_per_survey(store, frame):
    store.observations.add(frame)
    rows = {row["survey"]: row for row in store.observations.summary()}
    assert (rows["south"]["rows"], rows["south"]["items"]) == (2, 1)
    assert rows["north"]["first_at"] == datetime(2026, 6, 1, tzinfo=UTC)
