"""Small maps in a narrow column: nothing lies outside the picture, doubts stand out."""

from collections.abc import Mapping, Sequence
from math import cos, log2, radians

import streamlit as st

from dashboard.components._frame import MAX_LAT, MapFrame
from dashboard.components.maps import draw_map
from dashboard.components.survey_words import counted
from dashboard.theme import MAP_COLOURS, theme_name

__all__ = ["filled", "fitted", "places_map", "spread_deg"]

#: The scale bar lies at this share of a frame's height (see `_basemap`); its text
#: stands on it and ends this far above, with a little air.
_BAR_SHARE, _BAR_TEXT_PX = 0.06, 28

#: The width that `MapFrame.view` assumes of a map across the page.
_PAGE_WIDTH_PX = 1000
#: Colour of a place in doubt: vermilion keeps 3:1 against sea and land in both themes.
_DOUBT = {"light": (188, 64, 0), "dark": (255, 138, 76)}
#: Part of the canvas that places take; the rim holds the ends of labels.
_PLACES_PX, _ACROSS_PX = (250, 250), (860, 370)
_RIM_PX = 50


def spread_deg(places: Mapping[str, Sequence[float]]) -> float:
    """Degrees of longitude that places span, the short way round; 0 for none."""
    if not places["lon"]:
        return 0.0
    return MapFrame.around(places["lat"], places["lon"], margin=0.0).width


def places_map(
    places: Mapping[str, Sequence[float]],
    *,
    key: str,
    what: str,
    across: bool = False,
) -> None:
    """Draw places on a small map; those in doubt are open rings, larger than the dots.

    Parameters
    ----------
    places : mapping of str to sequence
        Columns ``lat``, ``lon`` (degrees) and ``doubtful`` (bool).
    key : str
        Widget key.
    what : str
        One place, such as ``"place"``; for the legend and for who cannot see the map.
    across : bool
        Whether the map has the width of the page; for places all over the world.
    """
    import pydeck as pdk

    rows = list(zip(places["lat"], places["lon"], places["doubtful"], strict=True))
    shown = [row for row in rows if abs(row[0]) <= MAX_LAT]
    if not shown:
        st.info("No record has a position.", icon=":material/location_off:")
        return
    frame = MapFrame.around([r[0] for r in shown], [r[1] for r in shown])
    width, height = _ACROSS_PX if across else _PLACES_PX
    frame = _with_room_below(frame, width_px=width, height_px=height)
    frame = filled(frame, width_px=width, height_px=height)
    good = [_mark(frame, row) for row in shown if not row[2]]
    doubtful = [_mark(frame, row) for row in shown if row[2]]
    theme = theme_name()
    layers = [
        pdk.Layer(
            "ScatterplotLayer",
            good,
            id="good",
            get_position="at",
            get_fill_color=[*MAP_COLOURS[theme].text, 200],
            radius_min_pixels=3,
            radius_max_pixels=3,
            pickable=True,
        ),
        pdk.Layer(
            "ScatterplotLayer",
            doubtful,
            id="doubtful",
            get_position="at",
            filled=False,
            stroked=True,
            get_line_color=[*_DOUBT[theme], 255],
            line_width_min_pixels=2,
            line_width_max_pixels=2,
            radius_min_pixels=5,
            radius_max_pixels=5,
            pickable=True,
        ),
    ]
    words = f"{counted(len(good), what)} without a doubt, {len(doubtful):,} in doubt"
    alt = f"Map of {words}."
    canvas = height + _RIM_PX
    draw_map(layers, frame, key=key, alt=alt, height=canvas, width_px=width)
    doubts = f" ○ {len(doubtful):,} in doubt" if doubtful else ""
    st.caption(f"● {counted(len(good), what)}{doubts}")


def _mark(frame: MapFrame, row: tuple[float, float, float]) -> dict[str, object]:
    lat, lon, doubtful = row
    place = f"{abs(lat):.3f}° {'N' if lat >= 0 else 'S'}, "
    place += f"{abs(lon):.3f}° {'E' if lon >= 0 else 'W'}"
    tip = f"{place}, in doubt" if doubtful else place
    return {"at": [round(frame.place(lon), 4), round(lat, 4)], "tip": tip}


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
