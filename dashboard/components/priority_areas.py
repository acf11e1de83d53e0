"""Sensitive areas on screen: upload, list, retire and bring back."""

from calendar import month_abbr
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import InputError
from dashboard import priority_data
from dashboard.components.formats import number, when
from dashboard.components.page import error_panel
from dashboard.components.survey_words import counted
from dashboard.state import StateKey

if TYPE_CHECKING:
    from core.priorities import SensitiveArea

__all__ = ["areas_panel", "month_names"]

_SAID = StateKey[str]("priorities", "areas_said", "")
_UNDO = StateKey[str]("priorities", "areas_undo", "")
_KINDS = {
    "sensitive": "Sensitive place (reserve, reef, nesting beach)",
    "species_range": "Range of a species",
}
_SHORT = {"sensitive": "Sensitive place", "species_range": "Species range"}
_TYPES = ["geojson", "json", "zip", "gpkg"]
_HERE, _FILE = "What I enter here", "Its own properties (GeoJSON)"


def month_names(months: Sequence[int]) -> str:
    """Months as people write them; all year for none."""
    return ", ".join(month_abbr[m] for m in sorted(months)) if months else "All year"


def areas_panel() -> None:
    """Draw the areas, what adds one, and what takes one out of use."""
    said = _SAID.get()
    if said:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(said, icon=":material/check:", width="stretch")
            if _UNDO.get():
                st.button("Undo", key="priorities_undo", on_click=_undo)
        _SAID.clear()
    st.markdown(
        "Debris in an area counts as often as its factor says; where areas overlap, "
        "the largest factor holds. It is a choice of those who protect the place."
    )
    _list()
    _add()


def _list() -> None:
    rows = priority_data.area_rows()
    if not rows:
        st.info("No area yet. Add one below.", icon=":material/shield:")
        return
    in_use = [row for row in rows if row["active"]]
    retired = [row for row in rows if not row["active"]]
    for row in in_use:
        _row(row, "Retire", _retire)
    if retired:
        with st.expander(f"{counted(len(retired), 'retired area')}"):
            for row in retired:
                _row(row, "Bring back", _bring_back)


def _row(row: dict[str, Any], verb: str, act: Any) -> None:
    fields = row["properties"]
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        # As text: a name from a file is no Markdown.
        st.text(row["name"], width=220)
        parts = [
            _SHORT[row["kind"]],
            f"factor {number(fields.get('factor'), digits=2)}",
            month_names(fields.get("months") or ()),
        ]
        if fields.get("buffer_km"):
            parts.append(f"{number(fields['buffer_km'], 'km', digits=2)} around it")
        parts.append(f"by {row['saved_by'] or 'unknown'}, {when(row['saved_at'])}")
        st.text(" · ".join(parts), width="stretch")
        st.button(
            verb,
            key=f"priorities_{verb}_{row['area_id']}",
            on_click=act,
            args=(row["area_id"], row["name"]),
        )


def _retire(area_id: str, name: str) -> None:
    priority_data.retire(area_id)
    _SAID.set(f"{name} is retired and no longer counts.")
    _UNDO.set(area_id)


def _bring_back(area_id: str, name: str) -> None:
    priority_data.bring_back(area_id)
    _SAID.set(f"{name} counts again.")
    _UNDO.clear()


def _undo() -> None:
    priority_data.bring_back(_UNDO.get())
    _UNDO.clear()


def _add() -> None:
    st.subheader("Add an area", anchor=False)
    file = st.file_uploader(
        "GeoJSON, zipped shapefile or GeoPackage", type=_TYPES, key="priorities_area"
    )
    source = st.segmented_control(
        "Name and factor from",
        [_HERE, _FILE],
        default=_HERE,
        required=True,
        key="priorities_area_source",
    )
    entered = _fields() if source == _HERE else None
    if not st.button(
        "Add area", type="primary", key="priorities_add", disabled=file is None
    ):
        return
    if file is None:
        return
    try:
        found, notes = _read(file.getvalue(), file.name, entered)
    except InputError as error:
        error_panel(error, kept="No area was added.")
        return
    for area in found:
        priority_data.add_area(area)
    names = ", ".join(area.name for area in found[:5])
    _SAID.set(" ".join([f"{counted(len(found), 'area')} added: {names}.", *notes]))
    _UNDO.clear()
    st.rerun()


def _read(
    data: bytes, file_name: str, entered: dict[str, Any] | None
) -> "tuple[tuple[SensitiveArea, ...], Sequence[str]]":
    from core.priorities import parse_sensitive_areas, read_area

    if entered is None:
        read = parse_sensitive_areas(data)
        left_out = f"{counted(len(read.refused), 'feature')} left out:"
        return read.areas, ([left_out, *read.refused] if read.refused else [])
    area, notes = read_area(data, file_name, **entered)
    return (area,), [f"{note[0].upper()}{note[1:]}." for note in notes]


def _fields() -> dict[str, Any]:
    """Draw what an area is; return it as :func:`core.priorities.read_area` takes it."""
    left, right = st.columns([3, 3])
    name = left.text_input(
        "Name",
        key="priorities_area_name",
        max_chars=120,
        placeholder="Name of the file",
    )
    kind = right.selectbox(
        "Kind",
        list(_KINDS),
        format_func=lambda code: _KINDS[code],
        key="priorities_area_kind",
    )
    one, two, three = st.columns([1, 1, 4])
    factor = one.number_input(
        "Factor",
        1.0,
        100.0,
        3.0,
        0.5,
        key="priorities_area_factor",
        format="%g",
        help="How often a kilogram counts there; 1 is as anywhere.",
    )
    buffer_km = two.number_input(
        "Buffer (km)",
        0.0,
        500.0,
        0.0,
        1.0,
        key="priorities_area_buffer",
        format="%g",
    )
    months = three.multiselect(
        "Months",
        list(range(1, 13)),
        format_func=lambda month: month_abbr[month],
        key="priorities_area_months",
        placeholder="All year",
    )
    return {
        "name": name,
        "kind": kind,
        "factor": float(factor),
        "buffer_km": float(buffer_km),
        "months": frozenset(months),
    }
