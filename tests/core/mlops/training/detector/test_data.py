"""Pictures with boxes from a folder, good and bad."""

import numpy as np
import pytest

from core.errors import InputError, NotFoundError
from core.mlops.training.detector.data import (
    BoxPicture,
    picture_weights,
    read_box_pictures,
    read_category_names,
    read_donors,
)

HEADING = "file,xmin,ymin,xmax,ymax,label,source,sublabel,split\n"


def test_a_folder_is_read_in_order(boxes_folder, pictures):
    names = read_category_names(boxes_folder)
    assert names == ("metal", "plastic")
    found = read_box_pictures(boxes_folder, names, "train")
    assert [p.name for p in found] == sorted(p.name for p in found)
    assert len(found) == 18
    by_name = {picture.name: picture for picture in pictures}
    for picture in found:
        there = by_name[picture.name.removeprefix("train/")]
        np.testing.assert_array_equal(picture.boxes, there.boxes)
        # blue (0) was written as plastic, the second name
        np.testing.assert_array_equal(picture.labels, 1 - there.labels)


def test_a_damaged_picture_is_passed_over(boxes_folder, caplog):
    broken = sorted((boxes_folder / "train").iterdir())[0]
    broken.write_bytes(broken.read_bytes()[:40])
    found = read_box_pictures(boxes_folder, ("metal", "plastic"), "train")
    assert len(found) == 17
    assert broken.name in caplog.text


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("train/painted_1.png,1,1,nan,9,metal,s,,train", "finite"),
        ("train/painted_1.png,1,1,inf,9,metal,s,,train", "finite"),
        ("train/painted_1.png,a,1,8,9,metal,s,,train", "number"),
        ("train/painted_1.png,8,1,8,9,metal,s,,train", "area"),
        ("train/painted_1.png,900,1,950,9,metal,s,,train", "area"),
        ("train/painted_1.png,1,1,8,9,cat,s,,train", "cat"),
        ("../../etc/passwd,1,1,8,9,metal,s,,train", "outside"),
    ],
)
def test_bad_rows_are_refused(boxes_folder, row, word):
    (boxes_folder / "boxes.csv").write_text(HEADING + row + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=word):
        read_box_pictures(boxes_folder, ("metal", "plastic"), "train")


def test_a_missing_listing_and_missing_columns_are_told(tmp_path):
    with pytest.raises(NotFoundError, match=r"boxes\.csv"):
        read_category_names(tmp_path)
    (tmp_path / "boxes.csv").write_text("file,label\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="xmax"):
        read_category_names(tmp_path)


def test_without_sister_photos_there_are_no_donors(tmp_path):
    assert read_donors(tmp_path / "photos", ("metal",)) == ([], [])


def test_donors_know_category_but_not_place(tmp_path, make_jpeg):
    for k, name in enumerate(("metal", "clean", "unheard_of")):
        (tmp_path / "train" / name).mkdir(parents=True)
        (tmp_path / "train" / name / "boat_1.jpg").write_bytes(make_jpeg(k))
    with_object, clean = read_donors(tmp_path, ("glass", "metal"))
    (photo,), (empty,) = with_object, clean
    assert photo.labels.tolist() == [1]
    assert not photo.is_placed
    assert empty.is_placed
    assert empty.boxes.shape == (0, 4)
    assert photo.boxes.min() > 0


def test_rare_categories_weigh_more_as_balance_falls():
    def picture(label):
        return BoxPicture(
            name="",
            source="",
            pixels=np.zeros((2, 2, 3), np.uint8),
            boxes=np.ones((1, 4), np.float32),
            labels=np.array([label]),
        )

    some = [picture(0)] * 8 + [picture(1)] * 2
    np.testing.assert_allclose(picture_weights(some, 2, 1.0), 0.1)
    equal = picture_weights(some, 2, 0.0)
    assert equal[:8].sum() == pytest.approx(equal[8:].sum())
    halfway = picture_weights(some, 2, 0.5)
    assert halfway[-1] / halfway[0] == pytest.approx(2.0)
