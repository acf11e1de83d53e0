"""Rules of boxes corrected by people, of decisions as one, and of undo."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import InputError, NotFoundError, StorageError
from core.governance import verify_chain
from core.surveys.box_review import decide_photo, review_boxes, undo_last
from core.surveys.review import correct_label
from tests.core.surveys.fakes import GREY, RED, photo_file
from tests.core.surveys.test_review import counts, taken  # noqa: F401 - a fixture

PLASTIC = {"category": "plastic", "bbox": [1.0, 2.0, 10.0, 8.0], "score": 0.8}
METAL = {"category": "metal", "bbox": [20.0, 2.0, 5.0, 8.0]}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def sha256(taken):  # noqa: F811
    return taken(photo_file(GREY))  # 40 by 30 px, "metal"


def boxes_of(store, sha256):
    found = store.box_reviews.standing(sha256)
    return None if found is None else found["boxes"]


def undo(store, actor="ana", since=LONG_AGO):
    return undo_last(store, "June flight", actor=actor, since=since)


def actions(store, sha256):
    found = store.audit.entries(subject=f"photo:{sha256}")
    return [entry["action"] for entry in found][::-1]


def test_boxes_become_counts_and_undo_brings_back_what_stood(store, sha256):
    before = counts(store)
    review_boxes(store, sha256, [PLASTIC, PLASTIC, METAL], actor="ana")
    assert {code: n for code, n, _ in counts(store)} == {"metal": 1, "plastic": 2}
    assert undo(store).boxes
    assert counts(store) == before
    assert undo(store) is None
    assert actions(store, sha256)[1:] == ["boxes.review", "boxes.undo"]
    verify_chain(store)


def test_saying_the_same_boxes_again_is_no_new_review(store, sha256):
    first = review_boxes(store, sha256, [PLASTIC], actor="ana")
    moved = {**PLASTIC, "bbox": [1.01, 2.0, 10.0, 8.0]}
    assert review_boxes(store, sha256, [moved], actor="ana") == first
    assert review_boxes(store, sha256, [PLASTIC], actor="bo") != first
    assert review_boxes(store, sha256, [PLASTIC], actor="ana") > first
    assert review_boxes(store, sha256, [], actor="ana") > first


def test_a_photo_and_its_boxes_are_one_decision(store, sha256):
    decide_photo(store, sha256, "plastic", actor="ana", boxes=[PLASTIC])
    assert store.reviews.standing(sha256)["category"] == "plastic"
    assert boxes_of(store, sha256) == [PLASTIC]
    done = undo(store)
    assert (done.sha256, done.category, done.boxes) == (sha256, "plastic", True)
    assert store.reviews.standing(sha256) is None
    assert boxes_of(store, sha256) is None


def test_a_bad_box_leaves_the_label_undecided_too(store, sha256):
    with pytest.raises(InputError, match="leaves the photo of 40 by 30 px"):
        decide_photo(
            store,
            sha256,
            "plastic",
            actor="ana",
            boxes=[{**PLASTIC, "bbox": [35, 0, 10, 10]}],
        )
    assert store.reviews.listing() == []
    assert store.box_reviews.listing() == []


@pytest.mark.parametrize(
    ("box", "error", "words"),
    [
        ({**METAL, "category": "clean"}, NotFoundError, "cannot be labelled 'clean'"),
        ({**METAL, "category": "ship"}, NotFoundError, "cannot be labelled 'ship'"),
        ({"category": "metal"}, InputError, "no four numbers"),
        ({**METAL, "bbox": [0, 0, 0, 4]}, InputError, "is empty"),
        ({**METAL, "bbox": [-2, 0, 9, 4]}, InputError, "leaves the photo"),
        ({**METAL, "bbox": [0, 0, float("nan"), 4]}, InputError, "leaves the photo"),
        ({**METAL, "score": 7}, StorageError, "the score 7"),
    ],
)
def test_boxes_that_cannot_be_true_are_refused(store, sha256, box, error, words):
    with pytest.raises(error, match=words):
        review_boxes(store, sha256, [box], actor="ana")
    assert boxes_of(store, sha256) is None


def test_undo_takes_back_ones_own_decisions_one_by_one(store, sha256, taken):  # noqa: F811
    other = taken(photo_file(RED, number=1), "b.jpg")
    decide_photo(store, sha256, "wood", actor="ana")
    review_boxes(store, other, [PLASTIC], actor="ana")
    correct_label(store, sha256, "glass", actor="bo")
    assert undo(store).sha256 == other
    assert undo(store).category == "wood"
    assert undo(store) is None
    assert store.reviews.standing(sha256)["category"] == "glass"


def test_old_decisions_are_out_of_reach_of_undo(store, sha256):
    decide_photo(store, sha256, "wood", actor="ana")
    assert undo(store, since=datetime.now(UTC) + timedelta(seconds=1)) is None
    assert store.reviews.standing(sha256)["category"] == "wood"


def test_a_blind_decision_changes_nothing_that_counts(store, sha256):
    decide_photo(store, sha256, "metal", actor="ana", boxes=[METAL])
    before = counts(store)
    decide_photo(store, sha256, "plastic", actor="bo", boxes=[PLASTIC], blind=True)
    decide_photo(store, sha256, "plastic", actor="bo", boxes=[PLASTIC], blind=True)
    assert counts(store) == before
    assert len(store.box_reviews.listing()) == 2
    entry = store.audit.entries(subject=f"photo:{sha256}", action="boxes.review")[0]
    assert '"blind":true' in entry["detail"].replace(" ", "")
    assert undo(store, actor="bo").boxes
    assert store.reviews.standing(sha256, actor="bo") is None
