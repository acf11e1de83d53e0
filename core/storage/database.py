"""The engine: how SQLite is opened, how transactions run, how faults are named."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from core.errors import StorageError

__all__ = ["BUSY_TIMEOUT_S", "Database", "sqlite_path"]

#: How long a writer waits for another one before it gives up.
BUSY_TIMEOUT_S = 10.0
#: Marks a connection whose next transaction takes the write lock at its start, so two
#: writers queue up instead of failing half way (SQLite cannot upgrade a stale read).
_WRITE = "gyre_write"


def sqlite_path(url: str | URL) -> Path:
    """File behind a database URL.

    Raises
    ------
    StorageError
        If the URL is not one of a SQLite file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError("database URL is not understood") from error
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(
            f"database {parsed.get_backend_name()} is not supported yet, "
            "expected sqlite:///FILE"
        )
    if parsed.database in (None, "", ":memory:"):
        raise StorageError(
            "a database in memory keeps nothing, expected sqlite:///FILE"
        )
    return Path(str(parsed.database))


class Database:
    """A SQLite file with write-ahead log and full durability.

    Every commit is flushed to disk (``synchronous=FULL``), for decisions and for
    everything else: one setting to reason about, at a few milliseconds a commit.

    Parameters
    ----------
    path : Path
        The file; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _engine(path)
        self._current = threading.local()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction with the write lock; nested calls join the outer one."""
        outer: Connection | None = getattr(self._current, "connection", None)
        if outer is not None:
            yield outer
            return
        with (
            self._named_faults(),
            self.engine.connect().execution_options(**{_WRITE: True}) as connection,
            connection.begin(),
        ):
            self._current.connection = connection
            try:
                yield connection
            finally:
                self._current.connection = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; inside a write it sees what that wrote."""
        outer: Connection | None = getattr(self._current, "connection", None)
        if outer is not None:
            yield outer
            return
        with self._named_faults(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _named_faults(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StorageError(self._in_words(str(error.orig))) from error
        except sqlite3.Error as error:  # while a connection is being set up
            raise StorageError(self._in_words(str(error))) from error
        except SQLAlchemyError as error:
            raise StorageError(f"database {self.path}: {error}") from error

    def _in_words(self, said: str) -> str:
        if "locked" in said or "busy" in said:
            return (
                f"database {self.path} is in use by another process "
                f"(waited {BUSY_TIMEOUT_S:g} s); try again"
            )
        if "readonly" in said:
            return f"database {self.path} is read-only for this user"
        if "unable to open" in said:
            return f"database {self.path} cannot be opened; check folder and rights"
        if "not a database" in said or "malformed" in said:
            return f"database {self.path} is damaged or no SQLite file"
        if "disk is full" in said:
            return f"no room left on the disk of {self.path}"
        if "FOREIGN KEY" in said:
            return "record refers to one that is not stored (add the survey or photo)"
        return f"database {self.path}: {said}"

    def use_write_ahead_log(self) -> None:
        """Switch to the write-ahead log; SQLite remembers it in the file.

        Readers then never wait for a writer.
        """
        until = time.monotonic() + BUSY_TIMEOUT_S
        with self._named_faults(), closing(sqlite3.connect(self.path)) as connection:
            while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                try:
                    connection.execute("PRAGMA journal_mode=WAL")
                except sqlite3.OperationalError as error:
                    # The switch ignores the busy timeout, so first starts meet here.
                    if "locked" not in str(error) or time.monotonic() > until:
                        raise
                    time.sleep(0.02)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        # The driver must not open transactions by itself; _begin does.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get(_WRITE) else ""
        connection.exec_driver_sql(f"BEGIN {mode}".strip())

    return engine
