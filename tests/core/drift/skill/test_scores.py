import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.drift.skill.scores import (
    STILL_KM,
    liu_weisberg,
    normalised_separation,
    path_length_km,
    separation_km,
)
from core.errors import InputError

#: One degree of a great circle of radius 6,371 km, by hand: 6371 * pi / 180.
DEGREE_KM = 111.19492664455873


def test_separation_of_one_degree_along_equator_and_meridian():
    apart = separation_km(lat=[0, 0], lon=[0, 0], true_lat=[0, 1], true_lon=[1, 0])
    assert apart == pytest.approx([DEGREE_KM, DEGREE_KM], rel=1e-12)


def test_separation_crosses_the_date_line_the_short_way():
    apart = separation_km(lat=0, lon=179.5, true_lat=0, true_lon=-179.5)
    assert apart == pytest.approx(DEGREE_KM, rel=1e-9)


def test_path_length_is_cumulative_and_starts_at_zero():
    lengths = path_length_km(lat=[0, 1, 1, 0], lon=[0, 0, 0, 0])
    assert lengths == pytest.approx([0, DEGREE_KM, DEGREE_KM, 2 * DEGREE_KM])


def test_score_of_a_case_computed_by_hand():
    # Truth goes 10 km an hour, l = 10, 20, 30; the forecast stays, d = 10, 20, 30 on
    # a straight way: s = 60 / 60 = 1, ss = 0. Half as far off: s = 0.5, ss = 0.5.
    path = np.array([10.0, 20.0, 30.0])
    assert normalised_separation(path, path) == pytest.approx(1.0)
    assert liu_weisberg(normalised_separation(path, path)) == pytest.approx(0.0)
    assert liu_weisberg(normalised_separation(path / 2, path)) == pytest.approx(0.5)


def test_the_sums_are_taken_before_the_quotient():
    # d = 0, 3 and l = 1, 2: s = 3/3 = 1; the mean of quotients would be 0.75.
    assert normalised_separation([0.0, 3.0], [1.0, 2.0]) == pytest.approx(1.0)


def test_floor_cuts_only_scores_below_zero():
    s = np.array([0.0, 0.4, 1.0, 2.5])
    assert liu_weisberg(s) == pytest.approx([1.0, 0.6, 0.0, 0.0])
    assert liu_weisberg(s, floor=False) == pytest.approx([1.0, 0.6, 0.0, -1.5])
    # Tolerance n = 2 of the definition: 1 - 2.5/2.
    assert liu_weisberg(s, tolerance=2.0, floor=False)[3] == pytest.approx(-0.25)


def test_a_truth_that_did_not_move_has_no_score():
    apart = np.array([[1.0, 2.0], [1.0, 2.0]])
    path = np.array([[0.0, 0.0], [0.5, 1.0]])
    s = normalised_separation(apart, path)
    assert np.isnan(s[0])
    assert s[1] == pytest.approx(2.0)
    assert np.isnan(liu_weisberg(s)[0])
    assert np.isnan(liu_weisberg(s, floor=False)[0])


def test_the_threshold_of_not_moving_is_the_length_at_the_end():
    below, above = STILL_KM * 0.99, STILL_KM * 1.01
    assert np.isnan(normalised_separation([0.0, 0.0], [0.0, below]))
    assert normalised_separation([0.0, 0.0], [0.0, above]) == 0.0
    assert np.isnan(normalised_separation([1.0], [0.0], still_km=0.0))


def test_shapes_that_differ_are_refused():
    with pytest.raises(InputError, match="same output times"):
        normalised_separation([1.0, 2.0], [1.0])
    with pytest.raises(InputError, match="same output times"):
        normalised_separation(np.empty((3, 0)), np.empty((3, 0)))
    with pytest.raises(InputError, match="not above zero"):
        liu_weisberg([0.5], tolerance=0.0)


legs = hnp.arrays(np.float64, (4, 6), elements=st.floats(0.1, 50))


@given(apart=legs, legs=legs, scale=st.floats(1.0, 50))
def test_score_does_not_depend_on_the_unit_of_length(apart, legs, scale):
    path = np.cumsum(legs, axis=1)
    one = normalised_separation(apart, path)
    assert normalised_separation(apart * scale, path * scale) == pytest.approx(one)


@given(apart=legs, legs=legs)
def test_floor_never_lowers_and_stays_within_zero_to_one(apart, legs):
    s = normalised_separation(apart, np.cumsum(legs, axis=1))
    with_floor, without = liu_weisberg(s), liu_weisberg(s, floor=False)
    assert np.all((with_floor >= without) & (with_floor >= 0) & (with_floor <= 1))
