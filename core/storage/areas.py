"""Areas on the map, model fields, and versions of the harm weights."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from core.errors import NotFoundError, StorageError
from core.storage._membership import link
from core.storage._rows import Record, complete, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.field_schema import Area, HarmWeightsVersion, ModelField
from core.storage.revisions import bump

__all__ = ["AREA_KINDS", "Areas", "HarmWeightsVersions", "ModelFields"]

AREA_KINDS: tuple[str, ...] = ("sensitive", "species_range", "drawn")
_AREA = table_of(Area)
_WEIGHTS = table_of(HarmWeightsVersion)
_FIELD = table_of(ModelField)


class Areas:
    """Areas by an id made from their content; retired ones stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        name: str,
        kind: str,
        geojson: Mapping[str, Any],
        properties: Mapping[str, Any] | None = None,
        actor: str = "",
    ) -> str:
        """Keep an area and return its id; a retired one is in use again.

        Parameters
        ----------
        name : str
            What people call it.
        kind : str
            One of `AREA_KINDS`.
        geojson : mapping
            GeoJSON geometry, feature or collection.
        properties : mapping, optional
            Source, weight, season: what the kind needs.
        actor : str
            Who saved it.

        Raises
        ------
        StorageError
            If the name is empty, the kind unknown, or the geometry no JSON.
        """
        if not name.strip():
            raise StorageError("an area needs a name")
        if kind not in AREA_KINDS:
            raise StorageError(
                f"unknown kind of area {kind[:60]!r}, expected {', '.join(AREA_KINDS)}"
            )
        text = _json([name, kind, dict(geojson), dict(properties or {})], "area")
        area_id = hashlib.sha256(text.encode()).hexdigest()[:16]
        _, _, geometry, given = json.loads(text)
        record = {
            "area_id": area_id,
            "name": name,
            "kind": kind,
            "geojson": geometry,
            "properties": given,
            "saved_at": datetime.now(UTC),
            "saved_by": actor,
        }
        with self._database.write() as connection:
            row = complete(_AREA, record)
            connection.execute(
                insert(_AREA)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["area_id"],
                    set_={"active": True, "retired_at": None},
                )
            )
            bump(connection, "areas")
        return area_id

    def get(self, area_id: str) -> Record:
        """Return an area, retired or not.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_AREA).where(_AREA.c.area_id == area_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no area {area_id!r}")

    def listing(
        self, *, kind: str | None = None, active: bool | None = True
    ) -> list[Record]:
        """Return areas by name; ``active=None`` returns the retired ones too."""
        query = select(_AREA).order_by(_AREA.c.name, _AREA.c.area_id)
        if kind is not None:
            query = query.where(_AREA.c.kind == kind)
        if active is not None:
            query = query.where(_AREA.c.active == active)
        with self._database.read() as connection:
            return fetch(connection, query)

    def retire(self, area_id: str) -> None:
        """Take an area out of use; it stays for what was made with it.

        Raises
        ------
        NotFoundError
            If there is no such area.
        """
        change = update(_AREA).where(_AREA.c.area_id == area_id)
        with self._database.write() as connection:
            done = connection.execute(
                change.values(active=False, retired_at=datetime.now(UTC))
            )
            if done.rowcount == 0:
                raise NotFoundError(f"no area {area_id!r}")
            bump(connection, "areas")


class HarmWeightsVersions:
    """Harm weights; a change is a new version, so old priorities can be explained."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, document: Mapping[str, Any], actor: str, note: str = "") -> int:
        """Keep weights and return their version; those in force are kept once.

        Raises
        ------
        StorageError
            If the document is not JSON.
        """
        kept = json.loads(_json(dict(document), "harm weights"))
        with self._database.write() as connection:
            newest = self.current()
            if newest is not None and newest["document"] == kept:
                return int(newest["version"])
            version = 1 if newest is None else int(newest["version"]) + 1
            record = {
                "version": version,
                "document": kept,
                "note": note,
                "saved_at": datetime.now(UTC),
                "saved_by": actor,
            }
            insert_new(connection, _WEIGHTS, [record])
            bump(connection, "harm_weights")
        return version

    def current(self) -> Record | None:
        """Return the newest version, or None before anybody saved one."""
        found = self.listing(limit=1)
        return found[0] if found else None

    def listing(self, *, limit: int | None = None) -> list[Record]:
        """Return versions, newest first."""
        query = select(_WEIGHTS).order_by(_WEIGHTS.c.version.desc()).limit(limit)
        with self._database.read() as connection:
            return fetch(connection, query)


class ModelFields:
    """Published model fields; the grids are files of ``store.files``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Mapping[str, Any]) -> bool:
        """Keep a field's row; returns whether it is new or in use again.

        Raises
        ------
        StorageError
            If a field is unknown or missing.
        """
        if not record.get("field_id"):
            raise StorageError("model_field needs the field field_id")
        same = _FIELD.c.field_id == record["field_id"]
        owner = str(record.get("import_id", ""))
        with self._database.write() as connection:
            changed = insert_new(connection, _FIELD, [record]).added
            if not changed:
                link(connection, _FIELD, [record["field_id"]], owner)
                again = update(_FIELD).where(same, _FIELD.c.active.is_(False))
                changed = connection.execute(again.values(active=True)).rowcount
            if changed:
                bump(connection, "model_fields")
        return bool(changed)

    def get(self, field_id: str) -> Record:
        """Return a field.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_FIELD).where(_FIELD.c.field_id == field_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no model field {field_id!r}")

    def listing(self, *, active: bool | None = True) -> list[Record]:
        """Return fields by name; ``active=None`` returns withdrawn ones too."""
        query = select(_FIELD).order_by(_FIELD.c.name, _FIELD.c.field_id)
        if active is not None:
            query = query.where(_FIELD.c.active == active)
        with self._database.read() as connection:
            return fetch(connection, query)


def _json(document: Any, word: str) -> str:
    try:
        return json.dumps(document, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StorageError(f"{word} cannot be kept as JSON: {error}") from error
