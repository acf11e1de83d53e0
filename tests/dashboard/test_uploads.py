import os
import time

import pytest
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard import uploads
from dashboard.uploads import SpooledUploads

SESSION = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def manager(tmp_path, monkeypatch):
    monkeypatch.setattr(SpooledUploads, "folder", tmp_path / "uploads", raising=False)
    return SpooledUploads("/upload")


def rec(file_id="a1", name="flight/DJI_1.JPG", data=b"photo"):
    return UploadedFileRec(file_id=file_id, name=name, type="", data=data)


def test_a_photo_lies_on_disk_and_takes_no_memory(manager):
    manager.add_file(SESSION, rec())
    (held,) = manager.get_files(SESSION, ["a1"])
    assert held.data == b""
    assert manager.path(SESSION, "a1").read_bytes() == b"photo"
    manager.remove_file(SESSION, "a1")
    assert manager.path(SESSION, "a1") is None
    assert manager.get_files(SESSION, ["a1"]) == []


def test_other_files_stay_as_they_were(manager):
    manager.add_file(SESSION, rec(name="sites.csv"))
    assert manager.path(SESSION, "a1") is None
    assert manager.get_files(SESSION, ["a1"])[0].data == b"photo"


def test_a_session_that_ends_leaves_nothing(manager, tmp_path):
    for number in range(3):
        manager.add_file(SESSION, rec(file_id=f"a{number}"))
    manager.remove_session_files(SESSION)
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize("file_id", ["../../x", "", "a/b", "a\0b"])
def test_an_id_that_is_a_path_is_never_one(manager, tmp_path, file_id):
    manager.add_file(SESSION, rec(file_id=file_id))
    assert manager.path(SESSION, file_id) is None
    assert not list(tmp_path.rglob("x"))
    assert manager.get_files(SESSION, [file_id])[0].data == b"photo"


def test_without_room_on_the_disk_a_photo_stays_in_memory(manager, tmp_path):
    (tmp_path / "uploads").write_bytes(b"not a folder")
    manager.add_file(SESSION, rec())
    assert manager.get_files(SESSION, ["a1"])[0].data == b"photo"


def test_what_a_killed_server_left_goes_after_a_day(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "_streamlit", type("Module", (), {}))
    monkeypatch.setattr(SpooledUploads, "folder", tmp_path, raising=False)
    for name, age_s in (("old", 90_000.0), ("new", 10.0)):
        (tmp_path / name).mkdir()
        then = time.time() - age_s
        os.utime(tmp_path / name, (then, then))
    uploads.install(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
