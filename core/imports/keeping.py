"""Keep what a checked file brings, all or nothing; withdraw it; bring it back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from core.errors import InputError
from core.governance import record
from core.imports.checking import FilePart, Preview, n_stored
from core.imports.pack import field_record, table_bytes
from core.imports.reports import kinds, report, report_json
from core.observations.importers import Imported
from core.storage import Store

__all__ = ["ImportCancelledError", "keep", "restore", "withdraw"]

#: Rows written in one short transaction, so that others can write in between.
_STAGE_ROWS = 20_000
_FRAMES = ("observations", "measurements", "events")
_MAX_SURVEYS = 100


class ImportCancelledError(InputError):
    """The import was stopped before anything of it counted."""


def keep(
    store: Store,
    preview: Preview,
    actor: str,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Keep the records of a checked file, its bytes and its report.

    Rows are written in parts that nobody sees, then stand together in one transaction
    with the audit entry. The same file again adds nothing and says so; one that was
    withdrawn is brought back.

    Parameters
    ----------
    store : Store
        Where to keep them.
    preview : Preview
        As `check_file` returns it.
    actor : str
        Who asks.
    progress : callable, optional
        Called with rows written and rows in all.
    cancelled : callable, optional
        Asked between parts; true stops the import and leaves nothing behind.

    Returns
    -------
    dict
        The report (`core.imports.report`).

    Raises
    ------
    InputError
        If the file changed since it was checked.
    ImportCancelledError
        If it was cancelled.
    StorageError
        If it cannot be written.
    """
    preview = replace(preview, already_stored=n_stored(store, preview.imported))
    if preview.imported.n_accepted == 0:
        return report(preview, state="nothing")
    before = _noted(store, preview.import_id)
    if before is not None:
        return _again(store, preview, actor, is_active=before["active"])
    for part in (preview.file, *preview.companions):
        _keep_file(store, part)
    try:
        _stage(store, preview, progress, cancelled)
        return _stand(store, preview, actor)
    except BaseException:
        if _noted(store, preview.import_id) is None:
            store.imports.discard(preview.import_id)
        raise


def _noted(store: Store, import_id: str) -> dict[str, Any] | None:
    found = [r for r in store.imports.listing() if r["import_id"] == import_id]
    return found[0] if found else None


def _again(
    store: Store, preview: Preview, actor: str, *, is_active: bool
) -> dict[str, Any]:
    """Report a file that was imported before; bring it back if it was withdrawn."""
    if is_active:
        everything = replace(preview, already_stored=preview.imported.n_accepted)
        return report(everything, state="already_kept")
    restore(store, preview.import_id, actor)
    return report(preview, state="restored")


def _keep_file(store: Store, part: FilePart) -> None:
    if store.files.put_file(part.path) != part.sha256:
        raise InputError(f"{part.name} changed since it was checked; check it again")


def _stage(
    store: Store,
    preview: Preview,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    frames = {name: getattr(preview.imported, name) for name in _FRAMES}
    done, total = 0, sum(map(len, frames.values()))
    for name, frame in frames.items():
        for start in range(0, len(frame), _STAGE_ROWS):
            if cancelled is not None and cancelled():
                raise ImportCancelledError(
                    "the import was cancelled; nothing of it was kept"
                )
            part = frame.iloc[start : start + _STAGE_ROWS]
            store.imports.stage(preview.import_id, **{name: part})
            done += len(part)
            if progress is not None:
                progress(done, total)


def _stand(store: Store, preview: Preview, actor: str) -> dict[str, Any]:
    imported, import_id = preview.imported, preview.import_id
    told = report(preview, state="kept")
    entry = {
        **_file_record(store, preview, told),
        "imported_at": datetime.now(UTC),
        "imported_by": actor,
        "report_sha256": store.files.put(report_json(told).encode()),
    }
    fields = [field_record(store, one) for one in imported.fields]
    with store.transaction():
        stood = store.imports.stand(entry)
        for one in fields:
            store.model_fields.add(
                {**one, "import_id": import_id, "added_at": entry["imported_at"]}
            )
        _add_surveys(store, imported, actor)
        detail = {
            "import_id": import_id,
            "profile": preview.layout,
            "rows": told["rows"],
            "added": told["accepted"],
            "rejected": told["rejected"],
            "kinds": kinds(imported),
            "new": stood,
            "surveys": entry["surveys"],
        }
        subject = f"file:{preview.file.name[:200]}"
        record(store, "observations.import", actor, subject, detail)
    return told


def _file_record(
    store: Store, preview: Preview, told: dict[str, Any]
) -> dict[str, Any]:
    imported = preview.imported
    return {
        "import_id": preview.import_id,
        "name": preview.file.name,
        "sha256": preview.file.sha256,
        "size_bytes": preview.file.size_bytes,
        "profile": preview.layout,
        "companions": [
            {"name": part.name, "sha256": part.sha256} for part in preview.companions
        ],
        "mapping": preview.mapping,
        "tables": {
            name: {"rows": len(frame), "sha256": store.files.put(table_bytes(frame))}
            for name, frame in imported.tables.items()
        },
        "surveys": sorted(_surveys(imported))[:_MAX_SURVEYS],
        **{name: told[name] for name in ("rows", "accepted", "rejected", "duplicates")},
        **{f"n_{name}": len(getattr(imported, name)) for name in _FRAMES},
        "n_fields": len(imported.fields),
    }


def _surveys(imported: Imported) -> dict[str, pd.DataFrame]:
    """Time and simulated badge of the rows of each named survey."""
    times = {"observations": "observed_at", "measurements": "observed_at"}
    parts = []
    for name in _FRAMES:
        frame = getattr(imported, name)
        column = times.get(name, "started_at")
        parts.append(
            frame[["survey", column, "simulated"]].rename(columns={column: "at"})
        )
    found = pd.concat(parts, ignore_index=True)
    named = found[found["survey"].str.strip() != ""]
    return {str(name): rows for name, rows in named.groupby("survey")}


def _add_surveys(store: Store, imported: Imported, actor: str) -> None:
    for name, rows in _surveys(imported).items():
        first, last = rows["at"].min(), rows["at"].max()
        store.surveys.add(
            name,
            platform="table",
            started_at=None if pd.isna(first) else first.to_pydatetime(),
            ended_at=None if pd.isna(last) else last.to_pydatetime(),
            simulated=bool(rows["simulated"].all()),
            created_by=actor,
        )


def withdraw(store: Store, import_id: str, actor: str) -> dict[str, int]:
    """Take an import out of use: its rows no longer stand, unless others brought them.

    Returns
    -------
    dict of str to int
        Rows that no longer stand, by kind.

    Raises
    ------
    NotFoundError
        If there is no such import.
    """
    return _turn(store, import_id, actor, active=False)


def restore(store: Store, import_id: str, actor: str) -> dict[str, int]:
    """Bring a withdrawn import back; returns the rows that stand again, by kind.

    Raises
    ------
    NotFoundError
        If there is no such import.
    """
    return _turn(store, import_id, actor, active=True)


def _turn(store: Store, import_id: str, actor: str, *, active: bool) -> dict[str, int]:
    act = store.imports.restore if active else store.imports.withdraw
    with store.transaction():
        row = store.imports.get(import_id)
        changed = act(import_id, actor=actor)
        if row["active"] != active:  # a second click is no decision
            word = "import.restore" if active else "import.withdraw"
            detail = {"file": row["name"], "rows": changed}
            record(store, word, actor, f"import:{import_id}", detail)
    return changed
