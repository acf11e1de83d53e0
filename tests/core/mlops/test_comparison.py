"""Comparison: the paired bootstrap against closed forms, and models side by side."""

import json

import numpy as np
import pytest

from core.errors import InputError, NotFoundError
from core.mlops.comparison import compare_on_photos, side_by_side
from core.mlops.comparison_text import (
    comparison_lines,
    difference_lines,
    markdown_tables,
)
from core.mlops.paired import paired_difference, scenes_beside
from core.observations import CATEGORY_CODES

CODES = ("clean", "glass", "plastic")


def sure_of(labels, confidence=0.9):
    out = np.full((len(labels), 3), (1 - confidence) / 2)
    out[np.arange(len(labels)), labels] = confidence
    return out


def test_a_model_less_itself_is_nothing():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    shares = rng.dirichlet(np.ones(3), 60)
    told = paired_difference(
        shares, shares, truth, CODES, groups=[str(k) for k in range(60)]
    )
    for entry in told.values():
        assert entry == {"value": 0.0, "interval": [0.0, 0.0], "share_better": 0.5}


def test_the_interval_of_a_paired_difference_is_that_of_the_changed_photos():
    # One model is right in 50 of 100, the other in those and 20 more, so the
    # difference is a share of 0.2 with a standard error of sqrt(0.2 * 0.8 / 100).
    truth = np.ones(100, dtype=np.int64)
    before = sure_of(np.array([1] * 50 + [0] * 50))
    after = sure_of(np.array([1] * 70 + [0] * 30))
    told = paired_difference(
        before,
        after,
        truth,
        CODES,
        groups=[str(k) for k in range(100)],
        n_resamples=4000,
    )["accuracy"]
    assert told["value"] == 0.2
    assert told["interval"] == pytest.approx([0.2 - 0.0784, 0.2 + 0.0784], abs=0.015)
    assert told["share_better"] == 1.0


def test_photos_of_one_scene_are_drawn_together_and_widen_the_interval():
    truth = np.ones(100, dtype=np.int64)
    before = sure_of(np.array([1] * 50 + [0] * 50))
    after = sure_of(np.array([1] * 70 + [0] * 30))
    scenes = [str(k // 10) for k in range(100)]
    told = paired_difference(before, after, truth, CODES, groups=scenes)["accuracy"]
    low, high = told["interval"]
    assert high - low > 0.35


def test_less_calibration_error_is_better():
    truth = np.array([1, 2] * 30)
    wrong = np.array([1, 1] * 30)
    told = paired_difference(
        sure_of(wrong, 0.99),
        sure_of(wrong, 0.5),
        truth,
        CODES,
        groups=[str(k) for k in range(60)],
    )["ece"]
    assert told["value"] < 0
    assert told["share_better"] > 0.95


def test_what_photos_cannot_tell_is_none():
    told = paired_difference(
        sure_of(np.array([1, 1])),
        sure_of(np.array([1, 2])),
        np.array([1, 1]),
        CODES,
        groups=["a", "b"],
    )
    assert told["auroc_debris"]["value"] is None


def test_scenes_come_from_the_manifest_beside_the_split(tmp_path):
    paths = [tmp_path / "val" / "glass" / f"{name}.jpg" for name in "ab"]
    assert scenes_beside(tmp_path / "val", paths) == (
        "photo",
        ["val/glass/a.jpg", "val/glass/b.jpg"],
    )
    (tmp_path / "manifest.csv").write_text(
        "file,scene_group\nval/glass/a.jpg,dive 7\n", encoding="utf-8"
    )
    assert scenes_beside(tmp_path / "val", paths) == (
        "scene",
        ["dive 7", "val/glass/b.jpg"],
    )


@pytest.fixture
def photos(tmp_path, make_jpeg):
    for k, category in enumerate(CATEGORY_CODES):
        folder = tmp_path / "photos" / category
        folder.mkdir(parents=True)
        (folder / f"boat_{k}.jpg").write_bytes(make_jpeg(k))
    (tmp_path / "photos" / "glass" / "boat_99.jpg").write_bytes(b"broken")
    return tmp_path / "photos"


def test_two_models_are_scored_on_the_same_photos(deploy, photos, tmp_path):
    deploy()
    folder = deploy("cnn_model", 1)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["calibration"]["temperature"] *= 3
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    result = compare_on_photos(
        tmp_path / "deployment",
        ["optimized_cnn_model", "cnn_model@1"],
        photos,
        n_resamples=200,
    )
    assert result["n"] == 10
    assert [one["model"] for one in result["models"]] == [
        "optimized_cnn_model@1",
        "cnn_model@1",
    ]
    (difference,) = result["differences"]
    # A temperature moves confidence and never the answer.
    assert difference["accuracy"]["value"] == 0.0
    assert difference["ece"]["value"] != 0.0
    text = "\n".join(difference_lines(result))
    assert "cnn_model@1 less optimized_cnn_model@1:" in text
    assert "accuracy: +0.000 (+0.000 to +0.000)" in text


def test_one_model_or_another_folder_cannot_be_compared(deploy, tmp_path):
    deploy()
    models_dir = tmp_path / "deployment"
    with pytest.raises(InputError, match="two models"):
        compare_on_photos(models_dir, ["optimized_cnn_model"], tmp_path)
    with pytest.raises(NotFoundError):
        compare_on_photos(
            models_dir, ["optimized_cnn_model", "optimized_cnn_model"], tmp_path / "no"
        )
    with pytest.raises(InputError, match="no photo"):
        compare_on_photos(
            models_dir, ["optimized_cnn_model", "optimized_cnn_model"], tmp_path
        )


def test_models_stand_side_by_side_with_time_size_and_sources(deploy, tmp_path):
    deploy()
    broken = deploy(version=2)
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    damaged = deploy("cnn_model", 1)
    (damaged / "model_float16.tflite").write_bytes(b"no model")
    rows = side_by_side(tmp_path / "deployment", rounds=2)
    by_name = {row["model"]: row for row in rows}
    whole = by_name["optimized_cnn_model@1"]
    assert whole["ms"] > 0
    assert whole["licence"] == "research use"
    assert whole["scores"]["accuracy"]["interval"][0] < whole["accuracy"]
    assert "manifest" in by_name["optimized_cnn_model@2"]["problem"]
    assert "hash" in by_name["cnn_model@1"]["problem"]
    text = "\n".join(comparison_lines(rows))
    assert "by source:" in text
    table = markdown_tables(rows)
    assert "### Photo classifiers" in table
    assert "`optimized_cnn_model@1`" in table
    assert "cnn_model@2" not in table
    assert all(
        line.count("|") == table.splitlines()[2].count("|")
        for line in table.splitlines()[2:5]
    )


def test_named_models_alone_are_compared_and_timing_can_be_left_out(deploy, tmp_path):
    deploy()
    deploy(version=2)
    (row,) = side_by_side(tmp_path / "deployment", ["optimized_cnn_model@1"], rounds=0)
    assert row["model"] == "optimized_cnn_model@1"
    assert row["ms"] is None
    with pytest.raises(NotFoundError):
        side_by_side(tmp_path / "deployment", ["none"])


def test_a_forest_stands_beside_the_mean_of_its_rows():
    row = {
        "model": "debris_forest@1",
        "kind": "forest",
        "is_champion": True,
        "problem": None,
        "scores": {
            "net_macro_f1": {"value": 0.4, "interval": [0.3, 0.5]},
            "net_macro_f1_mean_baseline": {"value": 0.1, "interval": None},
        },
        "per_source": {},
        "predict_mb": 2.0,
        "size_mb": 2.1,
        "ms": 12.0,
        "licence": "open",
    }
    assert comparison_lines([row])[1] == (
        "  net: macro-F1 0.400 (0.300 to 0.500), of the mean 0.100"
    )
    assert markdown_tables([row]).splitlines()[-1] == (
        "| **`debris_forest@1`** | `net` | 0.400 (0.300 to 0.500) | 0.100 | 12.0 | 2.0 "
        "| open |"
    )
