"""Tiles against the map they cut up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density.map_filter import MapFilter
from core.density.map_index import MapIndex
from core.density.map_tiles import (
    MAX_TILE_CELLS,
    tile_box,
    tile_cells,
    tile_zoom_resolution,
)
from core.errors import InputError
from core.observations import make_observations
from tests.core.density.test_map_index import columns_of, few


def scattered(n, *, half_deg, lat=10.0, lon=179.9, seed=3):
    """Index of transects around a place."""
    rng = np.random.default_rng(seed)
    raw = pd.DataFrame(
        {
            "lat": lat + rng.uniform(-half_deg, half_deg, n),
            "lon": (lon + rng.uniform(-half_deg, half_deg, n) + 180.0) % 360.0 - 180.0,
            "observed_at": "2020-01-01T00:00Z",
            "category": "plastic",
            "count": rng.poisson(2.0, n),
            "effort_km2": rng.uniform(0.1, 1.0, n),
        }
    )
    return MapIndex(columns_of(make_observations(raw).accepted))


def test_one_tile_holds_the_mercator_square():
    # The square ends where its height equals its width: atan(sinh(pi)) = 85.0511 deg.
    box = tile_box(0, 0, 0)
    assert box == pytest.approx((-180.0, -85.0511, 180.0, 85.0511), abs=1e-4)


def test_tiles_are_counted_from_the_north_west():
    assert tile_box(1, 0, 0)[:2] == (-180.0, 0.0)
    assert tile_box(1, 1, 1)[2:] == (180.0, 0.0)


@pytest.mark.parametrize(
    "tile", [(-1, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, -1), (99, 0, 0)]
)
def test_a_tile_that_is_none_is_refused(tile):
    with pytest.raises(InputError, match="no tile"):
        tile_box(*tile)


def test_cells_grow_finer_with_the_zoom_and_end_at_the_stored_resolution():
    shown = [tile_zoom_resolution(zoom) for zoom in range(20)]
    assert shown == sorted(shown)
    assert shown[0] == 1
    assert shown[-1] == 9


@pytest.mark.parametrize("zoom", [2, 5, 7])
def test_the_tiles_of_a_zoom_hold_every_cell_once(zoom):
    index = scattered(300, half_deg=1.5)
    n = 2**zoom
    boxes = [(x, y) for x in range(n) for y in range(n)]
    near = [
        (x, y)
        for x, y in boxes
        if tile_box(zoom, x, y).south < 12.5
        and tile_box(zoom, x, y).north > 7.5
        and (tile_box(zoom, x, y).east > 177 or tile_box(zoom, x, y).west < -177)
    ]
    parts = [tile_cells(index, MapFilter(), zoom=zoom, x=x, y=y) for x, y in near]
    joined = pd.concat(parts).sort_values("h3", ignore_index=True)
    whole = index.cells(resolution=tile_zoom_resolution(zoom))
    pd.testing.assert_frame_equal(joined, whole)


@given(st.floats(-84, 84), st.integers(0, 12))
@settings(max_examples=25, deadline=None)
def test_a_tile_near_a_pole_holds_its_cells_whole(lat, zoom):
    index = scattered(40, half_deg=0.3, lat=lat, lon=5.0)
    whole = index.cells(resolution=tile_zoom_resolution(zoom)).set_index("h3")
    n = 2**zoom
    x = int((5.0 + 180.0) / 360.0 * n)
    for y in {int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * n)}:
        part = tile_cells(index, MapFilter(), zoom=zoom, x=x, y=y).set_index("h3")
        pd.testing.assert_frame_equal(part, whole.loc[part.index])


def test_a_crowded_tile_is_drawn_with_coarser_cells():
    index = scattered(6_000, half_deg=0.02, lat=0.02, lon=0.02)
    finest = index.cells(resolution=9)
    assert len(finest) <= MAX_TILE_CELLS  # at the equator the rule holds by itself
    coarser = tile_cells(index, MapFilter(), zoom=12, x=2048, y=2047, coarser=2)
    assert set(coarser["h3"]) <= set(index.cells(resolution=7)["h3"])


def test_a_tile_far_from_any_record_is_empty():
    index = MapIndex(columns_of(few()))
    assert tile_cells(index, MapFilter(), zoom=5, x=0, y=0).empty
