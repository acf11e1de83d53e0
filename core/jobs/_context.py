"""What work sees of its job."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.jobs.record import JobState

if TYPE_CHECKING:
    from core.storage.jobs import Jobs

__all__ = ["ACTIVE", "JobContext", "now"]

#: Progress is written, and the cancel flag read, at most this often; each write is
#: one durable transaction of a few milliseconds.
_REPORT_EVERY_S = 0.25
#: States in which somebody works on a job, or soon will.
ACTIVE = (JobState.QUEUED.value, JobState.RUNNING.value)


def now() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)


class JobContext:
    """What work sees of its job: report progress, ask whether to stop."""

    def __init__(self, records: "Jobs", job_id: str, leaving: threading.Event) -> None:
        self.job_id = job_id
        self._records = records
        self._leaving = leaving
        #: Whether the work was told to stop (asked after its last item, it was not).
        self.was_stopped = False
        self._said_at = float("-inf")
        self._asked_at = float("-inf")
        self._last: dict[str, Any] = {}
        self._noted: dict[str, Any] | None = None

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Say how far the work is; cheap enough to call for every item."""
        self._last = {"done": done, "total": total, "message": message[:500]}
        if time.monotonic() - self._said_at >= _REPORT_EVERY_S:
            self.flush()

    def note(self, result: Mapping[str, Any]) -> None:
        """Say what the work has found so far; written with the next progress.

        It stays if the work fails or its process dies, and is replaced by what the
        work returns.
        """
        self._noted = dict(result)

    def flush(self) -> None:
        """Write the last progress now."""
        changes = dict(self._last)
        if self._noted is not None:
            changes["result"] = self._noted
        if changes:
            self._records.update(
                self.job_id, only_in=ACTIVE, **changes, updated_at=now()
            )
            self._last, self._noted = {}, None
        self._said_at = time.monotonic()

    def cancelled(self) -> bool:
        """Whether to stop before the next item."""
        if self._leaving.is_set():
            self.was_stopped = True
        elif time.monotonic() - self._asked_at >= _REPORT_EVERY_S:
            asked = bool(self._records.get(self.job_id)["cancel_requested"])
            self.was_stopped = self.was_stopped or asked
            self._asked_at = time.monotonic()
        return self.was_stopped
