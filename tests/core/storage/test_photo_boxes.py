"""Rules of boxes, blind reviews and features: kept, undone, backed up, upgraded."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import NotFoundError, StorageError
from core.storage import migrations as versions
from core.storage import open_store, restore_backup, write_backup
from tests.core.storage.test_repositories import photo

A, B = "a" * 64, "b" * 64
BOX = {"category": "plastic", "bbox": [10.0, 20.0, 30.5, 40.0], "score": 0.9}
FINITE = {"allow_nan": False, "allow_infinity": False}
DRAWN = {"category": "metal", "bbox": [0.0, 0.0, 5.0, 5.0]}


@pytest.fixture
def held(store):
    """A store with two photos of one survey."""
    store.surveys.add("north")
    store.photos.add(photo(sha256=A), photo(sha256=B))
    return store


def migrated(store, revision, move):
    with store._database.write() as connection:
        config = Config()
        folder = versions.__path__[0]
        config.set_main_option("script_location", folder)
        config.attributes["connection"] = connection
        move(config, revision)


def test_detections_come_back_and_a_second_list_of_a_model_changes_nothing(held):
    assert held.detections.save(A, "debris_detector@1", [BOX])
    assert not held.detections.save(A, "debris_detector@1", [])
    found = held.detections.of(A)
    assert (found["boxes"], found["model"]) == ([BOX], "debris_detector@1")
    assert held.detections.of(B) is None


def test_the_newest_detector_is_asked_first_and_nothing_found_is_a_finding(held):
    held.detections.save(A, "debris_detector@1", [BOX])
    held.detections.save(A, "debris_detector@2", [])
    assert held.detections.of(A)["boxes"] == []
    assert held.detections.of(A, "debris_detector@1")["boxes"] == [BOX]
    assert len(held.detections.listing(survey="north")) == 2
    assert len(held.detections.listing(model="debris_detector@2")) == 1
    assert held.detections.listing(survey="south") == []


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ({"bbox": [0, 0, 1, 1]}, "no category"),
        ({"category": "", "bbox": [0, 0, 1, 1]}, "no category"),
        ({"category": "plastic"}, "no four numbers"),
        ({"category": "plastic", "bbox": "abcd"}, "no four numbers"),
        ({"category": "plastic", "bbox": [0, 0, 1]}, "four finite numbers"),
        ({"category": "plastic", "bbox": [0, 0, float("nan"), 1]}, "finite"),
        ({"category": "plastic", "bbox": [0, 0, float("inf"), 1]}, "finite"),
        ({"category": "plastic", "bbox": [-1, 0, 1, 1]}, "outside its photo"),
        ({"category": "plastic", "bbox": [0, 0, 0, 1]}, "is empty"),
        ({**BOX, "score": 1.5}, "the score 1.5"),
        ({**BOX, "score": float("nan")}, "the score nan"),
    ],
)
def test_a_box_that_cannot_be_true_is_refused(held, box, words):
    with pytest.raises(StorageError, match=words):
        held.detections.save(A, "m@1", [BOX, box])
    with pytest.raises(StorageError, match="box 2"):
        held.box_reviews.add(photo_sha256=A, boxes=[BOX, box], actor="ana")
    assert held.detections.of(A) is None
    assert held.box_reviews.standing(A) is None


def test_boxes_of_a_photo_that_is_not_stored_are_refused(held):
    with pytest.raises(StorageError, match="not stored"):
        held.detections.save("c" * 64, "m@1", [])
    with pytest.raises(StorageError, match="not stored"):
        held.box_reviews.add(photo_sha256="c" * 64, boxes=[], actor="ana")
    with pytest.raises(StorageError, match="not stored"):
        held.features.save("c" * 64, "m@1", [1.0])


def test_the_last_box_review_stands_and_undo_brings_the_one_before_back(held):
    reviews = held.box_reviews
    first = reviews.add(photo_sha256=A, boxes=[BOX, DRAWN], actor="ana")
    second = reviews.add(photo_sha256=A, boxes=[], actor="bo")
    assert reviews.standing(A)["boxes"] == []
    assert reviews.standing(A, actor="ana")["boxes"] == [BOX, DRAWN]
    reviews.undo(second, actor="ana")
    assert reviews.standing(A)["box_review_id"] == first
    assert reviews.listing(photo_sha256=A)[1]["undone_by"] == "ana"
    assert set(reviews.standing_by_photo(survey="north")) == {A}
    assert reviews.standing_by_photo(survey="south") == {}
    with pytest.raises(StorageError, match="undone already"):
        reviews.undo(second, actor="bo")
    with pytest.raises(NotFoundError, match="no box review 99"):
        reviews.undo(99, actor="bo")


def test_a_blind_second_opinion_does_not_replace_the_first(held):
    for reviews, kept in (
        (held.reviews, {"category": "metal", "previous": "plastic"}),
        (held.box_reviews, {"boxes": [BOX]}),
    ):
        reviews.add(photo_sha256=A, actor="ana", **kept)
        reviews.add(photo_sha256=A, actor="bo", blind=True, **kept)
        assert reviews.standing(A)["actor"] == "ana"
        assert reviews.standing(A, actor="bo")["blind"]
        assert reviews.standing_by_photo()[A]["actor"] == "ana"
        reviews.add(photo_sha256=A, actor="cy", **kept)
        assert reviews.standing(A)["actor"] == "cy"


def test_a_blind_opinion_counts_where_the_first_was_undone(held):
    said = {"photo_sha256": A, "previous": "plastic"}
    first = held.reviews.add(**said, category="metal", actor="ana")
    held.reviews.add(**said, category="glass", actor="bo", blind=True)
    held.reviews.undo(first, actor="ana")
    assert held.reviews.standing(A)["category"] == "glass"


def test_repeating_a_blind_review_changes_nothing(held):
    said = {"photo_sha256": A, "previous": "", "blind": True}
    first = held.reviews.add(**said, category="metal", actor="bo")
    assert held.reviews.add(**said, category="metal", actor="bo") == first
    assert held.reviews.add(**said, category="metal", actor="cy") != first
    assert held.reviews.add(**said, category="glass", actor="bo") != first


def test_saying_the_same_again_after_a_second_opinion_is_a_decision(held):
    said = {"photo_sha256": A, "previous": "", "category": "metal", "actor": "ana"}
    first = held.reviews.add(**said)
    assert held.reviews.add(**said) == first
    other = {**said, "category": "glass", "actor": "bo", "blind": True}
    held.reviews.add(**other)
    assert held.reviews.add(**said) != first


def test_the_latest_review_of_a_person_in_a_survey_is_found(held):
    now = datetime.now(UTC)
    asked = {"survey": "north", "actor": "ana", "since": now - timedelta(hours=1)}
    for reviews, said in (
        (held.reviews, {"category": "metal", "previous": ""}),
        (held.box_reviews, {"boxes": []}),
    ):
        assert reviews.latest(**asked) is None
        reviews.add(photo_sha256=A, actor="ana", at=now, **said)
        reviews.add(photo_sha256=B, actor="bo", at=now, **said)
        last = reviews.add(photo_sha256=B, actor="ana", at=now, blind=True, **said)
        assert reviews.latest(**asked)["photo_sha256"] == B
        reviews.undo(last, actor="ana")
        assert reviews.latest(**asked)["photo_sha256"] == A
        assert reviews.latest(**{**asked, "survey": "south"}) is None
        assert reviews.latest(**{**asked, "since": now + timedelta(hours=1)}) is None


def test_whether_a_photo_is_foreign_is_kept(held):
    said = {"photo_sha256": A, "category": "metal", "confidence": 0.4}
    said |= {"probabilities": {}, "status": "low_confidence"}
    held.predictions.add({**said, "model": "cnn@1"})
    held.predictions.add({**said, "model": "cnn@2", "is_foreign": True})
    found = [row["is_foreign"] for row in held.predictions.for_photo(A)]
    assert found == [True, False]


def test_features_come_back_in_half_precision(held):
    vector = np.linspace(-3, 3, 1280)
    held.features.save(A, "cnn@1", vector)
    held.features.save(B, "cnn@1", vector[::-1])
    held.features.save(A, "other@1", [1.0, 2.0])
    np.testing.assert_allclose(held.features.of(A, "cnn@1"), vector, rtol=1e-3)
    photos, vectors = held.features.many("cnn@1", survey="north")
    assert (photos, vectors.shape) == ([A, B], (2, 1280))
    np.testing.assert_allclose(vectors[1], vector[::-1], rtol=1e-3)
    assert held.features.of(B, "other@1") is None
    assert (held.features.count("cnn@1"), held.features.count("none@1")) == (2, 0)


def test_no_features_are_an_empty_table(held):
    photos, vectors = held.features.many("cnn@1")
    assert (photos, vectors.shape) == ([], (0, 0))


def test_new_features_of_a_model_replace_the_old(held):
    held.features.save(A, "cnn@1", [1.0])
    held.features.save(A, "cnn@1", [2.0])
    assert held.features.of(A, "cnn@1").tolist() == [2.0]


def test_features_of_different_lengths_are_not_mixed(held):
    held.features.save(A, "cnn@1", [1.0])
    held.features.save(B, "cnn@1", [2.0, 3.0])
    with pytest.raises(StorageError, match="differ in length"):
        held.features.many("cnn@1")


@pytest.mark.parametrize("vector", [[], [[1.0]], [float("nan")], [float("inf")], [1e6]])
def test_features_that_cannot_be_kept_are_refused(held, vector):
    with pytest.raises(StorageError, match="features of photo aaaaaaaaaaaa"):
        held.features.save(A, "cnn@1", vector)


@settings(max_examples=25, deadline=None)
@given(vector=arrays.arrays(np.float16, st.integers(1, 40), elements=FINITE))
def test_any_half_precision_vector_comes_back_exactly(vector, tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    with open_store(f"sqlite:///{folder / 'gyre.db'}") as store:
        store.surveys.add("north")
        store.photos.add(photo(sha256=A))
        store.features.save(A, "m@1", vector)
        np.testing.assert_array_equal(store.features.of(A, "m@1"), vector)


def test_all_of_it_comes_back_from_a_backup(held, tmp_path):
    held.detections.save(A, "m@1", [BOX])
    held.box_reviews.add(photo_sha256=A, boxes=[DRAWN], actor="ana", blind=True)
    held.features.save(A, "m@1", [1.5, -2.0])
    write_backup(held, tmp_path / "b.tar")
    folder = tmp_path / "new"
    url = f"sqlite:///{folder / 'gyre.db'}"
    restore_backup(tmp_path / "b.tar", url=url, data_dir=folder)
    with open_store(url, data_dir=folder) as copy:
        found, drawn = copy.detections.of(A), copy.box_reviews.standing(A)
        assert found is not None
        assert found["boxes"] == [BOX]
        assert drawn is not None
        assert drawn["boxes"] == [DRAWN]
        features = copy.features.of(A, "m@1")
        assert features is not None
        assert features.tolist() == [1.5, -2.0]
        assert copy.counts() == held.counts()


def test_reviews_of_the_version_before_are_kept_and_are_not_blind(url, tmp_path):
    """The database goes back to 0003 and its review is written as 0003 wrote it."""
    with open_store(url) as store:
        store.surveys.add("north")
        store.photos.add(photo(sha256=A))
        migrated(store, "0003", command.downgrade)
    with closing(sqlite3.connect(tmp_path / "gyre.db")) as raw, raw:
        names = {row[1] for row in raw.execute("PRAGMA table_info(review)")}
        assert "blind" not in names
        raw.execute(
            "INSERT INTO review VALUES (1, ?, 'metal', 'plastic', 'ana', "
            "'2026-06-01 12:00:00.000000', NULL, '')",
            (A,),
        )
    with open_store(url) as store:
        kept = store.reviews.standing(A)
        assert kept is not None
        assert (kept["category"], kept["actor"], kept["blind"]) == (
            "metal",
            "ana",
            False,
        )
        assert store.detections.save(A, "m@1", [])
