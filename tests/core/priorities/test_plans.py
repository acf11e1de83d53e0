"""Plans by priority: a vessel goes where debris harms most, and the plan says why."""

import json
from dataclasses import replace
from math import exp, hypot, log

import pytest
import shapely

from core.errors import RouteInputError
from core.priorities import SensitiveArea, default_weights, weigh_sites
from core.routing import plan_cleanup, plan_from_dict
from core.routing.planner import plan_request
from core.routing.request import PlanRequest
from tests.plan_inputs import START, fleet_of, sites_of

#: Two sites of equal mass and way, east and west of the port at 0 N, 30 W.
TWO = sites_of(
    ("east", 0.0, -29.0, 400.0),
    ("west", 0.0, -31.0, 400.0),
    category="plastic",
    mass_kg_low=200.0,
    mass_kg_high=800.0,
)
#: Hours that suffice for one of them: 12 h under way, 3.2 h of work, 4 h unloading.
ONE_TRIP_H = 22.0


def reef(at_lon, factor=3.0, **more):
    polygon = shapely.box(at_lon - 0.1, -0.1, at_lon + 0.1, 0.1)
    return SensitiveArea(name="Reef", polygon=polygon, factor=factor, **more)


def plan(sites, **options):
    return plan_cleanup(
        sites, fleet_of(), hours=ONE_TRIP_H, start_at=START, iterations=60, **options
    )


def visited(made):
    return [stop.site for _, trip in made.trips() for stop in trip.stops]


@pytest.mark.parametrize(("lon", "expected"), [(-29.0, "east"), (-31.0, "west")])
def test_of_two_equal_sites_the_sensitive_one_is_visited(lon, expected):
    weighed, weighting = weigh_sites(TWO, default_weights(), [reef(lon)])
    made = plan(weighed, weighting=weighting)
    assert visited(made) == [expected]
    (left,) = made.unassigned
    assert left.site != expected


@pytest.mark.parametrize("gear", ["east", "west"])
def test_of_two_equal_sites_the_more_harmful_one_is_visited(gear):
    kinds = ["fishing_gear" if site == gear else "glass" for site in TWO["site"]]
    weighed, weighting = weigh_sites(TWO.assign(category=kinds), default_weights())
    assert visited(plan(weighed, weighting=weighting)) == [gear]


@pytest.mark.parametrize("lon", [-29.0, -31.0])
def test_an_area_out_of_season_changes_nothing(lon):
    winter = reef(lon, months=frozenset({12}))
    span = (START, START.replace(day=3))
    weighed, weighting = weigh_sites(TWO, None, [winter], span)
    assert weighed["priority"].tolist() == [1.0, 1.0]
    assert weighting["areas"] == []


def test_the_plan_says_kilograms_and_kilograms_of_average_harm():
    weighed, weighting = weigh_sites(TWO, default_weights(), [reef(-29.0)])
    totals = plan(weighed, weighting=weighting).totals
    harm = default_weights().harm().to_dict("index")["plastic"]
    worth = 3.0 * float(str(harm["harm"]))
    assert totals["mass_kg"] == 400.0
    assert totals["priority_kg"] == pytest.approx(400.0 * worth)
    down = hypot(log(2.0), log(float(str(harm["harm"])) / float(str(harm["low"]))))
    up = hypot(log(2.0), log(float(str(harm["high"])) / float(str(harm["harm"]))))
    assert totals["priority_kg_low"] == pytest.approx(400.0 * worth * exp(-down))
    assert totals["priority_kg_high"] == pytest.approx(400.0 * worth * exp(up))


def test_the_plan_names_its_weights_and_areas_and_is_read_back_the_same():
    weights = replace(default_weights(), version="version 4")
    weighed, weighting = weigh_sites(TWO, weights, [reef(-29.0)])
    made = plan(weighed, weighting=weighting)
    assert "version 4" in made.notes[0]
    assert "Reef" in made.notes[0]
    document = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    again = plan_from_dict(document)
    assert again.to_dict() == document
    request = PlanRequest.from_dict(document["request"])
    assert request.weighting == weighting
    assert request.to_dict() == document["request"]


def test_a_plan_by_mass_says_nothing_of_harm():
    document = plan(TWO).to_dict()
    assert "weighting" not in document["request"]
    assert not any(name.startswith("priority") for name in document["totals"])
    assert not any("harm" in note for note in document["notes"])


def test_a_request_keeps_its_weighting_when_it_is_asked_again():
    weighed, weighting = weigh_sites(TWO, default_weights(), [reef(-29.0)])
    first = plan(weighed, weighting=weighting)
    assert first.request is not None
    request = PlanRequest.from_dict(first.request)
    again = plan_request(request)
    assert again.totals["priority_kg"] == first.totals["priority_kg"]


@pytest.mark.parametrize("weighting", ["priority", {"objective": "priority"}, [1]])
def test_a_weighting_of_another_form_is_refused(weighting):
    with pytest.raises(RouteInputError, match="weighting"):
        PlanRequest(
            sites=TWO, fleet=fleet_of(), hours=9.0, start_at=START, weighting=weighting
        )


def test_a_load_that_does_not_land_is_not_counted():
    weighed, weighting = weigh_sites(TWO, default_weights(), [reef(-29.0)])
    made = plan(weighed, weighting=weighting)
    (vessel,) = made.vessels
    lost = replace(vessel, trips=tuple(replace(t, load_kg=0.0) for t in vessel.trips))
    assert replace(made, vessels=(lost,)).totals["priority_kg"] == 0.0
