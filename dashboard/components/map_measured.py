"""The Debris map of a measurement layer: one quantity in one medium."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import CleanupError
from dashboard import map_data, map_sources
from dashboard.components.formats import interval, number
from dashboard.components.map_canvas import PICKED
from dashboard.components.map_export import export_menu
from dashboard.components.map_filters import FilterOptions, map_filters
from dashboard.components.map_link import link_button, view_link
from dashboard.components.map_play import played_map
from dashboard.components.map_time import Part, within_part
from dashboard.components.page import error_panel, page_header
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.map_views import MEASURED, drawing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from core.density import MapFilter
    from core.density.export import MapExport
    from dashboard.components.maps import MapFrame

__all__ = ["measured_map", "measured_warning", "measured_words"]

_COLUMN_NOTES = {
    "value": "value of the cell in the unit of the layer; empty where only ranges are",
    "low": "lower limit or least value, in the unit of the layer",
    "high": "upper limit or greatest value, in the unit of the layer",
    "basis": "pooled: counts over effort with the exact 95 % interval; median: of the "
    "samples, with the least and greatest; range: outer bounds of classes",
    "n": "items counted (pooled cells only)",
    "effort": "effort behind them in the quantity's unit (pooled cells only)",
    "n_events": "samples in the cell",
    "n_ranges": "samples with a class range only",
    "shown": "what the picture shows",
}


def measured_map(
    layer: map_data.MapLayer,
    frame: "MapFrame",
    top: "DeltaGenerator",
    row: "DeltaGenerator",
) -> None:
    """Draw the page for a measurement layer.

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
    index = map_data.measured_index(layer)
    labels = map_sources.measured_labels()
    options = FilterOptions(
        surveys=[name for name in index.surveys if name],
        categories=[code for code in labels if code in index.categories],
        size_classes=index.size_classes,
        labels=labels,
        span=index.span,
    )
    chosen, words = map_filters(options, row)
    result = map_data.measured_map(chosen, layer)
    events = index.events(chosen)
    with top:
        page_header(
            "Debris map",
            measured_words(events, layer) if len(result.cells) else "",
            simulated=result.simulated,
        )
    if result.cells.empty:
        st.info(
            "No record fits these filters. Reset them or choose a longer period.",
            icon=":material/filter_alt:",
        )
        return
    if warning := measured_warning(events):
        st.caption(warning)
    with row:
        tools = st.container(horizontal=True, width="content")
    part = played_map(layer, chosen, MEASURED, frame)
    with tools:
        export_menu(lambda: _export(layer, chosen, words, frame, part))
        link_button()
    panel = st.container()
    row_cell = _cell_table(result.cells, layer)
    picked = PICKED.get() or row_cell
    if picked:
        with panel:
            _cell_panel(layer, chosen, picked)


def measured_words(events: "pd.DataFrame", layer: map_data.MapLayer) -> str:
    """Say what the samples found: their median, middle half, and empty ones.

    Parameters
    ----------
    events : DataFrame
        From ``MeasurementIndex.events``.
    layer : MapLayer
        Gives title and unit.
    """
    values = events["value"].dropna()
    ranges = int(events["is_range"].sum())
    said = f"{layer.title}: {counted(len(events), 'sample')}"
    if ranges:
        said += f", {ranges:,} of them with a class range only"
    if values.empty:
        return f"{said}."
    low, middle, high = (float(q) for q in values.quantile([0.25, 0.5, 0.75]))
    empty = int((values == 0).sum())
    return (
        f"{said}. Median **{interval(middle, low, high, layer.unit)}**, in brackets "
        f"the middle half; {empty:,} found none."
    )


def measured_warning(events: "pd.DataFrame") -> str:
    """Say what keeps these samples from being one set; empty if nothing does."""
    said = []
    surveys = events["survey"].nunique()
    if surveys > 1:
        said.append(
            f"{surveys:,} surveys stand in this layer. Compilations repeat each "
            "other's samples, so choose one survey before you compare or add."
        )
    corrected = int(events["corrected"].sum())
    if 0 < corrected < len(events):
        said.append(
            f"Corrected for what wind mixes down: {corrected:,} of {len(events):,} "
            "samples, by their source; the others are not."
        )
    return " ".join(said)


def _cell_table(cells: "pd.DataFrame", layer: map_data.MapLayer) -> str | None:
    columns = {
        "value": Column(f"Value ({layer.unit})", "number"),
        "low": Column("Low", "number", help="95 % limit, least value or class bound"),
        "high": Column("High", "number", help="95 % limit, most or class bound"),
        "basis": Column("Basis", help=_COLUMN_NOTES["basis"]),
        "n_events": Column("Samples", "number"),
        "lat": Column("Latitude (°)", "number", 3),
        "lon": Column("Longitude (°)", "number", 3),
        "h3": Column("H3 cell", help="Name of the cell in the H3 grid"),
    }
    shown = cells.sort_values("value", ascending=False, ignore_index=True)
    row = table(
        shown,
        columns,
        name="measured-cells",
        title="Cells",
        height=320,
        select=True,
    )
    return None if row is None else str(shown["h3"].iloc[row])


def _cell_panel(layer: map_data.MapLayer, chosen: "MapFilter", name: str) -> None:
    try:
        found = map_data.measured_index(layer).cell(chosen, name)
    except CleanupError as error:
        error_panel(error, kept="The map is kept.")
        return
    if found.empty:
        return
    cell = {str(key): value for key, value in found.iloc[0].items()}
    with (
        st.container(border=True),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.markdown(
            f"**Cell at {cell['lat']:.3f}°, {cell['lon']:.3f}°**: "
            f"{_cell_words(cell, layer.unit)}"
        )
        st.button(
            "Close",
            key="map_cell_close",
            icon=":material/close:",
            type="tertiary",
            on_click=PICKED.clear,
        )


def _cell_words(cell: "Mapping[str, Any]", unit: str) -> str:
    samples = counted(int(cell["n_events"]), "sample")
    low, high = number(cell["low"], digits=2), number(cell["high"], digits=2)
    if cell["basis"] == "range":
        return f"between {low} and {high} {unit} in {samples}, classes only."
    value = interval(cell["value"], cell["low"], cell["high"], unit)
    how = (
        "pooled counts over effort with the exact 95 % interval"
        if cell["basis"] == "pooled"
        else "median, with the least and the most"
    )
    return f"{value} in {samples}; {how}."


def _export(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    words: "Mapping[str, str]",
    frame: "MapFrame",
    part: Part | None,
) -> "MapExport":
    from core.density.export import MapExport

    seen = chosen if part is None else within_part(chosen, part)
    found = drawing(layer, seen, MEASURED)
    surveys = map_sources.measured_surveys(layer, seen)
    return MapExport(
        cells=found.cells.assign(shown=found.view.value),
        title=f"Debris map: {layer.title.lower()}",
        layer=f"Measurements of one quantity in one medium: {layer.title}",
        value="shown",
        label=layer.title,
        unit=layer.unit,
        bbox=(frame.west, frame.south, frame.east, frame.north),
        made_at=datetime.now(UTC),
        filters=dict(words) | ({} if part is None else {"Shown": part.name}),
        surveys=surveys,
        sources=tuple(sorted({str(s) for s in surveys["source"] if str(s)}))[:20],
        licences=(
            "The terms of each source hold; Gyre keeps the citation it was given.",
        ),
        methods=(_COLUMN_NOTES["basis"],),
        link=view_link(),
        simulated=map_data.measured_index(layer).is_simulated(seen),
        columns=_COLUMN_NOTES,
    )
