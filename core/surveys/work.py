"""The survey as a job: files waiting somewhere, work that can be resumed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, ImageError, InputError, NotFoundError
from core.jobs import JobState
from core.surveys.batches import is_simulated_batch, list_batch
from core.surveys.create import create_survey
from core.surveys.intake import take_in
from core.surveys.judging import BatchPhoto
from core.surveys.preflight import FileCheck, are_simulated
from core.surveys.tally import Tally

if TYPE_CHECKING:
    from core.classification import PhotoClassifier
    from core.detection import DebrisDetector
    from core.jobs import Job, JobContext, JobRunner, Work
    from core.storage import Store

__all__ = [
    "SURVEY_JOB",
    "retry_failed",
    "start_folder",
    "start_survey",
    "stopped_twin",
    "survey_params",
    "survey_work",
]

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
    source: Mapping[str, Any] | None = None,
    left_out: Sequence[tuple[str, str]] = (),
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
    source : mapping, optional
        Where the photos lie instead: ``path``, and if links must not lead out of a
        folder ``within``.
    left_out : sequence of (name, reason)
        Files that were refused before the job began.

    Raises
    ------
    InputError
        If there is no file.
    """
    if not files and source is None:
        raise InputError("no file to take in: add photos first")
    params = {
        "survey": survey,
        "files": [[name, sha256] for name, sha256 in files],
        "actor": actor,
        "footprint_km2": footprint_km2,
        "camera_tilt_deg": camera_tilt_deg,
        "positions": {key: list(place) for key, place in (positions or {}).items()},
        "taken_on": taken_on.isoformat() if taken_on else None,
    }
    if source is not None:
        params["source"] = dict(source)
    if left_out:
        params["left_out"] = [[name, reason] for name, reason in left_out]
    return params


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
    count_objects: bool | None = None,
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
    count_objects : bool, optional
        As in `create_survey`.

    Returns
    -------
    str
        The job's id.

    Raises
    ------
    InputError
        If the name cannot be used, no file will run, simulated and real photos would
        mix, or the survey counts in the other way.
    """
    left_out = [check for check in checks if not check.will_run]
    params = survey_params(
        survey.strip(),
        [(check.name, check.sha256) for check in checks if check.will_run],
        actor=actor,
        footprint_km2=footprint_km2,
        camera_tilt_deg=camera_tilt_deg,
        positions=positions,
        taken_on=taken_on,
        left_out=[(check.name, check.problem) for check in left_out],
    )
    simulated = are_simulated(checks)
    with store.transaction():
        create_survey(
            store,
            survey,
            actor=actor,
            started_at=taken_on,
            simulated=simulated,
            count_objects=count_objects,
        )
        for check in left_out:
            store.photos.refuse(
                survey=survey.strip(),
                name=check.name,
                reason=check.problem,
                sha256=check.sha256,
                size_bytes=check.n_bytes,
            )
    return runner.submit(SURVEY_JOB, params, actor=actor)


def start_folder(
    store: "Store",
    runner: "JobRunner",
    survey: str,
    path: Path,
    *,
    actor: str,
    within: Path | None = None,
    footprint_km2: float | None = None,
    camera_tilt_deg: float | None = None,
    taken_on: datetime | None = None,
    count_objects: bool | None = None,
) -> str:
    """Take the photos of a folder or zip archive on this machine in, as a job.

    A job of the same batch that stopped is resumed; what it took in is not read into
    the store again.

    Parameters
    ----------
    store, runner, survey
        As in `start_survey`.
    path : Path
        Folder, zip archive or photo.
    within : Path, optional
        Folder that nothing may lead out of; links are then refused.
    actor, footprint_km2, camera_tilt_deg, taken_on
        As in `take_in`.
    count_objects : bool, optional
        As in `create_survey`.

    Returns
    -------
    str
        The job's id.

    Raises
    ------
    NotFoundError
        If there is no such folder or file.
    AccessError
        If it lies outside the folder it must be in.
    InputError
        If it holds no file, is being taken in already, or as in `start_survey`.
    """
    photos = list_batch(path, within=within)
    if not photos:
        raise InputError(f"no file in {path.name}: put photos there first")
    source = {"path": str(path.resolve())}
    if within is not None:
        source["within"] = str(within.resolve())
    params = survey_params(
        survey.strip(),
        (),
        actor=actor,
        footprint_km2=footprint_km2,
        camera_tilt_deg=camera_tilt_deg,
        taken_on=taken_on,
        source=source,
    )
    create_survey(
        store,
        survey,
        actor=actor,
        started_at=taken_on,
        simulated=is_simulated_batch(photos),
        count_objects=count_objects,
    )
    if (twin := stopped_twin(runner, params)) is not None:
        runner.resume(twin.job_id)
        return twin.job_id
    return runner.submit(SURVEY_JOB, params, actor=actor)


def stopped_twin(runner: "JobRunner", params: Mapping[str, Any]) -> "Job | None":
    """Find the newest job of the same batch, if it stopped before its end.

    Raises
    ------
    InputError
        If it runs or waits.
    """
    same = (job for job in runner.listing(kind=SURVEY_JOB) if job.params == params)
    job = next(same, None)
    if job is not None and not job.is_finished:
        raise InputError("this batch is being taken in already")
    return job if job is not None and job.state is not JobState.DONE else None


def retry_failed(
    store: "Store", runner: "JobRunner", job_id: str, *, actor: str
) -> str:
    """Try only those files of a batch again that failed and may succeed now.

    Parameters
    ----------
    store : Store
        Where the results go.
    runner : JobRunner
        Knows the job.
    job_id : str
        A job that has ended.
    actor : str
        Who asks.

    Returns
    -------
    str
        The new job's id.

    Raises
    ------
    NotFoundError
        If there is no such job.
    InputError
        If it still runs, or none of its files may succeed now.
    """
    job = runner.get(job_id)
    if not job.is_finished:
        raise InputError("the batch still runs; retry when it has ended")
    failed = [error for error in job.result.get("errors", ()) if error["may_retry"]]
    if not failed:
        raise InputError("no file of this batch may succeed if it is tried again")
    params: dict[str, Any] = {**job.params, "actor": actor, "retry_of": job_id}
    params.pop("left_out", None)
    if "source" in params:
        names = sorted({error["file"] for error in failed})
        params["source"] = {**params["source"], "only": names}
    else:
        again = {(error["file"], error["sha256"]) for error in failed}
        params["files"] = [f for f in params["files"] if tuple(f) in again]
    return runner.submit(SURVEY_JOB, params, actor=actor)


def survey_work(
    store: "Store",
    load_classifier: Callable[[], "PhotoClassifier"],
    load_detector: "Callable[[], DebrisDetector | None] | None" = None,
) -> "Work":
    """Return the function that a job runner calls for `SURVEY_JOB`.

    Parameters
    ----------
    store : Store
        Where the files wait and the results go.
    load_classifier, load_detector : callable
        Called when the job starts, so that a model that cannot be loaded fails the
        job with its reason and not the page. Without a detector no boxes are found.
    """

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        photos = _photos(store, params)
        left_out = params.get("left_out", ())
        tally = Tally(job, len(photos), is_upload="source" not in params)
        for name, reason in left_out:
            tally.leave_out(name, reason)
        job.progress(0, len(photos), "loading the model")
        classifier = load_classifier()
        detector = load_detector() if load_detector is not None else None
        taken_on = params.get("taken_on")
        taken = take_in(
            store,
            classifier,
            params["survey"],
            photos,
            actor=params["actor"],
            detector=detector,
            footprint_km2=params.get("footprint_km2"),
            camera_tilt_deg=params.get("camera_tilt_deg"),
            positions={
                key: (float(lat), float(lon))
                for key, (lat, lon) in params.get("positions", {}).items()
            },
            taken_on=datetime.fromisoformat(taken_on) if taken_on else None,
            total=len(photos),
            progress=tally.step,
            failed=tally.fail,
            cancelled=job.cancelled,
        )
        return tally.result() | taken.to_dict()

    return work


def _photos(store: "Store", params: Mapping[str, Any]) -> list[BatchPhoto]:
    """List the photos of a job, from where they lie."""
    source = params.get("source")
    if source is None:
        return [
            BatchPhoto(file=name, load=partial(_waiting, store, sha256), sha256=sha256)
            for name, sha256 in params["files"]
        ]
    within = source.get("within")
    try:
        return list_batch(
            Path(source["path"]),
            within=Path(within) if within else None,
            only=source.get("only"),
        )
    except (NotFoundError, AccessError) as error:
        raise InputError(f"the batch cannot be read any more: {error}") from error


def _waiting(store: "Store", sha256: str) -> bytes:
    try:
        return store.files.get(sha256)
    except NotFoundError as error:
        raise ImageError(
            "the uploaded file is no longer in the store; upload it again"
        ) from error
