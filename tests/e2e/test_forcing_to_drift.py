"""From a file of currents to a drift forecast, in a browser; and the new pages."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.core.forecasts.flows import uniform
from tests.e2e.conftest import Watched, serve

pytestmark = pytest.mark.e2e

OCEAN_PAGES = ("Ocean data", "Drift forecast", "Forecast skill")
#: The first run on a machine compiles the kernel, which takes a minute on a busy one.
RUN_MS = 300_000


@pytest.fixture(scope="module")
def ocean_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, for what this module puts into the store."""
    data = tmp_path_factory.mktemp("ocean")
    yield from serve(data, tmp_path_factory.mktemp("log") / "server.log")


def test_the_ocean_has_its_pages(watched: Watched, empty_server: str) -> None:
    # The tests of every page walk what the sidebar lists, so these must be listed.
    watched.page.goto(empty_server)
    watched.settle()
    assert set(OCEAN_PAGES) <= set(watched.pages())


def test_a_file_of_currents_becomes_a_downloaded_forecast(
    watched: Watched, ocean_server: str, tmp_path: Path
) -> None:
    page = watched.page
    page.goto(ocean_server)
    watched.settle()

    watched.open("Drift forecast")
    page.get_by_role("button", name="Add currents").click()
    page.get_by_role("heading", name="Ocean data", level=1).wait_for()
    watched.settle()
    file = uniform(simulated=True).to_netcdf(tmp_path / "current.nc")
    page.locator('input[type="file"]').first.set_input_files(file)
    watched.settle()
    page.get_by_label("Name of the source", exact=True).first.fill("Even current")
    page.get_by_label("Name of the source", exact=True).first.press("Enter")
    watched.settle()
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("1 source in use")).to_be_visible(timeout=60_000)
    expect(page.locator("canvas#deckgl-overlay")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Simulated data").first).to_be_visible()
    watched.settle()

    watched.open("Drift forecast")
    page.get_by_role("radio", name="One position").click()
    watched.settle()
    for label, value in (
        ("Latitude (°)", "0.5"),
        ("Longitude (°)", "-158"),
        ("Hours ahead", "48"),
    ):
        page.get_by_label(label, exact=True).first.fill(value)
        page.get_by_label(label, exact=True).first.press("Enter")
        watched.settle()
    page.get_by_role("button", name="Forecast drift").click()
    expect(page.get_by_text("from where it was seen").first).to_be_visible(
        timeout=RUN_MS
    )
    watched.settle()
    expect(page.locator("canvas#deckgl-overlay")).to_be_visible(timeout=60_000)
    watched.picture("drift-forecast-one-position")

    expect(page.get_by_text("2 Jun 2026, 00:00 UTC", exact=True)).to_be_visible()
    page.get_by_role("slider", name="Hours ahead").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 Jun 2026, 01:00 UTC", exact=True)).to_be_visible()
    watched.settle()

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download GeoJSON").click()
    saved = tmp_path / "drift.geojson"
    waiting.value.save_as(saved)
    document = json.loads(saved.read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    assert document["simulated"] is True
    # Two days of a current of 0.5 m/s to the east: 86 km, under 0.8 degrees.
    for feature in document["features"]:
        rings = feature["geometry"]["coordinates"]
        flat = json.dumps(rings).replace("[", " ").replace("]", " ").replace(",", " ")
        longitudes = [float(x) for x in flat.split()][::2]
        assert all(-159.5 < x < -156.0 for x in longitudes)
    assert document["features"]
