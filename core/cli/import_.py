"""``import``: field records of any known layout into the store, and back out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line
from core.config import Settings, load_settings
from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from core.imports import Preview
    from core.observations.importers.mapping import ColumnMapping
    from core.storage import Store

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import")(import_records)


def import_records(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV, TSV, Excel, GeoJSON, Parquet, GeoPackage, zipped shapefile, "
            "NetCDF or Darwin Core archive."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Layout of the file; recognised if not given."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the report as JSON to this file.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and report, keep nothing.")
    ] = False,
    companions: Annotated[
        list[Path] | None,
        typer.Option("--with", help="A file it needs beside; may be repeated."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="What the columns mean, as JSON, for an unknown layout."),
    ] = None,
    undo: Annotated[str, typer.Option(metavar="ID", help="Withdraw an import.")] = "",
    redo: Annotated[
        str, typer.Option(metavar="ID", help="Bring a withdrawn import back.")
    ] = "",
    list_profiles: Annotated[
        bool, typer.Option("--list-profiles", help="List the layouts and stop.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a file of field records and keep the good ones.

    Refused records are reported with field, value and reason, and do not keep the
    others out. Importing the same file again adds nothing. Exit 3 if no record could
    be used, or the layout is not known; the message says what it lacks.
    """
    asked = [file is not None, bool(undo), bool(redo), list_profiles]
    if sum(asked) != 1:
        raise typer.BadParameter("give a FILE, --undo ID, --redo ID or --list-profiles")
    if list_profiles:
        _list(as_json=as_json)
    elif file is None:
        _turn(undo or redo, back=bool(redo), as_json=as_json)
    else:
        check_folder(report)
        if report is not None and report.is_dir():
            raise InputError(f"cannot write {report}: it is a folder")
        meaning = None if mapping is None else _mapping(mapping)
        beside = list(companions or [])
        result = _import(file, profile, meaning, beside, dry_run=dry_run)
        _show(result, report, as_json=as_json)


def _mapping(path: Path) -> "ColumnMapping":
    from core.observations.importers.mapping import ColumnMapping

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no mapping, expected {{'columns': ...}}")
    return ColumnMapping.from_document(document)


def _import(
    file: Path,
    profile: str | None,
    mapping: "ColumnMapping | None",
    companions: list[Path],
    *,
    dry_run: bool,
) -> dict[str, Any]:
    from core.imports import check_file, keep, report

    def check(store: "Store | None") -> "Preview":
        return check_file(
            file, profile=profile, mapping=mapping, companions=companions, store=store
        )

    settings, line = load_settings(), progress_line("rows written")
    if not _has_store(settings):  # neither a dry run nor a bad file makes a database
        preview = check(None)
        if dry_run or preview.imported.n_accepted == 0:
            return report(preview, state="checked" if dry_run else "nothing")
        with _opened() as store:
            return keep(store, preview, settings.actor, progress=line)
    with _opened() as store:
        preview = check(store)
        if dry_run:
            return report(preview)
        return keep(store, preview, settings.actor, progress=line)


def _has_store(settings: Settings) -> bool:
    """Whether there is a database already."""
    from core.storage import sqlite_path

    return sqlite_path(settings.resolved_database_url).exists()


def _opened() -> "Store":
    from core.storage import open_store

    settings = load_settings()
    return open_store(settings.resolved_database_url, data_dir=settings.data_dir)


def _show(result: dict[str, Any], report: Path | None, *, as_json: bool) -> None:
    from core.imports import in_words, report_json

    if report is not None:
        try:
            report.write_text(report_json(result), encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot write {report}: {error.strerror}") from error
    emit(result, text=in_words(result), as_json=as_json)
    if result["rejected"] == result["rows"]:  # no record at all, too
        raise typer.Exit(3)


def _turn(import_id: str, *, back: bool, as_json: bool) -> None:
    """Withdraw an import, or bring it back."""
    from core.imports import restore, withdraw

    settings = load_settings()
    if not _has_store(settings):
        raise NotFoundError(f"no import {import_id!r}: nothing was imported yet")
    with _opened() as store:
        name = store.imports.get(import_id)["name"]
        act = restore if back else withdraw
        rows = act(store, import_id, settings.actor)
    word = "brought back" if back else "withdrawn"
    told = ", ".join(f"{n} {kind}" for kind, n in rows.items() if n) or "no rows"
    result = {"import_id": import_id, "file": name, "state": word, "rows": rows}
    emit(result, text=f"{name}: {told} {word}", as_json=as_json)


def _list(*, as_json: bool) -> None:
    from core.imports import layout_titles

    if _has_store(load_settings()):
        with _opened() as store:
            titles = layout_titles(store)
    else:
        titles = layout_titles()
    width = max(map(len, titles))
    lines = [f"{name:<{width}}  {title}" for name, title in titles.items()]
    emit(titles, text="\n".join(lines), as_json=as_json)
