"""A drift forecast as people read it: the map by hour, the table, the comparison."""

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard import drift_data
from dashboard.components.drift_map import (
    MARKS,
    drift_frame,
    drift_layers,
    stranding_scale,
)
from dashboard.components.drift_tracks import mean_tracks, seed_names
from dashboard.components.drift_words import moved_km, seed_name, span
from dashboard.components.formats import mass, when
from dashboard.components.maps import draw_map, legend
from dashboard.components.photo_gallery import plain
from dashboard.components.small_map import fitted
from dashboard.components.tables import Column, table
from dashboard.components.time_slider import time_player

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from core.forecasts import Forecast

__all__ = ["drift_result"]


#: A day ahead says more than the start does.
_FIRST_SHOWN_H = 24


def drift_result(opened: "Forecast", *, beside: "DeltaGenerator") -> None:
    """Draw the forecast; the choice of one hotspot goes beside that of the forecast."""
    names = seed_names(opened)
    with beside:
        only = _one_hotspot(opened, names)
    _map(opened, names, only)
    _table(opened)
    _left_out(opened)


def _map(opened: "Forecast", names: dict[int, str], only: str | None) -> None:
    frame = fitted(drift_frame(opened.frame), width_px=880, height_px=600)
    hours = sorted(opened.frame["hour"].unique(), key=abs)
    begin = pd.Timestamp(opened.frame["time"][opened.frame["hour"] == 0].min())
    moments = [(begin + pd.Timedelta(hours=int(h))).to_pydatetime() for h in hours]
    coast = drift_data.stranding_lines(opened.forecast_id)
    scale = stranding_scale(coast)
    means = mean_tracks(opened, names)
    if len(coast):
        legend(scale, label="Chance to strand, all hotspots", marks=MARKS)
    else:
        words = " &nbsp; ".join(f"{mark} {text}" for mark, text in MARKS.items())
        st.caption(words)

    def draw(index: int) -> None:
        hour = int(hours[index])
        now = opened.frame[opened.frame["hour"] == hour]
        regions = drift_data.regions_at(opened.forecast_id, hour)
        kept = drift_data.persistence_at(opened.forecast_id, hour)
        so_far = means[means["hour"].abs() <= abs(hour)]
        draw_map(
            drift_layers(
                members=_of(now[now["member"] > 0], names, only),
                regions=_of(regions, names, only),
                tracks=so_far if only is None else so_far[so_far["seed"] == only],
                starts=_of(opened.seeds, names, only),
                persistence=_of(kept, names, only),
                stranding=coast,
                scale=scale,
                frame=frame,
            ),
            frame,
            key=f"drift_map_{opened.forecast_id}",
            height=600,
            alt=f"Drift at {when(moments[index])}: {_alt(regions)}. The table below "
            "holds every figure.",
        )

    time_player(
        moments,
        draw,
        key=f"drift_{opened.forecast_id}",
        label="Hours back" if opened.kind == "hindcast" else "Hours ahead",
        first=_FIRST_SHOWN_H,
    )


def _one_hotspot(opened: "Forecast", names: dict[int, str]) -> str | None:
    """Draw the choice of one hotspot; None shows all of them."""
    if len(names) < 2:
        return None
    chosen = st.selectbox(
        "On the map",
        list(names.values()),
        index=None,
        placeholder="All hotspots",
        key=f"drift_only_{opened.forecast_id}",
    )
    return str(chosen) if chosen else None


def _of(rows: pd.DataFrame, names: dict[int, str], only: str | None) -> pd.DataFrame:
    """Rows with the names that people know their seeds by; of one seed if asked."""
    named = rows.assign(seed=rows["seed"].map(names))
    return named if only is None else named[named["seed"] == only]


def _alt(regions: pd.DataFrame) -> str:
    wide = regions.loc[regions["level"] > 0.89, "area_km2"].dropna()
    if wide.empty:
        return "no region can be drawn"
    return f"{len(wide)} regions of 90 %, {span(wide.tolist(), 'km²')}"


def _table(opened: "Forecast") -> None:
    rows = []
    for seed in opened.summary["seeds"]:
        found = seed["stranding"]
        for day in seed["days"]:
            rows.append(
                {
                    "seed": seed_name(seed),
                    "category": seed["category"],
                    "time": _time(day["time"]),
                    "hour": day["hour"],
                    "lat": day["lat"],
                    "lon": day["lon"],
                    "moved_km": moved_km(seed, day),
                    "area_50_km2": day["area_50_km2"],
                    "area_90_km2": day["area_90_km2"],
                    "persistence_km": moved_km(seed, day.get("persistence", {})),
                    "stranded": day["share_stranded"],
                    "out": day["share_out"],
                    "mass_kg": seed["mass_kg"],
                    "strands_by_end": found["probability"],
                    "strands_low": found["low"],
                    "strands_high": found["high"],
                    "simulated": opened.simulated,
                }
            )
    frame = pd.DataFrame(rows)
    numbers = ["lat", "lon", "moved_km", "area_50_km2", "area_90_km2", "persistence_km"]
    frame[numbers] = frame[numbers].astype("float64")
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    back = opened.kind == "hindcast"
    table(
        frame,
        {
            "seed": Column("Hotspot"),
            "time": Column("Time (UTC)", kind="time"),
            "lat": Column("Lat (°)", kind="number", decimals=2),
            "lon": Column("Lon (°)", kind="number", decimals=2),
            "moved_km": Column(
                "Moved (km)",
                kind="number",
                help="From where it was seen to the mean position; staying put would "
                "be 0.",
            ),
            "persistence_km": Column(
                "Persistence (km)",
                kind="number",
                help="How far it would be had it gone on as it began.",
            ),
            "area_50_km2": Column("50 % area (km²)", kind="number"),
            "area_90_km2": Column("90 % area (km²)", kind="number"),
            "stranded": Column("From the coast" if back else "Stranded", kind="share"),
            "out": Column(
                "Left area",
                kind="share",
                help="Members that left the area of the currents; what becomes of them "
                "is not known.",
            ),
        },
        name="drift-days",
        title="By hotspot and day",
        extra_downloads=drift_data.downloads(opened.forecast_id),
    )
    _totals(opened)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _totals(opened: "Forecast") -> None:
    last = opened.summary["totals"][-1]
    sources = ", ".join(
        f"{row['kind']}: {row['name']}" for row in opened.summary["forcing"]
    )
    said = f"Made {when(opened.created_at)} by {opened.created_by} from {sources}"
    if opened.kind == "forecast" and last["n_without_mass"] < last["n_seeds"]:
        said += (
            f". Expected after {abs(last['hour'])} h: "
            f"{mass(last['expected_kg_afloat'])} afloat, "
            f"{mass(last['expected_kg_stranded'])} ashore"
        )
    st.caption(f"{plain(said)}; n = {opened.summary['members']} members")


def _left_out(opened: "Forecast") -> None:
    refused, flagged = opened.summary["refused"], opened.summary["flagged"]
    if refused:
        st.warning(
            f"{len(refused)} left out: "
            + "; ".join(plain(str(issue["reason"])) for issue in refused[:5]),
            icon=":material/block:",
        )
    doubts = [*(str(x["reason"]) for x in flagged), *opened.summary["warnings"]]
    if doubts:
        with st.expander(f"Assumptions and doubts ({len(doubts)})"):
            for doubt in dict.fromkeys(doubts):
                st.markdown(f"- {plain(doubt)}")
