"""Harm weights and sensitive areas in the store: versions, history, audit.

Nothing is overwritten. Weights that are changed, or gone back to, are a new version;
an area that is retired stays for the plans that were made with it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import InputError, NotFoundError
from core.governance import record
from core.priorities.area_files import (
    AreasRead,
    area_from_row,
    area_geojson,
    area_properties,
)
from core.priorities.areas import AREA_KINDS, SensitiveArea
from core.priorities.defaults import default_weights
from core.priorities.documents import weights_from_document, weights_to_document
from core.priorities.weights import HARM_KINDS, HarmWeights

if TYPE_CHECKING:
    from core.storage import Store

__all__ = [
    "area_listing",
    "bring_back_area",
    "current_weights",
    "go_back_to_weights",
    "retire_area",
    "save_area",
    "save_weights",
    "sensitive_areas",
    "weights_history",
    "weights_of_version",
]

_MAX_NOTE = 500


def current_weights(store: "Store") -> HarmWeights:
    """Return the newest harm weights; the built-in ones before anybody saved some."""
    row = store.harm_weights.current()
    return default_weights() if row is None else _weights(row)


def weights_of_version(store: "Store", version: int) -> HarmWeights:
    """Return one version of the harm weights; 0 is the built-in one.

    Raises
    ------
    NotFoundError
        If the store has no such version.
    """
    if version == 0:
        return default_weights()
    for row in store.harm_weights.listing():
        if row["version"] == version:
            return _weights(row)
    raise NotFoundError(f"no version {version} of the harm weights")


def weights_history(store: "Store") -> list[dict[str, Any]]:
    """Versions, newest first: ``version, saved_at, saved_by, note, n_changed``.

    ``n_changed`` counts the figures that differ from the version before; the first is
    compared with the built-in weights.
    """
    rows = store.harm_weights.listing()
    documents = [row["document"] for row in rows]
    before = [*documents, weights_to_document(default_weights())][1:]
    fields = ("version", "saved_at", "saved_by", "note")
    return [
        {name: row[name] for name in fields}
        | {"n_changed": len(_changes(old, row["document"]))}
        for row, old in zip(rows, before, strict=True)
    ]


def save_weights(
    store: "Store", weights: HarmWeights, *, actor: str, note: str
) -> HarmWeights:
    """Keep weights as a new version, with who changed what and why.

    Weights equal to those in force are kept once, and nothing is written.

    Returns
    -------
    HarmWeights
        The same, under the name of their version.

    Raises
    ------
    InputError
        If the note is empty or longer than 500 letters.
    """
    reason = " ".join(note.split())
    if not 0 < len(reason) <= _MAX_NOTE:
        raise InputError(
            f"a new version needs a note of 1 to {_MAX_NOTE} letters that says why"
        )
    before = weights_to_document(current_weights(store))
    document = weights_to_document(weights)
    changed = _changes(before, document)
    newest = store.harm_weights.current()
    if not changed and newest is not None:
        return _weights(newest)
    with store.transaction():
        version = store.harm_weights.save(document, actor, reason)
        detail = {"note": reason, "changed": changed}
        record(store, "harm_weights.saved", actor, f"harm_weights:{version}", detail)
    return weights.named(_name(version))


def go_back_to_weights(store: "Store", version: int, *, actor: str) -> HarmWeights:
    """Make an earlier version the one in force again, as a new version.

    Raises
    ------
    NotFoundError
        If there is no such version; 0 is the built-in one.
    """
    earlier = weights_of_version(store, version)
    name = "the built-in weights" if version == 0 else f"version {version}"
    return save_weights(store, earlier, actor=actor, note=f"Back to {name}")


def sensitive_areas(store: "Store") -> AreasRead:
    """Areas in use, sensitive ones and species ranges; one bad row loses no other."""
    areas: list[SensitiveArea] = []
    refused: list[str] = []
    for row in area_listing(store):
        if row["active"]:
            try:
                areas.append(area_from_row(row))
            except InputError as error:
                refused.append(f"{str(row['name'])[:60]}: {error}")
    return AreasRead(tuple(areas), tuple(refused))


def area_listing(store: "Store") -> list[dict[str, Any]]:
    """Rows of the store's sensitive areas and species ranges, retired ones too."""
    rows = store.areas.listing(active=None)
    return [dict(row) for row in rows if row["kind"] in AREA_KINDS]


def save_area(store: "Store", area: SensitiveArea, *, actor: str) -> str:
    """Keep an area, write that down, and return its id."""
    with store.transaction():
        area_id = store.areas.save(
            area.name, area.kind, area_geojson(area), area_properties(area), actor
        )
        detail = {"name": area.name, "kind": area.kind, **area_properties(area)}
        record(store, "area.saved", actor, f"area:{area_id}", detail)
    return area_id


def retire_area(store: "Store", area_id: str, *, actor: str) -> None:
    """Take an area out of use, and write that down; it can be brought back.

    Raises
    ------
    NotFoundError
        If there is no such area.
    """
    with store.transaction():
        name = store.areas.get(area_id)["name"]
        store.areas.retire(area_id)
        record(store, "area.retired", actor, f"area:{area_id}", {"name": name})


def bring_back_area(store: "Store", area_id: str, *, actor: str) -> None:
    """Put a retired area to use again, and write that down.

    Raises
    ------
    NotFoundError
        If there is no such area.
    """
    with store.transaction():
        row = store.areas.get(area_id)
        given = {name: row[name] for name in ("name", "kind", "geojson", "properties")}
        store.areas.save(**given, actor=actor)
        record(store, "area.restored", actor, f"area:{area_id}", {"name": row["name"]})


def _weights(row: Mapping[str, Any]) -> HarmWeights:
    return weights_from_document(row["document"], version=_name(row["version"]))


def _name(version: int) -> str:
    return f"version {version}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the figures and sources that differ between two documents."""
    named = [
        *(("weights", code, kind) for code in after["weights"] for kind in HARM_KINDS),
        *(("importance", kind) for kind in HARM_KINDS),
        ("combine",),
    ]
    return [", ".join(path) for path in named if _at(before, path) != _at(after, path)]


def _at(document: Mapping[str, Any], path: tuple[str, ...]) -> object:
    found: Any = document
    for name in path:
        found = found[name]
    return found
