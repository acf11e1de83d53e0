"""Reasons and remedies against brute force and sites made to be left out."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.routing import DriftingTargets, RoutingProblem, Trip, Vessel, time_trips
from core.routing.explain import REASONS, explain_all, servable


def star(**changes):
    """Port 0 and three sites, each an hour out and two hours from each other."""
    travel = np.full((4, 4), 2.0)
    travel[0, :] = travel[:, 0] = 1.0
    np.fill_diagonal(travel, 0.0)
    given = {
        "travel_h": travel,
        "prize": [0.0, 50.0, 80.0, 20.0],
        "service_h": [0.0, 1.0, 1.0, 1.0],
        "demand_kg": [0.0, 50.0, 80.0, 20.0],
        "vessels": [Vessel(500.0, 50.0, name="Alma")],
        "horizon_h": 50.0,
        **changes,
    }
    return RoutingProblem(**given)


ONE_TRIP = [[Trip(0, (2,), 0)]]


def test_missing_hold_is_named_with_its_kilograms():
    problem = star(
        vessels=[Vessel(100.0, 50.0, name="Alma")],
        horizon_h=10.0,
        unload_h=[4.0, 0.0, 0.0, 0.0],
    )
    verdict = explain_all(problem, ONE_TRIP, [1])[1]
    # A second trip ends 4 h after the horizon, 40 % of it; the hold lacks 30 %.
    assert verdict.reason == "hold"
    assert "30 kg above its hold of 100 kg" in verdict.detail
    assert verdict.remedy.startswith("Fits with 30 kg more hold of Alma")


def test_missing_hours_before_the_end_are_named():
    verdict = explain_all(star(horizon_h=5.25), ONE_TRIP, [1])[1]
    assert verdict.reason == "time_window"
    # Between port and site 2: 1 + 2 - 1 h on the way and 1 h of work, beside 3 h.
    assert "0.8 h beyond the horizon of 5.2 h" in verdict.detail
    assert "Fits with 0.8 h more until Alma must be back" in verdict.remedy


def test_missing_endurance_is_named_alone_and_without_a_horizon():
    vessels = [Vessel(500.0, 2.5, name="Alma")]
    verdict = explain_all(star(vessels=vessels), [[]], [1])[1]
    assert verdict.reason == "endurance"
    assert verdict.detail.startswith("Even alone it would take Alma 0.5 h above")
    verdict = explain_all(star(vessels=vessels, horizon_h=None), [[]], [1])[1]
    assert verdict.reason == "endurance"
    assert verdict.remedy == "Fits with 0.5 h more endurance of Alma."


def test_a_stop_worth_more_would_be_displaced():
    verdict = explain_all(star(horizon_h=3.0), ONE_TRIP, [1])[1]
    assert verdict.remedy.endswith(
        "or would displace site 2, which is worth 30 kg more."
    )


def test_a_stop_worth_less_is_said_to_be_one():
    plan = [[Trip(0, (3,), 0)]]
    verdict = explain_all(star(horizon_h=3.0), plan, [1])[1]
    assert "in place of site 3, which is worth 30 kg less" in verdict.remedy


def test_a_pinned_stop_gives_way_to_nothing():
    problem = star(horizon_h=3.0, pinned=[False, False, True, False])
    assert "site 2" not in explain_all(problem, ONE_TRIP, [1])[1].remedy


def test_sites_are_called_by_their_names():
    problem = star(horizon_h=3.0, node_names=["Port", "A", "K-12", "C"])
    assert "displace K-12" in explain_all(problem, ONE_TRIP, [1])[1].remedy


def test_a_site_that_fits_is_said_to_bring_too_little():
    verdict = explain_all(star(), ONE_TRIP, [3])[3]
    assert verdict.reason == "not_worth"
    assert "It would fit with 3.0 h more of Alma, and brings 6.67 kg" in verdict.detail
    assert verdict.remedy.startswith("Comes in if 6.67 kg for an added hour is enough")


def test_forbidden_sites_are_told_what_else_is_in_the_way():
    forbidden = [False, True, False, True]
    problem = star(horizon_h=3.0, forbidden=forbidden, may_serve=[[True] * 4])
    verdict = explain_all(problem, ONE_TRIP, [1])[1]
    assert verdict.reason == "forbidden"
    assert verdict.remedy.startswith("Without the rule: fits with 3.0 h more")
    assert servable(problem).tolist() == [2]


def test_a_site_no_vessel_may_visit_is_forbidden_not_unreachable():
    problem = star(may_serve=[[True, False, True, True]])
    assert explain_all(problem, ONE_TRIP, [1])[1].reason == "forbidden"
    cut = np.array(problem.travel_h)
    cut[1, :] = cut[:, 1] = np.inf
    problem = replace(problem, travel_h=cut)
    assert explain_all(problem, ONE_TRIP, [1])[1].reason == "unreachable"


def test_a_vessel_that_may_not_visit_a_site_is_not_named_for_it():
    vessels = [Vessel(500.0, 2.0, name="Alma"), Vessel(500.0, 9.0, name="Bora")]
    may = [[True] * 4, [True, False, True, True]]
    problem = star(vessels=vessels, may_serve=may)
    verdict = explain_all(problem, [[], []], [1])[1]
    assert verdict.reason == "endurance"
    assert "Alma" in verdict.remedy


def weather_problem(**changes):
    """Work by day only, from 6 to 18 h; a storm closes 10 to 18 h."""
    return star(
        calendars=[[[6.0, 10.0]]],
        calendar_of=[-1, 0, 0, 0],
        service_h=[0.0, 6.0, 1.0, 1.0],
        horizon_h=20.0,
        **changes,
    )


CAUSES = [{"daylight": np.array([[6.0, 18.0]]), "weather": np.array([[0.0, 10.0]])}]


def test_weather_is_named_where_it_alone_is_in_the_way():
    # Six hours of work from hour 6: four are free, two fall in the storm.
    verdict = explain_all(weather_problem(), [[]], [1], CAUSES)[1]
    assert verdict.reason == "weather"
    assert "2.0 h of work in weather beyond its limits" in verdict.detail
    assert verdict.remedy == "Fits with 2.0 h more of weather within the limits."


def test_closed_hours_of_unknown_cause_are_a_time_window():
    verdict = explain_all(weather_problem(), [[]], [1])[1]
    assert verdict.reason == "time_window"
    assert "in closed hours" in verdict.detail


def test_nightfall_is_a_time_window_and_named():
    causes = [{"daylight": np.array([[6.0, 10.0]]), "weather": np.array([[0.0, 99.0]])}]
    verdict = explain_all(weather_problem(), [[]], [1], causes)[1]
    assert verdict.reason == "time_window"
    # Without closed hours it begins at hour 1: five hours before dawn.
    assert "5.0 h of work outside the hours of daylight (Alma)" in verdict.remedy


def test_causes_of_another_number_of_calendars_are_refused():
    with pytest.raises(RouteInputError, match="2 calendars, the problem has 1"):
        explain_all(weather_problem(), [[]], [1], CAUSES * 2)


def test_a_loaded_vessel_may_unload_first():
    """80 of 100 kg aboard: site 1 fits only after a port call."""
    start = Vessel(
        100.0, 50.0, depot=3, end=0, reload_at=(0,), load_kg=80.0, spent_h=9.0
    )
    problem = star(vessels=[start], horizon_h=20.0)
    assert 1 in servable(problem)
    # At once: 4 h and 2 h to unload; with a port call before: 8 h, a third too long.
    short = replace(problem, horizon_h=6.0, unload_h=np.array([2.0, 0, 0, 0]))
    verdict = explain_all(short, [[]], [1])[1]
    assert verdict.reason == "hold"
    assert "30 kg" in verdict.detail


def test_a_target_that_drifts_away_is_out_of_time():
    """20 km/h vessel, patch at 30 km that runs off at 15 km/h: 6 h out, 6 h back."""
    time_h = np.arange(0.0, 49.0)
    position = np.zeros((1, len(time_h), 2, 3))
    position[0, :, 1, 0] = 30.0 + 15.0 * time_h
    problem = RoutingProblem(
        travel_h=np.array([[0.0, 1.5], [1.5, 0.0]]),
        prize=np.array([0.0, 5.0]),
        service_h=np.zeros(2),
        demand_kg=np.array([0.0, 5.0]),
        vessels=(Vessel(9.0, 40.0),),
        horizon_h=11.0,
        targets=DriftingTargets(
            time_h, position, np.ones((1, len(time_h), 2)), np.full((2, 2), 0.05)
        ),
    )
    verdict = explain_all(problem, [[]], [1])[1]
    assert verdict.reason == "time_window"
    assert "Fits with 1.0 h more" in verdict.remedy


def test_a_visit_that_delays_better_stops_is_not_worth_it():
    """Site 2 loses 60 for each hour after hour 1; site 1 first costs 3 h."""
    problem = star(
        preferred_h=[[-np.inf, np.inf]] * 2 + [[-np.inf, 1.0], [-np.inf, np.inf]],
        penalty_per_h=[0.0, 0.0, 60.0, 0.0],
        horizon_h=6.0,
        travel_h=np.array([[0.0, 1, 1, 9], [1, 0, 2, 9], [9, 2, 0, 9], [9, 9, 9, 0.0]]),
        prize=[0.0, 50.0, 80.0, 0.0],
    )
    plan = [[Trip(0, (1, 2), 0)]]
    assert time_trips(problem, 0, plan[0])[0].visits[1].prize == 0.0
    verdict = explain_all(problem, [[]], [3])[3]
    assert verdict.reason == "not_worth"


def random_case(seed, n=7):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 10.0, (n, 2))
    mass = np.r_[0.0, rng.uniform(1.0, 9.0, n - 1)]
    problem = RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy, axis=2),
        prize=mass,
        service_h=np.r_[0.0, rng.uniform(0.0, 2.0, n - 1)],
        demand_kg=mass,
        vessels=(
            Vessel(rng.uniform(8.0, 22.0), rng.uniform(12.0, 30.0), name="Alma"),
            Vessel(rng.uniform(8.0, 22.0), rng.uniform(12.0, 30.0), name="Bora"),
        ),
        horizon_h=rng.uniform(20.0, 50.0),
        unload_h=np.r_[1.0, np.zeros(n - 1)],
    )
    plan = [[Trip(0, (1,), 0)], [Trip(0, (2, 3), 0)]]
    return problem, plan


def feasible(problem, v, trips):
    vessel, timed = problem.vessels[v], time_trips(problem, v, trips)
    return timed[-1].free_h <= problem.deadline_h(v) + 1e-6 and all(
        one.sea_h <= vessel.endurance_h + 1e-6
        and one.load_kg <= vessel.capacity_kg + 1e-6
        for one in timed
    )


def fits_somewhere(problem, plan, site):
    """Brute force: put the site at every place and time the vessel anew."""
    for v, trips in enumerate(plan):
        options = [[*trips[:t], Trip(0, (site,), 0), *trips[t:]] for t in (0, 1)]
        for p in range(len(trips[0].sites) + 1):
            sites = (*trips[0].sites[:p], site, *trips[0].sites[p:])
            options.append([Trip(0, sites, 0)])
        if any(feasible(problem, v, one) for one in options):
            return True
    return False


def changed(problem, vessel, name, amount):
    """The problem with one limit moved."""
    if name == "time_window":
        return replace(problem, horizon_h=problem.horizon_h + amount)
    field = {"hold": "capacity_kg", "endurance": "endurance_h"}[name]
    vessels = [
        replace(one, **{field: getattr(one, field) + amount})
        if one.name == vessel
        else one
        for one in problem.vessels
    ]
    return replace(problem, vessels=tuple(vessels))


REMEDY = re.compile(
    r"Fits with ([\d.]+) (?:kg|h) more (?:hold of|endurance of|until) (\w+)"
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_the_remedy_brings_the_site_in_and_a_little_less_does_not(seed):
    problem, plan = random_case(seed)
    if not all(feasible(problem, v, trips) for v, trips in enumerate(plan)):
        return
    left = [4, 5, 6]
    for site, verdict in explain_all(problem, plan, left).items():
        assert verdict.reason in REASONS
        if verdict.reason == "not_worth":
            assert fits_somewhere(problem, plan, site)
            continue
        assert not fits_somewhere(problem, plan, site)
        named = REMEDY.match(verdict.remedy)
        if " and " in verdict.detail or verdict.detail.startswith("Even alone"):
            continue
        assert named is not None
        amount, vessel = float(named[1]), named[2]
        wider = changed(problem, vessel, verdict.reason, amount)
        assert fits_somewhere(wider, plan, site)
        step = 1.01 if verdict.reason == "hold" else 0.101
        tighter = changed(problem, vessel, verdict.reason, max(amount - step, 0.0))
        assert not fits_somewhere(tighter, plan, site)
