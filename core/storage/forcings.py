"""Currents, winds and waves: which stored file holds what, where and when."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from core.errors import NotFoundError, StorageError
from core.storage._rows import Record, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Forcing

__all__ = ["Forcings"]

_FORCING = table_of(Forcing)
#: What may change once a row is there; the data it names may not.
_CHANGEABLE = frozenset(
    {"name", "checked_at", "stale_since", "last_error", "source_url", "request"}
)


class Forcings:
    """Forcing by an id made from its kind and the content of its file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Mapping[str, Any]) -> str:
        """Keep a row and return its id; the same kind of the same file is kept once.

        A retired row is in use again when it is added again.

        Parameters
        ----------
        record : mapping
            The fields of the table ``forcing`` but ``forcing_id``; ``sha256`` names
            the file in ``store.files``.

        Raises
        ------
        StorageError
            If a field is unknown or missing.
        """
        for field in ("kind", "sha256"):
            if not record.get(field):
                raise StorageError(f"forcing needs the field {field}")
        forcing_id = f"{record['kind']}-{record['sha256'][:12]}"
        with self._database.write() as connection:
            row = {**record, "forcing_id": forcing_id}
            if insert_new(connection, _FORCING, [row]).added == 0:
                self._change(connection, forcing_id, active=True, superseded_by="")
        return forcing_id

    def get(self, forcing_id: str) -> Record:
        """Return a row, retired or not.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_FORCING).where(_FORCING.c.forcing_id == forcing_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no forcing {forcing_id!r}")

    def listing(
        self, *, kind: str | None = None, active: bool | None = True
    ) -> list[Record]:
        """Return rows, newest first; ``active=None`` returns the retired ones too."""
        query = select(_FORCING).order_by(
            _FORCING.c.fetched_at.desc(), _FORCING.c.forcing_id
        )
        if kind is not None:
            query = query.where(_FORCING.c.kind == kind)
        if active is not None:
            query = query.where(_FORCING.c.active == active)
        with self._database.read() as connection:
            return fetch(connection, query)

    def update(self, forcing_id: str, **changes: Any) -> None:
        """Change name, source, or what is known of the source's state.

        Raises
        ------
        StorageError
            If another field is given: what the data are never changes.
        NotFoundError
            If there is no such row.
        """
        fixed = set(changes) - _CHANGEABLE
        if fixed or not changes:
            raise StorageError(f"forcing cannot change {', '.join(sorted(fixed))}")
        with self._database.write() as connection:
            self._change(connection, forcing_id, **changes)

    def retire(self, forcing_id: str, *, superseded_by: str = "") -> None:
        """Take a row out of use; it and its file stay for what was made from them.

        Raises
        ------
        NotFoundError
            If there is no such row.
        """
        with self._database.write() as connection:
            self._change(
                connection, forcing_id, active=False, superseded_by=superseded_by
            )

    def _change(self, connection: Connection, forcing_id: str, **changes: Any) -> None:
        change = update(_FORCING).where(_FORCING.c.forcing_id == forcing_id)
        if connection.execute(change.values(**changes)).rowcount == 0:
            raise NotFoundError(f"no forcing {forcing_id!r}")
