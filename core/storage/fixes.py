"""Positions that sensors sent, kept once each, and messages that were refused."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, delete, func, select, type_coerce
from sqlalchemy import insert as plain_insert

from core.errors import StorageError
from core.storage._rows import Record, fetch, table_of
from core.storage.database import Database
from core.storage.schema import RefusedMessage, SensorFix

__all__ = ["FIX_COLUMNS", "Fixes"]

_FIX = table_of(SensorFix)
_REFUSED = table_of(RefusedMessage)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIX_COLUMNS: tuple[str, ...] = tuple(_FIX.columns.keys())
_TIMES = ("observed_at", "received_at")
_NAMES = ", ".join(f'"{name}"' for name in FIX_COLUMNS)
#: Plain SQL, because one statement for all rows is many times faster in bulk.
_INSERT = (
    f"INSERT INTO sensor_fix ({_NAMES}) "  # noqa: S608 - names from the schema
    f"VALUES ({', '.join('?' * len(FIX_COLUMNS))}) ON CONFLICT DO NOTHING"
)
_FRAME_COLUMNS = tuple(
    type_coerce(_FIX.c[name], BigInteger).label(name)
    if name in _TIMES
    else _FIX.c[name]
    for name in FIX_COLUMNS
)
#: Refused messages kept for a person to look at (assumption: a day's worth is enough).
KEPT_REFUSALS = 1_000
#: Characters kept of a refused message; the rest rarely explains more.
_PAYLOAD_CHARS = 2_000
_NEEDED = ("message_id", "sensor_id", "observed_at")


class Fixes:
    """Fixes by the id of the message they came in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, fixes: Sequence[Mapping[str, Any]]) -> int:
        """Keep fixes in one durable transaction; known message ids stay as they are.

        Parameters
        ----------
        fixes : sequence of mapping
            As ``SensorFix.to_dict`` gives them: ``message_id``, ``sensor_id`` and
            ``observed_at`` (aware) are needed; ``received_at`` is now if not given,
            ``quality_flag`` 2 (not evaluated), the other fields of ``FIX_COLUMNS``
            empty.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        StorageError
            If a field is unknown, missing or cannot be stored; then none is kept.
        """
        now = datetime.now(UTC)
        rows = [_row(fix, now) for fix in fixes]
        if not rows:
            return 0
        with self._database.write() as connection:
            return connection.exec_driver_sql(_INSERT, rows).rowcount

    def frame(
        self,
        *,
        sensor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> pd.DataFrame:
        """Return fixes observed in a period, in order of time.

        Parameters
        ----------
        sensor : str, optional
            Id of one sensor.
        since, until : datetime, optional
            Aware; ``since`` included, ``until`` not.
        """
        query = select(*_FRAME_COLUMNS).order_by(_FIX.c.observed_at, _FIX.c.message_id)
        if sensor is not None:
            query = query.where(_FIX.c.sensor_id == sensor)
        if since is not None:
            query = query.where(_FIX.c.observed_at >= since)
        if until is not None:
            query = query.where(_FIX.c.observed_at < until)
        with self._database.read() as connection:
            return _as_frame(fetch(connection, query))

    def latest(self) -> pd.DataFrame:
        """Return the newest fix of every sensor by the time it was observed."""
        newest = (
            select(_FIX.c.sensor_id, func.max(_FIX.c.observed_at).label("newest"))
            .group_by(_FIX.c.sensor_id)
            .subquery()
        )
        query = (
            select(*_FRAME_COLUMNS)
            .join(
                newest,
                (_FIX.c.sensor_id == newest.c.sensor_id)
                & (_FIX.c.observed_at == newest.c.newest),
            )
            .order_by(_FIX.c.sensor_id, _FIX.c.message_id)
        )
        with self._database.read() as connection:
            frame = _as_frame(fetch(connection, query))
        return frame.drop_duplicates("sensor_id", keep="last", ignore_index=True)

    def flag_counts(self) -> dict[int, int]:
        """Return how many fixes carry each quality flag."""
        query = select(_FIX.c.quality_flag, func.count()).group_by(_FIX.c.quality_flag)
        with self._database.read() as connection:
            return {int(flag): int(n) for flag, n in connection.execute(query)}

    def count(self) -> int:
        """Return how many fixes are kept."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(_FIX)) or 0)

    def add_refused(
        self,
        reason: str,
        *,
        topic: str = "",
        payload: str | bytes = "",
        received_at: datetime | None = None,
    ) -> None:
        """Keep a message that could not be used; the oldest make room.

        Parameters
        ----------
        reason : str
            Why, in words.
        topic : str
            Where it came from.
        payload : str or bytes
            Its content; the first 2,000 characters are kept.
        received_at : datetime, optional
            Aware; now if not given.
        """
        if isinstance(payload, bytes):
            payload = payload[: 4 * _PAYLOAD_CHARS].decode("utf-8", "replace")
        row = {
            "received_at": received_at or datetime.now(UTC),
            "topic": _storable(topic),
            "reason": _storable(reason),
            "payload": _storable(payload),
        }
        newest = select(func.max(_REFUSED.c.refused_id)).scalar_subquery()
        with self._database.write() as connection:
            connection.execute(plain_insert(_REFUSED), row)
            connection.execute(
                delete(_REFUSED).where(_REFUSED.c.refused_id <= newest - KEPT_REFUSALS)
            )

    def refused(self, *, limit: int = 100) -> list[Record]:
        """Return refused messages, newest first."""
        query = select(_REFUSED).order_by(_REFUSED.c.refused_id.desc()).limit(limit)
        with self._database.read() as connection:
            return fetch(connection, query)


def _storable(text: str) -> str:
    """Cut a text to length; lone surrogates, which SQLite refuses, become marks."""
    cut = text[:_PAYLOAD_CHARS]
    return cut.encode("utf-8", "replace").decode("utf-8")


def _row(fix: Mapping[str, Any], now: datetime) -> tuple[object, ...]:
    unknown = set(fix) - set(FIX_COLUMNS)
    missing = [name for name in _NEEDED if not fix.get(name)]
    if unknown or missing:
        raise StorageError(
            f"sensor fix {str(fix.get('message_id'))[:80]!r}: "
            f"unknown {sorted(unknown)}, missing {missing}"
        )
    sequence = fix.get("sequence")
    try:
        return (
            _text(fix["message_id"]),
            _text(fix["sensor_id"]),
            _text(fix.get("platform_id") or ""),
            _microseconds(fix["observed_at"]),
            _microseconds(fix.get("received_at") or now),
            _number(fix.get("lat")),
            _number(fix.get("lon")),
            json.dumps(dict(fix.get("values") or {}), allow_nan=False),
            None if sequence is None else _integer(sequence),
            _integer(fix.get("quality_flag", 2)),
            json.dumps([str(reason) for reason in fix.get("reasons") or ()]),
            _text(fix.get("topic") or ""),
            _text(fix.get("profile") or ""),
            bool(fix.get("simulated", False)),
        )
    except (TypeError, ValueError) as error:
        name = _storable(str(fix["message_id"]))[:80]
        raise StorageError(f"sensor fix {name!r} cannot be stored: {error}") from error


def _text(value: object) -> str:
    text = str(value)
    text.encode("utf-8")  # a lone surrogate would fail only inside the driver
    return text


def _integer(value: int) -> int:
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{str(number)[:40]} does not fit 64 bits")
    return number


def _number(value: float | None) -> float | None:
    if value is None or value != value:
        return None
    return float(value)


def _microseconds(time: datetime) -> int:
    if time.tzinfo is None:
        raise StorageError(f"time without a zone cannot be stored: {time.isoformat()}")
    return (time - _EPOCH) // timedelta(microseconds=1)


def _as_frame(records: Sequence[Record]) -> pd.DataFrame:
    frame = pd.DataFrame(list(records), columns=list(FIX_COLUMNS))
    for name in _TIMES:
        frame[name] = pd.to_datetime(
            frame[name].astype("int64"), unit="us", utc=True
        ).astype("datetime64[us, UTC]")
    return frame.astype(
        {
            "lat": "float64",
            "lon": "float64",
            "quality_flag": "int64",
            "simulated": "bool",
        }
    )
