from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.detection.boxes import (
    Boxes,
    candidates,
    demote_second_categories,
    iou_matrix,
    overlap_matrix,
    suppress,
)


def boxes(*rows, is_cut=None):
    """Boxes from rows of left, top, right, bottom, label, score."""
    table = np.array(rows, dtype=np.float32).reshape(-1, 6)
    n = len(table)
    return Boxes(
        table[:, :4],
        table[:, 4].astype(np.intp),
        table[:, 5],
        np.zeros((n, 3), dtype=np.float32),
        np.zeros(n, dtype=bool) if is_cut is None else np.array(is_cut),
    )


def test_overlap_of_boxes_by_hand():
    one = np.array([[0.0, 0.0, 4.0, 2.0]])
    others = np.array(
        [
            [0.0, 0.0, 4.0, 2.0],  # the same
            [2.0, 0.0, 6.0, 2.0],  # half of each: 4 / 12
            [0.0, 0.0, 2.0, 1.0],  # inside: 2 / 8
            [4.0, 0.0, 5.0, 1.0],  # touches
            [1.0, 1.0, 1.0, 2.0],  # no area
        ]
    )
    np.testing.assert_allclose(iou_matrix(one, others)[0], [1, 1 / 3, 0.25, 0, 0])
    np.testing.assert_allclose(overlap_matrix(one, others)[0], [1, 0.5, 0.25, 0, 0])
    np.testing.assert_allclose(overlap_matrix(others, one)[:, 0], [1, 0.5, 1, 0, 0])


def test_the_likelier_of_two_boxes_of_one_category_stays():
    kept = suppress(
        boxes(
            (0, 0, 10, 10, 0, 0.4),
            (1, 0, 11, 10, 0, 0.9),
            (1, 0, 11, 10, 1, 0.5),
            (30, 0, 40, 10, 0, 0.2),
        ),
        iou=0.6,
    )
    assert kept.scores.tolist() == pytest.approx([0.9, 0.5, 0.2])
    assert kept.labels.tolist() == [0, 1, 0]


def test_a_suppressed_box_suppresses_none_itself():
    # The third overlaps only the second by more than 0.5, and the first beats that.
    kept = suppress(
        boxes((0, 0, 10, 10, 0, 0.9), (3, 0, 13, 10, 0, 0.8), (6, 0, 16, 10, 0, 0.7)),
        iou=0.5,
    )
    assert kept.corners[:, 0].tolist() == [0, 6]


def slow_suppression(rows, iou):
    """Keep boxes one by one, with the overlap worked out for single boxes."""
    left = sorted(rows, key=lambda row: -row[5])
    kept: list[Any] = []
    for row in left:
        for other in kept:
            wide = min(row[2], other[2]) - max(row[0], other[0])
            high = min(row[3], other[3]) - max(row[1], other[1])
            shared = max(wide, 0) * max(high, 0)
            areas = [(r[2] - r[0]) * (r[3] - r[1]) for r in (row, other)]
            if row[4] == other[4] and shared > iou * (sum(areas) - shared):
                break
        else:
            kept.append(row)
    return kept


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(0, 30), st.integers(1, 20),
            st.integers(1, 20), st.integers(0, 2),
        ),
        max_size=25,
        unique=True,
    ),
    st.randoms(),
)  # fmt: skip
def test_suppression_is_that_of_the_plain_loop(places, random):
    scores = random.sample(range(1, 1000), len(places))
    rows = [
        (x, y, x + w, y + h, label, score / 1000)
        for (x, y, w, h, label), score in zip(places, scores, strict=True)
    ]
    expected = slow_suppression(rows, 0.47)
    kept = suppress(boxes(*rows), iou=0.47)
    assert kept.corners.tolist() == [list(row[:4]) for row in expected]
    assert kept.labels.tolist() == [row[4] for row in expected]


def test_candidates_are_the_best_pairs_of_place_and_category():
    corners = np.array([[0, 0, 1, 1], [0, 0, 2, 2], [0, 0, 3, 3]], dtype=np.float32)
    scores = np.array([[0.1, 0.7], [0.9, 0.01], [0.3, 0.2]], dtype=np.float32)
    found = candidates(corners, scores, floor=0.05, max_boxes=3)
    assert found.scores.tolist() == pytest.approx([0.9, 0.7, 0.3])
    assert found.labels.tolist() == [0, 1, 0]
    assert found.corners[:, 2].tolist() == [2, 1, 3]
    np.testing.assert_array_equal(found.vectors, scores[[1, 0, 2]])
    assert len(candidates(corners, scores, floor=0.95, max_boxes=3)) == 0


def test_what_is_no_number_is_no_box():
    corners = np.array([[0, 0, np.nan, 1], [0, 0, 2, np.inf], [0, 0, 3, 3]], np.float32)
    scores = np.array([[0.9], [0.8], [np.nan]], dtype=np.float32)
    assert len(candidates(corners, scores, floor=0.0, max_boxes=9)) == 0


def test_a_second_category_of_one_object_ranks_behind():
    found = boxes(
        (0, 0, 10, 10, 0, 0.8), (0, 0, 10, 9, 1, 0.6), (50, 0, 60, 10, 1, 0.4)
    )
    lowered = demote_second_categories(found, iou=0.7, weight=0.5)
    assert lowered.scores.tolist() == pytest.approx([0.8, 0.4, 0.3])
    assert lowered.labels.tolist() == [0, 1, 1]
    dropped = demote_second_categories(found, iou=0.7, weight=0)
    assert dropped.scores.tolist() == pytest.approx([0.8, 0.4])
    same = demote_second_categories(found, iou=0.7, weight=1)
    assert same.scores.tolist() == found.scores.tolist()


def test_what_is_covered_covers_nothing():
    found = boxes(
        (0, 0, 10, 10, 0, 0.9), (2, 0, 12, 10, 1, 0.8), (4, 0, 14, 10, 2, 0.7)
    )
    assert demote_second_categories(found, iou=0.6, weight=0).labels.tolist() == [0, 2]
