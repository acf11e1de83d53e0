"""The survey as a job: files waiting in the store, work that can be resumed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import InputError, NotFoundError
from core.surveys.create import create_survey
from core.surveys.intake import take_in
from core.surveys.preflight import FileCheck, are_simulated

if TYPE_CHECKING:
    from core.classification import PhotoClassifier
    from core.jobs import JobContext, JobRunner, Work
    from core.storage import Store

__all__ = ["SURVEY_JOB", "start_survey", "survey_params", "survey_work"]

#: Kind of the job that takes a batch of photos in.
SURVEY_JOB = "survey"


def survey_params(
    survey: str,
    files: Sequence[tuple[str, str]],
    *,
    actor: str,
    footprint_km2: float | None = None,
    camera_tilt_deg: float | None = None,
    positions: Mapping[str, tuple[float, float]] | None = None,
    taken_on: datetime | None = None,
) -> dict[str, Any]:
    """Parameters of a survey job, as JSON values.

    Parameters
    ----------
    survey : str
        From `create_survey`.
    files : sequence of (name, sha256)
        The bytes are in ``store.files`` already, so the job outlives the upload.
    actor, footprint_km2, camera_tilt_deg, positions, taken_on
        As in `take_in`.

    Raises
    ------
    InputError
        If there is no file.
    """
    if not files:
        raise InputError("no file to take in: add photos first")
    return {
        "survey": survey,
        "files": [[name, sha256] for name, sha256 in files],
        "actor": actor,
        "footprint_km2": footprint_km2,
        "camera_tilt_deg": camera_tilt_deg,
        "positions": {key: list(place) for key, place in (positions or {}).items()},
        "taken_on": taken_on.isoformat() if taken_on else None,
    }


def start_survey(
    store: "Store",
    runner: "JobRunner",
    survey: str,
    checks: Sequence[FileCheck],
    *,
    actor: str,
    footprint_km2: float | None = None,
    camera_tilt_deg: float | None = None,
    positions: Mapping[str, tuple[float, float]] | None = None,
    taken_on: datetime | None = None,
) -> str:
    """Make a survey of checked files and run it as a job.

    Files that will not run are kept with their reasons right away; the bytes of the
    others must lie in ``store.files``. A survey of photos that say they are simulated
    is simulated.

    Parameters
    ----------
    store : Store
        Where the files wait and the results go.
    runner : JobRunner
        Knows `SURVEY_JOB`.
    survey : str
        Name of the survey, new or known.
    checks : sequence of FileCheck
        From `check_files`.
    actor, footprint_km2, camera_tilt_deg, positions, taken_on
        As in `take_in`.

    Returns
    -------
    str
        The job's id.

    Raises
    ------
    InputError
        If the name cannot be used, no file will run, or simulated and real photos
        would mix.
    """
    params = survey_params(
        survey.strip(),
        [(check.name, check.sha256) for check in checks if check.will_run],
        actor=actor,
        footprint_km2=footprint_km2,
        camera_tilt_deg=camera_tilt_deg,
        positions=positions,
        taken_on=taken_on,
    )
    simulated = are_simulated(checks)
    with store.transaction():
        create_survey(
            store, survey, actor=actor, started_at=taken_on, simulated=simulated
        )
        for check in checks:
            if not check.will_run:
                store.photos.refuse(
                    survey=survey.strip(),
                    name=check.name,
                    reason=check.problem,
                    sha256=check.sha256,
                    size_bytes=check.n_bytes,
                )
    return runner.submit(SURVEY_JOB, params, actor=actor)


def survey_work(
    store: "Store", load_classifier: Callable[[], "PhotoClassifier"]
) -> "Work":
    """Return the function that a job runner calls for `SURVEY_JOB`.

    Parameters
    ----------
    store : Store
        Where the files wait and the results go.
    load_classifier : callable
        Called when the job starts, so that a model that cannot be loaded fails the
        job with its reason and not the page.
    """

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        files = params["files"]
        job.progress(0, len(files), "loading the model")
        classifier = load_classifier()
        taken_on = params.get("taken_on")
        taken = take_in(
            store,
            classifier,
            params["survey"],
            _waiting_files(store, params["survey"], files),
            actor=params["actor"],
            footprint_km2=params.get("footprint_km2"),
            camera_tilt_deg=params.get("camera_tilt_deg"),
            positions={
                key: (float(lat), float(lon))
                for key, (lat, lon) in params.get("positions", {}).items()
            },
            taken_on=datetime.fromisoformat(taken_on) if taken_on else None,
            total=len(files),
            progress=job.progress,
            cancelled=job.cancelled,
        )
        return taken.to_dict()

    return work


def _waiting_files(
    store: "Store", survey: str, files: Iterable[Sequence[str]]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files one by one; one that is gone from the store is reported."""
    for name, sha256 in files:
        try:
            data = store.files.get(sha256)
        except NotFoundError:
            store.photos.refuse(
                survey=survey,
                name=name,
                reason="the uploaded file is no longer in the store; upload it again",
                sha256=sha256,
            )
            continue
        yield name, data
