"""Labels for training: what would be written, and the zip."""

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from dashboard import services
from dashboard.components.page import error_panel
from dashboard.components.survey_words import counted
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from core.mlops.feedback import Decided

__all__ = ["label_download", "zip_bytes"]

_METADATA = StateKey[bool]("surveys", "export_metadata", False)
#: A larger zip would not fit beside others in the server's memory (assumption).
_MOST_BYTES = 400_000_000


def label_download(survey: str) -> None:
    """Draw what of a survey is ready for training, and its download.

    Parameters
    ----------
    survey : str
        Name of the survey.
    """
    from core.mlops.feedback import decided_photos

    found = decided_photos(services.store(), survey=survey)
    if not found.photos:
        st.markdown(
            "Photos that people decided can be downloaded as training data: pictures "
            "in a folder a category, boxes as COCO and CSV. "
            f"{counted(found.n_undecided, 'photo waits', 'photos wait')} for a person."
        )
        return
    st.markdown(_words(found))
    whole = st.toggle(
        "Keep camera data and position in the pictures",
        key=_METADATA.key,
        help="Off: the pictures are written anew and say nothing of where they were "
        "taken. Leave it off for data that leave your organisation.",
    )
    size = sum(int(photo.photo["size_bytes"]) for photo in found.photos)
    if size > _MOST_BYTES:
        st.info(
            f"About {size / 1e6:,.0f} MB are too much for a download. On the machine "
            f"that serves Gyre: `python -m core models labels --survey NAME --out DIR`"
        )
        return
    try:
        st.download_button(
            "Download labels as zip",
            partial(zip_bytes, survey, actor(), keep_metadata=whole),
            file_name="labels.zip",
            mime="application/zip",
            key="surveys_labels",
            on_click="ignore",
            icon=":material/download:",
        )
    except CleanupError as error:
        error_panel(error)


def _words(found: "Decided") -> str:
    boxed = [photo for photo in found.photos if photo.boxes is not None]
    n_boxes = sum(len(photo.boxes or ()) for photo in boxed)
    boxes = (
        f"{len(boxed):,} with decided boxes ({counted(n_boxes, 'box', 'boxes')})"
        if boxed
        else "none with decided boxes yet"
    )
    left_out = []
    if found.n_undecided:
        waiting = counted(found.n_undecided, "photo that waits", "photos that wait")
        left_out.append(f"{waiting} for a person")
    if found.n_disputed:
        disputed = counted(found.n_disputed, "photo")
        left_out.append(f"{disputed} on which reviewers disagree")
    if found.n_contradicting:
        odd = counted(found.n_contradicting, "photo")
        left_out.append(f"the boxes of {odd}, which contradict the label")
    parts = [f"**{counted(len(found.photos), 'labelled photo')}**, {boxes}."]
    if left_out:
        parts.append(f"Left out: {'; '.join(left_out)}.")
    parts.append(
        "The zip holds the pictures in a folder a category with a manifest, boxes as "
        "COCO and CSV, and who decided when; `models prepare` reads it."
    )
    return " ".join(parts)


def zip_bytes(survey: str, who: str, *, keep_metadata: bool = False) -> bytes:
    """Return the zip of a survey's decided photos; the export is audited.

    Parameters
    ----------
    survey : str
        Name of the survey.
    who : str
        Who downloads it.
    keep_metadata : bool, default False
        Leave camera data and position in the pictures.
    """
    from core.mlops.feedback import labels_zip

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.zip"
        labels_zip(
            services.store(),
            path,
            survey=survey,
            keep_metadata=keep_metadata,
            actor=who,
        )
        return path.read_bytes()
