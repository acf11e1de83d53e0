"""Small steps that every repository takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd
from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from core.errors import NotFoundError, StorageError

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class AddResult:
    """How many records were new, and how many were there already."""

    added: int
    duplicates: int


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table behind a model."""
    table = model.__table__
    if not isinstance(table, Table):
        raise StorageError(f"{model.__name__} has no table")
    return table


def complete(table: Table, record: Mapping[str, Any]) -> Record:
    """Return a record with every column of its table, defaults filled in.

    Raises
    ------
    StorageError
        If a field is unknown, or one without a default is missing.
    """
    unknown = set(record) - set(table.columns.keys())
    if unknown:
        raise StorageError(f"{table.name} has no field {', '.join(sorted(unknown))}")
    full: Record = {}
    for column in table.columns:
        default = column.default
        if column.name in record:
            full[column.name] = record[column.name]
        elif isinstance(default, ScalarElementColumnDefault):
            full[column.name] = default.arg
        elif isinstance(default, CallableColumnDefault):
            # Only dict and list, which take no context.
            full[column.name] = default.arg(None)  # type: ignore[arg-type]
        elif column.nullable:
            full[column.name] = None
        elif column is not table.autoincrement_column:
            raise StorageError(f"{table.name} needs the field {column.name}")
    return full


def insert_new(
    connection: Connection, table: Table, records: Iterable[Mapping[str, Any]]
) -> AddResult:
    """Insert records, leaving those alone whose natural key is there already."""
    rows = [complete(table, record) for record in records]
    if not rows:
        return AddResult(0, 0)
    done = connection.execute(insert(table).on_conflict_do_nothing(), rows)
    return AddResult(done.rowcount, len(rows) - done.rowcount)


def fetch(connection: Connection, query: Select[Any]) -> list[Record]:
    """Rows of a query as dicts."""
    return [dict(row) for row in connection.execute(query).mappings()]


def fetch_one(connection: Connection, query: Select[Any], *, missing: str) -> Record:
    """Return the one row of a query.

    Raises
    ------
    NotFoundError
        With the words given, if there is none.
    """
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(missing)
    return dict(row)


def as_frame(records: Sequence[Mapping[str, Any]], table: Table) -> pd.DataFrame:
    """Return records as a frame that has its columns even when it is empty."""
    return pd.DataFrame(list(records), columns=list(table.columns.keys()))
