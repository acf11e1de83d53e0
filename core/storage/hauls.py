"""What vessels brought in."""

from datetime import datetime

import pandas as pd
from sqlalchemy import select

from core.errors import StorageError
from core.storage._rows import AddResult, as_frame, fetch, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Haul

__all__ = ["HAUL_COLUMNS", "Hauls"]

_HAUL = table_of(Haul)
HAUL_COLUMNS: tuple[str, ...] = tuple(_HAUL.columns.keys())
_TIMES = ("started_at", "ended_at")
_NUMBERS = ("planned_kg", "hauled_kg", "hours", "fuel_l", "cost", "distance_km")


class Hauls:
    """Hauls by their id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, frame: pd.DataFrame) -> AddResult:
        """Add the rows of a hauls frame; known ids are left as they are.

        Raises
        ------
        StorageError
            If a column is missing.
        """
        missing = [name for name in HAUL_COLUMNS if name not in frame.columns]
        if missing:
            raise StorageError(f"hauls frame lacks {', '.join(missing)}")
        plain = frame.loc[:, list(HAUL_COLUMNS)].astype("object")
        plain = plain.where(plain.notna(), None)
        records = [
            {
                str(key): value.to_pydatetime()
                if isinstance(value, pd.Timestamp)
                else value
                for key, value in record.items()
            }
            for record in plain.to_dict("records")
        ]
        with self._database.write() as connection:
            return insert_new(connection, _HAUL, records)

    def frame(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> pd.DataFrame:
        """Return hauls that started in a period, oldest first."""
        query = select(_HAUL).order_by(_HAUL.c.started_at, _HAUL.c.haul_id)
        if since is not None:
            query = query.where(_HAUL.c.started_at >= since)
        if until is not None:
            query = query.where(_HAUL.c.started_at < until)
        with self._database.read() as connection:
            frame = as_frame(fetch(connection, query), _HAUL)
        for name in _TIMES:
            frame[name] = pd.to_datetime(frame[name], utc=True).astype(
                "datetime64[us, UTC]"
            )
        return frame.astype({**dict.fromkeys(_NUMBERS, "float64"), "simulated": "bool"})
