"""Observation frames, kept for good; what is corrected is superseded, not erased."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from core.errors import StorageError
from core.observations import (
    OBSERVATION_COLUMNS,
    OBSERVATION_DTYPES,
    empty_observations,
)
from core.storage._rows import AddResult, Record, fetch, table_of
from core.storage.database import Database
from core.storage.schema import Observation

__all__ = ["Observations"]

_OBSERVATION = table_of(Observation)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = (*OBSERVATION_COLUMNS, "active", "superseded_by", "ingested_at")
_NAMES = ", ".join(f'"{name}"' for name in _FIELDS)
#: Plain SQL, because one statement for all rows is many times faster in bulk.
_INSERT = (
    f"INSERT INTO observation ({_NAMES}) "  # noqa: S608 - names from the schema
    f"VALUES ({', '.join('?' * len(_FIELDS))}) ON CONFLICT DO NOTHING"
)
#: Times stay numbers until pandas turns a whole column into times at once.
_FRAME_COLUMNS = tuple(
    type_coerce(_OBSERVATION.c[name], BigInteger)
    if name == "observed_at"
    else _OBSERVATION.c[name]
    for name in OBSERVATION_COLUMNS
)
#: SQLite takes 32,766 values in a statement; stay well below.
_CHUNK = 5_000
BBox = tuple[float, float, float, float]


class Observations:
    """Observations by their content-based id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, frame: pd.DataFrame) -> AddResult:
        """Add the rows of an observation frame; known ids are left as they are.

        Parameters
        ----------
        frame : DataFrame
            As ``core.observations.make_observations`` returns it.

        Returns
        -------
        AddResult
            New rows, and rows that were there already.
        """
        with self._database.write() as connection:
            return _insert(connection, frame)

    def known(self, observation_ids: Sequence[str]) -> set[str]:
        """Which of these ids are stored already, superseded or not."""
        column = _OBSERVATION.c.observation_id
        found: set[str] = set()
        with self._database.read() as connection:
            for start in range(0, len(observation_ids), _CHUNK):
                part = observation_ids[start : start + _CHUNK]
                found.update(connection.scalars(select(column).where(column.in_(part))))
        return found

    def replace_for_photo(self, photo_sha256: str, frame: pd.DataFrame) -> AddResult:
        """Let these rows stand for a photo and supersede its others.

        A row that stood before a correction stands again if it is given again.

        Raises
        ------
        StorageError
            If a row belongs to another photo.
        """
        if set(frame["photo_sha256"]) - {photo_sha256}:
            raise StorageError(f"row of another photo (photo {photo_sha256[:12]})")
        ids = frame["observation_id"].tolist()
        column = _OBSERVATION.c
        with self._database.write() as connection:
            connection.execute(
                update(_OBSERVATION)
                .where(
                    column.photo_sha256 == photo_sha256,
                    column.observation_id.not_in(ids),
                    column.active,
                )
                .values(active=False, superseded_by=ids[0] if ids else "")
            )
            result = _insert(connection, frame)
            connection.execute(
                update(_OBSERVATION)
                .where(column.observation_id.in_(ids))
                .values(active=True, superseded_by=None)
            )
        return result

    def frame(
        self,
        *,
        survey: str | Sequence[str] | None = None,
        categories: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: BBox | None = None,
        include_superseded: bool = False,
    ) -> pd.DataFrame:
        """Return observations as a frame, in order of time.

        Parameters
        ----------
        survey : str or sequence of str, optional
            Names of surveys.
        categories : sequence of str, optional
            Category codes.
        since, until : datetime, optional
            Aware; ``since`` included, ``until`` not.
        bbox : (west, south, east, north), optional
            Degrees; west > east crosses 180 degrees.
        include_superseded : bool
            Also rows that a correction replaced.
        """
        query = select(*_FRAME_COLUMNS).where(
            *_conditions(survey, categories, since, until, bbox, include_superseded)
        )
        query = query.order_by(
            _OBSERVATION.c.observed_at, _OBSERVATION.c.observation_id
        )
        with self._database.read() as connection:
            return _read(connection, query)

    def stored_since(self, moment: datetime) -> pd.DataFrame:
        """Return active rows that were stored after a moment, with ``ingested_at``.

        Parameters
        ----------
        moment : datetime
            Aware.

        Raises
        ------
        StorageError
            If the moment has no time zone.
        """
        if moment.tzinfo is None:
            raise StorageError(f"time without a zone: {moment.isoformat()}")
        column = _OBSERVATION.c
        query = (
            select(*_FRAME_COLUMNS, column.ingested_at)
            .where(column.active, column.ingested_at > moment)
            .order_by(column.observed_at, column.observation_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).fetchall()
        stored_at = pd.to_datetime([row[-1] for row in rows], utc=True)
        return _as_frame([row[:-1] for row in rows]).assign(ingested_at=stored_at)

    def for_photo(self, photo_sha256: str) -> list[Record]:
        """Return every row of a photo with ``active`` and ``superseded_by``."""
        query = (
            select(_OBSERVATION)
            .where(_OBSERVATION.c.photo_sha256 == photo_sha256)
            .order_by(_OBSERVATION.c.ingested_at)
        )
        with self._database.read() as connection:
            return fetch(connection, query)

    def summary(self) -> list[Record]:
        """Return per survey: rows, items, first and last time, simulated or not."""
        column = _OBSERVATION.c
        query = (
            select(
                column.survey,
                func.count().label("rows"),
                func.sum(column["count"]).label("items"),
                func.min(column.observed_at).label("first_at"),
                func.max(column.observed_at).label("last_at"),
                func.max(column.simulated).label("simulated"),
            )
            .where(column.active)
            .group_by(column.survey)
            .order_by(column.survey)
        )
        with self._database.read() as connection:
            return fetch(connection, query)

    def count(self) -> int:
        """Return how many rows stand."""
        query = select(func.count()).where(_OBSERVATION.c.active)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)


def _insert(connection: Connection, frame: pd.DataFrame) -> AddResult:
    missing = [name for name in OBSERVATION_COLUMNS if name not in frame.columns]
    if missing:
        raise StorageError(f"observation frame lacks {', '.join(missing)}")
    if frame.empty:
        return AddResult(0, 0)
    now = _microseconds(datetime.now(UTC))
    columns = [
        _plain(frame[name], OBSERVATION_DTYPES[name]) for name in OBSERVATION_COLUMNS
    ]
    rows = [(*row, 1, None, now) for row in zip(*columns, strict=True)]
    done = connection.exec_driver_sql(_INSERT, rows)
    return AddResult(done.rowcount, len(rows) - done.rowcount)


def _plain(column: pd.Series, dtype: str) -> list[object]:
    """Column as values the driver takes, NaN as NULL."""
    if dtype.startswith("datetime64"):
        since = column.astype("datetime64[us, UTC]").astype("int64")
        return list(since.tolist())
    if dtype == "float64":
        return [None if value != value else value for value in column.tolist()]
    return list(column.tolist())


def _microseconds(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _read(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    return _as_frame(connection.execute(query).fetchall())


def _as_frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    if not rows:
        return empty_observations()
    columns = zip(*rows, strict=True)
    out = {
        name: pd.Series(values, dtype="object")
        for name, values in zip(OBSERVATION_COLUMNS, columns, strict=True)
    }
    out["observed_at"] = pd.to_datetime(
        out["observed_at"].astype("int64"), unit="us", utc=True
    )
    return pd.DataFrame(out).astype(OBSERVATION_DTYPES)


def _conditions(
    survey: str | Sequence[str] | None,
    categories: Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
    bbox: BBox | None,
    include_superseded: bool,
) -> list[ColumnElement[bool]]:
    column = _OBSERVATION.c
    found: list[ColumnElement[bool]] = []
    if not include_superseded:
        found.append(column.active)
    if survey is not None:
        names = [survey] if isinstance(survey, str) else list(survey)
        found.append(column.survey.in_(names))
    if categories is not None:
        found.append(column.category.in_(list(categories)))
    for time in (since, until):
        if time is not None and time.tzinfo is None:
            raise StorageError(f"time without a zone: {time.isoformat()}")
    if since is not None:
        found.append(column.observed_at >= since)
    if until is not None:
        found.append(column.observed_at < until)
    if bbox is not None:
        west, south, east, north = bbox
        found.append(column.lat.between(south, north))
        if west <= east:
            found.append(column.lon.between(west, east))
        else:
            found.append(or_(column.lon >= west, column.lon <= east))
    return found
