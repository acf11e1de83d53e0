"""Asks how much sea a photo shows: not known, one area, the flight, or each its own."""

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from dashboard.components.formats import number, share
from dashboard.components.page import error_panel
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.surveys import FileCheck, Footprints

__all__ = ["FootprintChoice", "footprint_choice"]

_UNKNOWN, _AREA = "Not known", "Area of one photo"
_FLIGHT, _CAMERA = "Flight height and lens", "Camera data"
#: Names of photos that lack something, shown before "and so many more".
_NAMED = 5
#: Overlap that is worth a word (assumption): the interval is 5 % too narrow.
_OVERLAP_WORTH_SAYING = 0.1


@dataclass(frozen=True)
class FootprintChoice:
    """One area for all photos, or a tilt if each tells its own; neither if unknown."""

    area_km2: float | None = None
    camera_tilt_deg: float | None = None


def footprint_choice(
    usable: "Sequence[FileCheck]", *, is_unseen: bool = False
) -> FootprintChoice:
    """Draw the choice and its inputs; say what follows from them.

    Photos that nobody has looked at yet are taken as 4 to 3 where it matters.
    """
    way = st.segmented_control(
        "Sea that one photo shows",
        [_UNKNOWN, _AREA, _FLIGHT, _CAMERA],
        default=_UNKNOWN,
        required=True,
        key="surveys_effort",
        help="Without it the map shows sightings, not items per km². Camera data: from "
        "the height and lens that each photo itself records. Photos without "
        "debris count as searched sea. Give each photo's full area, also where photos "
        "overlap: items in the overlap are counted in both.",
    )
    if way == _AREA:
        area = st.number_input(
            "Area (km²)", min_value=0.0, value=None, format="%.5f", key="surveys_area"
        )
        return FootprintChoice(float(area) if area else None)
    if way == _FLIGHT:
        return FootprintChoice(_of_flight(usable))
    if way == _CAMERA:
        return _of_unseen_cameras() if is_unseen else _of_cameras(usable)
    st.caption("Counted as sightings without effort.")
    return FootprintChoice()


def _tilt() -> float:
    return float(
        st.number_input(
            "Camera tilt (°)",
            min_value=0.0,
            max_value=89.0,
            value=0.0,
            step=1.0,
            format="%.0f",
            key="surveys_tilt",
            help="0 looks straight down. Photos with the horizon in view cannot be "
            "used for densities.",
        )
    )


def _of_flight(usable: "Sequence[FileCheck]") -> float | None:
    from core.surveys import footprint_km2

    left, middle, right = st.columns(3)
    height = left.number_input(
        "Height above sea (m)", min_value=0.0, value=None, key="surveys_height"
    )
    angle = middle.number_input(
        "Field of view (°)",
        min_value=0.0,
        max_value=120.0,
        value=None,
        key="surveys_angle",
        help="Along the longer side; 60 to 85 for common drones.",
    )
    with right:
        tilt = _tilt()
    if not height or not angle:
        return None
    sides = [sorted((c.width, c.height)) for c in usable if c.width and c.height]
    aspect = max((long / short for short, long in sides), default=4 / 3)
    try:
        area = footprint_km2(
            altitude_m=height, field_of_view_deg=angle, aspect=aspect, tilt_deg=tilt
        )
    except InputError as error:
        error_panel(error)
        return None
    how = "looking down" if not tilt else f"tilted by {tilt:g}°"
    st.caption(f"One photo shows {area * 1e6:,.0f} m² ({area:.5f} km²), {how}.")
    return area


def _of_unseen_cameras() -> FootprintChoice:
    tilt = _tilt()
    st.caption(
        "Each photo's own height and lens are used. One that lacks them counts as a "
        "sighting without effort, and its warnings say what it lacks."
    )
    return FootprintChoice(camera_tilt_deg=tilt)


def _of_cameras(usable: "Sequence[FileCheck]") -> FootprintChoice:
    from core.surveys import camera_footprints

    tilt = _tilt()
    found = camera_footprints(usable, tilt_deg=tilt)
    st.caption(_found_words(found, len(usable)))
    if found.lacking:
        st.warning(_lacking_words(found), icon=":material/straighten:")
    if found.overlap >= _OVERLAP_WORTH_SAYING:
        st.info(
            f"About {share(found.overlap)} of the area is shown by more than one "
            "photo. The density stays right, its interval comes out too narrow.",
            icon=":material/filter_none:",
        )
    return (
        FootprintChoice(camera_tilt_deg=tilt) if found.area_km2 else FootprintChoice()
    )


def _found_words(found: "Footprints", n: int) -> str:
    areas = list(found.area_km2.values())
    if not areas:
        return f"Height and lens are known for none of {counted(n, 'photo')}."
    each = number(median(areas) * 1e6, "m²")
    together = number(sum(areas), "km²")
    size = each if len(areas) == 1 else f"{each} each (median), {together} together"
    return (
        f"Height and lens are known for {len(areas):,} of {counted(n, 'photo')}: "
        f"{size}. GPS height is taken as height above the sea."
    )


def _lacking_words(found: "Footprints") -> str:
    named = list(found.lacking.items())
    words = "; ".join(f"{name}: {reason}" for name, reason in named[:_NAMED])
    more = len(named) - _NAMED
    rest = f"; and {more:,} more" if more > 0 else ""
    those = counted(
        len(named), "photo counts as a sighting", "photos count as sightings"
    )
    return f"{those} without effort. {words}{rest}"
