"""Drift forecasts, and reports of how well forecasts met drifters."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from core.errors import StorageError
from core.storage._rows import Record, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Forecast, SkillReport

__all__ = ["Forecasts", "SkillReports"]

_FORECAST = table_of(Forecast)
_REPORT = table_of(SkillReport)


class Forecasts:
    """Forecasts and hindcasts by their id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Mapping[str, Any]) -> bool:
        """Keep a forecast; one of that id is left as it is.

        Parameters
        ----------
        record : mapping
            The fields of the table ``forecast``; ``created_at`` is now if not given.

        Returns
        -------
        bool
            Whether it is new.

        Raises
        ------
        StorageError
            If a field is unknown or missing, or the summary is not JSON.
        """
        row = {"created_at": datetime.now(UTC), **record}
        for field in ("params", "summary"):
            row[field] = json.loads(_plain_text(row.get(field), f"forecast {field}"))
        with self._database.write() as connection:
            return insert_new(connection, _FORECAST, [row]).added == 1

    def get(self, forecast_id: str) -> Record:
        """Return a forecast with its summary.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_FORECAST).where(_FORECAST.c.forecast_id == forecast_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no forecast {forecast_id!r}")

    def listing(self, *, kind: str | None = None, limit: int = 100) -> list[Record]:
        """Return forecasts without their summaries, newest first."""
        columns = [column for column in _FORECAST.columns if column.name != "summary"]
        query = select(*columns).order_by(
            _FORECAST.c.created_at.desc(), _FORECAST.c.forecast_id
        )
        if kind is not None:
            query = query.where(_FORECAST.c.kind == kind)
        with self._database.read() as connection:
            return fetch(connection, query.limit(limit))


class SkillReports:
    """Skill reports by an id made from their content."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        document: Mapping[str, Any],
        *,
        name: str,
        source_sha256: str = "",
        simulated: bool = False,
        created_by: str,
    ) -> str:
        """Keep a report; the same document is kept once.

        Parameters
        ----------
        document : mapping
            The report as JSON.
        name : str
            What people call it.
        source_sha256 : str
            File of the drifters it was measured on.
        simulated : bool
            Whether the drifters were simulated.
        created_by : str
            Who asked for it.

        Returns
        -------
        str
            The report's id.

        Raises
        ------
        StorageError
            If the document is not JSON.
        """
        text = _plain_text(document, "skill report")
        report_id = hashlib.sha256(text.encode()).hexdigest()[:16]
        record = {
            "report_id": report_id,
            "name": name,
            "document": json.loads(text),
            "source_sha256": source_sha256,
            "simulated": simulated,
            "created_at": datetime.now(UTC),
            "created_by": created_by,
        }
        with self._database.write() as connection:
            insert_new(connection, _REPORT, [record])
        return report_id

    def get(self, report_id: str) -> Record:
        """Return a report with its document.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_REPORT).where(_REPORT.c.report_id == report_id)
        with self._database.read() as connection:
            return fetch_one(
                connection, query, missing=f"no skill report {report_id!r}"
            )

    def listing(self, *, limit: int = 100) -> list[Record]:
        """Return reports, newest first."""
        query = select(_REPORT).order_by(
            _REPORT.c.created_at.desc(), _REPORT.c.report_id
        )
        with self._database.read() as connection:
            return fetch(connection, query.limit(limit))


def _plain_text(document: object, what: str) -> str:
    """Return JSON without NaN, which no reader of the database would expect."""
    try:
        return json.dumps(document, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StorageError(f"{what} is not JSON: {error}") from error
