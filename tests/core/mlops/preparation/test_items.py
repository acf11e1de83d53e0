"""Pictures and boxes: every fault is named, nothing is mended in silence."""

import io

import pytest
from PIL import Image

from core.mlops.preparation.items import check_pictures, label_meanings
from core.mlops.preparation.labels import LabelMap
from core.mlops.preparation.layouts import read_set
from core.mlops.preparation.pictures import LookBook


def checked(root, *, labels=None, min_side_px=32):
    found = read_set(root)
    meanings = label_meanings(found, labels or LabelMap())
    items = check_pictures(found, meanings, LookBook(None), min_side_px=min_side_px)
    return items, {f.record: f.kind for f in found.findings}


def animation():
    frames = [Image.new("RGB", (64, 48), (k * 80, 0, 0)) for k in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def test_pictures_that_cannot_be_used_are_named(make):
    whole = make.put("plastic/whole.jpg", 1).read_bytes()
    make.write("plastic/empty.jpg", b"")
    make.write("plastic/text.jpg", b"hello")
    make.write("plastic/cut.jpg", whole[: len(whole) // 2])
    make.write("plastic/moving.webp", animation())
    make.put("plastic/small.png", 2, size=(64, 20), kind="PNG")
    make.write("metal/copy.jpg", make.put("metal/one.jpg", 3).read_bytes())
    make.put("what/x.jpg", 5)
    make.write("wood/twice.jpg", make.put("glass/twice.jpg", 4).read_bytes())
    items, kinds = checked(make.root)
    assert sorted(item.sourced.name for item in items) == [
        "metal/copy.jpg",
        "plastic/whole.jpg",
    ]
    assert kinds == {
        "plastic/empty.jpg": "unreadable",
        "plastic/text.jpg": "unreadable",
        "plastic/cut.jpg": "unreadable",
        "plastic/moving.webp": "unreadable",
        "plastic/small.png": "too_small",
        "metal/one.jpg": "duplicate",
        "what/x.jpg": "unknown_label",
        "wood/twice.jpg": "label_conflict",
        "glass/twice.jpg": "label_conflict",
    }


def test_an_ignored_label_is_left_out_without_complaint(make):
    make.put("plastic/a.jpg", 1)
    make.put("rov/b.jpg", 2)
    items, kinds = checked(make.root)
    assert [item.category for item in items] == ["plastic"] and not kinds


BOXES = {
    "good": ("10,10,30,30", "", 1),
    "rounded": ("-0.6,0,64.9,48", "", 1),
    "not finite": ("nan,10,30,30", "box_not_finite", 0),
    "endless": ("0,10,inf,30", "box_not_finite", 0),
    "no width": ("10,10,10,30", "box_zero_size", 0),
    "turned round": ("30,10,10,30", "box_zero_size", 0),
    "outside": ("100,100,140,140", "box_outside", 0),
    "partly outside": ("40,10,90,30", "box_cut", 1),
    "text": ("a,b,c,d", "box_not_finite", 0),
}


@pytest.mark.parametrize("case", BOXES)
def test_every_fault_of_a_box_has_its_name(make, case):
    corners, kind, n_kept = BOXES[case]
    make.put("a.jpg", 1)
    make.write(
        "boxes.csv", f"file,xmin,ymin,xmax,ymax,label\na.jpg,{corners},plastic\n"
    )
    (item,), kinds = checked(make.root)
    assert list(kinds.values()) == ([kind] if kind else [])
    assert len(item.boxes) == n_kept
    for box in item.boxes:
        left, top, right, bottom = box.corners
        assert 0 <= left < right <= 64 and 0 <= top < bottom <= 48


def test_equal_boxes_count_once_and_ignored_ones_not_at_all(make):
    make.put("a.jpg", 1)
    row = "a.jpg,1,2,30,40,"
    make.write(
        "boxes.csv",
        f"file,xmin,ymin,xmax,ymax,label\n{row}plastic\n{row}plastic\n{row}rov\n",
    )
    (item,), kinds = checked(make.root)
    assert [box.category for box in item.boxes] == ["plastic"]
    assert list(kinds.values()) == ["box_repeated"]


def test_a_picture_with_a_box_of_an_unknown_class_is_left_out(make):
    """Its thing would be taken for background."""
    make.put("a.jpg", 1)
    make.write(
        "boxes.csv",
        "file,xmin,ymin,xmax,ymax,label\na.jpg,1,1,9,9,plastic\na.jpg,1,1,9,9,gizmo\n",
    )
    items, kinds = checked(make.root)
    assert not items and kinds == {"a.jpg": "unknown_label"}


def test_boxes_of_a_picture_of_another_size_are_not_believed(make):
    make.put("a.jpg", 1)
    image = {"id": 1, "file_name": "a.jpg", "width": 48, "height": 64}
    make.coco(
        [image], [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [1, 1, 9, 9]}]
    )
    items, kinds = checked(make.root)
    assert not items and kinds == {"a.jpg": "size_mismatch"}


def test_a_turned_picture_is_measured_upright_and_said_so(make):
    exif = Image.Exif()
    exif[0x0112] = 6
    make.put("a.jpg", 1, exif=exif)
    make.write(
        "boxes.csv", "file,xmin,ymin,xmax,ymax,label\na.jpg,1,50,40,60,plastic\n"
    )
    (item,), kinds = checked(make.root)
    assert (item.look.width, item.look.height) == (48, 64)
    assert kinds == {"a.jpg": "turned"} and len(item.boxes) == 1


@pytest.mark.parametrize("orientation", [b"\x06\x00", b"\xff\xff"])
def test_damaged_exif_does_not_stop_a_whole_picture(make, orientation):
    """A directory that points behind its end, with an orientation before that."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + orientation + b"\x00\x00"
    bad = b"\x25\x88\x04\x00\xff\xff\xff\xff\xf0\xff\xff\x7f"
    exif = b"Exif\0\0II*\0\x08\x00\x00\x00\x63\x00" + entry + bad + b"\x69\x87"
    make.put("plastic/a.jpg", 1, exif=exif)
    (item,), kinds = checked(make.root)
    assert not kinds
    assert item.look.turned == (item.look.width == 48)
