import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from core.config import PROJECT_ROOT
from core.distribution import (
    PREDICTION_COLUMNS,
    TARGETS,
    find_forest,
    load_forest,
    read_forest_manifest,
    train_forest,
)
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError

from .conftest import OPTIONS

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
SHIPPED = PROJECT_ROOT / "models" / "deployment" / "debris_forest" / "1"


@pytest.fixture
def models_dir(trained_dir, tmp_path):
    shutil.copytree(trained_dir, tmp_path / "models")
    return tmp_path / "models"


def folder_of(models_dir):
    return models_dir / "debris_forest" / "1"


def rewrite(models_dir, change):
    path = folder_of(models_dir) / "manifest.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("code", [one.code for one in TARGETS])
def test_a_prediction_is_a_distribution(forest, code):
    found = forest.predict(
        lat=[90, -90, 0, 0, 47], lon=[0, 0, 180, -180, 8], time=JUNE, target=code
    )
    n = forest.target(code).n_classes
    assert list(found)[: len(PREDICTION_COLUMNS)] == list(PREDICTION_COLUMNS)
    shares = found[[f"p_{k}" for k in range(n)]]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all(axis=None)
    assert (found["low"] <= found["median"]).all()
    assert (found["median"] <= found["high"]).all()
    assert np.isfinite(found["mean"]).all()
    assert (found["variance"] >= 0).all()


def test_it_learnt_where_the_made_up_tables_have_much(forest):
    north, south = (
        forest.predict(lat=[lat], lon=[-30.0], time=JUNE, target="pieces_net")
        for lat in (25.0, -25.0)
    )
    assert north["median"].item() > 5 * south["median"].item()


def test_waters_without_a_row_are_marked(forest):
    found = forest.predict(lat=[88.0], lon=[0.0], time=JUNE, target="pieces_net")
    assert found["n_near"].item() == 0


def test_hostile_questions_are_refused(forest):
    for wrong in ({"lat": [95.0]}, {"lon": [np.nan]}, {"time": "never"}):
        asked = {"lat": [0.0], "lon": [0.0], "time": JUNE, **wrong}
        with pytest.raises(InputError):
            forest.predict(target="pieces_net", **asked)
    with pytest.raises(NotFoundError):
        forest.predict(lat=[0.0], lon=[0.0], time=JUNE, target="gold")


def test_the_same_seed_gives_the_same_bytes_and_figures(
    trained_dir, tables_dir, tmp_path
):
    again = train_forest(tables_dir, version=1, models_dir=tmp_path, options=OPTIONS)
    first = read_forest_manifest(trained_dir / "debris_forest" / "1")
    assert again.hashes["forest.npz"] == first.hashes["forest.npz"]
    assert again.content["targets"] == first.content["targets"]


def test_another_seed_gives_other_trees(trained_dir, tables_dir, tmp_path):
    other = train_forest(
        tables_dir, version=2, models_dir=tmp_path, seed=8, options=OPTIONS
    )
    first = read_forest_manifest(trained_dir / "debris_forest" / "1")
    assert other.hashes["forest.npz"] != first.hashes["forest.npz"]


def test_a_version_that_is_there_is_not_written_over(models_dir, tables_dir):
    before = (folder_of(models_dir) / "manifest.json").read_bytes()
    with pytest.raises(ModelError, match="deployed already"):
        train_forest(tables_dir, version=1, models_dir=models_dir, options=OPTIONS)
    assert (folder_of(models_dir) / "manifest.json").read_bytes() == before


def test_nothing_is_left_behind_where_training_fails(tmp_path):
    with pytest.raises(InputError, match="no table"):
        train_forest(tmp_path, version=1, models_dir=tmp_path / "m", options=OPTIONS)
    assert not (tmp_path / "m").exists()


def test_the_manifest_says_what_it_rests_on(trained_dir):
    content = read_forest_manifest(trained_dir / "debris_forest" / "1").content
    assert content["kind"] == "forest"
    assert content["research_use"] is False
    table = content["targets"]["pieces_net"]["tables"][0]
    assert table["licence"] == "open"
    assert len(table["sha256"]) == 64
    for split in ("region", "time"):
        scores = content["targets"]["pieces_net"]["metrics"][split]["scores"]
        assert set(scores) == {"forest", "neighbours", "mean"}


def test_a_changed_array_file_is_not_used(models_dir):
    path = folder_of(models_dir) / "forest.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ModelIntegrityError, match=re.escape("forest.npz")):
        load_forest(models_dir)


def test_a_missing_array_file_is_named(models_dir):
    (folder_of(models_dir) / "forest.npz").unlink()
    with pytest.raises(ModelIntegrityError, match="missing"):
        load_forest(models_dir)


def test_a_pickle_in_place_of_the_arrays_is_not_unpickled(models_dir):
    import hashlib

    path = folder_of(models_dir) / "forest.npz"
    np.savez(path, evil=np.array([{"a": 1}], dtype=object))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(models_dir, lambda c: c["files"]["forest.npz"].update(sha256=digest))
    with pytest.raises(ModelError):
        load_forest(models_dir)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update(kind="classifier"),
        lambda c: c.update(format=2),
        lambda c: c.update(version=3),
        lambda c: c.update(name="other"),
        lambda c: c.update(targets={}),
        lambda c: c.update(prediction_file="../../etc/passwd"),
        lambda c: c["files"].update({"../x.npz": {"sha256": "0" * 64}}),
        lambda c: c["targets"].update(gold=c["targets"]["pieces_net"]),
        lambda c: c["targets"]["pieces_net"].update(features=["land_km"] * 2),
        lambda c: c["targets"]["pieces_net"].update(features=["password"]),
        lambda c: c["targets"]["pieces_net"].update(features=["land_km"]),
        lambda c: c["targets"]["pieces_net"].update(bounds=[0, 1, 2, 3]),
        lambda c: c["targets"]["pieces_net"]["calibration"].update(temperature=0),
        lambda c: c["targets"]["pieces_net"]["calibration"].update(low_tail=0.7),
    ],
)
def test_a_manifest_that_was_changed_is_refused(models_dir, change):
    rewrite(models_dir, change)
    with pytest.raises(ModelError):
        load_forest(models_dir)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "\x00"])
def test_a_broken_manifest_is_refused(models_dir, text):
    (folder_of(models_dir) / "manifest.json").write_text(text)
    with pytest.raises(ModelError):
        load_forest(models_dir)


@pytest.mark.parametrize("spec", ["../x", "a b", "debris_forest@0", "", "A"])
def test_a_name_that_is_none_is_refused(models_dir, spec):
    with pytest.raises(InputError):
        find_forest(models_dir, spec)


def test_a_version_that_is_not_there_is_named(models_dir):
    with pytest.raises(NotFoundError, match="debris_forest@1"):
        find_forest(models_dir, "debris_forest@7")


def test_predicting_needs_no_scikit_learn(trained_dir):
    code = (
        "import sys, datetime as d; from pathlib import Path;"
        "from core.distribution import load_forest;"
        f"f = load_forest(Path({str(trained_dir)!r}));"
        "f.predict(lat=[0], lon=[0], time=d.datetime.now(d.UTC), target='mass_net');"
        "assert 'sklearn' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="debris_forest@1 is not deployed here")
def test_the_shipped_forest_beats_its_baseline_or_its_card_says_not():
    content = read_forest_manifest(SHIPPED).content
    card = (SHIPPED / "model_card.md").read_text(encoding="utf-8")
    for one in content["targets"].values():
        section = card.split(f"### {one['label']} ", 1)[1].split("\n### ", 1)[0]
        for split, words in (("region", "unseen waters"), ("basin", "unseen ocean")):
            verdict = one["metrics"][split]["verdict"]["mean"]
            assert f"- {words}: {verdict} than the training mean" in section
        # In waters between known ones it must be worth having at all.
        gain = one["metrics"]["region"]["gains"]["mean"]
        assert gain["rps"]["high"] < 0
        assert gain["mae"]["high"] < 0
        held = one["metrics"]["region"]["scores"]["forest"]["coverage"]["value"]
        assert held == pytest.approx(0.9, abs=0.03)
