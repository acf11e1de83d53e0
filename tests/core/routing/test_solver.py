"""Plans against brute force, and rules that hold for every problem."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PlanningError, RouteInputError
from core.routing import RoutingProblem, Vessel, solve
from core.routing._check import check_trips


def plane_problem(seed, n_sites, vessels, **options):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 10.0, (n_sites + 1, 2))
    mass = np.r_[0.0, rng.uniform(1.0, 10.0, n_sites)]
    return RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy[None], axis=2),
        prize=mass,
        service_h=np.r_[0.0, np.full(n_sites, 0.5)],
        demand_kg=mass,
        vessels=vessels,
        **options,
    )


def best_single_route(problem):
    """Brute force over every ordered choice of sites for one vessel, one trip."""
    vessel, travel = problem.vessels[0], problem.travel_h
    sites = problem.sites.tolist()
    best = 0.0
    for size in range(1, len(sites) + 1):
        for order in permutations(sites, size):
            nodes = [0, *order, 0]
            hours = travel[nodes[:-1], nodes[1:]].sum()
            hours += problem.service_h[list(order)].sum()
            load = problem.demand_kg[list(order)].sum()
            if hours <= vessel.endurance_h and load <= vessel.capacity_kg:
                best = max(best, float(problem.prize[list(order)].sum()))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_small_problems_are_solved_to_the_brute_force_optimum(seed):
    problem = plane_problem(seed, 6, [Vessel(capacity_kg=np.inf, endurance_h=18.0)])
    plan = solve(problem, seconds=5, seed=1, iterations=300)
    assert plan.prize == pytest.approx(best_single_route(problem))
    assert plan.prize <= plan.prize_bound + 1e-9


def test_same_seed_gives_the_same_plan():
    problem = plane_problem(3, 25, [Vessel(20.0, 20.0), Vessel(30.0, 15.0)])
    plans = [solve(problem, seconds=60, seed=4, iterations=200) for _ in range(2)]
    assert plans[0].routes == plans[1].routes


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    hold=st.floats(5.0, 40.0),
    endurance=st.floats(2.0, 30.0),
    horizon=st.none() | st.floats(5.0, 60.0),
)
def test_no_plan_breaks_a_limit(seed, hold, endurance, horizon):
    vessels = [Vessel(hold, endurance), Vessel(2 * hold, endurance / 2)]
    problem = plane_problem(
        seed, 9, vessels, horizon_h=horizon, unload_h=np.r_[1.0, np.zeros(9)]
    )
    plan = solve(problem, seconds=5, seed=seed, iterations=60)
    check_trips(problem, plan.trips)
    for v, trips in enumerate(plan.routes):
        total = 0.0
        for sites in trips:
            nodes = [0, *sites, 0]
            hours = problem.travel_h[nodes[:-1], nodes[1:]].sum() + 0.5 * len(sites)
            total += hours + 1.0
            assert hours <= vessels[v].endurance_h + 1e-6
            assert problem.demand_kg[sites].sum() <= vessels[v].capacity_kg + 1e-6
        assert total <= (horizon or vessels[v].endurance_h) + 1e-6 or not trips
    seen = [site for trips in plan.routes for sites in trips for site in sites]
    assert sorted([*seen, *plan.unassigned]) == problem.sites.tolist()


def test_relabelling_sites_keeps_the_value():
    problem = plane_problem(7, 12, [Vessel(60.0, 20.0)])
    order = np.r_[0, 1 + np.random.default_rng(0).permutation(12)]
    other = RoutingProblem(
        travel_h=problem.travel_h[np.ix_(order, order)],
        prize=problem.prize[order],
        service_h=problem.service_h[order],
        demand_kg=problem.demand_kg[order],
        vessels=problem.vessels,
    )
    first, second = (solve(p, seconds=10, iterations=800) for p in (problem, other))
    assert second.prize == pytest.approx(first.prize, rel=0.02)


def test_trip_longer_than_the_endurance_is_split_at_the_port():
    """Three sites an hour out in three directions; 3 h at sea, 12 h in all."""
    travel = np.full((4, 4), 2.0)
    travel[0, :] = travel[:, 0] = 1.0
    np.fill_diagonal(travel, 0.0)
    problem = RoutingProblem(
        travel_h=travel,
        prize=np.array([0.0, 1, 1, 1]),
        service_h=np.array([0.0, 1, 1, 1]),
        demand_kg=np.array([0.0, 1, 1, 1]),
        vessels=(Vessel(10.0, 3.0),),
        horizon_h=12.0,
        unload_h=np.array([1.0, 0, 0, 0]),
    )
    plan = solve(problem, seconds=5, iterations=100)
    assert sorted(plan.routes[0]) == [[1], [2], [3]]


def test_limits_may_be_numpy_numbers():
    plain = plane_problem(1, 8, [Vessel(30.0, 9.0)], horizon_h=30.0)
    numpy = plane_problem(
        1, 8, [Vessel(np.float64(30.0), np.float64(9.0))], horizon_h=np.float64(30.0)
    )
    assert (
        solve(numpy, seconds=1, seed=1).prize == solve(plain, seconds=1, seed=1).prize
    )


def test_reasons_name_what_binds():
    """Node 1 is near; 2 too heavy, 3 too far, 4 cut off, 5 worthless, 6 too late."""
    travel = np.full((7, 7), 1.0)
    travel[3, :] = travel[:, 3] = 20.0
    travel[4, :] = travel[:, 4] = np.inf
    travel[6, :] = travel[:, 6] = 8.0
    np.fill_diagonal(travel, 0.0)
    problem = RoutingProblem(
        travel_h=travel,
        prize=np.array([0.0, 1, 1, 1, 1, 0, 1]),
        service_h=np.zeros(7),
        demand_kg=np.array([0.0, 1, 50, 1, 1, 1, 1]),
        vessels=(Vessel(10.0, 30.0),),
        horizon_h=12.0,
    )
    plan = solve(problem, seconds=5, iterations=50)
    assert plan.routes == [[[1]]]
    assert plan.unassigned == {
        2: "hold",
        3: "endurance",
        4: "unreachable",
        5: "not_worth",
        6: "time_window",
    }
    assert "40 kg above its hold of 10 kg" in plan.details[2]
    assert "4.0 h beyond the horizon of 12.0 h" in plan.details[6]


def test_endurance_is_named_without_a_horizon():
    problem = plane_problem(1, 8, [Vessel(np.inf, 9.0)])
    plan = solve(problem, seconds=5, iterations=100)
    assert set(plan.unassigned.values()) == {"endurance"}


def test_nothing_servable_gives_an_empty_plan():
    problem = plane_problem(1, 3, [Vessel(0.5, 50.0)])
    plan = solve(problem, seconds=1, iterations=10)
    assert plan.routes == [[]]
    assert set(plan.unassigned.values()) == {"hold"}


def test_cancelling_ends_the_search_with_an_error():
    problem = plane_problem(1, 12, [Vessel(50.0, 20.0)])
    with pytest.raises(PlanningError, match="cancelled"):
        solve(problem, seconds=60, cancelled=lambda: True)


def test_progress_rises_to_the_end():
    told = []
    problem = plane_problem(1, 12, [Vessel(50.0, 20.0)])
    solve(problem, seconds=60, iterations=200, progress=lambda a, b: told.append(a / b))
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prize": [0.0, 1.0]}, "prize has shape"),
        ({"service_h": [0.0, np.nan, 1.0]}, "service_h at node"),
        ({"demand_kg": [0.0, -1.0, 1.0]}, "demand_kg at node"),
        ({"vessels": []}, "no vessels"),
        ({"vessels": [Vessel(1.0, 1.0, depot=9)]}, "uses node 9"),
        ({"horizon_h": 0.0}, "horizon_h is"),
    ],
)
def test_bad_problems_are_refused(change, message):
    good = {
        "travel_h": np.ones((3, 3)),
        "prize": [0.0, 1.0, 1.0],
        "service_h": [0.0, 1.0, 1.0],
        "demand_kg": [0.0, 1.0, 1.0],
        "vessels": [Vessel(1.0, 1.0)],
    }
    with pytest.raises(RouteInputError, match=message):
        RoutingProblem(**{**good, **change})


def test_vessel_without_a_hold_is_refused():
    with pytest.raises(RouteInputError, match="capacity_kg is nan"):
        Vessel(float("nan"), 5.0)
