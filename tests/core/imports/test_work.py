"""Rules of the inbox and of imports as jobs."""

import gzip
import io
import os
import time

import pandas as pd
import pytest

from core.errors import InputError, NotFoundError
from core.imports import (
    IMPORT_JOB,
    Inbox,
    import_params,
    import_work,
    is_large,
)
from core.imports.inbox import safe_name
from core.jobs import JobRunner, JobState
from tests.core.imports.conftest import BAD, GOOD, HEAD


@pytest.fixture
def inbox(store):
    return Inbox(store.data_dir)


@pytest.fixture
def held(inbox):
    return inbox.put("field.csv", io.BytesIO((HEAD + GOOD + BAD).encode()))


@pytest.fixture
def runner(store):
    made = JobRunner(store, kinds={IMPORT_JOB: import_work(store)})
    yield made
    made.close()


def run(runner, held, **options):
    params = import_params(held, actor="ana", **options)
    return runner.wait(runner.submit(IMPORT_JOB, params), timeout_s=30.0)


def test_a_check_stores_nothing_and_a_kept_file_leaves_the_inbox(
    runner, held, store, inbox
):
    job = run(runner, held, keep=False)
    assert (job.state, job.result["report"]["accepted"]) == (JobState.DONE, 2)
    assert store.observations.count() == 0
    job = run(runner, held, keep=True)
    assert job.result["report"]["state"] == "kept"
    assert store.observations.count() == 2
    with pytest.raises(NotFoundError, match="upload it again"):
        inbox.get(held.sha256, held.name)


def test_a_refused_file_fails_the_job_in_words(runner, inbox, store):
    held = inbox.put("x.csv", io.BytesIO(b"a,b\n1,2\n"))
    job = run(runner, held, keep=True)
    assert job.state == JobState.FAILED
    assert "in no layout Gyre knows" in job.message
    assert store.observations.count() == 0


def test_a_cancelled_job_leaves_nothing(store, inbox, held, monkeypatch):
    monkeypatch.setattr("core.imports.keeping._STAGE_ROWS", 1)

    class Stopped:
        """A job that is told to stop after the first part."""

        asked = 0

        def progress(self, *_args):
            """Take what the work says."""

        def flush(self):
            """Write nothing."""

        def cancelled(self):
            self.asked += 1
            return self.asked > 2

    params = import_params(held, actor="ana", keep=True)
    assert import_work(store)(params, Stopped()) == {}  # type: ignore[arg-type]
    assert store.counts()["observation"] == 0
    assert inbox.get(held.sha256, held.name).path.exists()


def test_a_mapping_travels_with_the_job(runner, inbox, nets, mapping, store):
    with nets.open("rb") as source:
        held = inbox.put(nets.name, source)
    run(runner, held, keep=True, mapping=mapping)
    assert store.measurements.count() == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.csv", "a.csv"),
        ("a\x00b\u202e.csv", "ab.csv"),
        ("x" * 300 + ".csv", "x" * 60 + "x" * 56 + ".csv"),
    ],
)
def test_names_of_uploads_are_made_harmless(name, expected):
    assert safe_name(name) == expected


@pytest.mark.parametrize("name", ["", "..", "/", "\x00"])
def test_an_upload_without_a_name_is_refused(inbox, name):
    with pytest.raises(InputError, match="has no name"):
        inbox.put(name, io.BytesIO(b"x"))


def test_the_inbox_lets_go_of_what_waited_too_long(inbox, held):
    assert inbox.sweep() == 0
    old = time.time() - 8 * 24 * 3600
    os.utime(held.path.parent, (old, old))
    assert inbox.sweep() == 1
    with pytest.raises(NotFoundError):
        inbox.get(held.sha256, held.name)
    inbox.drop(held)


def test_an_inbox_drops_only_its_own(inbox, tmp_path):
    other = tmp_path / "mine.csv"
    other.write_text("x")
    with other.open("rb") as source:
        held = inbox.put("mine.csv", source)
    inbox.drop(type(held)(name="x", path=other, sha256="a", size_bytes=1))
    assert other.exists()


def test_files_of_many_rows_are_large(tmp_path):
    text = b"1,2\n" * 50_002
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    (tmp_path / "b.csv").write_bytes(text[:400])
    (tmp_path / "broken.csv.gz").write_bytes(gzip.compress(text)[:60])
    pd.DataFrame({"a": range(50_001)}).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "no.parquet").write_bytes(b"PAR1")
    (tmp_path / "a.xlsx").write_bytes(b"x" * 3_000_001)
    found = {p.name for p in tmp_path.iterdir() if p.is_file() and is_large(p)}
    assert found == {"a.csv", "a.csv.gz", "a.parquet", "a.xlsx"}
