from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from core.density import rate_ratio
from core.errors import ObservationError

counts = st.integers(0, 200)
efforts = st.floats(0.01, 1e4)


@given(counts, counts, efforts, efforts)
def test_limits_leave_the_stated_tails_of_the_binomial(n1, n2, e1, e2):
    # Independent of the beta quantiles: tails of the conditional binomial itself.
    found = rate_ratio(n1, e1, n2, e2)
    for limit, tail in (
        (found.low, lambda p: binom.sf(n1 - 1, n1 + n2, p)),
        (found.high, lambda p: binom.cdf(n1, n1 + n2, p)),
    ):
        if 0.0 < limit < inf:
            chance = limit * e1 / (limit * e1 + e2)
            assert tail(chance) == pytest.approx(0.025, rel=1e-6)


@given(counts, counts, efforts, efforts)
def test_exchanging_the_two_gives_the_reciprocal(n1, n2, e1, e2):
    one, other = rate_ratio(n1, e1, n2, e2), rate_ratio(n2, e2, n1, e1)
    if one.low > 0:
        assert other.high == pytest.approx(1.0 / one.low)
    else:
        assert other.high == inf
    assert one.differs == other.differs


def test_interval_covers_the_true_ratio_at_least_as_often_as_it_says():
    # Brute force over all outcomes that matter of two Poisson counts.
    from scipy.stats import poisson

    mean1, mean2, e1, e2 = 6.0, 3.0, 2.0, 1.0
    true = (mean1 / e1) / (mean2 / e2)
    covered = 0.0
    for n1 in range(30):
        for n2 in range(25):
            low, high = rate_ratio(n1, e1, n2, e2)[1:]
            if low <= true <= high:
                covered += poisson.pmf(n1, mean1) * poisson.pmf(n2, mean2)
    assert 0.95 <= covered <= 1.0


def test_nothing_seen_leaves_everything_open():
    found = rate_ratio(0, 1.0, 0, 2.0)
    assert isnan(found.ratio)
    assert (found.low, found.high, found.differs) == (0.0, inf, False)


def test_nothing_seen_in_the_second_has_no_upper_limit():
    found = rate_ratio(9, 1.0, 0, 1.0)
    assert (found.ratio, found.high) == (inf, inf)
    # Chance below which nine of nine are rarer than 2.5 %.
    chance = 0.025 ** (1 / 9)
    assert found.low == pytest.approx(chance / (1 - chance))
    assert found.differs


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ((-1, 1.0, 2, 1.0), "count -1"),
        ((1, 0.0, 2, 1.0), "effort 0"),
        ((1, 1.0, 2, np.nan), "effort nan"),
        ((1.5, 1.0, 2, 1.0), "whole number"),
    ],
)
def test_impossible_numbers_are_refused(given_, said):
    with pytest.raises(ObservationError, match=said):
        rate_ratio(*given_)
