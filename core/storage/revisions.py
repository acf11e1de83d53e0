"""How often each kind of record changed, so that caches know what is still true."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from core.storage._rows import table_of
from core.storage.database import Database
from core.storage.field_schema import Revision

__all__ = ["Revisions", "bump"]

_REVISION = table_of(Revision)


class Revisions:
    """Numbers that only rise: ``observations``, ``measurements``, ``areas`` and so on.

    A number rises in the transaction that changes the records, so whoever reads it
    first and the records after never takes old records for new ones.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, name: str) -> int:
        """Return how often a kind of record changed; 0 if it never did."""
        query = select(_REVISION.c.number).where(_REVISION.c.name == name)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)


def bump(connection: Connection, name: str) -> None:
    """Raise the number of a kind of record, inside the transaction that changes it."""
    change = insert(_REVISION).values(name=name, number=1)
    connection.execute(
        change.on_conflict_do_update(
            index_elements=["name"], set_={"number": _REVISION.c.number + 1}
        )
    )
