"""Times of trips, against hand-counted hours and closed forms."""

import numpy as np
import pytest

from core.routing import DriftingTargets, RoutingProblem, Trip, Vessel, time_trips
from core.routing.timing import work_hours


def problem(**changes):
    hours = np.array([[0.0, 2.0, 3.0], [2.0, 0.0, 1.0], [3.0, 1.0, 0.0]])
    given = {
        "travel_h": hours,
        "prize": [0.0, 10.0, 20.0],
        "service_h": [0.0, 1.0, 4.0],
        "demand_kg": [0.0, 5.0, 7.0],
        "vessels": [Vessel(100.0, 100.0)],
        "horizon_h": 100.0,
        "unload_h": [2.0, 0.0, 0.0],
        **changes,
    }
    return RoutingProblem(**given)


def test_hours_and_loads_of_two_trips_are_summed_by_hand():
    first, second = time_trips(problem(), 0, [Trip(0, (1,), 0), Trip(0, (2,), 0)])
    assert (first.depart_h, first.end_h, first.free_h, first.sea_h) == (0, 5, 7, 5)
    assert (second.depart_h, second.end_h, second.free_h) == (7, 17, 19)
    assert (first.load_kg, second.load_kg) == (5, 7)
    assert [(v.arrive_h, v.leave_h, v.prize) for v in second.visits] == [(10, 14, 20)]


def test_work_pauses_while_the_calendar_is_closed():
    # Open 4 to 6 and 28 to 40: two hours today, two tomorrow.
    dawn = problem(calendars=[[[4.0, 6.0], [28.0, 40.0]]], calendar_of=[-1, -1, 0])
    assert work_hours(dawn, 0, 2, 3.0, 4.0) == (4.0, 30.0)
    assert work_hours(dawn, 0, 2, 6.0, 4.0) == (28.0, 32.0)
    assert work_hours(dawn, 0, 2, 39.0, 4.0) == (39.0, np.inf)
    assert work_hours(dawn, 0, 2, 41.0, 4.0) == (np.inf, np.inf)


def test_a_vessel_waits_in_port_for_its_first_stop_to_open():
    dawn = problem(calendars=[[[10.0, 40.0]]], calendar_of=[-1, -1, 0])
    (trip,) = time_trips(dawn, 0, [Trip(0, (2,), 0)])
    assert (trip.depart_h, trip.visits[0].arrive_h, trip.sea_h) == (7.0, 10.0, 10.0)


def test_a_vessel_at_sea_already_waits_there():
    vessels = [Vessel(100.0, 100.0, spent_h=5.0, load_kg=50.0, ready_h=1.0)]
    dawn = problem(vessels=vessels, calendars=[[[10, 40]]], calendar_of=[-1, -1, 0])
    (trip,) = time_trips(dawn, 0, [Trip(0, (2,), 0)])
    assert (trip.depart_h, trip.visits[0].start_h) == (1.0, 10.0)
    assert trip.sea_h == 5.0 + 16.0
    assert trip.load_kg == 57.0


def test_prize_falls_outside_the_preferred_hours():
    soft = problem(
        preferred_h=[[-np.inf, np.inf], [-np.inf, np.inf], [5.0, 6.0]],
        penalty_per_h=[0.0, 0.0, 4.0],
    )
    (trip,) = time_trips(soft, 0, [Trip(0, (2,), 0)])
    assert trip.visits[0].prize == 20.0 - 2.0 * 4.0


def moving(speed_km_h, *, share=1.0, radius_km=None):
    """Port at the origin, a patch 30 km east that runs east."""
    time_h = np.arange(0.0, 101.0)
    position = np.zeros((1, len(time_h), 2, 3))
    position[0, :, 1, 0] = 30.0 + speed_km_h * time_h
    if radius_km:
        angle = position[0, :, :, 0] / radius_km
        position[0, :, :, 0] = radius_km * np.cos(angle)
        position[0, :, :, 1] = radius_km * np.sin(angle)
    return DriftingTargets(
        time_h,
        position,
        np.full(position.shape[:3], share),
        np.full((2, 2), 1.0 / 20.0),
        radius_km,
    )


@pytest.mark.parametrize("speed", [-5.0, 0.0, 3.0, 19.0])
@pytest.mark.parametrize("radius", [None, 6371.0])
def test_a_vessel_meets_a_target_at_the_closed_form(speed, radius):
    # 20 t = 30 + speed t
    hours = moving(speed, radius_km=radius).meeting_h(0, 0, 1, 0.0)
    assert hours == pytest.approx(30.0 / (20.0 - speed), rel=1e-5)


def test_a_target_as_fast_as_the_vessel_is_met_only_at_rest():
    # Known for 100 h: it comes to rest at 30 + 25 * 100 km.
    assert moving(25.0).meeting_h(0, 0, 1, 0.0) == pytest.approx(2530.0 / 20.0)


def test_a_vessel_leaves_from_where_the_patch_has_drifted():
    targets = moving(3.0, share=0.5)
    drift = RoutingProblem(
        travel_h=np.array([[0.0, 2.0], [2.0, 0.0]]),
        prize=np.array([0.0, 10.0]),
        service_h=np.array([0.0, 4.0]),
        demand_kg=np.array([0.0, 6.0]),
        vessels=(Vessel(100.0, 100.0),),
        targets=targets,
    )
    (trip,) = time_trips(drift, 0, [Trip(0, (1,), 0)])
    met = 30.0 / 17.0
    assert trip.visits[0].arrive_h == pytest.approx(met)
    assert trip.end_h == pytest.approx(met + 4.0 + (30.0 + 3.0 * (met + 4.0)) / 20.0)
    assert (trip.load_kg, trip.visits[0].prize) == (3.0, 5.0)
