"""Which import a row came with, and whether it stands.

A row names the import that brought it first; further ones are rows of ``import_row``.
It stands as long as one of them does. A row without an import always stands.
"""

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Connection, Table, and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import ColumnElement

from core.storage._frames import FrameTable
from core.storage._rows import AddResult, table_of
from core.storage.field_schema import ImportedFile, ImportRow
from core.storage.revisions import bump

__all__ = [
    "add_rows",
    "discard",
    "link",
    "n_rows_of",
    "not_withdrawn",
    "settle",
    "stage_rows",
]

_FILE = table_of(ImportedFile)
_LINK = table_of(ImportRow)
_CHUNK = 5_000


def add_rows(
    connection: Connection,
    rows: FrameTable,
    frame: pd.DataFrame,
    import_id: str,
    revision: str,
) -> AddResult:
    """Add rows for an import (or none); rows it withdrew alone stand again."""
    done = rows.insert(connection, frame, import_id)
    again = 0
    if done.duplicates:
        ids = list(dict.fromkeys(frame[rows.names[0]].tolist()))
        again = _join(connection, rows, ids, import_id)
    if done.added or again:
        bump(connection, revision)
    return AddResult(done.added + again, done.duplicates - again)


def _join(
    connection: Connection, rows: FrameTable, ids: list[str], import_id: str
) -> int:
    """Note that rows that were there came again; return how many stand again."""
    other = rows.table.c.import_id != import_id
    joined = sorted(rows.ids_where(connection, ids, other))
    withdrawn = rows.ids_where(connection, joined, ~not_withdrawn(rows.table))
    if import_id:
        link(connection, rows.table, joined, import_id)
    else:
        _change(connection, rows, joined, import_id="")
    _change(connection, rows, withdrawn, active=True)
    return len(withdrawn)


def _change(
    connection: Connection, rows: FrameTable, ids: Iterable[str], **values: object
) -> None:
    wanted = list(ids)
    for start in range(0, len(wanted), _CHUNK):
        part = rows.key.in_(wanted[start : start + _CHUNK])
        connection.execute(update(rows.table).where(part).values(**values))


def not_withdrawn(table: Table) -> ColumnElement[bool]:
    """Rows that stand, or that a correction replaced; not those of a withdrawn import.

    A correction outlives the import of what it corrected.
    """
    if "superseded_by" not in table.c:
        return table.c.active.is_(True)
    return or_(table.c.active, table.c.superseded_by.is_not(None))


def link(
    connection: Connection, table: Table, ids: Iterable[str], import_id: str
) -> None:
    """Note that rows which were there already came with an import as well."""
    links = [
        {"import_id": import_id, "kind": table.name, "row_id": row_id} for row_id in ids
    ]
    if links and import_id:
        connection.execute(insert(_LINK).on_conflict_do_nothing(), links)


def stage_rows(
    connection: Connection, rows: FrameTable, frame: pd.DataFrame, import_id: str
) -> AddResult:
    """Add rows that do not stand yet; note those that are there as coming again.

    Returns
    -------
    AddResult
        New rows, and rows that were there.
    """
    done = rows.insert(connection, frame, import_id, active=False)
    if done.duplicates:
        ids = list(dict.fromkeys(frame[rows.names[0]].tolist()))
        other = rows.table.c.import_id != import_id
        joined = rows.ids_where(connection, ids, other)
        link(connection, rows.table, sorted(joined), import_id)
    return done


def discard(connection: Connection, table: Table, import_id: str) -> None:
    """Delete staged rows of an import that never stood, but those others came with."""
    key = next(iter(table.primary_key.columns))
    mine = _LINK.c.kind == table.name, _LINK.c.import_id == import_id
    connection.execute(delete(_LINK).where(*mine))
    shared = select(_LINK.c.row_id).where(_LINK.c.kind == table.name)
    connection.execute(
        delete(table).where(
            table.c.import_id == import_id,
            table.c.active.is_(False),
            key.not_in(shared),
        )
    )


def settle(connection: Connection, table: Table, import_id: str) -> int:
    """Let the rows of an import stand or not, as their imports now do.

    Returns
    -------
    int
        Rows that changed.
    """
    key = next(iter(table.primary_key.columns))
    links = select(_LINK.c.row_id).where(_LINK.c.kind == table.name)
    standing = select(_FILE.c.import_id).where(_FILE.c.active)
    touched = _came_with(table, import_id)
    stands = or_(
        table.c.import_id == "",
        table.c.import_id.in_(standing),
        key.in_(links.where(_LINK.c.import_id.in_(standing))),
    )
    changed = 0
    for active, meets in ((True, stands), (False, ~stands)):
        wanted = [touched, meets, table.c.active.is_(not active)]
        if "superseded_by" in table.c:
            wanted.append(table.c.superseded_by.is_(None))
        done = connection.execute(
            update(table).where(and_(*wanted)).values(active=active)
        )
        changed += done.rowcount
    return changed


def n_rows_of(connection: Connection, table: Table, import_id: str) -> int:
    """How many rows came with an import, whether or not they stand."""
    query = select(func.count()).select_from(table)
    return int(connection.scalar(query.where(_came_with(table, import_id))) or 0)


def _came_with(table: Table, import_id: str) -> ColumnElement[bool]:
    key = next(iter(table.primary_key.columns))
    links = select(_LINK.c.row_id).where(
        _LINK.c.kind == table.name, _LINK.c.import_id == import_id
    )
    return or_(table.c.import_id == import_id, key.in_(links))
