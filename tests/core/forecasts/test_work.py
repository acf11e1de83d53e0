"""Rules of the forecast job."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from core.drift import RandomFlight
from core.errors import InputError
from core.forecasts import FORECAST_JOB, forecast_params, forecast_work, read_forecast
from core.jobs import JobRunner, JobState
from core.storage import Store
from tests.core.forecasts.flows import START

#: The first run on a machine compiles the kernel, which takes a minute on a busy one.
WAIT_S = 300.0


@pytest.fixture
def runner(store: Store) -> Iterator[JobRunner]:
    found = JobRunner(store, kinds={FORECAST_JOB: forecast_work(store)})
    yield found
    found.close()


@pytest.fixture
def params(add: Callable[..., str], seeds: pd.DataFrame) -> dict[str, Any]:
    return forecast_params(
        seeds.assign(time=START),
        current_id=add(),
        hours=24,
        members=4,
        name="job",
        actor="mia",
        current_error=RandomFlight(0.1, 3600.0),
    )


def test_a_job_makes_the_forecast_that_its_parameters_ask_for(
    store: Store, runner: JobRunner, params: dict[str, Any]
) -> None:
    assert json.loads(json.dumps(params)) == params
    job = runner.wait(
        runner.submit(FORECAST_JOB, params, actor="mia"), timeout_s=WAIT_S
    )
    assert job.state is JobState.DONE
    forecast = read_forecast(store, job.result["forecast_id"])
    assert forecast.name == "job"
    assert forecast.seeds["seed_id"].tolist() == ["A", "B"]
    assert forecast.params["current_error"] == {
        "sigma_m_s": 0.1,
        "time_scale_s": 3600.0,
    }
    again = runner.wait(runner.submit(FORECAST_JOB, params), timeout_s=WAIT_S)
    assert again.result == job.result
    assert store.counts()["forecast"] == 1


def test_a_hindcast_is_asked_for_by_a_flag(
    store: Store, runner: JobRunner, params: dict[str, Any]
) -> None:
    late = [(START + timedelta(hours=30)).isoformat()] * 2
    for row, moment in zip(params["seeds"], late, strict=True):
        row["time"] = moment
    job = runner.wait(
        runner.submit(FORECAST_JOB, params | {"hindcast": True}), timeout_s=WAIT_S
    )
    assert read_forecast(store, job.result["forecast_id"]).kind == "hindcast"


def test_a_job_that_is_cancelled_keeps_nothing(
    store: Store, runner: JobRunner, params: dict[str, Any]
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    inner = forecast_work(store)

    def held(given: Any, job: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return inner(given, job)

    job_id = runner.submit("held", params, held)
    assert begun.wait(30)
    runner.cancel(job_id)
    go_on.set()
    job = runner.wait(job_id, timeout_s=WAIT_S)
    assert job.state is JobState.CANCELLED
    assert store.counts()["forecast"] == 0


def test_a_refusal_ends_the_job_in_words(
    runner: JobRunner, params: dict[str, Any]
) -> None:
    job = runner.wait(
        runner.submit(FORECAST_JOB, params | {"hours": 500}), timeout_s=WAIT_S
    )
    assert job.state is JobState.FAILED
    assert "not covered" in job.message


def test_parameters_that_no_job_could_run_are_refused(
    seeds: pd.DataFrame,
) -> None:
    with pytest.raises(InputError, match="no seeds"):
        forecast_params(seeds.head(0), current_id="c", name="n", actor="a")
    with pytest.raises(InputError, match="no time zone"):
        forecast_params(
            seeds,
            current_id="c",
            name="n",
            actor="a",
            start=START.replace(tzinfo=None),
        )
