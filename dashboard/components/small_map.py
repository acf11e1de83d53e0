"""Frames for maps in a narrow column, so that nothing lies outside the picture."""

from math import cos, log2, radians

from dashboard.components._frame import MAX_LAT, MapFrame

__all__ = ["filled", "fitted"]

#: The width that `MapFrame.view` assumes of a map across the page.
_PAGE_WIDTH_PX = 1000
#: The scale bar lies at this share of a frame's height (see `_basemap`); its text
#: stands on it and ends this far above, with a little air.
_BAR_SHARE, _BAR_TEXT_PX = 0.06, 28


def filled(frame: MapFrame, *, width_px: int, height_px: int) -> MapFrame:
    """Grow a frame to the shape of its canvas, so that its labels stand at the edges.

    Draw it with ``draw_map(..., width_px=...)``.

    Parameters
    ----------
    frame : MapFrame
        What must be seen.
    width_px, height_px : int
        Size of the canvas, or its smallest.
    """
    stretch = cos(radians((frame.south + frame.north) / 2.0))
    wanted = width_px / height_px * frame.height / stretch
    if wanted > frame.width:
        side = (wanted - frame.width) / 2.0
        return MapFrame(
            round(frame.west - side, 3),
            frame.south,
            round(frame.east + side, 3),
            frame.north,
        )
    more = (frame.width * stretch * height_px / width_px - frame.height) / 2.0
    return MapFrame(
        frame.west,
        round(max(frame.south - more, -MAX_LAT), 3),
        frame.east,
        round(min(frame.north + more, MAX_LAT), 3),
    )


def fitted(frame: MapFrame, *, width_px: int, height_px: int) -> MapFrame:
    """Widen a frame that a narrow canvas would cut off; set its scale bar beneath.

    In a small map the scale bar is nearly as tall as a row of cells, so the frame
    grows to the south until the bar and its text lie below what must be seen.

    Parameters
    ----------
    frame : MapFrame
        What must be seen.
    width_px, height_px : int
        Smallest size that the canvas has.
    """
    frame = _with_room_below(frame, width_px=width_px, height_px=height_px)
    needed = log2(width_px * 360.0 / (512.0 * frame.width))
    chosen = frame.view(height_px=height_px, width_px=_PAGE_WIDTH_PX)["zoom"]
    if chosen <= needed:
        return frame
    grow = (2.0 ** (chosen - needed) - 1.0) * frame.width
    full = _PAGE_WIDTH_PX / width_px - 1.0
    # A whole share is needed only if the width was what bound the zoom.
    side = max(grow, full * frame.width) / 2.0
    return MapFrame(
        round(frame.west - side, 3),
        frame.south,
        round(frame.east + side, 3),
        frame.north,
    )


def _with_room_below(frame: MapFrame, *, width_px: int, height_px: int) -> MapFrame:
    grown = frame
    for _ in range(4):  # more room means a wider view, and that means more room
        zoom = grown.view(height_px=height_px, width_px=width_px)["zoom"]
        degrees_per_px = 360.0 * cos(radians(grown.south)) / (512.0 * 2.0**zoom)
        room = _BAR_TEXT_PX * degrees_per_px + _BAR_SHARE * grown.height
        south = round(max(frame.south - room, -MAX_LAT), 3)
        grown = MapFrame(frame.west, south, frame.east, frame.north)
    return grown
