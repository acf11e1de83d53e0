"""The review: keys, boxes, undo, blind second reviews, agreement, labels."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.classification import Examination
from core.imagery import content_hash
from core.surveys import (
    correct_label,
    create_survey,
    decide_photo,
    survey_photos,
    take_in,
)
from dashboard import services
from dashboard.components.box_add import drawn_box
from dashboard.components.box_drawing import drawn_picture
from dashboard.components.review_agreement import agreement_answer
from dashboard.components.review_export import zip_bytes
from dashboard.components.review_pictures import PictureShelf
from dashboard.components.review_why import neighbours_of
from tests.core.surveys.fakes import BLUE, GREY, RED, ColourClassifier, photo_file

SURVEY = "June flight"
TIMEOUT_S = 60
BOX = {"category": "metal", "bbox": [20.0, 10.0, 30.0, 20.0], "score": 0.9}
NET = {"category": "fishing_gear", "bbox": [60.0, 30.0, 20.0, 30.0], "score": 0.6}


@pytest.fixture
def sha(empty_store):
    """Three photos of 120 by 90 px; grey, red, blue by doubt."""
    create_survey(empty_store, SURVEY, actor="ada")
    colours = {"grey": GREY, "red": RED, "blue": BLUE}
    data = {
        name: photo_file(colour, number=number, size=(120, 90))
        for number, (name, colour) in enumerate(colours.items())
    }
    items = [(f"{name}.jpg", content) for name, content in data.items()]
    take_in(empty_store, ColourClassifier(), SURVEY, items, actor="ada")
    return {name: content_hash(content) for name, content in data.items()}


def _page() -> None:
    """Draw one step of the Surveys page and nothing around it."""
    import streamlit as st

    from dashboard import services
    from dashboard.components.photo_review import review
    from dashboard.components.review_agreement import agreement
    from dashboard.components.review_export import label_download

    labels = services.category_labels(debris_only=False)
    step = st.query_params["surveys_step"]
    if step == "Labels":
        label_download("June flight")
    else:
        (agreement if step == "Agreement" else review)("June flight", labels)


@pytest.fixture
def open_step(data_dir):
    """Open one step of the page; far quicker than the whole application."""

    def opened(step="Review", **query):
        app = AppTest.from_function(_page, default_timeout=TIMEOUT_S)
        app.query_params["surveys_step"] = step
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


def words(app):
    groups = (app.markdown, app.caption, app.success, app.info, app.error, app.warning)
    text = "\n".join(element.value for group in groups for element in group)
    return text.replace("\\:", ":").replace("\\_", "_")


def press(app, name):
    app.button(key=f"surveys_review_{name}").click().run()
    assert not app.exception
    return app


def keys(app):
    return {b.key for b in app.button if b.key and b.key.startswith("surveys_review")}


def decided(store):
    photos = survey_photos(store, SURVEY).set_index("name")
    return dict(photos.loc[photos["reviewed_by"] != "", "category"])


def boxes_of(store, sha256):
    found = store.box_reviews.standing(sha256)
    return None if found is None else found["boxes"]


@pytest.fixture
def boxed(empty_store, sha):
    empty_store.detections.save(sha["grey"], "debris_detector@1", [BOX, NET])
    return sha["grey"]


def test_a_key_decides_at_once_and_enter_goes_on(open_step, empty_store, sha):
    app = open_step("Review")
    assert "Photo 1 of 3" in words(app)
    assert "grey.jpg" in words(app)
    press(app, "glass")
    assert decided(empty_store) == {"grey.jpg": "glass"}
    assert "grey.jpg" in words(app)
    assert "**Glass and ceramics**, tester" in words(app)
    press(app, "accept")
    assert "Photo 2 of 3" in words(app)
    assert "red.jpg" in words(app)
    press(app, "accept")
    press(app, "accept")
    assert decided(empty_store) == {
        "grey.jpg": "glass",
        "red.jpg": "plastic",
        "blue.jpg": "clean",
    }
    assert "3 photos of this list gone through" in words(app)
    press(app, "again")
    assert "Every photo of this survey has been looked at" in words(app)


def test_arrows_move_without_deciding(open_step, empty_store, sha):
    app = open_step("Review")
    press(app, "skip")
    assert "red.jpg" in words(app)
    press(app, "previous")
    press(app, "previous")
    assert "grey.jpg" in words(app)
    for _ in range(3):
        press(app, "skip")
    press(app, "previous")
    assert "blue.jpg" in words(app)
    assert decided(empty_store) == {}


def test_undo_goes_back_photo_by_photo_and_says_what_it_did(
    open_step, empty_store, sha
):
    app = open_step("Review")
    press(app, "accept")
    press(app, "wood")
    press(app, "undo")
    assert "Undone: Wood on red.jpg" in words(app)
    press(app, "undo")
    assert "Undone: Metal on grey.jpg" in words(app)
    assert "Photo 1 of 3" in words(app)
    press(app, "undo")
    assert "Nothing to undo" in words(app)
    assert decided(empty_store) == {}


def test_undo_works_after_the_page_was_loaded_again(open_step, empty_store, sha):
    press(open_step("Review"), "glass")
    app = press(open_step("Review"), "undo")
    assert decided(empty_store) == {}
    assert "Undone: Glass and ceramics on grey.jpg" in words(app)
    assert "Photo 1 of 3" in words(app)


def test_who_decided_and_when_is_shown(open_step, empty_store, sha):
    correct_label(empty_store, sha["red"], "glass", actor="bo")
    app = open_step("Review", surveys_doubt="Decided")
    assert "**Glass and ceramics**, bo," in words(app)
    assert "bo: Glass and ceramics," in words(app)
    assert "Photo 1 of 1" in words(app)


def test_filters_by_doubt_category_and_order(open_step, empty_store, sha):
    app = open_step("Review", surveys_doubt="Low confidence")
    assert "Photo 1 of 1" in words(app)
    app.selectbox(key="surveys_doubt").set_value("Unlike survey photos").run()
    assert "No photo fits these filters" in words(app)
    app.selectbox(key="surveys_doubt").set_value("All waiting").run()
    app.selectbox(key="surveys_only").set_value("plastic").run()
    assert "red.jpg" in words(app)
    app.selectbox(key="surveys_only").set_value(None).run()
    app.selectbox(key="surveys_order").set_value("By name").run()
    press(app, "previous")
    assert "blue.jpg" in words(app)
    assert not app.exception


def test_boxes_are_listed_and_confirmed_with_the_photo(open_step, empty_store, boxed):
    app = open_step("Review")
    assert "1 Metal, 90 % sure" in words(app)
    assert "2 Fishing gear, 60 % sure" in words(app)
    press(app, "accept")
    assert boxes_of(empty_store, boxed) == [BOX, NET]
    counts = empty_store.observations.frame().query("photo_sha256 == @boxed")
    assert dict(zip(counts["category"], counts["count"], strict=True)) == {
        "metal": 1,
        "fishing_gear": 1,
    }


def test_a_key_names_the_selected_box_and_delete_removes_it(
    open_step, empty_store, boxed
):
    app = open_step("Review")
    assert "surveys_review_remove" not in keys(app)
    press(app, "box_down")
    press(app, "box_down")
    assert "**▸ 2 Fishing gear" in words(app)
    press(app, "wood")
    found = boxes_of(empty_store, boxed)
    assert [box["category"] for box in found] == ["metal", "wood"]
    assert empty_store.reviews.listing() == []  # the photo itself is not decided
    press(app, "remove")
    assert [box["category"] for box in boxes_of(empty_store, boxed)] == ["metal"]
    press(app, "undo")
    press(app, "undo")
    assert boxes_of(empty_store, boxed) is None


def test_no_debris_is_no_name_for_a_box(open_step, empty_store, boxed):
    app = press(open_step("Review"), "box_up")
    assert "surveys_review_clean" not in keys(app)
    press(app, "other")
    assert boxes_of(empty_store, boxed)[1]["category"] == "other"
    press(app, "box_down")
    assert "surveys_review_clean" in keys(app)  # past the last box: the photo


def test_a_box_is_added_by_numbers_and_named_by_a_key(open_step, empty_store, sha):
    app = press(open_step("Review"), "add")
    for name, value in {"x": 10, "y": 20, "w": 120, "h": 40}.items():
        app.number_input(key=f"surveys_box_{name}_{sha['grey']}").set_value(value)
    app.button(key="surveys_box_send").click().run()
    assert not app.exception
    found = boxes_of(empty_store, sha["grey"])
    assert found == [{"category": "metal", "bbox": [10.0, 20.0, 110.0, 40.0]}]
    press(app, "rubber")
    assert boxes_of(empty_store, sha["grey"])[0]["category"] == "rubber"


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ({"x": [10.0, 40.0], "y": [5.0, 25.0]}, [10.0, 5.0, 30.0, 20.0]),
        ({"x": [40.0, 10.0], "y": [25.0, 5.0]}, [10.0, 5.0, 30.0, 20.0]),
        ({"x": [-9.0, 40.0], "y": [60.0, 999.0]}, [0.0, 60.0, 40.0, 30.0]),
        ({"x": [10.0, 11.0], "y": [5.0, 25.0]}, None),
    ],
)
def test_a_drawn_rectangle_is_cut_at_the_edge(box, expected):
    assert drawn_box({"box": [box]}, 120, 90) == expected
    assert drawn_box({"box": []}, 120, 90) is None


def test_a_second_reviewer_does_not_see_the_first_answer(
    open_step, empty_store, boxed, sha
):
    decide_photo(empty_store, boxed, "glass", actor="ada", boxes=[])
    app = open_step("Review")
    app.toggle(key="surveys_second").set_value(True).run()
    said = words(app)
    assert "Photo 1 of 1" in said
    assert "Glass" not in said
    assert "ada" not in said.replace("ada:", "ada")
    assert "1 Metal" in said
    press(app, "metal")
    press(app, "accept")
    assert empty_store.reviews.standing(boxed)["category"] == "glass"
    assert empty_store.reviews.standing(boxed, actor="tester")["blind"]
    press(app, "again")
    assert "No photo waits for your second opinion" in words(app)
    app.toggle(key="surveys_second").set_value(False).run()
    app.selectbox(key="surveys_doubt").set_value("Reviewers disagree").run()
    assert "ada: Glass and ceramics" in words(app)
    assert "tester: Metal, blind" in words(app)


def test_a_picture_that_is_gone_is_told_and_can_be_passed(open_step, empty_store, sha):
    empty_store.files.path(sha["grey"]).unlink()
    app = open_step("Review")
    assert not app.exception
    assert "file is gone from the store" in words(app)
    press(app, "skip")
    assert "red.jpg" in words(app)


def test_what_is_refused_is_told_and_changes_nothing(open_step, empty_store, boxed):
    wide = {**BOX, "bbox": [100.0, 10.0, 20.0, 10.0], "category": "spaceship"}
    empty_store.detections.save(boxed, "debris_detector@2", [wide, NET])
    app = press(open_step("Review"), "box_down")
    press(app, "box_down")
    press(app, "wood")  # names the second box; the first still has no known name
    (message,) = [error.value for error in app.error]
    assert "spaceship" in message
    assert boxes_of(empty_store, boxed) is None


class Explained(ColourClassifier):
    """Says where it looked: at the left."""

    def examine(self, photo):
        found = super().examine(photo)
        activation = np.zeros((4, 4, len(self.categories)), dtype=np.float32)
        activation[:, :2] = 3.0
        return Examination(
            probabilities=found.probabilities, activation=activation, features=None
        )


def test_why_shows_where_the_model_looked_and_photos_alike(
    open_step, empty_store, sha, monkeypatch
):
    for name, vector in {"grey": [1, 0], "red": [0.9, 0.1], "blue": [0, 1]}.items():
        empty_store.features.save(sha[name], "colours@1", vector)
    monkeypatch.setattr(services, "classifier", lambda name=None: Explained())
    app = press(open_step("Review"), "why")
    said = words(app)
    assert "Yellow speaks most for Metal" in said
    assert "**Plastic**, by the model" in said
    assert "99 % alike" in said
    press(app, "why")
    assert "Yellow speaks" not in words(app)


def test_a_model_that_cannot_explain_says_so(open_step, empty_store, sha, monkeypatch):
    monkeypatch.setattr(services, "classifier", lambda name=None: ColourClassifier())
    app = press(open_step("Review"), "why")
    assert "cannot show where it looked" in words(app)
    assert "No other photo with features" in words(app)


def test_a_model_that_is_gone_is_told(open_step, empty_store, sha):
    app = press(open_step("Review"), "why")
    told = words(app).replace("\\", "")
    assert "is not deployed any more" in told
    assert "models/deployment" not in told


def test_neighbours_leave_the_photo_itself_out(empty_store, sha, data_dir):
    for name, vector in {"grey": [1, 0], "red": [1, 0], "blue": [0, 1]}.items():
        empty_store.features.save(sha[name], "colours@1", vector)
    found = [photo["name"] for photo, _ in neighbours_of(sha["grey"], "colours@1")]
    assert found == ["red.jpg", "blue.jpg"]
    assert neighbours_of(sha["grey"], "other@1") == []


def test_agreement_of_one_reviewer_says_what_to_do(open_step, empty_store, sha):
    app = open_step("Agreement")
    assert "Two people have to decide the same photos" in words(app)
    assert not app.exception


def test_agreement_shows_kappa_and_the_table(open_step, empty_store, sha):
    for name, one, two in (
        ("grey", "metal", "metal"),
        ("red", "plastic", "plastic"),
        ("blue", "clean", "plastic"),
    ):
        correct_label(empty_store, sha[name], one, actor="ada")
        correct_label(empty_store, sha[name], two, actor="bo", blind=True)
    app = open_step("Agreement")
    assert not app.exception
    said = words(app)
    assert "same label to **2 of 3 photos** (67 %" in said
    # Shares: same 2/3, by chance (1*1 + 1*2 + 1*0)/9 = 1/3; kappa 1/2.
    assert "kappa 0.5" in said
    frame = app.dataframe[0].value
    assert frame.drop(columns="label").to_numpy().sum() == 3


def test_agreement_in_words_where_it_is_not_defined():
    from core.surveys import label_agreement

    none = agreement_answer(label_agreement([], []), "a*b", "c")
    assert "a\\*b and c have no photo in common" in none
    one = agreement_answer(label_agreement(["x"] * 4, ["x"] * 4), "a", "c")
    assert "kappa is not defined: both used one category only" in one


def test_labels_are_counted_and_downloaded(open_step, empty_store, boxed, sha):
    app = open_step("Labels")
    assert "3 photos wait for a person" in words(app)
    decide_photo(empty_store, boxed, "metal", actor="ada", boxes=[BOX])
    app.run()
    assert not app.exception
    assert "**1 labelled photo**" in words(app)
    assert "2 photos that wait" in words(app)
    data = zip_bytes(SURVEY, "ada")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "labels/boxes/annotations.json" in archive.namelist()
    (entry,) = empty_store.audit.entries(action="labels.export")
    assert entry["actor"] == "ada"


def colours_of(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def test_boxes_are_drawn_where_they_are_on_dark_and_on_bright():
    for ground in (0, 255):
        photo = np.full((300, 400, 3), ground, dtype=np.uint8)
        box = {"category": "plastic", "bbox": [200.0, 200.0, 200.0, 200.0]}
        plain = drawn_picture(photo, [], scale=0.5, labels={})
        drawn = drawn_picture(photo, [box], scale=0.5, labels={"plastic": "Plastic"})
        rows, columns = np.nonzero(
            np.abs(colours_of(drawn) - colours_of(plain)).max(axis=2) > 60
        )
        assert rows.max() == pytest.approx(200, abs=5)
        assert columns.min() == pytest.approx(100, abs=5)
        assert rows.min() < 100  # the plate stands above the box
        chosen = drawn_picture(
            photo, [box], scale=0.5, labels={"plastic": "Plastic"}, selected=0
        )
        assert chosen != drawn


@pytest.mark.parametrize(
    "bbox", [[0, 0, 1, 1], [399, 299, 1, 1], [0, 0, 400, 300], [10, 10, 3, 200]]
)
def test_any_box_inside_the_photo_can_be_drawn(bbox):
    photo = np.zeros((300, 400, 3), dtype=np.uint8)
    box = {"category": "unknown thing", "bbox": bbox}
    assert drawn_picture(photo, [box, box], scale=1.0, labels={}, selected=1)


def test_the_shelf_decodes_a_picture_once(empty_store, sha, monkeypatch):
    shelf = PictureShelf(empty_store)
    calls = []
    load = shelf._load

    def noted(*photo):
        calls.append(photo[0])
        return load(*photo)

    monkeypatch.setattr(shelf, "_load", noted)
    shelf.ahead([(sha["grey"], "grey.jpg"), (sha["red"], "red.jpg")])
    decoded = shelf.get(sha["red"], "red.jpg")
    assert decoded is not None
    assert decoded.pixels.shape == (720, 960, 3)
    assert shelf.get(sha["grey"], "grey.jpg") is shelf.get(sha["grey"], "grey.jpg")
    assert shelf.get("0" * 64, "none.jpg") is None
    assert sorted(calls) == sorted([sha["grey"], sha["red"], "0" * 64])


def test_every_step_of_the_page_opens(open_app, empty_store, sha):
    app = open_app("surveys", surveys_step="Review")
    assert not app.exception
    assert "Photo 1 of 3" in words(app)
    assert app.button_group(key="surveys_step").options == [
        "Results",
        "Review",
        "Agreement",
        "Labels",
        "Refused files",
        "Add photos",
    ]
    for step in ("Agreement", "Labels"):
        app.button_group(key="surveys_step").set_value(step).run()
        assert not app.exception
    assert "3 photos wait for a person" in words(app)
