import numpy as np
import pytest

from core.errors import InputError, NotFoundError
from core.mlops.photo_folder import evaluate_photo_folder, labelled_photos


@pytest.fixture
def folder(tmp_path, make_jpeg):
    for seed, name in enumerate(
        [
            "plastic/boat_1.jpg",
            "plastic/beach_7_2.jpg",
            "clean/boat_3.jpg",
            "wood/x.jpg",
        ]
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(make_jpeg(seed))
    (tmp_path / "metal").mkdir()
    (tmp_path / "metal" / "boat_9.jpg").write_bytes(b"broken")
    (tmp_path / "unicorn").mkdir()
    (tmp_path / "unicorn" / "boat_1.jpg").write_bytes(make_jpeg(9))
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def test_category_and_source_come_from_folder_and_name(folder, classifier):
    photos, skipped = labelled_photos(folder, classifier.categories)
    assert [(category, source) for _, category, source in photos] == [
        ("clean", "boat"),
        ("metal", "boat"),
        ("plastic", "beach_7"),
        ("plastic", "boat"),
        ("wood", "unknown"),
    ]
    assert {entry["file"] for entry in skipped} == {"notes.txt", "unicorn/"}


def test_what_cannot_be_scored_is_reported_and_the_rest_scored(folder, classifier):
    scores = evaluate_photo_folder(folder, classifier, n_resamples=100)
    assert scores["n"] == 4
    assert scores["model"] == classifier.model_id
    assert {entry["file"] for entry in scores["skipped"]} == {
        "notes.txt",
        "unicorn/",
        "metal/boat_9.jpg",
    }
    assert scores["per_category"]["metal"]["support"] == 0
    assert set(scores["per_source"]) == {"beach_7", "boat", "unknown"}
    counts = np.array(scores["confusion"]["counts"])
    assert counts.sum() == 4
    assert scores["accuracy"] == pytest.approx(np.trace(counts) / 4)


def test_a_folder_without_a_usable_photo_is_refused(tmp_path, classifier):
    with pytest.raises(NotFoundError):
        evaluate_photo_folder(tmp_path / "gone", classifier)
    with pytest.raises(InputError, match="no photo that can be scored"):
        evaluate_photo_folder(tmp_path, classifier)
