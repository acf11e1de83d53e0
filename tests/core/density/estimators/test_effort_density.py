"""The public estimator: exact values, refusals, limits, scikit-learn's checks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import check_estimator

from core.density import poisson_interval
from core.density.estimators import METHODS, EffortDensity
from core.errors import InputError, ObservationError

PLACE = [[35.0, -140.0]]


def _survey(seed=4, n=60):
    """Counts along tracks in a 100 km box with a bump in its middle."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.0, 100.0, (n, 2))
    effort = rng.uniform(0.2, 2.0, n)
    density = 20.0 * np.exp(-((x - 50.0) ** 2).sum(axis=1) / 2_000.0) + 1.0
    return x, rng.poisson(density * effort).astype(float), effort


@pytest.mark.parametrize("method", METHODS)
def test_the_checks_of_scikit_learn_pass(method):
    done = check_estimator(EffortDensity(method=method), on_skip=None)
    assert {one["status"] for one in done} <= {"passed", "skipped"}
    assert sum(one["status"] == "passed" for one in done) > 35


def test_twelve_items_in_2_4_km2():
    model = EffortDensity(method="cells", confidence=0.95).fit(PLACE, [12], [2.4])
    found = [float(x[0]) for x in model.predict(PLACE, return_interval=True)]
    assert found == pytest.approx([5.0, 2.584, 8.734], abs=5e-4)


def test_none_in_2_km2_has_the_one_sided_limit():
    model = EffortDensity(method="cells", confidence=0.95).fit(PLACE, [0], [2.0])
    found = [float(x[0]) for x in model.predict(PLACE, return_interval=True)]
    assert found == pytest.approx([0.0, 0.0, 1.498], abs=5e-4)


@pytest.mark.parametrize("method", METHODS)
def test_counts_and_effort_of_one_place_are_pooled(method):
    """Ten in 1 km2 and none in 9 km2 make 1.0, not the mean of 10 and 0."""
    model = EffortDensity(method=method).fit(PLACE * 2, [10, 0], [1.0, 9.0])
    assert model.predict(PLACE)[0] == pytest.approx(1.0)


@given(
    n=st.lists(st.integers(0, 500), min_size=1, max_size=6),
    effort=st.floats(0.01, 50.0),
    confidence=st.floats(0.5, 0.99),
)
def test_cells_are_garwood_at_each_place(n, effort, confidence):
    x = np.column_stack([np.arange(len(n)), np.full(len(n), 20.0)])
    model = EffortDensity(method="cells", confidence=confidence)
    model.fit(x, n, np.full(len(n), effort))
    found = model.predict(x, return_interval=True)
    exact = poisson_interval(n, effort, confidence)
    for ours, theirs in zip(found, exact, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_density_lies_within_its_interval_and_the_fit_repeats(method):
    x, y, effort = _survey()
    new = np.random.default_rng(0).uniform(-20.0, 120.0, (50, 2))
    model = EffortDensity(method=method, geometry="flat").fit(x, y, effort)
    density, low, high = model.predict(np.vstack([x, new]), return_interval=True)
    assert np.isfinite([density, low, high]).all()
    assert (low <= density).all()
    assert (density <= high).all()
    again = clone(model).fit(x, y, effort).predict(np.vstack([x, new]))
    np.testing.assert_array_equal(density, again)


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_rows_does_not_matter(method):
    x, y, effort = _survey()
    order = np.random.default_rng(1).permutation(len(x))
    one = EffortDensity(method=method, geometry="flat").fit(x, y, effort)
    other = EffortDensity(method=method, geometry="flat")
    other.fit(x[order], y[order], effort[order])
    np.testing.assert_allclose(one.predict(x), other.predict(x), rtol=1e-6)


@settings(max_examples=10)
@given(scale=st.floats(0.01, 100.0))
def test_density_scales_with_the_unit_of_effort(scale):
    """The same counts in an area given in other units make the same density."""
    x, y, effort = _survey(n=25)
    one = EffortDensity(geometry="flat").fit(x, y, effort).predict(x)
    other = EffortDensity(geometry="flat").fit(x, y, effort * scale).predict(x)
    np.testing.assert_allclose(other * scale, one, rtol=1e-3)


def test_a_row_split_in_two_searches_is_the_same_place():
    """Two half searches of a place tell at least as much as one whole one."""
    x, y, effort = _survey()
    model = EffortDensity(geometry="flat").fit(
        np.vstack([x, x]), np.concatenate([y, y]), np.concatenate([effort, effort])
    )
    assert model.n_cells_ == len(x)
    assert not any("searched twice" in text for text in model.limits_)


def test_more_effort_at_the_same_density_narrows_the_interval():
    x, _, effort = _survey()
    density = 20.0 * np.exp(-((x - 50.0) ** 2).sum(axis=1) / 2_000.0) + 1.0
    widths = []
    for times in (0.2, 20.0):
        y = np.random.default_rng(8).poisson(density * effort * times)
        model = EffortDensity(geometry="flat").fit(x, y, effort * times)
        _, low, high = model.predict(x, return_interval=True)
        widths.append(np.log(high / low).mean())
    assert widths[1] < 0.5 * widths[0]


def test_the_interval_widens_away_from_effort():
    x, y, effort = _survey()
    model = EffortDensity(geometry="flat").fit(x, y, effort)
    _, low, high = model.predict([x[0], [400.0, 400.0]], return_interval=True)
    assert high[1] / low[1] > 2.0 * high[0] / low[0]


def test_a_covariate_that_drives_the_density_is_found():
    """Density rises by e^0.8 a unit of a covariate; positions tell nothing."""
    rng = np.random.default_rng(2)
    x = np.column_stack([rng.uniform(0, 100, (150, 2)), rng.normal(size=150)])
    y = rng.poisson(np.exp(1.5 + 0.8 * x[:, 2]))
    model = EffortDensity(geometry="flat").fit(x, y)
    assert model.coefficients_[0] / x[:, 2].std() == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize(
    ("counts", "effort", "says"),
    [
        ([0, 0, 0], [1.0, 2.0, 3.0], "no item was counted"),
        ([3, 1, 2], [1.0, 2.0, 3.0], "only 3 places"),
    ],
)
def test_what_cannot_be_decided_is_said(counts, effort, says):
    x = [[10.0, 20.0], [10.0, 21.0], [11.0, 20.0]]
    model = EffortDensity().fit(x, counts, effort)
    assert any(says in text for text in model.limits_)
    density, low, high = model.predict([*x, [12.0, 25.0]], return_interval=True)
    assert (low <= density).all()
    assert (density <= high).all()
    assert np.isfinite(high).all()
    assert (high > 0.0).all()


def test_one_place_falls_back_to_its_exact_interval():
    model = EffortDensity(confidence=0.95).fit(PLACE, [12], [2.4])
    assert model.method_ == "cells"
    assert "one place" in model.limits_[0]
    found = [float(x[0]) for x in model.predict(PLACE, return_interval=True)]
    assert found == pytest.approx([5.0, 2.584, 8.734], abs=5e-4)


@pytest.mark.parametrize(
    ("x", "counts", "effort", "says"),
    [
        (PLACE, [1], [0.0], "1 items with an effort of 0"),
        (PLACE, [0], [0.0], "effort of all rows together is 0"),
        (PLACE, [-1], [1.0], "count -1 is negative \\(row 0\\)"),
        (PLACE, [1], [-2.0], "effort_km2 -2 is negative \\(row 0\\)"),
        (PLACE, [1], [np.nan], "NaN or infinite \\(row 0\\)"),
        (PLACE, [1], [1.0, 2.0], "has shape \\(2,\\)"),
        (PLACE, [1], ["much"], "not numeric"),
        (PLACE, [np.nan], [1.0], "NaN"),
        ([[np.inf, 0.0]], [1], [1.0], "infinity"),
        (PLACE, None, None, "requires y"),
        (PLACE, [1, 2], None, "inconsistent numbers"),
    ],
)
def test_bad_input_is_refused_by_name(x, counts, effort, says):
    with pytest.raises(ObservationError, match=says):
        EffortDensity(geometry="degrees").fit(x, counts, effort)


def test_degrees_off_the_earth_are_refused():
    with pytest.raises(InputError, match="latitude 91"):
        EffortDensity(geometry="degrees").fit([[91.0, 0.0]], [1])
    model = EffortDensity(geometry="degrees").fit(PLACE, [1])
    with pytest.raises(InputError, match="longitude 400"):
        model.predict([[0.0, 400.0]])


def test_unfitted_is_refused():
    for ask in (EffortDensity().predict, EffortDensity().sample):
        with pytest.raises(NotFittedError):
            ask(PLACE)


def test_places_above_the_limit_are_merged_and_said():
    rng = np.random.default_rng(3)
    x = rng.uniform(0.0, 100.0, (300, 2))
    y = rng.poisson(5.0 + x[:, 0] / 5.0)
    model = EffortDensity(geometry="flat", max_cells=50).fit(x, y)
    assert any("300 places with effort were merged to" in t for t in model.limits_)
    truth = 5.0 + x[:, 0] / 5.0
    assert np.corrcoef(model.predict(x), truth)[0, 1] > 0.9


def test_grid_search_passes_the_effort_on():
    x, y, effort = _survey()
    search = GridSearchCV(
        EffortDensity(geometry="flat"), {"method": ["cells", "kernel"]}, cv=3
    )
    search.fit(x, y, effort_km2=effort)
    assert search.best_params_["method"] in METHODS


def test_counts_may_be_given_by_their_name():
    one = EffortDensity(method="cells").fit(PLACE, counts=[12], effort_km2=[2.4])
    assert one.predict(PLACE)[0] == pytest.approx(5.0)
    with pytest.raises(ObservationError, match="given twice"):
        EffortDensity().fit(PLACE, [1], counts=[1])


@pytest.mark.parametrize("method", METHODS)
def test_draws_repeat_by_seed_and_agree_with_the_interval(method):
    x, y, effort = _survey()
    model = EffortDensity(method=method, geometry="flat").fit(x, y, effort)
    drawn = model.sample(x, n=4_000, seed=5)
    np.testing.assert_array_equal(drawn, model.sample(x, n=4_000, seed=5))
    assert drawn.shape == (4_000, len(x))
    _, low, high = model.predict(x, return_interval=True)
    inside = ((drawn >= low) & (drawn <= high)).mean()
    assert inside == pytest.approx(0.9, abs=0.05)


def test_draws_of_the_field_have_its_mean():
    x, y, effort = _survey()
    model = EffortDensity(geometry="flat").fit(x, y, effort)
    drawn = model.sample(x, n=20_000, seed=1).mean(axis=0)
    np.testing.assert_allclose(drawn, model.predict(x), rtol=0.03)


def test_too_many_places_to_draw_together_are_refused():
    model = EffortDensity(geometry="flat").fit(*_survey())
    with pytest.raises(ObservationError, match="4,000"):
        model.sample(np.zeros((4_001, 2)))


@pytest.mark.parametrize("method", METHODS)
def test_probabilities_of_counts_sum_to_one(method):
    x, y, effort = _survey()
    model = EffortDensity(method=method, geometry="flat").fit(x, y, effort)
    place = np.repeat(x[:1], 2_000, axis=0)
    counts = np.arange(2_000.0)
    chance = np.exp(model.log_score(place, counts))
    assert chance.sum() == pytest.approx(1.0, abs=2e-3)
    below, at_most = model.count_pit(place, counts)
    np.testing.assert_allclose(np.cumsum(chance), at_most, atol=1e-6)
    np.testing.assert_allclose(at_most - below, chance, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_the_interval_of_a_count_holds_its_probability(method):
    """The limits are the smallest counts that leave at most 5 % below and above."""
    x, y, effort = _survey()
    model = EffortDensity(method=method, geometry="flat").fit(x, y, effort)
    count, low, high = model.predict_count(x, effort)
    np.testing.assert_allclose(count, model.predict(x) * effort)
    assert (model.count_pit(x, low, effort)[0] < 0.05).all()
    below, at_most = model.count_pit(x, high, effort)
    assert (at_most >= 0.95).all()
    assert (below < 0.95).all()


def test_scores_need_effort():
    model = EffortDensity(method="cells").fit(PLACE, [1])
    with pytest.raises(ObservationError, match="not positive"):
        model.log_score(PLACE, [1], [0.0])
