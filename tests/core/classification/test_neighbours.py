import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.classification.neighbours import nearest
from core.errors import InputError


def rows(n, width=24, seed=0):
    return np.random.default_rng(seed).normal(size=(n, width)).astype(np.float16)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 300), k=st.integers(1, 12))
def test_the_same_photos_are_found_as_by_sorting_every_cosine(seed, n, k):
    features = rows(n, seed=seed)
    query = rows(1, seed=seed + 1)[0]
    wide = features.astype(np.float64)
    cosines = wide @ query.astype(np.float64)
    cosines /= np.linalg.norm(wide, axis=1) * np.linalg.norm(query.astype(np.float64))
    index, similarity = nearest(query, features, k)
    assert len(index) == min(n, k)
    np.testing.assert_allclose(similarity, np.sort(cosines)[::-1][:k], atol=1e-5)
    np.testing.assert_allclose(cosines[index], similarity, atol=1e-5)


def test_length_does_not_count_and_equals_come_in_their_order():
    features = np.array([[0, 1], [5, 0], [1, 0], [-1, 0], [2, 0]], dtype=np.float16)
    index, similarity = nearest(np.array([3.0, 0.0]), features, 3)
    assert index.tolist() == [1, 2, 4]
    assert similarity.tolist() == [1.0, 1.0, 1.0]


def test_rows_without_a_direction_are_never_found():
    features = rows(6)
    features[1] = 0
    features[2, 3] = np.nan
    features[4, 0] = np.inf
    index, similarity = nearest(features[0], features, 6)
    assert sorted(index.tolist()) == [0, 3, 5]
    assert np.isfinite(similarity).all()


def test_nothing_stored_finds_nothing():
    index, similarity = nearest(np.ones(8), np.zeros((0, 8), dtype=np.float16), 5)
    assert len(index) == len(similarity) == 0


@pytest.mark.parametrize(
    ("query", "features", "k"),
    [
        (np.ones(3), np.ones((2, 4)), 1),
        (np.ones((1, 4)), np.ones((2, 4)), 1),
        (np.ones(4), np.ones(4), 1),
        (np.ones(4), np.ones((2, 4)), 0),
        (np.zeros(4), np.ones((2, 4)), 1),
        (np.full(4, np.nan), np.ones((2, 4)), 1),
    ],
)
def test_what_cannot_be_compared_is_refused(query, features, k):
    with pytest.raises(InputError):
        nearest(query, features, k)


def test_a_hundred_thousand_photos_take_seconds_at_the_most():
    features = rows(1000, width=1280).repeat(100, axis=0)
    started = time.perf_counter()
    index, similarity = nearest(features[250], features, 10)
    assert time.perf_counter() - started < 5
    assert index.tolist() == list(range(200, 210))
    assert similarity[0] == pytest.approx(1, abs=1e-5)
