"""Naming the columns of a table nobody knows, and saving that as a layout."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError, InputError
from core.observations.importers import (
    ColumnMapping,
    suggest_mapping,
    what_is_missing,
)
from dashboard import import_files
from dashboard.components.import_fields import (
    Fields,
    kind_fields,
    more_fields,
    place_fields,
    value_fields,
)
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.import_files import CheckedFile

if TYPE_CHECKING:
    from core.observations.importers import RawTable

__all__ = ["mapping_form"]

_SHOWN_ROWS = 5


def mapping_form(file: CheckedFile) -> ColumnMapping | None:
    """Draw the form; return what it says once that is enough, and is new.

    Parameters
    ----------
    file : CheckedFile
        The upload. What it was read with before is the starting point.
    """
    try:
        tables = import_files.raw_tables(file.part)
    except CleanupError:  # what is wrong with it was said above
        return None
    start = file.mapping or suggest_mapping(tables)
    table = _table(tables, start, file)
    form = Fields(table, start, f"map_{file.key}_{table.name}", {}, {})
    _first_rows(table)
    place_fields(form)
    value_fields(form)
    kind_fields(form)
    with st.expander("More columns, survey and source", icon=":material/more_horiz:"):
        more_fields(form)
    try:
        mapping = _mapping(form)
    except InputError as error:
        error_panel(error)
        return None
    lacks = what_is_missing(mapping, table)
    if lacks:
        st.info(
            f"Still needed: {plain('; '.join(lacks))}.", icon=":material/checklist:"
        )
        return None
    _save(file, mapping)
    if mapping == file.mapping:
        return None
    if file.problem and not file.job_id and file.mapping is None:
        return mapping  # enough is known, so it is checked at once
    return mapping if _asks(file) else None


def _asks(file: CheckedFile) -> bool:
    return st.button(
        "Check with these columns",
        type="primary",
        icon=":material/rule:",
        key=f"map_check_{file.key}",
    )


def _table(
    tables: "tuple[RawTable, ...]", start: ColumnMapping, file: CheckedFile
) -> "RawTable":
    if len(tables) == 1:
        return tables[0]
    names = [table.name for table in tables]
    likely = names.index(start.table) if start.table in names else 0
    chosen = st.selectbox(
        "Sheet, layer or table",
        range(len(names)),
        index=likely,
        format_func=lambda i: f"{names[i]} ({len(tables[i].frame):,} records)",
        key=f"map_table_{file.key}",
    )
    return tables[chosen or 0]


def _first_rows(table: "RawTable") -> None:
    head = table.frame.head(_SHOWN_ROWS)
    st.caption(f"First {len(head)} of {len(table.frame):,} records, as written")
    st.dataframe(
        head.astype(str).rename(columns=str),
        hide_index=True,
        alt=f"First {len(head)} records with {len(table.columns)} columns",
    )


def _mapping(form: Fields) -> ColumnMapping:
    factors = {
        name: factor
        for name, factor in form.start.factors.items()
        if name in form.columns and name != "effort"
    }
    factors.update(form.options.pop("factors", {}))
    return ColumnMapping(
        columns=form.columns,
        item_list=form.start.item_list,
        table=form.table.name,
        factors={name: factor for name, factor in factors.items() if factor != 1.0},
        **form.options,
    )


def _save(file: CheckedFile, mapping: ColumnMapping) -> None:
    """Offer to save what was named, so that the next file like it is recognised."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Save as layout",
            max_chars=60,
            key=f"map_name_{file.key}",
            placeholder="For example: Net tows of our institute",
            help="The next file with these headings is then recognised. A changed "
            "layout is a new version of it.",
            width=360,
        )
        wants = st.button(
            "Save layout",
            icon=":material/bookmark_add:",
            key=f"map_save_{file.key}",
            disabled=not name.strip(),
        )
    if not wants:
        return
    try:
        version = import_files.save_layout(name, mapping)
    except CleanupError as error:
        error_panel(error, kept="No layout was saved.")
        return
    st.success(f"{plain(name.strip())} is saved, version {version}.")
