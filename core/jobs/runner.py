"""Runs jobs on threads of this process and keeps their state in the store.

The store is the truth: any process, any later visit sees the same job. Work is a
function that is idempotent item by item, so a job whose process died is simply run
again and skips what is already there.
"""

import atexit
import json
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from core.errors import CleanupError, InputError, StorageError
from core.jobs._context import ACTIVE, JobContext, now
from core.jobs._process import ProcessMark, is_alive
from core.jobs.record import FINISHED, Job, JobState

if TYPE_CHECKING:
    from core.storage import Store
    from core.storage.jobs import Jobs

__all__ = ["JobContext", "JobRunner", "Work"]

_LOG = logging.getLogger(__name__)

#: How long leaving the process waits for work to notice it (assumption: longer than
#: one item takes).
_EXIT_WAIT_S = 5.0

#: ``work(params, job)`` returns what the job found, as JSON values.
Work: TypeAlias = Callable[[Mapping[str, Any], "JobContext"], Mapping[str, Any] | None]


class JobRunner:
    """Submits, runs, cancels and finds jobs; one for each process.

    Parameters
    ----------
    store : Store or Jobs
        Where jobs are kept: the store, or only its jobs.
    kinds : mapping of str to Work, optional
        What can be run, and therefore resumed, by name.
    n_threads : int, default 1
        Jobs at the same time; prediction already uses every core.
    lock_dir : Path, optional
        Folder for process marks, shared by all processes that use the store;
        ``locks`` in the store's folder if not given.

    Raises
    ------
    InputError
        If only the jobs are given and no folder.
    """

    def __init__(
        self,
        store: "Store | Jobs",
        *,
        kinds: Mapping[str, Work] | None = None,
        n_threads: int = 1,
        lock_dir: Path | None = None,
    ) -> None:
        given: Any = store
        data_dir: Path | None = getattr(given, "data_dir", None)
        self._records: Jobs = getattr(given, "jobs", given)
        if lock_dir is None and data_dir is None:
            raise InputError("a runner of jobs needs a folder for its lock")
        self._lock_dir = lock_dir or Path(data_dir or "") / "locks"
        self._kinds = dict(kinds or {})
        self._mark = ProcessMark(self._lock_dir)
        self._leaving = threading.Event()
        #: Ends of jobs that the store had no room for.
        self._unsaid: dict[str, dict[str, Any]] = {}
        self._waiting: queue.SimpleQueue[tuple[str, Work] | None] = queue.SimpleQueue()
        self.recover()
        # Daemon threads, so that a long job never keeps the server from stopping.
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{n}", daemon=True)
            for n in range(n_threads)
        ]
        for thread in self._threads:
            thread.start()
        atexit.register(self.close)

    def register(self, kind: str, work: Work) -> None:
        """Make a kind of work known by name, so that it can be resumed."""
        self._kinds[kind] = work

    def submit(
        self,
        kind: str,
        params: Mapping[str, Any],
        work: Work | None = None,
        *,
        actor: str = "",
    ) -> str:
        """Store a job and run it when a thread is free.

        Parameters
        ----------
        kind : str
            What work it is.
        params : mapping
            JSON values; all that the work needs.
        work : Work, optional
            The function; if not given, the one registered for the kind.
        actor : str
            Who asks.

        Returns
        -------
        str
            The job's id.

        Raises
        ------
        InputError
            If the kind is unknown or the parameters are not JSON.
        """
        work = self._work_of(kind, work)
        try:
            plain = json.loads(json.dumps(dict(params), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise InputError(f"job parameters must be JSON: {error}") from error
        job_id = uuid.uuid4().hex
        self._records.add(
            {
                "job_id": job_id,
                "kind": kind,
                "params": plain,
                "state": JobState.QUEUED.value,
                "actor": actor,
                "owner": self._mark.owner,
                "attempt": 1,
                "created_at": now(),
                "updated_at": now(),
            }
        )
        self._waiting.put((job_id, work))
        return job_id

    def resume(self, job_id: str, work: Work | None = None) -> None:
        """Run an interrupted, cancelled or failed job again; done items are skipped.

        Raises
        ------
        InputError
            If the job is running, queued or done.
        NotFoundError
            If there is no such job.
        """
        job = self.get(job_id)
        work = self._work_of(job.kind, work)
        again = tuple(s.value for s in FINISHED if s is not JobState.DONE)
        taken = self._records.update(
            job_id,
            only_in=again,
            state=JobState.QUEUED.value,
            owner=self._mark.owner,
            cancel_requested=False,
            attempt=job.attempt + 1,
            message="",
            finished_at=None,
            updated_at=now(),
        )
        if not taken:
            raise InputError(f"job {job_id} is {job.state}; only a stopped one resumes")
        self._waiting.put((job_id, work))

    def cancel(self, job_id: str) -> bool:
        """Ask a job to stop before its next item; what is done stays.

        Returns
        -------
        bool
            False if it had already ended.
        """
        self.get(job_id)
        asked = self._records.update(
            job_id, only_in=ACTIVE, cancel_requested=True, updated_at=now()
        )
        self._records.update(  # one that waits has no next item to stop at
            job_id,
            only_in=(JobState.QUEUED.value,),
            state=JobState.CANCELLED.value,
            message="cancelled before it started",
            finished_at=now(),
        )
        return asked

    def get(self, job_id: str) -> Job:
        """Return a job as it stands now.

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        return _job(self._records.get(job_id))

    def listing(
        self, *, kind: str | None = None, active: bool = False, limit: int = 100
    ) -> list[Job]:
        """Return jobs, newest first; all or only those queued and running."""
        for job_id, changes in list(self._unsaid.items()):
            self._say_end(job_id, changes)
        states = ACTIVE if active else None
        rows = self._records.listing(kind=kind, states=states, limit=limit)
        return [_job(row) for row in rows]

    def recover(self) -> list[str]:
        """Mark the jobs of dead processes as interrupted; return their ids."""
        lost = []
        for row in self._records.listing(states=ACTIVE, limit=10_000):
            owner = str(row["owner"])
            if owner == self._mark.owner or is_alive(owner, self._lock_dir):
                continue
            if self._records.update(
                str(row["job_id"]),
                only_in=ACTIVE,
                state=JobState.INTERRUPTED.value,
                message="the process that worked on it ended; it can be resumed",
                finished_at=now(),
            ):
                lost.append(str(row["job_id"]))
        return lost

    def wait(self, job_id: str, *, timeout_s: float) -> Job:
        """Wait until a job has ended or the time is up; return it as it stands."""
        until = time.monotonic() + timeout_s
        while not (job := self.get(job_id)).is_finished and time.monotonic() < until:
            time.sleep(0.02)
        return job

    def close(self) -> None:
        """Stop between items, leave unfinished jobs interrupted, release the mark."""
        if self._leaving.is_set():
            return
        self._leaving.set()
        for _ in self._threads:
            self._waiting.put(None)
        until = time.monotonic() + _EXIT_WAIT_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._mark.release()
        atexit.unregister(self.close)

    def _work_of(self, kind: str, work: Work | None) -> Work:
        found = work or self._kinds.get(kind)
        if found is None:
            raise InputError(f"no work of kind {kind!r}; known: {sorted(self._kinds)}")
        return found

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            job_id, work = item
            if self._leaving.is_set():
                self._end(job_id, JobState.INTERRUPTED, "the server stopped")
            elif self._records.update(
                job_id,
                only_in=(JobState.QUEUED.value,),
                state=JobState.RUNNING.value,
                started_at=now(),
                updated_at=now(),
            ):
                self._run(job_id, work)

    def _run(self, job_id: str, work: Work) -> None:
        context = JobContext(self._records, job_id, self._leaving)
        with _Boundary(self, job_id, context):
            params = self.get(job_id).params
            result = dict(work(params, context) or {})
            context.flush()
            if context.was_stopped and self._leaving.is_set():
                self._end(job_id, JobState.INTERRUPTED, "the server stopped")
            elif context.was_stopped:
                self._end(job_id, JobState.CANCELLED, "cancelled", result)
            else:
                self._end(job_id, JobState.DONE, "", result)

    def _end(
        self,
        job_id: str,
        state: JobState,
        message: str,
        result: dict[str, Any] | None = None,
    ) -> None:
        changes: dict[str, Any] = {"state": state.value, "finished_at": now()}
        if message:
            changes["message"] = message
        if result is not None:
            changes["result"] = result
        self._say_end(job_id, {**changes, "updated_at": now()})

    def _say_end(self, job_id: str, changes: dict[str, Any]) -> None:
        """Write how a job ended; if there is no room for it now, when next asked."""
        try:
            self._records.update(job_id, only_in=ACTIVE, **changes)
        except StorageError:
            _LOG.exception("the end of job %s could not be written yet", job_id)
            self._unsaid[job_id] = changes
        else:
            self._unsaid.pop(job_id, None)


class _Boundary:
    """The edge of a job's thread: whatever ends the work ends in the store.

    A refusal carries its own words. Anything else is a fault of Gyre; the traceback
    goes to the log and the person is told where to look.
    """

    def __init__(self, runner: JobRunner, job_id: str, context: JobContext) -> None:
        self._runner = runner
        self._job_id = job_id
        self._context = context

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Write the failure to the store and keep the thread for the next job."""
        if error is None:
            return False
        if isinstance(error, CleanupError):
            message = str(error)
        else:
            _LOG.error("job %s failed", self._job_id, exc_info=error)
            message = f"internal fault ({type(error).__name__}); see the log"
        try:
            self._context.flush()
        except StorageError:  # the store may be what failed
            _LOG.warning("the last progress of job %s is lost", self._job_id)
        self._runner._end(self._job_id, JobState.FAILED, message)
        return isinstance(error, Exception)


def _job(row: Mapping[str, Any]) -> Job:
    names = Job.__dataclass_fields__
    known = {name: row[name] for name in names if row.get(name) is not None}
    return Job(**{**known, "state": JobState(row["state"])})
