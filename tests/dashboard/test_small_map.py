"""A narrow map shows the whole frame, by the Mercator width of its zoom."""

from math import asinh, cos, degrees, radians, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.maps import MapFrame
from dashboard.components.small_map import filled, fitted


@given(width=st.floats(0.2, 60.0), height=st.floats(0.2, 40.0))
def test_the_whole_frame_fits_the_canvas(width, height):
    frame = MapFrame(-150.0, 0.0, -150.0 + width, height)
    zoom = fitted(frame, width_px=300, height_px=260).view(height_px=260)["zoom"]
    if zoom > 0.5:  # the widest view there is
        seen = 300 * 360.0 / (512.0 * 2.0**zoom)  # degrees across 300 px
        assert seen >= frame.width * 0.99


def test_a_frame_that_fits_only_grows_to_the_south():
    tall = MapFrame(-150.0, 10.0, -149.0, 14.0)
    grown = fitted(tall, width_px=300, height_px=260)
    assert (grown.west, grown.east, grown.north) == (tall.west, tall.east, tall.north)
    assert 8.5 < grown.south < tall.south


@given(
    south=st.floats(-60.0, 40.0),
    width=st.floats(0.2, 20.0),
    height=st.floats(0.2, 20.0),
)
def test_the_scale_bar_and_its_text_lie_below_what_must_be_seen(south, width, height):
    frame = MapFrame(-150.0, south, -150.0 + width, south + height)
    grown = fitted(frame, width_px=440, height_px=300)
    view = grown.view(height_px=300)
    px_per_degree = 512.0 * 2.0 ** view["zoom"] / 360.0
    bar = grown.south + 0.06 * grown.height
    # Pixels between two latitudes, by the Mercator integral; the text is 12 px high
    # and stands 8 px above the bar.
    between = degrees(asinh(tan(radians(south))) - asinh(tan(radians(bar))))
    assert between * px_per_degree >= 20.0


def test_room_below_ends_where_the_map_ends():
    polar = MapFrame(0.0, -85.0, 20.0, -80.0)
    assert fitted(polar, width_px=300, height_px=260).south == -85.0


@pytest.mark.parametrize("lat", [0.0, 60.0])
@pytest.mark.parametrize("shape", [(0.2, 3.0), (3.0, 0.2)])
def test_a_filled_frame_has_the_shape_of_its_canvas(lat, shape):
    width, height = shape
    frame = MapFrame(10.0, lat - height / 2, 10.0 + width, lat + height / 2)
    grown = filled(frame, width_px=400, height_px=300)
    assert grown.west <= frame.west
    assert grown.east >= frame.east
    assert grown.south <= frame.south
    assert grown.north >= frame.north
    # On the map a degree of longitude is as long as cos(lat) of one of latitude.
    across = grown.width * cos(radians(lat))
    assert across / grown.height == pytest.approx(400 / 300, rel=0.02)
