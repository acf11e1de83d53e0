"""The whole way: from a foreign set to folders for training, and back."""

import csv
import hashlib
import json
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from core.config import PROJECT_ROOT
from core.errors import InputError, NotFoundError
from core.mlops.preparation import (
    Options,
    prepare,
    report_html,
    report_json,
    report_markdown,
    undo,
)
from core.mlops.preparation.write import staged

DATASETS = PROJECT_ROOT.parent / "shared" / "datasets"


def tree(folder):
    """Every file below a folder with its content's hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_set_is_split_by_scene_and_the_source_is_untouched(folder_set, tmp_path):
    before, out = tree(folder_set.root), tmp_path / "data"
    prepared = prepare(folder_set.root, out, options=Options(validation_share=0.2))
    assert prepared.state == "written"
    assert tree(folder_set.root) == before
    rows = rows_of(out / "processed/manifest.csv")
    assert len(rows) == 60
    sides: dict[str, set[str]] = {}
    for row in rows:
        path = out / "processed" / row["file"]
        assert row["file"] == f"{row['split']}/{row['label']}/{path.name}"
        assert path.name.rpartition("_")[0] == row["source"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        assert row["licence_class"] == "open"
        sides.setdefault(row["scene_group"], set()).add(row["split"])
    assert len(sides) == 30 and all(len(split) == 1 for split in sides.values())
    for row in prepared.report["classes"].values():
        assert row["validation"] == 4 and row["train"] == 16
    assert len(list((out / "raw/images").iterdir())) == 60
    assert sorted(p.name for p in (out / "processed").iterdir()) == [
        *("manifest.csv", "preparation.json", "report.html", "report.json"),
        *("report.md", "train", "validation"),
    ]
    assert not list(out.glob(".*"))


def test_the_same_again_does_nothing_and_another_choice_is_refused(
    folder_set, tmp_path
):
    out = tmp_path / "data"
    first = prepare(folder_set.root, out)
    before = tree(out)
    again = prepare(folder_set.root, out)
    assert again.state == "unchanged" and again.report == first.report
    with pytest.raises(InputError, match="undo it first"):
        prepare(folder_set.root, out, options=Options(seed=1))
    folder_set.put("plastic/new.jpg", 999)
    with pytest.raises(InputError, match="undo it first"):
        prepare(folder_set.root, out)
    assert tree(out) == before


def test_the_seed_decides_and_nothing_else(folder_set, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        prepare(folder_set.root, tmp_path / name, options=Options(seed=seed))
    files = [(tmp_path / name / "processed/manifest.csv").read_text() for name in "abc"]
    assert files[0] == files[1] != files[2]


def test_undo_removes_what_is_ours_and_keeps_the_rest(folder_set, tmp_path):
    out = tmp_path / "data"
    (out / "raw").mkdir(parents=True)
    (out / "raw/README.md").write_text("mine")
    prepare(folder_set.root, out)
    changed = next((out / "processed/train/metal").iterdir())
    changed.unlink()
    changed.write_bytes(b"changed by a person")
    (out / "processed/train/notes.txt").write_text("mine")
    done = undo(out)
    assert done["kept"] == [changed.relative_to(out).as_posix()]
    assert sorted(tree(out)) == sorted(
        ["raw/README.md", "processed/train/notes.txt", *done["kept"]]
    )
    with pytest.raises(NotFoundError, match="holds no set"):
        undo(out)


def test_undo_of_an_untouched_set_leaves_nothing(folder_set, tmp_path):
    prepare(folder_set.root, tmp_path / "data")
    assert undo(tmp_path / "data")["removed"] == 60 * 2 + 4
    assert not (tmp_path / "data").exists()


def test_a_forged_mark_removes_nothing_outside(folder_set, tmp_path):
    out, victim = tmp_path / "data", tmp_path / "victim.txt"
    victim.write_text("x")
    prepare(folder_set.root, out)
    mark = out / "processed/preparation.json"
    content = json.loads(mark.read_text())
    content["files"] = {"../victim.txt": 1}
    mark.write_text(json.dumps(content))
    with pytest.raises(InputError, match="outside"):
        undo(out)
    assert victim.exists()
    mark.write_text("{}")
    with pytest.raises(InputError, match="no mark"):
        undo(out)


def test_what_lies_in_the_target_is_never_overwritten(folder_set, tmp_path):
    out = tmp_path / "data"
    (out / "processed/train/plastic").mkdir(parents=True)
    (out / "processed/train/plastic/mine.jpg").write_bytes(b"mine")
    with pytest.raises(InputError, match="not ours"):
        prepare(folder_set.root, out)
    assert (out / "processed/train/plastic/mine.jpg").read_bytes() == b"mine"
    with pytest.raises(InputError, match="lies in the set"):
        prepare(folder_set.root, folder_set.root)


def test_one_run_at_a_time(folder_set, tmp_path):
    with staged(tmp_path / "data"), pytest.raises(Exception, match="another run"):
        prepare(folder_set.root, tmp_path / "data")


KILLED = """
import os, sys
from pathlib import Path
from core.mlops.preparation import prepare
from core.mlops.preparation import write

what, at = sys.argv[3], int(sys.argv[4])
def progress(label, done, total):
    if label == what and done == at:
        os._exit(9)
replace = Path.replace
moves = 0
def counted(self, other):
    global moves
    moves += ".preparing" in str(self) and ".preparing" not in str(other)
    if what == "moved" and moves == at:
        os._exit(9)
    return replace(self, other)
Path.replace = counted
prepare(Path(sys.argv[1]), Path(sys.argv[2]), progress=progress)
"""


@pytest.mark.parametrize(
    ("what", "at"), [("checked", 25), ("written", 30), ("moved", 1), ("moved", 4)]
)
def test_a_killed_run_goes_on_and_ends_as_any_other(folder_set, tmp_path, what, at):
    whole, out = tmp_path / "whole", tmp_path / "out"
    prepare(folder_set.root, whole)
    command = [sys.executable, "-c", KILLED, folder_set.root, out, what, str(at)]
    killed = subprocess.run(command, cwd=PROJECT_ROOT, check=False)
    assert killed.returncode == 9
    assert not (out / "processed/preparation.json").exists()
    kept = out / ".preparing/looks.jsonl"
    if what == "checked":
        assert len(kept.read_text().split()) >= 24
        with kept.open("a") as file:
            file.write('\n{"key": "cut sho')
    state = prepare(folder_set.root, out).state
    assert state == ("unchanged" if what == "moved" else "written")
    assert tree(out) == tree(whole)
    assert not (out / ".preparing").exists()


def test_a_killed_move_can_be_undone(folder_set, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, folder_set.root, out, "moved", "2"]
    subprocess.run(command, cwd=PROJECT_ROOT, check=False)
    assert undo(out)["removed"] == 60 * 2 + 4
    assert not out.exists()


def test_boxes_become_frames_a_table_and_crops(make, tmp_path):
    boxes = [(10, 10, 90, 70), (160, 100, 230, 150)]
    images, annotations = [], []
    for k in range(10):
        make.put(f"images/{k}.png", k, size=(320, 240), kind="PNG")
        images.append({"id": k, "file_name": f"{k}.png", "scene": f"s{k // 2}"})
        for n, (left, top, right, bottom) in enumerate(boxes):
            bbox = [left, top, right - left, bottom - top]
            label = {"image_id": k, "category_id": n if k % 2 else 0, "bbox": bbox}
            annotations.append({"id": 2 * k + n} | label)
    make.coco(images, annotations)
    out = tmp_path / "out"
    report = prepare(make.root, out, options=Options(source_name="Reef Cam")).report
    assert report["kind"] == "boxes"
    rows = rows_of(out / "processed/boxes.csv")
    assert len(rows) == 20
    for row in rows:
        with Image.open(out / "processed" / row["file"]) as picture:
            assert picture.format == "JPEG" and picture.size == (320, 240)
        corners = tuple(float(row[k]) for k in ("xmin", "ymin", "xmax", "ymax"))
        assert corners in boxes and row["source"] == "reef-cam"
    listed = rows_of(out / "processed/manifest.csv")
    frames = [row for row in listed if row["view"] == "frame"]
    crops = [row for row in listed if row["view"] == "crop"]
    assert len(frames) == 10 and {row["label"] for row in frames} == {""}
    assert {row["file"].split("/")[1] for row in frames} == {"boxed"}
    # In even pictures both boxes are plastic. In odd ones the window of the first, 2.2
    # times as wide, reaches the second of another class: no photo of one thing.
    assert [row["label"] for row in crops].count("plastic") == 10
    assert [row["label"] for row in crops].count("metal") == 5 == len(crops) - 10
    for row in crops:
        assert (out / "processed" / row["file"]).is_file()


def test_what_was_prepared_can_be_read_again(folder_set, tmp_path):
    prepare(folder_set.root, tmp_path / "a")
    again = prepare(
        tmp_path / "a/processed", tmp_path / "b", options=Options(keep_split=True)
    )
    columns = ("split", "label", "source", "scene_group", "sha256")
    first, second = (
        {
            tuple(row[c] for c in columns)
            for row in rows_of(tmp_path / name / "processed/manifest.csv")
        }
        for name in "ab"
    )
    assert first == second
    assert again.report["split"]["rule"] == "the set's own"


def test_alike_pictures_across_the_old_split_are_reported_and_joined(make, tmp_path):
    for k in range(12):
        for split in ("train", "val"):
            make.put(f"{split}/plastic/{k}.jpg", k + 50 * (split == "val"))
    with Image.open(make.root / "train/plastic/3.jpg") as picture:
        picture.save(make.root / "val/plastic/3b.jpg", quality=50)
    report = prepare(make.root, tmp_path / "out").report
    (leak,) = [f for f in report["findings"] if f["kind"] == "leak"]
    assert {leak["record"]} | {leak["reason"].split(":")[0].split()[-1]} == {
        "train/plastic/3.jpg",
        "val/plastic/3b.jpg",
    }
    assert report["near_duplicates"] == {"pairs": 1, "across_own_split": 1}
    rows = rows_of(tmp_path / "out/processed/manifest.csv")
    sides = {r["split"] for r in rows if r["origin"].split("/")[-1][:2] in ("3.", "3b")}
    assert len({r["scene_group"] for r in rows}) == 24 and sides


def test_a_set_without_scenes_says_that_its_split_is_doubtful(folder_set):
    assert not _unnamed(prepare(folder_set.root, None).report)
    (folder_set.root / "manifest.csv").unlink()
    assert _unnamed(prepare(folder_set.root, None).report) == [
        "60 of 60 pictures are in no scene that is known"
    ]


def _unnamed(report):
    return [f["reason"] for f in report["findings"] if f["kind"] == "scenes_unnamed"]


def test_turned_and_foreign_formats_become_upright_jpeg(make, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    for k in range(4):
        make.put(f"plastic/turned{k}.jpg", k, exif=exif)
        make.put(f"metal/{k}.webp", k + 9, kind="WEBP")
    prepare(make.root, tmp_path / "out")
    for row in rows_of(tmp_path / "out/processed/manifest.csv"):
        with Image.open(tmp_path / "out/processed" / row["file"]) as picture:
            assert picture.format == "JPEG"
            size = (48, 64) if row["label"] == "plastic" else (64, 48)
            assert picture.size == size
            assert picture.getexif().get(0x0112, 1) == 1


HOSTILE = [
    "<script>alert(1)<|script>.jpg",
    "a|b`c`.jpg",
    "=cmd().jpg",
    "new\nline.jpg",
    "\u202egpj.exe.jpg",
    "no utf-8 \udcff.jpg",
    "-rf.jpg",
    "[link](javascript:x).jpg",
]


def test_hostile_names_are_harmless_everywhere(make, tmp_path):
    for k, name in enumerate(HOSTILE):
        make.put(f"plastic/{name}", k)
        make.write(f"metal/{name}", b"broken")
    make.put("metal/fine.jpg", 100)
    out = tmp_path / "out"
    report = prepare(make.root, out).report
    assert report["n_accepted"] == len(HOSTILE) + 1
    json.loads(report_json(report).encode("utf-8"))
    page = report_html(report).encode("utf-8").decode()
    assert "<script" not in page and "&lt;script" in page and "\u202e" not in page
    text = report_markdown(report).encode("utf-8").decode()
    assert "<script" not in text.replace("\\<", "")
    assert re.search(r"(?<!\\)\]\(", text) is None
    assert len(rows_of(out / "processed/manifest.csv")) == len(HOSTILE) + 1
    for path in out.rglob("*.jpg"):
        assert path.name.isascii() and path.name.startswith("set_")
    assert undo(out)["kept"] == []


def test_nothing_usable_is_refused_with_the_reasons(make, tmp_path):
    make.write("plastic/a.jpg", b"broken")
    make.put("gizmo/b.jpg", 1)
    with pytest.raises(InputError, match=r"no picture .* can be used.*gizmo"):
        prepare(make.root, tmp_path / "out")
    assert not (tmp_path / "out/processed").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"validation_share": 0.0},
        {"validation_share": float("nan")},
        {"seed": -1},
        {"min_side_px": 0},
        {"gap_s": float("inf")},
    ],
)
def test_senseless_choices_are_refused(options):
    with pytest.raises(InputError):
        Options(**options)


def test_two_thousand_tiny_pictures_take_seconds(make, tmp_path):
    rng = np.random.default_rng(0)
    for k in range(2000):
        pixels = rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)
        path = make.root / f"{('plastic', 'metal')[k % 2]}/{k}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path, compress_level=1)
    start = time.process_time()
    options = Options(min_side_px=16)
    report = prepare(make.root, tmp_path / "out", options=options).report
    assert report["n_accepted"] == 2000
    assert time.process_time() - start < 30


@pytest.mark.skipif(
    not (DATASETS / "photos").is_dir(), reason="the photo sets are not beside this"
)
def test_a_part_of_the_real_photos_is_read(tmp_path):
    part = tmp_path / "photos"
    for split in ("train", "val"):
        for folder in (DATASETS / "photos" / split).iterdir():
            (part / split / folder.name).mkdir(parents=True)
            for path in sorted(folder.iterdir())[:6]:
                (part / split / folder.name / path.name).symlink_to(path)
    refused = None
    try:
        prepare(part, None)
    except InputError as error:
        refused = str(error)
    assert refused is not None and "unsafe_path" in refused  # links lead outside
    for path in list(part.rglob("*.jpg")):
        data = path.resolve().read_bytes()
        path.unlink()
        path.write_bytes(data)
    report = prepare(part, None).report
    assert report["n_accepted"] >= 110 and len(report["classes"]) == 10
