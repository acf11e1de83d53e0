"""The two plain methods, by hand."""

import numpy as np
import pytest
from scipy.stats import gamma

from core.density.estimators import EffortDensity
from core.density.estimators._cells import gamma_interval

TRACK = np.array([[0.0], [10.0], [20.0], [30.0]])


def test_the_kernel_of_a_wide_bandwidth_pools_everything():
    """Counts in proportion to effort: every bandwidth gives the pooled density."""
    effort = np.array([1.0, 2.0, 4.0, 0.5])
    model = EffortDensity(method="kernel").fit(TRACK, 6 * effort, effort)
    np.testing.assert_allclose(model.predict([[5.0], [15.0], [900.0]]), 6.0)


def test_the_kernel_says_little_far_from_effort():
    y = np.array([40, 35, 42, 38])
    model = EffortDensity(method="kernel").fit(TRACK, y)
    _, low, high = model.predict([[10.0], [5_000.0]], return_interval=True)
    assert high[0] / low[0] < 2.0
    assert high[1] / low[1] > 20.0


def test_the_kernel_widens_with_overdispersion():
    """Means alike, spread unlike: the interval must tell them apart."""
    x = np.arange(40.0)[:, None]
    even = EffortDensity(method="kernel").fit(x, np.tile([9, 11], 20))
    uneven = EffortDensity(method="kernel").fit(x, np.tile([0, 20, 3, 17], 10))
    widths = []
    for model in (even, uneven):
        _, low, high = model.predict(x, return_interval=True)
        bandwidths = model.range_km_
        widths.append(np.log(high / low).mean() * np.sqrt(bandwidths))
    assert widths[1] > 1.5 * widths[0]


def test_a_count_need_not_be_whole_for_a_gamma_interval():
    low, high = gamma_interval(np.array([2.5]), np.array([2.0]), 0.9)
    assert low[0] == pytest.approx(gamma.ppf(0.05, 2.5) / 2.0)
    assert high[0] == pytest.approx(gamma.ppf(0.95, 3.5) / 2.0)


def test_a_place_without_effort_is_like_one_drawn_from_those_searched():
    """Counts from gamma densities: the interval holds 90 % of further densities."""
    rng = np.random.default_rng(9)
    density = rng.gamma(2.0, 5.0, 4_000)
    x = np.column_stack([rng.uniform(-60, 60, 2_000), rng.uniform(-180, 180, 2_000)])
    effort = rng.uniform(0.5, 2.0, 2_000)
    y = rng.poisson(density[:2_000] * effort)
    model = EffortDensity(method="cells", geometry="degrees").fit(x, y, effort)
    new, low, high = model.predict([[89.0, 0.0]], return_interval=True)
    assert new[0] == pytest.approx(y.sum() / effort.sum())
    held = density[2_000:]
    assert ((held > low) & (held < high)).mean() == pytest.approx(0.9, abs=0.02)
