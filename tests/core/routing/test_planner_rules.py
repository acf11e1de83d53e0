"""Rules, states, hours and closed areas in whole plans."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from core.errors import InfeasibleError
from core.routing import plan_cleanup
from core.routing.rules import SiteRules
from core.routing.sea import parse_closed_areas
from core.routing.states import VesselState
from core.routing.work_hours import WorkHours
from tests.plan_inputs import PORT, START, fleet_of, sites_of

HOUR = timedelta(hours=1)


def plan(sites, fleet=None, **options):
    wish: dict[str, Any] = {"hours": 72.0, "start_at": START, "iterations": 150}
    return plan_cleanup(sites, fleet or fleet_of(), **wish | options)


def visited(made):
    return [stop.site for _, trip in made.trips() for stop in trip.stops]


def area(west, south, east, north, **properties):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return parse_closed_areas(json.dumps(feature).encode()).areas


BOTH = sites_of(("heavy", 0.0, -29.0, 500.0), ("light", 0.0, -31.0, 400.0))


def test_a_pinned_site_goes_before_a_heavier_one():
    """Twelve hours there and back and the work: time for one of the two."""
    options = {"hours": 21.0}
    assert visited(plan(BOTH, **options)) == ["heavy"]
    made = plan(BOTH, rules=SiteRules(pinned=("light",)), **options)
    assert visited(made) == ["light"]


def test_a_pinned_site_that_cannot_be_visited_is_named_first():
    sites = sites_of(
        ("a", 0.0, -29.5, 50.0), ("b", 3.0, -29.5, 9.0), ("c", 0.0, 9.0, 9.0)
    )
    made = plan(sites, hours=15.0, rules=SiteRules(pinned=("c",)))
    assert [one.site for one in made.unassigned] == ["c", "b"]
    assert made.unassigned[0].reason in {"time_window", "endurance"}
    assert made.unassigned[0].remedy


def test_a_forbidden_site_is_left_with_that_reason():
    made = plan(BOTH, rules=SiteRules(forbidden=("heavy",)))
    assert visited(made) == ["light"]
    assert [(x.site, x.reason) for x in made.unassigned] == [("heavy", "forbidden")]


def test_a_site_goes_to_its_own_vessel():
    fleet = fleet_of({}, {"name": "Brisa"})
    for name in ("Alma", "Brisa"):
        rules = SiteRules(vessel_of={"heavy": name, "light": name})
        made = plan(BOTH, fleet, rules=rules)
        stops = {
            v.name: [s.site for t in v.trips for s in t.stops] for v in made.vessels
        }
        assert sorted(stops[name]) == ["heavy", "light"]


def test_rules_about_unknown_names_are_rejected_and_the_rest_is_planned():
    made = plan(BOTH, rules=SiteRules(pinned=("nowhere",)))
    assert [(x.record, x.value) for x in made.rejected] == [("rules", "nowhere")]
    assert sorted(visited(made)) == ["heavy", "light"]


def test_bad_rows_are_rejected_and_the_rest_is_planned():
    sites = sites_of(
        ("a", 0.0, -29.0, 4.0),
        ("zero", 0.0, -29.1, 0.0),
        ("nan", float("nan"), -29.0, 4.0),
        ("a", 0.0, -29.2, 4.0),
    )
    made = plan(sites)
    assert visited(made) == ["a"]
    assert [one.field for one in made.rejected] == ["mass_kg", "lat", "site"]


def test_a_vessel_in_the_middle_of_a_plan_goes_on_from_there():
    """By hand: 0.5 degrees to the site, 1.5 back; 700 kg aboard leave room for 300."""
    state = VesselState(0.0, -28.0, START + 3 * HOUR, load_kg=700.0, spent_h=40.0)
    sites = sites_of(("fits", 0.0, -28.5, 300.0), ("late", 0.0, -28.6, 301.0))
    made = plan(sites, hours=30.0, states={"Alma": state})
    trip = made.vessels[0].trips[0]
    assert [stop.site for stop in trip.stops] == ["fits"]
    assert trip.depart == START + 3 * HOUR
    assert trip.legs[0].path[0] == pytest.approx([0.0, -28.0])
    assert trip.legs[0].distance_km == pytest.approx(55.6, abs=0.1)
    assert (trip.carried_kg, trip.spent_h, trip.load_kg) == (700.0, 40.0, 300.0)
    assert made.totals["mass_kg"] == 300.0


def test_hours_spent_count_towards_the_endurance():
    """14.6 h by hand: to the site, the work, and home; no time for a call before."""
    sites = sites_of(("a", 0.0, -29.0, 400.0))
    for spent, reason in ((85.3, []), (85.5, ["endurance"])):
        state = VesselState(0.0, -29.9, START, spent_h=spent)
        made = plan(sites, states={"Alma": state}, hours=20.0)
        assert [one.reason for one in made.unassigned] == reason
        assert len(visited(made)) + len(reason) == 1


def test_a_vessel_in_port_unloads_before_it_leaves():
    """Full and tired at P: after 4 h of unloading it can do what a fresh one can."""
    state = VesselState(0.0, -30.0, START, load_kg=1000.0, spent_h=95.0)
    made = plan(sites_of(("a", 0.0, -29.0, 400.0)), states={"Alma": state})
    call, trip = made.vessels[0].trips
    assert (call.stops, call.distance_km, call.carried_kg) == ((), 0.0, 1000.0)
    assert trip.depart == call.free == START + 4 * HOUR
    assert [stop.site for stop in trip.stops] == ["a"]
    assert made.totals["mass_kg"] == 400.0


def test_a_vessel_at_sea_without_a_stop_sails_home():
    fleet = fleet_of({}, {"name": "Brisa"})
    states = {"Alma": VesselState(0.0, -28.0, START, load_kg=1000.0, spent_h=80.0)}
    made = plan(sites_of(("a", 0.0, -31.0, 900.0)), fleet, hours=30.0, states=states)
    alma = made.vessels[0].trips
    assert [len(trip.stops) for trip in alma] == [0]
    assert alma[0].end_name == "P"
    assert alma[0].free - alma[0].end == 4 * HOUR


def test_a_state_of_no_vessel_is_rejected():
    states = {"Ghost": VesselState(0.0, -28.0, START)}
    made = plan(BOTH, states=states)
    assert [(x.record, x.value) for x in made.rejected] == [("states", "Ghost")]


def test_a_port_inland_is_rejected_and_the_rest_is_planned():
    inland = {"name": "Denver", "lat": 39.7, "lon": -104.9}
    made = plan(BOTH, fleet_of(ports=(PORT, inland)))
    assert [one.record for one in made.rejected] == ["port Denver"]
    assert sorted(visited(made)) == ["heavy", "light"]


def test_no_vessel_that_can_sail_is_infeasible_and_named():
    inland = {"name": "P", "lat": 39.7, "lon": -104.9}
    with pytest.raises(InfeasibleError, match="Alma"):
        plan(BOTH, fleet_of(ports=(inland,)))


def test_legs_go_round_a_closed_area_and_a_site_within_is_left():
    sites = sites_of(("in", 0.0, -29.5, 100.0), ("behind", 0.0, -29.0, 400.0))
    closed = area(-29.7, -0.2, -29.3, 0.2, name="Reserve", reason="turtles")
    made = plan(sites, closed_areas=closed)
    assert visited(made) == ["behind"]
    assert made.unassigned[0].reason == "closed_area"
    assert "Reserve" in made.unassigned[0].detail
    assert made.vessels[0].trips[0].legs[0].distance_km > 111.2
    assert made.closed_areas[0]["properties"]["name"] == "Reserve"


def test_an_area_that_is_open_in_the_plan_changes_nothing():
    sites = sites_of(("in", 0.0, -29.5, 100.0))
    closed = area(-29.7, -0.2, -29.3, 0.2, name="Winter", months=[12, 1])
    made = plan(sites, closed_areas=closed)
    assert visited(made) == ["in"]
    assert made.closed_areas == ()


def test_work_waits_for_the_window_of_a_site():
    """Three hours of way; the window opens 20 h after the start."""
    sites = sites_of(
        ("first", 0.0, -30.2, 50.0),
        ("a", 0.0, -29.5, 400.0),
        open_from=[None, START + 20 * HOUR],
    )
    made = plan(sites, hours=60.0)
    stop = next(s for _, t in made.trips() for s in t.stops if s.site == "a")
    assert stop.start == START + 20 * HOUR
    assert stop.arrive <= stop.start
    assert stop.leave == stop.start + timedelta(
        hours=round(stop.service_h * 3600) / 3600
    )


def test_a_window_that_closes_too_early_is_the_reason():
    sites = sites_of(
        ("a", 0.0, -29.0, 400.0),
        ("b", 0.1, -29.0, 40.0),
        open_until=[None, START + 2 * HOUR],
    )
    made = plan(sites)
    assert [(x.site, x.reason) for x in made.unassigned] == [("b", "time_window")]


def test_unloading_waits_for_the_port_to_open():
    """Back some 15 h after 04:00; the port opens at 06:00 and unloads for 4 h."""
    fleet = fleet_of(ports=(PORT | {"open": [["06:00", "18:00"]]},))
    made = plan(sites_of(("a", 0.0, -29.0, 400.0)), fleet)
    trip = made.vessels[0].trips[0]
    assert 18 < trip.end.hour < 24
    assert trip.free == START + 30 * HOUR  # 10:00 of the next day


def test_work_by_daylight_pauses_at_night():
    """Near the equator in June dusk falls at about 20:20 UTC at 30 W."""
    made = plan(
        sites_of(("a", 0.0, -29.0, 950.0)),
        fleet_of(hold_kg=5000.0, sweep_width_m=10.0),
        work_hours=WorkHours(daylight=True),
        hours=96.0,
    )
    stop = made.vessels[0].trips[0].stops[0]
    assert stop.service_h > 24.0
    night = (stop.leave - stop.start) / HOUR - stop.service_h
    assert night == pytest.approx(11.2 * round(night / 11.2), rel=0.03)
    assert night > 0.0


def test_a_margin_keeps_legs_off_the_coast(tmp_path):
    """From west to east of Oahu, with 15 km to keep off."""
    fleet = fleet_of(start={"lat": 21.5, "lon": -158.8}, ports=(PORT,))
    sites = sites_of(("a", 21.5, -157.2, 100.0))
    near = plan(sites, fleet)
    off = plan(sites, fleet, margin_km=15.0, cache_dir=tmp_path)
    assert off.totals["distance_km"] > near.totals["distance_km"] + 10.0


def test_a_cap_of_the_hold_on_the_high_is_said():
    sites = sites_of(("a", 0.0, -29.5, 600.0), mass_kg_high=5000.0)
    made = plan(sites)
    assert made.totals["mass_kg_high"] == 1000.0
    assert any("The high of a load ends at the hold" in note for note in made.notes)
    assert not np.isnan(made.totals["mass_kg"])
