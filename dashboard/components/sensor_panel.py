"""Live sensors: who was heard, where, and how long ago; refreshes by itself."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import forcing_data
from dashboard.components.formats import ago, when
from dashboard.components.maps import MapFrame, draw_map, records
from dashboard.components.photo_gallery import plain
from dashboard.components.small_map import filled
from dashboard.components.tables import Column, table
from dashboard.theme import MAP_COLOURS, hex_to_rgb, theme_name

if TYPE_CHECKING:
    import pandas as pd
    import pydeck as pdk

__all__ = ["sensor_panel"]

_REFRESH_S = 3.0
#: Less than the canvas has, so that labels at the edges stand inside it.
_MAP_PX, _MAP_WIDTH_PX = 380, 300
#: More sensors than this scroll in a table as tall as the map.
_MOST_ROWS = 9
#: Bounds of what is read every few seconds and sent to the browser.
_MOST_TRACKS, _TRACK_POINTS = 50, 20_000
_STATE_COLOURS = {"Heard": "#009E73", "Silent": "#E69F00", "Offline": "#999999"}
_COLUMNS = {
    "sensor_id": Column("Sensor"),
    "state": Column("State"),
    "heard": Column("Last heard"),
    "observed_at": Column("Last fix (UTC)", kind="time"),
    "lat": Column("Lat (°)", kind="number", decimals=3),
    "lon": Column("Lon (°)", kind="number", decimals=3),
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
    left, right = st.columns([4, 6], gap="medium")
    with left:
        if not placed.empty:
            _map(placed)
            st.caption(":green[●] heard &nbsp; ○ silent or offline &nbsp; ━ track")
    with right:
        table(
            frame.assign(heard=frame["age_min"].map(ago)),
            _COLUMNS,
            name="ocean-sensors",
            title="Sensors",
            height=_MAP_PX if len(frame) > _MOST_ROWS else "auto",
        )


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
    frame = filled(
        MapFrame.around(placed["lat"].tolist(), placed["lon"].tolist(), margin=0.2),
        width_px=_MAP_WIDTH_PX,
        height_px=_MAP_PX,
    )
    draw_map(
        [*_tracks(placed, frame), _dots(placed, frame)],
        frame,
        key="ocean_sensor_map",
        height=_MAP_PX,
        width_px=_MAP_WIDTH_PX,
        alt="Last positions of the sensors and their tracks; the table beside holds "
        "every figure.",
    )


def _tracks(placed: "pd.DataFrame", frame: MapFrame) -> "list[pdk.Layer]":
    import pydeck as pdk

    grey = list(MAP_COLOURS[theme_name()].text)
    paths: list[dict[str, Any]] = []
    drawn = placed.head(_MOST_TRACKS)  # those heard last come first
    newest = [moment.to_pydatetime() for moment in drawn["observed_at"]]
    for sensor_id, until in zip(drawn["sensor_id"].astype(str), newest, strict=True):
        good = forcing_data.track(
            sensor_id,
            until=until,
            most=_TRACK_POINTS // len(drawn),
        )
        path = [
            [round(frame.place(x), 4), round(y, 4)]
            for y, x in zip(good["lat"], good["lon"], strict=True)
        ]
        paths.append({"path": path, "tip": f"Track of {sensor_id}, one day"})
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
            "colour": [*hex_to_rgb(_STATE_COLOURS[row["state"]])],
            # Shape as well as colour: only what is heard now is filled.
            "fill": [
                *hex_to_rgb(_STATE_COLOURS[row["state"]]),
                255 if row["state"] == "Heard" else 0,
            ],
            "tip": f"{row['sensor_id']}, {row['platform'] or 'unknown platform'}: "
            f"{row['state'].lower()}, " + ago(row["age_min"]),
        }
        for row in records(placed.drop(columns="observed_at"))
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        rows,
        id="sensor-dots",
        get_position="at",
        get_fill_color="fill",
        get_line_color="colour",
        stroked=True,
        line_width_min_pixels=3,
        line_width_max_pixels=3,
        get_radius=1,
        radius_min_pixels=6,
        radius_max_pixels=6,
        pickable=True,
    )
