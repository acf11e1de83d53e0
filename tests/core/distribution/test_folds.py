import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.distribution.folds import (
    basin_folds,
    region_blocks,
    region_folds,
    time_folds,
)


@given(
    st.lists(
        st.tuples(st.floats(-90, 90), st.floats(-180, 179.99)), min_size=2, max_size=60
    ),
    st.integers(0, 5),
)
def test_no_block_is_trained_on_and_tested_on(places, seed):
    lat, lon = np.array(places).T
    blocks = region_blocks(lat, lon)
    folds = region_folds(blocks, seed=seed)
    tested = np.zeros(len(blocks), dtype=int)
    for fold in folds:
        assert not set(blocks[fold.train]) & set(blocks[fold.test])
        assert not (fold.train & fold.test).any()
        tested += fold.test
    if len(set(blocks.tolist())) > 1:
        assert (tested == 1).all()


def test_folds_are_of_about_one_size():
    blocks = np.repeat(np.arange(50), np.arange(1, 51))
    sizes = [int(fold.test.sum()) for fold in region_folds(blocks, seed=1)]
    assert max(sizes) - min(sizes) < 50


def test_the_same_seed_gives_the_same_folds():
    blocks = np.arange(40) % 17
    for one, two in zip(
        region_folds(blocks, seed=4), region_folds(blocks, seed=4), strict=True
    ):
        np.testing.assert_array_equal(one.test, two.test)


def test_a_basin_left_out_is_left_out_whole_and_small_ones_only_train():
    basins = np.repeat([1, 3, 8], [60, 50, 5])
    folds = basin_folds(basins)
    assert [set(basins[f.test].tolist()) for f in folds] == [{1}, {3}]
    assert all(8 in basins[f.train] for f in folds)


def test_no_later_row_is_trained_on():
    times = pd.Series(pd.date_range("1990-01-01", periods=400, freq="30D", tz="UTC"))
    folds = time_folds(times)
    assert folds
    for fold in folds:
        assert times[fold.train].max() < times[fold.test].min()
        assert times[fold.train].dt.year.max() < times[fold.test].dt.year.min()


def test_one_year_alone_cannot_be_cut():
    times = pd.Series(pd.date_range("1990-01-01", periods=20, freq="D", tz="UTC"))
    assert time_folds(times) == []


@pytest.mark.parametrize("n", [1, 2])
def test_a_single_block_leaves_nothing_to_test(n):
    assert region_folds(np.zeros(n, dtype=np.int64), seed=1) == []
