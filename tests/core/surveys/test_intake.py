import json
from datetime import UTC, datetime
from io import BytesIO
from math import log, nan

import pytest
from PIL import Image

from core.density import cell_density
from core.errors import InputError, NotFoundError
from core.governance import decision_trail, verify_chain
from core.imagery import content_hash
from core.surveys import counted_in, create_survey, take_in
from tests.core.imagery.photo_files import RATIONAL, SHORT, png_claiming, tag
from tests.core.surveys.fakes import BLUE, GREEN, GREY, RED, photo_file


def run(store, classifier, items, survey="June flight", **options):
    return take_in(store, classifier, survey, items, actor="ada", **options)


def test_a_photo_becomes_file_prediction_observation_and_audit(store, classifier):
    data = photo_file(RED)
    taken = run(store, classifier, [("../a.jpg", data)], footprint_km2=0.02)
    assert (taken.n_new, taken.n_waiting, taken.n_refused) == (1, 0, 0)
    sha256 = content_hash(data)
    photo = store.photos.get(sha256)
    assert (photo["name"], photo["width"], photo["height"]) == ("a.jpg", 40, 30)
    assert photo["position_source"] == "camera"
    assert store.files.get(sha256) == data
    small = Image.open(BytesIO(store.files.get(photo["thumbnail_sha256"])))
    assert (small.format, len(small.getexif())) == ("JPEG", 0)
    (prediction,) = store.predictions.for_photo(sha256)
    assert (prediction["model"], prediction["category"]) == ("colours@1", "plastic")
    assert prediction["confidence"] == pytest.approx(0.9)
    assert sum(prediction["probabilities"].values()) == pytest.approx(1.0, abs=1e-4)
    (row,) = store.observations.frame().to_dict("records")
    assert (row["category"], row["count"], row["effort_km2"]) == ("plastic", 1, 0.02)
    assert (row["source"], row["model"]) == ("photo", "colours@1")
    assert (row["photo_sha256"], row["quality_flag"]) == (sha256, 1)
    assert row["lat"] == pytest.approx(31.0)
    (entry,) = store.audit.entries(subject=f"photo:{sha256}")
    assert json.loads(entry["detail"])["model"] == "colours@1"
    assert entry["actor"] == "ada"
    trail = decision_trail(store, sha256)
    assert trail.category == "plastic"
    assert [c.state for c in trail.checks if c.state == "failed"] == []


def test_clean_scenes_and_biota_are_real_zeros(store, classifier):
    run(
        store,
        classifier,
        [("b.jpg", photo_file(BLUE)), ("g.jpg", photo_file(GREEN, number=5))],
        footprint_km2=0.02,
    )
    frame = store.observations.frame()
    assert frame["count"].tolist() == [0, 0]
    assert set(frame["category"]) == {"clean", "biota"}
    assert frame["effort_km2"].sum() == pytest.approx(0.04)


#: A 24 mm equivalent, 100 m up: 150 m by 100 m of sea in a 3:2 picture.
DRONE = {
    "size": (60, 40),
    "camera": (tag(0xA405, SHORT, 24),),
    "height": (tag(6, RATIONAL, ((100, 1),)),),
}


def test_a_photo_without_debris_is_effort_from_its_own_camera_to_the_map(
    store, classifier
):
    items = [
        (f"{k}.jpg", photo_file(colour, number=k, **DRONE))
        for k, colour in enumerate([BLUE, BLUE, GREEN])
    ]
    taken = run(store, classifier, items, camera_tilt_deg=0.0)
    assert (taken.n_new, taken.n_waiting) == (3, 0)
    frame = store.observations.frame()
    assert frame["count"].tolist() == [0, 0, 0]
    assert frame["effort_km2"].tolist() == pytest.approx([0.015] * 3)
    (cell,) = cell_density(frame, resolution=5).to_dict("records")
    assert cell["status"] == "surveyed_none_seen"
    assert cell["effort_km2"] == pytest.approx(0.045)
    # None in 0.045 km2: the one-sided 95 % limit is -ln 0.05 over the effort.
    assert cell["high"] == pytest.approx(-log(0.05) / 0.045)


def test_photos_that_do_not_say_their_height_are_sightings_with_the_reason(
    store, classifier
):
    items = [
        ("with.jpg", photo_file(RED, **DRONE)),
        ("without.jpg", photo_file(RED, number=1)),
    ]
    run(store, classifier, items, camera_tilt_deg=0.0)
    frame = store.observations.frame().sort_values("lat")
    assert frame["effort_km2"].tolist() == pytest.approx([0.015, nan], nan_ok=True)
    photo = store.photos.get(content_hash(items[1][1]))
    assert photo["warnings"] == ["no footprint: no height in the photo"]


def test_one_footprint_and_each_photos_own_are_not_given_together(store, classifier):
    with pytest.raises(InputError, match="not both"):
        run(store, classifier, [], footprint_km2=0.02, camera_tilt_deg=0.0)


def test_doubtful_predictions_carry_the_suspect_flag(store, classifier):
    run(store, classifier, [("x.jpg", photo_file(GREY))])
    (row,) = store.observations.frame().to_dict("records")
    assert (row["category"], row["quality_flag"]) == ("metal", 3)


def test_no_broken_file_loses_the_batch(store, classifier):
    good = [photo_file(RED, number=n) for n in range(3)]
    items = [
        ("good-1.jpg", good[0]),
        ("empty.jpg", b""),
        ("text.jpg", b"this is no photo at all"),
        ("cut.jpg", good[1][: len(good[1]) // 2]),
        ("good-2.jpg", good[1]),
        ("huge.png", png_claiming(13_000, 13_100)),
        ("good-3.jpg", good[2]),
    ]
    taken = run(store, classifier, items)
    assert (taken.n_new, taken.n_refused) == (3, 4)
    assert [photo["name"] for photo in store.photos.listing()] == [
        "good-1.jpg",
        "good-2.jpg",
        "good-3.jpg",
    ]
    reasons = {row["name"]: row["reason"] for row in store.photos.refused()}
    assert reasons["empty.jpg"] == "the file is empty (0 bytes)"
    assert "text" in reasons["text.jpg"]
    assert "cut short" in reasons["cut.jpg"]
    assert "170 megapixels" in reasons["huge.png"]


def test_the_same_photo_never_counts_twice_in_a_batch(store, classifier):
    data = photo_file(RED)
    taken = run(store, classifier, [("a.jpg", data), ("copy of a.jpg", data)])
    assert (taken.n_new, taken.n_refused) == (1, 1)
    assert len(store.observations.frame()) == 1
    (refused,) = store.photos.refused()
    assert refused["name"] == "copy of a.jpg"
    assert refused["reason"] == "the same photo as a.jpg, counted once"


def test_the_same_photo_never_counts_twice_across_surveys(store, classifier):
    data = photo_file(RED)
    run(store, classifier, [("a.jpg", data)])
    create_survey(store, "July flight", actor="ada")
    taken = run(store, classifier, [("b.jpg", data)], survey="July flight")
    assert (taken.n_new, taken.n_refused) == (0, 1)
    (refused,) = store.photos.refused(survey="July flight")
    assert refused["reason"] == "already counted in survey 'June flight'"
    assert len(store.observations.frame()) == 1
    assert counted_in(store, content_hash(data)) == "June flight"
    assert counted_in(store, "0" * 64) is None


def test_running_a_batch_again_adds_nothing_and_predicts_nothing(store, classifier):
    items = [(f"{n}.jpg", photo_file(RED, number=n)) for n in range(5)]
    items.append(("bad.jpg", b"text"))
    run(store, classifier, items)
    before, seen = store.counts(), classifier.n_seen
    again = run(store, classifier, items)
    assert (again.n_new, again.n_known) == (0, 5)
    after = store.counts()
    assert after.pop("audit_entry") == before.pop("audit_entry") + 1  # the run itself
    assert after == before
    assert classifier.n_seen == seen
    verify_chain(store)


def test_photos_without_place_or_time_wait_and_do_not_count(store, classifier):
    taken = run(
        store,
        classifier,
        [
            ("nowhere.jpg", photo_file(RED, placed=False)),
            ("never.jpg", photo_file(RED, timed=False, number=3)),
        ],
    )
    assert (taken.n_new, taken.n_waiting) == (2, 2)
    assert store.observations.frame().empty
    assert store.photos.count() == 2


def test_positions_and_time_that_a_person_gave_are_used(store, classifier):
    data = photo_file(RED, placed=False, timed=False)
    sha256 = content_hash(data)
    noon = datetime(2025, 7, 1, 12, tzinfo=UTC)
    taken = run(
        store,
        classifier,
        [("a.jpg", data)],
        positions={sha256: (12.5, -150.25)},
        taken_on=noon,
    )
    assert taken.n_waiting == 0
    (row,) = store.observations.frame().to_dict("records")
    assert (row["lat"], row["lon"]) == (12.5, -150.25)
    assert row["observed_at"] == noon
    photo = store.photos.get(sha256)
    assert photo["position_source"] == "person"
    assert "time of the survey" in photo["warnings"][0]


def test_cancelling_keeps_what_is_done_and_a_second_run_finishes(store, classifier):
    items = [(f"{n}.jpg", photo_file(RED, number=n)) for n in range(40)]
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 20

    first = run(store, classifier, items, cancelled=cancelled)
    assert first.was_cancelled
    assert first.n_new == store.photos.count() == 20
    second = run(store, classifier, items)
    assert (second.n_known, second.n_new) == (20, 20)
    assert len(store.observations.frame()) == 40


def test_progress_counts_every_file(store, classifier):
    said = []
    run(
        store,
        classifier,
        [("a.jpg", photo_file(RED)), ("b.jpg", b""), ("c.jpg", photo_file(BLUE))],
        total=3,
        progress=lambda *step: said.append(step),
    )
    assert said == [(1, 3, "a.jpg"), (2, 3, "b.jpg"), (3, 3, "c.jpg")]


def test_a_large_batch_is_never_held_whole(store, classifier):
    produced = []

    def upload():
        for n in range(40):
            produced.append(n)
            yield f"{n}.jpg", photo_file(RED, number=n)

    most = []
    run(
        store,
        classifier,
        upload(),
        progress=lambda done, total, name: most.append(len(produced) - done),
    )
    assert max(most) < 17


def test_hostile_names_are_stored_as_one_safe_line(store, classifier):
    name = "../../" + "x" * 300 + "\n=cmd()|.jpg"
    run(store, classifier, [(name, photo_file(RED))])
    (photo,) = store.photos.listing()
    assert len(photo["name"]) == 120
    assert photo["name"].isprintable()
    assert "/" not in photo["name"]


def test_simulated_photos_stay_marked_and_apart(store, classifier):
    create_survey(store, "Sea of the demo", actor="ada", simulated=True)
    run(store, classifier, [("a.jpg", photo_file(RED))], survey="Sea of the demo")
    assert store.observations.frame()["simulated"].tolist() == [True]
    with pytest.raises(InputError, match="simulated"):
        create_survey(store, "Sea of the demo", actor="ada")
    with pytest.raises(InputError, match="real"):
        create_survey(store, "June flight", actor="ada", simulated=True)


def test_a_survey_of_real_photos_refuses_a_simulated_one(store, classifier):
    items = [
        ("real.jpg", photo_file(RED)),
        ("painted.jpg", photo_file(RED, number=1, simulated=True)),
    ]
    taken = run(store, classifier, items)
    assert (taken.n_new, taken.n_refused) == (1, 1)
    (refused,) = store.photos.refused()
    assert refused["name"] == "painted.jpg"
    assert "simulated photo" in refused["reason"]
    assert store.observations.frame()["simulated"].tolist() == [False]


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 101, "a\x00b", "\u202e"])
def test_survey_names_are_one_visible_line(store, name):
    with pytest.raises(InputError, match="survey name"):
        create_survey(store, name, actor="ada")


def test_unknown_surveys_and_impossible_footprints_are_refused(store, classifier):
    with pytest.raises(NotFoundError, match="nowhere"):
        run(store, classifier, [], survey="nowhere")
    with pytest.raises(InputError, match="footprint"):
        run(store, classifier, [], footprint_km2=-1.0)


def test_creating_a_survey_twice_is_no_error(store):
    assert not create_survey(store, "June flight", actor="bob")
    assert store.surveys.get("June flight")["created_by"] == "ada"
