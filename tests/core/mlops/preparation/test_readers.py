"""Readers of foreign layouts, hostile ones too."""

import json

import pytest

from core.errors import InputError, NotFoundError
from core.mlops.preparation.layouts import read_set, recognise
from core.mlops.preparation.paths import inside

HOSTILE = [
    "../out.jpg",
    "a/../../out.jpg",
    "/etc/passwd",
    "..\\out.jpg",
    "C:\\windows\\win.ini",
    "\\\\host\\share\\x.jpg",
    "x\0.jpg",
    "",
    "   ",
    None,
    17,
    ["x.jpg"],
    "link/out.jpg",
    "x" * 5000,
]


def kinds(found):
    return sorted(finding.kind for finding in found.findings)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_stays_inside_or_is_refused(make, name):
    make.write("../out.jpg", b"secret")
    (make.root / "link").symlink_to(make.root.parent)
    path = inside(make.root, name)
    assert path is None or not path.exists()


@pytest.mark.parametrize("name", [*HOSTILE[:6], *HOSTILE[-2:]], ids=range(8))
def test_coco_never_leaves_its_folder(make, name):
    (make.root.parent / "out.jpg").write_bytes(make.put("own.jpg").read_bytes())
    (make.root / "link").symlink_to(make.root.parent)
    box = {"id": 1, "image_id": 1, "category_id": 0, "bbox": [1, 1, 20, 20]}
    make.coco([{"id": 1, "file_name": name}], [box])
    found = read_set(make.root)
    assert not found.pictures
    assert kinds(found) in (["unsafe_path"], ["missing_file"])
    assert not any("secret" in finding.reason for finding in found.findings)


def test_coco_with_splits_and_faults_names_every_record(make):
    make.put("images/train/a.jpg", 1)
    make.put("images/val/b.jpg", 2)
    image = {"id": 1, "file_name": "a.jpg", "width": 64, "height": 48, "video_id": 9}
    make.coco(
        [
            *(image, {"id": 1, "file_name": "a.jpg"}, {"file_name": "a.jpg"}),
            *({"id": 7, "file_name": "gone.jpg"}, "no image"),
        ],
        [
            {"id": 1, "image_id": 1, "category_id": 0, "bbox": [1, 2, 20, 10]},
            {"id": 2, "image_id": 1, "category_id": 77, "bbox": [1, 2, 20, 10]},
            {"id": 3, "image_id": 55, "category_id": 0, "bbox": [1, 2, 20, 10]},
            {"id": 4, "image_id": 1, "category_id": 0, "bbox": "1,2", "iscrowd": 1},
            {"id": 5, "image_id": 1, "category_id": 0, "bbox": [1, 2, True, "9"]},
            {"id": 6, "image_id": [1], "category_id": {}, "bbox": None},
            ["no annotation"],
        ],
        name="annotations/instances_train2017.json",
    )
    make.coco([{"id": 1, "file_name": "b.jpg"}], [], name="annotations/val.json")
    found = read_set(make.root)
    assert (found.layout, found.kind) == ("coco", "boxes")
    a, b = found.pictures
    assert (a.name, a.split, a.scene, a.size) == (
        *("images/train/a.jpg", "train", "9"),
        (64, 48),
    )
    assert (b.name, b.split, b.size, b.boxes) == (
        *("images/val/b.jpg", "validation", None),
        (),
    )
    assert [box.label for box in a.boxes] == ["plastic", "category_id 77", "plastic"]
    assert a.boxes[0].corners == (1, 2, 21, 12)
    assert kinds(found) == [
        *("bad_labels", "bad_labels", "bad_labels", "bad_labels"),
        *("crowd_box", "missing_file"),
    ]


def test_coco_without_boxes_labels_whole_pictures(make):
    make.put("a.jpg", 1)
    make.put("b.jpg", 2)
    images = [{"id": k, "file_name": f"{k}.jpg"} for k in ("a", "b")]
    labels = [("a", 0), ("b", 0), ("b", 1)]
    make.coco(images, [{"image_id": i, "category_id": c} for i, c in labels])
    found = read_set(make.root)
    assert found.kind == "classes"
    assert [(p.name, p.label) for p in found.pictures] == [("a.jpg", "plastic")]
    assert "2 labels" in found.findings[0].reason


@pytest.mark.parametrize("text", ["[", "[1]", '{"images": 1, "annotations": 2}'])
def test_a_broken_coco_file_is_refused(make, text):
    make.put("x.jpg")
    path = make.write("a.json", text)
    with pytest.raises(InputError):
        read_set(path)


def test_a_deep_coco_file_is_refused(make):
    text = '{"images": ' + "[" * 200_000 + '"annotations"'
    with pytest.raises(InputError, match="no JSON"):
        read_set(make.write("a.json", text))


def test_yolo_reads_boxes_outlines_and_names_bad_lines(make):
    make.write("data.yaml", "names: [plastic, metal]\ntrain: ../../../etc\n")
    make.put("images/train/a.jpg", 1)
    make.put("images/val/b.jpg", 2)
    make.put("images/test/c.jpg", 3)
    lines = "0 0.5 0.5 0.5 0.5\n1 0.1 0.2 0.3 0.2 0.3 0.6\n\n9 .5 .5 .1 .1\n"
    make.write("labels/train/a.txt", lines + "x 1 2 3 4\n0 1 2\n0 a b c d\n-1 1 1 1 1")
    found = read_set(make.root)
    assert (found.layout, found.kind) == ("yolo", "boxes")
    a, b = found.pictures
    assert (a.split, b.split, b.boxes) == ("train", "validation", ())
    assert [box.label for box in a.boxes] == ["plastic", "metal", "class 9"]
    assert a.boxes[0].corners == (0.25, 0.25, 0.75, 0.75) and a.boxes[0].relative
    assert a.boxes[1].corners == (0.1, 0.2, 0.3, 0.6)
    assert kinds(found) == ["bad_labels"] * 4 + ["test_split"]
    assert found.findings[0].record == "labels/train/a.txt line 5"


def test_yolo_names_may_be_a_list_or_a_mapping_or_lines(make):
    make.put("a.jpg")
    make.write("a.txt", "1 .5 .5 .2 .2")
    make.write("classes.txt", "plastic\nmetal\n")
    assert read_set(make.root).pictures[0].boxes[0].label == "metal"
    make.write("data.yaml", "names: {0: glass, 1: wood}")
    assert read_set(make.root).pictures[0].boxes[0].label == "wood"
    make.write("data.yaml", "a: [")
    with pytest.raises(InputError, match="no YAML"):
        read_set(make.root)


def test_folders_of_splits_and_classes(folder_set):
    found = read_set(folder_set.root)
    assert (found.layout, found.kind, len(found.pictures)) == ("folder", "classes", 60)
    first = found.pictures[0]
    assert (first.label, first.source, first.scene) == ("glass", "boat", "glass-0")
    assert first.extra == {"licence_class": "open"}


def test_folders_leave_the_test_split_and_strays_alone(make):
    make.put("train/plastic/deep/down/a.jpg", 1)
    make.put("valid/plastic/b.jpg", 2)
    make.put("test/plastic/c.jpg", 3)
    make.put("stray.jpg", 4)
    make.put("train/stray.jpg", 5)
    make.put("train/plastic/.hidden.jpg", 6)
    make.write("README.md", "about")
    found = read_set(make.root)
    assert [(p.split, p.label) for p in found.pictures] == [
        ("train", "plastic"),
        ("validation", "plastic"),
    ]
    assert kinds(found) == ["stray_file", "stray_file", "test_split"]


def test_a_manifest_that_contradicts_the_folder_is_named(make):
    make.put("plastic/a.jpg", 1)
    make.write("manifest.csv", "file,label\nplastic/a.jpg,metal\n")
    assert kinds(read_set(make.root)) == ["label_conflict"]


def test_links_out_of_the_set_are_not_followed(make):
    outside = make.root.parent / "elsewhere"
    outside.mkdir()
    (outside / "x.jpg").write_bytes(b"secret")
    make.put("plastic/a.jpg", 1)
    (make.root / "plastic/link.jpg").symlink_to(outside / "x.jpg")
    (make.root / "plastic/folder").symlink_to(outside)
    found = read_set(make.root)
    assert [p.name for p in found.pictures] == ["plastic/a.jpg"]
    assert kinds(found) == ["unsafe_path"]


def test_a_table_of_boxes_and_its_hostile_rows(make):
    make.put("train/a.jpg", 1)
    make.put("val/empty.jpg", 2)
    make.write(
        "boxes.csv",
        "file,xmin,ymin,xmax,ymax,label,source\n"
        "train/a.jpg,1,2,30,40,plastic,reef\n"
        "train/a.jpg,nan,2,,x,plastic,reef\n"
        "../../etc/passwd,1,2,3,4,plastic,reef\n",
    )
    found = read_set(make.root)
    a, empty = found.pictures
    assert (found.layout, a.source, a.split) == ("boxes", "reef", "train")
    assert a.boxes[0].corners == (1, 2, 30, 40) and len(a.boxes) == 2
    assert (empty.name, empty.split, empty.boxes) == (
        *("val/empty.jpg", "validation"),
        (),
    )
    assert kinds(found) == ["unsafe_path"]


def test_what_is_no_set_is_refused_and_says_what_was_sought(make, tmp_path):
    with pytest.raises(InputError, match=r"no folder a class.*boxes\.csv"):
        recognise(make.root)
    with pytest.raises(InputError, match="unpack it"):
        recognise(make.write("set.zip", b"PK"))
    with pytest.raises(NotFoundError, match="no such"):
        read_set(tmp_path / "none")
    with pytest.raises(InputError, match="none of"):
        read_set(make.root, "voc")
    make.write("classes.txt", "plastic")
    with pytest.raises(InputError, match="holds no picture"):
        read_set(make.root, "yolo")


def test_a_report_is_no_coco_file(make):
    make.put("plastic/a.jpg")
    make.write("report.json", json.dumps({"n": 1}))
    assert recognise(make.root) == "folder"
