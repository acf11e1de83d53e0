"""Rules of which photos wait for a person, and of what a blind reviewer sees."""

import pytest

from core.errors import NotFoundError
from core.imagery import content_hash
from core.surveys import take_in
from core.surveys.box_review import decide_photo
from core.surveys.review import correct_label
from core.surveys.review_queue import (
    PhotoForReview,
    ReviewFilter,
    ReviewOrder,
    ReviewProgress,
    review_progress,
    review_queue,
    to_review,
)
from tests.core.surveys.fakes import BLUE, GREEN, GREY, RED, photo_file

SURVEY = "June flight"
BOX = {"category": "metal", "bbox": [1.0, 2.0, 10.0, 8.0], "score": 0.8}
FAINT = {"category": "glass", "bbox": [0.0, 0.0, 5.0, 5.0], "score": 0.05}


@pytest.fixture
def sha(store, classifier):
    """Four photos; by name the least sure is grey, then green, red, blue."""
    colours = {"red": RED, "green": GREEN, "blue": BLUE, "grey": GREY}
    data = {n: photo_file(c, number=k) for k, (n, c) in enumerate(colours.items())}
    take_in(
        store, classifier, SURVEY, [(f"{n}.jpg", d) for n, d in data.items()], actor="a"
    )
    return {name: content_hash(content) for name, content in data.items()}


def names(store, sha, **asked):
    called = {value: name for name, value in sha.items()}
    return [called[found] for found in review_queue(store, SURVEY, **asked)]


def test_the_least_sure_come_first_and_decided_ones_are_gone(store, sha):
    assert names(store, sha) == ["grey", "green", "red", "blue"]
    correct_label(store, sha["green"], "biota", actor="ana")
    assert names(store, sha) == ["grey", "red", "blue"]
    assert names(store, sha, show=ReviewFilter.DECIDED) == ["green"]


def test_other_orders(store, sha):
    by_time = names(store, sha, order=ReviewOrder.TIME)
    assert by_time == ["red", "green", "blue", "grey"]
    by_name = names(store, sha, order=ReviewOrder.NAME)
    assert by_name == ["blue", "green", "grey", "red"]


def test_filters_by_doubt_and_category(store, sha):
    assert names(store, sha, show=ReviewFilter.LOW_CONFIDENCE) == ["grey"]
    assert names(store, sha, show=ReviewFilter.FOREIGN) == []
    assert names(store, sha, category="plastic") == ["red"]
    correct_label(store, sha["blue"], "plastic", actor="ana")
    decided = {"show": ReviewFilter.DECIDED}
    assert names(store, sha, category="plastic", **decided) == ["blue"]
    assert names(store, sha, category="clean", **decided) == []


def test_photos_the_model_does_not_know_come_first(store, sha):
    store.predictions.add(
        {
            "photo_sha256": sha["blue"],
            "model": "colours@2",
            "category": "clean",
            "confidence": 0.99,
            "probabilities": {},
            "status": "low_confidence",
            "is_foreign": True,
        }
    )
    assert names(store, sha)[0] == "blue"
    assert names(store, sha, show=ReviewFilter.FOREIGN) == ["blue"]
    assert to_review(store, sha["blue"]).is_foreign


def test_a_second_reviewer_gets_what_others_decided_without_their_answer(store, sha):
    decide_photo(store, sha["grey"], "wood", actor="ana", boxes=[BOX])
    correct_label(store, sha["red"], "glass", actor="ana")
    correct_label(store, sha["red"], "wood", actor="bo", blind=True)
    assert names(store, sha, blind_for="bo") == ["grey"]
    assert names(store, sha, blind_for="bo", category="metal") == ["grey"]
    assert names(store, sha, blind_for="bo", category="wood") == []
    assert names(store, sha, blind_for="ana") == []
    assert names(store, sha, blind_for="cy") == ["grey", "red"]
    shown = to_review(store, sha["grey"], blind_for="bo")
    assert (shown.review, shown.opinions, shown.boxes) == (None, (), ())
    assert shown.category == "metal"
    own = to_review(store, sha["red"], blind_for="bo")
    assert own.category == "wood"
    assert [row["actor"] for row in own.opinions] == ["bo"]


def test_reviewers_who_disagree_are_found_with_both_opinions(store, sha):
    correct_label(store, sha["red"], "glass", actor="ana")
    correct_label(store, sha["red"], "wood", actor="bo", blind=True)
    assert names(store, sha, show=ReviewFilter.DISAGREE) == ["red"]
    shown = to_review(store, sha["red"])
    assert [row["category"] for row in shown.opinions] == ["glass", "wood"]
    assert shown.category == "glass"
    correct_label(store, sha["red"], "wood", actor="cy")
    assert names(store, sha, show=ReviewFilter.DISAGREE) == []


def test_boxes_of_the_detector_are_shown_from_its_threshold(store, sha):
    assert to_review(store, sha["grey"]).boxes_by == ""
    store.detections.save(sha["grey"], "debris_detector@1", [BOX, FAINT])
    shown = to_review(store, sha["grey"])
    assert (list(shown.boxes), shown.boxes_by) == ([BOX], "debris_detector@1")
    assert not shown.boxes_decided
    decide_photo(store, sha["grey"], "metal", actor="ana", boxes=[])
    shown = to_review(store, sha["grey"])
    assert (shown.boxes, shown.boxes_by, shown.boxes_decided) == ((), "ana", True)


def test_a_detectors_box_that_leaves_the_photo_is_cut_at_its_edge(store, sha):
    over = {"category": "metal", "bbox": [30.0, 20.0, 20.0, 20.0], "score": 0.9}
    store.detections.save(sha["grey"], "debris_detector@1", [over])
    (box,) = to_review(store, sha["grey"]).boxes
    assert box["bbox"] == [30.0, 20.0, 10.0, 10.0]


GLASS = {"category": "glass", "bbox": [0.0, 0.0, 5.0, 5.0]}
CRAB = {"category": "biota", "bbox": [6.0, 6.0, 5.0, 5.0]}


@pytest.mark.parametrize(
    ("category", "boxes", "confirmed"),
    [
        ("metal", [BOX, GLASS], [BOX, GLASS]),
        ("wood", [BOX, GLASS], None),
        ("wood", [BOX], [{**BOX, "category": "wood"}]),
        ("clean", [BOX, GLASS], []),
        ("biota", [BOX, CRAB], [CRAB]),
        ("wood", [], None),
        ("clean", [], []),
    ],
)
def test_boxes_are_confirmed_where_they_say_what_the_photo_says(
    category, boxes, confirmed
):
    shown = PhotoForReview(photo={}, boxes=tuple(boxes), boxes_by="debris_detector@1")
    found = shown.boxes_under(category)
    assert (None if found is None else list(found)) == confirmed
    assert PhotoForReview(photo={}).boxes_under(category) is None


def test_progress_counts_decided_photos_and_agreement(store, sha):
    correct_label(store, sha["red"], "plastic", actor="ana")
    correct_label(store, sha["blue"], "glass", actor="ana")
    correct_label(store, sha["blue"], "clean", actor="bo", blind=True)
    progress = review_progress(store, SURVEY)
    assert progress == ReviewProgress(n_photos=4, n_reviewed=2, n_agreed=1)


def test_an_empty_survey_has_an_empty_queue_and_an_unknown_photo_is_named(store):
    assert review_queue(store, SURVEY) == []
    with pytest.raises(NotFoundError, match="no photo"):
        to_review(store, "0" * 64)
