"""``backup`` and ``restore``: everything the store keeps, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli._output import JsonOption, emit
from core.config import load_settings
from core.errors import InputError, NotFoundError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="Archive to write; must not exist.")],
    as_json: JsonOption = False,
) -> None:
    """Write the database and every stored file into one archive."""
    from core.storage import open_store, sqlite_path, write_backup

    settings = load_settings()
    url = settings.resolved_database_url
    if not sqlite_path(url).exists():
        raise NotFoundError(f"no database at {sqlite_path(url)}")
    if file.exists():
        raise InputError(f"{file} exists; nothing is overwritten")
    if not file.parent.is_dir():
        raise InputError(f"no folder {file.parent}")
    with open_store(url, data_dir=settings.data_dir) as store:
        done = write_backup(store, file)
    emit(
        {"file": str(file), "files": done.n_files, "bytes": done.n_bytes},
        text=f"{file}: database and {done.n_files} files, {done.n_bytes / 1e6:.1f} MB",
        as_json=as_json,
    )


def restore(
    file: Annotated[Path, typer.Argument(help="Archive that 'backup' wrote.")],
    as_json: JsonOption = False,
) -> None:
    """Put an archive back where there is no database; check every file on the way."""
    from core.storage import restore_backup

    settings = load_settings()
    done = restore_backup(
        file, url=settings.resolved_database_url, data_dir=settings.data_dir
    )
    emit(
        {"file": str(file), "files": done.n_files, "bytes": done.n_bytes},
        text=f"restored the database and {done.n_files} files",
        as_json=as_json,
    )
