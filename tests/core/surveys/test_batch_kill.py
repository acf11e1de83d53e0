"""A killed process, and a thousand photos: the store ends as it should."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.governance import verify_chain
from core.jobs import JobRunner, JobState
from core.storage import open_store
from core.surveys import SURVEY_JOB, start_folder, survey_work
from tests.core.surveys.fakes import ColourClassifier
from tests.core.surveys.test_batches import many, new_runner
from tests.core.surveys.test_counting import FakeDetector

ROOT = Path(__file__).resolve().parents[3]
N_PHOTOS = 60

SCRIPT = """
import sys, time
from pathlib import Path
from core.jobs import JobRunner
from core.storage import open_store
from core.surveys import SURVEY_JOB, start_folder, survey_work
from tests.core.surveys.fakes import ColourClassifier
from tests.core.surveys.test_counting import FakeDetector

class Slow(ColourClassifier):
    def examine(self, photo):
        time.sleep(0.02)
        if self.n_seen == 3:
            print("at work", flush=True)
        return super().examine(photo)

store = open_store(sys.argv[1])
runner = JobRunner(store, kinds={SURVEY_JOB: survey_work(store, Slow, FakeDetector)})
start_folder(store, runner, "Leg", Path(sys.argv[2]), actor="ada", count_objects=True)
time.sleep(120)
"""


def killed_after(url, folder, seconds):
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, url, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"at work\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def contents(store):
    """All that a batch writes, without times and numbers of rows."""
    photos = [
        {key: value for key, value in photo.items() if key != "added_at"}
        for photo in store.photos.listing()
    ]
    observed = store.observations.frame()
    return {
        "photos": sorted(photos, key=lambda photo: photo["sha256"]),
        "files": list(store.files.names()),
        "observations": sorted(observed["observation_id"]),
        "counts": int(observed["count"].sum()),
        "predictions": sorted(
            (row["photo_sha256"], row["category"], row["confidence"])
            for row in store.predictions.listing()
        ),
        "boxes": sorted(
            (row["photo_sha256"], str(row["boxes"]))
            for row in store.detections.listing()
        ),
        "refused": sorted(
            (row["name"], row["reason"]) for row in store.photos.refused()
        ),
        "audited": sorted(
            entry["subject"] for entry in store.audit.entries(action="photo.add")
        ),
    }


@pytest.mark.slow
def test_a_batch_killed_three_times_ends_as_one_that_was_not(tmp_path):
    folder = many(tmp_path / "many", N_PHOTOS)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "copy.jpg").write_bytes((folder / "0001.jpg").read_bytes())
    stores = []
    for name, kills in (("whole", ()), ("killed", (0.05, 0.4, 0.8))):
        url = f"sqlite:///{tmp_path / name / 'gyre.db'}"
        for seconds in kills:
            killed_after(url, folder, seconds)
        store = open_store(url)
        stores.append(store)
        runner = new_runner(store, detector=FakeDetector())
        # The command given again finds the job that died and goes on with it.
        job_id = start_folder(
            store, runner, "Leg", folder, actor="ada", count_objects=True
        )
        job = runner.wait(job_id, timeout_s=120)
        runner.close()
        assert job.state is JobState.DONE
        assert job.attempt == 1 + len(kills)
        assert job.result["n_new"] + job.result["n_known"] == N_PHOTOS
        assert len(store.jobs.listing()) == 1
        verify_chain(store)
    assert contents(stores[0]) == contents(stores[1])
    for store in stores:
        store.close()


@pytest.mark.slow
def test_a_thousand_photos_are_one_job_with_little_memory_and_short_locks(tmp_path):
    folder = many(tmp_path / "many", 1000)
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as store:
        work = survey_work(store, ColourClassifier)
        runner = JobRunner(store, kinds={SURVEY_JOB: work})
        job_id = start_folder(store, runner, "Leg", folder, actor="ada")
        waits = []
        while not (job := runner.get(job_id)).is_finished:
            began = time.monotonic()
            store.surveys.add("Other")  # what a page writes meanwhile
            waits.append(time.monotonic() - began)
            time.sleep(0.1)
        runner.close()
        assert (job.state, job.done, job.result["n_new"]) == ("done", 1000, 1000)
        assert store.photos.count() == len(store.observations.frame()) == 1000
    # The lock is held for eight photos at a time; ten seconds would be an error.
    assert sorted(waits)[len(waits) // 2] < 1.0
    assert max(waits) < 5.0
