"""What each view of the Debris map draws under a filter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import map_data, services
from dashboard.components.density_map import VIEWS, column_view, density_view
from dashboard.components.density_views import MEASURED, measured_view

if TYPE_CHECKING:
    import pandas as pd

    from core.density import MapFilter, PointSample
    from dashboard.components.density_map import DensityView

__all__ = ["MEASURED", "PRIORITY", "SMOOTH", "Drawing", "drawing", "view_names"]

PRIORITY, SMOOTH = "Priority", "Smooth field"


@dataclass(frozen=True)
class Drawing:
    """Cells under a filter and what colours them.

    Attributes
    ----------
    cells : DataFrame
        From :meth:`core.density.MapIndex.cells`; the view's own columns beside.
    view : DensityView
        Values and scale.
    points : PointSample or None
        What the Sightings view draws in place of cells.
    note : str
        What the view rests on, for a line under the legend.
    """

    cells: "pd.DataFrame"
    view: "DensityView"
    points: "PointSample | None" = None
    note: str = ""


def view_names() -> tuple[str, ...]:
    """Name the views of counted debris."""
    return (*VIEWS, SMOOTH, PRIORITY)


def drawing(layer: map_data.MapLayer, chosen: "MapFilter", name: str) -> Drawing:
    """Return what a view draws.

    Parameters
    ----------
    layer, chosen : MapLayer, MapFilter
        What to show.
    name : str
        One of `view_names`, or ``MEASURED`` for a measurement layer.
    """
    if layer.is_measured:
        found = map_data.measured_map(chosen, layer).cells
        view = measured_view(found, label=layer.title, unit=layer.unit)
        return Drawing(found, view)
    if name == PRIORITY:
        return _priority(layer, chosen)
    if name == SMOOTH:
        name = "Density"  # its cells; the field itself is a picture
    cells = map_data.density_map(chosen, layer=layer).cells
    points = map_data.sample(chosen, layer=layer) if name == "Sightings" else None
    return Drawing(cells, density_view(cells, name, points), points)


def _priority(layer: map_data.MapLayer, chosen: "MapFilter") -> Drawing:
    revisions = services.store().revisions
    marks = tuple(revisions.of(name) for name in ("harm_weights", "areas"))
    cells, version, n_areas = _ranked(
        services.settings().resolved_database_url,
        map_data.revision(layer),
        marks,
        layer,
        chosen,
    )
    view = column_view(cells, "priority", label=PRIORITY, unit="kg of average harm")
    areas = f"{n_areas} sensitive area{'' if n_areas == 1 else 's'}"
    return Drawing(
        cells,
        view,
        note=f"Expected mass times harm times sensitivity. Harm weights: {version}; "
        f"{areas} count. Change both on the Priorities page.",
    )


@st.cache_data(
    show_spinner="Ranking cells",
    max_entries=16,
    ttl=3600,
    hash_funcs={
        "core.density.map_filter.MapFilter": repr,
        "dashboard.map_data.MapLayer": repr,
    },
)
def _ranked(
    url: str,
    revision: int,
    marks: tuple[int, ...],
    layer: map_data.MapLayer,
    chosen: "MapFilter",
) -> "tuple[pd.DataFrame, str, int]":
    from core.priorities import (
        cell_priority,
        cell_shares,
        current_weights,
        sensitive_areas,
    )

    store = services.store()
    weights, read = current_weights(store), sensitive_areas(store)
    cells = map_data.density_map(chosen, layer=layer).cells
    known = cells.loc[cells["effort_km2"] > 0].reset_index(drop=True)
    counts, _ = map_data.index_of(layer).pooled(
        chosen, resolution=map_data.default_resolution(layer)
    )
    shares = cell_shares(counts, known["h3"].tolist())
    ranked = cell_priority(known, weights, read.areas, chosen.start, shares=shares)
    return (
        ranked,
        str(weights.version),
        sum(a.counts_at(chosen.start) for a in read.areas),
    )
