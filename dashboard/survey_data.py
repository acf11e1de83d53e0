"""What the Surveys page asks the library for: jobs, photos, pictures, downloads."""

from collections.abc import Iterable
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import NotFoundError
from dashboard import services
from dashboard.components.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

    from core.classification import PhotoClassifier
    from core.jobs import Job, JobRunner
    from core.surveys import FileCheck, SurveySummary

__all__ = [
    "check_and_keep",
    "large_picture",
    "last_jobs",
    "photos",
    "refused",
    "results_csv",
    "runner",
    "summary",
    "survey_names",
    "thumbnail",
]

_LARGE_PX = 900
_CARD_PX = (480, 360)


def runner() -> "JobRunner":
    """Runner of jobs that knows how to take a survey in."""
    from core.surveys import SURVEY_JOB, survey_work

    made = services.job_runner()
    load = partial(_load_classifier, services.settings())
    made.register(SURVEY_JOB, survey_work(services.store(), load))
    return made


def _load_classifier(settings: Any) -> "PhotoClassifier":
    """Load anew for each job: its hash is compared with the manifest each time."""
    from core.classification import load_classifier

    return load_classifier(settings=settings)


def last_jobs() -> "list[Job]":
    """Survey jobs that run or wait, and the last one that ended; newest first."""
    from core.surveys import SURVEY_JOB

    jobs = runner().listing(kind=SURVEY_JOB)
    ended = [job for job in jobs if job.is_finished][:1]
    return [job for job in jobs if not job.is_finished] + ended


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
