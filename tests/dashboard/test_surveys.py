"""The Surveys page: upload, run, look, correct; empty, with photos, failing."""

import time

import pytest

from core.errors import ModelIntegrityError
from core.jobs import JobState
from core.surveys import create_survey, survey_photos, take_in
from dashboard import survey_data
from tests.core.imagery.photo_files import RATIONAL, SHORT, tag
from tests.core.surveys.fakes import BLUE, GREY, RED, ColourClassifier, photo_file


@pytest.fixture
def colours(monkeypatch):
    monkeypatch.setattr(
        survey_data, "_load_classifier", lambda settings: ColourClassifier()
    )


@pytest.fixture
def surveyed(empty_store):
    create_survey(empty_store, "June flight", actor="ada")
    items = [
        ("red.jpg", photo_file(RED)),
        ("grey.jpg", photo_file(GREY, number=1)),
        ("blue.jpg", photo_file(BLUE, number=2)),
        ("lost.jpg", photo_file(RED, number=3, placed=False)),
        ("bad.jpg", b"no photo"),
    ]
    take_in(empty_store, ColourClassifier(), "June flight", items, actor="ada")
    return empty_store


def words(app):
    groups = (app.markdown, app.caption, app.success, app.info, app.error, app.warning)
    return "\n".join(element.value for group in groups for element in group)


def button(app, label):
    (found,) = [b for b in app.button if b.label == label]
    return found


def upload(app, files):
    app.file_uploader[0].set_value([(name, data, "image/jpeg") for name, data in files])
    return app.run()


def finished(store, app):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        job = survey_job(store)
        if job["state"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    return app.run()


def survey_job(store):
    return store.jobs.listing(kind="survey")[0]


def test_an_empty_store_invites_to_drop_photos(open_app, empty_store):
    app = open_app("surveys")
    assert not app.exception
    assert app.title[0].value == "Surveys"
    assert "No survey yet" in words(app)
    assert len(app.file_uploader) == 1


def test_files_are_checked_at_once_and_nothing_is_classified(open_app, empty_store):
    app = open_app("surveys")
    upload(
        app,
        [
            ("good.jpg", photo_file(RED)),
            ("lost.jpg", photo_file(RED, placed=False, number=1)),
            ("text.jpg", b"just words"),
            ("empty.jpg", b""),
        ],
    )
    assert not app.exception
    said = words(app)
    assert "2 of 4 files" in said
    assert "1 has no position yet" in said
    assert "2 are left out" in said
    assert empty_store.counts()["photo"] == 0
    assert button(app, "Run survey of 2 photos").disabled
    app.text_input(key="surveys_name").set_value("North leg").run()
    assert not button(app, "Run survey of 2 photos").disabled


def test_from_upload_to_results(open_app, empty_store, colours):
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED)), ("b.jpg", b"words")])
    app.text_input(key="surveys_name").set_value("North leg").run()
    button(app, "Run survey of 1 photo").click().run()
    app = finished(empty_store, app)
    assert not app.exception
    assert survey_job(empty_store)["state"] == JobState.DONE
    assert empty_store.observations.frame()["category"].tolist() == ["plastic"]
    (refused,) = empty_store.photos.refused(survey="North leg")
    assert refused["name"] == "b.jpg"
    assert "Debris on **1 of 1 photo**" in words(app)


def test_flight_height_and_lens_become_effort(open_app, empty_store, colours):
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED))])
    app.text_input(key="surveys_name").set_value("Drone")
    app.button_group(key="surveys_effort").set_value("Flight height and lens").run()
    app.number_input(key="surveys_height").set_value(100.0)
    app.number_input(key="surveys_angle").set_value(90.0).run()
    # 200 m wide at 4 to 3 is 200 x 150 m.
    assert "30,000 m²" in words(app)
    button(app, "Run survey of 1 photo").click().run()
    finished(empty_store, app)
    frame = empty_store.observations.frame()
    assert frame["effort_km2"].tolist() == pytest.approx([0.03])


def drone_photo(colour, **more):
    """A photo that tells a 24 mm equivalent and 100 m: 150 m by 100 m of sea."""
    camera, height = (tag(0xA405, SHORT, 24),), (tag(6, RATIONAL, ((100, 1),)),)
    return photo_file(colour, size=(60, 40), camera=camera, height=height, **more)


def test_each_photos_own_camera_data_become_effort_and_the_others_are_named(
    open_app, empty_store, colours
):
    app = open_app("surveys")
    upload(
        app,
        [
            ("a.jpg", drone_photo(BLUE)),
            ("b.jpg", drone_photo(RED, lat_deg=32, number=1)),
            ("plain.jpg", photo_file(RED, number=2)),
        ],
    )
    app.text_input(key="surveys_name").set_value("Drone")
    choice = app.button_group(key="surveys_effort")
    choice.set_value("Camera data").run()
    said = words(app)
    assert "known for 2 of 3 photos: 15,000 m² each (median), 0.03 km² together" in said
    assert "1 photo counts as a sighting without effort" in said
    assert "plain.jpg: no height in the photo" in said
    assert "more than one photo" not in said
    button(app, "Run survey of 3 photos").click().run()
    finished(empty_store, app)
    frame = empty_store.observations.frame().sort_values("observed_at")
    assert frame["count"].tolist() == [0, 1, 1]
    assert frame["effort_km2"].isna().tolist() == [False, False, True]
    assert frame["effort_km2"].sum() == pytest.approx(0.03)


def test_overlapping_photos_and_the_horizon_are_told(open_app, empty_store):
    app = open_app("surveys")
    upload(
        app,
        [("a.jpg", drone_photo(BLUE)), ("b.jpg", drone_photo(RED, number=1))],
    )
    choice = app.button_group(key="surveys_effort")
    choice.set_value("Camera data").run()
    # One second of arc is 30.9 m; squares of 122.5 m share 75 %, of two photos 37 %.
    assert "About 37 % of the area is shown by more than one" in words(app)
    app.number_input(key="surveys_tilt").set_value(80.0).run()
    assert "known for none of 2 photos" in words(app)
    assert "horizon" in words(app)


def test_the_gallery_shows_the_most_doubtful_first(open_app, surveyed):
    app = open_app("surveys")
    assert not app.exception
    said = words(app)
    assert "Debris on **3 of 4 photos**" in said
    assert "1 is in doubt and waits for a look" in said
    assert "1 does not count" in said
    labels = [s.label for s in app.selectbox if s.label.startswith("Label of")]
    assert labels[0] == "Label of grey.jpg"
    assert "30 % sure" in said


def test_a_label_is_corrected_and_undone_on_its_card(open_app, surveyed):
    app = open_app("surveys")
    (box,) = [s for s in app.selectbox if s.label == "Label of grey.jpg"]
    box.set_value("wood").run()
    assert not app.exception
    photos = survey_photos(surveyed, "June flight").set_index("name")
    assert photos.loc["grey.jpg", "category"] == "wood"
    assert photos.loc["grey.jpg", "reviewed_by"] == "tester"
    assert "set by tester" in words(app)
    button(app, "Undo label").click().run()
    photos = survey_photos(surveyed, "June flight").set_index("name")
    assert photos.loc["grey.jpg", "category"] == "metal"


def test_a_photo_gets_its_position_on_its_card(open_app, surveyed):
    app = open_app("surveys")
    sha256 = survey_photos(surveyed, "June flight").set_index("name").loc["lost.jpg"]
    sha256 = sha256["sha256"]
    app.number_input(key=f"surveys_lat_{sha256}").set_value(12.0).run()
    app.number_input(key=f"surveys_lon_{sha256}").set_value(-150.0).run()
    app.button(key=f"surveys_place_{sha256}").click().run()
    assert not app.exception
    photos = survey_photos(surveyed, "June flight").set_index("name")
    assert bool(photos.loc["lost.jpg", "counts"])


def test_refused_files_are_listed_with_reasons(open_app, surveyed):
    app = open_app("surveys", surveys_step="Refused files")
    assert not app.exception
    frame = app.dataframe[0].value
    assert frame["name"].tolist() == ["bad.jpg"]
    assert "text" in frame["reason"].iloc[0]


def steps(app):
    return app.button_group(key="surveys_step").options


def test_the_step_of_refused_files_shows_how_many_there_are(
    open_app, empty_store, colours
):
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED)), ("b.jpg", b"words")])
    app.text_input(key="surveys_name").set_value("North leg").run()
    button(app, "Run survey of 1 photo").click().run()
    app = finished(empty_store, app)
    assert steps(app)[-2:] == ["Refused files (1)", "Add photos"]
    assert "1 file was refused" in words(app)
    # The count changes while the step is chosen; the choice and the link stay.
    app.button_group(key="surveys_step").set_value("Refused files").run()
    empty_store.photos.refuse(survey="North leg", name="c.jpg", reason="empty")
    app.run()
    assert not app.exception
    assert "Refused files (2)" in steps(app)
    assert app.button_group(key="surveys_step").value == "Refused files"
    assert "Refused files" in app.query_params["surveys_step"]
    assert "(2)" not in str(app.query_params["surveys_step"])
    (refused,) = [d.value for d in app.dataframe if "name" in d.value]
    assert refused["name"].tolist() == ["b.jpg", "c.jpg"]


def test_a_run_beside_other_surveys_opens_its_own(open_app, surveyed, colours):
    app = open_app("surveys", surveys_step="Add photos")
    upload(app, [("a.jpg", photo_file(RED, number=9)), ("b.jpg", b"words")])
    app.text_input(key="surveys_name").set_value("North leg").run()
    button(app, "Run survey of 1 photo").click().run()
    assert not app.exception
    app = finished(surveyed, app)
    assert not app.exception
    assert app.selectbox(key="surveys_chosen").value == "North leg"
    assert "Refused files (1)" in steps(app)
    app.selectbox(key="surveys_chosen").set_value("June flight").run()
    assert app.selectbox(key="surveys_chosen").value == "June flight"


def test_a_link_to_an_unknown_step_shows_the_results(open_app, surveyed):
    app = open_app("surveys", surveys_step="Refused files (7)")
    assert not app.exception
    assert app.button_group(key="surveys_step").value == "Results"


def test_uploaded_simulated_photos_end_as_a_simulated_survey(
    open_app, empty_store, colours
):
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED, simulated=True)), ("b.jpg", b"words")])
    assert "These photos are simulated" in words(app)
    app.text_input(key="surveys_name").set_value("Practice").run()
    button(app, "Run survey of 1 photo").click().run()
    app = finished(empty_store, app)
    assert not app.exception
    assert empty_store.observations.frame()["simulated"].tolist() == [True]
    assert "simulated" in words(app).lower()
    results = survey_data.results_csv("Practice").decode()
    header, first = results.splitlines()[:2]
    assert (
        dict(zip(header.split(","), first.split(","), strict=True))["simulated"].lower()
        == "true"
    )


def test_a_mix_of_simulated_and_real_photos_cannot_run_until_one_kind_is_left_out(
    open_app, empty_store, colours
):
    app = open_app("surveys")
    files = [
        ("real.jpg", photo_file(RED)),
        ("painted.jpg", photo_file(RED, number=1, simulated=True)),
    ]
    upload(app, files)
    app.text_input(key="surveys_name").set_value("North leg").run()
    assert "1 of 2 photos are simulated" in words(app)
    assert button(app, "Run survey of 2 photos").disabled
    button(app, "Leave out 1 simulated photo").click().run()
    assert not app.exception
    button(app, "Run survey of 1 photo").click().run()
    finished(empty_store, app)
    assert [p["name"] for p in empty_store.photos.listing()] == ["real.jpg"]
    assert empty_store.observations.frame()["simulated"].tolist() == [False]


def test_a_missing_model_fails_the_run_in_words_and_keeps_the_files(
    open_app, empty_store, monkeypatch, data_dir
):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(data_dir / "no-models"))
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED))])
    app.text_input(key="surveys_name").set_value("North leg").run()
    button(app, "Run survey of 1 photo").click().run()
    app = finished(empty_store, app)
    assert not app.exception
    (message,) = [error.value for error in app.error]
    assert "no model" in message.lower().replace("\\", "")
    assert "Traceback" not in message
    assert button(app, "Resume survey")


def test_a_changed_model_file_fails_the_run_and_resumes_once_mended(
    open_app, empty_store, monkeypatch
):
    def changed(settings):
        raise ModelIntegrityError("model.tflite has hash ab, the manifest says cd")

    monkeypatch.setattr(survey_data, "_load_classifier", changed)
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED))])
    app.text_input(key="surveys_name").set_value("North leg").run()
    button(app, "Run survey of 1 photo").click().run()
    app = finished(empty_store, app)
    assert "manifest says cd" in words(app)
    monkeypatch.setattr(
        survey_data, "_load_classifier", lambda settings: ColourClassifier()
    )
    button(app, "Resume survey").click().run()
    app = finished(empty_store, app)
    assert not app.exception
    assert empty_store.counts()["photo"] == 1


def test_an_unreadable_survey_name_is_refused_in_words(open_app, empty_store, colours):
    app = open_app("surveys")
    upload(app, [("a.jpg", photo_file(RED))])
    app.text_input(key="surveys_name").set_value("\u202egnol").run()
    button(app, "Run survey of 1 photo").click().run()
    assert not app.exception
    assert "survey name" in words(app)
    assert empty_store.surveys.listing() == []


def test_hostile_file_names_do_not_become_markdown(open_app, empty_store):
    create_survey(empty_store, "June *flight*", actor="ada")
    name = "[x](javascript:alert) **b**.jpg"
    take_in(
        empty_store,
        ColourClassifier(),
        "June *flight*",
        [(name, photo_file(GREY))],
        actor="ada",
    )
    app = open_app("surveys", surveys_step="Review")
    assert not app.exception
    assert "[x](javascript" not in words(app)
