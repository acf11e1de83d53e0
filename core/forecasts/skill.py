"""Skill reports: drifter tables taken in, scored as a job, and kept."""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.drift.skill.drifters import DrifterLimits, read_drifters
from core.drift.skill.report import evaluate_drifters
from core.drift.skill.scores import HORIZONS_H
from core.errors import CleanupError, InputError
from core.governance import record

if TYPE_CHECKING:
    from core.jobs import JobContext, Work
    from core.storage import Store

__all__ = ["SKILL_JOB", "add_skill_report", "skill_params", "skill_work"]

#: Kind of the job that scores a table of drifters.
SKILL_JOB = "skill"
_MAX_NAME = 80
_UNSAFE = re.compile(r"[^\w.\- ()]")


def add_skill_report(
    store: "Store",
    data: bytes,
    *,
    file_name: str,
    actor: str,
    horizons_h: Sequence[int] = HORIZONS_H,
    n_folds: int = 5,
    n_resamples: int = 1000,
    max_gap_h: float = DrifterLimits.max_gap_h,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Score a drifter table and keep the report with the file it came from.

    Parameters
    ----------
    store : Store
        Takes the file, the report and the audit record.
    data : bytes
        The table, as a file that :func:`core.drift.drifters.read_drifters` understands.
    file_name : str
        Its name; the ending says what it is.
    actor : str
        Who asks.
    max_gap_h : float
        Tracks are cut at longer gaps.
    horizons_h, n_folds, n_resamples, progress, cancelled
        As for :func:`core.drift.skill_report.evaluate_drifters`.

    Returns
    -------
    str
        The report's id; the same table scored the same way is kept once.

    Raises
    ------
    InputError
        If the table cannot be understood or scored, or the work was cancelled.
    """
    name = _safe_name(file_name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        table = read_drifters(path, limits=DrifterLimits(max_gap_h=max_gap_h))
    report = evaluate_drifters(
        table,
        horizons_h=horizons_h,
        n_folds=n_folds,
        n_resamples=n_resamples,
        progress=progress,
        cancelled=cancelled,
    )
    sha256 = store.files.put(data)
    report["source"]["sha256"] = sha256
    simulated = bool(report["source"]["simulated"])
    with store.transaction():
        report_id = store.skill_reports.add(
            report,
            name=name,
            source_sha256=sha256,
            simulated=simulated,
            created_by=actor,
        )
        record(
            store,
            "skill.evaluated",
            actor,
            f"skill:{report_id}",
            {"file": name, "source_sha256": sha256, "simulated": simulated},
        )
    return report_id


def skill_params(
    sha256: str,
    *,
    file_name: str,
    actor: str,
    horizons_h: Sequence[int] = HORIZONS_H,
    n_folds: int = 5,
    n_resamples: int = 1000,
    max_gap_h: float = DrifterLimits.max_gap_h,
) -> dict[str, Any]:
    """Parameters of a skill job, as JSON values; the file lies in ``store.files``."""
    return {
        "sha256": sha256,
        "file_name": _safe_name(file_name),
        "actor": actor,
        "horizons_h": [int(h) for h in horizons_h],
        "n_folds": int(n_folds),
        "n_resamples": int(n_resamples),
        "max_gap_h": float(max_gap_h),
    }


def skill_work(store: "Store") -> "Work":
    """Work of a skill job; its result is ``{"report_id": ...}``."""

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        try:
            report_id = add_skill_report(
                store,
                store.files.get(params["sha256"]),
                file_name=params["file_name"],
                actor=params["actor"],
                horizons_h=params["horizons_h"],
                n_folds=params["n_folds"],
                n_resamples=params["n_resamples"],
                max_gap_h=params["max_gap_h"],
                progress=lambda done, total: job.progress(done, total, "scoring"),
                cancelled=job.cancelled,
            )
        except CleanupError:
            if job.was_stopped:  # what was raised is the stop that was asked for
                return {}
            raise
        return {"report_id": report_id}

    return work


def _safe_name(file_name: str) -> str:
    """Last part of a file name, without what a path or a page could trip over."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    name = _UNSAFE.sub("_", last)[-_MAX_NAME:].strip(" .")
    if not name:
        raise InputError(f"file name {file_name[:80]!a} cannot be used")
    return name
