"""Route planner: empty, with data, with a plan, and with each failure."""

from copy import deepcopy

import pytest
import yaml

from core.governance.chain import detail_of
from core.storage import Store
from tests.dashboard.route_plans import FLEET


@pytest.fixture
def fleet_store(seeded_store: Store) -> Store:
    """Observations and a fleet close to them."""
    seeded_store.fleets.save("Test fleet", FLEET, simulated=True)
    return seeded_store


def text_of(app):
    parts = [app.markdown, app.caption, app.info, app.error, app.warning, app.title]
    text = "\n".join(str(one.value) for part in parts for one in part)
    return text.replace("\\", "")  # as a person reads it


def wait_for_jobs(app):
    """Follow the page's jobs to their end, as the browser would."""
    from dashboard import plan_runs

    for job in plan_runs.jobs():  # the first search of a machine compiles its kernels
        plan_runs.runner().wait(job.job_id, timeout_s=180.0)
    return app.run()


def plan_and_wait(app):
    """Press the button and follow the job to its end."""
    app.number_input(key="planner_seconds").set_value(1.0)
    app.button(key="planner_plan").click().run()
    return wait_for_jobs(app)


def test_empty_store_tells_what_is_needed(empty_store, open_app):
    app = open_app("route_planner")
    assert not app.exception
    assert "needs" in text_of(app)
    assert app.button(key="go-to-surveys").label == "Add survey photos"


def test_fleet_without_observations_tells_where_sites_come_from(empty_store, open_app):
    empty_store.fleets.save("Test fleet", FLEET)
    app = open_app("route_planner")
    assert not app.exception
    assert "No observations yet" in text_of(app)
    assert app.button(key="planner_plan").disabled


def test_plan_is_made_stored_audited_and_shown(fleet_store, open_app):
    app = plan_and_wait(open_app("route_planner"))
    assert not app.exception
    (plan,) = fleet_store.plans.listing()
    assert plan["simulated"]
    totals = plan["document"]["totals"]
    assert totals["mass_kg"] > 0.0
    actions = list(fleet_store.audit.walk())
    assert plan["plan_id"] in str(actions)
    text = text_of(app)
    assert "expected from" in text
    assert plan["plan_id"] in text
    labels = {one.label for one in app.metric}
    assert labels == {"Expected mass", "Hours at sea", "Fuel", "Cost"}


def test_horizon_too_short_names_what_binds(fleet_store, open_app):
    app = open_app("route_planner")
    app.number_input(key="planner_hours").set_value(1.0)
    app = plan_and_wait(app)
    assert not app.exception
    assert "vessel can serve any" in text_of(app)
    assert fleet_store.plans.listing() == []


def test_bad_fleet_names_vessel_field_and_value(seeded_store, open_app):
    bad = deepcopy(FLEET)
    bad["vessels"][0]["hold_kg"] = -5
    seeded_store.fleets.save("Bad fleet", bad)
    app = open_app("route_planner")
    assert not app.exception
    assert "essel Alma: hold_kg is -5" in text_of(app)
    assert app.button(key="planner_plan").disabled


def test_plan_names_the_surveys_it_rests_on(fleet_store, open_app):
    plan_and_wait(open_app("route_planner"))
    (entry,) = [e for e in fleet_store.audit.walk() if e["action"] == "plan.created"]
    known = set(fleet_store.observations.frame()["survey"])
    named = set(detail_of(entry)["surveys"])
    assert named
    assert named <= known


def test_without_a_stored_fleet_the_example_is_offered(seeded_store, open_app):
    assert seeded_store.fleets.listing() == []
    app = open_app("route_planner")
    assert not app.exception
    assert (
        "Example fleet (assumed figures)" in app.selectbox(key="planner_fleet").options
    )


def test_uploaded_fleet_is_stored_and_audited(seeded_store, open_app):
    app = open_app("route_planner")
    app.text_input(key="planner_fleet_name").set_value("Ours").run()
    data = yaml.safe_dump(FLEET).encode()
    app.file_uploader(key="planner_fleet_file").upload(
        "f.yaml", data, "text/yaml"
    ).run()
    app.button(key="planner_fleet_store").click().run()
    assert not app.exception
    assert [row["name"] for row in seeded_store.fleets.listing()] == ["Ours"]
    assert "fleet.stored" in {entry["action"] for entry in seeded_store.audit.walk()}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"vessels: [", "not YAML"),
        (b"- a\n- b\n", "expected a mapping"),
        (b"[" * 20_000, "nested deeper than 20"),
        (b"#" * 300_001, "larger than 300 kB"),
        (b"!!python/object/apply:os.getcwd []", "not YAML"),
    ],
)
def test_a_bad_fleet_file_is_refused_and_nothing_is_stored(
    seeded_store, open_app, data, said
):
    app = open_app("route_planner")
    app.text_input(key="planner_fleet_name").set_value("Ours").run()
    app.file_uploader(key="planner_fleet_file").upload(
        "f.yaml", data, "text/yaml"
    ).run()
    app.button(key="planner_fleet_store").click().run()
    assert not app.exception
    assert said in text_of(app)
    assert seeded_store.fleets.listing() == []
