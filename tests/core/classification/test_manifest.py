import json
import shutil

import pytest

from core.classification import find_model, read_manifest, verify_model
from core.classification.manifest import deployed_models, read_verified
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError


@pytest.fixture
def copied(settings, tmp_path):
    """The deployed model, copied so that a test may damage it."""
    source = find_model(settings.models_dir, "optimized_cnn_model")
    folder = tmp_path / "deployment" / source.parent.name / source.name
    shutil.copytree(source, folder)
    return folder


def edit(folder, change):
    path = folder / "manifest.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_the_highest_version_is_taken_unless_one_is_named(tmp_path):
    for version in ("1", "2", "10"):
        folder = tmp_path / "m" / version
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
    assert deployed_models(tmp_path) == {"m": [1, 2, 10]}
    assert find_model(tmp_path, "m").name == "10"
    assert find_model(tmp_path, "m@2").name == "2"


def test_an_unknown_model_is_told_what_exists(settings):
    for spec in ("no_such_model", "optimized_cnn_model@999"):
        with pytest.raises(NotFoundError, match=r"optimized_cnn_model@\d"):
            find_model(settings.models_dir, spec)


@pytest.mark.parametrize(
    "spec",
    ["", "../etc", "a/b", "Name", "m@", "m@0", "m@../1", "m@1@2", "m\n", "x" * 99],
)
def test_what_is_no_model_name_is_refused(tmp_path, spec):
    with pytest.raises(InputError, match="no model name"):
        find_model(tmp_path, spec)


def test_a_whole_model_is_verified(copied):
    assert verify_model(copied).model_id == f"optimized_cnn_model@{copied.name}"


def test_one_changed_byte_is_named(copied):
    manifest = read_manifest(copied)
    path = copied / manifest.prediction_file
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelIntegrityError, match=manifest.prediction_file):
        read_verified(copied, manifest, manifest.prediction_file)
    with pytest.raises(ModelIntegrityError, match=manifest.prediction_file):
        verify_model(copied)


def test_a_missing_and_an_added_file_are_named(copied):
    (copied / "extra.bin").write_bytes(b"x")
    with pytest.raises(ModelIntegrityError, match=r"extra\.bin"):
        verify_model(copied)
    (copied / "extra.bin").unlink()
    (copied / "model_card.md").unlink()
    with pytest.raises(ModelIntegrityError, match=r"model_card\.md"):
        verify_model(copied)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.pop("categories"), "categories"),
        (lambda c: c.update(categories=["a", "a"]), "repeated"),
        (lambda c: c.update(format=99), "format"),
        (lambda c: c["calibration"].update(temperature=0), "temperature"),
        (lambda c: c["calibration"].update(temperature=float("nan")), "temperature"),
        (lambda c: c["thresholds"].update(low_confidence=2), "threshold"),
        (lambda c: c["input"].update(side_px=10**6), "side"),
        (lambda c: c.update(files=[]), "malformed"),
        (
            lambda c: c["files"].update({"../../x": {"sha256": "0", "bytes": 1}}),
            "out of the folder",
        ),
        (lambda c: c.update(version=7), "not its folder"),
    ],
)
def test_a_manifest_that_cannot_be_true_is_refused(copied, change, said):
    edit(copied, change)
    with pytest.raises(ModelError, match=said):
        read_manifest(copied)


@pytest.mark.parametrize("data", [b"", b"[1, 2]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_manifest_that_is_no_json_object_is_refused(copied, data):
    (copied / "manifest.json").write_bytes(data)
    with pytest.raises(ModelError):
        read_manifest(copied)
