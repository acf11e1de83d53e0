"""Live sensors: who was heard, where, and how long ago; refreshes by itself."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import forcing_data
from dashboard.components.formats import number, when
from dashboard.components.maps import MapFrame, draw_map, records
from dashboard.components.photo_gallery import plain
from dashboard.components.small_map import fitted
from dashboard.components.tables import Column, table
from dashboard.theme import MAP_COLOURS, hex_to_rgb, theme_name

if TYPE_CHECKING:
    import pandas as pd
    import pydeck as pdk

__all__ = ["sensor_panel"]

_REFRESH_S = 3.0
_MAP_PX = 380
_STATE_COLOURS = {"Heard": "#009E73", "Silent": "#E69F00", "Offline": "#999999"}
_COLUMNS = {
    "sensor_id": Column("Sensor"),
    "platform": Column("Platform"),
    "state": Column("State"),
    "age_min": Column("Last heard (min ago)", kind="number"),
    "observed_at": Column("Last fix (UTC)", kind="time"),
    "lat": Column("Latitude (°)", kind="number", decimals=4),
    "lon": Column("Longitude (°)", kind="number", decimals=4),
}


@st.fragment(run_every=_REFRESH_S)
def sensor_panel() -> None:
    """Draw the sensors; only this part of the page runs again."""
    frame = forcing_data.sensors()
    if frame.empty:
        _nothing_heard()
    else:
        _heard(frame)
    _refused()


def _heard(frame: "pd.DataFrame") -> None:
    heard = int((frame["state"] == "Heard").sum())
    newest = frame["observed_at"].max()
    st.markdown(
        f"**{heard} of {len(frame)} sensors** heard in the last 10 minutes; the newest "
        f"fix is of {when(newest.to_pydatetime() if newest == newest else None)}."
    )
    placed = frame.dropna(subset=["lat", "lon"])
    left, right = st.columns([4, 5], gap="medium")
    with left:
        if not placed.empty:
            _map(placed)
    with right:
        table(frame, _COLUMNS, name="ocean-sensors", title="Sensors", height=_MAP_PX)


def _refused() -> None:
    refused = forcing_data.refused_messages()
    if len(refused):
        with st.expander(f"Refused messages, newest {len(refused)}"):
            table(
                refused,
                {
                    "received_at": Column("Received (UTC)", kind="time"),
                    "topic": Column("Topic"),
                    "reason": Column("Reason"),
                    "payload": Column("Message"),
                },
                name="ocean-refused",
            )


def _nothing_heard() -> None:
    url = forcing_data.listening_url()
    broker = f"the broker {plain(url)}" if url else "a broker"
    with st.container(border=True):
        st.markdown(
            ":material/sensors: No sensor was heard yet. Buoys and vessels that send "
            f"to {broker} appear here while this runs beside the dashboard:"
        )
        command = "python -m core ingest mqtt"
        st.code(command if url else f"{command} --url mqtt://HOST:1883", language=None)


def _map(placed: "pd.DataFrame") -> None:
    frame = fitted(
        MapFrame.around(placed["lat"].tolist(), placed["lon"].tolist(), margin=0.3),
        width_px=420,
        height_px=_MAP_PX,
    )
    draw_map(
        [*_tracks(placed, frame), _dots(placed, frame)],
        frame,
        key="ocean_sensor_map",
        height=_MAP_PX,
        alt="Last positions of the sensors and their tracks; the table beside holds "
        "every figure.",
    )


def _tracks(placed: "pd.DataFrame", frame: MapFrame) -> "list[pdk.Layer]":
    import pydeck as pdk

    grey = list(MAP_COLOURS[theme_name()].text)
    paths: list[dict[str, Any]] = []
    for sensor_id in placed["sensor_id"]:
        fixes = forcing_data.track(sensor_id).dropna(subset=["lat", "lon"])
        good = fixes.loc[fixes["quality_flag"] <= 2]
        path = [
            [round(frame.place(x), 4), round(y, 4)]
            for y, x in zip(good["lat"], good["lon"], strict=True)
        ]
        paths.append({"path": path, "tip": f"Track of {sensor_id}"})
    return [
        pdk.Layer(
            "PathLayer",
            paths,
            id="sensor-tracks",
            get_path="path",
            get_color=[*grey, 140],
            width_min_pixels=1.5,
            width_max_pixels=1.5,
            pickable=True,
        )
    ]


def _dots(placed: "pd.DataFrame", frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    rows = [
        {
            "at": [round(frame.place(row["lon"]), 4), round(row["lat"], 4)],
            "colour": [*hex_to_rgb(_STATE_COLOURS[row["state"]]), 255],
            "tip": f"{row['sensor_id']}: {row['state'].lower()}, "
            f"{number(row['age_min'], 'min', digits=2)} ago",
        }
        for row in records(placed.drop(columns="observed_at"))
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        rows,
        id="sensor-dots",
        get_position="at",
        get_fill_color="colour",
        get_line_color=list(MAP_COLOURS[theme_name()].text),
        stroked=True,
        line_width_min_pixels=1,
        get_radius=1,
        radius_min_pixels=6,
        radius_max_pixels=6,
        pickable=True,
    )
