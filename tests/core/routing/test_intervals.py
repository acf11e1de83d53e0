"""Open hours, against masks of their minutes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.routing._intervals import (
    clip,
    daily,
    intersect,
    joined,
    measure_h,
    spans_of_margins,
    tidy,
)

MINUTES = 2000


@st.composite
def spans(draw):
    edges = draw(st.lists(st.integers(0, MINUTES), max_size=12, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return tuple((float(a), float(b)) for a, b in zip(edges[::2], edges[1::2]))  # noqa: B905


def mask(given_spans):
    minute = np.arange(MINUTES) + 0.5
    inside = np.zeros(MINUTES, dtype=bool)
    for begin, end in given_spans:
        inside |= (minute > begin) & (minute < end)
    return inside


@given(spans(), spans())
def test_hours_in_both_are_the_minutes_in_both(one, other):
    both = intersect(one, other)
    assert (mask(both) == (mask(one) & mask(other))).all()
    assert both == intersect(other, one)
    assert all(begin < end for begin, end in both)
    assert measure_h(both) == mask(both).sum()


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 1000)), max_size=8))
def test_joined_hours_are_the_minutes_in_any(pairs):
    made = joined((float(a), float(a + length)) for a, length in pairs)
    inside = np.zeros(MINUTES, dtype=bool)
    for begin, length in pairs:
        inside |= mask([(begin, begin + length)])
    assert (mask(made) == inside).all()
    assert all(a[1] < b[0] for a, b in pairwise(made))


def test_hours_of_the_day_repeat_and_cross_midnight():
    # Starts at 10:30; open 22:00 to 06:00.
    assert daily([(22.0, 30.0)], 10.5, 40.0) == ((11.5, 19.5), (35.5, 40.0))
    assert daily([(8.0, 12.0)], 10.5, 30.0) == ((0.0, 1.5), (21.5, 25.5))
    assert daily([(0.0, 24.0)], 3.0, 50.0) == ((0.0, 50.0),)


def test_hours_are_cut_to_the_plan():
    assert clip(((-5.0, -1.0), (-1.0, 3.0), (8.0, 12.0)), 10.0) == ((0, 3), (8, 10))


def test_short_openings_are_left_out_and_short_gaps_closed():
    assert tidy(((0.0, 1.001), (1.009, 2.0), (3.0, 3.05))) == ((0.0, 2.0),)


def test_a_margin_crosses_where_its_line_is_zero():
    hour = np.arange(5.0)
    margin = np.array([[1.0, -1.0, -1.0, 3.0, 1.0], [-1.0, -2.0, 0.0, 0.0, -4.0]])
    first, second = spans_of_margins(hour, margin)
    assert first == ((0.0, 0.5), (2.25, 4.0))
    assert second == ((2.0, 3.0),)


def test_beside_what_is_unknown_the_crossing_is_in_the_middle():
    hour = np.arange(4.0)
    (only,) = spans_of_margins(hour, np.array([[np.inf, -1.0, np.inf, np.inf]]))
    assert only == ((0.0, 0.5), (1.5, 3.0))


def test_always_and_never_need_no_crossing():
    always, never = spans_of_margins(
        np.arange(3.0), np.array([[1, 2, 0], [-1, -1, -1.0]])
    )
    assert always == ((0.0, 2.0),)
    assert never == ()
    assert measure_h(always) == pytest.approx(2.0)
