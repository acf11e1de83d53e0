import pytest

from core.config import Settings
from core.detection import load_detector
from core.errors import InputError, NotFoundError
from core.mlops.box_folder import evaluate_box_folder, read_labelled_boxes
from tests.detector_models import deploy, encoded, picture

HEADER = "file,xmin,ymin,xmax,ymax,label,source,sublabel,split\n"


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    deploy(folder)
    return load_detector(settings=Settings(models_dir=folder, threads=2))


@pytest.fixture
def folder(tmp_path):
    """Two pictures with a square each, one without any, a table that names them."""
    folder = tmp_path / "boxes"
    (folder / "val").mkdir(parents=True)
    (folder / "train").mkdir()
    pictures = {
        "val/boat_1.png": [("plastic", 8, 8, 8, 8)],
        "val/beach_2.png": [("metal", 24, 16, 8, 8)],
        "train/boat_3.png": [],
    }
    for name, objects in pictures.items():
        (folder / name).write_bytes(encoded(picture(64, 48, *objects)))
    (folder / "notes.txt").write_text("not a picture")
    write(
        folder,
        "val/boat_1.png,7,7,17,17,plastic,boat,,val",
        "val/beach_2.png,23,15,33,25,metal,beach,,val",
    )
    return folder


def write(folder, *rows):
    (folder / "boxes.csv").write_text(HEADER + "\n".join(rows) + "\n")


def test_a_folder_is_scored_with_the_pictures_without_boxes(folder, detector):
    scores = evaluate_box_folder(folder, detector, n_resamples=50)
    assert (scores["n"], scores["n_boxes"]) == (3, 2)
    assert scores["map50"] == scores["ap50_any"] == scores["map50_95"] == 1.0
    assert scores["per_source"]["boat"]["n"] == 2
    assert scores["model"] == "debris_detector@1"
    assert scores["skipped"] == []


def test_a_split_takes_its_own_pictures_only(folder, detector):
    scores = evaluate_box_folder(folder, detector, split="val", n_resamples=50)
    assert scores["n"] == 2
    with pytest.raises(InputError, match="no picture with a box"):
        evaluate_box_folder(folder, detector, split="test")


def test_pictures_are_found_by_their_name_alone(folder):
    write(
        folder,
        "boat_1.png,7,7,17,17,plastic,boat,,val",
        "elsewhere/beach_2.png,23,15,33,25,metal,beach,,val",
        "./val/boat_1.png,1,1,3,3,metal,boat,,val",
    )
    labelled = read_labelled_boxes(folder)
    assert {p.name: len(b) for p, b in labelled.true.items()} == {
        "boat_1.png": 2,
        "beach_2.png": 1,
        "boat_3.png": 0,
    }
    assert labelled.skipped == []


def test_a_name_that_two_pictures_have_is_not_guessed(folder):
    (folder / "train" / "boat_1.png").write_bytes(b"")
    write(folder, "boat_1.png,7,7,17,17,plastic,boat,,val")
    labelled = read_labelled_boxes(folder)
    assert [entry["file"] for entry in labelled.skipped] == ["boat_1.png"]


def test_a_row_of_nothing_says_that_a_picture_is_empty(folder):
    write(folder, "train/boat_3.png,,,,,,river,,train")
    labelled = read_labelled_boxes(folder)
    empty = next(path for path in labelled.true if path.name == "boat_3.png")
    assert labelled.true[empty] == []
    assert labelled.sources[empty] == "river"
    assert labelled.skipped == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("val/gone.png,1,1,9,9,plastic,boat,,val", "no such picture"),
        ("../../../etc/passwd,1,1,9,9,plastic,boat,,val", "no such picture"),
        ("val/boat_1.png,9,1,9,9,plastic,boat,,val", "no area"),
        ("val/boat_1.png,nan,1,9,9,plastic,boat,,val", "finite"),
        ("val/boat_1.png,1,1,x,9,plastic,boat,,val", "no numbers"),
        ("val/boat_1.png,1,1,,9,plastic,boat,,val", "no numbers"),
        ("val/boat_1.png,1,1,9,9,unicorn,boat,,val", "no category"),
        ("val/boat_1.png,1,1,9,9,clean,boat,,val", "no category"),
        ("val/boat_1.png", "no category"),
    ],
)
def test_a_bad_row_is_named_and_the_others_scored(folder, detector, row, said):
    good = "val/beach_2.png,23,15,33,25,metal,beach,,val"
    write(folder, row, good)
    if "," not in row:  # a short row is a row of nothing
        assert read_labelled_boxes(folder).skipped == []
        return
    scores = evaluate_box_folder(folder, detector, n_resamples=50)
    (entry,) = scores["skipped"]
    assert said in entry["reason"]
    assert "line 2" in entry["reason"]
    assert scores["per_category"]["metal"]["ap50"] == 1.0


def test_a_broken_picture_is_named_and_its_boxes_left_out(folder, detector):
    (folder / "val" / "boat_1.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    scores = evaluate_box_folder(folder, detector, n_resamples=50)
    assert [entry["file"] for entry in scores["skipped"]] == ["val/boat_1.png"]
    assert (scores["n"], scores["n_boxes"]) == (2, 1)


def test_what_is_no_folder_of_boxes_is_refused(tmp_path, detector):
    with pytest.raises(NotFoundError, match="no such folder"):
        evaluate_box_folder(tmp_path / "gone", detector)
    with pytest.raises(NotFoundError, match=r"boxes\.csv"):
        evaluate_box_folder(tmp_path, detector)
    (tmp_path / "boxes.csv").write_text("file,xmin\n")
    with pytest.raises(InputError, match="lacks the columns label"):
        evaluate_box_folder(tmp_path, detector)
    (tmp_path / "boxes.csv").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(InputError):
        evaluate_box_folder(tmp_path, detector)
    write(tmp_path, "a.jpg,1,1,9,9,plastic,boat,,val")
    with pytest.raises(InputError, match="no picture with a box"):
        evaluate_box_folder(tmp_path, detector)


def test_other_debris_of_records_is_unknown_debris(folder):
    write(folder, "val/boat_1.png,7,7,17,17,other,boat,,val")
    labelled = read_labelled_boxes(folder)
    assert [b.category for boxes in labelled.true.values() for b in boxes] == [
        "debris_other"
    ]
