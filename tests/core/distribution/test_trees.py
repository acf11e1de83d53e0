import dataclasses

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from core.distribution.trees import Trees, pack_trees
from core.errors import ModelError

RNG = np.random.default_rng(5)
TABLE = RNG.normal(size=(300, 4)).astype(np.float32)
TABLE[RNG.random(TABLE.shape) < 0.1] = np.nan
WIDE = TABLE.astype(np.float64)
CLASSES = (np.nan_to_num(TABLE[:, 0]) > 0).astype(int) + (
    np.nan_to_num(TABLE[:, 1]) > 1
)


@pytest.fixture(scope="module")
def fitted():
    made = RandomForestClassifier(n_estimators=7, min_samples_leaf=3, random_state=2)
    return made.fit(TABLE, CLASSES)


@pytest.fixture
def trees(fitted):
    return pack_trees(fitted, WIDE, CLASSES, 3)


def test_shares_are_those_of_scikit_learn_with_missing_values(fitted, trees):
    asked = np.vstack([TABLE, np.full((1, 4), np.nan, np.float32)])
    np.testing.assert_allclose(
        trees.shares(asked), fitted.predict_proba(asked), atol=1e-12
    )


def test_values_at_a_threshold_go_where_scikit_learn_sends_them(fitted, trees):
    inner = np.flatnonzero(trees.feature >= 0)[:60]
    asked = np.zeros((len(inner), 4), np.float32)
    asked[np.arange(len(inner)), trees.feature[inner]] = trees.threshold[inner]
    np.testing.assert_allclose(
        trees.shares(asked), fitted.predict_proba(asked), atol=1e-12
    )


def test_the_distribution_of_a_regression_has_its_mean():
    values = np.round(np.nan_to_num(TABLE[:, 2]), 0).clip(-2, 2)
    made = RandomForestRegressor(n_estimators=9, min_samples_leaf=5, random_state=1)
    made.fit(TABLE, values)
    packed = pack_trees(made, WIDE, (values + 2).astype(np.int64), 5)
    mean = packed.shares(TABLE) @ np.arange(-2.0, 3.0)
    np.testing.assert_allclose(mean, made.predict(TABLE), atol=1e-9)


def test_a_tree_of_one_leaf_answers_the_same_everywhere():
    made = RandomForestClassifier(n_estimators=2, min_samples_leaf=300)
    packed = pack_trees(made.fit(TABLE, CLASSES), WIDE, CLASSES, 3)
    assert np.ptp(packed.shares(TABLE), axis=0).max() == 0


def test_no_row_gives_no_row(trees):
    assert trees.shares(np.empty((0, 4))).shape == (0, 3)


def test_arrays_bring_the_trees_back(trees):
    back = Trees.from_arrays(trees.arrays("t"), "t", n_features=4, n_bins=3)
    np.testing.assert_array_equal(back.shares(TABLE), trees.shares(TABLE))


def tampered(trees, **changed):
    return dataclasses.replace(trees, **changed).arrays("t")


@pytest.mark.parametrize(
    "change",
    [
        lambda t: {"skip": t.skip * 0},  # a walk that never ends
        lambda t: {"skip": np.full_like(t.skip, 60_000)},  # beyond the nodes
        lambda t: {"feature": np.where(t.feature >= 0, 9, -1).astype(np.int8)},
        lambda t: {"root": t.root - 1},
        lambda t: {"root": t.root[:0]},
        lambda t: {"threshold": t.threshold * np.float32(np.nan)},
        lambda t: {"counts": t.counts[:-1]},
        lambda t: {"counts": t.counts * 0},
        lambda t: {"counts": t.counts.astype(np.float64)},
        lambda t: {"threshold": t.threshold[:-1]},
        lambda t: {"counts": t.counts[:, 0]},
    ],
)
def test_arrays_that_contradict_each_other_are_refused(trees, change):
    with pytest.raises(ModelError):
        Trees.from_arrays(tampered(trees, **change(trees)), "t", n_features=4, n_bins=3)


def test_missing_arrays_are_named(trees):
    arrays = trees.arrays("t")
    del arrays["t_skip"]
    with pytest.raises(ModelError, match="t_skip"):
        Trees.from_arrays(arrays, "t", n_features=4, n_bins=3)
