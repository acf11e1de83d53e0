"""The whole way of a newcomer, in a browser that can reach nothing but the server."""

import re
from pathlib import Path

import gpxpy
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Watched, run_core

pytestmark = pytest.mark.e2e

SURVEY = "North leg by drone"
PHOTOS_OF_A_SURVEY = 24


@pytest.fixture(scope="module")
def photos(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Photos of another simulated flight, and one file that is none."""
    folder = tmp_path_factory.mktemp("photos")
    run_core(demo_data, "demo", "--photos", str(folder))
    found = sorted(folder.rglob("*.jpg"))[:PHOTOS_OF_A_SURVEY]
    broken = folder / "broken.jpg"
    broken.write_bytes(found[0].read_bytes()[:2000])
    return [*found, broken]


def test_photos_become_a_downloaded_route(
    watched: Watched, demo_server: str, photos: list[Path], tmp_path: Path
) -> None:
    page = watched.page
    page.goto(demo_server)
    watched.settle()

    watched.open("Surveys")
    page.get_by_role("radio", name="Add photos").click()
    watched.settle()
    page.locator('input[type="file"]').first.set_input_files(photos)
    expect(page.get_by_text("left out for the reason given")).to_be_visible(
        timeout=60_000
    )
    watched.settle()
    page.get_by_label("Survey name", exact=True).fill(SURVEY)
    page.get_by_label("Survey name", exact=True).press("Enter")
    watched.settle()
    page.get_by_role("radio", name="Area of one photo").click()
    watched.settle()
    page.get_by_label("Area (km²)", exact=True).fill("0.01")
    page.get_by_label("Area (km²)", exact=True).press("Enter")
    watched.settle()
    page.get_by_role("button", name=f"Run survey of {len(photos) - 1} photos").click()
    expect(page.get_by_text(f"of {len(photos) - 1} photos")).to_be_visible(
        timeout=120_000
    )
    watched.settle()

    watched.open("Debris map")
    expect(page.locator("canvas").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("km²")).first).to_be_visible()

    watched.open("Route planner")
    set_up = page.get_by_text("Set up a plan")
    plan_routes = page.get_by_role("button", name="Plan routes", exact=True)
    if not plan_routes.is_visible():
        set_up.click()
        watched.settle()
    plan_routes.click()
    expect(page.get_by_text("expected from")).to_be_visible(timeout=180_000)
    watched.settle()
    page.get_by_role("tab", name="Files").click()
    watched.settle()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("GPX")).first.click()
    file = tmp_path / "plan.gpx"
    waiting.value.save_as(file)
    gpx = gpxpy.parse(file.read_text(encoding="utf-8"))
    assert gpx.routes
    assert all(len(route.points) >= 2 for route in gpx.routes)

    watched.open("Compliance")
    expect(page.get_by_text("optimized_cnn_model@").first).to_be_attached()
    page.get_by_role("button", name="Verify record now").click()
    watched.settle()
    expect(page.get_by_text("The record of decisions is whole")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_draws_and_is_pictured(
    watched: Watched, demo_server: str, theme: str, request: pytest.FixtureRequest
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(demo_server)
    watched.settle()
    for title in watched.pages():
        watched.open(title)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        assert "Traceback" not in page.content()
        watched.picture(f"{title.lower().replace(' ', '-')}-{theme}")


def test_every_page_is_reached_by_keyboard(watched: Watched, demo_server: str) -> None:
    page = watched.page
    page.goto(demo_server)
    watched.settle()
    for title in watched.pages():
        link = page.get_by_test_id("stSidebarNavLink").filter(has_text=title)
        for _ in range(60):
            if link.evaluate("node => node === document.activeElement"):
                break
            page.keyboard.press("Tab")
        else:
            pytest.fail(f"{title} is not reached with the tab key")
        page.keyboard.press("Enter")
        watched.settle()
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def test_an_empty_store_says_what_to_do(watched: Watched, empty_server: str) -> None:
    page = watched.page
    page.goto(empty_server)
    watched.settle()
    for title in watched.pages():
        watched.open(title)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        assert "Traceback" not in page.content()
