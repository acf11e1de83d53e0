"""The area panel of the Debris map: mark an area, keep it, and read what it holds."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from dashboard import map_areas
from dashboard.components.map_draw import draw_chart
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.state import StateKey

if TYPE_CHECKING:
    import pandas as pd

    from core.density import Area
    from dashboard.components._frame import MapFrame

__all__ = ["AREA_PARAMETER", "area_choice", "chosen_area"]

#: Name of the kept area's id in the address of the page.
AREA_PARAMETER = "map_area"
_SOURCES = ("Kept", "Draw", "By numbers", "Upload")
_PENDING = StateKey["Area | None"]("map", "pending", None)
_ORIGIN = StateKey[str]("map", "pending_origin", "")
_ROUND = StateKey[int]("map", "area_round", 0)
_UNDO = StateKey[tuple[str, str, str] | None]("map", "area_undo", None)
_SOURCE_AFTER = StateKey[str]("map", "area_source_after", "")
_SOURCE = StateKey[str]("map", "area_from", "")


def chosen_area() -> "Area | None":
    """Area in use: the one being marked, or the kept one of the address."""
    pending = _PENDING.get()
    if pending is not None:
        return pending
    wanted = st.query_params.get(AREA_PARAMETER)
    return next((k.area for k in map_areas.kept() if k.area_id == wanted), None)


def area_choice(
    cells: "pd.DataFrame", values: "pd.Series[float]", frame: "MapFrame", unit: str
) -> None:
    """Draw the ways to mark an area, and its name and the button that keeps it.

    Parameters
    ----------
    cells, values, frame, unit
        What is drawn to mark an area on, see `draw_chart`.
    """
    kept = map_areas.kept()
    if _SOURCE_AFTER.get():
        _SOURCE.set(_SOURCE_AFTER.get())
        _SOURCE_AFTER.set("")
    elif _SOURCE.key not in st.session_state:
        _SOURCE.set("Kept" if kept else "Draw")
    source = st.segmented_control(
        "Mark an area",
        _SOURCES,
        key=_SOURCE.key,
        required=True,
        label_visibility="collapsed",
    )
    _undo_line()
    if source == "Kept":
        _from_kept(kept)
    elif source == "Draw":
        _from_drawing(cells, values, frame, unit)
    elif source == "Upload":
        _from_file()
    else:
        _from_numbers(frame)
    _keep_line()


def _from_kept(kept: list[map_areas.KeptArea]) -> None:
    _forget()
    wanted = st.query_params.get(AREA_PARAMETER)
    ids = [one.area_id for one in kept]
    if wanted and wanted not in ids:
        st.warning(
            "The area of this link is not kept here, or was removed.",
            icon=":material/link_off:",
        )
    if not kept:
        st.caption("No area is kept yet. Draw one, give its numbers, or upload a file.")
        return
    names = {one.area_id: one.area.name for one in kept}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Kept area",
            ids,
            index=ids.index(wanted) if wanted in ids else None,
            format_func=lambda area_id: names[area_id],
            placeholder="Choose an area",
            key="map_area_kept",
            width=320,
        )
        removed = chosen is not None and st.button(
            "Remove area", icon=":material/delete:", key="map_area_remove"
        )
    if chosen != wanted:
        _to_address(chosen)
        st.rerun()
    if removed and chosen is not None:
        map_areas.retire(chosen)
        _UNDO.set(("removed", chosen, names[chosen]))
        _to_address(None)
        del st.session_state["map_area_kept"]
        st.rerun()


def _from_drawing(
    cells: "pd.DataFrame", values: "pd.Series[float]", frame: "MapFrame", unit: str
) -> None:
    st.caption(
        "Draw around the area with the mouse, free or as a box; the tools stand at the "
        "upper right of the chart."
    )
    selection = draw_chart(
        cells, values, frame, unit=unit, key=f"map_draw_{_ROUND.get()}"
    )
    try:
        drawn = map_areas.area_of_selection(selection)
    except CleanupError as error:
        error_panel(error, next_step="Draw the area again.")
        return
    if drawn is not None:
        _mark(drawn, "drawn on the map")
    elif _ORIGIN.get() == "drawn on the map":
        _forget()


def _from_file() -> None:
    from core.density import parse_area

    file = st.file_uploader(
        "GeoJSON, zipped shapefile or GeoPackage",
        type=["geojson", "json", "zip", "gpkg"],
        key=f"map_area_file_{_ROUND.get()}",
    )
    if file is None:
        if _ORIGIN.get().startswith("file "):
            _forget()
        return
    try:
        area = parse_area(file.getvalue(), file.name)
    except CleanupError as error:
        _forget()
        error_panel(error, next_step="Export the area again and upload it.")
        return
    _mark(area, f"file {file.name[:120]}")
    for note in area.notes:
        st.caption(f":material/info: {plain(note[0].upper() + note[1:])}.")


def _from_numbers(frame: "MapFrame") -> None:
    import shapely

    from core.density import make_area

    with st.form("map_area_numbers", border=False):
        columns = st.columns(4)
        limits = {
            "West (°)": (frame.west, -180.0, 360.0),
            "South (°)": (frame.south, -90.0, 90.0),
            "East (°)": (frame.east, -180.0, 360.0),
            "North (°)": (frame.north, -90.0, 90.0),
        }
        west, south, east, north = (
            column.number_input(
                label, least, most, value, step=0.1, format="%.3f", key=f"map_{label}"
            )
            for column, (label, (value, least, most)) in zip(
                columns, limits.items(), strict=True
            )
        )
        used = st.form_submit_button("Use this box", icon=":material/crop_square:")
    if not used:
        return
    try:
        right = east if east > west else east + 360.0
        area = make_area("Box", shapely.box(west, min(south, north), right, north))
    except CleanupError as error:
        error_panel(error, next_step="Give a box with some width and height.")
        return
    _mark(area, "box by numbers")


def _mark(area: "Area", origin: str) -> None:
    if _PENDING.get() == area:
        return
    _PENDING.set(area)
    _ORIGIN.set(origin)
    st.rerun()  # the map and the figures stand above


def _forget() -> None:
    if _PENDING.get() is not None:
        _PENDING.set(None)
        _ORIGIN.set("")
        st.rerun()


def _keep_line() -> None:
    pending = _PENDING.get()
    if pending is None:
        return
    with (
        st.form("map_area_keep", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(
            "Name of the area",
            value=pending.name,
            max_chars=80,
            key=f"map_area_name_{_ORIGIN.get()}_{_ROUND.get()}",
            width=320,
        )
        is_kept = st.form_submit_button(
            "Keep area", type="primary", icon=":material/save:"
        )
    if not is_kept:
        return
    if not (name or "").strip():
        st.warning("An area needs a name.", icon=":material/edit:")
        return
    try:
        area_id = map_areas.keep(pending, name=str(name), origin=_ORIGIN.get())
    except CleanupError as error:
        error_panel(error)
        return
    _UNDO.set(("kept", area_id, " ".join(str(name).split())))
    _PENDING.set(None)
    _ORIGIN.set("")
    _ROUND.set(_ROUND.get() + 1)
    _SOURCE_AFTER.set("Kept")
    st.session_state.pop("map_area_kept", None)
    _to_address(area_id)
    st.rerun()


def _undo_line() -> None:
    """Say what was done last, with the button that undoes it."""
    done = _UNDO.get()
    if done is None:
        return
    action, area_id, name = done
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{plain(name)} was {action}.", width="content")
        undone = st.button(
            "Undo", key="map_area_undo_button", icon=":material/undo:", type="tertiary"
        )
    if not undone:
        return
    if action == "kept":
        map_areas.retire(area_id)
        _to_address(None)
    else:
        map_areas.restore(area_id)
        _to_address(area_id)
    _UNDO.set(None)
    st.session_state.pop("map_area_kept", None)
    st.rerun()


def _to_address(area_id: str | None) -> None:
    if area_id is None:
        st.query_params.pop(AREA_PARAMETER, None)
    else:
        st.query_params[AREA_PARAMETER] = area_id
