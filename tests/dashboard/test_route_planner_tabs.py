"""Route planner: each tab with a plan, with an old plan, and with each failure."""

import json
from io import BytesIO
from zipfile import ZipFile

from core.jobs import JobState
from core.routing.export import check_rtz
from tests.dashboard.route_plans import kept_plan, made_plan
from tests.dashboard.test_route_planner import text_of, wait_for_jobs

NEW_FIELDS = ("rejected", "drift", "limits", "closed_areas", "request", "parent")
TABS = ("Plan", "What limits you", "Change", "Compare", "Files")


def open_tab(open_app, tab, plan_id):
    """Open the page on a plan and one of its tabs."""
    app = open_app("route_planner")
    app.query_params["plan"] = plan_id
    app.session_state["planner_tab"] = tab
    return app.run()


def old_document():
    """A plan document of before drift, waiting and refused records."""
    document = made_plan().to_dict()
    for field in NEW_FIELDS:
        document.pop(field, None)
    for vessel in document["vessels"]:
        for trip in vessel["trips"]:
            trip.pop("free", None)
            for stop in trip["stops"]:
                for field in ("start", "miss_chance", "drift_km"):
                    stop.pop(field, None)
            for leg in trip["legs"]:
                leg.pop("speed_kn", None)
    return document


def test_every_tab_draws_a_plan(seeded_store, open_app):
    app = open_tab(open_app, "Plan", kept_plan(seeded_store))
    for tab in TABS:
        app.session_state["planner_tab"] = tab
        app.run()
        assert not app.exception, tab
        assert not app.error, tab
        assert "expected from" in text_of(app)


def test_every_tab_draws_an_old_plan(seeded_store, open_app):
    document = old_document()
    plan_id = seeded_store.plans.add(document, created_by="mia", name="Old")
    app = open_tab(open_app, "Plan", plan_id)
    for tab in TABS:
        app.session_state["planner_tab"] = tab
        app.run()
        assert not app.exception, tab
        assert not app.error, tab
        is_told = "made by an earlier version" in text_of(app)
        assert is_told == (tab in ("What limits you", "Change"))


def test_only_the_open_tab_is_drawn(seeded_store, open_app):
    app = open_tab(open_app, "Files", kept_plan(seeded_store))
    assert not app.metric
    assert {one.label for one in app.get("download_button")} >= {"Download GPX"}


def test_the_address_opens_an_older_plan(seeded_store, open_app):
    older = kept_plan(seeded_store, name="Older", hours=30.0)
    newer = kept_plan(seeded_store, name="Newer", hours=24.0)
    app = open_tab(open_app, "Plan", older)
    assert app.selectbox(key="planner_chosen").value == older
    assert f"Plan {older}" in text_of(app)
    assert app.selectbox(key="planner_chosen").options[0].startswith("Newer, by mia")
    app.selectbox(key="planner_chosen").set_value(newer).run()
    assert app.query_params["plan"] == newer
    assert f"Plan {newer}" in text_of(app)


def test_an_unknown_plan_in_the_address_is_said(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    app = open_tab(open_app, "Plan", "nowhere")
    assert "o plan 'nowhere'" in text_of(app)
    assert app.selectbox(key="planner_chosen").value == plan_id


def test_a_plan_that_cannot_be_read_is_said(seeded_store, open_app):
    document = {**made_plan().to_dict(), "vessels": [{}]}
    plan_id = seeded_store.plans.add(document, created_by="mia", name="Broken")
    app = open_tab(open_app, "Plan", plan_id)
    assert not app.exception
    assert "plan document cannot be read" in text_of(app).lower()


def test_what_limits_the_fleet_is_asked_as_a_job_and_said(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    app = open_tab(open_app, "What limits you", plan_id)
    app.number_input(key="planner_limits_seconds").set_value(1.0)
    app.button(key="planner_find_limits").click().run()
    app = wait_for_jobs(app)
    assert not app.exception
    assert "noise" in text_of(app) or "no single limit binds" in text_of(app)
    from dashboard import plan_runs

    (job,) = [one for one in plan_runs.jobs() if one.params.get("plan_id") == plan_id]
    assert job.state is JobState.DONE
    gains = [one["mass_kg"] for one in job.result["limits"]]
    assert gains == sorted(gains, reverse=True)


def test_gains_within_the_noise_are_said_so(seeded_store, open_app):
    limits = [
        {
            "what": what,
            "change": change,
            "unit": unit,
            "mass_kg": mass_kg,
            "noise_kg": 100.0,
        }
        for what, change, unit, mass_kg in (
            ("vessels like Alma", 1.0, "vessel", 1200.0),
            ("hold of each vessel", 1000.0, "kg", 90.0),
        )
    ]
    document = {**made_plan().to_dict(), "limits": limits}
    plan_id = seeded_store.plans.add(document, created_by="mia", name="With limits")
    said = text_of(open_tab(open_app, "What limits you", plan_id))
    assert "**One more vessel like Alma** would bring 1.2 t (noise 100 kg)" in said
    assert "1,000 kg more in the hold of each vessel" in said.split("Within")[1]


def test_two_plans_are_compared_with_what_was_asked_otherwise(seeded_store, open_app):
    first = kept_plan(seeded_store, name="Long", hours=30.0)
    kept_plan(seeded_store, name="Short", hours=24.0)
    app = open_tab(open_app, "Compare", first)
    assert not app.exception
    assert "Other horizon: Plan 1 30 h, Plan 2 24 h" in text_of(app)
    app.multiselect(key=f"planner_compared_{first}").set_value([first]).run()
    assert "Choose two to four plans" in text_of(app)


def test_every_format_is_offered_with_what_it_cannot_carry(seeded_store, open_app):
    app = open_tab(open_app, "Files", kept_plan(seeded_store))
    labels = [one.label for one in app.get("download_button")]
    wanted = ("GPX", "RTZ", "PDF cue sheets", "KML", "GeoJSON", "CSV", "JSON")
    for name in wanted:
        assert labels.count(f"Download {name}") == 1
    assert text_of(app).count("Does not carry") == len(wanted) - 1


def test_files_hold_the_plan(seeded_store, data_dir):
    from dashboard import plan_exports

    plan_id = kept_plan(seeded_store)
    found = {one.key: one for one in plan_exports.exports(plan_id)}
    assert json.loads(found["json"].content())["vessels"]
    rtz = ZipFile(BytesIO(found["rtz"].content()))
    sailing = [one for one in made_plan().vessels if one.trips]
    assert len(rtz.namelist()) == len(sailing)
    assert not any(check_rtz(rtz.read(name).decode()) for name in rtz.namelist())
    sheets = ZipFile(BytesIO(found["pdf"].content()))
    assert all(sheets.read(name).startswith(b"%PDF") for name in sheets.namelist())
    assert found["csv"].content() == found["csv"].content()
