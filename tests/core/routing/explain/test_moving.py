"""Every place, timed for all sites at once, against the reference one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing import DriftingTargets, RoutingProblem, Trip, Vessel, time_trips
from core.routing.explain.excess import still_excess
from core.routing.explain.moving import moving_excess
from core.routing.explain.places import exchanges, idle_places, insertion_places

N = 7


def made(seed, *, calendars, drift, soft):
    """Ports 0 and 1, sites 2 to 6; two vessels, one of them already at sea."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 40.0, (N, 2))
    options: dict[str, Any] = {}
    if calendars:
        days = [[[24 * d + 6.0, 24 * d + 18.0] for d in range(4)], [[3.0, 60.0]]]
        options |= {"calendars": days, "calendar_of": rng.integers(-1, 2, (2, N))}
    if drift:
        time_h = np.arange(0.0, 60.0, 6.0)
        moves = rng.normal(0.0, 1.5, (N, 2))
        moves[:2] = 0.0
        position = np.zeros((1, len(time_h), N, 3))
        position[0, :, :, :2] = xy + time_h[:, None, None] * moves
        share = rng.uniform(0.3, 1.0, (1, len(time_h), N))
        pace = np.full((N, N), 1.0 / 15.0)
        options["targets"] = DriftingTargets(time_h, position, share, pace)
    if soft:
        options |= {
            "preferred_h": np.tile([4.0, 20.0], (N, 1)),
            "penalty_per_h": rng.uniform(0.0, 1.0, N),
        }
    mass = np.r_[0.0, 0.0, rng.uniform(1.0, 9.0, N - 2)]
    return RoutingProblem(
        travel_h=np.linalg.norm(xy[:, None] - xy, axis=2) / 15.0,
        prize=mass,
        service_h=np.r_[0.0, 0.0, rng.uniform(0.0, 4.0, N - 2)],
        demand_kg=mass,
        vessels=(
            Vessel(15.0, 30.0, depot=0, end=1, reload_at=(0, 1)),
            Vessel(12.0, 24.0, reload_at=(0,), ready_h=2.0, spent_h=3.0, load_kg=4.0),
        ),
        horizon_h=70.0,
        unload_h=np.r_[1.0, 2.0, np.zeros(N - 2)],
        **options,
    )


PLAN = [[Trip(0, (2, 3), 1), Trip(1, (), 1)], [Trip(0, (4,), 0)]]
LEFT = np.array([5, 6])


def each_place(problem, plan):
    yield from insertion_places(problem, plan)
    yield from exchanges(problem, plan)


def by_reference(problem, plan, place, site, *, still):
    """Hours added and limits exceeded; on a still sea other trips stay as they are."""
    v = place.vessel
    vessel = problem.vessels[v]
    timed = time_trips(problem, v, place.applied(plan[v], site))
    before = time_trips(problem, v, plan[v])
    start = before[-1].free_h if before else vessel.ready_h
    prizes = [sum(x.prize for t in one for x in t.visits) for one in (timed, before)]
    own = place.trip + (place.lead is not None)
    later = [timed[own]] if still else timed[place.trip :]
    return (
        timed[-1].free_h - start,
        max(one.load_kg for one in later) - vessel.capacity_kg,
        max(one.sea_h for one in later) - vessel.endurance_h,
        timed[-1].free_h - problem.horizon_h,
        prizes[0] - prizes[1],
    )


def figures(excess, row, column):
    names = ("added_h", "over_hold_kg", "over_endurance_h", "over_limit_h", "gain")
    return [getattr(excess, name)[row, column] for name in names]


def compare(problem, plan, places, excess, *, still=False):
    for column, place in enumerate(places):
        for row, site in enumerate(LEFT.tolist()):
            expected = by_reference(problem, plan, place, site, still=still)
            found = figures(excess, row, column)
            if not np.isfinite(expected[0]):
                assert not np.isfinite(found[0])
                continue
            assert found == pytest.approx(expected, abs=1e-5), place


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    calendars=st.booleans(),
    drift=st.booleans(),
    soft=st.booleans(),
)
def test_places_are_timed_as_the_reference_does(seed, calendars, drift, soft):
    problem = made(seed, calendars=calendars, drift=drift, soft=soft)
    places = list(each_place(problem, PLAN))
    with np.errstate(invalid="ignore"):
        excess = moving_excess(problem, PLAN, places, LEFT)
    compare(problem, PLAN, places, excess)


@pytest.mark.parametrize("seed", range(4))
def test_places_of_a_still_problem_are_timed_as_the_reference_does(seed):
    problem = made(seed, calendars=False, drift=False, soft=False)
    idle: list[list[Trip]] = [[], []]
    for plan, places in (
        (PLAN, list(each_place(problem, PLAN))),
        (idle, idle_places(problem)),
    ):
        compare(problem, plan, places, still_excess(problem, places, LEFT), still=True)


def test_a_site_on_the_great_circle_is_met_as_on_the_plane():
    """A target that runs along the equator; met where 20 t = 30 + 3 t."""
    radius, time_h = 6371.0, np.arange(0.0, 101.0)
    angle = np.zeros((len(time_h), 3))
    angle[:, 1:] = ((30.0 + 3.0 * time_h) / radius)[:, None]
    position = np.zeros((1, len(time_h), 3, 3))
    position[0, :, :, 0] = radius * np.cos(angle)
    position[0, :, :, 1] = radius * np.sin(angle)
    problem = RoutingProblem(
        travel_h=np.ones((3, 3)),
        prize=np.array([0.0, 1.0, 1.0]),
        service_h=np.zeros(3),
        demand_kg=np.array([0.0, 1.0, 1.0]),
        vessels=(Vessel(9.0, 90.0),),
        horizon_h=90.0,
        targets=DriftingTargets(
            time_h,
            position,
            np.ones((1, len(time_h), 3)),
            np.full((3, 3), 1.0 / 20.0),
            radius,
        ),
    )
    excess = moving_excess(problem, [[]], idle_places(problem), np.array([1, 2]))
    met = 30.0 / 17.0
    assert excess.added_h[:, 0] == pytest.approx(met + (30.0 + 3.0 * met) / 20.0)
