"""What a little more brings, on plans whose best is known by hand."""

import numpy as np
import pytest

from core.errors import PlanningError, RouteInputError
from core.routing import PlanLimit, RoutingProblem, Trip, Vessel, solve
from core.routing.explain.levers import find_levers, within_noise


def line(**changes):
    """Port at 0 and four sites on a line, 10 km apart: 1 h each at 10 km/h."""
    x = np.arange(5.0)
    mass = [0.0, 100.0, 200.0, 300.0, 400.0]
    given = {
        "travel_h": np.abs(x[:, None] - x),
        "prize": mass,
        "service_h": [0.0, 0.5, 0.5, 0.5, 0.5],
        "demand_kg": mass,
        "vessels": [Vessel(5000.0, 6.5, name="Alma")],
        "horizon_h": 60.0,
        "unload_h": [50.0, 0.0, 0.0, 0.0, 0.0],
        **changes,
    }
    return RoutingProblem(**given)


def levers(problem, trips, **options):
    found = find_levers(problem, trips, seconds=60, iterations=60, **options)
    return {one.what: one for one in found}


def gains(problem, trips, **options):
    return {
        what: one.mass_kg for what, one in levers(problem, trips, **options).items()
    }


def test_each_thing_brings_what_is_counted_by_hand():
    """All of 3, 2: 6 h + 1 h = 7; the plan has 6.5 h: 3 alone, or 2 and 1."""
    problem = line()
    # To 3 and back is 6 h, one stop 6.5 h: 300 kg; 2, 1 takes 5 h: 300 kg too.
    plan = [[Trip(0, (3,), 0)]]
    found = gains(problem, plan, speed_kn=[10.0])
    # One more hour at sea: 7.5 h for 1, 2 and 3.
    assert found["endurance of each vessel"] == pytest.approx(300.0)
    # A second vessel takes the other one of the two.
    assert found["vessels like Alma"] == pytest.approx(300.0)
    # A tonne more, an hour more in all: no use where endurance binds.
    assert found["hold of each vessel"] == 0.0
    assert found["time until all must be back"] == 0.0
    # At 11 kn the way to 3 is 5.45 h: two stops more make 6.95 h, one more 6.45 h.
    assert found["speed of each vessel"] == pytest.approx(200.0)


def test_what_brings_most_stands_first():
    found = find_levers(line(), [[Trip(0, (3,), 0)]], seconds=60, iterations=60)
    assert [one.mass_kg for one in found] == sorted(
        (one.mass_kg for one in found), reverse=True
    )


def test_an_hour_less_in_port_makes_a_second_trip():
    problem = line(
        vessels=[Vessel(100.0, 9.0, name="Alma")],
        prize=[0.0, 100.0, 100.0, 0.0, 0.0],
        demand_kg=[0.0, 100.0, 100.0, 0.0, 0.0],
        unload_h=[2.0, 0.0, 0.0, 0.0, 0.0],
        horizon_h=9.5,
    )
    # 2.5 h and 4.5 h at sea, and 2 h in port after each: 11 h, after each 1 h: 9 h.
    found = gains(problem, [[Trip(0, (1,), 0)]])
    assert found["hours of a port call"] == pytest.approx(100.0)


def test_vessels_of_one_kind_are_copied_once():
    alike = [Vessel(900.0, 6.5, name=name) for name in ("Alma", "Bora")]
    vessels = [*alike, Vessel(100.0, 6.5, name="Cora")]
    found = levers(line(vessels=vessels), [[Trip(0, (3,), 0)], [], []])
    copied = {what for what in found if what.startswith("vessels like")}
    assert copied == {"vessels like Alma", "vessels like Cora"}


def test_noise_is_what_three_seeds_differ_by():
    rng = np.random.default_rng(3)
    xy = rng.uniform(0.0, 10.0, (41, 2))
    mass = np.r_[0.0, rng.uniform(1.0, 9.0, 40)]
    problem = RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy, axis=2),
        prize=mass,
        service_h=np.zeros(41),
        demand_kg=mass,
        vessels=(Vessel(np.inf, 20.0), Vessel(np.inf, 20.0)),
    )
    trips = [[Trip(0, (1,), 0)], []]
    (first, *_) = find_levers(problem, trips, seconds=60, iterations=3, seed=5)
    runs = [
        solve(problem, seconds=9, seed=5 + i, iterations=3, start=trips)
        for i in range(3)
    ]
    prizes = [one.prize for one in runs]
    assert first.noise_kg == pytest.approx(max(prizes) - min(prizes), abs=1e-3)


def test_a_gain_as_large_as_the_noise_is_within_it():
    assert within_noise(PlanLimit("hold", 1.0, "t", 5.0, 5.0))
    assert not within_noise(PlanLimit("hold", 1.0, "t", 5.1, 5.0))


def test_progress_counts_searches_and_cancelling_ends_them():
    told = []
    find_levers(
        line(),
        [[Trip(0, (3,), 0)]],
        seconds=60,
        iterations=5,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(i, 8) for i in range(1, 9)]
    with pytest.raises(PlanningError, match="cancelled"):
        find_levers(line(), [[Trip(0, (3,), 0)]], seconds=60, cancelled=lambda: True)


def test_a_plan_beyond_its_limits_and_speeds_of_no_use_are_refused():
    with pytest.raises(RouteInputError, match=r"breaks a limit: Alma is at sea 2\.0 h"):
        find_levers(line(), [[Trip(0, (4,), 0)]], seconds=1)
    with pytest.raises(RouteInputError, match="expected 1 above 0"):
        find_levers(line(), [[Trip(0, (3,), 0)]], seconds=1, speed_kn=[0.0])
