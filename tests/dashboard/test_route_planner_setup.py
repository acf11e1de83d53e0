"""Route planner, set-up: the sea, closed areas, fleets, wishes, and what is refused."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from tests.core.forecasts.flows import START as FLOW_START
from tests.dashboard.route_plans import FLEET, two_vessels
from tests.dashboard.test_route_planner import plan_and_wait, text_of

#: A flow about the seeded observations.
AROUND = {"west": -145.0, "south": 26.0}


@pytest.fixture
def fleet_store(seeded_store):
    """Observations and two vessels close to them."""
    seeded_store.fleets.save("Test fleet", two_vessels(), simulated=True)
    return seeded_store


def area(name, *corners):
    """A closed area as a GeoJSON feature."""
    ring = [list(corner) for corner in (*corners, corners[0])]
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def upload_areas(app, *features):
    """Give a file of closed areas to the page."""
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    uploader = app.file_uploader(key="planner_closed")
    return uploader.upload("areas.geojson", data, "application/geo+json").run()


def start_at(app, moment):
    """Set the start of the plan."""
    app.date_input(key="planner_day").set_value(moment.date())
    return app.time_input(key="planner_time").set_value(moment.time()).run()


def test_without_forcing_debris_is_said_to_lie_still(fleet_store, open_app):
    app = open_app("route_planner")
    assert "debris is taken as lying still" in text_of(app)
    assert not app.checkbox(key="planner_drift_False").value


def test_a_current_that_covers_start_and_sites_makes_debris_drift(
    fleet_store, open_app, add_flow
):
    add_flow("current", u=0.1, **AROUND)
    app = start_at(open_app("route_planner"), FLOW_START + timedelta(hours=5))
    assert app.checkbox(key="planner_drift_True").value
    app.number_input(key="planner_hours").set_value(24.0)
    app.number_input(key="planner_members").set_value(10)
    app = plan_and_wait(app)
    assert not app.exception
    assert not app.error
    document = fleet_store.plans.listing()[0]["document"]
    assert document["drift"]["members"] == 10
    assert document["forcing"]["current_id"]
    stops = next(one.value for one in app.dataframe if "drift_nm" in one.value)
    assert (stops["drift_nm"] > 0.0).all()


def test_a_current_elsewhere_is_not_chosen_by_itself(fleet_store, open_app, add_flow):
    add_flow("current", west=0.0)
    app = start_at(open_app("route_planner"), FLOW_START + timedelta(hours=5))
    assert "debris is taken as lying still" in text_of(app)


def test_forcing_that_does_not_cover_the_start_is_said(fleet_store, open_app, add_flow):
    current = add_flow("current", **AROUND)
    app = start_at(open_app("route_planner"), datetime(2030, 1, 1, 5, tzinfo=UTC))
    (choice,) = [one for one in app.selectbox if one.label == "Current"]
    assert choice.value == ""
    choice.set_value(current).run()
    assert "not the start of the plan" in text_of(app)
    app = plan_and_wait(app)
    assert not app.exception
    assert "outside the plan" in text_of(app)
    assert fleet_store.plans.listing() == []


def test_a_poor_day_needs_drift(fleet_store, open_app):
    app = open_app("route_planner")
    app.selectbox(key="planner_aim").set_value("Most mass on a poor day").run()
    assert app.button(key="planner_plan").disabled
    assert "needs debris that drifts" in text_of(app)


def test_a_closed_area_that_cannot_be_used_is_named_and_the_others_count(
    fleet_store, open_app
):
    box = ((-140.4, 30.9), (-140.1, 30.9), (-140.1, 31.2), (-140.4, 31.2))
    bad = {"type": "Feature", "properties": {"name": "Bad"}, "geometry": None}
    app = upload_areas(open_app("route_planner"), area("Reserve", *box), bad)
    assert not app.exception
    assert "1 record cannot be used; 1 area can." in text_of(app)
    assert any("Reserve" in one.value for one in app.text)
    app = plan_and_wait(app)
    assert not app.exception
    document = fleet_store.plans.listing()[0]["document"]
    assert [one["properties"]["name"] for one in document["closed_areas"]] == [
        "Reserve"
    ]
    assert any("Bad" in one["record"] for one in document["rejected"])


def test_a_file_of_closed_areas_that_is_none_is_said(fleet_store, open_app):
    app = open_app("route_planner")
    app.file_uploader(key="planner_closed").upload(
        "areas.geojson", b"{", "application/geo+json"
    ).run()
    assert not app.exception
    assert "1 record cannot be used; 0 areas can." in text_of(app)
    assert not app.button(key="planner_plan").disabled


def test_a_vessel_that_cannot_sail_is_named_and_the_other_plans(seeded_store, open_app):
    fleet = two_vessels()
    fleet["vessels"][1]["speed_kn"] = None
    seeded_store.fleets.save("Half a fleet", fleet)
    app = open_app("route_planner")
    assert "1 record of the fleet cannot be used; 1 vessel can." in text_of(app)
    assert not app.button(key="planner_plan").disabled


def test_a_fleet_of_a_known_name_is_replaced_only_when_asked(seeded_store, open_app):
    seeded_store.fleets.save("Ours", FLEET)
    other = deepcopy(FLEET)
    other["vessels"][0]["name"] = "Nova"
    app = open_app("route_planner")
    app.text_input(key="planner_fleet_name").set_value("Ours").run()
    uploader = app.file_uploader(key="planner_fleet_file")
    uploader.upload("f.yaml", yaml.safe_dump(other).encode(), "text/yaml").run()
    assert app.button(key="planner_fleet_store").label == "Replace fleet"
    assert app.button(key="planner_fleet_store").disabled
    app.checkbox(key="planner_fleet_replace_Ours").check().run()
    app.button(key="planner_fleet_store").click().run()
    assert not app.exception
    (row,) = seeded_store.fleets.listing()
    assert row["document"]["vessels"][0]["name"] == "Nova"


def test_wishes_for_single_sites_are_kept_in_the_plan(fleet_store, open_app):
    app = open_app("route_planner")
    keys = [str(one.key) for one in app.data_editor]
    (key,) = [one for one in keys if one.startswith("planner_sites_")]
    app.session_state[key] = {
        "edited_rows": {
            0: {"wish": "Must"},
            1: {"wish": "Never"},
            2: {"vessel": "Brisa"},
        },
        "added_rows": [],
        "deleted_rows": [],
    }
    app = plan_and_wait(app)
    assert not app.exception
    rules = fleet_store.plans.listing()[0]["document"]["request"]["rules"]
    assert rules == {
        "pinned": ["H001"],
        "forbidden": ["H002"],
        "vessel_of": {"H003": "Brisa"},
    }


def test_daylight_crew_and_margin_are_asked_for(fleet_store, open_app):
    app = open_app("route_planner")
    app.checkbox(key="planner_daylight").check()
    app.number_input(key="planner_crew").set_value(10.0)
    app.number_input(key="planner_margin").set_value(1.852)
    app.run()
    assert "Legs keep 1 nm (1.85 km) off land." in text_of(app)
    app = plan_and_wait(app)
    assert not app.exception
    asked = fleet_store.plans.listing()[0]["document"]["request"]
    assert asked["work_hours"]["daylight"]
    assert asked["work_hours"]["crew_h_per_day"] == 10.0
    assert asked["margin_km"] == 1.852
