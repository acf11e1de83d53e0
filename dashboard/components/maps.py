"""Maps over the bundled coastline: no tile server, no outside request.

A map is a deck.gl canvas with our own sea, land, grid and scale bar as layers. The view
is fixed by the data's extent and not by the filters, so a person keeps the place they
have moved to. Text in tooltips is set as text, never as HTML.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard.components._basemap import base_layers, reference_layers
from dashboard.components._frame import MapFrame, Scale
from dashboard.components.formats import number
from dashboard.theme import RampName, scale_colour

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "MapFrame",
    "Scale",
    "compact_deck",
    "draw_map",
    "legend",
    "records",
]

#: Streamlit sends a map as JSON text; more than this makes a page sluggish.
MAX_PAYLOAD_BYTES = 3_000_000
_TOOLTIP_STYLE = {
    "backgroundColor": "#14212B",
    "color": "#FFFFFF",
    "fontSize": "0.85rem",
    "lineHeight": "1.4",
    "padding": "6px 10px",
    "borderRadius": "4px",
}


def draw_map(
    layers: Sequence["pdk.Layer"],
    frame: MapFrame,
    *,
    key: str,
    alt: str,
    height: int = 560,
    width_px: int = 1000,
    tooltip: str = "{tip}",
    select: bool = False,
) -> Mapping[str, list[dict[str, Any]]]:
    """Draw layers over sea, land, grid and scale bar.

    Parameters
    ----------
    layers : sequence of pydeck Layer
        From the bottom up, each with an ``id``; pickable ones carry the property that
        the tooltip names.
    frame : MapFrame
        What the first view shows; keep it constant while filters change.
    key : str
        Widget key, unique in the app.
    alt : str
        What the map shows, for a person who cannot see it.
    height : int
        Height in pixels.
    width_px : int
        Smallest width the canvas has; the frame is seen whole in it.
    tooltip : str
        Plain text with ``{property}`` places.
    select : bool
        Whether a click chooses an object and runs the page again.

    Returns
    -------
    mapping of str to list of dict
        Chosen objects by layer id; empty unless ``select``.

    Raises
    ------
    InputError
        If the map would be larger than ``MAX_PAYLOAD_BYTES``.
    """
    import pydeck as pdk

    for layer in layers:
        if not layer.id or len(layer.id) == 36:  # pydeck's own random names
            raise ValueError(f"layer {layer.type} has no id of its own")
    deck = compact_deck(
        layers=[*base_layers(frame), *layers, *reference_layers(frame)],
        initial_view_state=pdk.ViewState(
            **frame.view(height_px=height, width_px=width_px)
        ),
        tooltip={"text": tooltip, "style": _TOOLTIP_STYLE},
    )
    size = len(deck.to_json())
    if size > MAX_PAYLOAD_BYTES:
        raise InputError(
            f"the map would be {size / 1e6:.1f} MB, more than "
            f"{MAX_PAYLOAD_BYTES / 1e6:.0f} MB; narrow the filters"
        )
    drawn = st.pydeck_chart(
        deck,
        height=height,
        key=key,
        alt=alt,
        on_select="rerun" if select else "ignore",
        selection_mode="single-object",
    )
    if not select:
        return {}
    selection = cast("dict[str, Any]", drawn)["selection"]
    return cast("Mapping[str, list[dict[str, Any]]]", selection["objects"])


def compact_deck(**kwargs: Any) -> "pdk.Deck":
    """Return a deck without a tile server whose JSON is compact and free of NaN."""
    import pydeck as pdk

    # Without its repetition, what lies on the far side of 180 degrees is not drawn.
    world = pdk.View(type="MapView", controller=True, repeat=True)
    deck = pdk.Deck(map_provider=None, views=[world], **kwargs)
    indented = deck.to_json

    def to_json() -> str:
        # pydeck indents, which doubles a map of cells, and writes bare NaN.
        return json.dumps(
            json.loads(indented()), separators=(",", ":"), allow_nan=False
        )

    deck.to_json = to_json
    return deck


def legend(scale: Scale, *, label: str, marks: Mapping[str, str] | None = None) -> None:
    """Draw a colour scale with its ends and unit, and what other marks mean.

    Parameters
    ----------
    scale : Scale
        The scale used on the map.
    label : str
        What it measures.
    marks : mapping of str to str, optional
        Symbol to its meaning.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"**{label}** ({scale.unit})", width="content")
        st.caption(number(scale.low, digits=2), width="content")
        st.image(_ramp_png(scale.ramp), width=180)
        st.caption(number(scale.high, digits=2), width="content")
        for symbol, meaning in (marks or {}).items():
            st.caption(f"{symbol} {meaning}", width="content")


@st.cache_data(show_spinner=False, max_entries=8)
def _ramp_png(ramp: RampName) -> bytes:
    from io import BytesIO

    from PIL import Image

    width, height = 360, 20
    picture = Image.new("RGB", (width, height))
    for x in range(width):
        colour = scale_colour(x / (width - 1), ramp=ramp)
        picture.paste(colour, (x, 0, x + 1, height))
    buffer = BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON objects for a layer; NaN becomes null."""
    rows: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", double_precision=5)
    )
    return rows
