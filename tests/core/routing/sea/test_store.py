"""What is kept on the disk: used if it is whole and ours, and never trusted else."""

from typing import Any

import numpy as np
import pytest
import shapely

from core.routing import SeaNetwork
from core.routing.sea import _store, waters

ISLAND = shapely.box(-1.0, -0.5, 1.0, 0.5)
LAT, LON = [0.0, 0.0, 0.7], [-2.0, 2.0, 0.2]
ARRAYS: dict[str, Any] = {"a": np.arange(5), "b": np.array(0.5)}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """Keep nothing in memory, so that the disk is asked."""
    monkeypatch.setattr(waters, "_KEPT", 0)


def network(folder=None, *, lat=LAT, lon=LON, margin_km=0.0):
    return SeaNetwork(
        lat=lat, lon=lon, land=[ISLAND], cache_dir=folder, margin_km=margin_km
    )


def distances(folder=None):
    return network(folder).distance_km


def refuse_to_find(monkeypatch):
    def fail(self):
        raise AssertionError("the corners were looked for again")

    monkeypatch.setattr(waters.Waters, "_found", fail)


def test_arrays_come_back(tmp_path):
    path = tmp_path / "new" / "x.npz"
    _store.save(path, key="k", arrays=ARRAYS)
    back = _store.load(path, key="k")
    assert back is not None
    assert back.keys() == ARRAYS.keys()
    assert all((back[name] == ARRAYS[name]).all() for name in ARRAYS)
    assert [p.name for p in path.parent.iterdir()] == ["x.npz"]


def test_second_network_takes_the_corners_from_the_disk(tmp_path, monkeypatch):
    first = distances(tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 1
    refuse_to_find(monkeypatch)
    assert (distances(tmp_path) == first).all()
    with pytest.raises(AssertionError, match="again"):
        distances()


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-200])


def garbage(path):
    path.write_bytes(b"PK\x03\x04 no zip at all")


def empty(path):
    path.write_bytes(b"")


def other_key(path):
    _store.save(path, key="0" * 64, arrays=ARRAYS)


def no_marks(path):
    np.savez(path, **ARRAYS)


def objects(path):
    np.savez(path, key=np.array([{}], dtype=object), content=np.zeros(1))


def changed(path):
    with np.load(path) as file:
        arrays: dict[str, Any] = dict(file)
    arrays["km"] = arrays["km"] / 2.0
    np.savez(path, allow_pickle=False, **arrays)


@pytest.mark.parametrize(
    "spoil", [cut_short, garbage, empty, other_key, no_marks, objects, changed]
)
def test_spoilt_file_is_not_used_and_written_anew(tmp_path, spoil, monkeypatch):
    first = distances(tmp_path)
    (path,) = tmp_path.glob("*.npz")
    spoil(path)
    assert (distances(tmp_path) == first).all()
    refuse_to_find(monkeypatch)
    assert (distances(tmp_path) == first).all()


@pytest.mark.parametrize("limit", ["_MAX_FILE_BYTES", "_MAX_CONTENT_BYTES"])
def test_file_above_a_limit_is_not_used(tmp_path, monkeypatch, limit):
    path = tmp_path / "x.npz"
    _store.save(path, key="k", arrays=ARRAYS)
    monkeypatch.setattr(_store, limit, 10)
    assert _store.load(path, key="k") is None


def test_folder_that_cannot_be_made_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("x")
    assert (distances(tmp_path / "file" / "under") == distances()).all()


def test_key_holds_everything_that_matters(tmp_path):
    distances(tmp_path)
    network(tmp_path, margin_km=1.0)
    network(tmp_path, margin_km=2.0)
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_one_position_more_uses_what_was_found(tmp_path, monkeypatch):
    distances(tmp_path)
    refuse_to_find(monkeypatch)
    more = network(tmp_path, lat=[*LAT, -0.9], lon=[*LON, 0.3])
    assert (more.distance_km[:3, :3] == distances(tmp_path)).all()
