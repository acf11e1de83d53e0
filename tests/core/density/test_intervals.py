from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from core.density import poisson_interval, weighted_poisson_interval
from core.errors import ObservationError


def test_matches_the_published_limits_for_twelve_items():
    # Garwood's table: 12 counts give (6.201, 20.962); divided by 2.4 km2.
    rate, low, high = poisson_interval(12, 2.4)
    assert rate == pytest.approx(5.0)
    assert low == pytest.approx(6.2006 / 2.4, abs=1e-4)
    assert high == pytest.approx(20.9616 / 2.4, abs=1e-4)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    # Two-sided 95 % limits of a Poisson mean, Garwood (1936) and Ulm (1990).
    [(1, 0.0253, 5.572), (2, 0.2422, 7.225), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_matches_the_table_of_poisson_limits(n, low, high):
    interval = poisson_interval(n, 1.0)
    assert interval.low == pytest.approx(low, abs=1e-3)
    assert interval.high == pytest.approx(high, abs=1e-3)


def test_none_seen_has_the_one_sided_upper_limit():
    # Closed form: P(0 | m) = exp(-m) = 0.05 at m = -ln 0.05 = 2.996.
    assert poisson_interval(0, 2.0) == pytest.approx((0.0, 0.0, -log(0.05) / 2.0))


def test_arrays_give_arrays_and_agree_with_scalars():
    rates = poisson_interval([12, 0, 3], [2.4, 2.0, 1.0])
    for index, (n, effort) in enumerate([(12, 2.4), (0, 2.0), (3, 1.0)]):
        one = poisson_interval(n, effort)
        assert [np.asarray(part)[index] for part in rates] == pytest.approx(list(one))


@pytest.mark.parametrize("effort", [0.0, -1.0, float("nan"), float("inf")])
def test_effort_that_is_no_area_is_refused_naming_the_row(effort):
    with pytest.raises(ObservationError, match=r"not greater than 0 \(row 1\)"):
        poisson_interval([1, 1], [1.0, effort])


@pytest.mark.parametrize("n", [-1, 0.5, float("nan"), float("inf")])
def test_count_that_is_no_count_is_refused_naming_the_row(n):
    with pytest.raises(ObservationError, match=r"whole number .*\(row 2\)"):
        poisson_interval([1, 1, n], 1.0)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.1, float("nan")])
def test_confidence_outside_its_range_is_refused(confidence):
    with pytest.raises(ObservationError, match="confidence"):
        poisson_interval(1, 1.0, confidence)


@given(
    n=st.integers(0, 10_000),
    effort=st.floats(1e-3, 1e4),
    times=st.integers(2, 20),
    confidence=st.floats(0.5, 0.999),
)
def test_more_effort_at_the_same_rate_narrows_the_interval(
    n, effort, times, confidence
):
    one = poisson_interval(n, effort, confidence)
    more = poisson_interval(n * times, effort * times, confidence)
    assert more.rate == pytest.approx(one.rate)
    assert more.high - more.low < one.high - one.low


@given(n=st.integers(0, 200), effort=st.floats(0.01, 100.0))
def test_interval_holds_the_rate(n, effort):
    rate, low, high = poisson_interval(n, effort)
    assert low <= rate < high


def test_interval_covers_at_least_what_it_promises():
    # Brute force over every count that can occur, weighted by its probability.
    counts = np.arange(0, 80)
    _, low, high = poisson_interval(counts, 1.0)
    for mean in (0.3, 1.0, 2.5, 7.0, 20.0):
        logs = counts * log(mean) - mean - np.cumsum(np.log(np.maximum(counts, 1)))
        covered = np.exp(logs)[(low <= mean) & (mean <= high)].sum()
        assert covered >= 0.95 - 1e-9 or mean < 3.0  # the one-sided zero costs 2.5 %
        assert covered >= 0.925


@given(n=st.integers(1, 300), weight=st.floats(0.01, 100.0))
def test_one_common_weight_gives_the_exact_interval_times_it(n, weight):
    exact = poisson_interval(n, 1.0)
    low, high = weighted_poisson_interval(n * weight, n * weight**2, weight)
    assert float(low) == pytest.approx(exact.low * weight)
    assert float(high) == pytest.approx(exact.high * weight)


def test_weighted_interval_follows_the_gamma_method():
    # Fay and Feuer (1997), eq. 2-3, with scipy's gamma instead of chi-square.
    counts, weights = np.array([3, 1, 7]), np.array([2.0, 10.0, 0.5])
    y, v = (counts * weights).sum(), (counts * weights**2).sum()
    low, high = weighted_poisson_interval(y, v, 10.0)
    assert float(low) == pytest.approx(gamma.ppf(0.025, y**2 / v, scale=v / y))
    y1, v1 = y + 10.0, v + 100.0
    assert float(high) == pytest.approx(gamma.ppf(0.975, y1**2 / v1, scale=v1 / y1))


def test_nothing_seen_and_no_weight_has_a_zero_interval():
    assert [float(x) for x in weighted_poisson_interval(0.0, 0.0, 0.0)] == [0.0, 0.0]
