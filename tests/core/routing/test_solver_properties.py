"""Rules that hold for every problem of the search."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing import RoutingProblem, Vessel, solve, time_trips

#: What the search may lose by chance at the effort of these tests, as a share of the
#: prize (assumption, held by the tests; see docs/routing.md for measured gaps).
NOISE = 0.02


@st.composite
def problems(draw):
    """Two ports, up to ten sites, up to three vessels, every limit drawn."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = 2 + draw(st.integers(1, 10))
    xy = rng.uniform(0.0, 10.0, (n, 2))
    site = np.arange(n) >= 2
    hours = st.floats(3.0, 25.0)
    horizon = draw(st.none() | st.floats(5.0, 50.0))
    vessels = []
    for _ in range(draw(st.integers(1, 3))):
        hold, endurance = draw(st.floats(5.0, 40.0)), draw(hours)
        vessels.append(
            Vessel(
                hold,
                endurance,
                depot=draw(st.sampled_from([0, 1])),
                end=draw(st.sampled_from([None, 0, 1])),
                reload_at=draw(st.sampled_from([None, (0,), (0, 1), ()])),
                ready_h=draw(st.floats(0.0, 4.0)),
                spent_h=draw(st.floats(0.0, endurance)),
                load_kg=draw(st.floats(0.0, hold)),
            )
        )
    m = len(vessels)
    travel = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    if draw(st.booleans()):
        travel = travel * rng.uniform(0.7, 1.4, (m, n, n))
    return RoutingProblem(
        travel_h=travel,
        prize=np.where(site, rng.uniform(1.0, 9.0, n), 0.0),
        service_h=np.where(site, rng.uniform(0.0, 2.0, (m, n)), 0.0),
        demand_kg=np.where(site, rng.uniform(0.0, 9.0, n), 0.0),
        vessels=tuple(vessels),
        horizon_h=horizon,
        unload_h=np.where(site, 0.0, rng.uniform(0.0, 2.0, n)),
        pinned=site & (rng.random(n) < 0.2),
        forbidden=site & (rng.random(n) < 0.2),
        may_serve=rng.random((m, n)) < 0.8,
    )


def plane_problem(n_sites, n_vessels, seed):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 10.0, (n_sites + 1, 2))
    mass = np.r_[0.0, rng.uniform(1.0, 10.0, n_sites)]
    return RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy[None], axis=2),
        prize=mass,
        service_h=np.r_[0.0, np.full(n_sites, 0.5)],
        demand_kg=mass,
        vessels=(Vessel(30.0, 12.0),) * n_vessels,
        horizon_h=24.0,
    )


@settings(max_examples=40, deadline=None)
@given(problem=problems(), seed=st.integers(0, 100))
def test_no_plan_breaks_a_limit(problem, seed):
    plan = solve(problem, seconds=60, seed=seed, iterations=300)
    prize = 0.0
    for v, trips in enumerate(plan.trips):
        vessel, here = problem.vessels[v], problem.vessels[v].depot
        for trip, timed in zip(trips, time_trips(problem, v, trips), strict=True):
            assert trip.start == here
            assert timed.load_kg <= vessel.capacity_kg + 1e-6
            assert timed.sea_h <= vessel.endurance_h + 1e-6
            assert timed.free_h <= problem.deadline_h(v) + 1e-6
            assert all(problem.is_allowed(v, site) for site in trip.sites)
            prize += sum(problem.prize[list(trip.sites)])
            here = trip.end
        assert all(trip.end in vessel.ports for trip in trips[:-1])
        assert not trips or here == vessel.last
    assert plan.prize == pytest.approx(prize)
    seen = [site for trips in plan.routes for trip in trips for site in trip]
    assert sorted([*seen, *plan.unassigned]) == problem.sites.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_relabelling_sites_keeps_the_value_within_noise(seed):
    problem = plane_problem(30, 2, seed)
    order = np.r_[0, 1 + np.random.default_rng(seed).permutation(30)]
    other = replace(
        problem,
        travel_h=problem.travel_h[np.ix_(order, order)],
        prize=problem.prize[order],
        service_h=problem.service_h[order],
        demand_kg=problem.demand_kg[order],
    )
    first, second = (
        solve(one, seconds=60, seed=1, iterations=4000) for one in (problem, other)
    )
    assert second.prize == pytest.approx(first.prize, rel=NOISE)


@pytest.mark.parametrize("seed", range(3))
def test_more_vessels_never_collect_less_within_noise(seed):
    prizes = [
        solve(plane_problem(30, m, seed), seconds=60, seed=1, iterations=4000).prize
        for m in (1, 2, 3)
    ]
    assert prizes[1] >= (1.0 - NOISE) * prizes[0]
    assert prizes[2] >= (1.0 - NOISE) * prizes[1]


def test_a_search_that_converges_repeats_exactly():
    plans = [solve(plane_problem(6, 1, 3), seconds=120, seed=5) for _ in range(2)]
    assert plans[0].iterations == plans[1].iterations
    assert plans[0].trips == plans[1].trips


def test_sites_that_bring_too_little_for_an_hour_stay_out():
    """Two sites an hour out each way; 3 and 1 for the two hours."""
    travel = np.array([[0.0, 1, 1], [1, 0, 2], [1, 2, 0]])
    problem = RoutingProblem(
        travel_h=travel,
        prize=np.array([0.0, 3.0, 1.0]),
        service_h=np.zeros(3),
        demand_kg=np.ones(3),
        vessels=(Vessel(5.0, 9.0),),
    )
    every = solve(problem, seconds=60, iterations=200)
    worth_it = solve(problem, seconds=60, iterations=200, least_prize_per_h=1.0)
    assert every.prize == 4.0
    assert worth_it.routes == [[[1]]]
    assert worth_it.unassigned == {2: "not_worth"}


def test_the_first_plan_of_many_sites_comes_at_once():
    """A thousand sites; the limit is of CPU time, which other work does not touch."""
    problem = plane_problem(1000, 3, 1)
    solve(plane_problem(5, 1, 1), seconds=1, iterations=1)
    began = time.thread_time()
    plan = solve(problem, seconds=1e-6, seed=1)
    assert time.thread_time() - began < 2.0
    assert plan.prize > 0.0
    assert plan.iterations == 0
