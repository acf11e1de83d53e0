import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ImageError, NotFoundError
from core.imagery import (
    Limits,
    content_hash,
    find_photos,
    read_photo_file,
    safe_display_name,
)


def test_hash_is_sha256_of_the_content():
    # FIPS 180-2, appendix B.1.
    assert content_hash(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert content_hash(b"x" * 999) == hashlib.sha256(b"x" * 999).hexdigest()


def test_folders_are_walked_in_a_stable_order_without_hidden_files(tmp_path):
    for name in ("b/2.jpg", "b/1.txt", "a.jpg", ".hidden.jpg", ".git/x.jpg", "b/.y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [p.relative_to(tmp_path).as_posix() for p in find_photos([tmp_path])]
    assert found == ["a.jpg", "b/1.txt", "b/2.jpg"]


def test_order_given_is_kept_and_a_file_named_twice_comes_once(tmp_path):
    first, second = tmp_path / "z.jpg", tmp_path / "a.jpg"
    first.touch(), second.touch()
    assert find_photos([first, tmp_path, str(first)]) == [first, second]


def test_missing_path_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="nowhere"):
        find_photos([tmp_path / "nowhere"])


def test_a_pipe_that_is_named_itself_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match="neither a file nor a folder"):
        find_photos([tmp_path / "pipe.jpg"])


def test_what_cannot_be_read_in_a_folder_is_listed_and_refused(tmp_path):
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    found = find_photos([tmp_path])
    assert [path.name for path in found] == ["gone.jpg", "loop.jpg", "pipe.jpg"]
    for path in found:
        with pytest.raises(ImageError, match="a broken link, a pipe or a device"):
            read_photo_file(path)


def test_links_to_folders_do_not_loop(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "x.jpg").touch()
    assert find_photos([tmp_path]) == [tmp_path / "a" / "x.jpg"]


def test_files_are_read_within_the_limit(tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"12345")
    assert read_photo_file(file, limits=Limits(max_bytes=5)) == b"12345"
    with pytest.raises(ImageError, match="limit"):
        read_photo_file(file, limits=Limits(max_bytes=4))
    with pytest.raises(ImageError, match="cannot be read"):
        read_photo_file(tmp_path / "gone.jpg")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("DJI_0001.JPG", "DJI_0001.JPG"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\..\\a.jpg", "a.jpg"),
        ("a\nb\x00c.jpg", "a\ufffdb\ufffdc.jpg"),
        ("photo\u202egpj.exe", "photo\ufffdgpj.exe"),
        ("caf\u0065\u0301.jpg", "caf\u00e9.jpg"),
        ("\udcff.jpg", "\ufffd.jpg"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("///", "unnamed"),
        ("  ", "unnamed"),
    ],
)
def test_names_from_outside_are_made_safe(name, shown):
    assert safe_display_name(name) == shown


def test_long_names_keep_their_suffix():
    shown = safe_display_name("x" * 5000 + ".jpeg")
    assert len(shown) == 120
    assert shown.endswith(".jpeg")


@given(st.text())
def test_safe_names_are_one_short_encodable_line(name):
    shown = safe_display_name(name)
    assert 0 < len(shown) <= 120
    assert "/" not in shown
    assert "\\" not in shown
    assert len(shown.splitlines()) == 1
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert safe_display_name(shown) == shown
