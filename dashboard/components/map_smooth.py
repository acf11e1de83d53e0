"""The smooth field on the Debris map, its uncertainty, and the wait for it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import CleanupError
from dashboard import map_data, map_fields
from dashboard.components.density_map import column_view
from dashboard.components.formats import number
from dashboard.components.map_canvas import area_layer
from dashboard.components.map_raster import raster_layer
from dashboard.components.maps import Scale, draw_map, legend
from dashboard.components.page import error_panel
from dashboard.map_views import Drawing
from dashboard.state import StateKey
from dashboard.theme import theme_name

if TYPE_CHECKING:
    from core.density import Area, MapFilter
    from core.density.field import FieldRaster
    from dashboard.components.maps import MapFrame
    from dashboard.theme import RampName

__all__ = ["field_drawing", "fitted", "smooth_map"]

_SHOWS = ("Density", "Uncertainty", "Lower limit", "Upper limit")
SHOWS = StateKey[str]("map", "field", _SHOWS[0])
#: A fit that ends within this shows no progress.
_QUICK_S = 2.0
_LOOK_EVERY_S = 1.0


def fitted(
    layer: map_data.MapLayer, chosen: "MapFilter"
) -> "map_fields.FittedField | None":
    """Return the field of a filter, if it was asked for and is ready."""
    fit = map_fields.fit_of(layer, chosen)
    if fit is None or fit.future is None or not fit.future.done():
        return None
    if fit.future.cancelled() or fit.future.exception() is not None:
        return None
    return fit.future.result()


def field_drawing(found: Drawing, field: "map_fields.FittedField") -> Drawing:
    """Cells with the field at their centres beside what was counted, for a file."""
    at = field.model.at(lat=found.cells["lat"], lon=found.cells["lon"])
    names = ("field_per_km2", "field_low", "field_high")
    cells = found.cells.assign(**dict(zip(names, at, strict=True)))
    view = column_view(
        cells, names[0], label="Debris, smooth field", unit="items per km²"
    )
    return replace(found, cells=cells, view=view)


def smooth_map(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    frame: "MapFrame",
    *,
    area: "Area | None" = None,
) -> None:
    """Draw the smooth field of a filter; fit it first where that was not done.

    Parameters
    ----------
    layer, chosen : MapLayer, MapFilter
        What it is fitted to.
    frame : MapFrame
        Extent of the map.
    area : Area, optional
        Outlined on the map.
    """
    is_new = map_fields.fit_of(layer, chosen) is None
    fit = map_fields.start(layer, chosen)
    with st.spinner("Fitting the smooth field"):
        fit.wait(_QUICK_S)
    if is_new and not fit.is_running:
        st.rerun()  # the totals of an area stand above
    if fit.is_running:
        _waiting(layer, chosen, fit)
        return
    try:
        field = fit.future.result() if fit.future is not None else None
    except CleanupError as error:
        error_panel(error, next_step="Choose other filters, or another view.")
        return
    if field is not None:
        _draw(field, frame, area)


def _waiting(
    layer: map_data.MapLayer, chosen: "MapFilter", fit: map_fields.Fit
) -> None:
    @st.fragment(run_every=_LOOK_EVERY_S)
    def look() -> None:
        if not fit.is_running:
            st.rerun()
        st.progress(
            min(fit.done / fit.total, 1.0), text=fit.doing[:1].upper() + fit.doing[1:]
        )
        if st.button(
            "Cancel fit",
            key="map_field_cancel",
            icon=":material/close:",
            on_click=_cancel,
            args=(layer, chosen),
        ):
            st.rerun()

    st.caption(
        "A log-Gaussian Cox field is fitted to the counts of these filters. It goes on "
        "if you leave the page."
    )
    look()


def _cancel(layer: map_data.MapLayer, chosen: "MapFilter") -> None:
    map_fields.cancel(layer, chosen)
    st.session_state["map_view"] = "Density"


def _draw(
    field: "map_fields.FittedField", frame: "MapFrame", area: "Area | None"
) -> None:
    shown = st.segmented_control(
        "Show of the field",
        _SHOWS,
        default=SHOWS.default,
        required=True,
        key=SHOWS.key,
        bind="query-params",
        label_visibility="collapsed",
    )
    raster = field.raster
    common = Scale.over(_known(raster.density), "items per km²")
    label, value, scale = {
        "Density": ("Debris, smooth field", raster.density, common),
        "Lower limit": ("Lower limit (95 %)", raster.low, common),
        "Upper limit": ("Upper limit (95 %)", raster.high, common),
    }.get(shown or "", ("Upper over lower limit", *_uncertainty(raster)))
    legend(
        scale,
        label=label,
        marks={} if area is None else {"▭": "chosen area"},
    )
    extra = [] if area is None else [area_layer(area, frame)]
    draw_map(
        [
            raster_layer(raster.lat, raster.lon, value, scale, frame, layer_id="field"),
            *extra,
        ],
        frame,
        key="map_field_deck",
        height=600,
        width_px=880,
        alt=f"Map of the smooth field: {label.lower()}, {scale.unit}. Clear where it "
        "says nothing. The table below holds the counts it was fitted to.",
    )
    reach = number(field.model.reach_km, "km", digits=2)
    st.caption(
        f"Clear beyond {reach} from any searched cell, and on land: there the field "
        "says nothing."
    )
    for text in field.model.model.limits_:
        st.caption(f":material/info: {text[:1].upper()}{text[1:]}.")


def _uncertainty(
    raster: "FieldRaster",
) -> "tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], Scale]":
    low = np.where(raster.low > 0, raster.low, np.nan)
    ratio = raster.high / low
    fade: RampName = "fade_dark" if theme_name() == "dark" else "fade_light"
    return ratio, Scale.over(_known(ratio), "times", ramp=fade)


def _known(value: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> list[float]:
    known = np.sort(value[np.isfinite(value) & (value > 0)])
    cut = len(known) // 100
    return [float(x) for x in known[cut : len(known) - cut]]
