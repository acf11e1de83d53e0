"""Rules of decision trails and of the decisions of a period."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import NotFoundError
from core.governance import (
    DATA_SOURCES,
    ModelEvidence,
    data_source,
    decision_trail,
    decisions,
    personal_data,
    record,
)

GOOD = ModelEvidence(
    model="m@1",
    files={"model.tflite": "ab" * 32},
    low_confidence=0.5,
    licence_classes={"rendered": "open"},
)


def states(trail):
    return {check.question: check.state for check in trail.checks}


def test_a_trail_holds_photo_model_record_and_entries(decided):
    store, sha256 = decided
    trail = decision_trail(store, sha256, evidence=lambda model: GOOD)
    assert trail.photo["name"] == "IMG_1.jpg"
    assert trail.category == "plastic"
    assert trail.predictions[0]["probabilities"] == {"plastic": 0.4}
    assert trail.models == {"m@1": GOOD}
    assert [o["category"] for o in trail.observations] == ["plastic"]
    assert trail.entries[0]["action"] == "photo.classify"
    assert states(trail) == {
        "Is the photo kept unchanged?": "met",
        "Are time and place known?": "met",
        "Do the model's files fit their manifest?": "met",
        "May the model be used for this?": "met",
        "Has a person looked?": "open",
        "Is it on the map as decided?": "met",
    }


def test_an_unknown_photo_is_named(store):
    with pytest.raises(NotFoundError, match="no photo"):
        decision_trail(store, "ab" * 32)


def test_nothing_is_claimed_of_a_model_nobody_looked_at(decided):
    store, sha256 = decided
    checks = states(decision_trail(store, sha256))
    assert checks["Do the model's files fit their manifest?"] == "open"
    assert checks["May the model be used for this?"] == "open"


def test_a_review_counts_and_the_map_must_follow(decided, observed):
    store, sha256 = decided
    store.reviews.add(
        photo_sha256=sha256, category="wood", previous="plastic", actor="ana"
    )
    trail = decision_trail(store, sha256)
    assert trail.category == "wood"
    assert states(trail)["Has a person looked?"] == "met"
    assert states(trail)["Is it on the map as decided?"] == "failed"
    store.observations.replace_for_photo(sha256, observed(sha256, "wood"))
    trail = decision_trail(store, sha256)
    assert states(trail)["Is it on the map as decided?"] == "met"
    assert len(trail.observations) == 2


def test_counted_objects_may_be_of_other_categories_than_the_photo(decided, observed):
    store, sha256 = decided
    store.observations.replace_for_photo(sha256, observed(sha256, "other"))
    question = "Is it on the map as decided?"
    assert states(decision_trail(store, sha256))[question] == "failed"
    box = {"category": "debris_other", "bbox": [1, 2, 3, 4], "score": 0.9}
    store.detections.save(photo_sha256=sha256, model="d@1", boxes=[box])
    assert states(decision_trail(store, sha256))[question] == "met"


def test_a_changed_photo_and_a_changed_model_fail(decided):
    store, sha256 = decided
    store.files.path(sha256).write_bytes(b"other bytes")
    bad = ModelEvidence(model="m@1", problem="model.tflite has another hash")
    trail = decision_trail(store, sha256, evidence=lambda model: bad)
    checks = {c.question: c for c in trail.checks}
    assert checks["Is the photo kept unchanged?"].state == "failed"
    files = checks["Do the model's files fit their manifest?"]
    assert (files.state, files.answer) == ("failed", "model.tflite has another hash")


def test_research_use_is_left_open_and_names_the_sources(decided):
    store, sha256 = decided
    closed = ModelEvidence(
        model="m@1", licence_classes={"trashcan": "research_only", "okinawa": "open"}
    )
    assert closed.is_research_use
    trail = decision_trail(store, sha256, evidence=lambda model: closed)
    check = next(c for c in trail.checks if c.question.startswith("May"))
    assert (check.state, check.answer) == ("open", "research use only (trashcan)")


def test_plans_that_name_the_survey_are_found(decided):
    store, sha256 = decided
    plan = {"seed": 1, "solver": "s"}
    named = store.plans.add({**plan, "surveys": ["north"]}, created_by="ana")
    audited = store.plans.add({**plan, "seed": 2}, created_by="ana")
    store.plans.add({**plan, "seed": 3}, created_by="ana")
    record(store, "plan.created", "ana", audited, {"surveys": ["north"]})
    found = {p["plan_id"] for p in decision_trail(store, sha256).plans}
    assert found == {named, audited}


def test_decisions_of_a_period_name_model_and_reviewer(decided):
    store, sha256 = decided
    row = decisions(store).iloc[0]
    assert (row["model"], row["category"], row["reviewer"]) == ("m@1", "plastic", "")
    first = store.reviews.add(
        photo_sha256=sha256, category="wood", previous="plastic", actor="ana"
    )
    row = decisions(store, survey="north").iloc[0]
    assert (row["category"], row["model_category"]) == ("wood", "plastic")
    assert row["reviewer"] == "ana"
    store.reviews.undo(first, actor="ana")
    assert decisions(store).iloc[0]["category"] == "plastic"
    later = datetime.now(UTC) + timedelta(days=1)
    assert decisions(store, since=later).empty
    assert decisions(store, until=later).shape[0] == 1
    assert decisions(store, survey="south").empty


def test_no_decisions_give_an_empty_table_with_columns(store):
    assert "reviewer" in decisions(store).columns


def test_personal_data_is_counted(decided):
    store, sha256 = decided
    store.reviews.add(photo_sha256=sha256, category="wood", previous="", actor="bo")
    amounts = [entry.amount for entry in personal_data(store)]
    assert amounts == [2, 1, 1]  # ana and bo; one photo; one place


def test_data_sources_are_named_once_and_credited():
    codes = [source.code for source in DATA_SOURCES]
    assert len(codes) == len(set(codes))
    assert all(source.credit and source.licence for source in DATA_SOURCES)
    trashcan = data_source("trashcan")
    assert trashcan is not None
    assert trashcan.licence_class == "research_only"
    assert data_source("unknown") is None
