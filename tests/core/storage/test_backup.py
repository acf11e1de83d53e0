"""Rules of backup and restore."""

import io
import sqlite3
import tarfile
import tracemalloc
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from alembic import command
from alembic.config import Config

from core.errors import InputError, StorageError
from core.storage import migrations, open_store, restore_backup, write_backup
from tests.core.storage.field_rows import imported, measurements


@pytest.fixture
def saved(store, frame, tmp_path):
    """Fill a store and back it up; return the archive and what it holds."""
    store.observations.add(frame)
    sha256 = store.files.put(b"photo")
    path = tmp_path / "b.tar"
    assert write_backup(store, path).n_files == 1
    return path, sha256


def restored(path, folder):
    url = f"sqlite:///{folder / 'gyre.db'}"
    restore_backup(path, url=url, data_dir=folder)
    return open_store(url, data_dir=folder)


def contents(archive, entry):
    file = archive.extractfile(entry)
    assert file is not None, f"{entry.name} is no file"
    return file.read()


def rewrite(path, change):
    """Write the archive anew with each entry's bytes changed."""
    with tarfile.open(path) as archive:
        entries = [(e.name, contents(archive, e)) for e in archive]
    with tarfile.open(path, "w") as archive:
        for name, data in (change(name, data) for name, data in entries):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def test_what_was_saved_comes_back(saved, frame, tmp_path):
    path, sha256 = saved
    with restored(path, tmp_path / "new") as store:
        pd.testing.assert_frame_equal(store.observations.frame(), frame)
        assert store.files.get(sha256) == b"photo"


def test_field_data_and_revisions_come_back(store, tmp_path):
    store.imports.add(imported("a"))
    store.measurements.add(measurements(), import_id="a")
    store.imports.withdraw("a")
    write_backup(store, tmp_path / "b.tar")
    with restored(tmp_path / "b.tar", tmp_path / "new") as copy:
        assert copy.counts() == store.counts()
        assert copy.revisions.of("measurements") == 2
        assert copy.imports.restore("a")["measurements"] == 3


def test_a_backup_of_a_large_file_needs_little_memory(store, tmp_path):
    with (tmp_path / "sea.nc").open("wb") as file:
        file.truncate(64 << 20)
    sha256 = store.files.put_file(tmp_path / "sea.nc")
    tracemalloc.start()
    write_backup(store, tmp_path / "b.tar")
    with restored(tmp_path / "b.tar", tmp_path / "new") as copy:
        assert copy.files.checked_path(sha256).stat().st_size == 64 << 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_a_backup_of_an_older_version_restores(store, frame, tmp_path, revision):
    """Its database stops at an older migration; restoring brings it up to date."""
    store.surveys.add("north")
    store.observations.add(frame)
    with store._database.write() as connection:
        config = Config()
        folder = Path(migrations.__file__).parent
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    write_backup(store, tmp_path / "b.tar")
    with restored(tmp_path / "b.tar", tmp_path / "new") as copy:
        pd.testing.assert_frame_equal(copy.observations.frame(), frame)
        assert copy.measurements.count() == 0
        assert copy.observations.add(frame, import_id="a").duplicates == 3
        assert copy.forcings.listing(active=None) == []
        assert copy.fixes.count() == 0


def test_a_restore_overwrites_nothing(saved, tmp_path):
    path, _ = saved
    restored(path, tmp_path / "new").close()
    with pytest.raises(InputError, match="nothing is overwritten"):
        restored(path, tmp_path / "new")


def test_a_damaged_file_is_found_before_anything_is_in_place(saved, tmp_path):
    path, _ = saved
    rewrite(path, lambda n, d: (n, b"other" if n.startswith("files/") else d))
    with pytest.raises(InputError, match="is damaged"):
        restored(path, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_damaged_database_is_found(saved, tmp_path):
    path, _ = saved
    rewrite(path, lambda n, d: (n, d[:6000] if n == "gyre.db" else d))
    with pytest.raises((InputError, StorageError)):
        restored(path, tmp_path / "new")
    assert not (tmp_path / "new" / "gyre.db").exists()


@pytest.mark.parametrize("name", ["../evil", "files/../../evil", "/etc/x", "readme"])
def test_names_that_are_not_ours_are_refused(saved, tmp_path, name):
    path, _ = saved
    rewrite(path, lambda n, d: (name if n.startswith("files/") else n, d))
    with pytest.raises(InputError, match="not a backup"):
        restored(path, tmp_path / "new")
    assert not (tmp_path / "evil").exists()


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"hello" * 500)
    with pytest.raises(InputError, match="no backup"):
        restored(tmp_path / "x.tar", tmp_path / "new")
    with pytest.raises(InputError, match="no backup at"):
        restored(tmp_path / "missing.tar", tmp_path / "new")


def test_a_damaged_stored_file_stops_the_backup_and_leaves_no_archive(store, tmp_path):
    store.files.path(store.files.put(b"photo")).write_bytes(b"PHOTO")
    with pytest.raises(StorageError, match="damaged"):
        write_backup(store, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()
    assert not list(tmp_path.glob(".part-*"))


def test_a_backup_is_whole_while_somebody_writes(store, tmp_path):
    with store.transaction():
        store.surveys.add("not yet committed")
        write_backup(store, tmp_path / "b.tar")
    with restored(tmp_path / "b.tar", tmp_path / "new") as copy:
        assert copy.surveys.listing() == []


def test_the_copy_is_a_sound_database(saved, tmp_path):
    with tarfile.open(saved[0]) as archive:
        archive.extract("gyre.db", tmp_path / "out", filter="data")
    with closing(sqlite3.connect(tmp_path / "out" / "gyre.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
