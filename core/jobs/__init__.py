"""Long work that outlives a browser tab: submit, follow, cancel, find again."""

from core.jobs.record import FINISHED, Job, JobState
from core.jobs.runner import JobContext, JobRunner, Work

__all__ = [
    "FINISHED",
    "Job",
    "JobContext",
    "JobRunner",
    "JobState",
    "Work",
]
