"""How far a batch is: pace, time left and errors, noted so that any visit sees them."""

import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.surveys.batch_errors import BatchError, error_of

if TYPE_CHECKING:
    from core.jobs import JobContext

__all__ = ["MAX_ERRORS", "Tally"]

#: Errors listed with a job; all of them stand among the survey's refused files.
MAX_ERRORS = 1_000
#: Steps and seconds from which the pace is taken (assumption: longer than one group
#: of photos takes to be written, short enough to follow a busy machine).
_STEPS, _LEAST_S = 200, 3.0
#: Noting many errors takes time, so it is done this often.
_NOTE_EVERY_S = 1.0


class Tally:
    """Follows a batch and notes with its job what it finds.

    Parameters
    ----------
    job : JobContext
        The job.
    total : int
        Files of the batch.
    is_upload : bool
        The bytes lie in the store, so a file that is broken stays so.
    """

    def __init__(self, job: "JobContext", total: int, *, is_upload: bool) -> None:
        self._job = job
        self._total = total
        self._is_upload = is_upload
        self._errors: list[dict[str, Any]] = []
        self._n_errors = 0
        self._steps: deque[tuple[float, int]] = deque(maxlen=_STEPS)
        self._noted_at = float("-inf")

    def leave_out(self, name: str, reason: str) -> None:
        """Add a file that was refused before the batch began."""
        self._add(replace(error_of(name, reason), may_retry=False))

    def fail(self, error: BatchError) -> None:
        """Add a file that could not be used."""
        if self._is_upload and error.may_retry:
            is_passing = "internal fault" in error.reason or "memory" in error.reason
            remedy = error.remedy.replace("retry", "upload it again")
            error = (
                error if is_passing else replace(error, may_retry=False, remedy=remedy)
            )
        self._add(error)

    def _add(self, error: BatchError) -> None:
        self._n_errors += 1
        if len(self._errors) < MAX_ERRORS:
            self._errors.append(error.to_dict())

    def step(self, done: int, total: int, name: str) -> None:
        """Tell of one more file."""
        now = time.monotonic()
        self._steps.append((now, done))
        if now - self._noted_at >= _NOTE_EVERY_S:
            self._noted_at = now
            self._job.note(self.result() | self._pace(total))
        self._job.progress(done, total, name)

    def _pace(self, total: int) -> dict[str, float]:
        """Photos a second of late, and the seconds left at that pace."""
        (began, first), (now, done) = self._steps[0], self._steps[-1]
        if now - began < _LEAST_S or done <= first:
            return {}
        pace = (done - first) / (now - began)
        return {
            "photos_per_s": round(pace, 2),
            "seconds_left": round(max(total - done, 0) / pace, 1),
        }

    def result(self) -> dict[str, Any]:
        """Return the errors so far, as JSON values."""
        return {"n_errors": self._n_errors, "errors": self._errors}
