"""A plan's figures against hand calculation, and what is left out."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import InfeasibleError, RouteInputError
from core.routing import (
    parse_fleet,
    plan_cleanup,
    plan_from_dict,
    read_fleet,
    read_sites,
)
from core.routing.planner import plan_request
from core.routing.request import PlanRequest
from tests.plan_inputs import START, fleet_of, sites_of

CONFIG = Path(__file__).parents[3] / "config"


def plan(frame, ships, hours=72.0, **options):
    return plan_cleanup(
        frame, ships, hours=hours, start_at=START, iterations=120, **options
    )


@pytest.fixture(scope="module")
def example():
    return plan(
        read_sites(CONFIG / "sites.example.csv").frame,
        read_fleet(CONFIG / "fleet.example.yaml").fleet,
        hours=96.0,
    )


def test_one_stop_by_hand():
    """111.195 km at 18.52 km/h; 2 kn x 50 m x 1000 kg/km2 x 0.8 = 148.16 kg/h."""
    made = plan(sites_of(("a", 0.0, -29.0, 400.0)), fleet_of())
    trip = made.vessels[0].trips[0]
    transit = 111.1949 / 18.52
    service = 0.5 + 400.0 / 148.16
    assert trip.legs[0].hours == pytest.approx(transit, rel=1e-5)
    assert trip.stops[0].service_h == pytest.approx(service, abs=1e-6)
    sailed = START + timedelta(hours=trip.legs[0].hours)
    assert abs(trip.stops[0].arrive - sailed) < timedelta(seconds=1)
    assert trip.hours == pytest.approx(2 * transit + service, rel=1e-5)
    totals = made.totals
    assert totals["fuel_l"] == pytest.approx(80.0 * trip.hours)
    assert totals["co2_kg"] == pytest.approx(80.0 * trip.hours * 0.8675 * 3.206)
    assert totals["cost"] == pytest.approx(100.0 * (trip.hours + 4.0))
    assert totals["mass_kg"] == 400.0


def test_site_larger_than_the_hold_is_shared_between_trips():
    made = plan(sites_of(("big", 0.0, -29.9, 2500.0)), fleet_of(), hours=90.0)
    loads = [trip.load_kg for _, trip in made.trips()]
    assert loads == pytest.approx([2500.0 / 3] * 3)
    assert made.unassigned == made.partial == ()


def test_site_emptied_in_part_says_what_stays():
    made = plan(sites_of(("big", 0.0, -29.9, 2500.0)), fleet_of(), hours=30.0)
    assert made.partial[0].left_kg > 0.0
    assert made.partial[0].reason == "time_window"
    collected = made.partial[0].collected_kg + made.partial[0].left_kg
    assert collected == pytest.approx(2500.0)


def test_given_service_time_is_kept():
    made = plan(sites_of(("a", 0.0, -29.5, 400.0), service_h=7.5), fleet_of())
    assert made.vessels[0].trips[0].stops[0].service_h == 7.5


def test_priority_weighs_a_kilogram():
    frame = sites_of(("a", 0.0, -29.0, 500.0), ("b", 0.0, -31.0, 400.0))
    ships = fleet_of(endurance_h=17.0)
    light = plan(frame.assign(priority=[1, 2]), ships, hours=22.0)
    heavy = plan(frame, ships, hours=22.0)
    assert [stop.site for _, trip in light.trips() for stop in trip.stops] == ["b"]
    assert [stop.site for _, trip in heavy.trips() for stop in trip.stops] == ["a"]


def test_left_out_sites_carry_their_reason():
    frame = sites_of(
        ("near", 0.0, -29.5, 100.0),
        ("inland", -10.0, -50.0, 100.0),
        ("caspian", 42.0, 51.0, 100.0),
        ("far", 0.0, -10.0, 100.0),
        ("late", 0.0, -24.0, 100.0),
    )
    made = plan(frame, fleet_of(endurance_h=80.0), hours=72.0)
    reasons = {one.site: one.reason for one in made.unassigned}
    assert reasons == {
        "inland": "on_land",
        "caspian": "unreachable",
        "far": "endurance",
        "late": "time_window",
    }
    assert all(one.detail for one in made.unassigned)


def test_stops_not_worth_their_hours_are_left_out():
    frame = sites_of(("near", 0.0, -29.9, 500.0), ("small", 0.0, -27.0, 5.0))
    made = plan(frame, fleet_of(), least_kg_per_h=1.0)
    assert [(x.site, x.reason) for x in made.unassigned] == [("small", "not_worth")]


def test_nothing_served_is_an_error_that_lists_what_binds():
    with pytest.raises(InfeasibleError) as caught:
        plan(sites_of(("far", 0.0, 5.0, 100.0)), fleet_of(), hours=24.0)
    assert "far: " in caught.value.binding[0]


def test_port_inland_is_moved_and_noted():
    ships = parse_fleet(
        {
            "vessels": [
                {
                    "name": "A",
                    "speed_kn": 10,
                    "collect_speed_kn": 2,
                    "sweep_width_m": 50,
                    "hold_kg": 900,
                    "endurance_h": 90,
                    "fuel_l_per_h": 50,
                    "start": {"port": "HNL"},
                }
            ],
            "ports": [{"locode": "HNL", "lat": 21.35, "lon": -157.86}],
        }
    )
    made = plan(sites_of(("a", 20.8, -158.2, 100.0)), ships)
    assert any("HNL lies on land" in note for note in made.notes)


@pytest.mark.parametrize("hours", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_horizons_are_refused(hours):
    with pytest.raises(RouteInputError, match="hours is"):
        plan(sites_of(("a", 0.0, -29.0, 400.0)), fleet_of(), hours=hours)


def test_start_without_a_time_zone_is_refused():
    with pytest.raises(RouteInputError, match="no time zone"):
        plan_cleanup(
            sites_of(("a", 0.0, -29.0, 4.0)),
            fleet_of(),
            hours=24,
            start_at=datetime(2026, 6, 1),
        )


def test_document_has_the_fields_of_the_contract(example):
    document = example.to_dict()
    assert {"seed", "solver", "totals", "vessels", "unassigned"} <= set(document)
    assert {
        "mass_kg",
        "mass_kg_low",
        "mass_kg_high",
        "fuel_l",
        "co2_kg",
        "cost",
        "hours",
    } <= set(document["totals"])
    trip = document["vessels"][0]["trips"][0]
    assert {"stops", "legs", "load_kg", "hours"} <= set(trip)
    assert {"site", "lat", "lon", "arrive", "leave", "mass_kg"} <= set(trip["stops"][0])
    assert {"path", "distance_km", "hours", "fuel_l"} <= set(trip["legs"][0])
    assert trip["legs"][0]["path"][0] == pytest.approx([-157.868, 21.306], abs=0.05)


def test_times_follow_one_another(example):
    for vessel in example.vessels:
        for a, b in pairwise(vessel.trips):
            assert b.depart == a.end + timedelta(hours=a.unload_h)
        for trip in vessel.trips:
            times = [t for stop in trip.stops for t in (stop.arrive, stop.leave)]
            assert [trip.depart, *times, trip.end] == sorted(
                [trip.depart, *times, trip.end]
            )


def test_high_mass_never_exceeds_the_hold(example):
    holds = {"Alma": 8000.0, "Brisa": 2500.0}
    for vessel, trip in example.trips():
        assert trip.load_kg_low <= trip.load_kg <= trip.load_kg_high
        assert trip.load_kg_high <= holds[vessel.name]


def test_document_is_read_back_as_the_same_plan(example):
    document = example.to_dict()
    again = plan_from_dict(json.loads(json.dumps(document)))
    assert again.to_dict() == document
    with pytest.raises(RouteInputError, match="cannot be read"):
        plan_from_dict({"seed": 1})


def test_a_plan_made_again_from_its_document_is_the_same(example):
    request = PlanRequest.from_dict(json.loads(json.dumps(example.request)))
    assert plan_request(request).to_dict() == example.to_dict()
