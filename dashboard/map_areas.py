"""What the Debris map asks about areas: those kept, and what an area holds."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import services
from dashboard.state import actor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.density import Area, AreaTotals, MapFilter
    from core.density.area_totals import FieldTotal

__all__ = [
    "KeptArea",
    "area_of_selection",
    "keep",
    "kept",
    "restore",
    "retire",
    "totals",
]

KIND = "drawn"


@dataclass(frozen=True)
class KeptArea:
    """An area of the store, by the id that stands in the address."""

    area_id: str
    area: "Area"
    saved_by: str


def kept() -> list[KeptArea]:
    """Areas that were drawn or uploaded on the map, by name."""
    revision = services.store().revisions.of("areas")
    chosen = services.settings()
    return _kept(chosen.resolved_database_url, str(chosen.data_dir), revision)


@st.cache_data(show_spinner=False, max_entries=4, ttl=3600)
def _kept(url: str, data_dir: str, revision: int) -> list[KeptArea]:
    import shapely

    from core.density import make_area

    found = []
    for row in services.store().areas.listing(kind=KIND):
        shape = shapely.from_geojson(json.dumps(row["geojson"]))
        notes = tuple(str(note) for note in row["properties"].get("notes", ()))
        area = make_area(row["name"], shape, notes=notes, record=row["name"])
        found.append(KeptArea(row["area_id"], area, str(row["saved_by"])))
    return found


def keep(area: "Area", *, name: str, origin: str) -> str:
    """Keep an area under a name and return its id; the same area is kept once."""
    import shapely

    title = " ".join(name.split())
    area_id = services.store().areas.save(
        title,
        KIND,
        json.loads(shapely.to_geojson(area.polygon)),
        {"notes": list(area.notes), "origin": origin},
        actor(),
    )
    services.record("area.keep", area_id, {"name": title, "origin": origin})
    return area_id


def retire(area_id: str) -> None:
    """Take an area off the list; it can be restored."""
    services.store().areas.retire(area_id)
    services.record("area.retire", area_id)


def restore(area_id: str) -> None:
    """Put an area back on the list that was taken off."""
    areas = services.store().areas
    row = areas.get(area_id)
    areas.save(
        row["name"], row["kind"], row["geojson"], row["properties"], row["saved_by"]
    )
    services.record("area.restore", area_id)


def area_of_selection(selection: "Mapping[str, Any]") -> "Area | None":
    """Area that was drawn on the chart; the last lasso or box of the selection.

    Parameters
    ----------
    selection : mapping
        ``selection`` of ``st.plotly_chart``: ``lasso`` and ``box`` are lists of shapes
        with ``x`` (longitude) and ``y`` (latitude); the chart may run past 180.
    """
    import shapely

    from core.density import make_area

    lassos = list(selection.get("lasso") or ())
    boxes = list(selection.get("box") or ())
    if lassos:
        corners = list(zip(lassos[-1]["x"], lassos[-1]["y"], strict=True))
        if len(corners) < 3:
            return None
        return make_area("Drawn area", shapely.Polygon(corners), record="the drawing")
    if boxes:
        (x0, x1), (y0, y1) = boxes[-1]["x"], boxes[-1]["y"]
        shape = shapely.box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        return make_area("Drawn area", shape, record="the drawing")
    return None


def totals(
    area: "Area", chosen: "MapFilter", field: "FieldTotal | None" = None
) -> "AreaTotals":
    """Sum the counted debris inside an area that fits the filters.

    Parameters
    ----------
    area : Area
        The area.
    chosen : MapFilter
        Filters of the map.
    field : FieldTotal, optional
        Smooth field fitted under the same filters.
    """
    from core.density import area_totals

    rows = services.store().observations.frame(
        survey=list(chosen.surveys) or None,
        since=chosen.start,
        until=chosen.end,
        bbox=area.bbox,
    )
    return area_totals(
        rows,
        area,
        categories=list(chosen.categories) or None,
        size_classes=list(chosen.size_classes) or None,
        field=field,
    )
