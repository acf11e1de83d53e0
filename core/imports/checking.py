"""Look at a file before anything of it is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import ObservationError
from core.imports.far import flag_far, row_numbers
from core.imports.layouts import choose_layout
from core.observations.importers import Imported, open_tables
from core.observations.importers.mapping import ColumnMapping
from core.observations.importers.registry import PROFILES, import_tables
from core.storage import Store

__all__ = ["FilePart", "Preview", "check_file", "n_stored"]


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A file of an import: its name, where it lies, and what it holds."""

    name: str
    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an import would bring.

    Attributes
    ----------
    file : FilePart
        The file.
    companions : tuple of FilePart
        Files it was read with.
    layout : str
        Name of the layout that read it.
    imported : Imported
        What came of it, doubtful positions flagged.
    import_id : str
        Id the import has if it is kept: of the file, its layout and its records.
    mapping : dict
        What its columns mean, if a user said so.
    already_stored : int
        Records of which everything stands in the store already.
    """

    file: FilePart
    companions: tuple[FilePart, ...]
    layout: str
    imported: Imported
    import_id: str
    mapping: dict[str, Any] = field(default_factory=dict)
    already_stored: int = 0


def check_file(
    path: Path | str,
    *,
    profile: str | None = None,
    mapping: ColumnMapping | None = None,
    companions: Sequence[Path | str] = (),
    beside: Sequence[Path | str] = (),
    store: Store | None = None,
    now: datetime | None = None,
) -> Preview:
    """Read a file and say what an import would bring; nothing is stored.

    Parameters
    ----------
    path : Path or str
        The file.
    profile : str, optional
        Name of its layout; recognised if not given.
    mapping : ColumnMapping, optional
        What its columns mean; then no layout is looked for.
    companions : sequence of Path or str
        Files it needs beside.
    beside : sequence of Path or str
        Files that came with it; if its layout needs a companion, it is looked for
        among these and in the folder of the file.
    store : Store, optional
        Says what is stored already, and holds saved layouts and sampling events.
    now : datetime, optional
        Times after this are doubtful.

    Returns
    -------
    Preview
        Accepted, refused, doubtful and repeated records together.

    Raises
    ------
    ObservationError
        If the file cannot be read, or no layout fits; says what it lacks.
    NotFoundError
        If there is no layout of that name.
    """
    path = Path(path)
    tables = open_tables(path)
    layout, meaning = choose_layout(
        tables, profile=profile, mapping=mapping, store=store
    )
    needed = _companions(path, companions, beside, layout)
    imported = flag_far(
        import_tables(
            tables,
            profile=None if meaning else layout,
            mapping=meaning,
            companions=needed,
            events=None if store is None else store.events.by_name,
            now=now,
        )
    )
    file, parts = _part(path), tuple(_part(other) for other in needed)
    return Preview(
        file=file,
        companions=parts,
        layout=layout,
        imported=imported,
        import_id=_import_id(file, parts, layout, imported),
        mapping={} if meaning is None else meaning.to_document(),
        already_stored=0 if store is None else n_stored(store, imported),
    )


def _companions(
    path: Path,
    given: Sequence[Path | str],
    beside: Sequence[Path | str],
    layout: str,
) -> list[Path]:
    """Companions given, and those the layout names that came with or lie beside it."""
    found = [Path(companion) for companion in given]
    known = next((p for p in PROFILES if p.name == layout), None)
    starts: tuple[str, ...] = getattr(known, "companion_names", ())
    near = [Path(other) for other in beside]
    near += sorted(other for other in path.parent.iterdir() if other.is_file())
    for start in starts:
        if not any(other.name.startswith(start) for other in found):
            found += [p for p in near if p.name.startswith(start) and p != path][:1]
    if starts and not found:  # under other names the layout knows them by headings
        found = [Path(other) for other in beside]
    return found


def _part(path: Path) -> FilePart:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise ObservationError(f"{path.name} cannot be read: {error.strerror}") from (
            error
        )
    return FilePart(name=path.name, path=path, sha256=digest, size_bytes=size)


def _import_id(
    file: FilePart, needed: Sequence[FilePart], layout: str, imported: Imported
) -> str:
    """Id of what an import would store.

    A later version that reads a file otherwise makes another import of it, so the
    first can be withdrawn.
    """
    digest = hashlib.sha256("\x1f".join([file.sha256, layout]).encode())
    for part in needed:
        digest.update(part.sha256.encode())
    for ids in _ids(imported).values():
        digest.update("\x1f".join(ids).encode())
    for one in imported.fields:
        digest.update(f"{one.name}\x1f{one.total!r}".encode())
    return digest.hexdigest()[:16]


def _ids(imported: Imported) -> dict[str, list[str]]:
    return {
        "observations": imported.observations["observation_id"].tolist(),
        "measurements": imported.measurements["measurement_id"].tolist(),
        "events": imported.events["event_id"].tolist(),
    }


def n_stored(store: Store, imported: Imported) -> int:
    """Count the records of a file of which everything stands in the store already."""
    rows, ids = row_numbers(imported), _ids(imported)
    parts = []
    for name in ids:
        known = getattr(store, name).known(ids[name], include_withdrawn=False)
        parts.append(
            pd.DataFrame(
                {"row": rows[name], "known": [one in known for one in ids[name]]}
            )
        )
    told = pd.concat(parts, ignore_index=True)
    located = told[told["row"] > 0]
    whole = int(located.groupby("row")["known"].all().sum())
    # Observations without the number of their record: each counts as one.
    apart = int(told[told["row"] == 0]["known"].sum())
    return min(whole + apart, imported.n_accepted)
