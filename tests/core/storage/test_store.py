"""Rules of opening, migrating and sharing the store."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.errors import MigrationError, NotFoundError, StorageError
from core.storage import database, migrations, open_store
from core.storage.schema import Base

ROOT = Path(__file__).resolve().parents[3]


def pragma(store, name):
    with store._database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_new_store_has_the_tables_of_the_models(store):
    with store._database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
    assert set(store.counts().values()) == {0}


def test_the_list_of_revisions_is_that_of_the_files():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    found = [revision.revision for revision in script.walk_revisions()][::-1]
    assert found == list(migrations.REVISIONS)
    assert script.get_current_head() == migrations.HEAD


def test_commits_are_durable_and_keys_are_enforced(store):
    assert pragma(store, "journal_mode") == "wal"
    assert pragma(store, "synchronous") == 2  # FULL
    assert pragma(store, "foreign_keys") == 1


def test_opening_again_is_fast_and_keeps_what_is_there(url):
    with open_store(url) as store:
        store.surveys.add("north")
    started = time.perf_counter()
    with open_store(url) as store:
        assert time.perf_counter() - started < 0.5  # measured 2 ms; a loaded CI is slow
        assert [s["name"] for s in store.surveys.listing()] == ["north"]


def test_opening_an_up_to_date_store_does_not_import_alembic(url):
    open_store(url).close()
    code = (
        "import sys; from core.storage import open_store; "
        f"open_store({url!r}).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_first_starts_at_the_same_time_make_one_store(url):
    # Each has connections of its own, so SQLite locks them like processes.
    faults = []

    def start():
        try:
            open_store(url).close()
        except StorageError as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with open_store(url) as store:
        assert store.counts()["survey"] == 0


def test_a_newer_database_is_refused(url, tmp_path):
    open_store(url).close()
    with sqlite3.connect(tmp_path / "gyre.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(MigrationError, match="newer version of Gyre"):
        open_store(url)


def test_a_foreign_database_is_refused(url, tmp_path):
    with sqlite3.connect(tmp_path / "gyre.db") as raw:
        raw.execute("CREATE TABLE recipes (id INTEGER)")
    raw.close()
    with pytest.raises(MigrationError, match=r"foreign tables \(recipes\)"):
        open_store(url)


def test_a_file_that_is_no_database_is_refused(url, tmp_path):
    (tmp_path / "gyre.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(StorageError, match="damaged or no SQLite file"):
        open_store(url)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("postgresql://u:secret@host/db", "not supported yet"),
        ("sqlite://", "in memory"),
        ("no url", "not understood"),
    ],
)
def test_other_urls_are_refused_without_their_password(bad, words):
    with pytest.raises(StorageError, match=words) as caught:
        open_store(bad)
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder_is_named(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    with pytest.raises(StorageError, match=r"opened|read-only"):
        open_store(f"sqlite:///{folder / 'gyre.db'}")


def test_a_path_where_a_file_stands_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot make"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'gyre.db'}")


def test_a_locked_database_says_so(store, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.1)
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as impatient:
        with (
            store.transaction(),
            pytest.raises(StorageError, match="in use by another process"),
        ):
            impatient.surveys.add("north")
        impatient.surveys.add("north")


def test_a_transaction_keeps_all_or_nothing(store):
    def fail():
        with store.transaction():
            store.surveys.add("north")
            assert store.surveys.get("north")["name"] == "north"
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    with pytest.raises(NotFoundError, match="no survey 'north'"):
        store.surveys.get("north")


def test_a_killed_process_leaves_a_store_that_opens(url, tmp_path):
    code = (
        "import os; from core.storage import open_store\n"
        f"store = open_store({url!r})\n"
        "store.surveys.add('kept')\n"
        "with store.transaction():\n"
        "    store.surveys.add('lost')\n"
        "    os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 9
    with open_store(url) as store:
        assert [s["name"] for s in store.surveys.listing()] == ["kept"]


def test_threads_share_a_store(store):
    def work(n):
        for i in range(10):
            store.surveys.add(f"s{n}-{i}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts()["survey"] == 40
