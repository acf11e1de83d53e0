"""Objects in boxes become observations; the rule stands in `core.surveys.standing`."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.density import cell_density
from core.detection import Detection
from core.errors import InputError, ModelError
from core.imagery import content_hash
from core.surveys import (
    correct_label,
    create_survey,
    set_position,
    standing_of,
    survey_photos,
    survey_results,
    survey_summary,
    take_in,
    undo_label,
    write_observations,
)
from tests.core.surveys.fakes import BLUE, GREEN, RED, ColourClassifier, photo_file


def box(category, score, *, x=0.0, y=0.0, w=4.0, h=4.0):
    return Detection(category=category, x_px=x, y_px=y, w_px=w, h_px=h, score=score)


#: Two sure plastics, one sure metal, and one plastic that nobody should count.
SEEN = (
    box("plastic", 0.9),
    box("plastic", 0.7, x=10.0),
    box("metal", 0.6, x=20.0),
    box("plastic", 0.1, x=30.0),
)


@dataclass
class FakeDetector:
    """Sees the same boxes on every photo that is red."""

    boxes: tuple[Detection, ...] = SEEN
    model_id: str = "debris_detector@1"
    score_threshold: float = 0.5
    decode_side_px: int = 400
    fails_on: tuple[int, ...] = ()
    n_seen: int = 0

    def detect_photo(self, photo):
        self.n_seen += 1
        if self.n_seen in self.fails_on:
            raise RuntimeError("LiteRT fell over")
        is_red = photo.pixels[..., 0].mean() > 150
        return self.boxes if is_red else ()


@pytest.fixture
def counting(store):
    create_survey(store, "Objects", actor="ada", count_objects=True)
    return store


def run(store, items, *, survey="Objects", detector=None, classifier=None, **options):
    counter: Any = detector or FakeDetector()
    return take_in(
        store,
        classifier or ColourClassifier(),
        survey,
        items,
        actor="ada",
        detector=counter,
        **options,
    )


def counts(store, survey="Objects"):
    frame = store.observations.frame(survey=survey)
    return dict(zip(frame["category"], frame["count"], strict=True))


def one_photo(store, colour=RED, **options):
    data = photo_file(colour)
    run(store, [("a.jpg", data)], **options)
    return content_hash(data)


def test_each_object_above_the_threshold_counts_and_the_effort_counts_once(counting):
    sha256 = one_photo(counting, footprint_km2=0.02)
    frame = counting.observations.frame(survey="Objects").sort_values("category")
    assert frame["category"].tolist() == ["metal", "plastic"]
    assert frame["count"].tolist() == [1, 2]
    assert frame["effort_km2"].tolist() == [0.02, 0.02]
    assert set(frame["model"]) == {"debris_detector@1"}
    assert frame["confidence"].tolist() == pytest.approx([0.6, 0.8])
    (cell,) = cell_density(frame, resolution=5).to_dict("records")
    assert (cell["n"], cell["effort_km2"]) == (3, pytest.approx(0.02))
    assert survey_summary(counting, "Objects").effort_km2 == pytest.approx(0.02)
    found = counting.detections.of(sha256)
    assert [b["score"] for b in found["boxes"]] == [0.9, 0.7, 0.6, 0.1]
    (entry,) = counting.audit.entries(subject=f"photo:{sha256}")
    assert json.loads(entry["detail"])["objects"] == {"metal": 1, "plastic": 2}


def test_where_nothing_is_found_the_classifier_has_the_word(counting):
    run(counting, [("b.jpg", photo_file(BLUE)), ("g.jpg", photo_file(GREEN, number=1))])
    assert counts(counting) == {"clean": 0, "biota": 0}
    assert set(counting.observations.frame()["model"]) == {"colours@1"}


def test_a_survey_of_photos_keeps_boxes_for_review_but_counts_photos(store):
    sha256 = one_photo(store, survey="June flight")
    assert counts(store, "June flight") == {"plastic": 1}
    assert len(store.detections.of(sha256)["boxes"]) == 4


def test_a_newer_detector_does_not_change_what_a_survey_says(counting):
    sha256 = one_photo(counting)
    later = FakeDetector(score_threshold=0.05)
    run(counting, [("b.jpg", photo_file(BLUE, number=1))], detector=later)
    write_observations(counting, standing_of(counting, sha256))
    assert counts(counting)["plastic"] == 2  # not 3: the first threshold stays


def test_boxes_of_a_person_replace_the_detectors_and_their_undo_brings_it_back(
    counting,
):
    sha256 = one_photo(counting)
    drawn = [{"category": "glass", "bbox": [1, 1, 5, 5]} for _ in range(3)]
    number = counting.box_reviews.add(photo_sha256=sha256, boxes=drawn, actor="bo")
    write_observations(counting, standing_of(counting, sha256))
    assert counts(counting) == {"glass": 3}
    assert set(counting.observations.frame()["model"]) == {""}
    counting.box_reviews.undo(number, actor="bo")
    write_observations(counting, standing_of(counting, sha256))
    assert counts(counting) == {"plastic": 2, "metal": 1}


def test_boxes_of_a_person_count_in_a_survey_of_photos_too(store):
    sha256 = one_photo(store, survey="June flight")
    drawn = [{"category": "plastic", "bbox": [1, 1, 5, 5]} for _ in range(4)]
    store.box_reviews.add(photo_sha256=sha256, boxes=drawn, actor="bo")
    write_observations(store, standing_of(store, sha256))
    assert counts(store, "June flight") == {"plastic": 4}


def test_a_person_who_leaves_no_box_says_that_there_is_nothing(counting):
    sha256 = one_photo(counting)
    counting.box_reviews.add(photo_sha256=sha256, boxes=[], actor="bo")
    write_observations(counting, standing_of(counting, sha256))
    assert counts(counting) == {"clean": 0}


def test_a_newer_label_that_the_boxes_lack_replaces_them(counting):
    sha256 = one_photo(counting)
    drawn = [{"category": "glass", "bbox": [1, 1, 5, 5]}]
    counting.box_reviews.add(photo_sha256=sha256, boxes=drawn, actor="bo")
    correct_label(counting, sha256, "glass", actor="bo")
    assert counts(counting) == {"glass": 1}
    correct_label(counting, sha256, "rubber", actor="ada")
    assert counts(counting) == {"rubber": 1}


def test_a_label_confirms_the_detectors_counts_or_replaces_them(counting):
    sha256 = one_photo(counting)
    correct_label(counting, sha256, "plastic", actor="bo")
    assert counts(counting) == {"plastic": 2, "metal": 1}
    assert set(counting.observations.frame()["model"]) == {""}
    correct_label(counting, sha256, "clean", actor="bo")
    assert counts(counting) == {"clean": 0}
    undo_label(counting, sha256, actor="bo")
    undo_label(counting, sha256, actor="bo")
    assert counts(counting) == {"plastic": 2, "metal": 1}


def test_living_things_in_boxes_are_zeros(counting):
    fish = FakeDetector(boxes=(box("biota", 0.9), box("biota", 0.8, x=9.0)))
    one_photo(counting, detector=fish)
    assert counts(counting) == {"biota": 0}


def test_one_object_seen_as_two_categories_counts_once(counting):
    twice = FakeDetector(boxes=(box("plastic", 0.9), box("metal", 0.8)))
    one_photo(counting, detector=twice)
    assert counts(counting) == {"plastic": 1}


class ForeignClassifier(ColourClassifier):
    """Knows no photo."""

    def examine(self, photo):
        return replace(super().examine(photo), is_foreign=True, domain_distance=9.0)


@pytest.mark.parametrize("survey", ["June flight", "Objects"])
def test_a_foreign_photo_counts_only_once_a_person_looked(counting, survey):
    data = photo_file(RED)
    taken = run(
        counting, [("cat.jpg", data)], survey=survey, classifier=ForeignClassifier()
    )
    assert (taken.n_new, taken.n_foreign, taken.n_waiting) == (1, 1, 0)
    assert counts(counting, survey) == {}
    (photo,) = survey_photos(counting, survey).to_dict("records")
    assert photo["is_foreign"]
    assert "does not look like" in photo["warnings"]
    summary = survey_summary(counting, survey)
    assert (summary.n_foreign, summary.n_waiting, summary.n_debris) == (1, 0, 0)
    checked = write_observations(counting, standing_of(counting, content_hash(data)))
    assert "a person must look" in checked.rejected[0].reason
    set_position(counting, content_hash(data), lat=1.0, lon=2.0, actor="bo")
    assert counts(counting, survey) == {}
    correct_label(counting, content_hash(data), "plastic", actor="bo")
    assert counts(counting, survey)["plastic"] in (1, 2)
    assert survey_summary(counting, survey).n_foreign == 0


def test_a_survey_keeps_to_its_way_of_counting(counting):
    with pytest.raises(InputError, match="counts objects"):
        create_survey(counting, "Objects", actor="ada", count_objects=False)
    with pytest.raises(InputError, match="counts photos"):
        create_survey(counting, "June flight", actor="ada", count_objects=True)
    assert not create_survey(counting, "Objects", actor="ada")


def test_a_survey_of_objects_needs_a_detector(counting):
    with pytest.raises(ModelError, match="no detector"):
        take_in(counting, ColourClassifier(), "Objects", [], actor="ada")


def test_a_photo_on_which_the_detector_falls_over_does_not_stop_the_others(counting):
    items = [(f"{k}.jpg", photo_file(RED, number=k)) for k in range(3)]
    errors: list[Any] = []
    taken = run(
        counting, items, detector=FakeDetector(fails_on=(2,)), failed=errors.append
    )
    assert (taken.n_new, taken.n_refused) == (2, 1)
    assert [(e.file, e.may_retry) for e in errors] == [("1.jpg", True)]
    # The same batch again: the two are known, the third is taken in, its refusal gone.
    again = run(counting, items)
    assert (again.n_new, again.n_known) == (1, 2)
    assert counting.photos.refused() == []


def test_boxes_outside_the_photo_are_cut_to_it(counting):
    odd = FakeDetector(
        boxes=(
            box("plastic", 0.9, x=-5, y=-5, w=10, h=10),
            box("metal", 0.9, x=35, y=25, w=100, h=100),
            box("glass", 0.9, x=float("nan")),
            box("wood", 0.9, x=500, y=500),
        )
    )
    sha256 = one_photo(counting, detector=odd)
    kept = counting.detections.of(sha256)["boxes"]
    assert [b["bbox"] for b in kept] == [[0, 0, 5, 5], [35, 25, 5, 5]]


def test_the_results_table_tells_the_objects(counting):
    one_photo(counting)
    (row,) = survey_results(counting, "Objects").to_dict("records")
    assert row["objects"] == "metal 1; plastic 2"
    assert row["category"] == "plastic"
