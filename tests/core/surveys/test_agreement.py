"""Rules of agreement; expected figures from a paper, by hand, or by brute force."""

from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.surveys.agreement import (
    independent_labels,
    label_agreement,
    open_disagreements,
)
from core.surveys.review import correct_label, undo_label
from tests.core.surveys.fakes import GREY, RED, photo_file
from tests.core.surveys.test_review import taken  # noqa: F401 - a fixture

LABELS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40
)


def labels_of(table):
    """Two lists of labels with this table of counts."""
    pairs = [
        (str(i), str(j))
        for i, row in enumerate(table)
        for j, n in enumerate(row)
        for _ in range(n)
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_the_example_of_cohen_and_of_fleiss():
    # 200 cases of Cohen (1960), table 1: kappa 0.492; its error by a brute-force
    # derivative of kappa after each share (the delta method), which knows no formula.
    table = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    found = label_agreement(*labels_of(table))
    assert found.kappa == pytest.approx(0.492, abs=0.0005)
    assert found.raw == pytest.approx(0.70)
    half = 1.959964 * by_derivatives(table)
    assert found.kappa_low == pytest.approx(found.kappa - half, abs=1e-4)
    assert found.kappa_high == pytest.approx(found.kappa + half, abs=1e-4)
    np.testing.assert_array_equal(found.table, table)


def kappa_of(shares):
    chance = shares.sum(axis=1) @ shares.sum(axis=0)
    return (np.trace(shares) - chance) / (1 - chance)


def by_derivatives(table):
    n = table.sum()
    shares = table / n
    step = 1e-6
    slopes = np.zeros(shares.shape)
    for index in np.ndindex(*shares.shape):
        up, down = shares.copy(), shares.copy()
        up[index] += step
        down[index] -= step
        slopes[index] = (kappa_of(up) - kappa_of(down)) / (2 * step)
    mean = (shares * slopes).sum()
    return sqrt((shares * (slopes - mean) ** 2).sum() / n)


@pytest.mark.parametrize("seed", range(5))
def test_the_error_is_that_of_the_delta_method(seed):
    table = np.random.default_rng(seed).integers(0, 30, (4, 4))
    found = label_agreement(*labels_of(table))
    half = 1.959964 * by_derivatives(table)
    assert found.kappa_high - found.kappa == pytest.approx(half, abs=1e-4)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(3)
    shares = np.array([[0.4, 0.05, 0.05], [0.1, 0.2, 0.02], [0.03, 0.05, 0.1]])
    true = kappa_of(shares)
    covered = 0
    for _ in range(400):
        found = label_agreement(
            *labels_of(rng.multinomial(120, shares.ravel()).reshape(3, 3))
        )
        covered += found.kappa_low <= true <= found.kappa_high
    assert 0.91 <= covered / 400 <= 0.98  # binomial spread of 400 runs around 0.95


def test_photos_that_all_agree_do_not_claim_certainty():
    found = label_agreement(["a", "b"] * 5, ["a", "b"] * 5)
    assert (found.kappa, found.kappa_high) == (1.0, 1.0)
    # Clopper-Pearson of 10 in 10 is 0.6915; chance agrees on a half.
    assert found.raw_low == pytest.approx(0.025 ** (1 / 10))
    assert found.kappa_low == pytest.approx((found.raw_low - 0.5) / 0.5)


def test_nothing_in_common_is_told():
    found = label_agreement([], [])
    assert found.n == 0
    assert isnan(found.kappa)
    assert isnan(found.raw)
    assert "no photo in common" in found.reason
    assert found.frame().empty


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (["a"] * 5, ["a"] * 5, "both used one category"),
        (["a"] * 5, ["b"] * 5, "both used one category"),
        (["a"] * 5, ["a", "a", "b", "a", "a"], "one of them used one category"),
    ],
)
def test_one_category_only_is_told_and_the_share_is_still_given(first, second, words):
    found = label_agreement(first, second)
    assert words in found.reason
    assert isnan(found.kappa)
    assert 0 <= found.raw_low <= found.raw <= found.raw_high <= 1


def test_labels_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="1 labels against 2"):
        label_agreement(["a"], ["a", "b"])


@settings(max_examples=60, deadline=None)
@given(pairs=LABELS)
def test_exchanging_the_two_people_changes_nothing(pairs):
    first, second = zip(*pairs, strict=True)
    one, other = label_agreement(first, second), label_agreement(second, first)
    assert one.n_agreed == other.n_agreed
    np.testing.assert_array_equal(one.table, other.table.T)
    np.testing.assert_allclose(
        [one.kappa, one.kappa_low, one.kappa_high],
        [other.kappa, other.kappa_low, other.kappa_high],
        atol=1e-9,
    )
    if not one.reason:
        assert -1 <= one.kappa_low <= one.kappa + 1e-12
        assert one.kappa - 1e-12 <= one.kappa_high <= 1


def test_only_decisions_made_apart_are_compared(store, taken):  # noqa: F811
    sha256 = taken(photo_file(GREY))
    correct_label(store, sha256, "wood", actor="ada")
    correct_label(store, sha256, "glass", actor="bob")  # saw that of ada
    assert independent_labels(store) == {"ada": {sha256: "wood"}}
    correct_label(store, sha256, "metal", actor="cy", blind=True)
    assert independent_labels(store, survey="June flight")["cy"] == {sha256: "metal"}
    assert independent_labels(store, survey="other") == {}
    undo_label(store, sha256, actor="bob")
    undo_label(store, sha256, actor="ada")
    # Made while ada's stood, which is gone now: it still was no first decision.
    correct_label(store, sha256, "rubber", actor="bob")
    assert set(independent_labels(store)) == {"cy"}


def test_a_disagreement_stays_open_until_somebody_who_sees_both_decides(
    store,
    taken,  # noqa: F811
):
    sha256, other = taken(photo_file(GREY)), taken(photo_file(RED, number=1), "b.jpg")
    correct_label(store, sha256, "wood", actor="ada")
    correct_label(store, other, "wood", actor="ada")
    assert open_disagreements(store, "June flight") == set()
    correct_label(store, sha256, "glass", actor="bob", blind=True)
    correct_label(store, other, "wood", actor="bob", blind=True)
    assert open_disagreements(store, "June flight") == {sha256}
    correct_label(store, sha256, "wood", actor="ada")  # stands by it, seeing both
    assert open_disagreements(store, "June flight") == set()
    assert independent_labels(store)["bob"] == {sha256: "glass", other: "wood"}
