"""Rules of exported labels: round trip into the preparation, privacy, what is left."""

import csv
import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError, NotFoundError
from core.governance import verify_chain
from core.imagery import content_hash, decode_photo, inspect_photo
from core.mlops.box_folder import read_labelled_boxes
from core.mlops.feedback import decided_photos, export_labels, labels_zip
from core.mlops.preparation import prepare
from core.mlops.preparation.layouts import read_set
from core.mlops.training.data import read_photo_folder
from core.observations import CATEGORY_CODES
from core.storage import open_store
from core.surveys import (
    correct_label,
    create_survey,
    decide_photo,
    review_boxes,
    take_in,
)
from tests.core.imagery.photo_files import encoded
from tests.core.surveys.fakes import BLUE, GREY, RED, ColourClassifier, photo_file

SURVEY = "=June fl\u00edght/1"
BOX = {"category": "plastic", "bbox": [10.0, 20.0, 30.0, 40.0], "score": 0.9}
NET = {"category": "fishing_gear", "bbox": [60.0, 5.0, 20.0, 30.0]}


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as opened:
        create_survey(opened, SURVEY, actor="ana")
        yield opened


@pytest.fixture
def taken(store):
    """Take photos of 120 by 90 px in; three minutes apart, so each is a scene."""

    def take(colour, number=0, *, survey=SURVEY, **options):
        data = photo_file(colour, number=number * 180, size=(120, 90), **options)
        items = [(f"{number}.jpg", data)]
        take_in(store, ColourClassifier(), survey, items, actor="ana")
        return content_hash(data)

    return take


@pytest.fixture
def decided(store, taken):
    """Plastic with two boxes, a clean sea, wood without boxes, one nobody saw."""
    first, clean, wood, _ = (taken(c, n) for n, c in enumerate((RED, BLUE, GREY, RED)))
    decide_photo(store, first, "plastic", actor="ana", boxes=[BOX, NET])
    decide_photo(store, clean, "clean", actor="bo")
    correct_label(store, wood, "wood", actor="bo")
    return first, clean, wood


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_labels_and_boxes_come_out_as_they_were_decided(store, decided, tmp_path):
    out = tmp_path / "out"
    report = export_labels(store, out, actor="cy")
    assert (report.n_photos, report.n_undecided) == (3, 1)
    assert report.by_category == {"clean": 1, "plastic": 1, "wood": 1}
    assert (report.n_boxed, report.n_boxes, report.n_empty) == (2, 2, 1)
    assert report.reviewers == {"ana": 1, "bo": 2}
    assert report.first_at <= report.last_at
    assert json.loads((out / "report.json").read_text()) == report.to_dict()

    manifest = rows_of(out / "photos/manifest.csv")
    assert {r["file"]: r["label"] for r in manifest} == {
        "plastic/june-flight-1_0001.jpg": "plastic",
        "clean/june-flight-1_0002.jpg": "clean",
        "wood/june-flight-1_0003.jpg": "wood",
    }
    first = manifest[0]
    assert first["source"] == "june-flight-1"
    assert (first["licence_class"], first["by_person"]) == ("own", "true")
    assert first["decided_by"] == "ana"
    assert first["survey"] == f"'{SURVEY}"  # no formula in a spreadsheet
    assert len({r["scene_group"] for r in manifest}) == 3

    boxes = rows_of(out / "boxes/boxes.csv")
    corners = [[float(r[k]) for k in ("xmin", "ymin", "xmax", "ymax")] for r in boxes]
    assert corners == [[10, 20, 40, 60], [60, 5, 80, 35]]
    coco = json.loads((out / "boxes/annotations.json").read_text())
    assert [a["bbox"] for a in coco["annotations"]] == [BOX["bbox"], NET["bbox"]]
    assert len(coco["images"]) == 2  # the clean sea is a picture without a box
    names = {c["id"]: c["name"] for c in coco["categories"]}
    assert [names[a["category_id"]] for a in coco["annotations"]] == [
        "plastic",
        "fishing_gear",
    ]
    assert "clean" not in names.values()


def test_training_and_evaluation_read_the_folder(store, decided, tmp_path):
    out = tmp_path / "out"
    export_labels(store, out)
    photos = read_photo_folder(out / "photos", CATEGORY_CODES)
    labels = [CATEGORY_CODES[k] for k in photos.labels]
    assert sorted(labels) == ["clean", "plastic", "wood"]
    assert set(photos.sources) == {"june-flight-1"}
    boxed = read_labelled_boxes(out / "boxes")
    assert boxed.skipped == []
    assert sorted(len(found) for found in boxed.true.values()) == [0, 2]


def test_the_preparation_reads_every_layout(store, decided, tmp_path):
    out = tmp_path / "out"
    export_labels(store, out)
    folder = read_set(out / "photos")
    assert folder.layout == "folder"
    assert folder.findings == []
    assert {(p.label, p.source) for p in folder.pictures} == {
        (code, "june-flight-1") for code in ("clean", "plastic", "wood")
    }
    for layout in ("coco", "boxes"):
        found = read_set(out / "boxes", layout)
        assert found.findings == []
        by_n = {len(p.boxes): p for p in found.pictures}
        assert set(by_n) == {0, 2}
        assert {b.label for b in by_n[2].boxes} == {"plastic", "fishing_gear"}
        assert by_n[2].boxes[0].corners == (10.0, 20.0, 40.0, 60.0)
    assert read_set(out / "boxes").layout == "coco"


def test_the_preparation_makes_training_data_of_it(store, taken, tmp_path):
    rng = np.random.default_rng(1)
    for number in range(6):
        picture = Image.fromarray(rng.integers(0, 255, (90, 120, 3), dtype=np.uint8))
        data = encoded(picture, quality=90)
        items = [(f"{number}.jpg", data)]
        take_in(store, ColourClassifier(), SURVEY, items, actor="ana")
        label = "plastic" if number % 2 else "clean"
        correct_label(store, content_hash(data), label, actor="ana")
    export_labels(store, tmp_path / "out")
    done = prepare(tmp_path / "out/photos", tmp_path / "data")
    assert done.state == "written"
    rows = rows_of(tmp_path / "data/processed/manifest.csv")
    assert {row["label"] for row in rows} == {"plastic", "clean"}
    assert {row["licence_class"] for row in rows} == {"own"}
    assert {row["source"] for row in rows} == {"june-flight-1"}


def test_pictures_do_not_say_where_they_were_taken_unless_asked(
    store, decided, tmp_path
):
    export_labels(store, tmp_path / "out")
    export_labels(store, tmp_path / "whole", keep_metadata=True)
    name = "photos/plastic/june-flight-1_0001.jpg"
    plain = (tmp_path / "out" / name).read_bytes()
    assert inspect_photo(plain, name="a.jpg").lat is None
    assert b"Exif" not in plain
    whole = (tmp_path / "whole" / name).read_bytes()
    assert inspect_photo(whole, name="a.jpg").lat == pytest.approx(31.0)
    texts = list((tmp_path / "out").rglob("*.csv"))
    assert all("31.0" not in path.read_text() for path in texts)


def test_a_turned_photo_is_written_upright_as_its_boxes_are(store, tmp_path):
    picture = Image.new("RGB", (120, 90), GREY)
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif)
    take_in(store, ColourClassifier(), SURVEY, [("a.jpg", out.getvalue())], actor="ana")
    box = {"category": "metal", "bbox": [80.0, 100.0, 10.0, 20.0]}
    review_boxes(store, content_hash(out.getvalue()), [box], actor="ana")
    report = export_labels(store, tmp_path / "out")
    (file,) = (tmp_path / "out/boxes/images").iterdir()
    upright = decode_photo(file.read_bytes(), name="a.jpg")
    assert upright.pixels.shape[:2] == (120, 90)
    assert (report.by_category, report.n_boxes) == ({"metal": 1}, 1)


def test_photos_nobody_decided_are_left_out_unless_asked(store, decided, tmp_path):
    report = export_labels(store, tmp_path / "out", include_machine=True)
    assert (report.n_photos, report.n_undecided) == (4, 0)
    rows = rows_of(tmp_path / "out/photos/manifest.csv")
    (machine,) = [row for row in rows if row["by_person"] == "false"]
    assert (machine["label"], machine["decided_by"]) == ("plastic", "colours@1")
    assert report.reviewers == {"ana": 1, "bo": 2}


def test_what_people_disagree_on_is_left_out_until_it_is_settled(
    store, decided, tmp_path
):
    correct_label(store, decided[2], "glass", actor="ana", blind=True)
    report = export_labels(store, tmp_path / "a")
    assert (report.n_photos, report.n_disputed) == (2, 1)
    assert decided_photos(store, include_disputed=True).n_disputed == 0
    correct_label(store, decided[2], "glass", actor="cy")
    report = export_labels(store, tmp_path / "b")
    assert (report.n_photos, report.n_disputed) == (3, 0)
    assert report.by_category["glass"] == 1
    assert report.reviewers == {"ana": 2, "bo": 2, "cy": 1}


def test_boxes_that_contradict_the_label_are_left_out(store, taken, tmp_path):
    sha256 = taken(RED)
    review_boxes(store, sha256, [BOX], actor="ana")
    correct_label(store, sha256, "clean", actor="ana")
    report = export_labels(store, tmp_path / "out")
    assert (report.n_contradicting, report.n_boxed) == (1, 0)
    assert report.by_category == {"clean": 1}
    assert not (tmp_path / "out/boxes").exists()


def test_painted_photos_are_never_called_real(store, taken, tmp_path):
    create_survey(store, "Practice", actor="ana", simulated=True)
    sha256 = taken(RED, survey="Practice", simulated=True)
    correct_label(store, sha256, "plastic", actor="ana")
    report = export_labels(store, tmp_path / "out", survey="Practice")
    assert report.simulated
    (row,) = rows_of(tmp_path / "out/photos/manifest.csv")
    assert (row["source"], row["domain"]) == ("simulated", "simulated")


def test_surveys_of_like_names_are_kept_apart(store, taken, tmp_path):
    for name in ("A b", "a-B"):
        create_survey(store, name, actor="ana")
    for number, name in enumerate(("A b", "a-B")):
        correct_label(store, taken(RED, number, survey=name), "wood", actor="ana")
    export_labels(store, tmp_path / "out")
    rows = rows_of(tmp_path / "out/photos/manifest.csv")
    assert {r["survey"]: r["source"] for r in rows} == {"A b": "a-b", "a-B": "a-b-2"}


def test_photos_in_a_row_are_one_scene(store, taken, tmp_path):
    del taken
    for number in (0, 60, 120, 900):
        data = photo_file(RED, number=number, size=(120, 90))
        items = [(f"{number}.jpg", data)]
        take_in(store, ColourClassifier(), SURVEY, items, actor="ana")
        correct_label(store, content_hash(data), "wood", actor="ana")
    scenes = [photo.scene for photo in decided_photos(store).photos]
    assert scenes[0] == scenes[1] == scenes[2] != scenes[3]


def test_a_photo_that_is_gone_is_named_and_the_others_are_written(
    store, decided, tmp_path
):
    store.files.path(decided[0]).unlink()
    report = export_labels(store, tmp_path / "out")
    assert report.n_photos == 2
    (failed,) = report.failed
    assert failed["file"] == "0.jpg"


def test_nothing_is_overwritten_and_nothing_half_made_is_left(store, decided, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="nothing is overwritten"):
        export_labels(store, folder)
    with pytest.raises(NotFoundError, match="no survey"):
        export_labels(store, tmp_path / "new", survey="none")

    def stop(done, total):
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        export_labels(store, tmp_path / "new", progress=stop)
    assert not (tmp_path / "new").exists()
    assert list(tmp_path.glob(".part-*")) == []


def test_a_survey_without_decisions_says_so(store, taken, tmp_path):
    taken(RED)
    with pytest.raises(InputError, match="1 wait for a person"):
        export_labels(store, tmp_path / "out")


def test_the_export_is_audited(store, decided, tmp_path):
    export_labels(store, tmp_path / "out", survey=SURVEY, actor="cy")
    (entry,) = store.audit.entries(action="labels.export")
    assert (entry["actor"], entry["subject"]) == ("cy", f"survey:{SURVEY}")
    assert json.loads(entry["detail"])["photos"] == 3
    verify_chain(store)


def test_the_zip_holds_the_folder(store, decided, tmp_path):
    report = labels_zip(store, tmp_path / "labels.zip", actor="cy")
    with zipfile.ZipFile(tmp_path / "labels.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    assert "labels/photos/manifest.csv" in names
    assert "labels/boxes/annotations.json" in names
    assert len([n for n in names if n.endswith(".jpg")]) == 5
    assert report.n_photos == 3
