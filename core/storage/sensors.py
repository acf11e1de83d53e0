"""Sensors: what sends, and when it was last heard."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from core.errors import StorageError
from core.storage._rows import Record, complete, fetch, table_of
from core.storage.database import Database
from core.storage.schema import Sensor

__all__ = ["Sensors"]

_SENSOR = table_of(Sensor)


class Sensors:
    """Sensors by their id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(
        self,
        sensor_id: str,
        *,
        platform: str | None = None,
        name: str | None = None,
        status: str | None = None,
        seen_at: datetime | None = None,
        message_at: datetime | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that a sensor was heard; what is not given stays as it was.

        Parameters
        ----------
        sensor_id : str
            Its name in the messages.
        platform, name, status : str, optional
            Kind of platform, what people call it, and what it says of itself
            (``online``, ``offline``).
        seen_at : datetime, optional
            Aware time of arrival; now if not given. A late note never sets it back.
        message_at : datetime, optional
            Aware time inside the newest message; an older one never sets it back.
        detail : mapping, optional
            Anything else the panel shows.

        Raises
        ------
        StorageError
            If the id is empty.
        """
        if not sensor_id.strip():
            raise StorageError("a sensor needs an id")
        given: Record = {
            "platform": platform,
            "name": name,
            "status": status,
            "last_message_at": message_at,
            "detail": None if detail is None else dict(detail),
        }
        known = {key: value for key, value in given.items() if value is not None}
        known["last_seen_at"] = seen_at or datetime.now(UTC)
        change = insert(_SENSOR).values(
            complete(_SENSOR, {"sensor_id": sensor_id, **known})
        )
        new: dict[str, Any] = {key: change.excluded[key] for key in known}
        for key in {"last_seen_at", "last_message_at"} & set(known):
            before = func.coalesce(_SENSOR.c[key], change.excluded[key])
            new[key] = func.max(before, change.excluded[key])
        with self._database.write() as connection:
            connection.execute(
                change.on_conflict_do_update(index_elements=["sensor_id"], set_=new)
            )

    def listing(self) -> list[Record]:
        """Return every sensor, the one last heard first."""
        query = select(_SENSOR).order_by(
            _SENSOR.c.last_seen_at.desc(), _SENSOR.c.sensor_id
        )
        with self._database.read() as connection:
            return fetch(connection, query)
