import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import ImageError, InputError, NotFoundError
from core.jobs import JobRunner, JobState
from core.storage import open_store

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as opened:
        yield opened


@pytest.fixture
def runner(store):
    made = JobRunner(store)
    yield made
    made.close()


def count_to(params, job):
    for i in range(params["n"]):
        if job.cancelled():
            return {"counted": i}
        job.progress(i + 1, params["n"], f"item {i + 1}")
    return {"counted": params["n"]}


def test_a_job_runs_and_its_result_is_found_again(runner, store):
    job_id = runner.submit("count", {"n": 3}, count_to, actor="ada")
    job = runner.wait(job_id, timeout_s=5)
    assert job.state is JobState.DONE
    assert (job.done, job.total, job.result) == (3, 3, {"counted": 3})
    assert job.share_done == 1.0
    assert job.created_at <= job.started_at <= job.finished_at
    assert job.created_at.utcoffset().total_seconds() == 0
    other = JobRunner(store)
    found = other.get(job_id)
    other.close()
    assert (found.actor, found.params, found.message) == ("ada", {"n": 3}, "item 3")


def test_jobs_are_listed_newest_first_and_by_kind(runner):
    first = runner.submit("count", {"n": 1}, count_to)
    runner.wait(first, timeout_s=5)
    second = runner.submit("other", {"n": 1}, count_to)
    runner.wait(second, timeout_s=5)
    assert [job.job_id for job in runner.listing()] == [second, first]
    assert [job.job_id for job in runner.listing(kind="count")] == [first]
    assert runner.listing(active=True) == []


def test_cancel_stops_between_items_and_keeps_what_is_done(runner):
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def work(params, job):
        for i in range(1000):
            if job.cancelled():
                return {"seen": i}
            seen.append(i)
            job.progress(i + 1, 1000)
            begun.set()
            go_on.wait(5)
            time.sleep(0.01)
        return {}

    job_id = runner.submit("slow", {}, work)
    assert begun.wait(5)
    assert runner.cancel(job_id)
    go_on.set()
    job = runner.wait(job_id, timeout_s=5)
    assert job.state is JobState.CANCELLED
    assert job.result == {"seen": len(seen)}
    assert 1 <= job.done == len(seen) < 1000
    assert not runner.cancel(job_id)


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(runner):
    free, ran = threading.Event(), []
    blocker = runner.submit("a", {}, lambda p, j: free.wait(5) and None)
    waiting = runner.submit("b", {}, lambda p, j: ran.append(1))
    runner.cancel(waiting)
    assert runner.get(waiting).state is JobState.CANCELLED
    free.set()
    assert runner.wait(blocker, timeout_s=5).state is JobState.DONE
    last = runner.submit("c", {}, lambda p, j: None)
    runner.wait(last, timeout_s=5)
    assert ran == []


def test_cancelling_after_the_last_item_is_too_late(runner):
    asked = threading.Event()

    def work(params, job):
        job.cancelled()
        asked.wait(5)
        return {"all": True}

    job_id = runner.submit("late", {}, work)
    while runner.get(job_id).state is not JobState.RUNNING:
        time.sleep(0.01)
    runner.cancel(job_id)
    asked.set()
    job = runner.wait(job_id, timeout_s=5)
    assert (job.state, job.result) == (JobState.DONE, {"all": True})


def test_a_refusal_is_told_in_its_own_words(runner):
    def work(params, job):
        raise ImageError("the JPEG is cut short (a.jpg)")

    job = runner.wait(runner.submit("bad", {}, work), timeout_s=5)
    assert (job.state, job.message) == (
        JobState.FAILED,
        "the JPEG is cut short (a.jpg)",
    )


def test_a_fault_is_logged_and_the_thread_lives_on(runner, caplog):
    def work(params, job):
        return {"x": [][1]}

    job = runner.wait(runner.submit("faulty", {}, work), timeout_s=5)
    assert job.state is JobState.FAILED
    assert "IndexError" in job.message
    assert "Traceback" not in job.message
    assert "IndexError" in caplog.text
    after = runner.wait(runner.submit("count", {"n": 1}, count_to), timeout_s=5)
    assert after.state is JobState.DONE


def test_failed_jobs_resume_and_done_ones_do_not(runner):
    tries = []

    def work(params, job):
        tries.append(1)
        if len(tries) == 1:
            raise ImageError("not yet")
        return {}

    runner.register("retry", work)
    job_id = runner.submit("retry", {})
    assert runner.wait(job_id, timeout_s=5).state is JobState.FAILED
    runner.resume(job_id)
    job = runner.wait(job_id, timeout_s=5)
    assert (job.state, job.attempt, len(tries)) == (JobState.DONE, 2, 2)
    with pytest.raises(InputError, match="done"):
        runner.resume(job_id)


def test_unknown_names_and_parameters_are_refused(runner):
    with pytest.raises(InputError, match="no work of kind 'fly'"):
        runner.submit("fly", {})
    with pytest.raises(InputError, match="JSON"):
        runner.submit("count", {"n": {1, 2}}, count_to)
    with pytest.raises(InputError, match="JSON"):
        runner.submit("count", {"n": float("nan")}, count_to)
    with pytest.raises(NotFoundError, match="nothing"):
        runner.get("nothing")
    with pytest.raises(NotFoundError):
        runner.cancel("nothing")


def test_the_jobs_alone_need_a_folder_for_the_lock(store, tmp_path):
    with pytest.raises(InputError, match="folder"):
        JobRunner(store.jobs)
    runner = JobRunner(store.jobs, lock_dir=tmp_path / "elsewhere")
    assert [f.suffix for f in (tmp_path / "elsewhere").iterdir()] == [".lock"]
    runner.close()


def test_closing_leaves_unfinished_work_interrupted(store, tmp_path):
    runner = JobRunner(store)
    begun = threading.Event()

    def work(params, job):
        while not job.cancelled():
            begun.set()
            time.sleep(0.01)
        return {}

    running = runner.submit("endless", {}, work)
    waiting = runner.submit("endless", {}, work)
    assert begun.wait(5)
    runner.close()
    assert runner.get(running).state is JobState.INTERRUPTED
    assert runner.get(waiting).state is JobState.INTERRUPTED
    assert list((tmp_path / "locks").iterdir()) == []


def test_jobs_of_a_living_process_are_left_alone(runner, store):
    free = threading.Event()
    job_id = runner.submit("a", {}, lambda p, j: free.wait(5) and None)
    other = JobRunner(store)
    assert other.recover() == []
    assert not other.get(job_id).is_finished
    other.close()
    free.set()
    assert runner.wait(job_id, timeout_s=5).state is JobState.DONE


SCRIPT = """
import sys, time
from pathlib import Path
from typing import Any
from core.jobs import JobRunner
from core.storage import open_store

folder = Path(sys.argv[1])

def write_lines(params, job):
    for i in range(params["n"]):
        if job.cancelled():
            return {}
        file = folder / f"item-{i}"
        if not file.exists():
            with (folder / "journal").open("a") as journal:
                journal.write(f"{i}\\n")
            file.touch()
        job.progress(i + 1, params["n"])
        if i == 4 and params["die"]:
            print("fifth", flush=True)
            time.sleep(60)
    return {"n": params["n"]}

if __name__ == "__main__":
    runner = JobRunner(open_store(f"sqlite:///{folder / 'gyre.db'}"))
    runner.submit("lines", {"n": 9, "die": True}, write_lines)
    time.sleep(60)
"""


def test_a_killed_process_loses_nothing_and_doubles_nothing(store, tmp_path):
    script = tmp_path / "work.py"
    script.write_text(textwrap.dedent(SCRIPT))
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"fifth\n"
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    namespace: dict[str, Any] = {"__name__": "work"}
    sys.argv, kept = ["work.py", str(tmp_path)], sys.argv
    exec(compile(SCRIPT, "work.py", "exec"), namespace)  # noqa: S102 - our own text
    sys.argv = kept
    work = namespace["write_lines"]

    runner = JobRunner(store, kinds={"lines": work})
    (job,) = runner.listing()
    assert job.state is JobState.INTERRUPTED
    assert "resumed" in job.message
    store.jobs.update(job.job_id, params={"n": 9, "die": False})
    runner.resume(job.job_id)
    job = runner.wait(job.job_id, timeout_s=10)
    runner.close()
    assert (job.state, job.done, job.attempt) == (JobState.DONE, 9, 2)
    lines = (tmp_path / "journal").read_text().split()
    assert lines == [str(i) for i in range(9)]
