"""Rules of the content-addressed files."""

import hashlib

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
