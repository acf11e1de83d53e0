"""Batches on the Surveys page: from this machine, seen later, tried again."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from core.jobs import JobState
from dashboard import survey_data
from tests.core.surveys.fakes import BLUE, RED, ColourClassifier, photo_file
from tests.core.surveys.test_counting import FakeDetector
from tests.dashboard.test_surveys import button, finished, survey_job, upload, words

MACHINE = "The machine Gyre runs on"


@pytest.fixture
def models(monkeypatch):
    monkeypatch.setattr(
        survey_data, "_load_classifier", lambda settings: ColourClassifier()
    )
    monkeypatch.setattr(survey_data, "_load_detector", lambda settings: FakeDetector())
    monkeypatch.setattr(survey_data, "has_detector", lambda: True)


@pytest.fixture
def flight(data_dir):
    folder = data_dir / "incoming" / "flight"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(photo_file(RED))
    (folder / "b.jpg").write_bytes(photo_file(BLUE, number=1))
    (folder / "cut.jpg").write_bytes(photo_file(RED, number=2)[:-200])
    return folder


def on_machine(open_app):
    app = open_app("surveys")
    app.button_group(key="surveys_where").set_value(MACHINE).run()
    assert not app.exception
    return app


def test_without_photos_on_the_machine_the_page_says_where_they_go(
    open_app, empty_store, data_dir
):
    said = words(on_machine(open_app))
    assert str(data_dir / "incoming") in said
    assert "No batch has ended yet" in said


def test_a_folder_becomes_a_survey_and_its_failures_can_be_tried_again(
    open_app, empty_store, flight, models
):
    app = on_machine(open_app)
    assert app.selectbox(key="surveys_place").options == ["incoming/flight (3 files)"]
    app.text_input(key="surveys_machine_name").set_value("North leg").run()
    button(app, "Take photos in").click().run()
    app = finished(empty_store, app)
    assert not app.exception
    said = words(app)
    assert "2 photos taken in" in said
    assert [e.label for e in app.expander if "failed" in e.label] == ["1 file failed"]
    # A later visit finds the batch among the past ones, and its failures.
    later = open_app("surveys")
    later.button_group(key="surveys_step").set_value("Add photos").run()
    later.selectbox(key="surveys_past_batch").select_index(0).run()
    assert not later.exception
    assert [e.label for e in later.expander if "failed" in e.label] == ["1 file failed"]
    (flight / "cut.jpg").write_bytes(photo_file(RED, number=2))
    button(app, "Retry 1 file").click().run()
    app = finished(empty_store, app)
    assert not app.exception
    job = survey_job(empty_store)
    assert (job["state"], job["result"]["n_new"]) == (JobState.DONE, 1)
    assert empty_store.photos.count(survey="North leg") == 3


def test_objects_are_counted_where_it_is_asked_for(
    open_app, empty_store, flight, models
):
    app = on_machine(open_app)
    app.text_input(key="surveys_machine_name").set_value("Objects").run()
    app.toggle(key="surveys_count_objects").set_value(True).run()
    button(app, "Take photos in").click().run()
    app = finished(empty_store, app)
    frame = empty_store.observations.frame(survey="Objects")
    assert frame["count"].sum() == 3
    app.button_group(key="surveys_step").set_value("Add photos").run()
    app.button_group(key="surveys_where").set_value(MACHINE).run()
    app.text_input(key="surveys_machine_name").set_value("Objects").run()
    assert "This survey counts each object found" in words(app)


def test_a_later_visit_finds_the_batch_that_stopped(
    open_app, empty_store, flight, models
):
    empty_store.jobs.add(
        {
            "job_id": "j" * 32,
            "kind": "survey",
            "params": {
                "survey": "North *leg*",
                "files": [],
                "actor": "ada",
                "source": {"path": str(flight)},
            },
            "state": "interrupted",
            "done": 2,
            "total": 3,
            "result": {"n_errors": 0, "errors": [], "seconds_left": 3.0},
            "actor": "ada",
        }
        | dict.fromkeys(
            ("created_at", "updated_at", "finished_at"),
            datetime(2026, 6, 1, tzinfo=UTC),
        )
    )
    empty_store.surveys.add("North *leg*")
    app = open_app("surveys")
    assert not app.exception
    assert "was interrupted" in words(app)
    assert "2 of 3 files are finished" in words(app)
    resume = [b for b in app.button if b.label == "Resume survey"]
    resume[0].click().run()
    app = finished(empty_store, app)
    assert survey_job(empty_store)["state"] == JobState.DONE
    assert empty_store.photos.count() == 2


def test_an_archive_that_is_uploaded_shows_its_photos(open_app, empty_store, models):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("day/a.jpg", photo_file(RED))
        archive.writestr("day/b.jpg", photo_file(BLUE, number=1))
    app = open_app("surveys")
    upload(app, [("day.zip", packed.getvalue()), ("not.zip", b"PK, no archive")])
    assert not app.exception
    assert "2 of 3 files" in words(app)
    app.text_input(key="surveys_name").set_value("Zip").run()
    button(app, "Run survey of 2 photos").click().run()
    finished(empty_store, app)
    assert empty_store.photos.count(survey="Zip") == 2


def test_an_upload_that_lies_on_disk_is_read_from_there(tmp_path, monkeypatch):
    from dashboard.components import survey_upload

    (tmp_path / "spooled").write_bytes(b"photo")

    class Manager:
        def path(self, session_id, file_id):
            return tmp_path / "spooled" if file_id == "a" else None

    class Context:
        uploaded_file_mgr, session_id = Manager(), "s"

    monkeypatch.setattr(survey_upload, "get_script_run_ctx", lambda: Context)

    class File(io.BytesIO):
        file_id = "a"

    file: Any = File(b"")
    assert survey_upload._bytes_of(file) == b"photo"
    file = File(b"memory")
    file.file_id = "b"
    assert survey_upload._bytes_of(file) == b"memory"


def test_time_left_is_said_in_words():
    from dashboard.components.survey_words import time_left

    assert time_left(20) == "less than a minute left"
    assert time_left(130) == "about 2 min left"
    assert time_left(4000) == "about 1 h 7 min left"
