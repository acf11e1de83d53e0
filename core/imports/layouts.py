"""Which layout reads a file: a known one, or one that a user described and saved."""

from collections.abc import Sequence
from typing import Any

from core.errors import InputError, NotFoundError, ObservationError
from core.governance import record
from core.observations.importers.base import RawTable
from core.observations.importers.mapping import ColumnMapping
from core.observations.importers.registry import profile_names, recognise
from core.storage import Store

__all__ = ["Layout", "choose_layout", "layout_titles", "save_layout"]

#: Name of the layout, and the mapping if a user described it.
Layout = tuple[str, ColumnMapping | None]


def layout_titles(store: Store | None = None) -> dict[str, str]:
    """Return what each layout is called, by its name; saved ones last."""
    titles = dict(profile_names())
    if store is not None:
        for row in store.import_profiles.listing():
            titles.setdefault(row["name"], f"{row['name']} (saved here)")
    return titles


def save_layout(store: Store, name: str, mapping: ColumnMapping, actor: str) -> int:
    """Save a mapping under a name and return its version; changed ones get a new one.

    Raises
    ------
    InputError
        If the name is empty, too long, or that of a layout Gyre knows.
    """
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise InputError("a layout needs a name of 1 to 60 characters")
    if name in profile_names():
        raise InputError(f"{name!r} is a layout Gyre knows; take another name")
    with store.transaction():
        before = {r["name"]: r["version"] for r in store.import_profiles.listing()}
        version = store.import_profiles.save(name, mapping.to_document(), actor)
        if before.get(name) != version:
            detail = {"version": version, "mapping": mapping.to_document()}
            record(store, "layout.save", actor, f"layout:{name}", detail)
    return version


def choose_layout(
    tables: Sequence[RawTable],
    *,
    profile: str | None = None,
    mapping: ColumnMapping | None = None,
    store: Store | None = None,
) -> Layout:
    """Say which layout reads a file.

    Parameters
    ----------
    tables : sequence of RawTable
        The opened file.
    profile : str, optional
        Name of a known or saved layout.
    mapping : ColumnMapping, optional
        What the columns mean; then no layout is looked for.
    store : Store, optional
        Where saved layouts are.

    Raises
    ------
    ObservationError
        If no layout fits; says what the file lacks for the nearest.
    NotFoundError
        If there is no layout of that name.
    """
    if mapping is not None:
        return profile or "mapping", mapping
    if profile is not None:
        return profile, None if profile in profile_names() else _saved(store, profile)
    try:
        return recognise(tables).name, None
    except ObservationError:
        fitting = _fitting(tables, store)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            names = " and ".join(name for name, _ in fitting)
            raise ObservationError(
                f"{tables[0].file} fits the saved layouts {names}; say which"
            ) from None
        raise


def _saved(store: Store | None, name: str) -> ColumnMapping:
    if store is not None:
        saved = {
            row["name"]: row["document"] for row in store.import_profiles.listing()
        }
        if name in saved:
            return ColumnMapping.from_document(saved[name])
    known = ", ".join(sorted(layout_titles(store)))
    raise NotFoundError(f"no layout {name[:60]!r}; known: {known}")


def _fitting(
    tables: Sequence[RawTable], store: Store | None
) -> list[tuple[str, ColumnMapping]]:
    """Return saved layouts all of whose columns the file has."""
    rows: list[dict[str, Any]] = (
        [] if store is None else store.import_profiles.listing()
    )
    mappings = [
        (row["name"], ColumnMapping.from_document(row["document"])) for row in rows
    ]
    return [(name, mapping) for name, mapping in mappings if _fits(mapping, tables)]


def _fits(mapping: ColumnMapping, tables: Sequence[RawTable]) -> bool:
    wanted = {*mapping.columns.values(), *mapping.item_columns}
    return any(
        wanted <= set(table.columns) and mapping.table in ("", table.name)
        for table in tables
    )
