"""Route planner, tab Change: stops moved by hand, and the rest planned again."""

from datetime import timedelta

from core.governance.chain import detail_of
from core.planning.sightings import sites_since
from tests.dashboard.conftest import seeded_observations
from tests.dashboard.route_plans import START, kept_plan, made_plan
from tests.dashboard.test_route_planner import text_of, wait_for_jobs
from tests.dashboard.test_route_planner_tabs import open_tab


def stops_of(document, vessel):
    """Sites of a vessel in order."""
    (found,) = [one for one in document["vessels"] if one["name"] == vessel]
    return [stop["site"] for trip in found["trips"] for stop in trip["stops"]]


def newest(store):
    """Row of the newest plan."""
    return store.plans.listing(limit=1)[0]


def test_a_removed_stop_can_be_kept_as_a_plan_of_its_own(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    before = stops_of(made_plan().to_dict(), "Alma")
    app = open_tab(open_app, "Change", plan_id)
    app.selectbox(key="planner_edit_vessel").set_value("Alma").run()
    app.button(key="planner_edit_remove").click().run()
    assert not app.exception
    assert "1 step: mass" in text_of(app)
    app.button(key="planner_keep").click().run()
    assert not app.exception
    row = newest(seeded_store)
    assert stops_of(row["document"], "Alma") == before[1:]
    assert row["document"]["parent"] == plan_id
    assert before[0] in {one["site"] for one in row["document"]["unassigned"]}
    assert app.query_params["plan"] == row["plan_id"]
    entries = [e for e in seeded_store.audit.walk() if e["action"] == "plan.created"]
    assert detail_of(entries[-1])["parent"] == plan_id


def test_steps_are_taken_back_and_done_again(seeded_store, open_app):
    app = open_tab(open_app, "Change", kept_plan(seeded_store))
    assert app.button(key="planner_undo").disabled
    app.button(key="planner_reverse").click().run()
    assert "1 step" in text_of(app)
    app.button(key="planner_undo").click().run()
    assert "Nothing is changed yet" in text_of(app)
    app.button(key="planner_redo").click().run()
    assert "1 step" in text_of(app)
    app.button(key="planner_start_over").click().run()
    assert app.button(key="planner_undo").disabled
    assert app.button(key="planner_redo").disabled


def test_a_stop_that_breaks_the_hold_is_named_at_once(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    app = open_tab(open_app, "Change", plan_id)
    said = "above its hold of 400 kg"
    for _ in range(8):
        if said in text_of(app):
            break
        app.selectbox(key="planner_edit_vessel").set_value("Alma")
        app.selectbox(key="planner_edit_to").set_value("Brisa").run()
        app.button(key="planner_edit_move").click().run()
        assert not app.exception
    assert said in text_of(app)
    app.button(key="planner_keep").click().run()
    notes = newest(seeded_store)["document"]["notes"]
    assert any(one.startswith("Breaks a limit: ") for one in notes)


def test_the_rest_is_planned_again_without_a_lost_vessel(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    app = open_tab(open_app, "Change", plan_id)
    at = START + timedelta(hours=6)
    app.time_input(key=f"planner_again_time_{plan_id}").set_value(at.time())
    app.multiselect(key=f"planner_again_lost_{plan_id}").set_value(["Brisa"])
    app.button(key="planner_again_plan").click().run()
    app = wait_for_jobs(app)
    assert not app.exception
    row = newest(seeded_store)
    assert row["document"]["parent"] == plan_id
    assert row["name"] == "First plan, without Brisa"
    assert app.query_params["plan"] == row["plan_id"]


def test_losing_every_vessel_is_said_and_nothing_is_kept(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    app = open_tab(open_app, "Change", plan_id)
    app.multiselect(key=f"planner_again_lost_{plan_id}").set_value(["Alma", "Brisa"])
    app.button(key="planner_again_plan").click().run()
    app = wait_for_jobs(app)
    assert not app.exception
    assert "o vessel is left to plan for" in text_of(app)
    assert len(seeded_store.plans.listing()) == 1


def test_first_stops_are_locked(seeded_store, open_app):
    plan_id = kept_plan(seeded_store)
    before = stops_of(made_plan().to_dict(), "Alma")
    app = open_tab(open_app, "Change", plan_id)
    app.selectbox(key=f"planner_lock_vessel_{plan_id}").set_value("Alma").run()
    app.number_input(key=f"planner_lock_stops_{plan_id}_Alma").set_value(2)
    app.button(key="planner_lock").click().run()
    app = wait_for_jobs(app)
    assert not app.exception
    row = newest(seeded_store)
    assert row["document"]["parent"] == plan_id
    assert stops_of(row["document"], "Alma")[:2] == before[:2]


def test_newer_observations_are_news_and_become_sites(empty_store, open_app):
    plan_id = kept_plan(empty_store)
    app = open_tab(open_app, "Plan", plan_id)
    assert "New since this plan was made" not in text_of(app)
    empty_store.observations.add(seeded_observations())
    app.run()
    assert "New since this plan was made: 90 observations" in text_of(app)
    row = empty_store.plans.get(plan_id)
    found = sites_since(row, empty_store.observations.stored_since(row["created_at"]))
    known = {one["site"] for one in row["document"]["request"]["sites"]}
    # The same debris seen again takes the names it has in the plan.
    assert known <= {one["site"] for one in found}
    assert any(one["site"].startswith("N") for one in found)
