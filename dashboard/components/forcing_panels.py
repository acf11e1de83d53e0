"""Panels of the Ocean data page: the sources, one field on the map, taking one in."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from core.jobs import JobState
from dashboard import forcing_data
from dashboard.components.arrows import arrow_layer, arrow_scale
from dashboard.components.formats import number, share, when
from dashboard.components.maps import MapFrame, draw_map, legend
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.running_jobs import running_jobs
from dashboard.components.tables import Column, table
from dashboard.components.time_slider import time_player

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.environment import Forcing

__all__ = ["fetch_panel", "field_panel", "source_table"]

#: Smallest size of the map of a field; its labels stand in a rim around the data.
_MAP_PX = (600, 480)
_RIM_SHARE = 0.06

_COLUMNS = {
    "name": Column("Source"),
    "kind": Column("What"),
    "state": Column("State (UTC)"),
    "starts_at": Column("From (UTC)", kind="time"),
    "ends_at": Column("To (UTC)", kind="time"),
    "area": Column("Area"),
    "resolution_deg": Column("Grid (°)", kind="number"),
}


def source_table(rows: "Sequence[dict[str, Any]]") -> int | None:
    """Draw the sources; return the position of the chosen one."""
    now = datetime.now(UTC)
    frame = pd.DataFrame(
        [
            {
                **{key: row[key] for key in ("name", "starts_at", "ends_at")},
                "kind": forcing_data.KIND_LABELS.get(row["kind"], row["kind"]),
                "state": forcing_data.state_of(row, now).removesuffix(" UTC"),
                "area": _area(row),
                "resolution_deg": row["resolution_deg"],
                "fetched_at": row["fetched_at"],
                "sha256": row["sha256"],
                "attribution": row["attribution"],
                "source_url": row["source_url"],
                "simulated": row["simulated"],
            }
            for row in rows
        ]
    )
    for name in ("starts_at", "ends_at", "fetched_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return table(
        frame.astype({"resolution_deg": "float64"}),
        _COLUMNS,
        name="ocean-sources",
        title="Sources",
        select=True,
    )


def _area(row: dict[str, Any]) -> str:
    lat = _between(row["south"], row["north"], "N", "S")
    return f"{lat}, {_between(row['west'], row['east'], 'E', 'W')}"


def _between(low: float, high: float, plus: str, minus: str) -> str:
    """Write two edges; the side of the earth once if both lie on it."""
    first, last = (plus if edge >= 0 else minus for edge in (low, high))
    near = "" if first == last else f"°{first}"
    return f"{abs(low):.1f}{near} to {abs(high):.1f}°{last}"


def field_panel(row: dict[str, Any]) -> None:
    """Draw one source: its field on the map over time, and what is known of it."""
    try:
        field = forcing_data.field(row["forcing_id"])
    except CleanupError as error:
        error_panel(error, kept="The record of the source is kept.")
        return
    left, right = st.columns([7, 3], gap="medium")
    with left:
        if field.kind == "waves":
            st.info("Wave heights are kept; a map of them is not drawn yet.")
        else:
            _field_map(field, row)
    with right:
        _facts(field, row)


def _field_map(field: "Forcing", row: dict[str, Any]) -> None:
    rim = _RIM_SHARE * float(field.lat[-1] - field.lat[0])
    frame = MapFrame(
        float(field.lon[0]),
        max(float(field.lat[0]) - rim, -80.0),
        float(field.lon[-1]),
        min(float(field.lat[-1]) + rim, 80.0),
    )
    scale = arrow_scale(field.u, field.v)  # of all times, so that it stays put
    label = forcing_data.KIND_LABELS[field.kind]
    legend(scale, label=label)
    moments = [datetime.fromtimestamp(float(s), tz=UTC) for s in field.time_s]

    def draw(index: int) -> None:
        layer = arrow_layer(
            field.lat,
            field.lon,
            field.u[index],
            field.v[index],
            frame=frame,
            scale=scale,
            what=label,
        )
        draw_map(
            [layer],
            frame,
            key=f"ocean_field_{row['forcing_id']}",
            width_px=_MAP_PX[0],
            height=_MAP_PX[1],
            alt=f"Arrows of {label.lower()} at {when(moments[index])}; they point "
            "where it goes to. Land has none.",
        )

    time_player(
        moments, draw, key=f"ocean_{row['forcing_id']}", label="Hours from the start"
    )


def _facts(field: "Forcing", row: dict[str, Any]) -> None:
    st.subheader(plain(row["name"]), anchor=False)
    if row["title"] not in ("", "unknown", row["name"]):
        st.caption(plain(row["title"]))
    facts = {
        "Times": f"{row['n_times']:,}, from {when(row['starts_at'])} to "
        f"{when(row['ends_at'])}",
        "Grid": f"{len(field.lat):,} by {len(field.lon):,} nodes",
        "Without data": share(field.land_share),
        "Read from": ", ".join(field.variables),
        "Fingerprint": row["sha256"][:16],
        "Taken in": f"{when(row['fetched_at'])} by {row['added_by']}",
        "Credit": row["attribution"] or "not stated in the file",
    }
    if field.kind != "waves":
        statistics = field.speed_statistics()
        facts["Speed"] = (
            f"{number(statistics.mean, 'm/s', digits=2)} in the mean, "
            f"up to {number(statistics.maximum, 'm/s', digits=2)}"
        )
    lines = (f"**{name}:** {plain(str(value))}" for name, value in facts.items())
    st.markdown("  \n".join(lines))
    if row["last_error"]:
        st.warning(plain(row["last_error"]), icon=":material/cloud_off:")
    if field.warnings:
        with st.expander(f"{len(field.warnings)} assumptions and doubts"):
            for warning in field.warnings:
                st.markdown(f"- {plain(warning)}")
    with st.container(horizontal=True):
        if row["source_url"] and st.button(
            "Ask the server again",
            icon=":material/refresh:",
            key=f"ocean_refresh_{row['forcing_id']}",
        ):
            forcing_data.refresh(row["forcing_id"])
            st.rerun()
        if st.button(
            "Take out of use",
            icon=":material/archive:",
            key=f"ocean_retire_{row['forcing_id']}",
            type="tertiary",
        ):
            forcing_data.retire(row["forcing_id"])
            st.toast(f"{plain(row['name'])} is out of use; it can be put back below.")
            st.rerun()


def fetch_panel() -> None:
    """Draw a request that runs, or why the last one brought nothing new."""
    jobs = forcing_data.jobs()
    if any(not job.is_finished for job in jobs):
        running_jobs(
            forcing_data.jobs,
            forcing_data.runner,
            text=lambda _job: "Asking the server; the page stays usable",
            cancel="Cancel request",
            key="ocean_cancel",
        )
    elif jobs and jobs[0].state is JobState.FAILED:
        error_panel(
            CleanupError(jobs[0].message),
            kept="The data taken in before stay in use.",
            next_step="See that the network is there and the server is allowed "
            "(GYRE_FORCING_HOSTS), then ask again.",
        )
