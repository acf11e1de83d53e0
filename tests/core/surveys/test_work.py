import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import InputError, ModelIntegrityError
from core.governance import verify_chain
from core.jobs import JobRunner, JobState
from core.surveys import (
    SURVEY_JOB,
    check_files,
    start_survey,
    survey_params,
    survey_results,
    survey_summary,
    survey_work,
)
from tests.core.surveys.fakes import BLUE, RED, ColourClassifier, photo_file

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def runner(store, classifier):
    made = JobRunner(store, kinds={SURVEY_JOB: survey_work(store, lambda: classifier)})
    yield made
    made.close()


def waiting(store, n=3):
    return [
        (f"{i}.jpg", store.files.put(photo_file(RED if i % 2 else BLUE, number=i)))
        for i in range(n)
    ]


def test_a_survey_runs_as_a_job(store, runner):
    files = waiting(store)
    noon = datetime(2025, 6, 1, tzinfo=UTC)
    params = survey_params(
        "June flight",
        files,
        actor="ada",
        footprint_km2=0.02,
        positions={files[0][1]: (5.0, -150.0)},
        taken_on=noon,
    )
    assert json.loads(json.dumps(params)) == params
    job = runner.wait(runner.submit(SURVEY_JOB, params), timeout_s=60)
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert job.result["n_new"] == 3
    frame = store.observations.frame()
    assert len(frame) == 3
    assert 5.0 in frame["lat"].tolist()
    assert frame["effort_km2"].sum() == pytest.approx(0.06)


def test_a_file_that_is_gone_is_reported(store, runner):
    files = [*waiting(store, 1), ("gone.jpg", "0" * 64)]
    params = survey_params("June flight", files, actor="ada")
    job = runner.wait(runner.submit(SURVEY_JOB, params), timeout_s=60)
    assert job.state is JobState.DONE
    (refused,) = store.photos.refused()
    assert refused["name"] == "gone.jpg"
    assert "no longer in the store" in refused["reason"]


def test_a_model_that_cannot_be_loaded_fails_the_job_with_its_reason(store):
    def broken():
        raise ModelIntegrityError("model.tflite has hash ab, the manifest says cd")

    runner = JobRunner(store, kinds={SURVEY_JOB: survey_work(store, broken)})
    params = survey_params("June flight", waiting(store), actor="ada")
    job = runner.wait(runner.submit(SURVEY_JOB, params), timeout_s=60)
    assert job.state is JobState.FAILED
    assert "manifest says" in job.message
    runner.register(SURVEY_JOB, survey_work(store, ColourClassifier))
    runner.resume(job.job_id)
    assert runner.wait(job.job_id, timeout_s=60).state is JobState.DONE
    runner.close()
    assert store.photos.count() == 3


def test_checked_files_start_a_survey_and_refused_ones_keep_their_reason(store, runner):
    items = [("a.jpg", photo_file(RED)), ("b.jpg", b"text"), ("c.jpg", photo_file(RED))]
    checks = list(check_files(items))
    store.files.put(items[0][1])
    job_id = start_survey(store, runner, " August ", checks, actor="ada")
    refused = {r["name"]: r["reason"] for r in store.photos.refused(survey="August")}
    assert set(refused) == {"b.jpg", "c.jpg"}
    assert "text" in refused["b.jpg"]
    assert "same content" in refused["c.jpg"]
    job = runner.wait(job_id, timeout_s=60)
    assert (job.state, job.result["n_new"]) == (JobState.DONE, 1)
    assert store.surveys.get("August")["created_by"] == "ada"


def kept(store, items):
    for _, data in items:
        store.files.put(data)
    return list(check_files(items))


def test_simulated_photos_make_a_survey_that_is_simulated_throughout(store, runner):
    checks = kept(store, [("a.jpg", photo_file(RED, simulated=True))])
    job_id = start_survey(store, runner, "Practice", checks, actor="ada")
    assert runner.wait(job_id, timeout_s=60).state is JobState.DONE
    assert store.surveys.get("Practice")["simulated"]
    assert [photo["simulated"] for photo in store.photos.listing()] == [True]
    assert store.observations.frame()["simulated"].tolist() == [True]
    assert survey_results(store, "Practice")["simulated"].tolist() == [True]
    assert survey_summary(store, "Practice").simulated


def test_simulated_and_real_photos_never_share_a_survey(store, runner):
    real, painted = photo_file(RED), photo_file(BLUE, simulated=True)
    mixed = kept(store, [("real.jpg", real), ("painted.jpg", painted)])
    with pytest.raises(InputError, match="leave one kind out"):
        start_survey(store, runner, "August", mixed, actor="ada")
    # "June flight" is there already and holds real photos.
    with pytest.raises(InputError, match="give another name"):
        start_survey(store, runner, "June flight", mixed[1:], actor="ada")
    assert [s["name"] for s in store.surveys.listing()] == ["June flight"]
    assert store.jobs.listing() == []


def test_nothing_to_run_makes_no_survey(store, runner):
    checks = list(check_files([("b.jpg", b"text")]))
    with pytest.raises(InputError, match="no file"):
        start_survey(store, runner, "August", checks, actor="ada")
    assert [s["name"] for s in store.surveys.listing()] == ["June flight"]


def test_a_job_needs_files():
    with pytest.raises(InputError, match="no file"):
        survey_params("June flight", [], actor="ada")


SCRIPT = """
import sys, time
from core.jobs import JobRunner
from core.storage import open_store
from core.surveys import SURVEY_JOB, survey_params, survey_work
from tests.core.surveys.fakes import ColourClassifier
from tests.core.surveys.test_work import waiting

class Slow(ColourClassifier):
    def examine(self, pixels):
        if self.n_seen == 20:
            print("dying", flush=True)
            time.sleep(60)
        return super().examine(pixels)

if __name__ == "__main__":
    store = open_store(sys.argv[1])
    runner = JobRunner(store, kinds={SURVEY_JOB: survey_work(store, Slow)})
    params = survey_params("June flight", waiting(store, 40), actor="ada")
    runner.submit(SURVEY_JOB, params)
    time.sleep(60)
"""


def test_a_killed_survey_resumes_and_counts_every_photo_once(
    store, classifier, tmp_path
):
    script = tmp_path / "work.py"
    script.write_text(SCRIPT)
    url = f"sqlite:///{tmp_path / 'gyre.db'}"
    with subprocess.Popen(
        [sys.executable, str(script), url],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"dying\n"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    done_before = store.photos.count()
    assert 0 < done_before < 40
    runner = JobRunner(
        store, kinds={SURVEY_JOB: survey_work(store, lambda: classifier)}
    )
    (job,) = runner.listing(kind=SURVEY_JOB)
    assert job.state is JobState.INTERRUPTED
    runner.resume(job.job_id)
    job = runner.wait(job.job_id, timeout_s=60)
    runner.close()
    assert (job.state, job.done) == (JobState.DONE, 40)
    assert job.result["n_known"] == done_before
    counted = store.counts()
    assert counted["photo"] == counted["prediction"] == counted["observation"] == 40
    entries = store.audit.entries(action="photo.add")
    assert len({entry["subject"] for entry in entries}) == len(entries) == 40
    verify_chain(store)
