"""Frames for maps in a narrow column, so that nothing lies outside the picture."""

from math import log2

from dashboard.components.maps import MapFrame

__all__ = ["fitted"]

#: The width that `MapFrame.view` assumes of a map across the page.
_PAGE_WIDTH_PX = 1000


def fitted(frame: MapFrame, *, width_px: int, height_px: int) -> MapFrame:
    """Widen a frame where a canvas narrower than the page would cut it off.

    Parameters
    ----------
    frame : MapFrame
        What must be seen.
    width_px, height_px : int
        Smallest size that the canvas has.
    """
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
