"""The Overview: first visit, with data, and what needs attention."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import NotFoundError
from core.governance import record
from core.surveys import create_survey, take_in
from dashboard import overview_data
from dashboard.components.formats import when
from tests.core.forecasts.flows import START
from tests.core.surveys.fakes import GREY, RED, ColourClassifier, photo_file


def words(app):
    groups = (app.markdown, app.caption, app.info, app.error, app.subheader)
    return "\n".join(element.value for group in groups for element in group)


def button(app, label):
    (found,) = [b for b in app.button if b.label == label]
    return found


@pytest.fixture
def no_model_needed(monkeypatch):
    monkeypatch.setattr(overview_data, "_model_problem", lambda *_: "")


def test_the_first_visit_offers_two_ways_to_start(open_app, empty_store):
    app = open_app("overview")
    assert not app.exception
    assert app.title[0].value == "Overview"
    labels = [b.label for b in app.button]
    assert "Upload survey photos" in labels
    assert "Load the demo" in labels
    assert "simulated" in words(app)


def test_the_way_to_the_upload_leads_there(open_app, empty_store):
    app = open_app("overview")
    button(app, "Upload survey photos").click().run()
    assert not app.exception
    assert app.title[0].value == "Surveys"


def test_loading_the_demo_is_a_job(open_app, empty_store, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(overview_data, "start_demo", asked.append)
    app = open_app("overview")
    button(app, "Load the demo").click().run()
    assert asked == ["tester"]


def test_a_demo_that_fails_says_why_and_can_be_tried_again(
    open_app, empty_store, monkeypatch
):
    def broken(params, job):
        raise NotFoundError("no model optimized_cnn_model; deployed: none")

    monkeypatch.setattr(overview_data, "_build_demo", broken)
    app = open_app("overview")
    button(app, "Load the demo").click().run()
    job = overview_data.demo_job()
    assert job is not None
    overview_data.runner().wait(job.job_id, timeout_s=10)
    app.run()
    assert not app.exception
    (message,) = [error.value for error in app.error]
    assert "deployed: none" in message.replace("\\", "")
    assert button(app, "Load the demo")


def test_cards_show_where_we_stand(open_app, seeded_store, no_model_needed):
    app = open_app("overview")
    assert not app.exception
    said = words(app)
    for title in (
        "Debris expected and found",
        "Last survey",
        "Drift",
        "Next plan",
        "Hauled so far",
        "Needs attention",
    ):
        assert title in said
    assert "expected around the searches" in said
    n_items = seeded_store.observations.frame().query("category != 'clean'")["count"]
    assert f"{int(n_items.sum()):,} items" in said
    assert "No plan yet" in said
    assert "No forecast yet" in said
    assert "Nothing waits for you" in said


def test_the_last_survey_and_its_doubts_are_told(open_app, empty_store):
    create_survey(empty_store, "June *flight*", actor="ada")
    items = [
        ("red.jpg", photo_file(RED)),
        ("grey.jpg", photo_file(GREY, number=1)),
        ("bad.jpg", b"no photo"),
    ]
    take_in(empty_store, ColourClassifier(), "June *flight*", items, actor="ada")
    app = open_app("overview")
    assert not app.exception
    said = words(app)
    assert "June \\*flight\\*" in said
    assert "Debris on 2 of 2 photos" in said
    assert "1 doubtful label waits for a look, 1 file was refused" in said
    assert "searched area" in said


def test_the_newest_plan_is_shown_with_its_interval(open_app, seeded_store):
    seeded_store.plans.add(
        {
            "seed": 1,
            "solver": "pyvrp",
            "totals": {
                "mass_kg": 2400.0,
                "mass_kg_low": 1600.0,
                "mass_kg_high": 3500.0,
                "fuel_l": 5200.0,
            },
            "vessels": [{"name": "A", "trips": [{}, {}]}],
        },
        created_by="ada",
        name="Dawn plan",
    )
    app = open_app("overview")
    assert not app.exception
    assert "**2.4 t (1.6 to 3.5)** in 2 trips, 5,200 l of fuel" in words(app)
    assert "Dawn plan" in words(app)


def test_a_missing_model_is_an_alert(open_app, seeded_store, monkeypatch, data_dir):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(data_dir / "none"))
    app = open_app("overview")
    assert not app.exception
    assert "Photos cannot be classified" in words(app)


def test_a_changed_audit_log_is_the_first_alert(
    open_app, seeded_store, data_dir, monkeypatch
):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(data_dir / "none"))
    record(seeded_store, "survey.add", "ada", "survey:x", {})
    record(seeded_store, "survey.add", "ada", "survey:y", {})
    with sqlite3.connect(data_dir / "gyre.db") as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit_entry SET actor = 'eve' WHERE seq = 1")
    database.close()
    app = open_app("overview")
    assert not app.exception
    said = words(app)
    assert "The audit log was changed" in said
    assert said.index("The audit log was changed") < said.index("cannot be classified")


FORECAST = {
    "forecast_id": "f" * 16,
    "name": "Dawn *drift*",
    "kind": "forecast",
    "params": {},
    "forcing_ids": [],
    "result_sha256": "0" * 64,
    "simulated": False,
    "created_by": "mia",
    "summary": {
        "hours": [24, 48],
        # A hundredth of a degree of latitude is 1.112 km on the sphere of the library.
        "seeds": [
            {
                "seed": 0,
                "seed_id": "A",
                "lat": 0.0,
                "lon": 0.0,
                "days": [{"lat": 0.1, "lon": 0.0}],
            },
            {
                "seed": 1,
                "seed_id": "B",
                "lat": 0.0,
                "lon": 0.0,
                "days": [{"lat": 0.3, "lon": 0.0}],
            },
        ],
    },
}


def test_the_newest_drift_forecast_is_told_in_one_sentence(open_app, seeded_store):
    seeded_store.forecasts.add(FORECAST)
    seeded_store.forecasts.add(
        FORECAST | {"forecast_id": "e" * 16, "kind": "hindcast", "name": "Back"}
    )
    app = open_app("overview")
    assert not app.exception
    said = words(app)
    assert (
        "In 48 h the debris of 2 hotspots will most likely be 11 to 33 km from where "
        "it was seen." in said
    )
    assert "Dawn \\*drift\\*, made" in said
    assert "Back" not in said


def test_stale_forcing_is_one_alert_a_source(
    open_app, seeded_store, add_flow, no_model_needed
):
    forcing_id = add_flow(name="Model *run*")
    since = datetime(2026, 6, 2, 4, 30, tzinfo=UTC)
    seeded_store.forcings.update(forcing_id, stale_since=since, last_error="no answer")
    app = open_app("overview")
    assert not app.exception
    told = words(app).replace("\\", "")
    # It ended as well; a silent source is the reason that a person can mend.
    assert (
        "Model *run* (current) could not be renewed since 2 Jun 2026, 04:30 UTC" in told
    )
    assert "ended at" not in told
    assert "Nothing waits for you" not in told
    links = [link.proto.page for link in app.get("page_link")]
    assert "ocean-data" in links


def test_forcing_that_ended_is_an_alert_even_without_observations(
    open_app, empty_store, add_flow
):
    add_flow()
    app = open_app("overview")
    assert not app.exception
    end = START + timedelta(hours=96)
    assert f"ended at {when(end)}" in words(app).replace("\\", "")


def test_simulated_forcing_is_never_stale(
    open_app, seeded_store, add_flow, no_model_needed
):
    add_flow(simulated=True)
    assert overview_data.forcing_alerts() == []
    assert "Nothing waits for you" in words(open_app("overview"))
