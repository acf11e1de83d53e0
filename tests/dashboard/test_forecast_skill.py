"""Forecast skill page: empty, with reports, with an upload, with failures."""

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from core.drift.skill.drifters import read_drifters
from core.drift.skill.report import evaluate_drifters
from core.forecasts.skill import SKILL_JOB, skill_work
from core.jobs import JobRunner
from dashboard.components.skill_charts import spread_labels

KM = 1 / 111.195
PAGE = "forecast_skill"


def drifters(*, n=6, hours=70, model=True, simulated=False, seed=0):
    """Drifters in a made current and 3 % of a wind, as a csv file."""
    rng = np.random.default_rng(seed)
    pieces = []
    for number in range(n):
        h = np.arange(hours)
        air = 6 * np.exp(1j * (h / 20 + rng.uniform(0, 6)))
        current = 0.2 * np.exp(1j * (h / 4 + rng.uniform(0, 6))) + 0.1
        way = (current + 0.03 * air) * 3.6
        frame = pd.DataFrame(
            {
                "drifter_id": f"d{number}",
                "drifter_type": ["foam", "<b>net</b>*"][number % 2],
                "time": pd.Timestamp("2024-03-01", tz="UTC")
                + pd.to_timedelta(h, unit="h"),
                "lat": 45 + np.cumsum(np.r_[0, way.imag[:-1]]) * KM,
                "lon": np.cumsum(np.r_[0, way.real[:-1]]) * KM * np.sqrt(2),
            }
        )
        if model:
            seen = current + rng.normal(0, 0.05, hours)
            frame["u_ocean_m"], frame["v_ocean_m"] = seen.real, seen.imag
            frame["u_wind"], frame["v_wind"] = air.real, air.imag
        pieces.append(frame.assign(simulated=simulated))
    out = io.BytesIO()
    pd.concat(pieces).to_csv(out, index=False)
    return out.getvalue()


@cache
def document(file_name, options):
    """Report of made drifters, made once for all tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / file_name
        path.write_bytes(drifters(**dict(options)))
        return evaluate_drifters(
            read_drifters(path), horizons_h=(6, 24, 48), n_folds=2, n_resamples=30
        )


def keep(store, name="d.csv", **options):
    found = document(name, tuple(options.items()))
    return store.skill_reports.add(
        found,
        name=name,
        source_sha256="0" * 64,
        simulated=found["source"]["simulated"],
        created_by="tester",
    )


def words(app):
    return " ".join(
        str(element.value) for kind in (app.markdown, app.caption) for element in kind
    )


def test_an_empty_store_asks_for_drifters_with_one_button(empty_store, open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert "This page will show" in words(app)
    assert [b.label for b in app.button if b.proto.type == "primary"] == [
        "Score drifters"
    ]
    assert app.button(key="forecast_skill_score").disabled


def test_the_answer_stands_on_top_with_its_interval(empty_store, open_app):
    report_id = keep(empty_store)
    app = open_app(PAGE)
    assert not app.exception
    document = empty_store.skill_reports.get(report_id)["document"]
    default = next(
        e
        for e in document["scores"]
        if e["configuration"] == document["default"] and e["horizon_h"] == 24
    )
    low, high = default["median_km_interval"]
    assert (
        f"After 24 h half the forecasts end within {default['median_km']:.3g} km "
        f"({low:.3g} to {high:.3g})"
    ) in words(app)
    labels = [metric.label for metric in app.metric]
    assert labels == ["Forecast, 24 h", "Skill", "Stays put", "Keeps its motion"]
    table = next(d.value for d in app.dataframe if "p90_km" in d.value)
    assert len(table) == len(document["configurations"])
    assert table["median_km"].is_monotonic_increasing


def test_the_horizon_changes_figures_and_sentence(empty_store, open_app):
    keep(empty_store)
    app = open_app(PAGE)
    app.segmented_control(key="forecast_skill_hours").set_value(6).run()
    assert not app.exception
    assert "After 6 h half" in words(app)
    assert app.metric[0].label == "Forecast, 6 h"


def test_baselines_alone_are_shown_and_said(empty_store, open_app):
    keep(empty_store, model=False)
    app = open_app(PAGE)
    assert not app.exception
    assert "no model velocities to forecast with" in words(app)
    assert [metric.label for metric in app.metric] == ["Stays put", "Keeps its motion"]
    assert "baselines only" in words(app)


def test_simulated_drifters_wear_the_badge(empty_store, open_app):
    keep(empty_store, simulated=True)
    app = open_app(PAGE)
    assert "Simulated data" in words(app)
    assert ", simulated" in words(app)


def test_real_drifters_wear_none_and_reports_can_be_chosen(empty_store, open_app):
    old = keep(empty_store, name="old.csv", seed=1)
    keep(empty_store, name="new.csv")
    app = open_app(PAGE)
    assert "Simulated data" not in words(app)
    assert "Source: new.csv" in words(app)
    app.selectbox(key="forecast_skill_report").set_value(old).run()
    assert not app.exception
    assert "Source: old.csv" in words(app)


def test_a_report_of_the_address_that_is_gone_gives_the_newest(empty_store, open_app):
    keep(empty_store, name="old.csv", seed=1)
    keep(empty_store, name="new.csv")
    app = open_app(PAGE, forecast_skill_report="gone", forecast_skill_hours="7")
    assert not app.exception
    assert "Source: new.csv" in words(app)


def test_types_from_outside_are_not_read_as_markup(empty_store, open_app):
    keep(empty_store)
    app = open_app(PAGE)
    table = next(d.value for d in app.dataframe if "best" in d.value)
    assert set(table["type"]) == {"foam", "<b>net</b>*"}
    chart = next(
        c
        for c in app.get("plotly_chart")
        if "net" in c.proto.spec and "foam" in c.proto.spec
    )
    assert "&lt;b&gt;net" in chart.proto.spec.replace("\\u0026", "&")


def test_an_upload_is_scored_as_a_job(empty_store, open_app):
    app = open_app(PAGE)
    app.file_uploader(key="forecast_skill_file_0").upload(
        "up.csv", drifters(n=4), "text/csv"
    ).run()
    app.number_input(key="forecast_skill_gap").set_value(7.0).run()
    app.button(key="forecast_skill_score").click().run()
    assert not app.exception
    (job,) = empty_store.jobs.listing(kind=SKILL_JOB)
    assert job["params"]["file_name"] == "up.csv"
    assert job["params"]["max_gap_h"] == 7.0
    assert empty_store.files.get(job["params"]["sha256"])


@pytest.fixture
def failed(empty_store, data_dir):
    """A table that cannot be scored, uploaded and run before this visit."""
    runner = JobRunner(empty_store.jobs, lock_dir=data_dir / "locks")
    runner.register(SKILL_JOB, skill_work(empty_store))
    params = {
        "sha256": empty_store.files.put(b"id,x\n1,2\n"),
        "file_name": "bad.csv",
        "actor": "tester",
        "horizons_h": [6],
        "n_folds": 2,
        "n_resamples": 20,
        "max_gap_h": 3.0,
    }
    runner.wait(runner.submit(SKILL_JOB, params), timeout_s=20)
    runner.close()


def test_a_table_that_was_refused_says_why_and_what_to_do(failed, open_app):
    app = open_app(PAGE)
    assert not app.exception
    said = app.error[0].value
    assert "bad.csv was not scored" in said.replace("\\", "").lower()
    assert "lacks time, lat, lon" in said
    assert "upload the table again" in said
    next(b for b in app.button if b.label == "Dismiss").click().run()
    assert not app.error


def test_labels_never_overlap_and_keep_their_order():
    rng = np.random.default_rng(0)
    for _ in range(50):
        places = rng.uniform(0, 20, 7).tolist()
        moved = spread_labels(places, gap=2.0)
        assert np.argsort(moved).tolist() == np.argsort(places).tolist()
        assert np.diff(np.sort(moved)).min() >= 2.0 - 1e-9
    assert spread_labels([1.0, 9.0], gap=2.0) == [1.0, 9.0]
