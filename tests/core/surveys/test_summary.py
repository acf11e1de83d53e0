import pytest

from core.classification import result_columns
from core.errors import NotFoundError
from core.imagery import content_hash
from core.observations import CATEGORY_CODES
from core.surveys import (
    correct_label,
    survey_photos,
    survey_results,
    survey_summary,
    take_in,
)
from tests.core.surveys.fakes import BLUE, GREEN, GREY, RED, photo_file

FILES = {
    "red.jpg": photo_file(RED),
    "green.jpg": photo_file(GREEN, number=1),
    "blue.jpg": photo_file(BLUE, number=2),
    "grey.jpg": photo_file(GREY, number=3),
    "lost.jpg": photo_file(RED, number=4, placed=False),
    "bad.jpg": b"no photo",
}


@pytest.fixture
def surveyed(store, classifier):
    take_in(
        store,
        classifier,
        "June flight",
        FILES.items(),
        actor="ada",
        footprint_km2=0.01,
    )
    return store


def test_figures_count_what_is_there(surveyed):
    summary = survey_summary(surveyed, "June flight")
    assert (summary.n_photos, summary.n_refused, summary.n_waiting) == (5, 1, 1)
    assert (summary.n_debris, summary.n_clear) == (3, 2)
    assert (summary.n_doubtful, summary.n_reviewed) == (1, 0)
    assert summary.effort_km2 == pytest.approx(0.04)
    assert summary.models == ("colours@1",)
    assert summary.first_at is not None
    assert summary.last_at is not None
    assert summary.first_at < summary.last_at
    assert not summary.simulated


def test_the_most_doubtful_photo_comes_first_and_a_review_ends_the_doubt(surveyed):
    photos = survey_photos(surveyed, "June flight")
    assert photos["name"].tolist() == [
        "grey.jpg",
        "green.jpg",
        "lost.jpg",
        "red.jpg",
        "blue.jpg",
    ]
    assert photos.set_index("name")["counts"].to_dict()["lost.jpg"] is False
    correct_label(surveyed, content_hash(FILES["grey.jpg"]), "metal", actor="bob")
    correct_label(surveyed, content_hash(FILES["green.jpg"]), "wood", actor="bob")
    photos = survey_photos(surveyed, "June flight")
    assert photos["name"].tolist()[:2] == ["lost.jpg", "red.jpg"]
    green = photos.set_index("name").loc["green.jpg"]
    assert (green["category"], green["model_category"]) == ("wood", "biota")
    assert green["reviewed_by"] == "bob"
    summary = survey_summary(surveyed, "June flight")
    assert (summary.n_reviewed, summary.n_agreed, summary.n_doubtful) == (2, 1, 0)


def test_the_download_has_the_columns_of_the_contract_and_every_file(surveyed):
    correct_label(surveyed, content_hash(FILES["red.jpg"]), "glass", actor="bob")
    table = survey_results(surveyed, "June flight")
    contract = list(result_columns(CATEGORY_CODES))
    assert table.columns.tolist()[: len(contract)] == contract
    assert sorted(table["file"]) == sorted(FILES)
    rows = table.set_index("file")
    assert rows.loc["bad.jpg", "status"] == "rejected"
    assert "text" in str(rows.loc["bad.jpg", "reason"])
    assert rows.loc["grey.jpg", "status"] == "low_confidence"
    assert rows.loc["red.jpg", "category"] == "plastic"
    assert rows.loc["red.jpg", "reviewed_as"] == "glass"
    assert rows.loc["blue.jpg", "p_clean"] == pytest.approx(0.95)


def test_an_empty_survey_has_empty_tables(store):
    assert survey_photos(store, "June flight").empty
    assert survey_results(store, "June flight").empty
    assert survey_summary(store, "June flight").n_photos == 0
    with pytest.raises(NotFoundError):
        survey_summary(store, "none")
