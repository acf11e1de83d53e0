"""A plan on the map: legs with direction, numbered stops, drift, closed areas."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.geo import bearing_deg
from core.units import KM_PER_NAUTICAL_MILE
from dashboard.components.formats import interval, share
from dashboard.components.maps import MapFrame, draw_map
from dashboard.components.plan_closed import closed_layers
from dashboard.components.plan_stops import (
    Document,
    letter_of,
    plan_stops,
    vessel_colour,
)
from dashboard.components.small_map import fitted
from dashboard.theme import MAP_COLOURS, hex_to_rgb, theme_name

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = ["plan_map"]

_HEIGHT = 560
#: Labels nearer than this, as a share of the frame, would print over each other.
_CLOSE = 0.025
_ASIDE_PX = 13
#: Size of stop labels on a map across the page, and on a small one.
_LABEL_PX, _SMALL_PX = 13, 9


def plan_map(
    document: Document,
    *,
    key: str = "planner_map",
    height: int = _HEIGHT,
    width_px: int | None = None,
) -> None:
    """Draw a plan over the coastline, with its legend.

    Parameters
    ----------
    document : mapping
        The plan.
    key : str
        Widget key.
    height : int
        Height in pixels.
    width_px : int, optional
        Smallest width, for a map in a narrow column.
    """
    legs = list(_legs(document))
    stops = list(plan_stops(document))
    points = [point for leg in legs for point in leg["path"]]
    if not points:
        st.info("No vessel sails in this plan, so there is nothing to draw.")
        return
    frame = MapFrame.around([p[1] for p in points], [p[0] for p in points])
    if width_px is not None:
        frame = fitted(frame, width_px=width_px, height_px=height)
    st.html(_legend(document))
    draw_map(
        [
            *closed_layers(document.get("closed_areas", ()), frame),
            *_leg_layers(legs, frame),
            *_drift_layers(document, stops, frame),
            *_stop_layers(stops, frame, _LABEL_PX if width_px is None else _SMALL_PX),
        ],
        frame,
        key=key,
        height=height,
        alt=f"Map of {len(legs)} legs and {len(stops)} numbered stops. The table "
        "below lists every stop.",
    )


def _legend(document: Document) -> str:
    """Letter and colour of each vessel that sails; names are escaped."""
    marks = [
        f'<span style="color:{vessel_colour(i)}">&#9632;</span> '
        f"<b>{letter_of(i)}</b> {escape(vessel['name'])}"
        for i, vessel in enumerate(document["vessels"])
        if vessel["trips"]
    ]
    if document.get("drift"):
        marks.append("&#9675; position at the start, line to where it is met")
    if document.get("closed_areas"):
        marks.append('<span style="color:#787878">&#9638;</span> closed area')
    return " &emsp; ".join(marks)


def _legs(document: Document) -> Iterator[dict[str, Any]]:
    for i, vessel in enumerate(document["vessels"]):
        for number, trip in enumerate(vessel["trips"], start=1):
            for leg in trip["legs"]:
                nm = leg["distance_km"] / KM_PER_NAUTICAL_MILE
                yield {
                    "path": leg["path"],
                    "colour": list(hex_to_rgb(vessel_colour(i))),
                    "tip": f"{vessel['name']}, trip {number}\n{nm:.0f} nm "
                    f"({leg['distance_km']:.0f} km), {leg['hours']:.1f} h",
                }


def _leg_layers(legs: list[dict[str, Any]], frame: MapFrame) -> "list[pdk.Layer]":
    import pydeck as pdk

    drawn = [
        {**leg, "path": [[frame.place(lon), lat] for lon, lat in leg["path"]]}
        for leg in legs
    ]
    return [
        pdk.Layer(
            "PathLayer",
            drawn,
            id="planner-legs",
            get_path="path",
            get_color="colour",
            width_min_pixels=2.5,
            width_max_pixels=2.5,
            cap_rounded=True,
            joint_rounded=True,
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            [_arrow(leg) for leg in drawn],
            id="planner-arrows",
            get_text="label",
            get_color="colour",
            get_angle="angle",
            get_size=20,
            get_position="place",
            font_weight=700,
        ),
    ]


def _arrow(leg: dict[str, Any]) -> dict[str, Any]:
    """Arrow at the middle of a leg, turned along its course."""
    path = np.array(leg["path"])
    steps = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    k = int(np.clip(np.searchsorted(along, along[-1] / 2) - 1, 0, len(path) - 2))
    a, b = path[k], path[k + 1]
    course = bearing_deg(lat1=a[1], lon1=a[0], lat2=b[1], lon2=b[0])
    # The character points east; angles run counter-clockwise.
    return {
        "place": ((a + b) / 2).tolist(),
        "label": ">",
        "angle": 90.0 - course,
        "colour": leg["colour"],
    }


def _stop_layers(
    stops: list[dict[str, Any]], frame: MapFrame, size_px: int
) -> "list[pdk.Layer]":
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    marks = [
        {
            "place": [frame.place(stop["lon"]), stop["lat"]],
            "label": stop["label"],
            "aside": [0, 0],
            "colour": list(hex_to_rgb(vessel_colour(stop["vessel_index"]))),
            "tip": _tip(stop),
        }
        for stop in stops
    ]
    _set_aside(marks, frame)
    return [
        pdk.Layer(
            "TextLayer",
            marks,
            id="planner-stops",
            get_position="place",
            get_text="label",
            get_pixel_offset="aside",
            get_color=[255, 255, 255],
            get_size=size_px,
            font_weight=700,
            background=True,
            get_background_color="colour",
            background_padding=[6, 4],
            background_border_radius=10,
            get_border_color=list(colours.sea),
            get_border_width=1.5,
            pickable=True,
        ),
    ]


def _tip(stop: Mapping[str, Any]) -> str:
    low, high = stop["mass_kg_low"], stop["mass_kg_high"]
    lines = [
        f"{stop['label']} {stop['site']} ({stop['vessel']})",
        interval(stop["mass_kg"], low, high, "kg"),
        f"arrive {stop['arrive']}",
        f"leave {stop['leave']}",
    ]
    if stop.get("miss_chance") is not None:
        lines.append(f"chance to miss it {share(stop['miss_chance'])}")
    return "\n".join(lines)


def _set_aside(marks: list[dict[str, Any]], frame: MapFrame) -> None:
    """Stack labels of stops at one place instead of printing them over each other."""
    shown: list[tuple[float, float]] = []
    for mark in marks:
        x, y = mark["place"]
        n_near = sum(
            abs(x - a) < _CLOSE * frame.width and abs(y - b) < _CLOSE * frame.height
            for a, b in shown
        )
        # Down, up, farther down and so on, so that both stay near the place.
        side = (n_near + 1) // 2 * (1 if n_near % 2 else -1)
        mark["aside"] = [0, 2 * _ASIDE_PX * side]
        shown.append((x, y))


def _drift_layers(
    document: Document, stops: list[dict[str, Any]], frame: MapFrame
) -> "list[pdk.Layer]":
    """Line from where debris is at the start to where a vessel meets it."""
    import pydeck as pdk

    rows = (document.get("request") or {}).get("sites", [])
    begin = {row["site"]: (row["lat"], row["lon"]) for row in rows}
    drawn = [
        {
            "path": [
                [frame.place(begin[stop["site"]][1]), begin[stop["site"]][0]],
                [frame.place(stop["lon"]), stop["lat"]],
            ],
            "place": [frame.place(begin[stop["site"]][1]), begin[stop["site"]][0]],
        }
        for stop in stops
        if stop.get("drift_km") and stop["site"] in begin
    ]
    if not drawn:
        return []
    ink = list(MAP_COLOURS[theme_name()].text)
    return [
        pdk.Layer(
            "PathLayer",
            drawn,
            id="planner-drift",
            get_path="path",
            get_color=ink,
            width_min_pixels=1,
            width_max_pixels=1,
        ),
        pdk.Layer(
            "ScatterplotLayer",
            drawn,
            id="planner-origins",
            get_position="place",
            get_line_color=ink,
            stroked=True,
            filled=False,
            line_width_min_pixels=1.2,
            radius_min_pixels=4,
            radius_max_pixels=4,
        ),
    ]
