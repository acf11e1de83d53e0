"""Route planner by priority: sites weighed, the plan says by what, mass unchanged."""

import pandas as pd
import pytest
import shapely

from core.priorities import SensitiveArea, current_weights, save_area
from core.routing import compare_plans, plan_from_dict
from dashboard import plan_priority
from tests.dashboard.route_plans import two_vessels
from tests.dashboard.test_route_planner import plan_and_wait, text_of

AIM = "Priority (harm x sensitivity)"


@pytest.fixture
def fleet_store(seeded_store):
    """Observations, two vessels close to them, and a reserve in the west."""
    seeded_store.fleets.save("Test fleet", two_vessels(), simulated=True)
    west = SensitiveArea(
        name="West reserve",
        polygon=shapely.box(-141.2, 30.3, -140.4, 31.8),
        factor=20.0,
    )
    save_area(seeded_store, west, actor="Ana")
    return seeded_store


def sites_of(app):
    frames = [one.value for one in app.dataframe if "wish" in one.value]
    (frame,) = [*frames, *(e.value for e in app.data_editor if "wish" in e.value)][:1]
    return frame


def test_sites_are_listed_by_what_they_are_worth(fleet_store, open_app):
    app = open_app("route_planner")
    assert "priority" not in sites_of(app)
    app.selectbox(key="planner_aim").set_value(AIM).run()
    assert not app.exception
    sites = sites_of(app)
    worth = sites["mass_kg"] * sites["priority"]
    assert worth.iloc[0] >= 0.99 * worth.max()
    assert "West reserve" in sites["reason"].iloc[0]


def test_a_plan_by_priority_says_kilograms_and_what_they_are_worth(
    fleet_store, open_app
):
    app = open_app("route_planner")
    app.selectbox(key="planner_aim").set_value(AIM).run()
    app = plan_and_wait(app)
    assert not app.exception
    assert not app.error
    document = fleet_store.plans.listing()[0]["document"]
    weighting = document["request"]["weighting"]
    assert weighting["harm_weights"]["version"] == current_weights(fleet_store).version
    assert [area["name"] for area in weighting["areas"]] == ["West reserve"]
    assert document["totals"]["priority_kg"] > document["totals"]["mass_kg"]
    said = text_of(app)
    assert "Weighed by harm and place" in said
    assert "harm weights: built in; 1 sensitive area" in said


def test_a_plan_by_mass_says_nothing_of_harm(fleet_store, open_app):
    app = plan_and_wait(open_app("route_planner"))
    assert not app.exception
    document = fleet_store.plans.listing()[0]["document"]
    assert "weighting" not in document["request"]
    assert "Weighed by harm" not in text_of(app)


def test_the_worthiest_places_come_first_whatever_they_weigh():
    sites = pd.DataFrame(
        {"site": ["a", "b", "c"], "mass_kg": [9.0, 2.0, 5.0], "priority": [1, 5, 0.1]}
    )
    assert plan_priority.worthiest(sites, 2)["site"].tolist() == ["b", "a"]


def test_plans_by_mass_and_by_priority_can_be_compared(fleet_store, open_app):
    app = plan_and_wait(open_app("route_planner"))
    app.selectbox(key="planner_aim").set_value(AIM).run()
    app = plan_and_wait(app)
    first, second = (row["document"] for row in fleet_store.plans.listing()[:2])
    found = compare_plans({"a": plan_from_dict(first), "b": plan_from_dict(second)})
    assert any("Other objective" in one for one in found.warnings)
    app.session_state["planner_tab"] = "Compare"
    app.run()
    assert not app.exception
    assert any("priority_kg" in one.value for one in app.dataframe)
