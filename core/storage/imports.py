"""Imported files, and the layouts that users described."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, func, select, update

from core.errors import StorageError
from core.storage._membership import discard, n_rows_of, settle, stage_rows
from core.storage._rows import Record, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.field_schema import (
    ImportedFile,
    ImportProfile,
    Measurement,
    ModelField,
    SamplingEvent,
)
from core.storage.measurements import EVENT_ROWS, MEASUREMENT_ROWS
from core.storage.observations import OBSERVATION_ROWS
from core.storage.revisions import bump
from core.storage.schema import Observation

__all__ = ["ImportProfiles", "Imports"]

_FILE = table_of(ImportedFile)
_PROFILE = table_of(ImportProfile)
#: Tables whose rows come with imports, by the name of their revision.
_KINDS: dict[str, Table] = {
    "observations": table_of(Observation),
    "measurements": table_of(Measurement),
    "events": table_of(SamplingEvent),
    "model_fields": table_of(ModelField),
}


class Imports:
    """Imported files by an id made from their content and how they were read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Mapping[str, Any]) -> bool:
        """Note an imported file; one that is there is left as it is.

        Parameters
        ----------
        record : mapping
            The fields of the table ``imported_file``.

        Returns
        -------
        bool
            Whether it is new.

        Raises
        ------
        StorageError
            If a field is unknown or missing.
        """
        if not record.get("import_id"):
            raise StorageError("imported_file needs the field import_id")
        with self._database.write() as connection:
            new = insert_new(connection, _FILE, [record]).added == 1
            if new:
                bump(connection, "imports")
        return new

    def get(self, import_id: str) -> Record:
        """Return an imported file.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_FILE).where(_FILE.c.import_id == import_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no import {import_id!r}")

    def listing(self, *, active: bool | None = None) -> list[Record]:
        """Return imported files, newest first; withdrawn ones too unless asked."""
        query = select(_FILE).order_by(_FILE.c.imported_at.desc(), _FILE.c.import_id)
        if active is not None:
            query = query.where(_FILE.c.active == active)
        with self._database.read() as connection:
            return fetch(connection, query)

    def stage(
        self,
        import_id: str,
        *,
        observations: pd.DataFrame | None = None,
        measurements: pd.DataFrame | None = None,
        events: pd.DataFrame | None = None,
    ) -> None:
        """Write rows of an import that nobody sees yet; `stand` makes them count.

        A large file is staged in parts, each a short transaction, so that others can
        write meanwhile. Staging the same rows again changes nothing.

        Raises
        ------
        StorageError
            If a frame lacks a column.
        """
        given = (
            (OBSERVATION_ROWS, observations),
            (MEASUREMENT_ROWS, measurements),
            (EVENT_ROWS, events),
        )
        with self._database.write() as connection:
            for rows, frame in given:
                if frame is not None:
                    stage_rows(connection, rows, frame, import_id)

    def stand(self, record: Mapping[str, Any]) -> dict[str, int]:
        """Note an imported file and let all its staged rows count, at once.

        Returns
        -------
        dict of str to int
            Rows that now stand and did not before, by kind; rows that already stood
            with another import are not among them.

        Raises
        ------
        StorageError
            If rows that were staged are gone (somebody discarded them).
        """
        import_id = str(record["import_id"])
        with self._database.write() as connection:
            self.add(record)
            _require_staged(connection, record)
            return _settle_all(connection, import_id)

    def discard(self, import_id: str) -> None:
        """Delete what was staged for an import that was never noted.

        Raises
        ------
        StorageError
            If it was noted: then it can be withdrawn, and nothing is deleted.
        """
        noted = select(_FILE.c.import_id).where(_FILE.c.import_id == import_id)
        with self._database.write() as connection:
            if connection.scalar(noted) is not None:
                raise StorageError(f"import {import_id!r} is kept; withdraw it instead")
            for table in _KINDS.values():
                discard(connection, table, import_id)

    def withdraw(self, import_id: str, *, actor: str = "") -> dict[str, int]:
        """Take everything that came with an import, and with no other, out of use.

        Returns
        -------
        dict of str to int
            Rows that no longer stand: ``observations``, ``measurements``, ``events``,
            ``model_fields``.

        Raises
        ------
        NotFoundError
            If there is no such import.
        """
        return self._set(import_id, active=False, actor=actor)

    def restore(self, import_id: str, *, actor: str = "") -> dict[str, int]:
        """Bring a withdrawn import back; returns the rows that stand again.

        Raises
        ------
        NotFoundError
            If there is no such import.
        """
        return self._set(import_id, active=True, actor=actor)

    def _set(self, import_id: str, *, active: bool, actor: str) -> dict[str, int]:
        with self._database.write() as connection:
            if self.get(import_id)["active"] == active:
                return dict.fromkeys(_KINDS, 0)
            connection.execute(
                update(_FILE)
                .where(_FILE.c.import_id == import_id)
                .values(active=active, changed_at=datetime.now(UTC), changed_by=actor)
            )
            bump(connection, "imports")
            return _settle_all(connection, import_id)


def _settle_all(connection: Connection, import_id: str) -> dict[str, int]:
    """Let rows stand as their imports do, and raise the revisions of what changed."""
    changed = {n: settle(connection, t, import_id) for n, t in _KINDS.items()}
    for name, n_rows in changed.items():
        if n_rows:
            bump(connection, name)
    return changed


def _require_staged(connection: Connection, record: Mapping[str, Any]) -> None:
    for name in ("observations", "measurements", "events"):
        expected = int(record.get(f"n_{name}", 0))
        found = n_rows_of(connection, _KINDS[name], str(record["import_id"]))
        if found < expected:
            raise StorageError(
                f"{expected - found} staged {name} of {record['name']} are gone; "
                "import it again"
            )


class ImportProfiles:
    """Layouts that users described, by name; every version is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, name: str, document: Mapping[str, Any], actor: str) -> int:
        """Keep a layout and return its version; the same content is kept once.

        Raises
        ------
        StorageError
            If the name is empty.
        """
        if not name.strip():
            raise StorageError("a layout needs a name")
        with self._database.write() as connection:
            newest = _newest(connection, name)
            if newest is not None and newest["document"] == dict(document):
                return int(newest["version"])
            version = 1 if newest is None else int(newest["version"]) + 1
            record = {
                "name": name,
                "version": version,
                "document": dict(document),
                "saved_at": datetime.now(UTC),
                "saved_by": actor,
            }
            insert_new(connection, _PROFILE, [record])
            bump(connection, "import_profiles")
        return version

    def get(self, name: str, *, version: int | None = None) -> Record:
        """Return a layout, the newest version unless told.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_PROFILE).where(_PROFILE.c.name == name)
        if version is not None:
            query = query.where(_PROFILE.c.version == version)
        query = query.order_by(_PROFILE.c.version.desc()).limit(1)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no saved layout {name!r}")

    def listing(self) -> list[Record]:
        """Return the newest version of every layout, by name."""
        newest = (
            select(_PROFILE.c.name, func.max(_PROFILE.c.version).label("version"))
            .group_by(_PROFILE.c.name)
            .subquery()
        )
        query = select(_PROFILE).join(
            newest,
            (_PROFILE.c.name == newest.c.name)
            & (_PROFILE.c.version == newest.c.version),
        )
        with self._database.read() as connection:
            return fetch(connection, query.order_by(_PROFILE.c.name))


def _newest(connection: Connection, name: str) -> Record | None:
    query = select(_PROFILE).where(_PROFILE.c.name == name)
    found = fetch(connection, query.order_by(_PROFILE.c.version.desc()).limit(1))
    return found[0] if found else None
