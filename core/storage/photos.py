"""Photos, and the files that could not become photos."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import delete, func, select, update

from core.errors import NotFoundError
from core.storage._rows import (
    AddResult,
    Record,
    as_frame,
    fetch,
    fetch_one,
    insert_new,
    table_of,
)
from core.storage.database import Database
from core.storage.schema import Photo, RefusedFile

__all__ = ["Photos"]

_PHOTO = table_of(Photo)
_REFUSED = table_of(RefusedFile)
#: SQLite takes 32,766 values in a statement; stay well below.
_CHUNK = 5_000


class Photos:
    """Photos by the SHA-256 of their bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *records: Mapping[str, Any]) -> AddResult:
        """Add photos; one whose bytes are known is left as it is.

        Parameters
        ----------
        *records : mapping
            ``sha256, name, size_bytes, width, height, format, survey`` and, where
            known, ``taken_at, lat, lon, position_source, effort_km2,
            thumbnail_sha256, warnings, simulated``.
        """
        now = datetime.now(UTC)
        rows = [{"added_at": now, **record} for record in records]
        with self._database.write() as connection:
            return insert_new(connection, _PHOTO, rows)

    def get(self, sha256: str) -> Record:
        """Return a photo.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_PHOTO).where(_PHOTO.c.sha256 == sha256)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no photo {sha256[:12]}")

    def known(self, sha256s: Iterable[str]) -> set[str]:
        """Which of these are stored already."""
        wanted = list(sha256s)
        found: set[str] = set()
        with self._database.read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                part = wanted[start : start + _CHUNK]
                query = select(_PHOTO.c.sha256).where(_PHOTO.c.sha256.in_(part))
                found.update(connection.scalars(query))
        return found

    def listing(self, *, survey: str | None = None) -> list[Record]:
        """Return photos in the order they were added."""
        query = select(_PHOTO).order_by(_PHOTO.c.added_at, _PHOTO.c.name)
        if survey is not None:
            query = query.where(_PHOTO.c.survey == survey)
        with self._database.read() as connection:
            return fetch(connection, query)

    def frame(self, *, survey: str | None = None) -> pd.DataFrame:
        """Return photos as a frame."""
        return as_frame(self.listing(survey=survey), _PHOTO)

    def count(self, *, survey: str | None = None) -> int:
        """Return how many photos there are."""
        query = select(func.count()).select_from(_PHOTO)
        if survey is not None:
            query = query.where(_PHOTO.c.survey == survey)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def set_position(
        self, sha256: str, *, lat: float | None, lon: float | None, position_source: str
    ) -> None:
        """Record a mended position and who or what it came from.

        Raises
        ------
        NotFoundError
            If there is no such photo.
        """
        change = (
            update(_PHOTO)
            .where(_PHOTO.c.sha256 == sha256)
            .values(lat=lat, lon=lon, position_source=position_source)
        )
        with self._database.write() as connection:
            if connection.execute(change).rowcount == 0:
                raise NotFoundError(f"no photo {sha256[:12]}")

    def refuse(
        self,
        *,
        survey: str,
        name: str,
        reason: str,
        sha256: str = "",
        size_bytes: int | None = None,
    ) -> bool:
        """Record a file that could not be used; the same one is recorded once."""
        record = {
            "survey": survey,
            "name": name,
            "reason": reason,
            "sha256": sha256,
            "size_bytes": size_bytes,
            "refused_at": datetime.now(UTC),
        }
        with self._database.write() as connection:
            return insert_new(connection, _REFUSED, [record]).added == 1

    def forget_refusal(self, *, survey: str, name: str, sha256: str) -> bool:
        """Forget that a file was refused, because it was tried again.

        Parameters
        ----------
        survey, name : str
            As it was refused.
        sha256 : str
            What the file holds now; a refusal of other content stays, one of a file
            that could not even be read goes.
        """
        column = _REFUSED.c
        gone = delete(_REFUSED).where(
            column.survey == survey,
            column.name == name,
            column.sha256.in_(("", sha256)),
        )
        with self._database.write() as connection:
            return connection.execute(gone).rowcount > 0

    def refused(self, *, survey: str | None = None) -> list[Record]:
        """Return the files that could not be used, oldest first."""
        query = select(_REFUSED).order_by(_REFUSED.c.refused_id)
        if survey is not None:
            query = query.where(_REFUSED.c.survey == survey)
        with self._database.read() as connection:
            return fetch(connection, query)
