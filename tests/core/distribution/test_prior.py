import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from core.distribution.prior import gamma_prior, label_of, shrunk
from core.errors import InputError

POSITIVE = st.floats(1e-3, 1e4)


def test_the_prior_has_the_mean_and_variance_it_was_given():
    prior = gamma_prior([3.0, 40.0], [2.0, 900.0])
    held = gamma(prior.shape, scale=1.0 / prior.effort_km2)
    np.testing.assert_allclose(held.mean(), [3.0, 40.0])
    np.testing.assert_allclose(held.var(), [2.0, 900.0])


def test_without_a_search_the_prior_is_all_there_is():
    found = shrunk(gamma_prior(3.0, 2.0), [0.0], [0.0])
    assert found.expected.item() == pytest.approx(3.0)
    assert found.prior_weight.item() == 1.0


def test_the_interval_is_the_gamma_posteriors():
    prior = gamma_prior(4.0, 8.0)  # shape 2, worth 0.5 km2
    found = shrunk(prior, [3.0], [1.5])
    held = gamma(2.0 + 3.0, scale=1.0 / (0.5 + 1.5))
    assert found.expected.item() == pytest.approx(held.mean())
    assert found.low.item() == pytest.approx(held.ppf(0.05))
    assert found.high.item() == pytest.approx(held.ppf(0.95))
    assert found.prior_weight.item() == pytest.approx(0.25)


def test_a_search_that_found_nothing_lowers_what_is_expected():
    prior = gamma_prior(4.0, 8.0)
    expected = [shrunk(prior, [0.0], [e]).expected.item() for e in (0, 1, 10, 1000)]
    assert expected == sorted(expected, reverse=True)
    assert expected[-1] == pytest.approx(0.002, abs=0.001)


@given(mean=POSITIVE, spread=st.floats(0.2, 3), rate=POSITIVE, effort=POSITIVE)
def test_the_result_lies_between_prior_and_search(mean, spread, rate, effort):
    prior = gamma_prior(mean, (spread * mean) ** 2)
    found = shrunk(prior, [rate * effort], [effort])
    low, high = sorted([mean, rate])
    assert low * (1 - 1e-9) <= found.expected.item() <= high * (1 + 1e-9)
    assert found.low.item() <= found.expected.item() <= found.high.item()


@given(mean=POSITIVE, rate=POSITIVE)
def test_much_effort_makes_the_prior_count_for_nothing(mean, rate):
    found = shrunk(gamma_prior(mean, mean**2), [rate * 1e9], [1e9])
    assert found.expected.item() == pytest.approx(rate, rel=1e-3)
    assert found.prior_weight.item() < 1e-3


def test_mass_has_the_weights_of_the_pieces():
    prior = gamma_prior(4.0, 8.0)  # worth 0.5 km2
    found = shrunk(prior, [3.0], [1.5], mean=[1000.0], found=[600.0])
    assert found.expected.item() == pytest.approx(0.25 * 1000 + 0.75 * 400)


def test_a_prior_of_nothing_still_listens():
    found = shrunk(gamma_prior(0.0, 0.0), [20.0], [2.0])
    assert 0.0 < found.expected.item() <= 10.0


@pytest.mark.parametrize(
    ("n", "effort"), [(-1, 1), (1, -1), (np.nan, 1), (1, np.inf), (2, 0)]
)
def test_searches_that_cannot_be_are_refused(n, effort):
    with pytest.raises(InputError):
        shrunk(gamma_prior(1.0, 1.0), [float(n)], [float(effort)])


@pytest.mark.parametrize(("mean", "variance"), [(-1, 1), (1, np.nan), (np.inf, 1)])
def test_priors_that_cannot_be_are_refused(mean, variance):
    with pytest.raises(InputError):
        gamma_prior(float(mean), float(variance))


def test_what_was_not_measured_says_so():
    assert label_of("debris_forest@1") == "prior from debris_forest@1, not measured"
    assert "prior counts 25 %" in label_of("debris_forest@1", 0.25)
