"""Drifting targets: positions between times, means, and what is refused."""

import numpy as np
import pytest

from core.errors import RouteInputError
from core.routing import DriftingTargets


def targets(**changes):
    """Two members of two nodes; node 1 goes east at 2 and at 4 km/h."""
    hours = np.arange(4.0)
    position = np.zeros((2, 4, 2, 3))
    position[0, :, 1, 0], position[1, :, 1, 0] = 2.0 * hours, 4.0 * hours
    given = {
        "time_h": hours,
        "position_km": position,
        "share": np.ones((2, 4, 2)),
        "pace_h_per_km": np.full((2, 2), 0.1),
        **changes,
    }
    return DriftingTargets(**given)


def test_between_two_times_a_node_is_on_the_line_and_after_the_last_it_stays():
    made = targets()
    assert made.position_at(1, 1.25, member=1)[0] == pytest.approx(5.0)
    assert made.position_at(1, 99.0)[0] == 6.0
    assert made.position_at(1, -1.0)[0] == 0.0


def test_the_mean_is_one_member_in_the_middle():
    share = np.ones((2, 4, 2))
    share[1, 2:, 1] = 0.0
    mean = targets(share=share).mean()
    assert mean.n_members == 1
    assert mean.position_at(1, 3.0)[0] == pytest.approx(9.0)
    assert mean.share_at(1, 1.5) == pytest.approx(0.75)


def test_the_mean_on_a_sphere_lies_on_it():
    angle = np.array([0.1, 0.3])[:, None] * np.ones(4)
    position = np.zeros((2, 4, 1, 3))
    position[:, :, 0, 0] = 100.0 * np.cos(angle)
    position[:, :, 0, 1] = 100.0 * np.sin(angle)
    mean = targets(
        position_km=position,
        share=np.ones((2, 4, 1)),
        pace_h_per_km=np.ones((1, 1)),
        radius_km=100.0,
    ).mean()
    expected = [100.0 * np.cos(0.2), 100.0 * np.sin(0.2), 0.0]
    assert mean.position_at(0, 1.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time_h": [1.0, 2.0, 3.0, 4.0]}, "must start at 0"),
        ({"time_h": [0.0, 1.0, 3.0, 4.0]}, "equally spaced"),
        ({"position_km": np.zeros((2, 4, 2))}, "position_km has shape"),
        ({"position_km": np.full((2, 4, 2, 3), np.nan)}, "no number"),
        ({"share": np.ones((2, 3, 2))}, "do not fit together"),
        ({"share": np.full((2, 4, 2), 1.5)}, "outside"),
        ({"pace_h_per_km": np.ones((3, 3))}, "pace_h_per_km has shape"),
        ({"pace_h_per_km": np.full((2, 2), -1.0)}, "below zero or NaN"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(changes, message):
    with pytest.raises(RouteInputError, match=message):
        targets(**changes)
