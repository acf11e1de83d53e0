"""Bring a database to the tables of this version."""

from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError

from core.errors import MigrationError
from core.storage.database import Database
from core.storage.migrations import HEAD, REVISIONS

__all__ = ["current_revision", "migrate"]

_FOLDER = Path(__file__).resolve().parent / "migrations"


def current_revision(connection: Connection) -> str:
    """Revision of a database; empty for a new file.

    Raises
    ------
    MigrationError
        If the file holds tables that Gyre did not make.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        return str(found.scalar() or "")
    if tables:
        raise MigrationError(
            f"database holds foreign tables ({', '.join(sorted(tables)[:5])}); "
            "expected a new file or one made by Gyre"
        )
    return ""


def migrate(database: Database) -> None:
    """Apply the missing migrations, in one transaction.

    Starts at the same time queue up at the write lock; the second finds the work done.

    Raises
    ------
    MigrationError
        If the database is of a newer version, or a migration fails.
    """
    database.use_write_ahead_log()
    with database.read() as connection:
        if current_revision(connection) == HEAD:
            return
    with database.write() as connection:
        found = current_revision(connection)
        if found == HEAD:
            return
        if found and found not in REVISIONS:
            raise MigrationError(
                f"database {database.path} was written by a newer version of Gyre "
                f"(revision {found}, this version knows up to {HEAD}); update Gyre"
            )
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    # Alembic costs 0.2 s to import, so a database that is up to date never pays it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except (CommandError, OperationalError) as error:
        raise MigrationError(f"database cannot be migrated: {error}") from error
