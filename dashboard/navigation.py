"""The pages and their groups, in the order people work."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

__all__ = ["PAGES", "PageEntry", "page_groups", "page_path"]

_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class PageEntry:
    """A page: its file ``views/<name>.py``, title, group and icon."""

    name: str
    title: str
    group: str
    icon: str

    @property
    def path(self) -> str:
        """File of the page, relative to ``app.py``, as ``st.switch_page`` wants it."""
        return f"views/{self.name}.py"


PAGES: tuple[PageEntry, ...] = (
    PageEntry("overview", "Overview", "Explore", ":material/home:"),
    PageEntry("debris_map", "Debris map", "Explore", ":material/map:"),
    PageEntry("priorities", "Priorities", "Explore", ":material/priority:"),
    PageEntry("surveys", "Surveys", "Explore", ":material/photo_camera:"),
    PageEntry("import_data", "Import data", "Explore", ":material/upload_file:"),
    PageEntry("ocean_data", "Ocean data", "Explore", ":material/water:"),
    PageEntry(
        "drift_forecast", "Drift forecast", "Explore", ":material/conversion_path:"
    ),
    PageEntry("route_planner", "Route planner", "Plan", ":material/route:"),
    PageEntry("efficiency", "Efficiency", "Measure", ":material/monitoring:"),
    PageEntry("models", "Models", "Models", ":material/neurology:"),
    PageEntry("forecast_skill", "Forecast skill", "Models", ":material/straighten:"),
    PageEntry("categories", "Categories", "Govern", ":material/category:"),
    PageEntry("compliance", "Compliance", "Govern", ":material/verified_user:"),
)


def page_path(name: str) -> str:
    """File of a page, for ``st.switch_page`` and ``st.page_link``."""
    (entry,) = (page for page in PAGES if page.name == name)
    return entry.path


def page_groups() -> dict[str, list[st.Page]]:
    """Pages as ``st.navigation`` takes them."""
    groups: dict[str, list[st.Page]] = {}
    for entry in PAGES:
        page = st.Page(
            _FOLDER / entry.path,
            title=entry.title,
            icon=entry.icon,
            url_path=entry.name.replace("_", "-"),
            default=entry.name == "overview",
        )
        groups.setdefault(entry.group, []).append(page)
    return groups
