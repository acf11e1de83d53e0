"""Measurements and sampling events; those of a withdrawn import no longer stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy.typing as npt
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from core.observations.measurements import EVENT_DTYPES, MEASUREMENT_DTYPES
from core.storage._frames import (
    BBox,
    FrameTable,
    box_conditions,
    survey_conditions,
    time_conditions,
)
from core.storage._membership import add_rows
from core.storage._rows import AddResult, Record, fetch, table_of
from core.storage.database import Database
from core.storage.field_schema import Measurement, SamplingEvent

__all__ = ["EVENT_ROWS", "MEASUREMENT_ROWS", "Measurements", "SamplingEvents"]

_MEASUREMENT = table_of(Measurement)
_EVENT = table_of(SamplingEvent)
MEASUREMENT_ROWS = FrameTable(_MEASUREMENT, MEASUREMENT_DTYPES, "measurement")
EVENT_ROWS = FrameTable(_EVENT, EVENT_DTYPES, "sampling event")
#: SQLite takes 32,766 values in a statement; stay well below.
_CHUNK = 5_000


class Measurements:
    """Measurements by their content-based id; no two quantities are ever mixed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, frame: pd.DataFrame, *, import_id: str = "") -> AddResult:
        """Add the rows of a measurement frame; known ids are left as they are.

        Returns
        -------
        AddResult
            Rows that are new or stand again, and rows that stood already.

        Raises
        ------
        StorageError
            If the frame lacks a column.
        """
        with self._database.write() as connection:
            return add_rows(
                connection, MEASUREMENT_ROWS, frame, import_id, "measurements"
            )

    def known(
        self, measurement_ids: Sequence[str], *, include_withdrawn: bool = True
    ) -> set[str]:
        """Which of these ids are stored already."""
        kept = [] if include_withdrawn else [_MEASUREMENT.c.active]
        with self._database.read() as connection:
            return MEASUREMENT_ROWS.ids_where(connection, measurement_ids, *kept)

    def frame(
        self,
        *,
        quantity: str | None = None,
        medium: str | None = None,
        survey: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: BBox | None = None,
    ) -> pd.DataFrame:
        """Return measurements as a frame, in order of time.

        Parameters
        ----------
        quantity, medium : str, optional
            Codes of ``core.observations.quantities``.
        survey : str or sequence of str, optional
            Names of surveys.
        since, until : datetime, optional
            Aware; ``since`` included, ``until`` not.
        bbox : (west, south, east, north), optional
            Degrees; west > east crosses 180 degrees.
        """
        found = _conditions(quantity, medium, survey, since, until, bbox)
        query = select(*MEASUREMENT_ROWS.selected).where(*found)
        query = query.order_by(
            _MEASUREMENT.c.observed_at, _MEASUREMENT.c.measurement_id
        )
        with self._database.read() as connection:
            return MEASUREMENT_ROWS.read(connection, query)

    def columns(
        self,
        names: Sequence[str],
        *,
        quantity: str | None = None,
        medium: str | None = None,
        survey: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: BBox | None = None,
    ) -> dict[str, npt.NDArray[Any]]:
        """Return whole columns, fast, in no fixed order; as ``observations.columns``.

        Raises
        ------
        StorageError
            If a name is no column.
        """
        found = _conditions(quantity, medium, survey, since, until, bbox)
        with self._database.read() as connection:
            return MEASUREMENT_ROWS.columns(connection, names, found)

    def layers(self) -> list[Record]:
        """Return per quantity and medium: rows, first and last time, simulated or not.

        Records with ``quantity``, ``medium``, ``rows``, ``first_at``, ``last_at`` and
        ``simulated`` (true if any row is).
        """
        column = _MEASUREMENT.c
        query = (
            select(
                column.quantity,
                column.medium,
                func.count().label("rows"),
                func.min(column.observed_at).label("first_at"),
                func.max(column.observed_at).label("last_at"),
                func.max(column.simulated).label("simulated"),
            )
            .where(column.active)
            .group_by(column.quantity, column.medium)
            .order_by(column.quantity, column.medium)
        )
        with self._database.read() as connection:
            return fetch(connection, query)

    def count(self) -> int:
        """Return how many rows stand."""
        query = select(func.count()).where(_MEASUREMENT.c.active)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)


class SamplingEvents:
    """Tows, walks and flights by their content-based id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, frame: pd.DataFrame, *, import_id: str = "") -> AddResult:
        """Add the rows of an event frame; known ids are left as they are.

        Raises
        ------
        StorageError
            If the frame lacks a column.
        """
        with self._database.write() as connection:
            return add_rows(connection, EVENT_ROWS, frame, import_id, "events")

    def known(
        self, event_ids: Sequence[str], *, include_withdrawn: bool = True
    ) -> set[str]:
        """Which of these ids are stored already."""
        kept = [] if include_withdrawn else [_EVENT.c.active]
        with self._database.read() as connection:
            return EVENT_ROWS.ids_where(connection, event_ids, *kept)

    def frame(
        self,
        *,
        medium: str | None = None,
        survey: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: BBox | None = None,
    ) -> pd.DataFrame:
        """Return sampling events as a frame, in order of their start."""
        found = [
            _EVENT.c.active,
            *([] if medium is None else [_EVENT.c.medium == medium]),
            *survey_conditions(_EVENT, survey),
            *time_conditions(_EVENT.c.started_at, since, until),
            *box_conditions(_EVENT, bbox),
        ]
        return self._read(found)

    def by_name(self, names: Sequence[str]) -> pd.DataFrame:
        """Return the events that stand under these names (column ``event``)."""
        wanted = list(dict.fromkeys(names))
        chunks = [wanted[i : i + _CHUNK] for i in range(0, len(wanted), _CHUNK)]
        parts = [
            self._read([_EVENT.c.active, _EVENT.c.event.in_(chunk)])
            for chunk in chunks or [[]]
        ]
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def count(self) -> int:
        """Return how many rows stand."""
        query = select(func.count()).where(_EVENT.c.active)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def _read(self, conditions: Sequence[ColumnElement[bool]]) -> pd.DataFrame:
        query = select(*EVENT_ROWS.selected).where(*conditions)
        query = query.order_by(_EVENT.c.started_at, _EVENT.c.event_id)
        with self._database.read() as connection:
            return EVENT_ROWS.read(connection, query)


def _conditions(
    quantity: str | None,
    medium: str | None,
    survey: str | Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
    bbox: BBox | None,
) -> list[ColumnElement[bool]]:
    column = _MEASUREMENT.c
    found: list[ColumnElement[bool]] = [column.active]
    if quantity is not None:
        found.append(column.quantity == quantity)
    if medium is not None:
        found.append(column.medium == medium)
    return [
        *found,
        *survey_conditions(_MEASUREMENT, survey),
        *time_conditions(column.observed_at, since, until),
        *box_conditions(_MEASUREMENT, bbox),
    ]
