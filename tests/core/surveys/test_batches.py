"""A folder or archive as a batch: what is listed, read, refused and tried again."""

import csv
import io
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from core.errors import AccessError, ImageError, InputError, NotFoundError, StorageError
from core.jobs import JobRunner, JobState
from core.storage import open_store
from core.surveys import (
    SURVEY_JOB,
    allowed_place,
    batch_places,
    create_survey,
    errors_csv,
    list_batch,
    retry_failed,
    start_folder,
    survey_work,
)
from core.surveys.batch_errors import error_of
from tests.core.surveys.fakes import BLUE, RED, ColourClassifier, photo_file
from tests.core.surveys.test_counting import FakeDetector


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "incoming" / "flight 1"
    (made / "b").mkdir(parents=True)
    (made / "a.jpg").write_bytes(photo_file(RED))
    (made / "b" / "a.jpg").write_bytes(photo_file(BLUE, number=1))
    (made / "broken.jpg").write_bytes(photo_file(RED, number=2)[:-200])
    (made / ".hidden").write_bytes(b"x")
    return made


def new_runner(store, classifier=None, detector=None):
    work = survey_work(
        store, lambda: classifier or ColourClassifier(), lambda: detector
    )
    return JobRunner(store, kinds={SURVEY_JOB: work})


@pytest.fixture
def runner(store):
    made = new_runner(store)
    yield made
    made.close()


def finished(runner, job_id, timeout_s=120):
    job = runner.wait(job_id, timeout_s=timeout_s)
    assert job.is_finished
    return job


def test_a_folder_is_taken_in_and_each_failure_says_what_helps(store, runner, folder):
    (folder / "copy.jpg").write_bytes((folder / "a.jpg").read_bytes())
    (folder / "=cmd.txt").write_text("words")
    job = finished(runner, start_folder(store, runner, "Leg", folder, actor="ada"))
    assert (job.state, job.done, job.total) == (JobState.DONE, 5, 5)
    assert (job.result["n_new"], job.result["n_errors"]) == (2, 3)
    errors = {e["file"]: e for e in job.result["errors"]}
    assert set(errors) == {"broken.jpg", "copy.jpg", "=cmd.txt"}
    assert "cut short" in errors["broken.jpg"]["reason"]
    assert "memory card" in errors["broken.jpg"]["remedy"]
    assert not errors["copy.jpg"]["may_retry"]
    table = list(csv.DictReader(io.StringIO(errors_csv(job.result["errors"]).decode())))
    assert [row["file"] for row in table] == ["'=cmd.txt", "broken.jpg", "copy.jpg"]
    assert len(store.observations.frame(survey="Leg")) == 2


def test_only_what_failed_is_tried_again_and_its_refusal_goes(store, runner, folder):
    job = finished(runner, start_folder(store, runner, "Leg", folder, actor="ada"))
    (folder / "broken.jpg").write_bytes(photo_file(RED, number=2))
    again = finished(runner, retry_failed(store, runner, job.job_id, actor="bo"))
    assert (again.total, again.result["n_new"], again.result["n_errors"]) == (1, 1, 0)
    assert again.params["retry_of"] == job.job_id
    # The refusal was of other bytes under that name, and is part of the record.
    assert [r["name"] for r in store.photos.refused(survey="Leg")] == ["broken.jpg"]
    with pytest.raises(InputError, match="no file of this batch"):
        retry_failed(store, runner, again.job_id, actor="bo")


def test_a_file_that_is_gone_by_the_retry_is_named(store, runner, folder):
    job = finished(runner, start_folder(store, runner, "Leg", folder, actor="ada"))
    (folder / "broken.jpg").unlink()
    again = finished(runner, retry_failed(store, runner, job.job_id, actor="bo"))
    (error,) = again.result["errors"]
    assert "no longer there" in error["reason"]
    assert error["may_retry"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_named(store, runner, folder):
    (folder / "a.jpg").chmod(0)
    job = finished(runner, start_folder(store, runner, "Leg", folder, actor="ada"))
    assert "a.jpg" in [e["file"] for e in job.result["errors"]]


def test_the_same_folder_again_adds_nothing(store, runner, folder):
    finished(runner, start_folder(store, runner, "Leg", folder, actor="ada"))
    before = store.counts()
    job = finished(runner, start_folder(store, runner, "Leg", folder, actor="ada"))
    assert (job.result["n_new"], job.result["n_known"]) == (0, 2)
    changed = {name for name, n in store.counts().items() if n != before[name]}
    assert changed <= {"job", "audit_entry"}


def test_an_archive_is_read_member_by_member_and_never_unpacked(
    store, runner, tmp_path
):
    path = tmp_path / "flight.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.jpg", photo_file(RED))
        archive.writestr("day/b.jpg", photo_file(BLUE, number=1))
        archive.writestr("__MACOSX/day/._b.jpg", b"x")
        archive.writestr("day/.DS_Store", b"x")
        archive.writestr("day/empty.jpg", b"")
    before = sorted(tmp_path.parent.rglob("evil*"))
    job = finished(runner, start_folder(store, runner, "Zip", path, actor="ada"))
    assert (job.result["n_new"], job.result["n_errors"]) == (2, 1)
    assert {p["name"] for p in store.photos.listing()} == {"evil.jpg", "b.jpg"}
    assert sorted(tmp_path.parent.rglob("evil*")) == before


def test_a_member_that_says_it_is_small_is_not_read_beyond_the_limit(
    tmp_path, monkeypatch
):
    from core.surveys import batches

    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.jpg", bytes(3_000_000))
    monkeypatch.setattr(
        batches,
        "Limits",
        lambda: __import__("core.imagery").imagery.Limits(max_bytes=1_000_000),
    )
    (photo,) = list_batch(path)
    with pytest.raises(ImageError, match="more than the limit"):
        photo.load()


def test_what_is_no_archive_says_so(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK no")
    with pytest.raises(InputError, match="no zip archive"):
        list_batch(path)
    with pytest.raises(NotFoundError):
        list_batch(tmp_path / "nowhere")


def test_an_empty_folder_is_refused_and_makes_no_survey(store, runner, tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no file"):
        start_folder(store, runner, "Leg", tmp_path / "none", actor="ada")
    assert [s["name"] for s in store.surveys.listing()] == ["June flight"]


def test_a_page_stays_within_the_allowed_folders(tmp_path, folder):
    root = tmp_path / "incoming"
    assert allowed_place(folder, [root])[0] == folder.resolve()
    for outside in (tmp_path, tmp_path / "incoming2", Path("/etc"), root / ".." / "x"):
        with pytest.raises(AccessError):
            allowed_place(outside, [root])
    (root / "link").symlink_to("/etc")
    with pytest.raises(AccessError, match="link"):
        allowed_place(root / "link", [root])
    with pytest.raises(AccessError, match="link"):
        allowed_place(root / "link" / "ssl", [root])
    labels = [place.label for place in batch_places([root, tmp_path / "no"])]
    assert labels == ["incoming/flight 1", "incoming/flight 1/b"]


def test_a_link_in_an_allowed_folder_leads_nowhere(tmp_path, folder):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(photo_file(RED, number=9))
    (folder / "c.jpg").symlink_to(secret)
    root = tmp_path / "incoming"
    photos = {p.file: p for p in list_batch(folder, within=root)}
    with pytest.raises(ImageError, match="link"):
        photos["c.jpg"].load()
    # Swapped for a link after it was listed.
    (folder / "a.jpg").unlink()
    (folder / "a.jpg").symlink_to(secret)
    with pytest.raises(ImageError, match="link"):
        photos["a.jpg"].load()
    assert list_batch(folder)  # on the command line a link to a file is followed


class Waiting(ColourClassifier):
    """Stops at a photo until it is let go on."""

    def __init__(self, at):
        super().__init__()
        self.at, self.reached, self.go = at, threading.Event(), threading.Event()

    def examine(self, photo):
        if self.n_seen == self.at:
            self.reached.set()
            assert self.go.wait(30)
        return super().examine(photo)


def many(folder, n):
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(n):
        colour = RED if k % 2 else BLUE
        (folder / f"{k:04d}.jpg").write_bytes(photo_file(colour, number=k))
    return folder


def test_cancel_keeps_what_is_done_and_the_same_batch_goes_on(store, tmp_path):
    folder = many(tmp_path / "many", 40)
    classifier = Waiting(at=20)
    runner = new_runner(store, classifier)
    job_id = start_folder(store, runner, "Leg", folder, actor="ada")
    assert classifier.reached.wait(30)
    with pytest.raises(InputError, match="already"):
        start_folder(store, runner, "Leg", folder, actor="ada")
    runner.cancel(job_id)
    classifier.go.set()
    job = finished(runner, job_id)
    assert job.state is JobState.CANCELLED
    assert job.result["was_cancelled"]
    kept = store.photos.count(survey="Leg")
    assert 0 < kept < 40
    assert start_folder(store, runner, "Leg", folder, actor="ada") == job_id
    job = finished(runner, job_id)
    runner.close()
    assert (job.state, job.attempt) == (JobState.DONE, 2)
    assert (job.result["n_new"], job.result["n_known"]) == (40 - kept, kept)
    assert store.photos.count(survey="Leg") == 40


def test_a_second_visit_sees_progress_errors_and_time_left(
    store, tmp_path, monkeypatch
):
    from core.surveys import tally

    monkeypatch.setattr(tally, "_LEAST_S", 0.0)
    monkeypatch.setattr(tally, "_NOTE_EVERY_S", 0.0)
    monkeypatch.setattr("core.jobs._context._REPORT_EVERY_S", 0.0)
    folder = many(tmp_path / "many", 30)
    (folder / "0000.jpg").write_bytes(b"words")
    classifier = Waiting(at=20)
    runner = new_runner(store, classifier)
    job_id = start_folder(store, runner, "Leg", folder, actor="ada")
    assert classifier.reached.wait(30)
    url = f"sqlite:///{store.path}"
    with open_store(url) as second:  # another tab, another process
        until = time.monotonic() + 10
        while time.monotonic() < until:
            row = second.jobs.get(job_id)
            if row["done"] >= 16 and row["result"].get("seconds_left") is not None:
                break
            time.sleep(0.05)
    assert (row["state"], row["total"]) == ("running", 30)
    assert row["result"]["seconds_left"] > 0
    assert [e["file"] for e in row["result"]["errors"]] == ["0000.jpg"]
    classifier.go.set()
    finished(runner, job_id)
    runner.close()


def test_a_full_disk_stops_the_batch_and_keeps_earlier_photos(
    store, tmp_path, monkeypatch
):
    folder = many(tmp_path / "many", 30)
    runner = new_runner(store)
    put, n_put = store.files.put, []

    def full(data):
        n_put.append(1)
        if len(n_put) > 30:
            raise StorageError("cannot write to files: No space left on device")
        return put(data)

    monkeypatch.setattr(store.files, "put", full)
    job_id = start_folder(store, runner, "Leg", folder, actor="ada")
    job = finished(runner, job_id)
    assert job.state is JobState.FAILED
    assert "No space left" in job.message
    kept = store.photos.count(survey="Leg")
    assert 0 < kept < 30
    monkeypatch.setattr(store.files, "put", put)
    runner.resume(job_id)
    job = finished(runner, job_id)
    runner.close()
    assert (job.state, store.photos.count(survey="Leg")) == (JobState.DONE, 30)


def test_an_end_that_cannot_be_written_is_written_later(store, tmp_path, monkeypatch):
    runner = new_runner(store)
    update, is_full = store.jobs.update, threading.Event()

    def sometimes(job_id, **changes):
        if is_full.is_set() and "finished_at" in changes:
            raise StorageError("no room left on the disk")
        return update(job_id, **changes)

    monkeypatch.setattr(store.jobs, "update", sometimes)
    is_full.set()
    job_id = start_folder(store, runner, "Leg", many(tmp_path / "many", 2), actor="ada")
    assert not runner.wait(job_id, timeout_s=3).is_finished
    is_full.clear()
    assert runner.listing()[0].state is JobState.DONE
    runner.close()


def test_two_batches_at_once_share_nothing_and_count_each_photo_once(store, tmp_path):
    folder = many(tmp_path / "many", 40)
    other = many(tmp_path / "other", 24)  # the same photos as the first 24
    create_survey(store, "Leg", actor="ada")
    runners = [new_runner(store), new_runner(store)]
    jobs = [
        start_folder(store, runner, "Leg", place, actor="ada")
        for runner, place in zip(runners, (folder, other), strict=True)
    ]
    done = [finished(r, j) for r, j in zip(runners, jobs, strict=True)]
    for runner in runners:
        runner.close()
    assert [job.state for job in done] == [JobState.DONE] * 2
    assert sum(job.result["n_new"] for job in done) == 40
    counted = store.counts()
    assert counted["photo"] == counted["prediction"] == counted["observation"] == 40


def test_a_batch_of_objects_says_when_its_detector_is_gone(store, folder):
    runner = new_runner(store, detector=FakeDetector())
    job_id = start_folder(
        store, runner, "Objects", folder, actor="ada", count_objects=True
    )
    assert finished(runner, job_id).state is JobState.DONE
    frame = store.observations.frame(survey="Objects")
    assert frame["count"].sum() == 3
    runner.register(SURVEY_JOB, survey_work(store, ColourClassifier))
    (folder / "new.jpg").write_bytes(photo_file(RED, number=30))
    job_id = start_folder(store, runner, "Objects", folder, actor="ada")
    job = finished(runner, job_id)
    runner.close()
    assert job.state is JobState.FAILED
    assert "no detector is deployed" in job.message


@pytest.mark.parametrize(
    ("reason", "helps", "again"),
    [
        ("the JPEG is cut short", "memory card", True),
        ("already counted in survey 'X'", "Nothing to do", False),
        ("the file cannot be read: Permission denied", "readable", True),
        ("the picture has 20000 x 10000 = 200 megapixels, more than the limit of 120",
         "Export it smaller", True),
        ("not a photo: the content is text", "Leave it out", False),
        ("nobody thought of this", "Look at the file", True),
    ],
)  # fmt: skip
def test_every_reason_has_a_remedy(reason, helps, again):
    error = error_of("x.jpg", reason)
    assert helps in error.remedy
    assert error.may_retry is again
