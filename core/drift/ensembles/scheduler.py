"""Work spread over threads, processes or machines by Dask, with the same result."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from typing import Any, TypeVar

from core.errors import CleanupError, InputError, SourceError

__all__ = ["LOCAL_SCHEDULERS", "run_tasks"]

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S")

#: Schedulers that need no server; any other text is the address of one.
LOCAL_SCHEDULERS = ("threads", "processes", "synchronous")
_CONNECT_S = 10.0


def run_tasks(
    work: Callable[[S, T], R],
    shared: S,
    tasks: Sequence[T],
    *,
    scheduler: str = "",
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[R]:
    """Do every task and return the results in the order of the tasks.

    Parameters
    ----------
    work : callable ``(shared, task) -> result``
        A function of a module, so that other processes find it.
    shared : object
        What every task needs; sent once to each machine.
    tasks : sequence
        The tasks; the cut into tasks does not depend on the scheduler.
    scheduler : str
        Empty or ``threads``: threads of this process. ``processes``: processes of this
        machine. ``synchronous``: one after the other. Else the address of a Dask
        scheduler, such as ``tcp://host:8786``.
    progress : callable ``(done, total)``, optional
        Called after each wave of tasks.
    cancelled : callable returning bool, optional
        Asked between tasks.

    Raises
    ------
    InputError
        If the scheduler is neither a known name nor an address.
    SourceError
        If the scheduler at an address does not answer, or is lost on the way.
    CleanupError
        If the work was cancelled.
    """
    chosen = scheduler or "threads"
    done: list[R] = []
    if chosen in LOCAL_SCHEDULERS:
        results = _local(work, shared, tasks, chosen, cancelled)
    elif ":" in chosen:
        results = _distributed(work, shared, tasks, chosen, cancelled)
    else:
        raise InputError(
            f"dask scheduler {chosen[:60]!r}: expected {', '.join(LOCAL_SCHEDULERS)} "
            "or an address such as tcp://host:8786"
        )
    for result in results:
        done.append(result)
        if progress is not None:
            progress(len(done), len(tasks))
    return done


def _stop_if(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise CleanupError("the drift run was cancelled")


def _local(
    work: Callable[[S, T], R],
    shared: S,
    tasks: Sequence[T],
    scheduler: str,
    cancelled: Callable[[], bool] | None,
) -> Iterator[R]:
    import dask

    compute: Any = dask.compute
    workers = 1 if scheduler == "synchronous" else os.cpu_count() or 1
    pool: AbstractContextManager[Any] = nullcontext()
    if scheduler == "processes":
        # Spawned: a fork of a process with threads may hang.
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    with pool as executor:
        options = {} if executor is None else {"pool": executor}
        for first in range(0, len(tasks), workers):
            _stop_if(cancelled)
            wave = [
                dask.delayed(work, pure=False)(shared, task)
                for task in tasks[first : first + workers]
            ]
            yield from compute(*wave, scheduler=scheduler, **options)


def _distributed(
    work: Callable[[S, T], R],
    shared: S,
    tasks: Sequence[T],
    address: str,
    cancelled: Callable[[], bool] | None,
) -> Iterator[R]:
    # Two seconds to import, and only a deployment with a scheduler of its own needs it.
    import distributed

    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(f"dask scheduler {address[:80]} does not answer") from error
    with client:
        spread = client.scatter(shared, broadcast=True, hash=False)
        futures = [client.submit(work, spread, task, pure=False) for task in tasks]
        try:
            for future in futures:
                yield _result(future, cancelled)
        except (OSError, distributed.KilledWorker, CancelledError) as error:
            raise SourceError(
                f"dask scheduler {address[:80]} was lost before the run was done"
            ) from error
        finally:
            client.cancel(futures)


def _result(future: Any, cancelled: Callable[[], bool] | None) -> Any:
    """Wait for a result, half a second at a time: someone may cancel."""
    from distributed import TimeoutError as NotYet

    while True:
        _stop_if(cancelled)
        try:
            return future.result(timeout=0.5)
        except NotYet:
            continue
