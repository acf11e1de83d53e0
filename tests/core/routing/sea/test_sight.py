"""Lines of sight against shapely, one segment at a time."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing.sea.sight import Sight


def boxes(rng, n):
    x, y = rng.uniform(-90, 90, (2, n))
    w, h = rng.uniform(0.05, 25, (2, n))
    turned = [
        shapely.affinity.rotate(shapely.box(*box), rng.uniform(0, 90))
        for box in zip(x, y, x + w, y + h, strict=True)
    ]
    return np.array(turned, dtype=object)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_segment_is_clear_where_it_meets_no_obstacle(seed, n_obstacles):
    rng = np.random.default_rng(seed)
    land = boxes(rng, n_obstacles)
    sight = Sight(land)
    at = rng.uniform(-130, 130, (60, 2))
    at = at[~sight.is_inside(at)]
    start, end = np.repeat(at, len(at), axis=0), np.tile(at, (len(at), 1))
    lines = shapely.linestrings(np.stack([start, end], axis=1))
    expected = ~shapely.intersects(lines[:, None], land[None, :]).any(axis=1)
    same = (start == end).all(axis=1)
    assert (sight.is_clear(start, end) == (expected | same)).all()
    wanted = np.ones((len(at), len(at)), dtype=bool)
    wanted[:, 0] = False
    sight.keep_clear(at, at, wanted)
    expected = (expected | same).reshape(len(at), len(at))
    expected[:, 0] = False
    assert (wanted == expected).all()


def test_without_obstacles_everything_is_clear():
    sight = Sight(np.empty(0, dtype=object))
    wanted = np.array([[True, False]])
    sight.keep_clear(np.zeros((1, 2)), np.ones((2, 2)), wanted)
    assert wanted.tolist() == [[True, False]]
    assert sight.is_clear(np.zeros((1, 2)), np.ones((1, 2))).all()
    assert not sight.is_inside(np.zeros((1, 2))).any()
