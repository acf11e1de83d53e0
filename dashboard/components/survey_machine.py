"""Photos that lie on this machine already: choose a folder or archive, take it in."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import CleanupError
from dashboard import services, survey_data
from dashboard.components.page import error_panel
from dashboard.components.survey_footprint import FootprintChoice, footprint_choice
from dashboard.components.survey_words import counted
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from core.surveys import BatchPlace

__all__ = ["count_choice", "machine_step"]

#: Set aside until the page can show the survey that this visit began.
_NAME = StateKey[str]("surveys", "machine_name", "")


def machine_step(started: StateKey[str]) -> None:
    """Draw the choice of a folder, what is known of its photos, and the button."""
    places = survey_data.places()
    if not places:
        folders = ", ".join(f"`{path}`" for path in survey_data.allowed_folders())
        st.info(
            f"No photos there yet. Copy a folder of photos or a zip archive into "
            f"{folders}, then reload this page.",
            icon=":material/folder_off:",
        )
        return
    place = st.selectbox(
        "Folder or archive on this machine",
        places,
        format_func=_place_label,
        key="surveys_place",
        help="Photos are read where they lie and copied into the store. Links are not "
        "followed. GYRE_PHOTO_FOLDERS names the folders offered here.",
    )
    name = st.text_input(
        "Survey name",
        key=_NAME.key,
        max_chars=100,
        placeholder="For example: North leg, 3 June, drone",
        help="Photos added under a known name join that survey.",
    )
    count_objects = count_choice(name)
    day = st.date_input(
        "Day of photos without a time of their own (UTC)",
        value=None,
        max_value="today",
        key="surveys_machine_day",
        help="Noon UTC of that day is used. A photo without a time waits and does not "
        "count.",
    )
    footprint = footprint_choice((), is_unseen=True)
    if st.button(
        "Take photos in",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not name.strip(),
        help=None if name.strip() else "Give the survey a name first.",
    ):
        noon = datetime.combine(day, time(12), tzinfo=UTC) if day else None
        _start(place, name, footprint, noon, count_objects, started)


def count_choice(name: str) -> bool | None:
    """Ask whether objects count; None if the survey of that name settled it."""
    way = survey_data.counts_objects(name)
    if way is not None:
        what = "each object found" if way else "each photo once"
        st.caption(f"This survey counts {what}; photos added to it count alike.")
        return None
    has_detector = survey_data.has_detector()
    is_on = st.toggle(
        "Count each object",
        key="surveys_count_objects",
        disabled=not has_detector,
        help="Each box above the detector's threshold counts as one item of its "
        "category; a photo without boxes counts as the classifier says. Boxes are "
        "kept for review either way. How far counts can be trusted differs from scene "
        "to scene: look at the boxes of some photos before a total is used."
        if has_detector
        else "No detector is deployed; each photo counts once.",
    )
    return bool(is_on and has_detector)


def _place_label(place: "BatchPlace") -> str:
    what = counted(place.n_files, "file") if place.n_files else "archive"
    return f"{place.label} ({what})"


def _start(
    place: "BatchPlace",
    name: str,
    footprint: FootprintChoice,
    taken_on: datetime | None,
    count_objects: bool | None,
    started: StateKey[str],
) -> None:
    from core.surveys import allowed_place, start_folder

    options: dict[str, Any] = {
        "footprint_km2": footprint.area_km2,
        "camera_tilt_deg": footprint.camera_tilt_deg,
        "taken_on": taken_on,
        "count_objects": count_objects,
    }
    try:
        path, root = allowed_place(place.path, survey_data.allowed_folders())
        start_folder(
            services.store(),
            survey_data.runner(),
            name,
            path,
            within=root,
            actor=actor(),
            **options,
        )
    except CleanupError as error:
        error_panel(error, kept="Nothing was taken in.")
        return
    started.set(name.strip())
    st.rerun()
