"""What the Surveys page asks the library for: jobs, photos, pictures, downloads."""

from collections.abc import Iterable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import ImageError, InputError, NotFoundError
from dashboard import services
from dashboard.components.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

    from core.classification import PhotoClassifier
    from core.detection import DebrisDetector
    from core.jobs import Job, JobRunner
    from core.surveys import BatchPlace, FileCheck, SurveySummary

__all__ = [
    "active_jobs",
    "allowed_folders",
    "check_and_keep",
    "counts_objects",
    "has_detector",
    "large_picture",
    "last_jobs",
    "past_jobs",
    "photos",
    "places",
    "refused",
    "results_csv",
    "runner",
    "summary",
    "survey_names",
    "thumbnail",
    "unpacked",
]

_LARGE_PX = 900
_CARD_PX = (480, 360)


def runner() -> "JobRunner":
    """Runner of jobs that knows how to take a survey in."""
    from core.surveys import SURVEY_JOB, survey_work

    made = services.job_runner()
    load = partial(_load_classifier, services.settings())
    find = partial(_load_detector, services.settings())
    made.register(SURVEY_JOB, survey_work(services.store(), load, find))
    return made


def _load_classifier(settings: Any) -> "PhotoClassifier":
    """Load anew for each job: its hash is compared with the manifest each time."""
    from core.classification import load_classifier

    return load_classifier(settings=settings)


def _load_detector(settings: Any) -> "DebrisDetector | None":
    """Load the detector; None if none is deployed."""
    from core.detection import load_detector

    try:
        return load_detector(settings=settings)
    except NotFoundError:
        return None


def has_detector() -> bool:
    """Whether a detector is deployed."""
    from core.classification import find_model
    from core.detection import DEFAULT_DETECTOR

    try:
        find_model(services.settings().models_dir, DEFAULT_DETECTOR)
    except NotFoundError:
        return False
    return True


def counts_objects(survey: str) -> bool | None:
    """Whether a survey counts objects; None if there is no such survey."""
    from core.surveys import counts_objects as is_counting

    try:
        return is_counting(services.store().surveys.get(survey.strip()))
    except NotFoundError:
        return None


def allowed_folders() -> "tuple[Path, ...]":
    """Folders that photos may be taken from."""
    return services.settings().allowed_photo_folders


def places() -> "list[BatchPlace]":
    """Folders and archives on this machine that can be chosen."""
    from core.surveys import batch_places

    return batch_places(allowed_folders())


def past_jobs(*, limit: int) -> "list[Job]":
    """Newest survey jobs that have ended."""
    from core.surveys import SURVEY_JOB

    jobs = runner().listing(kind=SURVEY_JOB, limit=limit)
    return [job for job in jobs if job.is_finished]


def active_jobs() -> "list[Job]":
    """Survey jobs that run or wait, newest first; cheap enough to ask each second."""
    from core.surveys import SURVEY_JOB

    return runner().listing(kind=SURVEY_JOB, active=True)


def last_jobs() -> "list[Job]":
    """Survey jobs that run or wait, and the last one that ended; newest first."""
    active = active_jobs()
    return active + past_jobs(limit=len(active) + 1)[:1]


def check_and_keep(
    files: Iterable[tuple[str, bytes]], *, seen: set[str]
) -> "Iterable[FileCheck]":
    """Check uploaded files and keep those that can be used, one by one."""
    from core.surveys import check_files, counted_in

    store = services.store()
    for name, data in files:
        item = [(name, data)]
        for check in check_files(
            item, counted_in=partial(counted_in, store), seen=seen
        ):
            if check.will_run:
                store.files.put(data)
            yield check


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file as it is, or the members of a zip archive one by one."""
    if not (name.lower().endswith(".zip") and data.startswith(b"PK")):
        yield name, data
        return
    from core.surveys import list_batch

    with NamedTemporaryFile(suffix=".zip") as archive:
        archive.write(data)
        archive.flush()
        try:
            photos = list_batch(Path(archive.name))
        except InputError:
            yield name, data  # checked as a file, it is refused with a reason
            return
        for photo in photos:
            try:
                yield photo.file, photo.load()
            except ImageError:
                yield photo.file, b""  # cannot be read; shown as empty


def survey_names() -> list[str]:
    """Surveys that hold photos or refused files, newest first."""
    return _survey_names(*_key())


@st.cache_data(show_spinner=False, max_entries=4, ttl=3600)
def _survey_names(url: str, data_dir: str, revision: tuple[float, ...]) -> list[str]:
    store = services.store()
    held = {photo["survey"] for photo in store.photos.listing()}
    held |= {file["survey"] for file in store.photos.refused()}
    return [row["name"] for row in store.surveys.listing() if row["name"] in held]


def photos(survey: str) -> "pd.DataFrame":
    """Photos of a survey, the most doubtful first; treat it as read-only."""
    return _photos(*_key(), survey)


@st.cache_data(show_spinner="Reading photos", max_entries=8, ttl=3600)
def _photos(
    url: str, data_dir: str, revision: tuple[float, ...], survey: str
) -> "pd.DataFrame":
    from core.surveys import survey_photos

    return survey_photos(services.store(), survey)


def summary(survey: str) -> "SurveySummary":
    """Figures of a survey."""
    from core.surveys import survey_summary

    return survey_summary(services.store(), survey, photos=photos(survey))


def refused(survey: str) -> list[dict[str, Any]]:
    """Files of a survey that could not be used, with their reasons."""
    return services.store().photos.refused(survey=survey)


def results_csv(survey: str) -> bytes:
    """Results of a survey as the table that ``classify`` writes."""
    return _results_csv(*_key(), survey)


@st.cache_data(show_spinner=False, max_entries=8, ttl=3600)
def _results_csv(
    url: str, data_dir: str, revision: tuple[float, ...], survey: str
) -> bytes:
    from core.surveys import survey_results

    return csv_bytes(survey_results(services.store(), survey))


def thumbnail(sha256: str) -> bytes | None:
    """Small picture on a card of 4 to 3, nothing cut off; None if its file is gone."""
    return _card(services.settings().resolved_database_url, sha256)


@st.cache_data(show_spinner=False, max_entries=512)
def _card(url: str, sha256: str) -> bytes | None:
    from PIL import Image, ImageOps

    try:
        data = services.store().files.get(sha256)
    except NotFoundError:
        return None
    with Image.open(BytesIO(data)) as picture:
        # Transparent margins fit the light and the dark theme.
        card = ImageOps.pad(picture.convert("RGBA"), _CARD_PX, color=(0, 0, 0, 0))
    out = BytesIO()
    card.save(out, "WEBP", quality=82)
    return out.getvalue()


def large_picture(sha256: str, name: str) -> bytes | None:
    """Picture for review, upright and without metadata; None if its file is gone."""
    return _large(services.settings().resolved_database_url, sha256, name)


@st.cache_data(show_spinner=False, max_entries=24)
def _large(url: str, sha256: str, name: str) -> bytes | None:
    from core.imagery import decode_for_prediction, thumbnail

    try:
        data = services.store().files.get(sha256)
    except NotFoundError:
        return None
    photo = decode_for_prediction(data, name=name, min_side_px=_LARGE_PX)
    return thumbnail(photo.pixels, side_px=_LARGE_PX)


def _key() -> tuple[str, str, tuple[float, ...]]:
    chosen = services.settings()
    return (
        chosen.resolved_database_url,
        str(chosen.data_dir),
        services.store_revision(),
    )
