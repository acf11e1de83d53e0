"""Interception: against the plain reference and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing import DriftingTargets
from core.routing._engine.careful_world import tracks_of
from core.routing._engine.meeting import meeting
from tests.strategies import drifting_targets


def hours(targets, start, end, depart_h):
    tracks, _, fastest, (step_h, radius) = tracks_of(targets)
    pace = targets.pace_of(0)
    return meeting(tracks[0], fastest[0], step_h, radius, pace, start, end, depart_h)


@settings(max_examples=300, deadline=None)
@given(
    drifting_targets(n=4),
    st.integers(0, 3),
    st.integers(0, 3),
    st.floats(0.0, 1.2),
)
def test_the_meeting_is_that_of_the_plain_reference(targets, start, end, part):
    depart_h = part * float(targets.time_h[-1])
    expected = targets.meeting_h(0, start, end, depart_h)
    assert hours(targets, start, end, depart_h) == pytest.approx(
        expected, rel=1e-8, abs=1e-8
    )


def straight(east_km_h, north_km_h=0.0, radius_km=None):
    """Vessel at the origin, 20 km/h; a patch 30 km east on a straight course."""
    time_h = np.arange(0.0, 201.0)
    east, north = 30.0 + east_km_h * time_h, north_km_h * time_h
    position = np.zeros((1, len(time_h), 2, 3))
    if radius_km is None:
        position[0, :, 1, 0], position[0, :, 1, 1] = east, north
    else:
        position[0, :, 0, 0] = radius_km
        position[0, :, 1, 0] = radius_km * np.cos(east / radius_km)
        position[0, :, 1, 1] = radius_km * np.sin(east / radius_km)
    share = np.ones(position.shape[:3])
    return DriftingTargets(time_h, position, share, np.full((2, 2), 0.05), radius_km)


@given(st.floats(-15.0, 15.0), st.floats(-15.0, 15.0))
def test_a_patch_on_a_straight_course_is_met_at_the_root_of_the_quadratic(east, north):
    # (20 t)^2 = (30 + east t)^2 + (north t)^2, the larger root being the positive one
    a, b, c = 400.0 - east**2 - north**2, -60.0 * east, -900.0
    if a < 20.0:
        return  # hardly slower than the vessel, met after the hours known
    root = (-b + np.sqrt(b * b - 4.0 * a * c)) / (2.0 * a)
    if root < 200.0:
        assert hours(straight(east, north), 0, 1, 0.0) == pytest.approx(root, rel=1e-9)


@given(st.floats(-19.0, 15.0))
def test_a_patch_on_a_great_circle_is_met_at_the_closed_form(speed):
    # 20 t = 30 + speed t. Between two hours the patch is on the chord, which is 7 m
    # below the sphere at most; the arc over its chord to the vessel differs by less.
    met = hours(straight(speed, radius_km=6371.0), 0, 1, 0.0)
    assert met == pytest.approx(30.0 / (20.0 - speed), rel=1e-5)


def test_a_patch_faster_than_the_vessel_is_met_where_it_passes():
    # Comes at 40 km/h from 30 km: met after half an hour, long before it is gone.
    assert hours(straight(-40.0), 0, 1, 0.0) == pytest.approx(0.5)
