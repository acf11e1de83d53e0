"""Where a vessel is at an hour of its plan, against times and ways set by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.geo import great_circle_distance_km
from core.routing.progress import progress_after, progress_at, split_leg
from core.routing.schedule import PlannedTrip, PlannedVessel
from core.routing.states import VesselState
from core.routing.stops import Leg, Stop

START = datetime(2026, 6, 1, tzinfo=UTC)
PORTS = {"GRPIR"}
#: A degree of the equator, km.
DEGREE_KM = float(great_circle_distance_km(lat1=0.0, lon1=0.0, lat2=0.0, lon2=1.0))


def at(hour):
    return START + timedelta(hours=hour)


def leg(lon1, lon2, hour):
    """Along the equator at a degree an hour."""
    hours = abs(lon2 - lon1)
    path = np.array([[0.0, lon1], [0.0, lon2]])
    return Leg(path, at(hour), DEGREE_KM * hours, hours, 10.0 * hours)


def stop(name, lon, arrive, leave, mass, start=None):
    return Stop(
        site=name, lat=0.0, lon=lon, arrive=at(arrive), leave=at(leave), mass_kg=mass,
        mass_kg_low=mass, mass_kg_high=mass, service_h=1.0, fuel_l=1.0,
        start=at(arrive if start is None else start),
    )  # fmt: skip


def trip(stops, legs, depart, end, unload_h, end_name="GRPIR"):
    mass = sum(one.mass_kg for one in stops)
    return PlannedTrip(
        start_name="GRPIR", end_name=end_name, depart=at(depart), end=at(end),
        stops=tuple(stops), legs=tuple(legs), load_kg=mass, load_kg_low=mass,
        load_kg_high=mass, hours=float(end - depart), unload_h=unload_h,
    )  # fmt: skip


def vessel(**changes):
    """To A at 2 E (waits from 2 to 3, works to 4), B at 4 E (6 to 7), home at 11."""
    first = trip(
        [stop("A", 2.0, 2, 4, 50.0, start=3), stop("B", 4.0, 6, 7, 30.0)],
        [leg(0, 2, 0), leg(2, 4, 4), leg(4, 0, 7)],
        0, 11, 2.0, **changes,
    )  # fmt: skip
    second = trip(
        [stop("C", 1.0, 15, 16, 20.0)], [leg(0, 1, 14), leg(1, 0, 16)], 14, 17, 2.0
    )
    return PlannedVessel("Alma", 60.0, 100.0, (first, second))


def names(progress):
    return [one.site for one in progress.stops]


@pytest.mark.parametrize(
    ("hour", "done", "lon", "ready", "load", "spent"),
    [
        (1.0, [], 1.0, 1.0, 0.0, 1.0),
        (2.5, [], 2.0, 2.5, 0.0, 2.5),  # waits for A to open: free at once
        (3.5, ["A"], 2.0, 4.0, 50.0, 4.0),  # works at A: finishes first
        (4.0, ["A"], 2.0, 4.0, 50.0, 4.0),
        (5.5, ["A"], 3.5, 5.5, 50.0, 5.5),
        (9.0, ["A", "B"], 2.0, 9.0, 80.0, 9.0),  # on the way home
        (11.0, ["A", "B"], 0.0, 13.0, 0.0, 0.0),  # unloads
        (13.5, ["A", "B"], 0.0, 13.0, 0.0, 0.0),  # waits in port
        (16.5, ["A", "B", "C"], 0.5, 16.5, 20.0, 2.5),
        (40.0, ["A", "B", "C"], 0.0, 19.0, 0.0, 0.0),
    ],
)
def test_state_at_an_hour(hour, done, lon, ready, load, spent):
    progress = progress_at(vessel(), at(hour), ports=PORTS)
    state = progress.state
    assert state is not None
    assert names(progress) == done
    assert state.lon == pytest.approx(lon, abs=1e-6)
    assert state.ready_at == at(ready)
    assert state.load_kg == load
    assert state.spent_h == pytest.approx(spent)


def test_a_vessel_that_has_not_left_keeps_the_state_it_began_with():
    assert progress_at(vessel(), at(0.0), ports=PORTS).state is None
    begun = VesselState(0.0, 0.0, at(0.0), 7.0, 3.0)
    assert progress_at(vessel(), at(0.0), ports=PORTS, state=begun).state == begun


def test_a_trip_that_ends_at_sea_keeps_its_load_and_its_hours():
    progress = progress_at(vessel(end_name="0.0, 0.0"), at(12.0), ports=PORTS)
    assert progress.state is not None
    assert (progress.state.load_kg, progress.state.spent_h) == (80.0, 11.0)


def test_the_part_sailed_is_kept_with_its_length_and_fuel():
    progress = progress_at(vessel(), at(5.5), ports=PORTS)
    assert progress.begun is not None
    sailed = progress.begun.sailed
    assert sailed is not None
    assert sailed.distance_km == pytest.approx(1.5 * DEGREE_KM, abs=1e-3)
    assert (sailed.hours, sailed.fuel_l) == (1.5, 15.0)
    assert len(progress.begun.legs) == 1


@pytest.mark.parametrize(
    ("n_stops", "lon", "ready", "load", "n_trips"),
    [(1, 2.0, 4.0, 50.0, 0), (2, 4.0, 7.0, 80.0, 0), (3, 1.0, 16.0, 20.0, 1)],
)
def test_state_after_the_first_stops(n_stops, lon, ready, load, n_trips):
    progress = progress_after(vessel(), n_stops)
    assert len(progress.stops) == n_stops
    assert len(progress.trips) == n_trips
    state = progress.state
    assert state is not None
    assert (state.lon, state.ready_at, state.load_kg) == (lon, at(ready), load)
    assert progress.begun is not None
    assert progress.begun.sailed is None


def test_nothing_is_locked_by_no_stops_and_too_many_are_refused():
    assert progress_after(vessel(), 0).stops == ()
    with pytest.raises(RouteInputError, match="Alma has 3 stops"):
        progress_after(vessel(), 4)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(RouteInputError, match="no time zone"):
        progress_at(vessel(), datetime(2026, 6, 1), ports=PORTS)


@given(share=st.floats(0.0, 1.0))
def test_the_first_part_of_a_leg_has_its_share_of_the_length(share):
    path = np.array([[10.0, 170.0], [12.0, 179.0], [11.0, -175.0], [20.0, -170.0]])
    a, b = path[:-1], path[1:]
    pieces = great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    )
    whole = Leg(path, START, float(pieces.sum()), 10.0, 5.0)
    part = split_leg(whole, share)
    p, q = part.path[:-1], part.path[1:]
    length = great_circle_distance_km(
        lat1=p[:, 0], lon1=p[:, 1], lat2=q[:, 0], lon2=q[:, 1]
    ).sum()
    assert length == pytest.approx(share * pieces.sum(), abs=1e-3)
    assert part.distance_km == pytest.approx(length, abs=2e-3)
