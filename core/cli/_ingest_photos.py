"""``ingest photos``: a folder or archive of photos into a survey, as a job."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, report_note
from core.errors import InputError, ModelError, NotFoundError

if TYPE_CHECKING:
    from core.jobs import Job, JobRunner
    from core.storage import Store

__all__ = ["ingest_photos"]

_LOOK_EVERY_S = 0.25
#: How often a log, which cannot be rewritten, gets a progress line.
_LOG_EVERY_S = 30.0


def ingest_photos(
    path: Annotated[
        Path, typer.Argument(help="Folder of photos, zip archive, or one photo.")
    ],
    survey: Annotated[str, typer.Option(help="Survey they join; made if it is new.")],
    count_objects: Annotated[
        bool | None,
        typer.Option(
            "--count-objects/--count-photos",
            help="Count each object the detector finds, or each photo once. Default: "
            "as the survey does; a new one counts photos.",
        ),
    ] = None,
    footprint_km2: Annotated[
        float | None, typer.Option(help="Sea that one photo shows, in km2.")
    ] = None,
    camera_tilt: Annotated[
        float | None,
        typer.Option(
            help="Take each photo's own height and lens, the camera tilted by so many "
            "degrees from straight down."
        ),
    ] = None,
    taken_on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="Time (UTC) of photos that have none of their own.",
        ),
    ] = None,
    boxes: Annotated[
        bool,
        typer.Option(help="Look for single objects, if a detector is deployed."),
    ] = True,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="Only the files that failed in the last such batch."
        ),
    ] = False,
    errors: Annotated[
        Path | None,
        typer.Option(help="Write file, reason and remedy of each failure as CSV."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take photos into a survey; a photo that is stored already is passed over.

    The batch is a job that the Surveys page shows. Ctrl+C stops it before the next
    photo and keeps what is done; the same command then goes on, as it does after a
    crash. Exit 3 if no photo could be used; every file that failed is named.
    """
    from core.config import load_settings
    from core.jobs import JobRunner
    from core.storage import open_store
    from core.surveys import SURVEY_JOB, errors_csv, start_folder, survey_work

    check_folder(errors)
    settings = load_settings()
    with open_store(
        settings.resolved_database_url, data_dir=settings.data_dir
    ) as store:
        from core.classification import load_classifier

        detector = partial(_detector, settings, wanted=bool(count_objects))
        work = survey_work(
            store,
            partial(load_classifier, settings=settings),
            detector if boxes or count_objects else None,
        )
        runner = JobRunner(store, kinds={SURVEY_JOB: work})
        try:
            if retry:
                job_id = _retried(store, runner, path, survey, settings.actor)
            else:
                job_id = start_folder(
                    store,
                    runner,
                    survey,
                    path,
                    actor=settings.actor,
                    footprint_km2=footprint_km2,
                    camera_tilt_deg=camera_tilt,
                    taken_on=taken_on and taken_on.replace(tzinfo=UTC),
                    count_objects=count_objects,
                )
            job = _followed(runner, job_id)
        finally:
            runner.close()
    if errors is not None:
        errors.write_bytes(errors_csv(job.result.get("errors", ())))
    _tell(job, as_json=as_json)


def _detector(settings: Any, *, wanted: bool) -> Any:
    """Load the detector; none is deployed in a fresh checkout, which is fine."""
    from core.detection import load_detector

    try:
        return load_detector(settings=settings)
    except NotFoundError:
        if wanted:
            raise
        return None


def _retried(
    store: "Store", runner: "JobRunner", path: Path, survey: str, actor: str
) -> str:
    from core.surveys import SURVEY_JOB, retry_failed

    here = str(path.resolve())
    for job in runner.listing(kind=SURVEY_JOB):
        source = job.params.get("source") or {}
        if (source.get("path"), job.params["survey"]) == (here, survey.strip()):
            return retry_failed(store, runner, job.job_id, actor=actor)
    raise NotFoundError(f"no batch of {path} in survey {survey!r} to retry")


def _followed(runner: "JobRunner", job_id: str) -> "Job":
    """Report progress until the job ends; the first signal cancels it in order."""
    is_terminal = sys.stderr.isatty()
    said_at = time.monotonic()
    with _noted_signals() as stop_asked:
        while not (job := runner.get(job_id)).is_finished:
            if stop_asked.is_set():
                stop_asked.clear()
                runner.cancel(job_id)
            if is_terminal:
                sys.stderr.write(f"\r\x1b[K{_line(job)}")
                sys.stderr.flush()
            elif time.monotonic() - said_at >= _LOG_EVERY_S:
                said_at = time.monotonic()
                report_note(_line(job))
            time.sleep(_LOOK_EVERY_S)
    if is_terminal:
        sys.stderr.write("\n")
    return job


@contextmanager
def _noted_signals() -> Iterator[threading.Event]:
    """Note the first signal; a second one ends the process at once."""
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    asked = threading.Event()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(*_: object) -> None:
        restore()
        asked.set()

    for number in before:
        signal.signal(number, stop)
    try:
        yield asked
    finally:
        restore()


def _line(job: "Job") -> str:
    said = f"{job.done:,} of {job.total:,} photos"
    left = job.result.get("seconds_left")
    return said if left is None else f"{said}, about {left / 60:.0f} min left"


def _tell(job: "Job", *, as_json: bool) -> None:
    """Print what became of the batch.

    Raises
    ------
    InputError
        If no photo could be used.
    ModelError
        If the batch failed as a whole.
    """
    result = {"job": job.job_id, "survey": job.params["survey"], **job.result}
    result["state"] = job.state.value
    if job.state.value == "failed":
        raise ModelError(f"the batch stopped: {job.message}; the same command goes on")
    told = (
        f"{result.get('n_new', 0):,} photos taken in, "
        f"{result.get('n_known', 0):,} known already, "
        f"{result.get('n_errors', 0):,} failed"
    )
    if job.state.value != "done":
        told += f"; {job.state.value} after {job.done:,} of {job.total:,}, all kept"
    lines = [told]
    lines += [
        f"{error['file']}: {error['reason']}. {error['remedy']}"
        for error in job.result.get("errors", ())
    ]
    emit(result, text="\n".join(_printable(line) for line in lines), as_json=as_json)
    is_empty = not (result.get("n_new") or result.get("n_known"))
    if job.state.value == "done" and is_empty:
        raise InputError("no photo of this batch could be used")


def _printable(line: str) -> str:
    shown = "".join(char if char.isprintable() else "\ufffd" for char in line)
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")
