"""Bulk rows: checked frames into tables, and whole columns back as arrays."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import BigInteger, Connection, Select, Table, or_, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from core.errors import StorageError
from core.storage._rows import AddResult

__all__ = [
    "BBox",
    "FrameTable",
    "box_conditions",
    "microseconds",
    "require_zone",
    "survey_conditions",
    "time_conditions",
]

BBox = tuple[float, float, float, float]
Array = npt.NDArray[Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAT = np.iinfo(np.int64).min
#: SQLite takes 32,766 values in a statement; stay well below.
_CHUNK = 5_000
#: Rows turned into arrays at a time: enough to be fast, few enough to stay small.
_PAGE = 100_000


class FrameTable:
    """A table whose rows are those of a checked frame, each with a content id.

    Parameters
    ----------
    table : Table
        It has the frame's columns, ``active``, ``import_id`` and ``ingested_at``.
    dtypes : mapping of str to str
        Columns of the frame, in order; the first is the id.
    word : str
        What a row is called in messages.
    """

    def __init__(self, table: Table, dtypes: Mapping[str, str], word: str) -> None:
        self.table = table
        self.dtypes = dict(dtypes)
        self.word = word
        self.names = tuple(dtypes)
        self.key = table.c[self.names[0]]
        fields = (*self.names, "active", "import_id", "ingested_at")
        quoted = ", ".join(f'"{name}"' for name in fields)
        # Plain SQL, because one statement for all rows is many times faster in bulk.
        self._insert = (
            f"INSERT INTO {table.name} ({quoted}) "  # noqa: S608 - from the schema
            f"VALUES ({', '.join('?' * len(fields))}) ON CONFLICT DO NOTHING"
        )
        # Times stay numbers until pandas turns a whole column into times at once.
        self.selected = tuple(
            type_coerce(table.c[name], BigInteger) if _is_time(dtype) else table.c[name]
            for name, dtype in self.dtypes.items()
        )

    def insert(
        self,
        connection: Connection,
        frame: pd.DataFrame,
        import_id: str,
        *,
        active: bool = True,
    ) -> AddResult:
        """Add the rows of a frame, standing or not; known ids are left as they are.

        Raises
        ------
        StorageError
            If the frame lacks a column.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise StorageError(f"{self.word} frame lacks {', '.join(missing)}")
        if frame.empty:
            return AddResult(0, 0)
        now = microseconds(datetime.now(UTC))
        columns = [_plain(frame[name], self.dtypes[name]) for name in self.names]
        rows = [
            (*row, int(active), import_id, now) for row in zip(*columns, strict=True)
        ]
        done = connection.exec_driver_sql(self._insert, rows)
        return AddResult(done.rowcount, len(rows) - done.rowcount)

    def ids_where(
        self, connection: Connection, ids: Sequence[str], *conditions: Any
    ) -> set[str]:
        """Those of the ids that are stored and meet the conditions."""
        found: set[str] = set()
        for start in range(0, len(ids), _CHUNK):
            part = self.key.in_(ids[start : start + _CHUNK])
            found.update(
                connection.scalars(select(self.key).where(part, *conditions)).all()
            )
        return found

    def read(self, connection: Connection, query: Select[Any]) -> pd.DataFrame:
        """Rows of a query over `selected` as a frame."""
        return self.as_frame(connection.execute(query).fetchall())

    def as_frame(self, rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
        """Rows in the order of the frame's columns as a frame with its types."""
        columns = zip(*rows, strict=True) if rows else ([] for _ in self.names)
        out: dict[str, pd.Series] = {}
        for name, values in zip(self.names, columns, strict=True):
            dtype = self.dtypes[name]
            if _is_time(dtype):
                out[name] = pd.Series(pd.to_datetime(_times(values), utc=True))
            else:
                # The stubs know types by literal only, the tables hold plain text.
                out[name] = pd.Series(values, dtype="object").astype(dtype)  # type: ignore[call-overload]
        return pd.DataFrame(out).astype(self.dtypes)

    def columns(
        self,
        connection: Connection,
        names: Sequence[str],
        conditions: Sequence[ColumnElement[bool]],
    ) -> dict[str, Array]:
        """Whole columns as arrays, past SQLAlchemy's row objects.

        Raises
        ------
        StorageError
            If a name is no column of the frame.
        """
        unknown = sorted(set(names) - set(self.names))
        if unknown:
            raise StorageError(f"{self.word} has no column {', '.join(unknown)}")
        query = select(*(self.table.c[name] for name in names)).where(*conditions)
        makers = [_maker(name, self.dtypes[name]) for name in names]
        parts: list[list[Array]] = [[make(())] for make in makers]
        result = connection.execute(query)
        # The driver's own rows: SQLAlchemy's cost three times as much.
        cursor = result.cursor
        while cursor is not None and (rows := cursor.fetchmany(_PAGE)):
            for part, make, values in zip(
                parts, makers, zip(*rows, strict=True), strict=True
            ):
                part.append(make(values))
        result.close()
        return {
            name: np.concatenate(part) for name, part in zip(names, parts, strict=True)
        }


def _is_time(dtype: str) -> bool:
    return dtype.startswith("datetime64")


def _plain(column: pd.Series, dtype: str) -> list[object]:
    """Column as values the driver takes; NaN and no time as NULL."""
    if _is_time(dtype):
        since = column.astype("datetime64[us, UTC]").astype("int64").tolist()
        return [None if value == _NAT else value for value in since]
    if dtype == "float64":
        return [None if value != value else value for value in column.tolist()]
    return list(column.tolist())


def _times(values: Sequence[Any]) -> Array:
    known = [_NAT if value is None else value for value in values]
    return np.array(known, dtype=np.int64).view("datetime64[us]")


def _maker(name: str, dtype: str) -> Callable[[Sequence[Any]], Array]:
    """How the values of a column become an array."""
    if name == "h3":
        return lambda values: np.array(
            [int(value or "0", 16) for value in values], dtype=np.uint64
        )
    if _is_time(dtype):
        return _times
    if dtype == "str":
        # Equal texts are one object, so a million rows hold a handful of texts.
        seen: dict[str, str] = {}
        return lambda values: np.array(
            [seen.setdefault(value, value) for value in values], dtype=object
        )
    return lambda values: np.array(values, dtype=dtype)


def microseconds(time: datetime) -> int:
    """Aware time as microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def require_zone(time: datetime) -> None:
    """Refuse a time without a zone.

    Raises
    ------
    StorageError
        If it has none.
    """
    if time.tzinfo is None:
        raise StorageError(f"time without a zone: {time.isoformat()}")


def time_conditions(
    column: ColumnElement[Any], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    """Conditions for a period: ``since`` included, ``until`` not."""
    found: list[ColumnElement[bool]] = []
    if since is not None:
        require_zone(since)
        found.append(column >= since)
    if until is not None:
        require_zone(until)
        found.append(column < until)
    return found


def box_conditions(table: Table, bbox: BBox | None) -> list[ColumnElement[bool]]:
    """Conditions for a box (west, south, east, north); west > east crosses 180."""
    if bbox is None:
        return []
    west, south, east, north = bbox
    lon = table.c.lon
    inside = lon.between(west, east) if west <= east else or_(lon >= west, lon <= east)
    return [table.c.lat.between(south, north), inside]


def survey_conditions(
    table: Table, survey: str | Sequence[str] | None
) -> list[ColumnElement[bool]]:
    """Condition for one or several surveys."""
    if survey is None:
        return []
    names = [survey] if isinstance(survey, str) else list(survey)
    return [table.c.survey.in_(names)]
