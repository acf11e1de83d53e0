"""The fleet of a plan: presets, an editable table, and fleets from a file."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import plan_data
from dashboard.components.page import error_panel
from dashboard.state import StateKey

__all__ = ["fleet_step", "table_mark"]

_FLEET = StateKey[str | None]("planner", "fleet", None)
_NUMBERS = {
    "speed_kn": "Transit (kn)",
    "collect_speed_kn": "Collecting (kn)",
    "sweep_width_m": "Sweep (m)",
    "hold_kg": "Hold (kg)",
    "endurance_h": "Endurance (h)",
}
_LIMITS = {
    "fuel_l_per_h": "Fuel (l/h)",
    "cost_per_h": "Cost (per h)",
    "max_wave_m": "Highest wave (m)",
    "max_wind_m_s": "Strongest wind (m/s)",
    "crew_hours_per_day": "Crew on deck (h/day)",
    "length_m": "Waterline (m)",
}
#: The whole table is seen on a screen of 1366 pixels.
_USE_PX, _NAME_PX, _NUMBER_PX, _PORT_PX = 58, 120, 110, 170


def fleet_step() -> dict[str, Any] | None:
    """Draw presets and the editable fleet; return it as a fleet document."""
    presets = plan_data.fleet_presets()
    names = list(presets)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container(width=340)
        _add_fleet()
        chosen = place.selectbox("Fleet", names, key=_FLEET.key)
    document = plan_data.fleet_presets()[chosen or names[0]]["document"]
    vessels = document.get("vessels", [])
    edited = _table(vessels, document.get("ports", []))
    limits = _limits(vessels)
    kept = [
        {**vessel, **_filled(row, _NUMBERS), **_filled(more, _LIMITS)}
        for vessel, (_, row), (_, more) in zip(
            vessels, edited.iterrows(), limits.iterrows(), strict=True
        )
        if row["use"]
    ]
    kept = [{k: v for k, v in one.items() if v is not None} for one in kept]
    st.caption(
        "Endurance counts hours at sea between two port calls. Figures of the demo "
        "and the example fleet are assumptions; change them here for this plan."
    )
    return {**document, "vessels": kept}


def _table(
    vessels: Sequence[Mapping[str, Any]], ports: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    table = pd.DataFrame(
        [
            {
                "use": True,
                "name": str(vessel.get("name", "")),
                **{field: vessel.get(field) for field in _NUMBERS},
                "port": _voyage(vessel, ports),
            }
            for vessel in vessels
        ],
        columns=["use", "name", *_NUMBERS, "port"],
    )
    config = st.column_config
    return st.data_editor(
        table,
        column_config={
            "use": config.CheckboxColumn("Use", width=_USE_PX),
            "name": config.TextColumn("Vessel", disabled=True, width=_NAME_PX),
            **{
                field: config.NumberColumn(label, format="localized", width=_NUMBER_PX)
                for field, label in _NUMBERS.items()
            },
            "port": config.TextColumn(
                "Port", disabled=True, width=_PORT_PX, help="Start, and end if another."
            ),
        },
        hide_index=True,
        key=f"planner_vessels_{table_mark(table)}",
    )


def _limits(vessels: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Draw fuel, cost, and what weather and crew allow."""
    table = pd.DataFrame(
        [
            {
                "name": str(vessel.get("name", "")),
                **{field: vessel.get(field) for field in _LIMITS},
            }
            for vessel in vessels
        ],
        columns=["name", *_LIMITS],
    ).astype(dict.fromkeys(_LIMITS, "float64"))
    config = st.column_config
    with st.expander("Fuel, cost, weather and crew", icon=":material/waves:"):
        edited = st.data_editor(
            table,
            column_config={
                "name": config.TextColumn("Vessel", disabled=True, width=_NAME_PX),
                **{
                    field: config.NumberColumn(label, format="localized")
                    for field, label in _LIMITS.items()
                },
            },
            hide_index=True,
            key=f"planner_limits_{table_mark(table)}",
        )
        st.caption(
            "Work stops above the highest wave and the strongest wind; an empty field "
            "sets no limit. Without a waterline length, added resistance in waves is "
            "worked out for an assumed one."
        )
    return edited


def _filled(row: "pd.Series[Any]", fields: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a row that hold a number; one emptied on screen is no limit."""
    return {name: None if pd.isna(row[name]) else row[name] for name in fields}


def _add_fleet() -> None:
    """Take a fleet file; what is wrong in it is named and nothing is stored."""
    with st.popover("Add a fleet", icon=":material/add:"):
        st.caption("A YAML file with vessels and ports; take the example and edit it.")
        st.download_button(
            "Download example",
            plan_data.example_fleet_file(),
            file_name="fleet.yaml",
            mime="application/yaml",
            on_click="ignore",
            icon=":material/download:",
            key="planner_fleet_example",
        )
        name = st.text_input(
            "Name of the fleet", max_chars=80, key="planner_fleet_name"
        ).strip()
        file = st.file_uploader(
            "Fleet file", type=["yaml", "yml"], key="planner_fleet_file"
        )
        is_known = name in plan_data.stored_fleets()
        agreed = not is_known or st.checkbox(
            f"Replace the stored fleet “{name}”",
            key=f"planner_fleet_replace_{name}",
        )
        if not st.button(
            "Replace fleet" if is_known else "Store fleet",
            disabled=file is None or not name or not agreed,
            key="planner_fleet_store",
        ):
            return
        try:
            plan_data.store_fleet(name, file.getvalue() if file else b"")
        except InputError as error:
            error_panel(error, kept="The fleets stored before are unchanged.")
            return
        _FLEET.set(name)
        st.rerun()


def table_mark(table: pd.DataFrame) -> str:
    """Mark of a table, so that edits of one are never applied to another."""
    return hashlib.sha256(table.to_json().encode()).hexdigest()[:12]


def _voyage(vessel: Mapping[str, Any], ports: Sequence[Mapping[str, Any]]) -> str:
    start = _place(vessel.get("start"), ports)
    end = _place(vessel.get("end"), ports)
    return f"{start} to {end}" if end and end != start else start


def _place(place: Any, ports: Sequence[Mapping[str, Any]]) -> str:
    if not isinstance(place, dict):
        return ""
    code = place.get("port")
    if not code:
        return f"{place.get('lat')}, {place.get('lon')}"
    named = [port.get("name") for port in ports if port.get("locode") == code]
    return f"{named[0]} ({code})" if named and named[0] else str(code)
