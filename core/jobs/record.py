"""What the store keeps of a job."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["FINISHED", "Job", "JobState"]


class JobState(StrEnum):
    """Where a job stands.

    ``queued`` and ``running`` belong to a living process; ``interrupted`` means the
    process ended first, and the job can be resumed.
    """

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


#: States in which nothing works on the job any more.
FINISHED = frozenset(
    (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED)
)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as the store holds it.

    Attributes
    ----------
    job_id : str
        Random name.
    kind : str
        What work it is, such as ``survey``.
    params : dict
        JSON values the work needs; enough to resume it in another process.
    state : JobState
        Where it stands.
    done, total : int
        Items finished and items in all; ``total`` 0 while unknown.
    message : str
        What is being done, or why it ended.
    result : dict
        JSON values the work returned.
    actor : str
        Who asked for it.
    owner : str
        The process that works on it.
    cancel_requested : bool
        Somebody asked to stop.
    attempt : int
        1, and one more for each resume.
    created_at, started_at, updated_at, finished_at : datetime or None
        UTC.
    """

    job_id: str
    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    state: JobState = JobState.QUEUED
    done: int = 0
    total: int = 0
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    actor: str = ""
    owner: str = ""
    cancel_requested: bool = False
    attempt: int = 1
    created_at: datetime | None = None
    started_at: datetime | None = None
    updated_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing works on it any more."""
        return self.state in FINISHED

    @property
    def share_done(self) -> float:
        """Progress in [0, 1]; 0 while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0
