"""Scores against scikit-learn and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

from core.errors import InputError
from core.mlops.evaluation import (
    auroc,
    bootstrap_interval,
    calibration_error_by_chance,
    confusion_matrix,
    expected_calibration_error,
    macro_f1,
    photo_scores,
    threshold_for_accuracy,
)

labels = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
    )
)


@given(labels)
def test_confusion_and_macro_f1_are_those_of_scikit_learn(pair):
    truth, predicted = (np.array(part) for part in pair)
    ours = confusion_matrix(truth, predicted, 4)
    np.testing.assert_array_equal(
        ours, sklearn_confusion(truth, predicted, labels=range(4))
    )
    expected = f1_score(
        truth, predicted, labels=np.unique(truth), average="macro", zero_division=0
    )
    assert macro_f1(ours) == pytest.approx(expected)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60
    ).filter(lambda rows: len({positive for _, positive in rows}) == 2)
)
def test_auroc_is_that_of_scikit_learn_with_ties(rows):
    score = np.array([value for value, _ in rows], dtype=float)
    positive = np.array([flag for _, flag in rows])
    assert auroc(score, positive) == pytest.approx(roc_auc_score(positive, score))


def test_auroc_of_one_class_cannot_be_told():
    assert np.isnan(auroc(np.array([0.1, 0.9]), np.array([True, True])))


def test_calibration_error_by_hand():
    # Two bins: 0.9 twice with one right (gap 0.4), 0.5 twice with both right (0.5).
    confidence = np.array([0.9, 0.9, 0.5, 0.5])
    right = np.array([True, False, True, True])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.45)


def test_a_forecaster_who_is_always_sure_and_right_has_no_calibration_error():
    assert expected_calibration_error(np.ones(5), np.ones(5, dtype=bool)) == 0


def test_the_threshold_is_the_lowest_that_reaches_the_target():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, False])
    assert threshold_for_accuracy(confidence, right, 0.75) == 0.6
    assert threshold_for_accuracy(confidence, right, 1.0) == 0.8
    assert threshold_for_accuracy(confidence, ~right, 1.0) == 1.0


def test_photos_of_equal_confidence_are_accepted_together():
    confidence = np.array([0.9, 0.7, 0.7])
    right = np.array([True, True, False])
    assert threshold_for_accuracy(confidence, right, 0.9) == 0.9


def test_the_interval_of_a_share_is_near_the_normal_one():
    right = np.arange(400) < 300
    found = bootstrap_interval(lambda i: float(right[i].mean()), 400, seed=1)
    half_width = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert found.low == pytest.approx(0.75 - half_width, abs=0.01)
    assert found.high == pytest.approx(0.75 + half_width, abs=0.01)


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(0).normal(size=50)
    first, second = (
        bootstrap_interval(lambda i: float(values[i].mean()), 50, seed=3)
        for _ in range(2)
    )
    assert first == second


def scored(n=200, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    logits = rng.normal(size=(n, 3)) + 2 * np.eye(3)[truth]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    sources = ["boat" if k % 2 else "beach" for k in range(n)]
    return shares, truth, sources


def test_scores_have_the_form_of_the_contract_and_agree_with_scikit_learn():
    shares, truth, sources = scored()
    codes = ("clean", "metal", "wood")
    out = photo_scores(
        shares, truth, sources, codes, ("metal", "wood"), n_resamples=200
    )
    predicted = shares.argmax(axis=1)
    assert out["n"] == 200
    assert out["accuracy"] == pytest.approx((predicted == truth).mean(), abs=1e-4)
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted)
    for k, code in enumerate(codes):
        entry = out["per_category"][code]
        assert entry["precision"] == pytest.approx(precision[k], abs=1e-4)
        assert entry["recall"] == pytest.approx(recall[k], abs=1e-4)
        assert entry["f1"] == pytest.approx(f1[k], abs=1e-4)
        assert entry["support"] == support[k]
    expected = roc_auc_score(truth > 0, shares[:, 1:].sum(axis=1))
    assert out["auroc_debris"] == pytest.approx(expected, abs=1e-4)
    assert {name: entry["n"] for name, entry in out["per_source"].items()} == {
        "beach": 100,
        "boat": 100,
    }
    for name in ("accuracy", "macro_f1", "auroc_debris"):
        low, high = out["intervals"][name]
        assert low < out[name] < high
    assert np.sum(out["confusion"]["counts"]) == 200


def test_what_the_photos_cannot_tell_is_none_and_never_nan():
    out = photo_scores(
        np.array([[0.2, 0.8]]), np.array([1]), ["s"], ("clean", "metal"), ("metal",),
        n_resamples=100,
    )  # fmt: skip
    assert out["auroc_debris"] is None
    assert out["intervals"]["auroc_debris"] == [None, None]
    assert out["per_category"]["clean"]["f1_interval"] == [None, None]


def test_nothing_to_score_is_refused():
    with pytest.raises(InputError):
        photo_scores(np.empty((0, 2)), np.array([], dtype=int), [], ("a", "b"), ("a",))


def test_few_photos_miss_by_chance_what_many_would_not():
    rng = np.random.default_rng(0)
    few = calibration_error_by_chance(rng.uniform(0.3, 1, 400))
    many = calibration_error_by_chance(rng.uniform(0.3, 1, 40_000))
    assert 0.03 < few < 0.08
    assert many == pytest.approx(few / 10, rel=0.3)
    assert calibration_error_by_chance(np.ones(50)) == 0.0
