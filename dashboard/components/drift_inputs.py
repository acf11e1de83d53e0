"""What a drift forecast is asked for: where debris is, what carries it, how long."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import drift_data, plan_data, services
from dashboard.components.filters import observation_filters
from dashboard.components.formats import mass, number, when
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.navigation import page_path
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.drift import RandomFlight

__all__ = ["AWAITED", "drift_form"]

_FORWARD, _BACKWARD = "Where will it be", "Where did it come from"
_HOTSPOTS, _POSITION, _FILE = "Hotspots", "One position", "File"
_DIRECTION = StateKey[str]("drift", "direction", _FORWARD)
_SOURCE = StateKey[str]("drift", "source", _HOTSPOTS)
_MAX_SEEDS = 60
#: The run this session asked for last; its forecast is shown once it is there.
AWAITED = StateKey[str]("drift", "awaited", "")
_NONE = ""


def drift_form() -> None:
    """Draw the form; start the run when it is asked for."""
    kind = st.segmented_control(
        "Question",
        [_FORWARD, _BACKWARD],
        default=_DIRECTION.default,
        required=True,
        key=_DIRECTION.key,
    )
    backward = kind == _BACKWARD
    st.markdown("**1 Currents and wind**")
    current, wind, stokes = _forcing()
    if current is None:
        st.info(
            "No currents are in use. Take a file in on the Ocean data page.",
            icon=":material/water:",
        )
        st.page_link(
            page_path("ocean_data"), label="Ocean data", icon=":material/arrow_forward:"
        )
        return
    st.markdown("**2 When and how long**")
    start, hours, members, seed = _numbers(current, wind, backward=backward)
    error = _current_error()
    st.markdown("**3 Debris**")
    seeds = _seeds(start)
    inside = 0 if seeds is None else drift_data.n_inside(current, seeds)
    if seeds is not None and inside < len(seeds):
        st.caption(
            f"{len(seeds) - inside} of {len(seeds)} lie outside the area of the "
            "current and are left out."
        )
    clicked = st.button(
        "Trace back" if backward else "Forecast drift",
        type="primary",
        icon=":material/history:" if backward else ":material/conversion_path:",
        key="drift_run",
        disabled=inside == 0,
    )
    if not clicked or seeds is None:
        return
    verb = "back from" if backward else "from"
    job_id = drift_data.submit(
        seeds,
        name=f"{hours} h {verb} {when(start)}",
        current_id=current["forcing_id"],
        wind_id=None if wind is None else wind["forcing_id"],
        stokes_id=None if stokes is None else stokes["forcing_id"],
        start=start,
        hours=hours,
        members=members,
        seed=seed,
        current_error=error if error.sigma_m_s > 0 else None,
        hindcast=backward,
    )
    AWAITED.set(job_id)
    st.rerun()


def _forcing() -> "tuple[Mapping[str, Any] | None, ...]":
    """Draw the choice of forcing, what fits debris and current first."""
    columns = st.columns(3)
    currents = drift_data.forcings("current")
    debris = services.observations()
    ordered = sorted(
        currents, key=lambda key: -drift_data.n_inside(currents[key], debris)
    )
    with columns[0]:
        current = currents.get(_pick("Current", ordered, currents, "drift_current"))
    chosen: list[Mapping[str, Any] | None] = [current]
    for column, (kind, label) in zip(
        columns[1:], (("wind", "Wind"), ("stokes", "Stokes drift")), strict=True
    ):
        rows = drift_data.forcings(kind)
        fitting = [k for k in rows if current and drift_data.overlap(current, rows[k])]
        with column:
            picked = _pick(label, [*fitting, _NONE], rows, f"drift_{kind}")
        chosen.append(rows.get(picked))
    return tuple(chosen)


def _pick(
    label: str, options: list[str], rows: "Mapping[str, Mapping[str, Any]]", key: str
) -> str:
    """Draw one choice; its key changes with the options, so none is kept that left."""
    mark = "-".join(option[-6:] for option in options)
    return str(
        st.selectbox(
            label,
            options,
            format_func=lambda one: rows[one]["name"] if one else "None",
            key=f"{key}_{mark}",
            disabled=options == [_NONE],
        )
        or _NONE
    )


def _numbers(
    current: "Mapping[str, Any]", wind: "Mapping[str, Any] | None", *, backward: bool
) -> tuple[datetime, int, int, int]:
    rows = [row for row in (current, wind) if row is not None and row["n_times"] > 1]
    first = max((row["starts_at"] for row in rows), default=current["starts_at"])
    last = min((row["ends_at"] for row in rows), default=current["ends_at"])
    # Choices made for one pair of files mean nothing for another.
    mark = "_".join(row["forcing_id"] for row in rows) + f"_{backward}"
    default = _seen_at(first, last)
    if backward:
        default = last
    columns = st.columns([2, 2, 2, 2, 2], vertical_alignment="bottom")
    day = columns[0].date_input(
        "Debris seen on (UTC)",
        default.date(),
        key=f"drift_day_{mark}",
    )
    at = columns[1].time_input(
        "At (UTC)",
        default.time().replace(second=0, microsecond=0),
        key=f"drift_time_{mark}",
    )
    hours = columns[2].number_input(
        "Hours back" if backward else "Hours ahead", 1, 2400, 72, 12, key="drift_hours"
    )
    members = columns[3].number_input(
        "Members",
        20,
        2000,
        100,
        50,
        key="drift_members",
        help="Copies of each hotspot that differ in what is not known: position, "
        "windage, error of the current.",
    )
    seed = columns[4].number_input("Seed", 0, 2**31 - 1, 1, key="drift_seed")
    st.caption(f"Currents and wind cover {when(first)} to {when(last)}.")
    return datetime.combine(day, at, tzinfo=UTC), int(hours), int(members), int(seed)


def _seen_at(first: datetime, last: datetime) -> datetime:
    """When the debris was last seen, or the present, if the forcing covers it."""
    seen = services.observations()["observed_at"].max()
    moments = [datetime.now(UTC)]
    if seen == seen:  # not NaT, which an empty store gives
        moments.insert(0, seen.ceil("h").to_pydatetime())
    return next((at for at in moments if first <= at <= last), first)


def _current_error() -> "RandomFlight":
    """Draw how wrong the modelled current may be."""
    from core.drift import RandomFlight
    from core.drift.ensembles.run import CURRENT_ERROR

    with st.expander("What is not known", icon=":material/tune:"):
        left, right = st.columns(2)
        sigma = left.number_input(
            "Error of the current (m/s)",
            0.0,
            2.0,
            CURRENT_ERROR.sigma_m_s,
            0.05,
            key="drift_sigma",
            help="Standard deviation along each axis. The default was measured on "
            "drifters in one sea with strong tides; the open ocean is calmer.",
        )
        memory = right.number_input(
            "Lasting (h)",
            0.5,
            240.0,
            CURRENT_ERROR.time_scale_s / 3600.0,
            1.0,
            key="drift_memory",
            help="How long an error of the current keeps its direction.",
        )
    return RandomFlight(sigma_m_s=float(sigma), time_scale_s=float(memory) * 3600.0)


def _seeds(start: datetime) -> pd.DataFrame | None:
    source = st.segmented_control(
        "Debris from",
        [_HOTSPOTS, _POSITION, _FILE],
        default=_SOURCE.default,
        required=True,
        key=_SOURCE.key,
    )
    if source == _POSITION:
        return _one_position(start)
    if source == _FILE:
        return _from_file()
    rows = services.observations()
    if rows.empty:
        st.info(
            "No observations yet, so there are no hotspots. Add survey photos, or "
            "give one position or a file.",
            icon=":material/photo_camera:",
        )
        return None
    filters = observation_filters(rows, services.category_labels(), page="drift")
    used = plan_data.filtered(rows, filters)
    found = plan_data.hotspots(used, min_mass_kg=1.0, max_sites=_MAX_SEEDS)
    if found.empty:
        st.info("Nothing heavier than 1 kg fits these filters.")
        return None
    most = (
        st.slider(
            "Heaviest hotspots", 1, len(found), min(12, len(found)), key="drift_most"
        )
        if len(found) > 1
        else 1
    )
    sites = found.head(most)
    st.caption(
        f"{most} of {len(found)} hotspots, {mass(sites['mass_kg'].sum())} expected."
    )
    return drift_data.hotspot_seeds(sites, at=start)


def _one_position(start: datetime) -> pd.DataFrame:
    from core.drift import WINDAGE

    columns = st.columns([2, 2, 3, 2])
    lat = columns[0].number_input("Latitude (°)", -90.0, 90.0, 0.0, key="drift_lat")
    lon = columns[1].number_input("Longitude (°)", -180.0, 180.0, 0.0, key="drift_lon")
    category = columns[2].selectbox(
        "Kind of debris",
        list(WINDAGE),
        format_func=lambda code: (
            f"{code.replace('_', ' ').capitalize()} "
            f"({number(100 * WINDAGE[code].factor, digits=2)} % of the wind)"
        ),
        key="drift_kind",
    )
    mass_kg = columns[3].number_input(
        "Mass (kg), 0 if unknown", 0.0, 1e6, 0.0, key="drift_mass"
    )
    row = {
        "seed_id": "Position",
        "lat": lat,
        "lon": lon,
        "time": pd.Timestamp(start),
        "category": category,
        "mass_kg": mass_kg or None,
    }
    return pd.DataFrame([row])


def _from_file() -> pd.DataFrame | None:
    file = st.file_uploader(
        "Debris as CSV: lat, lon, and if known time, category, mass_kg",
        type=["csv"],
        key="drift_file",
    )
    if file is None:
        return None
    try:
        checked = drift_data.uploaded_seeds(file.getvalue())
    except InputError as error:
        error_panel(error, kept="Nothing was taken from the file.")
        return None
    if checked.rejected:
        first = "; ".join(plain(str(issue)) for issue in checked.rejected[:5])
        st.warning(
            f"{len(checked.rejected)} of {checked.n_rows} rows are left out: {first}",
            icon=":material/block:",
        )
    return checked.accepted
