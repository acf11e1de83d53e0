import pytest

from core.errors import InputError, NotFoundError
from core.governance import decision_trail, verify_chain
from core.imagery import content_hash
from core.surveys import (
    correct_label,
    set_position,
    standing_of,
    take_in,
    undo_label,
)
from tests.core.surveys.fakes import BLUE, GREY, RED, photo_file


@pytest.fixture
def taken(store, classifier):
    def one(data, name="a.jpg", **options):
        take_in(
            store, classifier, "June flight", [(name, data)], actor="ada", **options
        )
        return content_hash(data)

    return one


def counts(store):
    frame = store.observations.frame()
    return list(zip(frame["category"], frame["count"], frame["model"], strict=True))


def test_a_correction_updates_the_observation_and_keeps_the_old_one(store, taken):
    sha256 = taken(photo_file(GREY), footprint_km2=0.01)
    assert counts(store) == [("metal", 1, "colours@1")]
    correct_label(store, sha256, "fishing_gear", actor="bob")
    assert counts(store) == [("fishing_gear", 1, "")]
    frame = store.observations.frame()
    assert frame["quality_flag"].tolist() == [1]
    assert frame["effort_km2"].tolist() == [0.01]
    assert frame["confidence"].isna().all()
    everything = store.observations.frame(include_superseded=True)
    assert sorted(everything["category"]) == ["fishing_gear", "metal"]
    (old,) = [r for r in store.observations.for_photo(sha256) if not r["active"]]
    assert old["superseded_by"] == frame["observation_id"].iloc[0]
    trail = decision_trail(store, sha256)
    assert trail.category == "fishing_gear"
    assert trail.standing_review is not None
    assert trail.standing_review["previous"] == "metal"
    assert "failed" not in {check.state for check in trail.checks}


def test_debris_corrected_to_clean_becomes_a_real_zero(store, taken):
    sha256 = taken(photo_file(RED), footprint_km2=0.01)
    correct_label(store, sha256, "clean", actor="bob")
    assert counts(store) == [("clean", 0, "")]
    other = taken(photo_file(BLUE, number=9), name="b.jpg")
    correct_label(store, other, "glass", actor="bob")
    assert ("glass", 1, "") in counts(store)


def test_undo_brings_back_exactly_what_stood(store, taken):
    sha256 = taken(photo_file(RED))
    before = store.observations.frame()
    correct_label(store, sha256, "wood", actor="bob")
    assert undo_label(store, sha256, actor="bob") == "plastic"
    after = store.observations.frame()
    assert after.equals(before)
    with pytest.raises(NotFoundError, match="no review"):
        undo_label(store, sha256, actor="bob")


def test_corrections_go_back_one_by_one(store, taken):
    sha256 = taken(photo_file(RED))
    for code in ("wood", "glass", "wood"):
        correct_label(store, sha256, code, actor="bob")
    seen = [undo_label(store, sha256, actor="bob") for _ in range(3)]
    assert seen == ["glass", "wood", "plastic"]
    assert counts(store) == [("plastic", 1, "colours@1")]
    assert len(store.reviews.listing(photo_sha256=sha256)) == 3


def test_accepting_the_label_is_a_review_and_repeating_it_is_none(store, taken):
    sha256 = taken(photo_file(GREY))
    first = correct_label(store, sha256, "metal", actor="bob")
    assert correct_label(store, sha256, "metal", actor="bob") == first
    assert store.observations.frame()["quality_flag"].tolist() == [1]
    entries = store.audit.entries(subject=f"photo:{sha256}", action="review.add")
    assert len(entries) == 1
    assert standing_of(store, sha256).category == "metal"
    verify_chain(store)


def test_unknown_photos_and_categories_are_refused(store, taken):
    sha256 = taken(photo_file(RED))
    # The classifier has no such output, so agreement with it could not be told.
    with pytest.raises(NotFoundError, match="cannot be labelled 'other'"):
        correct_label(store, "0" * 64, "other", actor="Ana")
    with pytest.raises(NotFoundError, match="spaceship"):
        correct_label(store, sha256, "spaceship", actor="bob")
    with pytest.raises(NotFoundError, match="no photo"):
        correct_label(store, "0" * 64, "wood", actor="bob")
    assert store.reviews.listing() == []


def test_a_position_makes_a_waiting_photo_count(store, taken):
    sha256 = taken(photo_file(RED, placed=False))
    assert counts(store) == []
    assert set_position(store, sha256, lat=10.0, lon=200.0, actor="bob")
    frame = store.observations.frame()
    assert (frame["lat"].iloc[0], frame["lon"].iloc[0]) == (10.0, -160.0)
    assert store.photos.get(sha256)["position_source"] == "person"
    set_position(store, sha256, lat=11.0, lon=-160.0, actor="bob")
    assert store.observations.frame()["lat"].tolist() == [11.0]


def test_a_position_keeps_the_correction(store, taken):
    sha256 = taken(photo_file(RED, placed=False))
    correct_label(store, sha256, "rubber", actor="bob")
    assert counts(store) == []
    set_position(store, sha256, lat=10.0, lon=-160.0, actor="bob")
    assert counts(store) == [("rubber", 1, "")]


def test_a_photo_without_a_time_still_waits(store, taken):
    sha256 = taken(photo_file(RED, placed=False, timed=False))
    assert not set_position(store, sha256, lat=10.0, lon=-160.0, actor="bob")
    assert counts(store) == []


def test_impossible_positions_change_nothing(store, taken):
    sha256 = taken(photo_file(RED))
    with pytest.raises(InputError, match="latitude 91"):
        set_position(store, sha256, lat=91.0, lon=0.0, actor="bob")
    assert store.photos.get(sha256)["lat"] == pytest.approx(31.0)
