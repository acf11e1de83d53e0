"""Cleanup plans, and the fleets and ports they are made for."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from core.errors import NotFoundError, StorageError
from core.storage._rows import Record, complete, fetch, fetch_one, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Fleet, Plan, Port

__all__ = ["Fleets", "Plans"]

_PLAN = table_of(Plan)
_FLEET = table_of(Fleet)
_PORT = table_of(Port)


class Plans:
    """Plans by an id made from their content."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        document: Mapping[str, Any],
        *,
        created_by: str,
        name: str = "",
        simulated: bool = False,
    ) -> str:
        """Keep a plan; the same document is kept once.

        Parameters
        ----------
        document : mapping
            The plan in the JSON layout of the contract, with ``seed`` and ``solver``.
        created_by : str
            Who asked for it.
        name : str
            What people call it.
        simulated : bool
            Whether it was made from simulated data.

        Returns
        -------
        str
            The plan's id.

        Raises
        ------
        StorageError
            If the document is not JSON, or lacks its seed or solver.
        """
        try:
            text = json.dumps(document, sort_keys=True, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise StorageError(f"plan is not JSON: {error}") from error
        for field in ("seed", "solver"):
            if field not in document:
                raise StorageError(f"plan lacks its {field}")
        plan_id = hashlib.sha256(text.encode()).hexdigest()[:16]
        record = {
            "plan_id": plan_id,
            "name": name,
            "document": json.loads(text),
            "seed": int(document["seed"]),
            "solver": str(document["solver"]),
            "simulated": simulated,
            "created_at": datetime.now(UTC),
            "created_by": created_by,
        }
        with self._database.write() as connection:
            insert_new(connection, _PLAN, [record])
        return plan_id

    def get(self, plan_id: str) -> Record:
        """Return a plan with its document.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_PLAN).where(_PLAN.c.plan_id == plan_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no plan {plan_id!r}")

    def listing(self, *, limit: int = 100) -> list[Record]:
        """Return plans, newest first."""
        query = select(_PLAN).order_by(_PLAN.c.created_at.desc()).limit(limit)
        with self._database.read() as connection:
            return fetch(connection, query)


class Fleets:
    """Fleet presets by name, and ports by LOCODE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        name: str,
        document: Mapping[str, Any],
        *,
        simulated: bool = False,
        updated_by: str = "",
    ) -> None:
        """Keep a fleet in the layout of the contract; replaces one of that name."""
        record = {
            "name": name,
            "document": dict(document),
            "simulated": simulated,
            "updated_at": datetime.now(UTC),
            "updated_by": updated_by,
        }
        change = insert(_FLEET).values(complete(_FLEET, record))
        change = change.on_conflict_do_update(
            index_elements=["name"],
            set_={key: value for key, value in record.items() if key != "name"},
        )
        with self._database.write() as connection:
            connection.execute(change)

    def get(self, name: str) -> Record:
        """Return a fleet.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        query = select(_FLEET).where(_FLEET.c.name == name)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no fleet {name!r}")

    def listing(self) -> list[Record]:
        """Return every fleet by name."""
        with self._database.read() as connection:
            return fetch(connection, select(_FLEET).order_by(_FLEET.c.name))

    def remove(self, name: str) -> None:
        """Forget a fleet.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self._database.write() as connection:
            gone = connection.execute(delete(_FLEET).where(_FLEET.c.name == name))
            if gone.rowcount == 0:
                raise NotFoundError(f"no fleet {name!r}")

    def save_ports(self, ports: Iterable[Mapping[str, Any]]) -> None:
        """Keep ports (``locode, name, lat, lon, unload_h``); replaces known ones."""
        rows = [complete(_PORT, port) for port in ports]
        if not rows:
            return
        change = insert(_PORT)
        change = change.on_conflict_do_update(
            index_elements=["locode"],
            set_={
                column.name: change.excluded[column.name]
                for column in _PORT.columns
                if not column.primary_key
            },
        )
        with self._database.write() as connection:
            connection.execute(change, rows)

    def ports(self) -> list[Record]:
        """Return every port by LOCODE."""
        with self._database.read() as connection:
            return fetch(connection, select(_PORT).order_by(_PORT.c.locode))
