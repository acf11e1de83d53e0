"""Planning anew in the middle: what is done stays, nothing is taken twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from core.errors import InfeasibleError, RouteInputError
from core.routing import parse_fleet, plan_cleanup, plan_from_dict
from core.routing._check_plan import check_plan
from core.routing.planner import plan_request
from core.routing.replan import lock_first, replan_from
from core.routing.request import PlanRequest
from core.routing.rules import SiteRules
from core.routing.sites import check_sites
from core.routing.states import VesselState

START = datetime(2026, 6, 1, tzinfo=UTC)


def fleet():
    base = {
        "speed_kn": 10.0, "collect_speed_kn": 2.0, "sweep_width_m": 100.0,
        "hold_kg": 1500.0, "endurance_h": 40.0, "fuel_l_per_h": 100.0,
        "cost_per_h": 50.0, "start": {"port": "P"},
    }  # fmt: skip
    return parse_fleet(
        {
            "ports": [{"name": "P", "lat": 0.0, "lon": -140.0, "unload_h": 2.0}],
            "vessels": [{**base, "name": "Alma"}, {**base, "name": "Bora"}],
        }
    )


def sites(n=14):
    """Open Pacific, up to 1.2 degrees round the port; every third fills two holds."""
    rows = [
        {
            "site": f"S{i}",
            "lat": ((i * 7) % 11 - 5) * 0.22,
            "lon": -140.0 + ((i * 5) % 13 - 6) * 0.2,
            "mass_kg": 2000.0 if i % 6 == 5 else 200.0 + 40.0 * i,
        }
        for i in range(n)
    ]
    return check_sites(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def plan():
    return plan_cleanup(
        sites(), fleet(), hours=60.0, start_at=START, seconds=20, iterations=150
    )


def stops_of(one, vessel=None):
    return [
        stop.site
        for ship, trip in one.trips()
        for stop in trip.stops
        if vessel in (None, ship.name)
    ]


def after_first_stop(plan, vessel):
    trips = next(one.trips for one in plan.vessels if one.name == vessel)
    return trips[0].stops[0].leave + timedelta(minutes=6)


def mass_by_site(one):
    taken: Counter[str] = Counter()
    for _, trip in one.trips():
        for stop in trip.stops:
            taken[stop.site] += stop.mass_kg
    return taken


def holds_together(new, plan):
    """No site overdrawn or forgotten; by the check that every plan passes."""
    mass = dict(zip(sites()["site"], sites()["mass_kg"], strict=True))
    for site, kg in mass_by_site(new.plan).items():
        assert kg <= mass[site] + 0.1
    named = {one.site for one in new.plan.unassigned} | set(mass_by_site(new.plan))
    assert named == set(mass)
    assert plan_from_dict(new.plan.to_dict()).to_dict() == new.plan.to_dict()


@pytest.mark.parametrize("hour", [0.0, 3.3, 11.0, 30.0, 55.0])
def test_nothing_changed_collects_as_much_and_passes_the_check(plan, hour):
    """The search begins from the old plan: at least its mass, to the gram a stop."""
    at = START + timedelta(hours=hour)
    new = replan_from(plan, at)
    assert new.plan.prize >= plan.prize - 0.1
    assert new.plan.request is not None
    check_plan(new.plan, PlanRequest.from_dict(new.plan.request))
    holds_together(new, plan)
    for old, now in zip(plan.vessels, new.plan.vessels, strict=True):
        done = [s for trip in old.trips for s in trip.stops if s.start < at]
        assert [s for trip in now.trips for s in trip.stops][: len(done)] == done


def test_a_lost_vessel_gives_its_sites_to_the_other(plan):
    at = after_first_stop(plan, "Bora")
    new = replan_from(plan, at, lost_vessels=["Bora"])
    holds_together(new, plan)
    lost = next(one for one in new.plan.vessels if one.name == "Bora")
    assert all(stop.start < at for trip in lost.trips for stop in trip.stops)
    assert new.ahead is not None
    assert [v.name for v in new.ahead.vessels] == ["Alma"]
    given_back = set(stops_of(plan, "Bora")) - set(stops_of(new.plan, "Bora"))
    assert given_back & set(stops_of(new.plan, "Alma"))
    assert new.lost_kg == sum(s.mass_kg for t in lost.trips for s in t.stops) > 0.0
    counted = new.plan.totals["mass_kg"]
    assert counted == pytest.approx(sum(mass_by_site(new.plan).values()) - new.lost_kg)
    assert any(f"{new.lost_kg:.0f} kg is not counted" in n for n in new.plan.notes)


def test_a_second_new_plan_goes_on_from_the_first(plan):
    at = after_first_stop(plan, "Bora")
    first = replan_from(plan, at, lost_vessels=["Bora"])
    second = replan_from(first.plan, at + timedelta(hours=7.0))
    holds_together(second, plan)
    assert second.plan.prize >= first.plan.prize - 0.1
    bora = [one.to_dict() for one in first.plan.vessels if one.name == "Bora"]
    assert bora == [one.to_dict() for one in second.plan.vessels if one.name == "Bora"]


@pytest.mark.parametrize("n_stops", [0, 1, 3])
def test_locked_stops_stay_first_and_in_order(plan, n_stops):
    new = lock_first(plan, "Alma", n_stops, changes={"seed": 5})
    assert stops_of(new.plan, "Alma")[:n_stops] == stops_of(plan, "Alma")[:n_stops]
    holds_together(new, plan)
    assert new.plan.request is not None
    check_plan(new.plan, PlanRequest.from_dict(new.plan.request))
    assert new.plan.prize >= plan.prize - 0.1


def test_new_sites_come_in_and_visited_ones_are_not_taken_twice(plan):
    at = START + timedelta(hours=20.0)
    visited = next(s for _, t in plan.trips() for s in t.stops if s.leave < at)
    near = {"lat": 0.1, "lon": -140.1, "mass_kg": 5000.0, "priority": 9.0}
    added = pd.DataFrame([{"site": "NEW", **near}, {"site": visited.site, **near}])
    new = replan_from(plan, at, new_sites=added)
    assert "NEW" in stops_of(new.plan)
    assert mass_by_site(new.plan)[visited.site] <= 2000.0
    refused = [one for one in new.plan.rejected if one.value == visited.site]
    assert "was visited before" in refused[0].reason
    assert new.plan.request is not None
    assert {row["site"] for row in new.plan.request["sites"]} >= {"NEW", "S0"}


def test_a_vessel_goes_on_from_where_it_really_is(plan):
    at = START + timedelta(hours=6.0)
    here = VesselState(0.5, -139.5, at + timedelta(hours=2), 100.0, 8.0)
    new = replan_from(plan, at, states={"Alma": here})
    assert new.states["Alma"] == here
    assert new.ahead is not None
    alma = next(one for one in new.ahead.vessels if one.name == "Alma")
    assert alma.trips[0].depart == here.ready_at
    assert alma.trips[0].carried_kg == 100.0


def test_pinned_sites_that_are_visited_are_no_longer_asked_for(plan):
    at = START + timedelta(hours=20.0)
    visited = next(s.site for _, t in plan.trips() for s in t.stops if s.leave < at)
    new = replan_from(plan, at, changes={"rules": SiteRules(pinned=(visited,))})
    assert new.plan.rejected == plan.rejected


def test_with_nothing_left_the_vessels_sail_home_as_planned(plan):
    small = plan_cleanup(
        sites(2), fleet(), hours=60.0, start_at=START, seconds=5, iterations=50
    )
    last = max(stop.leave for _, trip in small.trips() for stop in trip.stops)
    new = replan_from(small, last + timedelta(minutes=1))
    assert new.ahead is None
    assert [v.to_dict() for v in new.plan.vessels] == [
        v.to_dict() for v in small.vessels
    ]


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        (lambda p: replan_from(p, START - timedelta(hours=1)), RouteInputError, "outs"),
        (lambda p: replan_from(p, START + timedelta(hours=60)), RouteInputError, "out"),
        (lambda p: replan_from(p, datetime(2026, 6, 1)), RouteInputError, "time zone"),
        (
            lambda p: replan_from(p, START, lost_vessels=["Cora"]),
            RouteInputError,
            "no vessel 'Cora'; it has Alma, Bora",
        ),
        (
            lambda p: replan_from(p, START, lost_vessels=["Alma", "Bora"]),
            InfeasibleError,
            "no vessel is left",
        ),
        (lambda p: lock_first(p, "Alma", 99), RouteInputError, "got 99"),
    ],
)
def test_what_cannot_be_planned_anew_is_refused(plan, how, error, message):
    with pytest.raises(error, match=message):
        how(plan)


def test_a_plan_that_counted_a_forecast_needs_a_planner_that_knows_it(plan):
    request = {**plan.request, "forecast_id": "f1", "conditions_id": "c1"}
    drifting = plan_from_dict({**plan.to_dict(), "request": request})
    with pytest.raises(RouteInputError, match="a drift forecast and the state of the"):
        replan_from(drifting, START)
    asked = []

    def planner(request):
        asked.append(request)
        return plan_request(request)

    replan_from(drifting, START, planner=planner)
    assert asked[0].forecast_id == "f1"


def test_a_plan_without_its_request_is_refused(plan):
    old = plan_from_dict({**plan.to_dict(), "request": None})
    with pytest.raises(RouteInputError, match="holds no request"):
        replan_from(old, START)
