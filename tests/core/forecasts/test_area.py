"""Rules of the box that debris can reach."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.coastline import is_on_land
from core.forecasts._area import Box, box_around, coast_of
from core.geo import normalise_lon


def seeds(*places: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(places, columns=["lat", "lon"])


@given(
    st.lists(
        st.tuples(st.floats(-89, 89), st.floats(-180, 179.999)), min_size=1, max_size=6
    ),
    st.integers(1, 240),
)
def test_a_box_holds_every_seed_with_its_reach(
    places: list[tuple[float, float]], hours: int
) -> None:
    """Three m/s is 0.097 degrees an hour; a box may go round the Earth or to a pole."""
    box = box_around(seeds(*places), hours=hours)
    reach = hours * 3600 * 3.0 / 111_195.0
    assert -180.0 <= box.west < 180.0
    assert box.west < box.east <= box.west + 360.0
    for lat, lon in places:
        assert max(-90.0, lat - reach) >= box.south - 1e-9
        assert min(90.0, lat + reach) <= box.north + 1e-9
        if box.east - box.west < 360.0:
            east_of_west = (lon - box.west) % 360.0
            assert reach - 1e-9 <= east_of_west <= box.east - box.west - reach + 1e-9


@pytest.mark.parametrize(
    ("lons", "west", "east"),
    [([179.0, -179.0], 178.0, 182.0), ([-158.0, -157.0], -159.5, -155.5)],
)
def test_the_short_way_round_is_taken(
    lons: list[float], west: float, east: float
) -> None:
    box = box_around(seeds(*[(0.0, lon) for lon in lons]), hours=1)
    assert box.west == pytest.approx(west, abs=0.51)
    assert box.east == pytest.approx(east, abs=0.51)


def test_a_box_across_180_is_written_with_west_above_east() -> None:
    assert Box(178.0, 0.0, 182.0, 1.0).wrapped() == (178.0, 0.0, -178.0, 1.0)
    assert Box(-180.0, 0.0, 180.0, 1.0).wrapped() == (-180.0, 0.0, 180.0, 1.0)


def test_coast_of_a_box_is_the_bundled_land() -> None:
    mask = coast_of(Box(-159.0, 21.0, -157.0, 22.0))
    assert 0.02 < mask.mask.mean() < 0.3
    assert float(normalise_lon(mask.x[0])) == pytest.approx(-159.0, abs=0.02)
    assert coast_of(Box(-180.0, -90.0, 180.0, 90.0)).mask.size <= 16_000_000


@pytest.mark.parametrize(
    "box",
    [
        Box(-10.0, 35.0, 0.0, 45.0),
        Box(170.0, -45.0, 185.0, -35.0),
        Box(-180.0, -90.0, 180.0, -60.0),
    ],
)
def test_pixels_are_land_where_their_middles_are(box: Box) -> None:
    """Against the test of single points, which does not know rows."""
    mask = coast_of(box)
    rows, columns = mask.mask.shape
    some = np.random.default_rng(1).integers(0, rows * columns, 20_000)
    lat, lon = mask.y[some // columns], normalise_lon(mask.x[some % columns])
    land = is_on_land(lat=lat, lon=lon)
    assert 0.01 < land.mean() < 0.99
    np.testing.assert_array_equal(mask.mask.ravel()[some], land)


def test_the_coast_of_a_seed_does_not_depend_on_seeds_far_away() -> None:
    near, wide = Box(-10.0, 42.0, -5.0, 45.0), Box(-60.0, 20.0, -5.0, 60.0)
    small, large = coast_of(near), coast_of(wide)
    rows, columns = small.mask.shape
    south = round((near.south - wide.south) / 0.02)
    west = round((near.west - wide.west) / 0.02)
    part = large.mask[south : south + rows, west : west + columns]
    np.testing.assert_array_equal(part, small.mask)
    assert 0.1 < small.mask.mean() < 0.9
