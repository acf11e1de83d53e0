"""The Debris map of counted debris: filters, views, map, time, panel, area."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from dashboard import map_areas, map_data, map_models, map_sources
from dashboard.components.cell_table import cell_table
from dashboard.components.density_words import density_answer, density_figures
from dashboard.components.map_area import area_choice, chosen_area
from dashboard.components.map_area_totals import area_sentences, area_totals_panel
from dashboard.components.map_canvas import PICKED
from dashboard.components.map_cell import picked_cell
from dashboard.components.map_compare import COMPARE, COMPARE_KEYS, MODES, compare_maps
from dashboard.components.map_drift import drift_choice
from dashboard.components.map_export import export_menu
from dashboard.components.map_exports import counted_export
from dashboard.components.map_filters import FilterOptions, map_filters
from dashboard.components.map_link import link_button
from dashboard.components.map_play import played_map
from dashboard.components.map_smooth import field_drawing, fitted, smooth_map
from dashboard.components.map_time import Part, within_part
from dashboard.components.page import error_panel, metric_row, page_header
from dashboard.components.photo_gallery import plain
from dashboard.map_views import SMOOTH, drawing, view_names
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

    from core.density import Area, AreaTotals, MapFilter
    from core.density.export import MapExport
    from core.forecasts import Forecast
    from dashboard.components.density_map import DensityView
    from dashboard.components.maps import MapFrame

__all__ = ["counted_map"]

VIEW = StateKey[str]("map", "view", "Density")
TAB = StateKey[str]("map", "tab", "Cells")


@dataclass(frozen=True)
class _Seen:
    """What the page shows under its filters."""

    layer: map_data.MapLayer
    chosen: "MapFilter"
    name: str
    words: "Mapping[str, str]"
    labels: "Mapping[str, str]"
    result: map_data.DensityMap
    frame: "MapFrame"
    view: "DensityView"
    area: "Area | None"
    totals: "AreaTotals | None"

    @property
    def is_surveyed(self) -> bool:
        """Whether any cell has effort."""
        return bool((self.result.cells["effort_km2"] > 0).any())


def counted_map(
    layer: map_data.MapLayer,
    frame: "MapFrame",
    top: "DeltaGenerator",
    row: "DeltaGenerator",
) -> None:
    """Draw the page for counted debris.

    Parameters
    ----------
    layer : MapLayer
        The layer.
    frame : MapFrame
        Extent of all its records.
    top : DeltaGenerator
        Place of the title and the answer.
    row : DeltaGenerator
        Place of the filters, beside the choice of a layer.
    """
    labels = map_data.record_labels()
    index = map_data.index_of(layer)
    options = FilterOptions(
        surveys=index.surveys,
        categories=[code for code in labels if code in map_sources.debris_codes()],
        size_classes=index.size_classes,
        labels=labels,
        span=index.span,
    )
    chosen, words = map_filters(options, row, also_reset=COMPARE_KEYS)
    result = map_data.density_map(chosen, layer=layer)
    if result.cells.empty:
        with top:
            page_header("Debris map")
        st.info(
            "No observation fits these filters. Reset them or choose a longer period.",
            icon=":material/filter_alt:",
        )
        return
    surveyed = bool((result.cells["effort_km2"] > 0).any())
    area, totals = _area(layer, chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = _view_choice() if surveyed else "Sightings"
        mode = _compare_choice()
        drift = drift_choice() if mode == MODES[0] and name != SMOOTH else None
        tools = st.container(
            horizontal=True, width="content", vertical_alignment="center"
        )
    view = drawing(layer, chosen, name).view
    seen = _Seen(layer, chosen, name, words, labels, result, frame, view, area, totals)
    with top:
        _header(seen, drift)
    part = None
    if mode != MODES[0]:
        compare_maps(layer, chosen, name, frame, options)
    elif name == SMOOTH:
        smooth_map(layer, chosen, frame, area=area)
    else:
        part = played_map(seen.layer, chosen, name, frame, area=area, drift=drift)
    with tools:
        export_menu(lambda: _export(seen, part))
        link_button()
    _below(seen)


def _area(
    layer: map_data.MapLayer, chosen: "MapFilter"
) -> "tuple[Area | None, AreaTotals | None]":
    area = chosen_area()
    if area is None:
        return None, None
    try:
        with st.spinner("Summing the area"):
            return area, map_areas.totals(area, chosen, fitted(layer, chosen))
    except CleanupError as error:
        error_panel(error, kept="The map and the area are kept.")
        return area, None


def _header(seen: _Seen, drift: "Forecast | None") -> None:
    answer = density_answer(seen.result, seen.labels, surveyed=seen.is_surveyed)
    if seen.area is not None and seen.totals is not None and seen.totals.totals:
        said = area_sentences(seen.totals)[0].replace("About", "about", 1)
        answer = f"Inside {plain(seen.area.name)}: {said}"
    page_header(
        "Debris map" if seen.is_surveyed else "Sightings",
        answer,
        simulated=seen.result.simulated or (drift is not None and drift.simulated),
        research_use=seen.result.from_photos,
    )


def _view_choice() -> str:
    chosen = st.segmented_control(
        "Show",
        view_names(),
        default=VIEW.default,
        required=True,
        key=VIEW.key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or VIEW.default


def _compare_choice() -> str:
    return (
        st.selectbox(
            "Compare",
            MODES,
            key=COMPARE.key,
            bind="query-params",
            width=150,
            label_visibility="collapsed",
        )
        or MODES[0]
    )


def _below(seen: _Seen) -> None:
    """Draw what stands under the map: the clicked cell, figures, cells or area."""
    panel = st.container()
    if seen.is_surveyed:
        metric_row(density_figures(seen.result))
    cells_tab, area_tab = st.tabs(
        ["Cells", "Area"], key=TAB.key, on_change="rerun", bind="query-params"
    )
    row_cell = None
    if cells_tab.open:
        with cells_tab:
            row_cell = cell_table(seen.result.cells)
    if area_tab.open:
        with area_tab:
            _area_tab(seen)
    picked = PICKED.get() or row_cell
    if picked:
        with panel:
            picked_cell(seen.layer, seen.chosen, picked, seen.labels)


def _area_tab(seen: _Seen) -> None:
    area_choice(seen.result.cells, seen.view.value, seen.frame, seen.view.scale.unit)
    if seen.totals is not None:
        models = map_models.totals_in(seen.totals.area)
        area_totals_panel(seen.totals, models, seen.labels)


def _export(seen: _Seen, part: Part | None) -> "MapExport":
    chosen = seen.chosen if part is None else within_part(seen.chosen, part)
    result = map_data.density_map(chosen, layer=seen.layer)
    found = drawing(seen.layer, chosen, seen.name)
    field = fitted(seen.layer, chosen) if seen.name == SMOOTH else None
    if field is not None:
        found = field_drawing(found, field)
    return counted_export(
        found.cells,
        found.view,
        seen.frame,
        seen.words,
        map_sources.survey_table(chosen),
        part="" if part is None else part.name,
        simulated=result.simulated,
        area=seen.area,
        totals=seen.totals,
    )
