"""A field table goes in, is seen on the map, and is taken back, in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Watched, serve

pytestmark = pytest.mark.e2e

#: Four good counts north-east of Oahu, one in the middle of Oahu, one below zero.
TABLE = """survey,lat,lon,observed_at,category,count,effort_km2
Hand-made counts,22.10,-157.00,2026-05-04T08:00Z,plastic,12,2.4
Hand-made counts,22.15,-157.00,2026-05-04T09:00Z,fishing_gear,3,2.4
Hand-made counts,22.20,-157.00,2026-05-04T10:00Z,clean,0,2.4
Hand-made counts,22.25,-157.00,2026-05-04T11:00Z,plastic,7,2.4
Hand-made counts,21.50,-158.00,2026-05-04T12:00Z,plastic,5,2.4
Hand-made counts,22.30,-157.00,2026-05-04T13:00Z,plastic,-4,2.4
"""
MOST_TABS = 80
Role = Literal["button", "combobox", "radio", "tab", "textbox"]


@pytest.fixture(scope="module")
def table_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, for what this module puts into the store."""
    data = tmp_path_factory.mktemp("tables")
    yield from serve(data, tmp_path_factory.mktemp("log") / "server.log")


def figure(page: Page, label: str) -> Locator:
    """Figure of a card, by its label."""
    return page.get_by_test_id("stMetric").filter(has_text=label)


def test_a_table_is_checked_kept_mapped_and_taken_back(
    watched: Watched, table_server: str, tmp_path: Path
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.emulate_media(color_scheme="light")
    page.goto(table_server)
    watched.settle()

    watched.open("Import data")
    file = tmp_path / "counts.csv"
    file.write_text(TABLE, encoding="utf-8")
    page.locator('input[type="file"]').first.set_input_files(file)
    expect(page.get_by_text("What needs a look")).to_be_visible(timeout=60_000)
    watched.settle()
    expect(figure(page, "Records in the file")).to_contain_text("6")
    expect(figure(page, "New records")).to_contain_text("5")
    expect(figure(page, "Refused")).to_contain_text("1")
    expect(figure(page, "In doubt or read otherwise")).to_contain_text("1")
    expect(page.locator("canvas#deckgl-overlay")).to_be_visible(timeout=60_000)
    watched.picture("import-data-check-light")

    page.get_by_role("button", name="Keep these records").click()
    expect(page.get_by_text("1 file in use")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("with 5 observations.")).to_be_visible()
    watched.settle()

    watched.open("Debris map")
    expect(page.locator("canvas#deckgl-overlay").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("of floating debris in the")).to_be_visible()

    watched.open("Import data")
    rows = page.get_by_test_id("stDataFrame").first
    rows.click(position={"x": 17, "y": 52})  # drawn on a canvas: no element to name
    page.get_by_role("button", name="Withdraw this import").click()
    expect(page.get_by_text("1 is withdrawn")).to_be_visible(timeout=60_000)
    watched.settle()

    watched.open("Debris map")
    expect(page.get_by_text("This map will show how much debris")).to_be_visible()
    expect(page.locator("canvas#deckgl-overlay")).to_have_count(0)


CONTROLS: dict[str, tuple[tuple[Role, str], ...]] = {
    "Import data": (("button", "Upload"),),
    "Priorities": (("tab", "Ranking"), ("radio", "Map cells")),
    "Categories": (("tab", "Litter lists"), ("textbox", "Code or word")),
    "Debris map": (("combobox", "Layer"), ("button", "Copy link")),
}


def test_the_controls_of_the_pages_are_reached_by_keyboard(
    watched: Watched, demo_server: str
) -> None:
    page = watched.page
    page.goto(demo_server)
    watched.settle()
    for title, controls in CONTROLS.items():
        watched.open(title)
        for role, name in controls:  # in the order of the page
            # The last of the name: a file input is called "file upload" as well.
            wanted = page.get_by_role(role, name=name).last
            expect(wanted).to_be_visible(timeout=60_000)
            assert tabbed_to(page, wanted), f"{name} of {title} is not reached"


def tabbed_to(page: Page, wanted: Locator) -> bool:
    """Press the tab key until something has the focus, or often enough."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("node => node.contains(document.activeElement)"):
            return True
        page.keyboard.press("Tab")
    return False
