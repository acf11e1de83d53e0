"""A plan carried out: against hand-counted cases and the plain reference of times."""

import numpy as np
import pytest
from hypothesis import given, settings

from core.errors import RouteInputError
from core.routing import (
    DriftingTargets,
    RoutingProblem,
    Trip,
    Vessel,
    execute,
    time_trips,
)
from tests.strategies import timed_problems

TIMES = np.arange(0.0, 41.0)


def tracks(*speeds_by_member, first_km=(30.0, 60.0)):
    """Port at the origin; patches on a line east of it, each with its own speed."""
    members = len(speeds_by_member)
    position = np.zeros((members, len(TIMES), 1 + len(first_km), 3))
    for m, speeds in enumerate(speeds_by_member):
        for k, (begin, speed) in enumerate(zip(first_km, speeds, strict=True)):
            position[m, :, 1 + k, 0] = begin + speed * TIMES
    return position


def problem(position, *, horizon_h=40.0, share=None, vessel=None, **changes):
    """Vessels of 20 km/h, two patches of 100 and 200 kg, an hour of work each."""
    n = position.shape[2]
    given = {
        "travel_h": np.ones((n, n)),
        "prize": [0.0, 100.0, 200.0],
        "service_h": [0.0, 1.0, 1.0],
        "demand_kg": [0.0, 100.0, 200.0],
        "vessels": [vessel or Vessel(np.inf, np.inf)],
        "horizon_h": horizon_h,
        "targets": DriftingTargets(
            TIMES,
            position,
            np.ones(position.shape[:3]) if share is None else share,
            np.full((n, n), 1.0 / 20.0),
        ),
        **changes,
    }
    return RoutingProblem(**given)


PLAN = [[Trip(0, (1, 2), 0)]]


def test_a_plan_is_carried_out_in_each_member_at_its_own_hours():
    # Member 0 stands still; in member 1 the first patch comes at 10 km/h.
    done = execute(problem(tracks((0.0, 0.0), (-10.0, 0.0))), PLAN)
    np.testing.assert_array_equal(done.total_kg, [300.0, 300.0])
    assert done.arrive_h[:, 1] == pytest.approx([1.5, 1.0])
    # Member 1: from 30 - 10 * 2 = 10 km at hour 2 to 60 km.
    assert done.arrive_h[:, 2] == pytest.approx([2.5 + 1.5, 2.0 + 2.5])
    assert done.end_h[:, 0] == pytest.approx([5.0 + 3.0, 5.5 + 3.0])


def test_a_stop_that_would_break_the_return_is_skipped_and_the_next_one_done():
    # The first patch is 400 km off in member 1: there and back takes 41 h.
    position = tracks((0.0, 0.0), (0.0, 0.0))
    position[1, :, 1, 0] = 400.0
    done = execute(problem(position), PLAN)
    np.testing.assert_array_equal(done.total_kg, [300.0, 200.0])
    first, second = done.outlook(1), done.outlook(2)
    assert (first.miss_chance, first.why) == (0.5, {"no_time": 0.5})
    assert (second.miss_chance, second.why) == (0.0, {})
    assert first.mass_kg == 50.0
    assert first.mass_kg_p10 == pytest.approx(10.0)
    assert done.arrive_h[1, 2] == pytest.approx(3.0)


def test_endurance_and_hold_skip_a_stop_too():
    position = tracks((0.0, 0.0))
    short = execute(problem(position, vessel=Vessel(np.inf, 6.0)), PLAN)
    assert short.outlook(2).why == {"no_time": 1.0}  # 1.5 + 1 + 1.5 + 1 + 3 h at sea
    small = execute(problem(position, vessel=Vessel(250.0, np.inf)), PLAN)
    assert small.outlook(2).why == {"hold": 1.0}
    assert small.total_kg[0] == 100.0


def test_what_has_stranded_is_skipped_without_a_voyage():
    position = tracks((0.0, 0.0), (0.0, 0.0))
    share = np.ones(position.shape[:3])
    share[1, :, 1] = 0.0
    done = execute(problem(position, share=share), PLAN)
    assert done.outlook(1).why == {"stranded": 0.5}
    assert done.arrive_h[1, 2] == pytest.approx(3.0)


def test_without_tracking_a_patch_is_found_only_near_the_forecast():
    # The forecast has both at rest. Member 0 agrees; in member 1 the first patch runs
    # off at 4 km/h and is 6 km away when the vessel arrives after 1.5 h.
    position = tracks((0.0, 0.0), (4.0, 0.0))
    one = problem(position)
    forecast = problem(position[:1]).targets
    done = execute(one, PLAN, track=False, forecast=forecast)
    assert done.outlook(1).why == {"gone": 0.5}
    # No work was done at the first stop: the second is reached an hour earlier.
    assert done.arrive_h[:, 2] == pytest.approx([4.0, 3.0])
    far = execute(one, PLAN, track=False, forecast=forecast, find_within_km=6.01)
    assert far.outlook(1).miss_chance == 0.0


def test_without_tracking_a_stranded_patch_costs_the_way():
    position = tracks((0.0, 0.0), (0.0, 0.0))
    share = np.ones(position.shape[:3])
    share[1, :, 1] = 0.0
    one = problem(position, share=share)
    forecast = problem(position[:1]).targets
    done = execute(one, PLAN, track=False, forecast=forecast)
    assert done.outlook(1).why == {"stranded": 0.5}
    assert done.arrive_h[1, 2] == pytest.approx(3.0)


def test_doubt_about_the_mass_fills_the_hold_at_most():
    position = tracks((0.0, 0.0))
    one = problem(position, vessel=Vessel(310.0, np.inf))
    done = execute(one, PLAN, mass_factor=[[1.0, 0.5, 2.0]])
    assert done.mass_kg[0, 1:].tolist() == [50.0, 260.0]
    assert done.prize[0, 1:].tolist() == [50.0, 260.0]


def test_port_calls_are_made_even_where_the_trip_brought_nothing():
    position = tracks((0.0, 0.0))
    one = problem(position, share=np.zeros(position.shape[:3]), unload_h=[2.0, 0, 0])
    done = execute(one, [[Trip(0, (1,), 0), Trip(0, (2,), 0)]])
    assert done.total_kg[0] == 0.0
    assert done.end_h[0, 0] == 4.0


def test_a_vessel_that_stays_has_no_end():
    done = execute(
        problem(tracks((0.0, 0.0)), vessels=[Vessel(1e9, 99.0)] * 2), [*PLAN, []]
    )
    assert np.isnan(done.end_h[0, 1])
    assert done.vessel_of.tolist() == [-1, 0, 0]
    with pytest.raises(RouteInputError, match="no stop at node 0"):
        done.outlook(0)


@settings(max_examples=150, deadline=None)
@given(timed_problems(members=2))
def test_a_plan_that_keeps_every_limit_is_carried_out_as_timed(one):
    plan = [[Trip(0, (3, 4), 1), Trip(1, (5,), 1)], [Trip(2, (6, 7), 0)]]
    done = execute(one, plan)
    for m in range(len(done.fate)):
        for v, trips in enumerate(plan):
            timed = time_trips(one, v, trips, member=m)
            vessel = one.vessels[v]
            visits = [visit for trip in timed for visit in trip.visits]
            # Each stop is decided by the way home from there, so a plan that keeps
            # every limit to its end has none skipped, where an earlier turn is not
            # a longer way.
            nodes = [visit.node for visit in visits]
            if (done.fate[m, nodes] != 0).any():
                continue
            assert done.arrive_h[m, nodes] == pytest.approx(
                [visit.arrive_h for visit in visits], rel=1e-8
            )
            assert done.mass_kg[m, nodes] == pytest.approx(
                [visit.load_kg for visit in visits], rel=1e-8, abs=1e-9
            )
            assert done.prize[m, nodes] == pytest.approx(
                [visit.prize for visit in visits], rel=1e-6, abs=1e-9
            )
            assert done.end_h[m, v] == pytest.approx(timed[-1].free_h, rel=1e-8)
            assert timed[-1].free_h <= one.deadline_h(v) + 1e-6
            assert all(trip.sea_h <= vessel.endurance_h + 1e-6 for trip in timed)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"trips": []}, "plan is for 0 vessels"),
        ({"trips": [[Trip(0, (1,), 0), Trip(1, (2,), 0)]]}, "ends a trip at node 0"),
        ({"find_within_km": -1.0}, "find_within_km is -1.0"),
        ({"mass_factor": [[1.0]]}, "mass_factor has shape"),
        ({"mass_factor": [[1.0, np.nan, 1.0]]}, "mass_factor holds"),
    ],
)
def test_wrong_input_is_refused(given, message):
    trips = given.pop("trips", PLAN)
    with pytest.raises(RouteInputError, match=message):
        execute(problem(tracks((0.0, 0.0))), trips, **given)


def test_a_forecast_of_other_times_is_refused():
    one = problem(tracks((0.0, 0.0)))
    other = DriftingTargets(
        TIMES[:9],
        one.targets.position_km[:, :9],
        one.targets.share[:, :9],
        one.targets.pace_h_per_km,
    )
    with pytest.raises(RouteInputError, match="same times and nodes"):
        execute(one, PLAN, track=False, forecast=other)
