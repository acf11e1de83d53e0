"""Rules of the content-addressed files."""

import hashlib
import io
import tracemalloc

import pytest

from core.errors import NotFoundError, StorageError
from core.storage import ContentFiles


@pytest.fixture
def files(tmp_path):
    return ContentFiles(tmp_path / "files")


def test_bytes_come_back_under_their_hash(files):
    sha256 = files.put(b"net")
    assert sha256 == hashlib.sha256(b"net").hexdigest()
    assert files.path(sha256).relative_to(files.root).parts == (sha256[:2], sha256[2:])
    assert files.get(sha256) == b"net"
    assert sha256 in files
    assert list(files.names()) == [sha256]


def test_keeping_the_same_bytes_twice_writes_once(files):
    sha256 = files.put(b"net")
    before = files.path(sha256).stat().st_mtime_ns
    assert files.put(b"net") == sha256
    assert files.path(sha256).stat().st_mtime_ns == before


def test_a_large_file_is_kept_in_pieces_under_the_same_hash(files, tmp_path):
    data = bytes(range(256)) * 9_000  # more than two pieces of 1 MiB
    (tmp_path / "sea.nc").write_bytes(data)
    sha256 = files.put_file(tmp_path / "sea.nc")
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert files.checked_path(sha256).read_bytes() == data
    before = files.path(sha256).stat().st_mtime_ns
    assert files.put_file(tmp_path / "sea.nc") == files.put(data) == sha256
    assert files.path(sha256).stat().st_mtime_ns == before
    assert list(files.root.glob(".part-*")) == []


def test_keeping_a_large_file_needs_little_memory(files, tmp_path):
    with (tmp_path / "sea.nc").open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    files.checked_path(files.put_file(tmp_path / "sea.nc"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_source_that_cannot_be_read_is_named_and_leaves_nothing(files, tmp_path):
    with pytest.raises(NotFoundError, match=r"no file .*missing\.nc"):
        files.put_file(tmp_path / "missing.nc")
    with pytest.raises(StorageError, match="cannot read"):
        files.put_file(tmp_path)
    assert list(files.names()) == []


def test_a_source_that_fails_half_way_leaves_nothing(files):
    class Failing(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        files.put_stream(Failing())
    assert list(files.root.rglob("*")) == []


def test_a_changed_file_is_not_opened_in_place(files):
    sha256 = files.put(b"net")
    files.path(sha256).write_bytes(b"NET")
    with pytest.raises(StorageError, match="damaged"):
        files.checked_path(sha256)
    with pytest.raises(NotFoundError, match="no stored file"):
        files.checked_path("0" * 64)


def test_a_changed_file_is_not_handed_out(files):
    sha256 = files.put(b"net")
    files.path(sha256).write_bytes(b"NET")
    with pytest.raises(StorageError, match="damaged"):
        files.get(sha256)


def test_a_cut_file_is_mended_by_keeping_it_again(files):
    sha256 = files.put(b"net")
    files.path(sha256).write_bytes(b"n")
    assert files.get(files.put(b"net")) == b"net"


def test_half_written_files_are_not_listed(files):
    sha256 = files.put(b"net")
    (files.path(sha256).parent / ".part-abc").write_bytes(b"half")
    assert list(files.names()) == [sha256]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "AB" * 32, "0" * 63])
def test_no_other_name_becomes_a_path(files, name):
    with pytest.raises(StorageError, match="not a SHA-256"):
        files.get(name)


def test_a_missing_file_is_named(files):
    with pytest.raises(NotFoundError, match="no stored file 000000000000"):
        files.get("0" * 64)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        ContentFiles(tmp_path / "files").put(b"net")
