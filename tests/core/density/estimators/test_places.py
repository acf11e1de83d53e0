"""How positions are read, and distances on the sphere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.density.estimators import EffortDensity
from core.density.estimators.places import (
    choose_geometry,
    distances_km,
    extent_km,
    merge_groups,
    to_places,
    typical_spacing_km,
)
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km


@pytest.mark.parametrize(
    ("corner_low", "corner_high", "expected"),
    [
        ((30.0, -145.0), (36.0, -138.0), "degrees"),
        ((-60.0, -180.0), (60.0, 180.0), "degrees"),
        ((-60.0, 0.0), (70.0, 359.0), "degrees"),
        ((30.0, -6.0), (46.0, 36.0), "degrees"),
        ((0.0, 0.0), (200.0, 200.0), "flat"),
        ((10.0, 12.0), (95.0, 90.0), "flat"),
        ((-200.0, 0.0), (0.0, 10.0), "flat"),
        ((0.5, 0.5), (49.5, 49.5), "flat"),
        ((-25.0, -25.0), (25.0, 25.0), "flat"),
    ],
)
def test_numbers_tell_degrees_from_km(corner_low, corner_high, expected):
    assert choose_geometry(np.array([corner_low, corner_high])) == expected


def test_one_column_is_flat():
    assert choose_geometry(np.zeros((3, 1))) == "flat"


@given(
    lat=st.lists(st.floats(-90, 90), min_size=2, max_size=2),
    lon=st.lists(st.floats(-180, 180), min_size=2, max_size=2),
)
def test_chords_are_those_of_great_circles(lat, lon):
    """A chord is ``2 R sin(d / 2 R)`` of the great circle ``d``."""
    places = to_places(np.column_stack([lat, lon]), "degrees")
    arc = great_circle_distance_km(lat1=lat[0], lon1=lon[0], lat2=lat[1], lon2=lon[1])
    chord = 2 * EARTH_RADIUS_KM * np.sin(arc / 2 / EARTH_RADIUS_KM)
    assert distances_km(places, places)[0, 1] == pytest.approx(chord, abs=1e-3)


def _polar_counts():
    rng = np.random.default_rng(7)
    x = np.column_stack([rng.uniform(60.0, 70.0, 40), rng.uniform(-15.0, 15.0, 40)])
    return x, rng.poisson(np.exp(2.0 + (x[:, 0] - 65.0) / 4.0)).astype(float)


@pytest.mark.parametrize("turn", [90.0, 180.0, -170.0])
@pytest.mark.parametrize("method", ["cox", "kernel", "cells"])
def test_turning_the_globe_changes_nothing(turn, method):
    """The same survey across 180 degrees has the same density."""
    x, y = _polar_counts()
    turned = x.copy()
    turned[:, 1] = (x[:, 1] + turn + 180.0) % 360.0 - 180.0
    one = EffortDensity(method=method, geometry="degrees").fit(x, y).predict(x)
    other = EffortDensity(method=method, geometry="degrees").fit(turned, y)
    np.testing.assert_allclose(other.predict(turned), one, rtol=1e-5)


def test_at_the_pole_all_longitudes_are_one_place():
    x = [[90.0, 0.0], [90.0, 120.0], [89.0, 10.0]]
    model = EffortDensity(method="cells", geometry="degrees").fit(x, [10, 0, 3])
    assert model.n_cells_ == 2
    assert model.predict([[90.0, -77.0]])[0] == pytest.approx(5.0)


def test_spacing_and_extent_of_a_row_of_places():
    places = np.column_stack([np.arange(11) * 2.0, np.zeros(11)])
    assert typical_spacing_km(places) == pytest.approx(2.0)
    assert typical_spacing_km(np.repeat(places, 3, axis=0)) == pytest.approx(2.0)
    assert extent_km(places) == pytest.approx(20.0)
    assert typical_spacing_km(places[:1]) == extent_km(places[:1]) == 0.0


@given(n_most=st.integers(2, 40), seed=st.integers(0, 50))
def test_merging_keeps_to_its_limit_and_joins_neighbours_only(n_most, seed):
    places = np.random.default_rng(seed).uniform(0.0, 100.0, (120, 2))
    group = merge_groups(places, n_most)
    assert set(group) == set(range(group.max() + 1))
    assert group.max() < n_most
    widest = max(np.ptp(places[group == g], axis=0).max() for g in set(group))
    assert widest <= 2.5 * 100.0 / np.sqrt(n_most)
