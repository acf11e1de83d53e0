"""Debris map: where is how much, and how sure are we."""

import streamlit as st

from dashboard import map_data, map_models
from dashboard.components.map_counted import counted_map
from dashboard.components.map_measured import measured_map
from dashboard.components.map_model import model_map
from dashboard.components.page import empty_state, page_header
from dashboard.state import StateKey

LAYER = StateKey[str | None]("map", "layer", None)
Layer = map_data.MapLayer | map_models.ModelLayer


def render() -> None:
    """Draw the page."""
    layers: list[Layer] = [*map_data.layers(), *map_models.model_layers()]
    if not layers:
        page_header("Debris map")
        empty_state(
            "This map will show how much debris floats where, and how sure that is. "
            "It needs survey photos with positions, or counts from a table.",
            button="Add survey photos",
            page="surveys",
            icon=":material/map:",
        )
        return
    top = st.container()
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        layer = _layer_choice(layers)
    if isinstance(layer, map_models.ModelLayer):
        model_map(layer, top)
        return
    frame = map_data.map_frame(layer)
    if frame is None:
        with top:
            page_header("Debris map")
        st.info("Every record of this layer is flagged as failed or missing.")
    elif layer.is_measured:
        measured_map(layer, frame, top, row)
    else:
        counted_map(layer, frame, top, row)


def _layer_choice(layers: list[Layer]) -> Layer:
    """Draw the choice of a layer, where there is one."""
    if len(layers) == 1:
        return layers[0]
    named = {f"{layer.title} ({layer.unit})": layer for layer in layers}
    chosen = st.selectbox(
        "Layer",
        list(named),
        key=LAYER.key,
        bind="query-params",
        width=250,
        help="Quantities and media are never mixed; a model is no observation.",
    )
    return named.get(chosen or "", layers[0])


if __name__ == "__main__":
    render()
