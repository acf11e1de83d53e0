"""Every page opens with nothing in the store, and failures stay in words."""

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.navigation import PAGES, page_path

VIEWS = Path(__file__).resolve().parents[2] / "dashboard" / "views"
WRITTEN = [entry.name for entry in PAGES if (VIEWS / f"{entry.name}.py").exists()]


@pytest.mark.parametrize("page", WRITTEN)
def test_page_opens_with_an_empty_store(open_app, page):
    app = open_app(page)
    assert not app.exception
    assert app.title[0].value


@pytest.mark.parametrize("page", WRITTEN)
def test_page_opens_with_observations(open_app, seeded_store, page):
    app = open_app(page)
    assert not app.exception
    assert not app.error


def test_page_titles_are_unique_and_grouped_in_the_order_of_work():
    assert len({entry.title for entry in PAGES}) == len(PAGES)
    groups = list(dict.fromkeys(entry.group for entry in PAGES))
    assert groups == ["Explore", "Plan", "Measure", "Models", "Govern"]


def test_page_path_is_the_file_of_the_page():
    assert page_path("debris_map") == "views/debris_map.py"


def test_the_name_in_the_sidebar_starts_as_the_name_of_the_settings(open_app):
    assert open_app("debris_map").sidebar.text_input[0].value == "tester"


def test_a_store_that_cannot_be_opened_is_told_in_words(open_app, data_dir):
    (data_dir / "gyre.db").write_bytes(b"this is no database at all" * 400)
    app = open_app("debris_map")
    assert not app.exception
    (message,) = [error.value for error in app.error]
    assert "Next:" in message
    assert "Traceback" not in message


def test_the_app_module_imports_nothing_heavy():
    code = (
        "import sys; import dashboard.navigation, dashboard.components.page,"
        "dashboard.state, dashboard.theme;"
        "heavy={'sklearn','pyvrp','geopandas','scipy','tensorflow','keras','h3',"
        "'ai_edge_litert','sqlalchemy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
