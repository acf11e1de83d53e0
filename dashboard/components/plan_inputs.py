"""What a plan is asked for: horizon, fleet and sites."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import plan_data, services
from dashboard.components.filters import observation_filters
from dashboard.components.page import error_panel
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.routing import Rejected, SitesRead

__all__ = ["Horizon", "Sites", "fleet_step", "horizon_step", "params", "sites_step"]

_FLEET = StateKey[str | None]("planner", "fleet", None)
_SOURCE = StateKey[str]("planner", "source", "Hotspots")
_NUMBERS = {
    "speed_kn": "Transit (kn)",
    "collect_speed_kn": "Collecting (kn)",
    "sweep_width_m": "Sweep (m)",
    "hold_kg": "Hold (kg)",
    "endurance_h": "Endurance (h)",
    "fuel_l_per_h": "Fuel (l/h)",
    "cost_per_h": "Cost (per h)",
}
_MOST_MASS = "Most mass"
_WORTH = "Only stops worth their hours"


@dataclass(frozen=True)
class Horizon:
    """When and how long, and what counts."""

    start_at: datetime
    hours: float
    seconds: float
    seed: int
    least_kg_per_h: float


@dataclass(frozen=True)
class Sites:
    """Places to visit, and where they come from."""

    frame: pd.DataFrame
    simulated: bool
    surveys: tuple[str, ...]
    rejected: "tuple[Rejected, ...]" = ()


def horizon_step() -> Horizon:
    """Draw horizon and objective."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    columns = st.columns([2, 2, 2, 3, 2], vertical_alignment="bottom")
    day = columns[0].date_input("Start (UTC)", tomorrow, key="planner_day")
    hour = columns[1].time_input("At (UTC)", "05:00", key="planner_time")
    hours = columns[2].number_input(
        "Horizon (h)", 1.0, 2000.0, 72.0, 12.0, key="planner_hours", format="%.0f"
    )
    aim = columns[3].selectbox("Objective", [_MOST_MASS, _WORTH], key="planner_aim")
    least = columns[4].number_input(
        "Least kg per added hour",
        0.0,
        10_000.0,
        10.0,
        5.0,
        key="planner_least",
        format="%.0f",
        disabled=aim == _MOST_MASS,
    )
    with st.expander("Search", icon=":material/tune:"):
        left, right = st.columns(2)
        seconds = left.number_input(
            "Longest search (s)", 1.0, 600.0, 10.0, key="planner_seconds", format="%.0f"
        )
        seed = right.number_input("Seed", 0, 2**31 - 1, 1, key="planner_seed")
    return Horizon(
        datetime.combine(day, hour, tzinfo=UTC),
        float(hours),
        float(seconds),
        int(seed),
        0.0 if aim == _MOST_MASS else float(least),
    )


def fleet_step() -> dict[str, Any] | None:
    """Draw presets and the editable fleet; return it as a fleet document."""
    _add_fleet()
    presets = plan_data.fleet_presets()
    names = list(presets)
    chosen = st.selectbox("Fleet", names, key=_FLEET.key, width=340)
    document = presets[chosen or names[0]]["document"]
    vessels = document.get("vessels", [])
    table = pd.DataFrame(
        [
            {
                "use": True,
                "name": str(vessel.get("name", "")),
                **{field: vessel.get(field) for field in _NUMBERS},
                "start": _place(vessel.get("start")),
            }
            for vessel in vessels
        ]
    )
    number = st.column_config.NumberColumn
    edited = st.data_editor(
        table,
        column_config={
            "use": st.column_config.CheckboxColumn("Use", width="small"),
            "name": st.column_config.TextColumn("Vessel", disabled=True),
            **{
                field: number(label, format="localized")
                for field, label in _NUMBERS.items()
            },
            "start": st.column_config.TextColumn("Port", disabled=True),
        },
        hide_index=True,
        key=f"planner_vessels_{_digest(table)}",
    )
    kept = [
        {**vessel, **{field: _value(row[field]) for field in _NUMBERS}}
        for vessel, (_, row) in zip(vessels, edited.iterrows(), strict=True)
        if row["use"]
    ]
    st.caption(
        "Endurance counts hours at sea between two port calls. Figures of the demo "
        "and the example fleet are assumptions; change them here for this plan."
    )
    return {**document, "vessels": kept}


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
        )
        file = st.file_uploader(
            "Fleet file", type=["yaml", "yml"], key="planner_fleet_file"
        )
        if not st.button(
            "Store fleet",
            disabled=file is None or not name.strip(),
            key="planner_fleet_store",
        ):
            return
        try:
            plan_data.store_fleet(name.strip(), file.getvalue() if file else b"")
        except InputError as error:
            error_panel(error, kept="The fleets stored before are unchanged.")
            return
        _FLEET.set(name.strip())


def _digest(table: pd.DataFrame) -> str:
    """Mark of a table, so that edits of one are never applied to another."""
    return hashlib.sha256(table.to_json().encode()).hexdigest()[:12]


def _value(value: Any) -> Any:
    return None if pd.isna(value) else value


def _place(place: Any) -> str:
    if not isinstance(place, dict):
        return ""
    return str(place.get("port") or f"{place.get('lat')}, {place.get('lon')}")


def sites_step() -> Sites | None:
    """Draw where sites come from; return those to visit."""
    source = st.segmented_control(
        "Sites from",
        ["Hotspots", "File"],
        default=_SOURCE.default,
        required=True,
        key=_SOURCE.key,
    )
    if source == "File":
        return _from_file()
    rows = services.observations()
    if rows.empty:
        st.info(
            "No observations yet, so there are no hotspots. Add survey photos first, "
            "or choose File to upload sites.",
            icon=":material/photo_camera:",
        )
        return None
    filters = observation_filters(rows, services.category_labels(), page="planner")
    used = plan_data.filtered(rows, filters)
    found = plan_data.hotspots(used, min_mass_kg=1.0, max_sites=60)
    if found.empty:
        st.info("Nothing heavier than 1 kg fits these filters.")
        return None
    surveys = tuple(sorted(used["survey"].unique().tolist()))
    return Sites(_chosen(found), bool(found["simulated"].any()), surveys)


def _from_file() -> Sites | None:
    file = st.file_uploader(
        "Sites as CSV: site, lat, lon, mass_kg", type=["csv"], key="planner_file"
    )
    if file is None:
        return None
    try:
        read = plan_data.uploaded_sites(file.getvalue())
    except InputError as error:
        error_panel(error, kept="No site was taken from the file.")
        return None
    if read.rejected or read.notes:
        _refused(read)
    chosen = _chosen(read.frame)
    return Sites(chosen, simulated=False, surveys=(), rejected=read.rejected)


def _refused(read: "SitesRead") -> None:
    """Name the rows that are not planned, and what is not read."""
    if read.rejected:
        records = {one.record for one in read.rejected}
        st.warning(
            f"{len(records)} of the file's rows cannot be planned; the other "
            f"{len(read.frame)} can.",
            icon=":material/rule:",
        )
        named = pd.DataFrame([one.to_dict() for one in read.rejected])
        st.dataframe(
            named,
            column_config={
                "record": "Row",
                "field": "Field",
                "value": "Value",
                "reason": "What is wrong",
            },
            hide_index=True,
            key="planner_refused",
        )
    for note in read.notes:
        st.caption(note)


def _chosen(sites: pd.DataFrame) -> pd.DataFrame:
    """Draw the sites with a box each; return those that are ticked."""
    shown = ["site", "lat", "lon", "mass_kg", "mass_kg_low", "mass_kg_high", "category"]
    shown += [name for name in ("n_items", "basis") if name in sites]
    number = st.column_config.NumberColumn
    labels = services.category_labels()
    table = sites[shown].assign(
        category=sites["category"].map(lambda code: labels.get(code, code))
    )
    table.insert(0, "use", True)
    digits = {"mass_kg": 0, "mass_kg_low": 0, "mass_kg_high": 0}
    edited = st.data_editor(
        table.round(digits),
        column_config={
            "use": st.column_config.CheckboxColumn("Use", width="small"),
            "site": "Site",
            "lat": number("Lat", format="%.3f"),
            "lon": number("Lon", format="%.3f"),
            "mass_kg": number("Mass (kg)", format="localized"),
            "mass_kg_low": number("Low (kg)", format="localized"),
            "mass_kg_high": number("High (kg)", format="localized"),
            "category": "Mostly",
            "n_items": number("Items seen"),
            "basis": "Mass from",
        },
        disabled=shown,
        hide_index=True,
        height=280,
        key=f"planner_sites_{_digest(table)}",
    )
    return sites[edited["use"].to_numpy(dtype=bool)]


def params(
    horizon: Horizon, fleet: "Mapping[str, Any]", sites: Sites
) -> dict[str, Any]:
    """Parameters of a planning job, as JSON values."""
    from core.routing import site_rows

    return {
        "sites": site_rows(sites.frame),
        "rejected": [one.to_dict() for one in sites.rejected],
        "fleet": dict(fleet),
        "hours": horizon.hours,
        "start_at": horizon.start_at.isoformat(),
        "seconds": horizon.seconds,
        "seed": horizon.seed,
        "least_kg_per_h": horizon.least_kg_per_h,
        "simulated": sites.simulated,
        "surveys": list(sites.surveys),
        "actor": actor(),
        "name": f"{horizon.hours:.0f} h from {horizon.start_at:%Y-%m-%d %H:%M} UTC",
    }
