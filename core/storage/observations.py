"""Observation frames, kept for good; what is corrected is superseded, not erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy.typing as npt
import pandas as pd
from sqlalchemy import func, select, update
from sqlalchemy.sql.elements import ColumnElement

from core.errors import StorageError
from core.observations import OBSERVATION_DTYPES
from core.storage._frames import (
    BBox,
    FrameTable,
    box_conditions,
    require_zone,
    survey_conditions,
    time_conditions,
)
from core.storage._membership import add_rows, not_withdrawn
from core.storage._rows import AddResult, Record, fetch, table_of
from core.storage.database import Database
from core.storage.revisions import bump
from core.storage.schema import Observation

__all__ = ["OBSERVATION_ROWS", "Observations"]

_OBSERVATION = table_of(Observation)
OBSERVATION_ROWS = FrameTable(_OBSERVATION, OBSERVATION_DTYPES, "observation")


class Observations:
    """Observations by their content-based id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, frame: pd.DataFrame, *, import_id: str = "") -> AddResult:
        """Add the rows of an observation frame; known ids are left as they are.

        Parameters
        ----------
        frame : DataFrame
            As ``core.observations.make_observations`` returns it.
        import_id : str
            Import they came with; withdrawing it withdraws them.

        Returns
        -------
        AddResult
            Rows that are new or stand again, and rows that stood already.
        """
        with self._database.write() as connection:
            return add_rows(
                connection, OBSERVATION_ROWS, frame, import_id, "observations"
            )

    def known(
        self, observation_ids: Sequence[str], *, include_withdrawn: bool = True
    ) -> set[str]:
        """Which of these ids are stored already, superseded or not."""
        kept = [] if include_withdrawn else [not_withdrawn(_OBSERVATION)]
        with self._database.read() as connection:
            return OBSERVATION_ROWS.ids_where(connection, observation_ids, *kept)

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
            result = OBSERVATION_ROWS.insert(connection, frame, "")
            # What a person confirmed stands by itself, whatever import it came with.
            connection.execute(
                update(_OBSERVATION)
                .where(column.observation_id.in_(ids))
                .values(active=True, superseded_by=None, import_id="")
            )
            bump(connection, "observations")
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
        query = select(*OBSERVATION_ROWS.selected).where(
            *_conditions(survey, categories, since, until, bbox, include_superseded)
        )
        query = query.order_by(
            _OBSERVATION.c.observed_at, _OBSERVATION.c.observation_id
        )
        with self._database.read() as connection:
            return OBSERVATION_ROWS.read(connection, query)

    def columns(
        self,
        names: Sequence[str],
        *,
        survey: str | Sequence[str] | None = None,
        categories: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: BBox | None = None,
    ) -> dict[str, npt.NDArray[Any]]:
        """Return whole columns of the rows that stand, fast, in no fixed order.

        Parameters
        ----------
        names : sequence of str
            Columns of `OBSERVATION_COLUMNS`.
        survey, categories, since, until, bbox
            As for `frame`.

        Returns
        -------
        dict of str to ndarray, each of shape (n,)
            ``h3`` as uint64 cell numbers (0 where there is none), times as
            ``datetime64[us]`` in UTC, texts as objects of which equal ones are shared.

        Raises
        ------
        StorageError
            If a name is no column.
        """
        found = _conditions(survey, categories, since, until, bbox, False)
        with self._database.read() as connection:
            return OBSERVATION_ROWS.columns(connection, names, found)

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
        require_zone(moment)
        column = _OBSERVATION.c
        query = (
            select(*OBSERVATION_ROWS.selected, column.ingested_at)
            .where(column.active, column.ingested_at > moment)
            .order_by(column.observed_at, column.observation_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).fetchall()
        stored_at = pd.to_datetime([row[-1] for row in rows], utc=True)
        return OBSERVATION_ROWS.as_frame([row[:-1] for row in rows]).assign(
            ingested_at=stored_at
        )

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


def _conditions(
    survey: str | Sequence[str] | None,
    categories: Sequence[str] | None,
    since: datetime | None,
    until: datetime | None,
    bbox: BBox | None,
    include_superseded: bool,
) -> list[ColumnElement[bool]]:
    column = _OBSERVATION.c
    found: list[ColumnElement[bool]] = [] if include_superseded else [column.active]
    if categories is not None:
        found.append(column.category.in_(list(categories)))
    return [
        *found,
        *survey_conditions(_OBSERVATION, survey),
        *time_conditions(column.observed_at, since, until),
        *box_conditions(_OBSERVATION, bbox),
    ]
