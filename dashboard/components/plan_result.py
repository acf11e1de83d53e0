"""A plan on screen: figures, map, timeline, stops, and what is left out."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.geo import bearing_deg
from core.routing.schedule import iso_utc
from dashboard import plan_data
from dashboard.components.charts import chart, figure
from dashboard.components.formats import interval, mass, number
from dashboard.components.maps import MapFrame, draw_map
from dashboard.components.page import Figure, metric_row
from dashboard.components.tables import Column, table
from dashboard.theme import MAP_COLOURS, hex_to_rgb, theme_name

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = ["plan_answer", "plan_result"]

Document = Mapping[str, Any]

#: Okabe and Ito, those that show on a light and a dark sea.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_WORK = {
    "Transit": ("#56B4E9", ""),
    "Collecting": ("#D55E00", "/"),
    "Unloading": ("#999999", "x"),
}
_REASONS = {
    "endurance": "Endurance",
    "hold": "Hold",
    "time_window": "Horizon",
    "not_worth": "Not worth it",
    "unreachable": "No way by sea",
    "on_land": "On land",
    "weather": "Weather",
    "closed_area": "Closed area",
    "forbidden": "Forbidden",
}


def plan_answer(document: Document) -> str:
    """Return the answer of the page in a sentence."""
    totals = document["totals"]
    expected = interval(
        totals["mass_kg"], totals["mass_kg_low"], totals["mass_kg_high"], "kg"
    )
    sailing = sum(bool(vessel["trips"]) for vessel in document["vessels"])
    return (
        f"**{expected}** expected from {len(list(_stops(document)))} stops by "
        f"{sailing} of {len(document['vessels'])} vessels within "
        f"{document['horizon_h']:.0f} h; {len(document['unassigned'])} sites left out."
    )


def plan_result(document: Document) -> None:
    """Draw a plan."""
    _figures(document)
    _map(document)
    files = plan_data.exports(document)
    stops = pd.DataFrame(list(_stops(document)))
    for column in ("arrive", "leave"):
        stops[column] = pd.to_datetime(stops[column], utc=True)
    table(
        stops,
        {
            "vessel": Column("Vessel"),
            "number": Column("Stop", "number", decimals=0),
            "site": Column("Site"),
            "arrive": Column("Arrive", "time"),
            "leave": Column("Leave", "time"),
            "mass_kg": Column("Mass (kg)", "number"),
            "mass_kg_low": Column("Low (kg)", "number"),
            "mass_kg_high": Column("High (kg)", "number"),
            "leg_nm": Column("Leg before (nm)", "number"),
            "fuel_l": Column("Fuel (l)", "number", help="Leg before and work on site."),
        },
        name="planner-stops",
        title="Stops",
    )
    _downloads(files)
    _timeline(document)
    _left_out(document)
    with st.expander("What this rests on", icon=":material/info:"):
        for note in document["notes"]:
            st.markdown(f"- {note}")
        st.caption(
            f"Solver {document['solver']}, seed {document['seed']}. Highs and lows are "
            "added up, as if every site were high or low at once."
        )


def _figures(document: Document) -> None:
    totals = document["totals"]
    kg = totals["mass_kg"]
    metric_row(
        [
            Figure(
                "Expected mass",
                mass(kg),
                f"{mass(totals['mass_kg_low'])} to {mass(totals['mass_kg_high'])}",
            ),
            Figure(
                "Hours at sea",
                number(totals["hours"], "h"),
                f"{number(kg / totals['hours'], digits=2)} kg an hour",
            ),
            Figure(
                "Fuel",
                number(totals["fuel_l"], "l"),
                f"{number(totals['co2_kg'] / 1000, 't', digits=2)} CO2",
            ),
            Figure(
                "Cost",
                number(totals["cost"]),
                f"{number(totals['cost'] / kg, digits=2)} per kg",
                help="Hours at sea and unloading at each vessel's rate, in the "
                "currency of the fleet table.",
            ),
        ]
    )


def _stops(document: Document) -> Iterator[dict[str, Any]]:
    """List stops in order, numbered for each vessel over all its trips."""
    for vessel in document["vessels"]:
        count = 0
        for trip in vessel["trips"]:
            for stop, leg in zip(trip["stops"], trip["legs"], strict=False):
                count += 1
                yield {
                    "vessel": vessel["name"],
                    "number": count,
                    **stop,
                    "leg_nm": leg["distance_km"] / 1.852,
                    "fuel_l": stop["fuel_l"] + leg["fuel_l"],
                }


def _map(document: Document) -> None:
    legs = list(_legs(document))
    points = [point for leg in legs for point in leg["path"]]
    frame = MapFrame.around([p[1] for p in points], [p[0] for p in points])
    st.html(_vessel_legend(document))
    draw_map(
        _layers(document, legs, frame),
        frame,
        key="planner_map",
        height=560,
        alt=f"Map of {len(legs)} legs and {len(list(_stops(document)))} numbered "
        "stops. The table below lists every stop.",
    )


def _vessel_legend(document: Document) -> str:
    """Colour of each vessel that sails; names are escaped."""
    marks = [
        f'<span style="color:{_COLOURS[i % len(_COLOURS)]}">&#9632;</span> '
        f"{escape(vessel['name'])}"
        for i, vessel in enumerate(document["vessels"])
        if vessel["trips"]
    ]
    return " &emsp; ".join(marks)


def _legs(document: Document) -> Iterator[dict[str, Any]]:
    for i, vessel in enumerate(document["vessels"]):
        for number_, trip in enumerate(vessel["trips"], start=1):
            for leg in trip["legs"]:
                yield {
                    "path": leg["path"],
                    "colour": list(hex_to_rgb(_COLOURS[i % len(_COLOURS)])),
                    "tip": f"{vessel['name']}, trip {number_}\n"
                    f"{leg['distance_km'] / 1.852:.0f} nm "
                    f"({leg['distance_km']:.0f} km), {leg['hours']:.1f} h",
                }


def _layers(
    document: Document, legs: list[dict[str, Any]], frame: MapFrame
) -> "list[pdk.Layer]":
    import pydeck as pdk

    colours = MAP_COLOURS[theme_name()]
    drawn = [
        {**leg, "path": [[frame.place(lon), lat] for lon, lat in leg["path"]]}
        for leg in legs
    ]
    order = [vessel["name"] for vessel in document["vessels"]]
    stops = [
        {
            "place": [frame.place(stop["lon"]), stop["lat"]],
            "label": str(stop["number"]),
            "colour": list(
                hex_to_rgb(_COLOURS[order.index(stop["vessel"]) % len(_COLOURS)])
            ),
            "tip": f"{stop['number']} {stop['site']} ({stop['vessel']})\n"
            f"{_mass_of(stop)}\narrive {stop['arrive']}\nleave {stop['leave']}",
        }
        for stop in _stops(document)
    ]
    text = {"font_weight": 700, "get_position": "place"}
    return [
        pdk.Layer(
            "PathLayer",
            drawn,
            id="planner-legs",
            get_path="path",
            get_color="colour",
            width_min_pixels=2.5,
            width_max_pixels=2.5,
            cap_rounded=True,
            joint_rounded=True,
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            [_arrow(leg) for leg in drawn],
            id="planner-arrows",
            get_text="label",
            get_color="colour",
            get_angle="angle",
            get_size=20,
            **text,
        ),
        pdk.Layer(
            "ScatterplotLayer",
            stops,
            id="planner-stops",
            get_position="place",
            get_fill_color="colour",
            get_line_color=list(colours.sea),
            stroked=True,
            line_width_min_pixels=1.5,
            radius_min_pixels=11,
            radius_max_pixels=11,
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            stops,
            id="planner-numbers",
            get_text="label",
            get_color=[255, 255, 255],
            get_size=13,
            **text,
        ),
    ]


def _mass_of(stop: Mapping[str, Any]) -> str:
    low, high = stop["mass_kg_low"], stop["mass_kg_high"]
    return interval(stop["mass_kg"], low, high, "kg")


def _arrow(leg: dict[str, Any]) -> dict[str, Any]:
    """Arrow at the middle of a leg, turned along its course."""
    path = np.array(leg["path"])
    steps = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    k = int(np.clip(np.searchsorted(along, along[-1] / 2) - 1, 0, len(path) - 2))
    a, b = path[k], path[k + 1]
    course = bearing_deg(lat1=a[1], lon1=a[0], lat2=b[1], lon2=b[0])
    # The character points east; angles run counter-clockwise.
    return {
        "place": ((a + b) / 2).tolist(),
        "label": ">",
        "angle": 90.0 - course,
        "colour": leg["colour"],
    }


def _downloads(files: Mapping[str, tuple[bytes, str]]) -> None:
    with st.container(horizontal=True, gap="small"):
        for name, (content, media_type) in files.items():
            ending = name.rpartition(".")[2]
            label = "GeoJSON" if ending == "geojson" else ending.upper()
            st.download_button(
                f"Download {label}",
                content,
                file_name=name,
                mime=media_type,
                key=f"planner_download_{ending}",
                on_click="ignore",
                icon=":material/download:",
            )


def _spans(document: Document) -> Iterator[dict[str, Any]]:
    """List what every vessel does when."""
    for vessel in document["vessels"]:
        for trip in vessel["trips"]:
            ends = [*(stop["arrive"] for stop in trip["stops"]), trip["return"]]
            for leg, end in zip(trip["legs"], ends, strict=True):
                yield _span(vessel["name"], "Transit", leg["depart"], end, "")
            for stop in trip["stops"]:
                yield _span(
                    vessel["name"],
                    "Collecting",
                    stop["arrive"],
                    stop["leave"],
                    stop["site"],
                )
            if trip["unload_h"]:
                back = pd.Timestamp(trip["return"])
                until = iso_utc(back + pd.Timedelta(hours=trip["unload_h"]))
                yield _span(
                    vessel["name"], "Unloading", trip["return"], until, trip["end"]
                )


def _span(vessel: str, work: str, start: str, end: str, at: str) -> dict[str, Any]:
    return {
        "vessel": vessel,
        "work": work,
        "start": pd.Timestamp(start),
        "end": pd.Timestamp(end),
        "at": at,
    }


def _timeline(document: Document) -> None:
    import plotly.graph_objects as go

    spans = pd.DataFrame(list(_spans(document)))
    hours = (spans["end"] - spans["start"]).dt.total_seconds() / 3600.0
    n_vessels = spans["vessel"].nunique()
    drawn = figure(x_title="Time (UTC)", height=140 + 46 * n_vessels)
    for work, (colour, pattern) in _WORK.items():
        kind = spans["work"] == work
        if kind.any():
            drawn.add_trace(
                go.Bar(
                    y=spans.loc[kind, "vessel"],
                    x=hours[kind] * 3_600_000.0,
                    base=spans.loc[kind, "start"],
                    orientation="h",
                    name=work,
                    marker={"color": colour, "pattern": {"shape": pattern}},
                    customdata=np.column_stack([spans.loc[kind, "at"], hours[kind]]),
                    hovertemplate="%{y}: " + work + " %{customdata[0]}<br>"
                    "%{customdata[1]:.1f} h<extra></extra>",
                )
            )
    drawn.update_layout(barmode="overlay")
    drawn.update_xaxes(type="date")
    drawn.update_yaxes(autorange="reversed")
    shares = hours.groupby(spans["work"]).sum() / hours.sum()
    most = str(shares.idxmax())
    chart(
        drawn,
        title=f"{most} takes {shares.max():.0%} of the vessels' time",
        name="planner-timeline",
        alt="Timeline of each vessel: "
        + ", ".join(f"{str(work).lower()} {part:.0%}" for work, part in shares.items()),
        source="this plan" + (", simulated sites" if document["simulated"] else ""),
        data=spans.assign(hours=hours),
    )


def _left_out(document: Document) -> None:
    rows = [
        {**one, "reason": _REASONS.get(one["reason"], one["reason"]), "left_kg": None}
        for one in document["unassigned"]
    ]
    rows += [
        {**one, "reason": f"{_REASONS.get(one['reason'], one['reason'])} (part stays)"}
        for one in document["partial"]
    ]
    if not rows:
        st.success("Every site is visited and emptied.", icon=":material/check:")
        return
    table(
        pd.DataFrame(rows),
        {
            "site": Column("Site"),
            "reason": Column("What binds"),
            "detail": Column("In figures"),
        },
        name="planner-left-out",
        title=f"Left out ({len(rows)})",
    )
