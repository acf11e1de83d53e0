"""Stops moved by hand: times and violations against hours counted by hand."""

from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PlanningError, RouteInputError
from core.routing import RoutingProblem, Trip, Vessel
from core.routing._check import check_trips
from core.routing.edits import (
    StopAt,
    add_stop,
    move_stop,
    remove_stop,
    reverse,
    time_plan,
)


def star(**changes):
    """Port 0 and four sites, each an hour out and two hours from each other."""
    travel = np.full((5, 5), 2.0)
    travel[0, :] = travel[:, 0] = 1.0
    np.fill_diagonal(travel, 0.0)
    given = {
        "travel_h": travel,
        "prize": [0.0, 10.0, 20.0, 30.0, 40.0],
        "service_h": [0.0, 1.0, 1.0, 1.0, 1.0],
        "demand_kg": [0.0, 10.0, 20.0, 30.0, 40.0],
        "vessels": [Vessel(60.0, 9.0, name="Alma"), Vessel(60.0, 9.0, name="Bora")],
        "horizon_h": 12.0,
        "node_names": ["Port", "A", "B", "C", "D"],
        **changes,
    }
    return RoutingProblem(**given)


PLAN = [[Trip(0, (1, 2), 0)], [Trip(0, (3,), 0)]]


def sites_of(edited):
    return [[list(trip.sites) for trip in own] for own in edited.trips]


def test_a_stop_moves_to_another_vessel_and_times_follow():
    edited = move_stop(star(), PLAN, StopAt(0, 0, 1), StopAt(1, 0, 1))
    assert sites_of(edited) == [[[1]], [[3, 2]]]
    assert edited.violations == ()
    assert [v.arrive_h for v in edited.timing[1][0].visits] == [1.0, 4.0]
    assert edited.timing[1][0].end_h == 6.0
    assert (edited.prize, edited.mass_kg) == (60.0, 60.0)
    assert sites_of(time_plan(star(), PLAN)) == [[[1, 2]], [[3]]]


def test_a_stop_moves_within_its_trip():
    plan = [[Trip(0, (1, 2, 3), 0)], []]
    edited = move_stop(star(), plan, StopAt(0, 0, 0), StopAt(0, 0, 2))
    assert sites_of(edited)[0] == [[2, 3, 1]]


def test_a_new_trip_begins_after_the_others_or_for_an_idle_vessel():
    problem = star()
    edited = add_stop(problem, PLAN, 4, StopAt(1, 1, 0))
    assert sites_of(edited)[1] == [[3], [4]]
    assert edited.timing[1][1].end_h == 6.0
    idle = [[Trip(0, (1,), 0)], []]
    assert sites_of(add_stop(problem, idle, 4, StopAt(1, 0, 0)))[1] == [[4]]


def test_the_last_stop_takes_its_trip_with_it():
    assert sites_of(remove_stop(star(), PLAN, StopAt(1, 0, 0)))[1] == []


def test_part_of_a_trip_is_reversed():
    plan = [[Trip(0, (1, 2, 3, 4), 0)], []]
    problem = star()
    assert sites_of(reverse(problem, plan, 0, 0))[0] == [[4, 3, 2, 1]]
    middle = reverse(problem, plan, 0, 0, first=1, last=2)
    assert sites_of(middle)[0] == [[1, 3, 2, 4]]


def only(edited):
    (one,) = edited.violations
    return one


def test_a_full_hold_is_named_with_the_stop_it_overflows_at():
    one = only(add_stop(star(), PLAN, 4, StopAt(1, 0, 1)))
    assert (one.kind, one.vessel, one.trip, one.stop) == ("hold", 1, 0, 1)
    assert (one.amount, one.unit) == (10.0, "kg")
    assert one.message == (
        "Bora carries 10 kg above its hold of 60 kg on trip 1 from D on."
    )


def test_hours_beyond_endurance_and_horizon_are_counted():
    problem = star(vessels=[Vessel(900.0, 9.0, name="Alma")])
    # 1 + 2 + 2 + 2 + 1 h on the way and four hours of work: 12 h.
    one = only(time_plan(problem, [[Trip(0, (1, 2, 3, 4), 0)]]))
    assert (one.kind, one.amount, one.unit) == ("endurance", 3.0, "h")
    problem = star(vessels=[Vessel(900.0, 19.0, name="Alma")], horizon_h=9.5)
    one = only(time_plan(problem, [[Trip(0, (1, 2, 3, 4), 0)]]))
    assert (one.kind, one.amount) == ("time_window", 2.5)
    assert one.message == "Alma has ended and unloaded 2.5 h after the plan ends."
    problem = star(vessels=[Vessel(900.0, 9.0, name="Alma")], horizon_h=None)
    one = only(time_plan(problem, [[Trip(0, (1, 2, 3, 4), 0)]]))
    assert (one.kind, one.amount) == ("endurance", 3.0)


def test_work_that_is_never_done_says_what_lacks():
    problem = star(calendars=[[[0.0, 4.5]]], calendar_of=[-1, 0, 0, -1, -1])
    # A from 1 to 2, B from 4: half an hour of its one hour.
    edited = time_plan(problem, PLAN)
    one = only(edited)
    assert (one.kind, one.trip, one.stop) == ("time_window", 0, 1)
    assert one.amount == pytest.approx(0.5)
    late = only(reverse(problem, [[Trip(0, (3, 2, 1), 0)], []], 0, 0, first=1))
    assert late.stop == 1
    assert late.amount == pytest.approx(0.5)


def test_a_site_visited_twice_and_a_forbidden_one_are_named():
    problem = star(forbidden=[False, False, False, False, True])
    twice = only(add_stop(problem, PLAN, 3, StopAt(0, 0, 0)))
    assert (twice.kind, twice.vessel, twice.stop) == ("twice", 1, 0)
    assert twice.message == "Bora visits C, which Alma visits too."
    ruled = add_stop(problem, [[Trip(0, (1,), 0)], []], 4, StopAt(0, 0, 0))
    assert only(ruled).kind == "forbidden"


def test_a_site_without_a_way_is_named_and_nothing_after_it_is_counted():
    travel = np.array(star().travel_h)
    travel[2, :] = travel[:, 2] = np.inf
    edited = time_plan(star(travel_h=travel), PLAN)
    one = only(edited)
    assert (one.kind, one.stop, one.amount) == ("unreachable", 1, 0.0)
    assert edited.mass_kg == 40.0


def test_a_chain_that_is_broken_is_named():
    broken = [[Trip(0, (1,), 0), Trip(2, (3,), 0)], []]
    assert only(time_plan(star(), broken)).kind == "port"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: remove_stop(p, PLAN, StopAt(0, 0, 2)), "has 2 stops, asked for nu"),
        (lambda p: remove_stop(p, PLAN, StopAt(0, 1, 0)), "has 1 trips"),
        (lambda p: remove_stop(p, PLAN, StopAt(5, 0, 0)), "no vessel 5"),
        (lambda p: add_stop(p, PLAN, 0, StopAt(0, 0, 0)), "node 0 is no site"),
        (lambda p: add_stop(p, PLAN, 99, StopAt(0, 0, 0)), "node 99 is no site"),
        (lambda p: add_stop(p, PLAN, 4, StopAt(0, 0, 9)), "asked for place 10"),
        (lambda p: add_stop(p, PLAN, 4, StopAt(-1, 0, 0)), "no vessel -1"),
        (lambda p: reverse(p, PLAN, 0, 0, first=1, last=0), "got 1 and 0"),
        (lambda p: time_plan(p, PLAN[:1]), "trips are for 1 vessels"),
    ],
)
def test_places_that_are_not_there_are_refused(change, message):
    with pytest.raises(RouteInputError, match=message):
        change(star())


def random_problem(seed, n, n_vessels, **options):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 10.0, (n, 2))
    mass = np.r_[0.0, rng.uniform(1.0, 9.0, n - 1)]
    return RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy, axis=2),
        prize=mass,
        service_h=np.r_[0.0, rng.uniform(0.0, 1.0, n - 1)],
        demand_kg=mass,
        vessels=tuple(Vessel(20.0, 25.0) for _ in range(n_vessels)),
        horizon_h=40.0,
        **options,
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(1, 9)))
def test_violations_are_found_where_the_independent_check_refuses(seed, order):
    """Against the check that every solved plan has to pass."""
    calendar = {"calendars": [[[0.0, 30.0]]], "calendar_of": [-1] + [0] * 8}
    problem = random_problem(seed, 9, 2, **(calendar if seed % 2 else {}))
    plan = [
        [Trip(0, tuple(order[:2]), 0), Trip(0, tuple(order[2:4]), 0)],
        [Trip(0, tuple(order[4:7]), 0)],
    ]
    refused = False
    try:
        check_trips(problem, plan)
    except PlanningError:
        refused = True
    assert bool(time_plan(problem, plan).violations) == refused


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), at=st.integers(0, 2), to=st.integers(0, 1))
def test_moving_a_stop_and_back_leaves_the_plan_as_it_was(seed, at, to):
    problem = random_problem(seed, 9, 2)
    plan = ((Trip(0, (1, 2, 3), 0),), (Trip(0, (4,), 0),))
    moved = move_stop(problem, plan, StopAt(0, 0, at), StopAt(1, 0, to))
    back = move_stop(problem, moved.trips, StopAt(1, 0, to), StopAt(0, 0, at))
    assert back == time_plan(problem, plan)


def test_sixty_stops_are_timed_in_less_than_fifty_milliseconds():
    problem = random_problem(1, 61, 3, calendars=[[[0.0, 9e3]]], calendar_of=[0] * 61)
    plan = [[Trip(0, tuple(range(1 + v, 61, 3)), 0)] for v in range(3)]
    best = np.inf
    for _ in range(5):
        began = process_time()
        edited = reverse(problem, plan, 1, 0)
        best = min(best, process_time() - began)
    assert best < 0.05
    assert sum(len(one.visits) for own in edited.timing for one in own) == 60
