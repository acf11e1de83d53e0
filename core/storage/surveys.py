"""Surveys: the flights, cruises and tables that data came from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from core.errors import NotFoundError, StorageError
from core.storage._rows import Record, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Survey

__all__ = ["Surveys"]

_SURVEY = table_of(Survey)


class Surveys:
    """Surveys by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        *,
        platform: str = "",
        started_at: datetime | None = None,
        ended_at: datetime | None = None,
        note: str = "",
        params: Mapping[str, Any] | None = None,
        simulated: bool = False,
        created_by: str = "",
    ) -> bool:
        """Add a survey; one of that name is left as it is.

        Returns
        -------
        bool
            Whether it is new.

        Raises
        ------
        StorageError
            If the name is empty.
        """
        if not name.strip():
            raise StorageError("a survey needs a name")
        record = {
            "name": name,
            "platform": platform,
            "started_at": started_at,
            "ended_at": ended_at,
            "note": note,
            "params": dict(params or {}),
            "simulated": simulated,
            "created_at": datetime.now(UTC),
            "created_by": created_by,
        }
        with self._database.write() as connection:
            return insert_new(connection, _SURVEY, [record]).added == 1

    def get(self, name: str) -> Record:
        """Return a survey.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        query = select(_SURVEY).where(_SURVEY.c.name == name)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no survey {name!r}")

    def set_params(self, name: str, params: Mapping[str, Any]) -> None:
        """Replace the parameters of a survey.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        change = update(_SURVEY).where(_SURVEY.c.name == name)
        with self._database.write() as connection:
            done = connection.execute(change.values(params=dict(params)))
            if done.rowcount == 0:
                raise NotFoundError(f"no survey {name!r}")

    def listing(self) -> list[Record]:
        """Return every survey, newest first."""
        query = select(_SURVEY).order_by(_SURVEY.c.created_at.desc(), _SURVEY.c.name)
        with self._database.read() as connection:
            return fetch(connection, query)
