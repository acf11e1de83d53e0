import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.detection.boxes import Boxes
from core.detection.tiles import (
    Tile,
    TilePlan,
    is_cut_by,
    merge_tiles,
    plan_tiles,
    weighted,
)
from core.errors import InputError


def boxes(*rows):
    """Boxes from rows of left, top, right, bottom, label, score, is_cut."""
    table = np.array(rows, dtype=np.float32).reshape(-1, 7)
    return Boxes(
        table[:, :4],
        table[:, 4].astype(np.intp),
        table[:, 5],
        np.zeros((len(table), 3), dtype=np.float32),
        table[:, 6].astype(bool),
    )


LEFT, RIGHT = Tile(0, 0, 100, 100), Tile(80, 0, 180, 100)


@given(
    st.integers(1, 6000),
    st.integers(1, 6000),
    st.integers(32, 640),
    st.integers(2, 40),
    st.sampled_from([0.0, 0.1, 0.2, 0.5]),
)
def test_tiles_cover_the_photo_within_the_bound(width, height, side, most, overlap):
    plan = TilePlan(max_tiles=most, overlap=overlap)
    tiles = plan_tiles(width, height, side, plan)
    if max(width, height) < 2 * side:
        assert tiles == []
    if not tiles:
        assert max(width, height) < 2 * side or most < 4
        return
    assert 1 < len(tiles) <= most
    for spans, length in (
        (sorted({(t.left, t.right) for t in tiles}), width),
        (sorted({(t.top, t.bottom) for t in tiles}), height),
    ):
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        size = spans[0][1] - spans[0][0]
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert end - start >= int(size * overlap) - 1
        assert {end - start for start, end in spans} == {size}
        assert size == length or size >= side


def test_a_photo_of_twelve_megapixels_has_twelve_tiles():
    tiles = plan_tiles(2000, 1500, 512, TilePlan())
    assert len(tiles) == 12
    assert 512 <= tiles[0].right <= 720


def test_no_tiles_where_the_plan_says_none():
    assert plan_tiles(4000, 3000, 64, TilePlan(max_tiles=0)) == []
    assert plan_tiles(4000, 3000, 64, TilePlan(from_sides=100)) == []


@pytest.mark.parametrize(
    "wrong", [{"overlap": 0.6}, {"max_tiles": -1}, {"from_sides": 0.5}, {"weight": 2}]
)
def test_plans_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        TilePlan(**wrong)


def test_a_box_is_cut_at_the_borders_inside_the_photo_only():
    corners = np.array(
        [[0, 0, 50, 50], [60, 20, 100, 40], [5, 50, 20, 100], [10, 10, 96, 90]],
        dtype=np.float32,
    )
    cut = is_cut_by(corners, LEFT, 180, 100, near=2.0)
    assert cut.tolist() == [False, True, False, False]


def test_an_object_seen_by_two_tiles_is_one():
    seen_twice = [
        (LEFT, boxes((82, 10, 97, 30, 0, 0.8, 0))),
        (RIGHT, boxes((82, 10, 98, 30, 0, 0.7, 0))),
    ]
    merged = merge_tiles(boxes(), seen_twice, iou=0.6)
    assert merged.scores.tolist() == pytest.approx([0.8])


def test_pieces_of_a_whole_object_go_to_it_with_their_score():
    merged = merge_tiles(
        boxes((40, 20, 140, 60, 0, 0.5, 0)),
        [
            (LEFT, boxes((40, 20, 100, 60, 0, 0.9, 1))),
            (RIGHT, boxes((80, 20, 140, 60, 1, 0.6, 1))),
        ],
        iou=0.6,
    )
    assert merged.corners.tolist() == [[40, 20, 140, 60]]
    assert merged.scores.tolist() == pytest.approx([0.9])


def test_a_faint_large_box_does_not_swallow_a_clear_piece():
    merged = merge_tiles(
        boxes((0, 0, 180, 100, 0, 0.05, 0)),
        [(LEFT, boxes((70, 20, 100, 50, 0, 0.9, 1))), (RIGHT, boxes())],
        iou=0.6,
    )
    assert merged.scores.tolist() == pytest.approx([0.9, 0.05])


def test_pieces_that_meet_in_the_overlap_are_joined():
    merged = merge_tiles(
        boxes(),
        [
            (LEFT, boxes((40, 20, 100, 60, 0, 0.7, 1))),
            (RIGHT, boxes((80, 21, 140, 60, 0, 0.8, 1))),
        ],
        iou=0.6,
    )
    assert merged.corners.tolist() == [[40, 20, 140, 60]]
    assert merged.scores.tolist() == pytest.approx([0.8])


@pytest.mark.parametrize(
    "other",
    [
        (80, 70, 140, 95, 0, 0.8, 1),  # elsewhere in the overlap
        (80, 20, 140, 60, 1, 0.8, 1),  # another category
    ],
)
def test_pieces_of_different_objects_stay_two(other):
    merged = merge_tiles(
        boxes(),
        [
            (LEFT, boxes((40, 20, 100, 60, 0, 0.7, 1))),
            (RIGHT, boxes(other)),
        ],
        iou=0.6,
    )
    assert len(merged) == 2


def test_an_object_over_three_tiles_is_one():
    third = Tile(160, 0, 260, 100)
    merged = merge_tiles(
        boxes(),
        [
            (LEFT, boxes((40, 20, 100, 60, 0, 0.7, 1))),
            (RIGHT, boxes((80, 20, 180, 60, 0, 0.6, 1))),
            (third, boxes((160, 20, 220, 60, 0, 0.5, 1))),
        ],
        iou=0.6,
    )
    assert merged.corners.tolist() == [[40, 20, 220, 60]]


def test_boxes_that_fill_their_tile_count_less():
    found = boxes(
        (0, 0, 40, 10, 0, 0.5, 0),  # up to 0.4 of the tile counts in full
        (0, 0, 60, 10, 0, 0.5, 0),  # half way from 0.4 to 0.8
        (0, 0, 80, 10, 0, 0.5, 1),  # nothing from 0.8
    )
    lowered = weighted(found, LEFT, weight=0.8, floor=0.02)
    assert lowered.scores.tolist() == pytest.approx([0.4, 0.2])


def test_nothing_found_anywhere_is_no_box():
    assert len(merge_tiles(boxes(), [(LEFT, boxes()), (RIGHT, boxes())], iou=0.5)) == 0
