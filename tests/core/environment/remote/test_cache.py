"""Files are kept by content and found by request, by many processes at once."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.environment.remote.cache import EnvironmentCache, file_sha256
from core.errors import InputError, StorageError

ROOT = Path(__file__).resolve().parents[4]
REQUEST = {"url": "https://ocean.example/a.nc"}


def put(cache: EnvironmentCache, data: bytes, request: Mapping[str, object]) -> str:
    with cache.part() as part:
        part.write_bytes(data)
        return cache.put(part, request, url="https://ocean.example/a.nc").sha256


def age(cache: EnvironmentCache, sha256: str, seconds: float) -> None:
    then = datetime.now(UTC).timestamp() - seconds
    os.utime(cache.path(sha256), (then, then))


def test_a_file_is_found_again_by_its_request(tmp_path):
    cache = EnvironmentCache(tmp_path / "cache")
    assert cache.find(REQUEST) is None
    with cache.part() as part:
        part.write_bytes(b"sea")
        kept = cache.put(part, REQUEST, url="u", etag='"1"', last_modified="Mon")
    assert cache.find(REQUEST) == kept
    assert kept.etag == '"1"'
    assert cache.path(kept.sha256).read_bytes() == b"sea"
    assert datetime.now(UTC) - kept.fetched_at < timedelta(minutes=1)
    assert cache.find({"url": "https://ocean.example/b.nc"}) is None


def test_the_name_is_the_sha256_of_the_bytes(tmp_path):
    # SHA-256 of "abc" from FIPS 180-2, appendix B.1.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    cache = EnvironmentCache(tmp_path)
    assert put(cache, b"abc", REQUEST) == expected
    assert file_sha256(tmp_path / f"{expected}.nc") == expected


def test_the_order_of_the_parts_of_a_request_does_not_matter(tmp_path):
    cache = EnvironmentCache(tmp_path)
    put(cache, b"sea", {"a": 1, "b": [1, 2]})
    assert cache.find({"b": [1, 2], "a": 1}) is not None


def test_equal_content_is_kept_once(tmp_path):
    cache = EnvironmentCache(tmp_path)
    assert put(cache, b"sea", {"a": 1}) == put(cache, b"sea", {"a": 2})
    assert len(list(tmp_path.glob("*.nc"))) == 1


def test_a_damaged_file_is_noticed_and_removed(tmp_path, caplog):
    cache = EnvironmentCache(tmp_path)
    sha256 = put(cache, b"sea", REQUEST)
    cache.path(sha256).write_bytes(b"sEa")
    assert cache.find(REQUEST) is None
    assert not cache.path(sha256).exists()
    assert "damaged" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"sha256": "../../etc/passwd", "fetched_at": "2026-01-01T00:00:00+00:00"}',
        '{"sha256": 1}',
    ],
)
def test_an_index_that_cannot_be_read_counts_as_none(tmp_path, text):
    cache = EnvironmentCache(tmp_path)
    put(cache, b"sea", REQUEST)
    (index,) = (tmp_path / "index").iterdir()
    index.write_text(text)
    assert cache.find(REQUEST) is None


def test_no_name_from_outside_becomes_a_path(tmp_path):
    with pytest.raises(InputError, match="not a SHA-256"):
        EnvironmentCache(tmp_path).path("../../secret")


def test_confirming_moves_the_time_only(tmp_path):
    cache = EnvironmentCache(tmp_path)
    put(cache, b"sea", REQUEST)
    before = cache.find(REQUEST)
    assert before is not None
    after = cache.confirm(REQUEST, before)
    assert after.fetched_at > before.fetched_at
    assert (after.sha256, after.url) == (before.sha256, before.url)
    assert cache.find(REQUEST) == after


def test_the_files_used_longest_ago_go_first(tmp_path):
    cache = EnvironmentCache(tmp_path, max_bytes=250)
    names = [put(cache, bytes([i]) * 100, {"n": i}) for i in range(2)]
    age(cache, names[0], 300)
    age(cache, names[1], 200)
    assert cache.find({"n": 0}) is not None  # used now, so it is the younger one
    age(cache, names[0], 100)
    third = put(cache, b"x" * 100, {"n": 2})
    assert cache.find({"n": 1}) is None
    assert cache.path(names[0]).exists()
    assert cache.path(third).exists()
    assert len(list((tmp_path / "index").iterdir())) == 2


def test_a_file_that_a_stored_forcing_uses_is_never_removed(tmp_path):
    used: set[str] = set()
    cache = EnvironmentCache(tmp_path, max_bytes=150, protected=lambda: used)
    names = [put(cache, bytes([i]) * 100, {"n": i}) for i in range(2)]
    used.add(names[0])
    age(cache, names[0], 900)
    age(cache, names[1], 300)
    assert cache.prune() == [names[1]]
    age(cache, names[0], 900)
    assert EnvironmentCache(tmp_path, max_bytes=1, protected=lambda: used).prune() == []


def test_a_file_in_use_this_minute_stays_although_the_limit_is_passed(tmp_path):
    cache = EnvironmentCache(tmp_path, max_bytes=1)
    sha256 = put(cache, b"x" * 100, REQUEST)
    assert cache.prune() == []
    age(cache, sha256, 61)
    assert cache.prune() == [sha256]


def test_parts_of_dead_processes_are_swept_after_a_day(tmp_path):
    cache = EnvironmentCache(tmp_path)
    old, new = tmp_path / ".part-old", tmp_path / ".part-new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    folder = tmp_path / ".part-folder"
    folder.mkdir()
    (folder / "answer").write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(folder, (0, 0))
    put(cache, b"sea", REQUEST)
    assert not old.exists()
    assert not folder.exists()
    assert new.exists()


def test_a_part_leaves_nothing_behind_when_the_fetch_fails(tmp_path):
    cache = EnvironmentCache(tmp_path)
    with pytest.raises(RuntimeError), cache.part() as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    cache = EnvironmentCache(tmp_path / "file" / "cache")
    with pytest.raises(StorageError, match="cannot write to"), cache.part():
        pass


def test_two_processes_may_keep_the_same_request_at_once(tmp_path):
    code = """
import sys
from collections.abc import Mapping
from pathlib import Path
from core.environment.remote.cache import EnvironmentCache
cache = EnvironmentCache(Path(sys.argv[1]), max_bytes=2000)
for i in range(25):
    with cache.part() as part:
        part.write_bytes(bytes([i % 7]) * 200)
        cache.put(part, {"n": i % 3}, url="u")
    entry = cache.find({"n": i % 3})
    assert entry is not None and entry.sha256
"""
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
        for _ in range(2)
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    cache = EnvironmentCache(tmp_path)
    for n in range(3):
        entry = cache.find({"n": n})
        assert entry is not None
        assert file_sha256(cache.path(entry.sha256)) == entry.sha256
    for index in (tmp_path / "index").iterdir():
        assert json.loads(index.read_text())["url"] == "u"
    assert not list(tmp_path.glob(".part-*"))
