"""Adding photos: drop files, see at once which are usable, mend, run."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import CleanupError
from dashboard import services, survey_data
from dashboard.components.maps import MapFrame, draw_map
from dashboard.components.page import error_panel
from dashboard.components.small_map import fitted
from dashboard.components.survey_batches import past_batches
from dashboard.components.survey_footprint import FootprintChoice, footprint_choice
from dashboard.components.survey_machine import count_choice, machine_step
from dashboard.components.survey_simulated import simulated_note
from dashboard.components.survey_words import counted
from dashboard.state import StateKey, actor
from dashboard.theme import MAP_COLOURS, theme_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from core.surveys import FileCheck

__all__ = ["BATCH", "STARTED", "upload_step"]

#: Checked files of this session; their bytes are in the store, not in memory.
BATCH = StateKey[tuple["FileCheck", ...]]("surveys", "batch", ())
#: Survey whose run was begun here; the page opens it once it holds something.
STARTED = StateKey[str]("surveys", "started", "")
_ROUND = StateKey[int]("surveys", "upload_round", 0)
_NAME = StateKey[str]("surveys", "name", "")
_BROWSER, _MACHINE = "This computer's browser", "The machine Gyre runs on"


def upload_step() -> None:
    """Draw where photos may come from, the step for it, and the batches before."""
    where = st.segmented_control(
        "Where the photos are",
        (_BROWSER, _MACHINE),
        default=_BROWSER,
        required=True,
        key="surveys_where",
        help="This machine is the one that Gyre runs on; for thousands of photos that "
        "is faster than an upload.",
    )
    if where == _MACHINE:
        machine_step(STARTED)
    else:
        _browser_step()
    past_batches()


def _browser_step() -> None:
    batch = BATCH.get()
    by_folder = st.toggle(
        "Choose a whole folder", key="surveys_folder", persist_state="session"
    )
    files = st.file_uploader(
        "Drop survey photos here" if not by_folder else "Drop a folder of photos here",
        accept_multiple_files="directory" if by_folder else True,
        key=f"surveys_files_{_ROUND.get()}",
        help="JPEG, PNG, WebP, TIFF or HEIC, or zip archives of them. Anything else is "
        "listed as refused with its reason. Files stay on this machine.",
    )
    if files:
        _check(files)
        st.rerun()
    if not batch:
        st.caption(
            "Every file is checked at once: time, place, size, and what is wrong with "
            "it. Nothing is classified before you run the survey."
        )
        return
    from core.surveys import FileState

    # What needs a look comes first; the order of upload is kept within.
    ordered = sorted(batch, key=lambda check: check.state is FileState.READY)
    positions, table = _checked_table(ordered)
    left, right = st.columns([5, 3], gap="large")
    with left:
        _run_form(batch, positions)
    with right:
        _mini_map(table)


def _check(files: "Sequence[UploadedFile]") -> None:
    """Check and keep the files, then let their bytes go from memory."""
    seen = {check.sha256 for check in BATCH.get()}
    bar = st.progress(0.0, text="Checking files")
    rows: list[FileCheck] = []

    for done, file in enumerate(files, 1):
        contents = survey_data.unpacked(file.name, _bytes_of(file))
        rows += survey_data.check_and_keep(contents, seen=seen)
        said = f"Checked {done:,} of {counted(len(files), 'file')}"
        bar.progress(done / len(files), text=said)
    BATCH.set((*BATCH.get(), *rows))
    _release(files)
    _ROUND.set(_ROUND.get() + 1)


def _bytes_of(file: "UploadedFile") -> bytes:
    """Read an upload from the disk if the server put it there."""
    context = get_script_run_ctx()
    path_of = getattr(context and context.uploaded_file_mgr, "path", None)
    if context is None or path_of is None:
        return file.getvalue()
    path: Path | None = path_of(context.session_id, file.file_id)
    return file.getvalue() if path is None else path.read_bytes()


def _release(files: "Sequence[UploadedFile]") -> None:
    context = get_script_run_ctx()
    remove = getattr(context and context.uploaded_file_mgr, "remove_file", None)
    if context is not None and remove is not None:
        for file in files:
            remove(session_id=context.session_id, file_id=file.file_id)


def _checked_table(
    batch: "Sequence[FileCheck]",
) -> tuple[dict[str, tuple[float, float]], pd.DataFrame]:
    """Draw the table with editable positions; return those given by hand, and it."""
    usable = [check for check in batch if check.will_run]
    lost = sum(check.lat is None for check in usable)
    refused = len(batch) - len(usable)
    words = [f"**{len(usable)} of {counted(len(batch), 'file')}** can be used"]
    if lost:
        words.append(f"{counted(lost, 'has', 'have')} no position yet")
    if refused:
        words.append(f"{counted(refused, 'is', 'are')} left out for the reason given")
    st.markdown("; ".join(words) + ".")
    table = pd.DataFrame(
        {
            "file": [check.name for check in batch],
            "state": [check.state.value for check in batch],
            "taken_at": [check.taken_at for check in batch],
            "lat": [check.lat for check in batch],
            "lon": [check.lon for check in batch],
            "size": [f"{c.width} x {c.height}" if c.width else "" for c in batch],
            "mb": [check.n_bytes / 1e6 for check in batch],
            "problem": [check.problem for check in batch],
        }
    ).astype({"lat": "float64", "lon": "float64"})
    table["taken_at"] = pd.to_datetime(table["taken_at"], utc=True).dt.tz_localize(None)
    edited = st.data_editor(
        table,
        key=f"surveys_table_{_ROUND.get()}",
        hide_index=True,
        disabled=[str(name) for name in table if name not in ("lat", "lon")],
        column_order=list(_columns()),
        column_config=_columns(),
        placeholder="",
        alt=f"{counted(len(batch), 'file')} with time, place, size and problem",
    )
    if lost:
        st.caption(
            "Type a latitude and longitude into a row to place a photo. Photos "
            "without a position are kept, and count once you set one."
        )
    return _given(batch, edited), edited


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "file": config.TextColumn("File", width=140),
        "state": config.TextColumn("State", width=100),
        "problem": config.TextColumn("Problem", width=240),
        "taken_at": config.DatetimeColumn(
            "Taken (UTC)", format="D MMM YYYY, HH:mm", width=130
        ),
        "lat": config.NumberColumn("Lat (°)", format="%.5f", width=90),
        "lon": config.NumberColumn("Lon (°)", format="%.5f", width=95),
        "size": config.TextColumn("Size (px)", width=85),
        "mb": config.NumberColumn("MB", format="%.2f", width=55),
    }


def _given(
    batch: "Sequence[FileCheck]", edited: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    given = {}
    for check, lat, lon in zip(batch, edited["lat"], edited["lon"], strict=True):
        is_place = bool(pd.notna(lat)) and bool(pd.notna(lon))
        if check.will_run and is_place and (lat, lon) != (check.lat, check.lon):
            given[check.sha256] = (float(lat), float(lon))
    return given


def _mini_map(table: pd.DataFrame) -> None:
    placed = table[table["lat"].between(-85, 85) & table["lon"].between(-180, 360)]
    if placed.empty:
        st.info("No file has a position yet.", icon=":material/location_off:")
        return
    import pydeck as pdk

    dots = pdk.Layer(
        "ScatterplotLayer",
        [
            {"at": [round(lon, 5), round(lat, 5)], "tip": name}
            for lat, lon, name in zip(
                placed["lat"], placed["lon"], placed["file"], strict=True
            )
        ],
        id="photos",
        get_position="at",
        get_fill_color=[*MAP_COLOURS[theme_name()].text, 220],
        radius_min_pixels=4,
        radius_max_pixels=4,
        pickable=True,
    )
    around = MapFrame.around(placed["lat"].tolist(), placed["lon"].tolist())
    frame = fitted(around, width_px=300, height_px=260)
    alt = f"Map of {counted(len(placed), 'photo position')}"
    draw_map([dots], frame, key="surveys_mini_map", alt=alt, height=260)


def _run_form(
    batch: "Sequence[FileCheck]", positions: dict[str, tuple[float, float]]
) -> None:
    usable = [check for check in batch if check.will_run]
    name = st.text_input(
        "Survey name",
        key=_NAME.key,
        max_chars=100,
        placeholder="For example: North leg, 3 June, drone",
        help="Photos added under a known name join that survey.",
    )
    is_mixed = simulated_note(batch, _keep)
    count_objects = count_choice(name)
    taken_on = _taken_on(usable)
    footprint = footprint_choice(usable)
    with st.container(horizontal=True, gap="small"):
        run = st.button(
            f"Run survey of {counted(len(usable), 'photo')}",
            type="primary",
            icon=":material/play_arrow:",
            disabled=is_mixed or not usable or not name.strip(),
            help=None if name.strip() else "Give the survey a name first.",
        )
        if st.button("Clear list", type="tertiary", icon=":material/close:"):
            BATCH.clear()
            _ROUND.set(_ROUND.get() + 1)
            st.rerun()
    if run:
        _start(name, batch, positions, footprint, taken_on, count_objects)


def _keep(batch: "Sequence[FileCheck]") -> None:
    BATCH.set(tuple(batch))
    _ROUND.set(_ROUND.get() + 1)  # positions typed so far belong to other rows


def _taken_on(usable: "Sequence[FileCheck]") -> datetime | None:
    n_timeless = sum(check.taken_at is None for check in usable)
    if not n_timeless:
        return None
    day = st.date_input(
        f"Day of the {counted(n_timeless, 'photo')} without a time (UTC)",
        value=None,
        max_value="today",
        key="surveys_taken_on",
        help="Noon UTC of that day is used. A photo without a time waits and does not "
        "count.",
    )
    return (
        datetime.combine(day, time(12), tzinfo=UTC) if isinstance(day, date) else None
    )


def _start(
    name: str,
    batch: "Sequence[FileCheck]",
    positions: dict[str, tuple[float, float]],
    footprint: FootprintChoice,
    taken_on: datetime | None,
    count_objects: bool | None,
) -> None:
    from core.surveys import start_survey

    try:
        start_survey(
            services.store(),
            survey_data.runner(),
            name,
            batch,
            actor=actor(),
            footprint_km2=footprint.area_km2,
            camera_tilt_deg=footprint.camera_tilt_deg,
            positions=positions,
            taken_on=taken_on,
            count_objects=count_objects,
        )
    except CleanupError as error:
        error_panel(error, kept="The checked files are kept in the list below.")
        return
    BATCH.clear()
    _ROUND.set(_ROUND.get() + 1)
    STARTED.set(name.strip())
    st.rerun()
