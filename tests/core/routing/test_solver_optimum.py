"""The search against brute force over every order, port call and share of sites."""

from itertools import permutations, product

import numpy as np
import pytest

from core.routing import RoutingProblem, Trip, Vessel, solve, time_trips

N_PORTS, N_SITES = 2, 4


def trips_of(vessel, order, calls):
    """Trips in an order; a port call before each site and the end, or none (-1)."""
    trips: list[Trip] = []
    sites: list[int] = []
    start = vessel.depot
    for site, call in zip((*order, None), calls, strict=True):
        if call >= 0:
            trips.append(Trip(start, tuple(sites), call))
            start, sites = call, []
        if site is not None:
            sites.append(site)
    return [*trips, Trip(start, tuple(sites), vessel.last)]


def keeps_limits(problem, v, trips):
    vessel = problem.vessels[v]
    timed = time_trips(problem, v, trips)
    return all(
        one.load_kg <= vessel.capacity_kg + 1e-9
        and one.sea_h <= vessel.endurance_h + 1e-9
        and one.free_h <= problem.deadline_h(v) + 1e-9
        for one in timed
    )


def best_of_each_share(problem, v, worth):
    """What a vessel brings at most from exactly the sites of each share."""
    vessel = problem.vessels[v]
    allowed = [s for s in problem.sites.tolist() if problem.is_allowed(v, s)]
    best: dict[frozenset[int], float] = {frozenset(): 0.0}
    for size in range(1, len(allowed) + 1):
        for order in permutations(allowed, size):
            for calls in product((-1, *vessel.ports), repeat=size + 1):
                trips = trips_of(vessel, order, calls)
                share = frozenset(order)
                if keeps_limits(problem, v, trips):
                    value = worth(v, trips)
                    best[share] = max(best.get(share, 0.0), value)
    return best


def best_by_brute_force(problem):
    pinned = problem.pinned
    if pinned is None:
        pinned = np.zeros(len(problem.prize), bool)
    bonus = float(problem.prize.sum()) + 1.0

    def worth(v, trips):
        visits = [one for trip in time_trips(problem, v, trips) for one in trip.visits]
        return sum(one.prize + bonus * pinned[one.node] for one in visits)

    joint: dict[frozenset[int], float] = {frozenset(): 0.0}
    for v in range(len(problem.vessels)):
        own = best_of_each_share(problem, v, worth)
        joined = dict(joint)
        for (a, x), (b, y) in product(joint.items(), own.items()):
            if not a & b:
                joined[a | b] = max(joined.get(a | b, 0.0), x + y)
        joint = joined
    value = max(joint.values())
    n_pinned = int(value // bonus)
    return value - n_pinned * bonus, n_pinned


def small_problem(seed, vessels, **options):
    """Two ports and four sites in a square of 10 h."""
    rng = np.random.default_rng(seed)
    n = N_PORTS + N_SITES
    xy = rng.uniform(0.0, 10.0, (n, 2))
    mass = np.r_[np.zeros(N_PORTS), rng.uniform(1.0, 10.0, N_SITES)]
    arguments = {
        "travel_h": np.linalg.norm(xy[:, None] - xy[None], axis=2),
        "prize": mass,
        "service_h": np.r_[np.zeros(N_PORTS), rng.uniform(0.2, 1.0, N_SITES)],
        "demand_kg": mass,
        "unload_h": np.r_[1.0, 0.5, np.zeros(N_SITES)],
        "vessels": vessels,
    }
    return RoutingProblem(**{**arguments, **options})


def sites(*flags):
    return np.array([False] * N_PORTS + list(flags))


BOTH = (0, 1)
CASES = {
    "one trip": ([Vessel(np.inf, 14.0)], {}),
    "another end": ([Vessel(np.inf, 12.0, end=1)], {}),
    "several trips": ([Vessel(12.0, 13.0)], {"horizon_h": 30.0}),
    "two ports": ([Vessel(10.0, 9.0, reload_at=BOTH)], {"horizon_h": 28.0}),
    "ends at the other port": (
        [Vessel(10.0, 9.0, end=1, reload_at=BOTH)],
        {"horizon_h": 26.0},
    ),
    "on the way": (
        [Vessel(11.0, 10.0, reload_at=BOTH, ready_h=3.0, spent_h=5.0, load_kg=6.0)],
        {"horizon_h": 30.0},
    ),
    "no unloading at the end": (
        [Vessel(11.0, 10.0, depot=0, end=1, reload_at=(0,))],
        {"horizon_h": 26.0},
    ),
    "two vessels": (
        [Vessel(9.0, 9.0), Vessel(14.0, 7.0, depot=1, reload_at=BOTH)],
        {"horizon_h": 18.0},
    ),
    "pinned": (
        [Vessel(10.0, 12.0)],
        {"horizon_h": 20.0, "pinned": sites(True, False, False, False)},
    ),
    "forbidden": (
        [Vessel(25.0, 20.0)],
        {"forbidden": sites(False, True, False, False)},
    ),
    "may serve": (
        [Vessel(12.0, 12.0), Vessel(12.0, 12.0, depot=1)],
        {
            "may_serve": np.array(
                [[True] * 6, [True, True, False, False, True, True]], dtype=bool
            )
        },
    ),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("case", CASES)
def test_small_plans_reach_the_optimum(case, seed):
    vessels, options = CASES[case]
    problem = small_problem(seed, vessels, **options)
    prize, n_pinned = best_by_brute_force(problem)
    plan = solve(problem, seconds=30, seed=1, iterations=1500)
    assert plan.prize == pytest.approx(prize, abs=1e-6)
    if problem.pinned is not None:
        seen = {site for trips in plan.routes for trip in trips for site in trip}
        assert sum(problem.pinned[list(seen)]) == n_pinned


@pytest.mark.parametrize("seed", range(2))
def test_vessels_of_other_speed_reach_the_optimum(seed):
    base = small_problem(seed, [Vessel(12.0, 9.0), Vessel(9.0, 9.0, depot=1)])
    problem = small_problem(
        seed,
        base.vessels,
        travel_h=np.stack([base.travel_h, base.travel_h / 2.0]),
        service_h=np.stack([base.service_h, base.service_h * 2.0]),
    )
    plan = solve(problem, seconds=30, seed=1, iterations=1500)
    assert plan.prize == pytest.approx(best_by_brute_force(problem)[0], abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_one_way_currents_reach_the_optimum(seed):
    """Hours there and back differ, as in a current."""
    rng = np.random.default_rng(100 + seed)
    base = small_problem(seed, [Vessel(12.0, 13.0, reload_at=BOTH)], horizon_h=24.0)
    problem = small_problem(
        seed,
        base.vessels,
        horizon_h=24.0,
        travel_h=base.travel_h * rng.uniform(0.6, 1.4, base.travel_h.shape),
    )
    plan = solve(problem, seconds=30, seed=1, iterations=1500)
    assert plan.prize == pytest.approx(best_by_brute_force(problem)[0], abs=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_plans_within_opening_hours_reach_the_optimum(seed):
    calendar_of = np.array([-1, -1, 0, 0, -1, 0])
    problem = small_problem(
        seed,
        [Vessel(12.0, 16.0)],
        horizon_h=30.0,
        calendars=[[[4.0, 9.0], [16.0, 22.0]]],
        calendar_of=calendar_of,
    )
    plan = solve(problem, seconds=30, seed=1, iterations=1500)
    assert plan.prize == pytest.approx(best_by_brute_force(problem)[0], abs=1e-6)
