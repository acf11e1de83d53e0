"""The Debris map of a published model: a picture of the field, marked as a model."""

from functools import partial
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard import map_models
from dashboard.components.formats import mass, number
from dashboard.components.map_area import chosen_area
from dashboard.components.map_area_totals import model_sentence
from dashboard.components.map_canvas import area_layer
from dashboard.components.map_link import link_button
from dashboard.components.map_raster import raster_layer
from dashboard.components.maps import MapFrame, Scale, draw_map, legend
from dashboard.components.page import page_header
from dashboard.components.photo_gallery import plain
from dashboard.components.tables import csv_bytes

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from core.observations.importers import GridField

__all__ = ["model_map", "model_words"]

_WORLD = MapFrame(-180.0, -70.0, 180.0, 75.0)
#: Decades of the scale; models fall to nothing over many more.
_DECADES = 6.0
_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def model_map(layer: map_models.ModelLayer, top: "DeltaGenerator") -> None:
    """Draw the page for a published model field.

    Parameters
    ----------
    layer : ModelLayer
        The field.
    top : DeltaGenerator
        Place of the title and the answer.
    """
    field = map_models.field_of(layer)
    with top:
        page_header("Debris map", model_words(field))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            "Published model, not observed",
            icon=":material/model_training:",
            color="violet",
        )
        st.download_button(
            "Export values (CSV)",
            partial(_csv, field),
            file_name=f"model-{layer.field_id}.csv",
            mime="text/csv",
            key="map_model_csv",
            on_click="ignore",
            icon=":material/download:",
        )
        link_button()
    order = np.argsort(field.lon), np.argsort(field.lat)
    value = field.value[np.ix_(order[1], order[0])]
    known = value[np.isfinite(value) & (value > 0)]
    most = float(known.max()) if len(known) else 1.0
    shown = [x for x in known.tolist() if x >= most * 10.0**-_DECADES]
    scale = Scale.over(shown, layer.unit)
    area = chosen_area()
    legend(
        scale,
        label="Model",
        marks={} if area is None else {"▭": "chosen area"},
    )
    extra = [] if area is None else [area_layer(area, _WORLD)]
    draw_map(
        [
            raster_layer(
                field.lat[order[1]],
                field.lon[order[0]],
                np.where(value >= scale.low, value, np.nan),
                scale,
                _WORLD,
                layer_id="model",
            ),
            *extra,
        ],
        _WORLD,
        key=f"map_model_{layer.field_id}",
        height=600,
        width_px=880,
        alt=f"World map of {layer.title}: published model output, not observed.",
    )
    st.caption(
        f"Values below {number(scale.low, layer.unit, digits=1)} stay clear. Source: "
        f"{plain(field.source)}."
    )
    if area is not None:
        for found in map_models.totals_in(area):
            st.markdown(model_sentence(found))


def model_words(field: "GridField") -> str:
    """Say what a model holds in all."""
    if field.quantity.startswith("items"):
        size, word = next(
            ((size, word) for size, word in _LARGE if field.total >= size), (1.0, "")
        )
        amount = f"{number(field.total / size, word, digits=3)} items"
    else:
        amount = mass(field.total / 1000.0, digits=3) if field.total < inf else ""
    return (
        f"**{amount}** afloat after {plain(field.name)}: a published model, not "
        "observed. It gives no interval."
    )


def _csv(field: "GridField") -> bytes:
    return csv_bytes(map_models.model_table(field))
