import io

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.forecasts.skill import (
    SKILL_JOB,
    add_skill_report,
    skill_params,
    skill_work,
)
from core.governance import verify_chain
from core.jobs import JobRunner, JobState
from core.storage import open_store

KM = 1 / 111.195


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}", data_dir=tmp_path) as opened:
        yield opened


def table_bytes(*, n=4, hours=40, **columns):
    """Drifters that go due north at 1 km an hour."""
    pieces = [
        pd.DataFrame(
            {
                "drifter_id": f"d{k}",
                "time": pd.Timestamp("2024-03-01", tz="UTC")
                + pd.to_timedelta(np.arange(hours), unit="h"),
                "lat": 10 + np.arange(hours) * KM,
                "lon": 20.0 + 0.1 * k,
                **columns,
            }
        )
        for k in range(n)
    ]
    out = io.BytesIO()
    pd.concat(pieces).to_csv(out, index=False)
    return out.getvalue()


def test_a_report_is_kept_with_its_file_and_audited(store):
    data = table_bytes(simulated=True)
    report_id = add_skill_report(
        store, data, file_name="d.csv", actor="me", horizons_h=(6,), n_resamples=20
    )
    kept = store.skill_reports.get(report_id)
    assert kept["name"] == "d.csv"
    assert kept["simulated"]
    assert kept["created_by"] == "me"
    assert kept["document"]["source"]["sha256"] == kept["source_sha256"]
    assert store.files.get(kept["source_sha256"]) == data
    assert verify_chain(store).length == 1
    again = add_skill_report(
        store, data, file_name="d.csv", actor="me", horizons_h=(6,), n_resamples=20
    )
    assert again == report_id
    assert len(store.skill_reports.listing()) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/d.csv", "d.csv"),
        ("C:\\data\\d.csv", "d.csv"),
        ("=cmd|'x'!A1\n.csv", "_cmd__x__A1_.csv"),
        ("m" * 500 + ".csv", "m" * 76 + ".csv"),
    ],
)
def test_hostile_file_names_stay_names(store, given, kept):
    report_id = add_skill_report(
        store,
        table_bytes(),
        file_name=given,
        actor="me",
        horizons_h=(6,),
        n_resamples=20,
    )
    assert store.skill_reports.get(report_id)["name"] == kept


def test_a_broken_table_is_refused_and_nothing_is_kept(store):
    with pytest.raises(InputError, match="lacks time, lat, lon"):
        add_skill_report(store, b"id,x\n1,2\n", file_name="d.csv", actor="me")
    with pytest.raises(InputError, match="cannot be used"):
        add_skill_report(store, b"id,x\n1,2\n", file_name="...", actor="me")
    assert store.skill_reports.listing() == []


def test_the_job_gives_the_report_and_a_refusal_its_words(store, tmp_path):
    runner = JobRunner(store.jobs, lock_dir=tmp_path / "locks")
    runner.register(SKILL_JOB, skill_work(store))
    try:
        ends = {}
        for name, data in (("good.csv", table_bytes()), ("bad.csv", b"id\n1\n")):
            params = skill_params(
                store.files.put(data),
                file_name=name,
                actor="me",
                horizons_h=(6,),
                n_resamples=20,
            )
            ends[name] = runner.wait(runner.submit(SKILL_JOB, params), timeout_s=30)
        assert ends["good.csv"].state is JobState.DONE
        found = store.skill_reports.get(ends["good.csv"].result["report_id"])
        assert found["document"]["source"]["drifters"] == 4
        assert ends["bad.csv"].state is JobState.FAILED
        assert "lacks time, lat, lon" in ends["bad.csv"].message
    finally:
        runner.close()
