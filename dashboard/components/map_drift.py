"""The newest drift forecast over the cells of the Debris map, hour by hour."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from dashboard import drift_data
from dashboard.components._frame import MapFrame
from dashboard.components.drift_map import drift_frame, overlay_layers
from dashboard.components.drift_tracks import mean_tracks, seed_names
from dashboard.components.formats import when
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.time_slider import time_player
from dashboard.state import StateKey

if TYPE_CHECKING:
    import pydeck as pdk

    from core.forecasts import Forecast

__all__ = [
    "DRIFT",
    "OVERLAY_MARKS",
    "drift_caption",
    "drift_choice",
    "drift_extent",
    "drift_player",
]

DRIFT = StateKey[bool]("map", "drift", False)
#: What the marks of the forecast mean, for the legend.
OVERLAY_MARKS: dict[str, str] = {
    "▰": "drift, 50 and 90 % regions",
    "━": "mean track",
    "○": "where it was seen",
}
#: A day ahead says more than the start does.
_FIRST_SHOWN_H = 24
#: Share of the positions of all hours that the widened map holds.
_INNER = 0.8
#: A forecast further off would shrink the cells to dots; it is named in words instead.
_MOST_WIDER = 2.0
DrawMap = Callable[["list[pdk.Layer]", "list[pdk.Layer]", str], None]


def drift_choice() -> "Forecast | None":
    """Draw the control where there is a forecast; return the newest one if it is on."""
    found = drift_data.newest()
    if found is None:
        return None
    if not st.toggle(
        "Drift",
        key=DRIFT.key,
        bind="query-params",
        help="Lay the newest drift forecast over the cells, with a slider of hours.",
    ):
        return None
    try:
        return drift_data.forecast(found["forecast_id"])
    except CleanupError as error:
        error_panel(error, kept="The record of the forecast and the map are kept.")
        return None


def drift_extent(opened: "Forecast", frame: MapFrame) -> MapFrame:
    """Widen a map by where the debris most likely goes, if that is on its side."""
    drift = drift_frame(opened.frame, inner=_INNER)
    west = frame.place((drift.west + drift.east) / 2.0) - drift.width / 2.0
    wide = MapFrame(
        min(frame.west, west),
        min(frame.south, drift.south),
        max(frame.east, west + drift.width),
        max(frame.north, drift.north),
    )
    far = wide.width > _MOST_WIDER * max(frame.width, drift.width)
    high = wide.height > _MOST_WIDER * max(frame.height, drift.height)
    return frame if far or high else wide


def drift_caption(opened: "Forecast", frame: MapFrame) -> None:
    """Say which forecast is drawn, and where it lies if not on this map."""
    said = f"Drift: {opened.name}, made {when(opened.created_at)}, for each hotspot"
    inside = (
        opened.seeds["lat"].between(frame.south, frame.north)
        & opened.seeds["lon"].map(frame.place).between(frame.west, frame.east)
    ).sum()
    if inside < len(opened.seeds):
        left = len(opened.seeds) - int(inside)
        said += f"; {left} of {len(opened.seeds)} start outside this map"
    st.caption(plain(said) + ".")


def drift_player(opened: "Forecast", frame: MapFrame, draw_cells: DrawMap) -> None:
    """Draw the map with the forecast on top and the hours below it.

    Parameters
    ----------
    opened : Forecast
        The forecast.
    frame : MapFrame
        Extent of the map.
    draw_cells : callable
        Draws the map with layers below and above its own, and words for its
        description.
    """
    hours = sorted((int(h) for h in opened.frame["hour"].unique()), key=abs)
    begin = pd.Timestamp(opened.frame["time"][opened.frame["hour"] == 0].min())
    moments = [(begin + pd.Timedelta(hours=h)).to_pydatetime() for h in hours]
    names = seed_names(opened)
    means = mean_tracks(opened, names)

    def draw(index: int) -> None:
        hour = hours[index]
        found = drift_data.regions_at(opened.forecast_id, hour)
        under, over = overlay_layers(
            regions=found.assign(seed=found["seed"].map(names)),
            tracks=means[means["hour"].abs() <= abs(hour)],
            starts=opened.seeds.assign(seed=opened.seeds["seed"].map(names)).dropna(
                subset=["seed"]
            ),
            frame=frame,
        )
        draw_cells(under, over, f" With them the drift at {when(moments[index])}.")

    time_player(
        moments,
        draw,
        key=f"map_drift_{opened.forecast_id}",
        first=min(_FIRST_SHOWN_H, len(hours) - 1),
        below=True,
    )
