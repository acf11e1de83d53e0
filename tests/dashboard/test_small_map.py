"""A narrow map shows the whole frame, by the Mercator width of its zoom."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.maps import MapFrame
from dashboard.components.small_map import fitted


@given(width=st.floats(0.2, 60.0), height=st.floats(0.2, 40.0))
def test_the_whole_frame_fits_the_canvas(width, height):
    frame = MapFrame(-150.0, 0.0, -150.0 + width, height)
    zoom = fitted(frame, width_px=300, height_px=260).view(height_px=260)["zoom"]
    if zoom > 0.5:  # the widest view there is
        seen = 300 * 360.0 / (512.0 * 2.0**zoom)  # degrees across 300 px
        assert seen >= frame.width * 0.99


def test_a_frame_that_fits_is_left_alone():
    tall = MapFrame(-150.0, 10.0, -149.0, 14.0)
    assert fitted(tall, width_px=300, height_px=260) == tall
