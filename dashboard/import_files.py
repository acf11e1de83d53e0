"""What the Import data page asks the library for: uploads, checks, imports, layouts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import streamlit as st

from core.errors import InputError, NotFoundError
from core.jobs import JobState
from dashboard import services
from dashboard.state import actor

if TYPE_CHECKING:
    from core.imports import FilePart, Inbox, Preview
    from core.jobs import Job, JobRunner
    from core.observations.importers import ColumnMapping, RawTable

__all__ = [
    "CheckedFile",
    "any_simulated",
    "can_be_opened",
    "check",
    "check_all",
    "drop",
    "hold",
    "imports",
    "jobs",
    "keep",
    "layout_titles",
    "raw_tables",
    "report_of",
    "runner",
    "save_layout",
    "turn",
    "waiting",
]

_SEEN_JOBS = 50


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """An upload and what is known of it.

    Attributes
    ----------
    part : FilePart
        The held file.
    shown : dict
        As ``core.imports.preview_document`` returns it; empty until it was checked.
    problem : str
        Why it cannot be read as it is; empty if it can.
    job_id : str
        Job that checks it, where it is large.
    preview : Preview, optional
        The check itself, where it was made in this visit.
    profile : str, optional
        Layout that the person chose.
    mapping : ColumnMapping, optional
        What the columns mean, if the person said so.
    """

    part: "FilePart"
    shown: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    job_id: str = ""
    preview: "Preview | None" = None
    profile: str | None = None
    mapping: "ColumnMapping | None" = None

    @property
    def key(self) -> str:
        """Tells it from the other files of the page."""
        return f"{self.part.sha256[:12]}-{self.part.name}"

    @property
    def is_checking(self) -> bool:
        """Whether its check is still running."""
        return not self.shown and not self.problem

    @property
    def report(self) -> Mapping[str, Any]:
        """Report of the check; empty until there is one."""
        return self.shown.get("report", {})


def _inbox() -> "Inbox":
    from core.imports import Inbox

    return Inbox(services.store().data_dir)


def hold(name: str, source: IO[bytes]) -> "FilePart":
    """Hold an upload until it is kept or given up.

    Raises
    ------
    InputError
        If it has no name.
    StorageError
        If it cannot be written.
    """
    inbox = _inbox()
    inbox.sweep()
    return inbox.put(name, source)


def drop(file: CheckedFile) -> None:
    """Let an upload go."""
    if file.job_id:
        runner().cancel(file.job_id)
    _inbox().drop(file.part)


def check_all(
    parts: "Sequence[FilePart]", *, beside: "Sequence[FilePart]" = ()
) -> list[CheckedFile]:
    """Check files that came together; one may be what another needs beside it."""
    near = [*parts, *beside]
    return [check(part, [other for other in near if other != part]) for part in parts]


def check(
    part: "FilePart",
    beside: "Sequence[FilePart]" = (),
    *,
    profile: str | None = None,
    mapping: "ColumnMapping | None" = None,
) -> CheckedFile:
    """Say what an import would bring; a large file is checked by a job."""
    from core.imports import check_file, is_large, preview_document

    told: dict[str, Any] = {"part": part, "profile": profile, "mapping": mapping}
    if is_large(part.path):
        return CheckedFile(
            **told, job_id=_submit(part, beside, profile, mapping, keep=False)
        )
    try:
        preview = check_file(
            part.path,
            profile=profile,
            mapping=mapping,
            beside=[other.path for other in beside],
            store=services.store(),
        )
    except (InputError, NotFoundError) as error:
        return CheckedFile(**told, problem=str(error))
    return CheckedFile(**told, shown=preview_document(preview), preview=preview)


def keep(file: CheckedFile) -> Mapping[str, Any]:
    """Keep the records of a checked file; empty while a job does so.

    Raises
    ------
    InputError
        If the file changed since it was checked.
    StorageError
        If it cannot be written.
    """
    from core.imports import keep as keep_records

    if file.preview is None:
        _submit(file.part, (), file.profile, file.mapping, keep=True)
        return {}
    told = keep_records(services.store(), file.preview, actor())
    _inbox().drop(file.part)
    return told


def _submit(
    part: "FilePart",
    beside: "Sequence[FilePart]",
    profile: str | None,
    mapping: "ColumnMapping | None",
    *,
    keep: bool,
) -> str:
    from core.imports import IMPORT_JOB, import_params

    params = import_params(
        part, actor=actor(), keep=keep, beside=beside, profile=profile, mapping=mapping
    )
    return runner().submit(IMPORT_JOB, params, actor=actor())


def runner() -> "JobRunner":
    """Runner of jobs that knows how to import."""
    from core.imports import IMPORT_JOB, import_work

    made = services.job_runner()
    made.register(IMPORT_JOB, import_work(services.store()))
    return made


def jobs() -> "list[Job]":
    """Return imports that run or wait as jobs, and ended ones; newest first."""
    from core.imports import IMPORT_JOB

    return runner().listing(kind=IMPORT_JOB)[:_SEEN_JOBS]


def waiting() -> list[CheckedFile]:
    """Large files that were checked by a job, in any visit, and still wait."""
    found: dict[tuple[str, str], CheckedFile] = {}
    settled: set[tuple[str, str]] = set()
    for job in jobs():
        file = job.params["file"]
        key = (file["sha256"], file["name"])
        if key in found or key in settled:
            continue
        if job.params["keep"] and job.state is not JobState.FAILED:
            settled.add(key)  # being kept, or kept
        elif (one := _of_job(job)) is not None:
            found[key] = one
    return list(found.values())


def _of_job(job: "Job") -> CheckedFile | None:
    from core.observations.importers import ColumnMapping

    file, document = job.params["file"], job.params["mapping"]
    try:
        part = _inbox().get(file["sha256"], file["name"])
    except NotFoundError:  # given up, or kept since
        return None
    ended = job.is_finished and job.state is not JobState.DONE
    return CheckedFile(
        part=part,
        shown=dict(job.result or {}) if job.state is JobState.DONE else {},
        problem=(job.message or job.state.value) if ended else "",
        job_id=job.job_id,
        profile=job.params["profile"],
        mapping=None if document is None else ColumnMapping.from_document(document),
    )


def raw_tables(part: "FilePart") -> "tuple[RawTable, ...]":
    """Tables of a held file as they stand; shared by all sessions, never changed.

    Raises
    ------
    ObservationError
        If the file cannot be read.
    """
    return _raw_tables(str(part.path), part.sha256)


def can_be_opened(part: "FilePart") -> bool:
    """Whether a file holds tables, whatever they mean."""
    try:
        raw_tables(part)
    except InputError:  # its words were shown with the check
        return False
    return True


@st.cache_resource(show_spinner="Opening the file", max_entries=2)
def _raw_tables(path: str, sha256: str) -> "tuple[RawTable, ...]":
    from core.observations.importers import open_tables

    return open_tables(path)


def layout_titles() -> dict[str, str]:
    """Return what each layout is called, by its name."""
    from core.imports import layout_titles as titles

    return titles(services.store())


def save_layout(name: str, mapping: "ColumnMapping") -> int:
    """Save a mapping as a layout; returns its version.

    Raises
    ------
    InputError
        If the name cannot be used.
    """
    from core.imports import save_layout as save

    return save(services.store(), name, mapping, actor())


def imports() -> list[dict[str, Any]]:
    """Return imported files, newest first, withdrawn ones too."""
    return services.store().imports.listing()


def report_of(row: Mapping[str, Any]) -> bytes:
    """Report of an import, as JSON.

    Raises
    ------
    NotFoundError
        If its file is gone.
    """
    return services.store().files.get(row["report_sha256"])


def turn(row: Mapping[str, Any]) -> dict[str, int]:
    """Withdraw an import, or bring a withdrawn one back; returns the rows changed."""
    from core.imports import restore, withdraw

    act = withdraw if row["active"] else restore
    return act(services.store(), row["import_id"], actor())


def any_simulated(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an import in use brought a survey that was made up."""
    named = {name for row in rows if row["active"] for name in row["surveys"]}
    found = services.store().surveys.listing() if named else []
    return any(row["simulated"] for row in found if row["name"] in named)
