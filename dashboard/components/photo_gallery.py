"""Photos of a survey as cards, the most doubtful first, labels mended in place."""

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from core.errors import CleanupError
from dashboard import services, survey_data
from dashboard.components.formats import share, when
from dashboard.components.page import error_panel
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

__all__ = ["PROBLEM", "gallery", "period", "plain", "show_problem"]

#: Words of the last correction that was refused, shown once.
PROBLEM = StateKey[str]("surveys", "problem", "")
_SHOW = StateKey[str]("surveys", "show", "All photos")
_CATEGORY = StateKey[list[str]]("surveys", "category", [])
_COLUMNS, _ROWS = 4, 3
_VIEWS = ("All photos", "Doubtful", "Not on the map", "Reviewed")


def gallery(photos: "pd.DataFrame", labels: "Mapping[str, str]") -> None:
    """Draw filters, cards and page numbers.

    Parameters
    ----------
    photos : DataFrame
        From `core.surveys.survey_photos`.
    labels : mapping of str to str
        Category codes to names for people, all ten.
    """
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    show = left.segmented_control(
        "Show",
        _VIEWS,
        default=_SHOW.default,
        required=True,
        key=_SHOW.key,
        bind="query-params",
    )
    chosen = right.multiselect(
        "Category",
        list(labels),
        format_func=lambda code: labels[code],
        placeholder="All categories",
        key=_CATEGORY.key,
        bind="query-params",
    )
    rows = _filtered(photos, show or _VIEWS[0], chosen)
    if rows.empty:
        st.info("No photo fits these filters.", icon=":material/filter_alt:")
        return
    per_page = _COLUMNS * _ROWS
    n_pages = -(-len(rows) // per_page)
    number = st.session_state.get("surveys_page", 1)
    start = (min(number, n_pages) - 1) * per_page
    part = rows.iloc[start : start + per_page]
    for first in range(0, len(part), _COLUMNS):
        cells = st.columns(_COLUMNS, gap="small")
        rows_here = part.iloc[first : first + _COLUMNS].to_dict("records")
        for cell, row in zip(cells, rows_here, strict=False):
            with cell:
                _card(cast("Mapping[str, Any]", row), labels)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Photos {start + 1} to {start + len(part)} of {len(rows)}, most doubtful "
            "first",
            width="stretch",
        )
        if n_pages > 1:
            st.pagination(n_pages, key="surveys_page")


def _filtered(photos: "pd.DataFrame", show: str, chosen: list[str]) -> "pd.DataFrame":
    rows = photos
    reviewed = rows["reviewed_by"] != ""
    if show == "Doubtful":
        rows = rows[(rows["status"] == "low_confidence") & ~reviewed]
    elif show == "Not on the map":
        rows = rows[~rows["counts"].astype("bool")]
    elif show == "Reviewed":
        rows = rows[reviewed]
    return rows[rows["category"].isin(chosen)] if chosen else rows


def _card(row: "Mapping[str, Any]", labels: "Mapping[str, str]") -> None:
    sha256 = row["sha256"]
    label = labels.get(row["category"], row["category"] or "no label")
    with st.container(border=True, height="stretch", gap="small"):
        picture = survey_data.thumbnail(row["thumbnail_sha256"])
        if picture is None:
            st.warning("The picture's file is gone from the store.")
        else:
            st.image(picture, alt=f"{row['name']}, labelled {label}", width="stretch")
        st.markdown(_headline(row, labels), help=_help(row, labels))
        _badges(row)
        st.selectbox(
            f"Label of {row['name']}",
            list(labels),
            index=list(labels).index(row["category"]) if row["category"] else None,
            format_func=lambda code: labels[code],
            key=f"surveys_label_{sha256}_{row['category']}_{row['reviewed_by']}",
            on_change=_relabel,
            args=(
                sha256,
                f"surveys_label_{sha256}_{row['category']}_{row['reviewed_by']}",
            ),
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, gap="small"):
            if row["reviewed_by"]:
                st.button(
                    "Undo label",
                    key=f"surveys_undo_{sha256}",
                    icon=":material/undo:",
                    type="tertiary",
                    on_click=_undo,
                    args=(sha256,),
                )
            else:
                st.button(
                    "Accept label",
                    key=f"surveys_accept_{sha256}",
                    icon=":material/check:",
                    type="tertiary",
                    on_click=_accept,
                    args=(sha256, row["category"]),
                )
            if not row["counts"] and row["lat"] != row["lat"]:
                _place(sha256)


def _headline(row: "Mapping[str, Any]", labels: "Mapping[str, str]") -> str:
    label = labels.get(row["category"], row["category"])
    if row["reviewed_by"]:
        return f"**{label}**, set by {plain(row['reviewed_by'])}"
    return f"**{label}** {share(row['confidence'])} sure"


def _help(row: "Mapping[str, Any]", labels: "Mapping[str, str]") -> str:
    guess = labels.get(row["model_category"], row["model_category"])
    lines = [
        plain(row["name"]),
        f"Model {plain(row['model'])}: {guess}, {share(row['confidence'])}",
        plain(row["warnings"]),
    ]
    return "\n\n".join(line for line in lines if line)


def _badges(row: "Mapping[str, Any]") -> None:
    with st.container(horizontal=True, gap="xsmall"):
        if row["status"] == "low_confidence" and not row["reviewed_by"]:
            st.badge("Low confidence", icon=":material/help:", color="orange")
        if row["reviewed_by"]:
            st.badge("Reviewed", icon=":material/person_check:", color="blue")
        if not row["counts"]:
            st.badge("Not on the map", icon=":material/location_off:", color="gray")
        st.caption(plain(row["model"]), width="content")


def _place(sha256: str) -> None:
    with st.popover("Set position", icon=":material/add_location:", type="tertiary"):
        lat = st.number_input(
            "Latitude (°)",
            -90.0,
            90.0,
            None,
            format="%.5f",
            key=f"surveys_lat_{sha256}",
        )
        lon = st.number_input(
            "Longitude (°)",
            -180.0,
            360.0,
            None,
            format="%.5f",
            key=f"surveys_lon_{sha256}",
        )
        st.button(
            "Save position",
            key=f"surveys_place_{sha256}",
            type="primary",
            disabled=lat is None or lon is None,
            on_click=_set_place,
            args=(sha256, lat, lon),
        )


def _relabel(sha256: str, key: str) -> None:
    _accept(sha256, st.session_state[key])


def _accept(sha256: str, category: str) -> None:
    from core.surveys import correct_label

    try:
        correct_label(services.store(), sha256, category, actor=actor())
    except CleanupError as error:
        PROBLEM.set(str(error))


def _undo(sha256: str) -> None:
    from core.surveys import undo_label

    try:
        undo_label(services.store(), sha256, actor=actor())
    except CleanupError as error:
        PROBLEM.set(str(error))


def _set_place(sha256: str, lat: float, lon: float) -> None:
    from core.surveys import set_position

    try:
        set_position(services.store(), sha256, lat=lat, lon=lon, actor=actor())
    except CleanupError as error:
        PROBLEM.set(str(error))


def plain(text: str) -> str:
    """Keep Markdown in a name or reason from being read as Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#$~|:" else c for c in text)


def period(first: "datetime | None", last: "datetime | None") -> str:
    """Say from when to when, or the one day it was."""
    days = when(first, with_time=False), when(last, with_time=False)
    return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"


def show_problem() -> None:
    """Show the last refused correction once."""
    if PROBLEM.get():
        error_panel(CleanupError(PROBLEM.get()), kept="Nothing was changed.")
        PROBLEM.clear()
