"""The reader of tensor files, against files written with Python's own pickler."""

import io
import os
import pickle
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from core.classification._torch_file import read_torch_tensors
from core.errors import ModelError

MAGIC = 0x1950A86A20F9469CFC6C


class Storage:
    def __init__(self, key, values):
        self.key = key
        self.values = np.asarray(values, dtype="<f4")


@pytest.fixture
def torch_names(monkeypatch):
    """Modules with the names that such a file refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        pass

    def _rebuild_tensor_v2():
        raise AssertionError("only its name is used")

    FloatStorage.__module__, FloatStorage.__qualname__ = "torch", "FloatStorage"
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    vars(torch).update(FloatStorage=FloatStorage, _utils=utils)
    vars(utils).update(_rebuild_tensor_v2=_rebuild_tensor_v2)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return torch


def write(path, torch, tensors, storages, *, magic=MAGIC, cut=0):
    class Tensor:
        def __init__(self, *args):
            self.args = args

        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, self.args

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj):
            if isinstance(obj, Storage):
                size = len(obj.values)
                return ("storage", torch.FloatStorage, obj.key, "cpu", size, None)
            return None

    described = OrderedDict(
        (name, Tensor(storage, offset, shape, strides, False, OrderedDict()))
        for name, (storage, offset, shape, strides) in tensors.items()
    )
    out = io.BytesIO()
    for part in (magic, 1001, {"little_endian": True}, described):
        Pickler(out, protocol=2).dump(part)
    Pickler(out, protocol=2).dump([storage.key for storage in storages])
    for storage in storages:
        out.write(len(storage.values).to_bytes(8, "little") + storage.values.tobytes())
    data = out.getvalue()
    path.write_bytes(data[: len(data) - cut])
    return path


def test_values_follow_offset_and_strides(tmp_path, torch_names):
    storage = Storage("7", range(10))
    tensors = {
        "rows": (storage, 0, (2, 3), (3, 1)),
        "transposed": (storage, 0, (3, 2), (1, 3)),
        "shifted": (storage, 4, (2,), (5,)),
    }
    path = write(tmp_path / "w.pth", torch_names, tensors, [storage])
    read = read_torch_tensors(path)
    assert list(read) == ["rows", "transposed", "shifted"]
    np.testing.assert_array_equal(read["rows"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(read["transposed"], [[0, 3], [1, 4], [2, 5]])
    np.testing.assert_array_equal(read["shifted"], [4, 9])
    assert read["transposed"].flags.c_contiguous


def test_a_view_outside_its_storage_is_refused(tmp_path, torch_names):
    storage = Storage("0", range(4))
    tensors = {"long": (storage, 1, (4,), (1,))}
    path = write(tmp_path / "w.pth", torch_names, tensors, [storage])
    with pytest.raises(ModelError, match="tensor long reaches outside"):
        read_torch_tensors(path)


def test_a_file_cut_short_is_refused(tmp_path, torch_names):
    storage = Storage("0", range(4))
    tensors = {"t": (storage, 0, (4,), (1,))}
    path = write(tmp_path / "w.pth", torch_names, tensors, [storage], cut=3)
    with pytest.raises(ModelError, match="cut short"):
        read_torch_tensors(path)


def test_another_magic_number_is_refused(tmp_path, torch_names):
    path = write(tmp_path / "w.pth", torch_names, {}, [], magic=1)
    with pytest.raises(ModelError, match="magic number"):
        read_torch_tensors(path)


def test_a_file_that_asks_for_another_function_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, ("touch " + str(tmp_path / "owned"),)

    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps(Evil(), protocol=2))
    with pytest.raises(ModelError, match="system"):
        read_torch_tensors(path)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04zip", b"\x80\x02"])
def test_other_files_are_refused(tmp_path, data):
    path = tmp_path / "other.pth"
    path.write_bytes(data)
    with pytest.raises(ModelError):
        read_torch_tensors(path)
