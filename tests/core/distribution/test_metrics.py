import numpy as np
import pytest
from sklearn.metrics import f1_score, log_loss, r2_score, roc_auc_score

from core.distribution.metrics import METRICS, Predictions, auroc, compare

RNG = np.random.default_rng(0)
N = 200


def made(noise, *, seed=1):
    rng = np.random.default_rng(seed)
    true = np.arange(N) % 4
    raw = np.eye(4)[true] + noise * rng.random((N, 4))
    level = true + noise * rng.normal(size=N)
    return Predictions(
        raw / raw.sum(axis=1, keepdims=True),
        level,
        level - 1.0,
        level + 1.0,
        true.astype(np.int64),
        true.astype(float),
        np.repeat(np.arange(20), 10),
    )


def values(found, name="a"):
    return {key: entry["value"] for key, entry in found.scores[name].items()}


def test_a_perfect_prediction_has_the_best_of_every_score():
    found = values(compare({"a": made(0.0)}, seed=1, n_draws=5))
    assert found == {
        "macro_f1": 1,
        "balanced_accuracy": 1,
        "rps": 0,
        "log_loss": 0,
        "auroc_presence": 1,
        "r2": 1,
        "mae": 0,
        "coverage": 1,
    }


def test_scores_are_those_of_scikit_learn():
    one = made(2.0)
    found = values(compare({"a": one}, seed=1, n_draws=2))
    guess = one.shares.argmax(axis=1)
    expected = {
        "macro_f1": f1_score(one.true_class, guess, average="macro"),
        "log_loss": log_loss(one.true_class, one.shares),
        "r2": r2_score(one.true_level, one.level),
        "auroc_presence": roc_auc_score(one.true_class > 0, 1 - one.shares[:, 0]),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-4)


def number(entry, key):
    value = entry[key]
    assert value is not None
    return value


def width(entry):
    return number(entry, "high") - number(entry, "low")


def test_the_ranked_score_by_hand():
    # Truth is class 0 of 3; shares 0.2, 0.5, 0.3: ((0.8)^2 + (0.3)^2) / 2.
    one = Predictions(
        np.array([[0.2, 0.5, 0.3]]),
        level=np.zeros(1),
        low=np.zeros(1),
        high=np.zeros(1),
        true_class=np.zeros(1, np.int64),
        true_level=np.zeros(1),
        blocks=np.zeros(1, np.int64),
    )
    assert values(compare({"a": one}, seed=1, n_draws=1))["rps"] == pytest.approx(0.365)


def test_ties_count_half():
    score = np.array([1.0, 1.0, 0.0, 2.0])
    positive = np.array([True, False, False, True])
    assert auroc(score, positive) == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert np.isnan(auroc(score, np.zeros(4, bool)))


def test_the_better_method_gains_and_chance_is_within_the_interval():
    found = compare({"a": made(0.5), "b": made(3.0)}, seed=2, n_draws=100)
    assert number(found.gains["b"]["rps"], "high") < 0
    assert number(found.gains["b"]["macro_f1"], "low") > 0
    same = compare({"a": made(1.0), "b": made(1.0)}, seed=2, n_draws=20)
    assert all(same.gains["b"][m]["value"] == 0 for m in METRICS)


def test_intervals_hold_the_value_and_repeat_with_the_seed():
    one = compare({"a": made(1.5)}, seed=3, n_draws=100)
    assert one.scores == compare({"a": made(1.5)}, seed=3, n_draws=100).scores
    for entry in one.scores["a"].values():
        low, value, high = (number(entry, key) for key in ("low", "value", "high"))
        assert low <= value <= high


def test_whole_blocks_are_drawn():
    """Rows of one block are alike, so their number adds nothing: the interval stays."""
    one = made(2.0)
    doubled = one.rows(np.tile(np.arange(N), 4))
    first = compare({"a": one}, seed=1, n_draws=200).scores["a"]["mae"]
    more = compare({"a": doubled}, seed=1, n_draws=200).scores["a"]["mae"]
    assert width(first) == pytest.approx(width(more), rel=0.05)


def test_a_score_that_does_not_exist_is_none():
    one = made(1.0)
    constant = Predictions(
        one.shares, one.level, one.low * np.nan, one.high, one.true_class * 0,
        one.true_level * 0, one.blocks,
    )  # fmt: skip
    found = values(compare({"a": constant}, seed=1, n_draws=3))
    assert found["r2"] is None
    assert found["coverage"] is None
    assert found["auroc_presence"] is None
