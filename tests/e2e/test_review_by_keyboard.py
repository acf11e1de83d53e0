"""Photos are reviewed by keys alone, and a box is drawn, in a browser."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.imagery import content_hash
from core.storage import open_store
from core.surveys import create_survey, take_in
from tests.core.surveys.fakes import BLUE, GREY, RED, ColourClassifier, photo_file
from tests.e2e.conftest import Watched, serve

pytestmark = pytest.mark.e2e

SURVEY = "June flight"
SIZE = (640, 480)
BOX = {"category": "metal", "bbox": [100.0, 100.0, 200.0, 150.0], "score": 0.9}
#: A decision and the next photo; 0.3 s on an idle machine, more beside others' work.
MOST_SECONDS = 5.0


@dataclass
class Reviewed:
    """A server over a survey of three photos, and its data."""

    url: str
    data: Path
    first: str


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    data = tmp_path_factory.mktemp("review")
    photos = {"grey.jpg": GREY, "red.jpg": RED, "blue.jpg": BLUE}
    items = [
        (name, photo_file(colour, number=number, size=SIZE))
        for number, (name, colour) in enumerate(photos.items())
    ]
    first = content_hash(items[0][1])
    with open_store(f"sqlite:///{data / 'gyre.db'}", data_dir=data) as store:
        create_survey(store, SURVEY, actor="ada")
        take_in(store, ColourClassifier(), SURVEY, items, actor="ada")
        store.detections.save(first, "debris_detector@1", [BOX])
    log = tmp_path_factory.mktemp("log") / "server.log"
    for url in serve(data, log):
        yield Reviewed(url, data, first)


def test_a_survey_is_reviewed_by_keys_alone(
    watched: Watched, reviewed: Reviewed
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 1366, "height": 860})
    page.goto(reviewed.url)
    watched.settle(timeout_s=150)
    watched.open("Surveys")
    page.get_by_role("button", name="Review", exact=True).or_(
        page.get_by_role("radio", name="Review", exact=True)
    ).first.click()
    expect(page.get_by_text("Photo 1 of 3")).to_be_visible(timeout=60_000)
    watched.settle()
    watched.picture("review-light")
    # The step that opened the review would swallow Enter and the arrows.
    focus = page.evaluate("document.activeElement.tagName")
    assert focus == "BODY", focus

    keys = page.keyboard
    keys.press("ArrowDown")
    expect(page.get_by_text("▸ 1 Metal")).to_be_visible(timeout=20_000)
    watched.settle()
    keys.press("6")
    expect(page.get_by_text("▸ 1 Paper and cardboard")).to_be_visible(timeout=20_000)
    watched.settle()
    keys.press("Backspace")
    expect(page.get_by_text("No box, by e2e")).to_be_visible(timeout=20_000)
    watched.settle()
    keys.press("z")
    expect(page.get_by_text("1 Paper and cardboard")).to_be_visible(timeout=20_000)
    watched.settle()
    # By the mouse, to see that Enter afterwards still confirms the photo.
    page.get_by_role("button", name="Paper and cardboard Shortcut 6").last.click()
    expect(page.get_by_text("Confirm Paper and cardboard")).to_be_visible(
        timeout=20_000
    )
    watched.settle()

    started = time.monotonic()
    keys.press("Enter")
    expect(page.get_by_text("Photo 2 of 3")).to_be_visible(timeout=20_000)
    assert time.monotonic() - started < MOST_SECONDS
    watched.settle()
    keys.press("ArrowRight")
    expect(page.get_by_text("Photo 3 of 3")).to_be_visible(timeout=20_000)
    watched.settle()
    keys.press("ArrowLeft")
    expect(page.get_by_text("Photo 2 of 3")).to_be_visible(timeout=20_000)
    watched.settle()

    keys.press("b")
    plot = page.locator(".js-plotly-plot")
    expect(plot).to_be_visible(timeout=60_000)
    watched.settle()
    place = plot.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 60, place["y"] + 60)
    page.mouse.down()
    page.mouse.move(place["x"] + 120, place["y"] + 100, steps=8)
    page.mouse.up()
    expect(page.get_by_text("▸ 1 Plastic")).to_be_visible(timeout=30_000)
    watched.settle()
    watched.picture("review-box-light")

    page.reload()  # nothing is lost
    url = f"sqlite:///{reviewed.data / 'gyre.db'}"
    with open_store(url, data_dir=reviewed.data) as store:
        label = store.reviews.standing(reviewed.first)
        boxes = store.box_reviews.standing(reviewed.first)
        drawn = store.box_reviews.listing(survey=SURVEY)[-1]["boxes"]
    assert label is not None
    assert (label["category"], label["actor"]) == ("paper_cardboard", "e2e")
    assert boxes is not None
    assert [box["category"] for box in boxes["boxes"]] == ["paper_cardboard"]
    (box,) = drawn
    shrink = place["width"] / SIZE[0]
    assert box["bbox"] == pytest.approx(
        [60 / shrink, 60 / shrink, 60 / shrink, 40 / shrink], abs=4
    )
