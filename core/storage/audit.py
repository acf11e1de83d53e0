"""The audit log's rows; what they mean and how they chain is ``core.governance``."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, insert, select

from core.storage._rows import Record, complete, fetch, table_of
from core.storage.database import Database
from core.storage.schema import AuditEntry

__all__ = ["AuditLog"]

_ENTRY = table_of(AuditEntry)
_PAGE = 5_000


class AuditLog:
    """Entries by their number from 1; they can be added and read, nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, make: Callable[[int, str], Mapping[str, Any]]) -> Record:
        """Add an entry that knows the one before it.

        The last entry is read and the new one written under one write lock, so two
        processes cannot both follow the same entry.

        Parameters
        ----------
        make : callable
            ``make(seq, previous_hash)`` returns the entry; ``previous_hash`` is empty
            for the first.
        """
        last = select(_ENTRY.c.seq, _ENTRY.c.entry_hash).order_by(_ENTRY.c.seq.desc())
        with self._database.write() as connection:
            row = connection.execute(last.limit(1)).first()
            seq, previous = (row.seq + 1, row.entry_hash) if row else (1, "")
            entry = complete(_ENTRY, make(seq, previous))
            connection.execute(insert(_ENTRY), entry)
        return entry

    def entries(
        self,
        *,
        subject: str | None = None,
        action: str | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Return entries, newest first."""
        query = select(_ENTRY).order_by(_ENTRY.c.seq.desc()).limit(limit)
        if subject is not None:
            query = query.where(_ENTRY.c.subject == subject)
        if action is not None:
            query = query.where(_ENTRY.c.action == action)
        with self._database.read() as connection:
            return fetch(connection, query)

    def walk(self) -> Iterator[Record]:
        """Yield every entry in order, a page at a time."""
        after = -1
        with self._database.read() as connection:
            while True:
                query = select(_ENTRY).where(_ENTRY.c.seq > after)
                page = fetch(connection, query.order_by(_ENTRY.c.seq).limit(_PAGE))
                yield from page
                if len(page) < _PAGE:
                    return
                after = int(page[-1]["seq"])

    def count(self) -> int:
        """Return how many entries there are."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(_ENTRY)) or 0)
