"""The sea of a plan: forcing, drift, closed areas, margin and hours of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import drift_data, plan_data
from dashboard.components.formats import when
from dashboard.components.plan_words import distance, refused_records
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    import pandas as pd

    from core.planning import PlanForcing
    from core.routing import ClosedArea, Rejected, WorkHours

__all__ = ["Sea", "sea_step"]

_KINDS = {
    "current": "Current",
    "wind": "Wind",
    "stokes": "Stokes drift",
    "waves": "Waves",
}
_NONE = ""
Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Sea:
    """Forcing, and where and when vessels may sail and work.

    Attributes
    ----------
    forcing : PlanForcing or None
        None where debris lies still and the sea is calm.
    work_hours : WorkHours
        Daylight and crew.
    closed_areas : tuple of ClosedArea
        Areas to keep out of.
    rejected : tuple of Rejected
        Areas that cannot be used.
    margin_km : float
        Distance kept off land.
    simulated : bool
        Whether any of the forcing used is simulated.
    """

    forcing: "PlanForcing | None"
    work_hours: "WorkHours"
    closed_areas: "tuple[ClosedArea, ...]"
    rejected: "tuple[Rejected, ...]"
    margin_km: float
    simulated: bool

    @property
    def drifts(self) -> bool:
        """Whether debris drifts."""
        return self.forcing is not None and self.forcing.drift


def sea_step(start_at: datetime, sites: "pd.DataFrame | None") -> Sea:
    """Draw the choice of the sea; forcing that covers the plan comes first."""
    rows = {kind: plan_data.forcings(kind) for kind in _KINDS}
    chosen = _forcing_choice(rows, start_at, sites)
    forcing = _use_of(chosen)
    closed = _closed_areas()
    margin_km, hours = _limits()
    used = [rows[kind][one] for kind, one in chosen.items() if one]
    simulated = forcing is not None and any(row["simulated"] for row in used)
    return Sea(forcing, hours, closed.areas, closed.rejected, margin_km, simulated)


def _forcing_choice(
    rows: Mapping[str, Rows], start_at: datetime, sites: "pd.DataFrame | None"
) -> dict[str, str]:
    chosen = {}
    for column, (kind, label) in zip(st.columns(4), _KINDS.items(), strict=True):
        with column:
            chosen[kind] = _pick(kind, label, rows[kind], start_at, sites)
    return chosen


def _pick(
    kind: str, label: str, rows: Rows, start_at: datetime, sites: "pd.DataFrame | None"
) -> str:
    """Draw one choice; its key changes with the options, so none is kept that left."""
    fits = [key for key, row in rows.items() if _is_there(row, start_at, sites)]
    options = [*fits, _NONE, *(key for key in rows if key not in fits)]
    mark = "-".join(one[-6:] for one in options)
    chosen = st.selectbox(
        label,
        options,
        format_func=lambda one: str(rows[one]["name"]) if one else "None",
        key=f"planner_{kind}_{mark}",
        disabled=options == [_NONE],
        help=f"Ocean data in the store; none holds {label.lower()}."
        if not rows
        else None,
    )
    if chosen and not plan_data.covers(rows[chosen], start_at):
        first, last = rows[chosen]["starts_at"], rows[chosen]["ends_at"]
        st.warning(
            f"It covers {when(first)} to {when(last)}, not the start of the plan.",
            icon=":material/event_busy:",
        )
    return chosen or _NONE


def _is_there(
    row: Mapping[str, Any], start_at: datetime, sites: "pd.DataFrame | None"
) -> bool:
    """Whether a forcing covers the start, and some of the sites."""
    if not plan_data.covers(row, start_at):
        return False
    return sites is None or drift_data.n_inside(row, sites) > 0


def _use_of(chosen: Mapping[str, str]) -> "PlanForcing | None":
    from core.planning import MEMBERS, PlanForcing

    has_current = bool(chosen["current"])
    feels = any(chosen[kind] for kind in ("current", "wind", "waves"))
    columns = st.columns([3, 4, 2], vertical_alignment="bottom")
    drift = columns[0].checkbox(
        "Debris drifts",
        has_current,
        key=f"planner_drift_{has_current}",
        disabled=not has_current,
        help="Vessels head for where the debris then is; the plan is carried out in "
        "every member of a drift forecast.",
    )
    sailing = columns[1].checkbox(
        "Vessels feel current, wind and waves",
        feels,
        key=f"planner_sailing_{feels}",
        disabled=not feels,
        help="Speed over ground and fuel of each leg, and hours too rough to work.",
    )
    members = columns[2].number_input(
        "Members",
        10,
        500,
        MEMBERS,
        10,
        key="planner_members",
        disabled=not drift,
        help="Copies of each site that differ in what is not known.",
    )
    if not drift:
        st.caption("Without drift, debris is taken as lying still where it was seen.")
    if not (drift or sailing):
        return None
    return PlanForcing(
        **{f"{kind}_id": one or None for kind, one in chosen.items()},
        drift=drift,
        sailing=sailing,
        members=int(members),
    )


def _closed_areas() -> plan_data.ClosedAreas:
    files = st.file_uploader(
        "Closed areas: GeoJSON, or a zipped shapefile",
        type=["geojson", "json", "zip"],
        accept_multiple_files=True,
        key="planner_closed",
    )
    read = plan_data.closed_areas((file.name, file.getvalue()) for file in files)
    refused_records(
        read.rejected,
        f"cannot be used; {counted(len(read.areas), 'area')} can.",
        key="planner_refused_areas",
    )
    if read.areas:
        named = ", ".join(area.name for area in read.areas[:10])
        more = f" and {len(read.areas) - 10} more" if len(read.areas) > 10 else ""
        st.text(f"Closed, if the plan falls in their time: {named}{more}.")
    return read


def _limits() -> "tuple[float, WorkHours]":
    from core.routing import WorkHours

    columns = st.columns([3, 3, 3], vertical_alignment="bottom")
    margin_km = columns[0].number_input(
        "Distance kept off land (km)",
        0.0,
        100.0,
        0.0,
        1.0,
        key="planner_margin",
        format="%.1f",
    )
    crew = columns[1].number_input(
        "Crew on deck (h a day), 24 for no limit",
        1.0,
        24.0,
        24.0,
        1.0,
        key="planner_crew",
        format="%.0f",
        help="For vessels whose own hours are not in the fleet table.",
    )
    daylight = columns[2].checkbox(
        "Collect in daylight only",
        key="planner_daylight",
        help="While the sun is higher than 6° below the horizon.",
    )
    if margin_km:
        st.caption(f"Legs keep {distance(margin_km)} off land.")
    no_limit = crew >= 24.0
    return float(margin_km), WorkHours(
        daylight=daylight, crew_h_per_day=None if no_limit else float(crew)
    )
