"""Sites, ports and closed areas on a small map, before anything is planned."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.routing.request import area_to_feature
from dashboard.components.formats import interval
from dashboard.components.maps import MapFrame, draw_map
from dashboard.components.plan_closed import closed_layers
from dashboard.theme import MAP_COLOURS, hex_to_rgb, theme_name

if TYPE_CHECKING:
    import pandas as pd
    import pydeck as pdk

    from core.routing import ClosedArea

__all__ = ["site_map"]

_HEIGHT = 340
_SITE = "#D55E00"
_LEGEND = (
    f'<span style="color:{_SITE}">&#9679;</span> site, area by mass &emsp; '
    "&#9675; port or start at sea"
)
_CLOSED_LEGEND = ' &emsp; <span style="color:#787878">&#9638;</span> closed area'
_LEAST_PX, _MOST_PX = 4.0, 16.0


def site_map(
    sites: "pd.DataFrame",
    fleet: Mapping[str, Any],
    closed: "Sequence[ClosedArea]",
) -> None:
    """Draw sites by mass, ports, and closed areas; tooltips name them."""
    ports = list(_ports(fleet))
    lat = [*sites["lat"].tolist(), *(one["lat"] for one in ports)]
    lon = [*sites["lon"].tolist(), *(one["lon"] for one in ports)]
    frame = MapFrame.around(lat, lon)
    st.html(_LEGEND + (_CLOSED_LEGEND if closed else ""))
    draw_map(
        [
            *closed_layers([area_to_feature(area) for area in closed], frame),
            _site_layer(sites, frame),
            *_port_layers(ports, frame),
        ],
        frame,
        key="planner_site_map",
        height=_HEIGHT,
        alt=f"Map of {len(sites)} sites, {len(ports)} ports and {len(closed)} closed "
        "areas. The table above lists the sites.",
    )


def _site_layer(sites: "pd.DataFrame", frame: MapFrame) -> "pdk.Layer":
    import pydeck as pdk

    columns = ["site", "lat", "lon", "mass_kg", "mass_kg_low", "mass_kg_high"]
    most = float(sites["mass_kg"].max())
    drawn = [
        {
            "place": [frame.place(lon), lat],
            # Area grows with mass.
            "size": max(_MOST_PX * (kg / most) ** 0.5, _LEAST_PX),
            "tip": f"{site}\n{interval(kg, low, high, 'kg')}",
        }
        for site, lat, lon, kg, low, high in sites[columns].to_numpy().tolist()
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        drawn,
        id="planner-sites",
        get_position="place",
        get_radius="size",
        radius_units=pdk.types.String("pixels"),
        get_fill_color=[*hex_to_rgb(_SITE), 190],
        get_line_color=list(MAP_COLOURS[theme_name()].sea),
        stroked=True,
        line_width_min_pixels=1,
        pickable=True,
    )


def _ports(fleet: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Ports of a fleet, and vessels that start at sea."""
    for port in fleet.get("ports", ()):
        if isinstance(port.get("lat"), float | int):
            name = port.get("name") or port.get("locode")
            yield {"lat": port["lat"], "lon": port["lon"], "tip": f"Port {name}"}
    for vessel in fleet.get("vessels", ()):
        place = vessel.get("start")
        if isinstance(place, dict) and isinstance(place.get("lat"), float | int):
            tip = f"{vessel.get('name')} starts here"
            yield {"lat": place["lat"], "lon": place["lon"], "tip": tip}


def _port_layers(
    ports: Sequence[Mapping[str, Any]], frame: MapFrame
) -> "list[pdk.Layer]":
    import pydeck as pdk

    drawn = [
        {"place": [frame.place(one["lon"]), one["lat"]], "tip": one["tip"]}
        for one in ports
    ]
    return [
        pdk.Layer(
            "ScatterplotLayer",
            drawn,
            id="planner-ports",
            get_position="place",
            get_line_color=list(MAP_COLOURS[theme_name()].text),
            get_fill_color=[0, 0, 0, 0],
            stroked=True,
            line_width_min_pixels=2.5,
            radius_min_pixels=7,
            radius_max_pixels=7,
            pickable=True,
        )
    ]
