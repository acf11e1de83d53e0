"""Large imports as jobs: checked or kept while the visitor does something else."""

import gzip
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.imports.checking import FilePart, Preview, check_file
from core.imports.inbox import Inbox
from core.imports.keeping import ImportCancelledError, keep
from core.imports.reports import by_reason, map_points, rare_first, report
from core.observations.importers.mapping import ColumnMapping
from core.storage import Store

if TYPE_CHECKING:
    from core.jobs import JobContext, Work

__all__ = [
    "IMPORT_JOB",
    "LARGE_ROWS",
    "import_params",
    "import_work",
    "is_large",
    "preview_document",
]

#: Kind of the job that checks or keeps a file.
IMPORT_JOB = "import"
#: From here on a check takes longer than a visitor likes to wait (some seconds).
LARGE_ROWS = 50_000
#: Assumption: a row of a packed format takes about this many bytes.
_ROW_BYTES = 60
#: Reasons in the result of a job; the report of a kept file holds all of them.
_MAX_REASONS = 1_000
_PIECE_BYTES = 1 << 20
_TEXT = (".csv", ".tsv", ".txt")


def is_large(path: Path) -> bool:
    """Whether a file has so many rows that its check should be a job.

    Counts lines of text, plain or gzipped, and asks Parquet; other formats are judged
    by their size.
    """
    name = path.name.lower()
    try:
        if name.endswith(".gz"):
            with gzip.open(path) as file:
                return _has_lines(file)
        if name.endswith(_TEXT):
            with path.open("rb") as file:
                return _has_lines(file)
        if name.endswith((".parquet", ".pq")):
            return bool(pq.read_metadata(path).num_rows > LARGE_ROWS)
    except (OSError, EOFError, zlib.error, pa.ArrowException):
        return False  # the check says at once what is wrong with it
    return path.stat().st_size > LARGE_ROWS * _ROW_BYTES


def _has_lines(file: Any) -> bool:
    n_lines = 0
    while n_lines <= LARGE_ROWS and (piece := file.read(_PIECE_BYTES)):
        n_lines += piece.count(b"\n")
    return n_lines > LARGE_ROWS


def import_params(
    file: FilePart,
    *,
    actor: str,
    keep: bool,
    beside: Sequence[FilePart] = (),
    profile: str | None = None,
    mapping: ColumnMapping | None = None,
) -> dict[str, Any]:
    """Parameters of an import job, as JSON values; the files lie in the inbox."""
    return {
        "file": {"name": file.name, "sha256": file.sha256},
        "beside": [{"name": c.name, "sha256": c.sha256} for c in beside],
        "profile": profile,
        "mapping": None if mapping is None else mapping.to_document(),
        "keep": keep,
        "actor": actor,
    }


def import_work(store: Store) -> "Work":
    """Work of an import job: check a file of the inbox and, if asked, keep it.

    It can be run again at any time: a file that was kept is found, one that was cut
    short left nothing that counts. The result is that of `preview_document`.
    """

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        inbox = Inbox(store.data_dir)
        file = inbox.get(**_named(params["file"]))
        beside = [inbox.get(**_named(one)) for one in params["beside"]]
        document = params["mapping"]
        job.progress(0, 0, f"reading {file.name}")
        job.flush()
        preview = check_file(
            file.path,
            profile=params["profile"],
            mapping=None if document is None else ColumnMapping.from_document(document),
            beside=[part.path for part in beside],
            store=store,
        )
        if not params["keep"] or job.cancelled():
            return preview_document(preview)
        try:
            told = keep(
                store,
                preview,
                params["actor"],
                progress=lambda done, total: job.progress(done, total, "writing rows"),
                cancelled=job.cancelled,
            )
        except ImportCancelledError:
            return {}
        inbox.drop(file)  # the others may be wanted for themselves
        return preview_document(preview, told)

    return work


def _named(given: Mapping[str, str]) -> dict[str, str]:
    return {"sha256": given["sha256"], "name": given["name"]}


def preview_document(
    preview: Preview, told: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what a page shows of a checked or kept file, as JSON values.

    Returns
    -------
    dict
        ``report`` with at most 1,000 reasons, doubts and repeats each, those of rare
        reasons first, their numbers in ``n_reasons``, ``n_doubts`` and
        ``n_repeated``, and ``n_doubted``, the records with a doubt; ``by_reason``
        (`core.imports.reports.by_reason`); ``points`` with columns ``lat``, ``lon`` and
        ``doubtful`` for a small map.
    """
    full = dict(told or report(preview))
    lists = ("reasons", "doubts", "repeated")
    short = {name: rare_first(full[name])[:_MAX_REASONS] for name in lists}
    numbers = {f"n_{name}": len(full[name]) for name in lists}
    numbers["n_doubted"] = len({doubt["row"] for doubt in full["doubts"]})
    points = map_points(preview)
    return {
        "report": {**full, **short, **numbers},
        "by_reason": by_reason(full),
        "points": {name: points[name].tolist() for name in points.columns},
    }
