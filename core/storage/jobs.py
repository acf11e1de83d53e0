"""Long work, as ``core.jobs`` keeps it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from core.errors import StorageError
from core.storage._rows import Record, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Job

__all__ = ["Jobs"]

_JOB = table_of(Job)


class Jobs:
    """Jobs by their id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Mapping[str, Any]) -> None:
        """Keep a new job.

        Raises
        ------
        StorageError
            If there is one of that id.
        """
        with self._database.write() as connection:
            if insert_new(connection, _JOB, [job]).added == 0:
                raise StorageError(f"job {job['job_id']} is stored already")

    def get(self, job_id: str) -> Record:
        """Return a job.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_JOB).where(_JOB.c.job_id == job_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no job {job_id!r}")

    def listing(
        self,
        *,
        kind: str | None = None,
        states: Sequence[str] | None = None,
        limit: int = 100,
    ) -> list[Record]:
        """Return jobs, newest first."""
        query = select(_JOB).order_by(_JOB.c.created_at.desc(), _JOB.c.job_id)
        if kind is not None:
            query = query.where(_JOB.c.kind == kind)
        if states is not None:
            query = query.where(_JOB.c.state.in_(list(states)))
        with self._database.read() as connection:
            return fetch(connection, query.limit(limit))

    def update(
        self, job_id: str, *, only_in: Sequence[str] | None = None, **changes: Any
    ) -> bool:
        """Change fields in one statement; False if the state is not in ``only_in``.

        Raises
        ------
        StorageError
            If a field is unknown.
        """
        unknown = set(changes) - set(_JOB.columns.keys())
        if unknown or not changes:
            raise StorageError(f"job has no field {', '.join(sorted(unknown))}")
        change = update(_JOB).where(_JOB.c.job_id == job_id)
        if only_in is not None:
            change = change.where(_JOB.c.state.in_(list(only_in)))
        with self._database.write() as connection:
            return connection.execute(change.values(**changes)).rowcount > 0
